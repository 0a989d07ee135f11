# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: completions."""

from __future__ import annotations

from typing import Literal

from .._core.models import Model
from .shared import CompletionUsage, FinishReason

__all__ = [
    "Completion",
    "CompletionChoice",
    "CompletionLogprobs",
]


class Completion(Model):
    """A completion, or a chunk of a streamed completion."""

    id: str
    """The id of the completion."""

    object: Literal["text_completion"]

    created: int
    """When the call started, as a Unix timestamp in seconds."""

    model: str
    """The model that served the call."""

    choices: list[CompletionChoice]
    """The completions, `n` for each prompt."""

    usage: CompletionUsage | None = None
    """The token usage of a call."""

    system_fingerprint: str | None = None
    """Identifies the backend configuration of the model."""


class CompletionChoice(Model):
    """A generated completion."""

    index: int
    """The index of the completion, from 0."""

    text: str
    """The generated text; in a stream, the text to append."""

    finish_reason: FinishReason | None = None
    """Why generation stopped: `stop` (a natural end or a stop sequence), `length` (the token limit), `tool_calls`,
    `content_filter`, or `function_call` (deprecated). Null in chunks before the last.
    """

    logprobs: CompletionLogprobs | None = None
    """Log probabilities of the tokens, as arrays of equal length."""


class CompletionLogprobs(Model):
    """Log probabilities of the tokens, as arrays of equal length."""

    tokens: list[str] | None = None
    """The tokens."""

    token_logprobs: list[float | None] | None = None
    """The log probability of each token; null for the first token of an echoed prompt."""

    top_logprobs: list[dict[str, float] | None] | None = None
    """The most likely tokens at each position."""

    text_offset: list[int] | None = None
    """The character offset of each token in the text."""
