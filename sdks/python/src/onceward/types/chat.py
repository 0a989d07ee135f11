# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: chat."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from .._core.models import Model, UnknownVariant
from .shared import CompletionUsage, FinishReason, Metadata

__all__ = [
    "ChatCompletion",
    "ChatCompletionAnnotation",
    "ChatCompletionAnnotationType",
    "ChatCompletionAudio",
    "ChatCompletionChoice",
    "ChatCompletionChunk",
    "ChatCompletionChunkAudio",
    "ChatCompletionChunkChoice",
    "ChatCompletionChunkCustomCall",
    "ChatCompletionChunkDelta",
    "ChatCompletionChunkDeltaRole",
    "ChatCompletionChunkFunctionCall",
    "ChatCompletionChunkToolCall",
    "ChatCompletionChunkToolCallType",
    "ChatCompletionFunctionCall",
    "ChatCompletionLogprobs",
    "ChatCompletionMessage",
    "ChatCompletionMessageCustomToolCall",
    "ChatCompletionMessageFunctionToolCall",
    "ChatCompletionMessageToolCallUnion",
    "ChatCompletionTokenLogprob",
    "CreditNotice",
    "CustomToolCallInput",
    "ServiceTier",
    "TopLogprob",
    "UrlCitation",
]


class ChatCompletion(Model):
    """The answer to a conversation."""

    id: str
    """The answer's id."""

    object: Literal["chat.completion"]

    created: int
    """When it was begun, in seconds since 1970."""

    model: str
    """The model that answered."""

    choices: list[ChatCompletionChoice]
    """The answers, `n` of them."""

    usage: CompletionUsage | None = None
    """What a call read and wrote."""

    service_tier: ServiceTier | None = None
    """The latency class that serves the call."""

    system_fingerprint: str | None = None
    """Names the state of the model; another one may answer otherwise."""

    metadata: Metadata | None = None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    moderation: dict[str, Any] | None = None
    """What the moderation model found, as it came."""

    promptshield: CreditNotice | None = None
    """How the caller's credits stand, where the gateway accounts in credits."""


class ChatCompletionAnnotation(Model):
    """A note on a part of the text."""

    type: ChatCompletionAnnotationType
    """The kind of note."""

    url_citation: UrlCitation | None = None
    """A page that a part of the text relies on."""


class ChatCompletionAudio(Model):
    """Spoken content."""

    id: str
    """Names it in later requests."""

    expires_at: int
    """Until when the id may be used, in seconds since 1970."""

    data: str
    """The audio, in base64."""

    transcript: str
    """What is said."""


class ChatCompletionChoice(Model):
    """One answer."""

    index: int
    """Which of the `n` answers."""

    message: ChatCompletionMessage
    """What the model says. It may be put into the next request's `messages` as it is."""

    finish_reason: FinishReason | None
    """Why writing ended: `stop` (done, or a stop sequence), `length` (the token limit), `tool_calls`,
    `content_filter`, `function_call` (older). Null while it goes on.
    """

    logprobs: ChatCompletionLogprobs | None = None
    """How likely the tokens were."""


class ChatCompletionChunk(Model):
    """A piece of an answer. Pieces of the same choice index are put together in order."""

    id: str
    """The answer's id; the same in all chunks."""

    object: Literal["chat.completion.chunk"]

    created: int
    """When the answer was begun, in seconds since 1970."""

    model: str
    """The model that answers."""

    choices: list[ChatCompletionChunkChoice]
    """Empty on the chunk that holds the usage."""

    usage: CompletionUsage | None = None
    """Only on the last chunk, and where it was asked for."""

    service_tier: ServiceTier | None = None
    """The latency class that serves the call."""

    system_fingerprint: str | None = None
    """Names the state of the model."""

    obfuscation: str | None = None
    """Padding without meaning."""

    moderation: dict[str, Any] | None = None
    """What the moderation model found, as it came."""


class ChatCompletionChunkAudio(Model):
    """More of what is spoken."""

    id: str | None = None
    """Names it in later requests."""

    data: str | None = None
    """More audio, in base64; each piece is padded on its own."""

    transcript: str | None = None
    """More of what is said."""

    expires_at: int | None = None
    """Until when the id may be used."""


class ChatCompletionChunkChoice(Model):
    """What a chunk adds to one answer."""

    index: int
    """Which of the `n` answers."""

    delta: ChatCompletionChunkDelta
    """What is new. Texts are appended to what came before."""

    finish_reason: FinishReason | None = None
    """Why writing ended: `stop` (done, or a stop sequence), `length` (the token limit), `tool_calls`,
    `content_filter`, `function_call` (older). Null while it goes on.
    """

    logprobs: ChatCompletionLogprobs | None = None
    """How likely the tokens were."""


class ChatCompletionChunkCustomCall(Model):
    """More of a custom tool's call."""

    name: str | None = None
    """The tool's name; on its first piece."""

    input: str | None = None
    """More of what it is given."""


class ChatCompletionChunkDelta(Model):
    """What is new. Texts are appended to what came before."""

    role: ChatCompletionChunkDeltaRole | None = None
    """Who speaks; on the first chunk."""

    content: str | None = None
    """More of the text."""

    reasoning_content: str | None = None
    """More of the thinking."""

    refusal: str | None = None
    """More of the refusal."""

    tool_calls: list[ChatCompletionChunkToolCall] | None = None
    """More of the tool calls."""

    function_call: ChatCompletionChunkFunctionCall | None = None
    """More of the function call, in the older form.

    Deprecated.
    """

    annotations: list[ChatCompletionAnnotation] | None = None
    """Further notes on the text."""

    audio: ChatCompletionChunkAudio | None = None
    """More of what is spoken."""


class ChatCompletionChunkFunctionCall(Model):
    """More of a function call."""

    name: str | None = None
    """The function's name; on its first piece."""

    arguments: str | None = None
    """More of the arguments' JSON."""


class ChatCompletionChunkToolCall(Model):
    """More of the tool call at `index`."""

    index: int
    """Which of the tool calls."""

    id: str | None = None
    """The call's id; on its first piece."""

    type: ChatCompletionChunkToolCallType | None = None
    """The kind of tool; on its first piece."""

    function: ChatCompletionChunkFunctionCall | None = None
    """More of a function call."""

    custom: ChatCompletionChunkCustomCall | None = None
    """More of a custom tool's call."""


class ChatCompletionFunctionCall(Model):
    """A function and its arguments."""

    name: str
    """The function's name."""

    arguments: str
    """The arguments, as JSON in a string. A model may write JSON that is wrong: check it."""


class ChatCompletionLogprobs(Model):
    """How likely the tokens were."""

    content: list[ChatCompletionTokenLogprob] | None = None
    """Those of the content."""

    refusal: list[ChatCompletionTokenLogprob] | None = None
    """Those of the refusal."""


class ChatCompletionMessage(Model):
    """What the model says. It may be put into the next request's `messages` as it is."""

    role: Literal["assistant"]

    content: str | None = None
    """The text; null where there is none."""

    reasoning_content: str | None = None
    """What the model thought before, where it shows it."""

    refusal: str | None = None
    """Why the model refused."""

    tool_calls: list[ChatCompletionMessageToolCallUnion] | None = None
    """The tools the model calls."""

    function_call: ChatCompletionFunctionCall | None = None
    """The function the model calls, in the older form.

    Deprecated.
    """

    annotations: list[ChatCompletionAnnotation] | None = None
    """Where parts of the text come from."""

    audio: ChatCompletionAudio | None = None
    """What the model speaks."""


class ChatCompletionMessageCustomToolCall(Model):
    """A call of a custom tool."""

    id: str
    """Names the call."""

    type: Literal["custom"]

    custom: CustomToolCallInput
    """A custom tool and what it is given."""


class ChatCompletionMessageFunctionToolCall(Model):
    """A call of a function."""

    id: str
    """Names the call; the `tool` message repeats it."""

    type: Literal["function"]

    function: ChatCompletionFunctionCall
    """A function and its arguments."""


class ChatCompletionTokenLogprob(Model):
    """A token and how likely it was."""

    token: str
    """The token's text."""

    logprob: float
    """The natural logarithm of its probability."""

    bytes: list[int] | None = None
    """Its UTF-8 bytes; tokens may split a character."""

    top_logprobs: list[TopLogprob] | None = None
    """The likeliest tokens at this place."""


class CreditNotice(Model):
    """How the caller's credits stand, where the gateway accounts in credits."""

    credits_used: float | None = None
    """Used by this call."""

    credits_remaining: float | None = None
    """Left."""

    credits_total: float | None = None
    """In the period."""

    credits_percent: float | None = None
    """Used of those of the period, in percent."""

    reset_date: str | None = None
    """When they are full again."""

    warning: str | None = None
    """A word of caution."""


class CustomToolCallInput(Model):
    """A custom tool and what it is given."""

    name: str
    """The tool's name."""

    input: str
    """What it is given."""


class TopLogprob(Model):
    """A token that could have stood here."""

    token: str
    """The token's text."""

    logprob: float
    """The natural logarithm of its probability."""

    bytes: list[int] | None = None
    """Its UTF-8 bytes."""


class UrlCitation(Model):
    """A page that a part of the text relies on."""

    start_index: int
    """Where the part begins."""

    end_index: int
    """Where it ends."""

    url: str
    """The page."""

    title: str
    """Its title."""


ChatCompletionAnnotationType: TypeAlias = Literal["url_citation"] | str
"""The kind of note."""


ChatCompletionChunkDeltaRole: TypeAlias = Literal["developer", "system", "user", "assistant", "tool"] | str
"""Who speaks; on the first chunk."""


ChatCompletionChunkToolCallType: TypeAlias = Literal["function", "custom"] | str
"""The kind of tool; on its first piece."""


ChatCompletionMessageToolCallUnion: TypeAlias = Annotated[
    Annotated[ChatCompletionMessageFunctionToolCall | ChatCompletionMessageCustomToolCall, Field(discriminator="type")]
    | UnknownVariant,
    Field(union_mode="left_to_right"),
]
"""One call of a tool."""


ServiceTier: TypeAlias = Literal["auto", "default", "flex", "scale", "priority", "fast"] | str
"""The latency class that serves the call."""
