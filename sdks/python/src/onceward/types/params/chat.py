# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Required, TypeAlias, TypedDict

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from ..._core.models import UnknownVariant
    from ...tools.tool import Function, Tool
    from ..chat import (
        ChatCompletionFunctionCall,
        ChatCompletionMessage,
        ChatCompletionMessageCustomToolCall,
        ChatCompletionMessageFunctionToolCall,
        CustomToolCallInput,
        ServiceTier,
    )
    from .shared import (
        CustomVoiceParam,
        ImageUrlParam,
        MetadataParam,
        ResponseCacheParam,
        StopSequencesParam,
        StreamOptionsParam,
        Voice,
    )

__all__ = [
    "CacheControlParam",
    "ChatCompletionAllowedToolChoiceParam",
    "ChatCompletionAllowedToolsParam",
    "ChatCompletionAllowedToolsParamMode",
    "ChatCompletionAssistantContentPartOtherParam",
    "ChatCompletionAssistantContentPartParam",
    "ChatCompletionAssistantMessageParam",
    "ChatCompletionAssistantMessageParamContentParam",
    "ChatCompletionAudioParam",
    "ChatCompletionAudioParamFormat",
    "ChatCompletionAudioParamVoiceParam",
    "ChatCompletionAudioReferenceParam",
    "ChatCompletionContentParam",
    "ChatCompletionContentPartAudioUrlParam",
    "ChatCompletionContentPartAudioUrlParamAudioUrlParam",
    "ChatCompletionContentPartDocumentUrlParam",
    "ChatCompletionContentPartDocumentUrlParamDocumentUrlParam",
    "ChatCompletionContentPartFileParam",
    "ChatCompletionContentPartImageParam",
    "ChatCompletionContentPartImageParamImageUrlParam",
    "ChatCompletionContentPartImageSourceParam",
    "ChatCompletionContentPartInputAudioParam",
    "ChatCompletionContentPartOtherParam",
    "ChatCompletionContentPartParam",
    "ChatCompletionContentPartRefusalParam",
    "ChatCompletionContentPartTextParam",
    "ChatCompletionContentPartThinkingParam",
    "ChatCompletionContentPartThinkingParamThinkingParam",
    "ChatCompletionContentPartVideoParam",
    "ChatCompletionContentPartVideoParamVideoUrlParam",
    "ChatCompletionCustomToolParam",
    "ChatCompletionDeveloperMessageParam",
    "ChatCompletionFunctionCallParam",
    "ChatCompletionFunctionMessageParam",
    "ChatCompletionFunctionToolParam",
    "ChatCompletionMessageCustomToolCallParam",
    "ChatCompletionMessageFunctionToolCallParam",
    "ChatCompletionMessageParam",
    "ChatCompletionMessageToolCallUnionParam",
    "ChatCompletionModality",
    "ChatCompletionModerationParam",
    "ChatCompletionNamedToolChoiceCustomParam",
    "ChatCompletionNamedToolChoiceParam",
    "ChatCompletionNamedToolChoiceUnionParam",
    "ChatCompletionOtherFunctionCallParam",
    "ChatCompletionOtherFunctionCallParamArgumentsParam",
    "ChatCompletionOtherToolCallParam",
    "ChatCompletionOtherToolChoiceParam",
    "ChatCompletionOtherToolParam",
    "ChatCompletionPredictionContentParam",
    "ChatCompletionRequestFunctionCallChoice",
    "ChatCompletionRequestFunctionCallParam",
    "ChatCompletionRequestThinkingParam",
    "ChatCompletionRequestVerbosity",
    "ChatCompletionSystemMessageParam",
    "ChatCompletionTextContentParam",
    "ChatCompletionToolChoiceOptionParam",
    "ChatCompletionToolChoiceOptionParamChoice",
    "ChatCompletionToolMessageParam",
    "ChatCompletionToolUnionParam",
    "ChatCompletionUserMessageParam",
    "ChatCompletionsCreateBaseParams",
    "ChatCompletionsCreateParams",
    "CustomToolCallInputParam",
    "CustomToolDefinitionParam",
    "CustomToolGrammarFormatParam",
    "CustomToolGrammarParam",
    "CustomToolGrammarSyntax",
    "CustomToolInputFormatParam",
    "CustomToolTextFormatParam",
    "FileContentParam",
    "FunctionDefinitionParam",
    "FunctionParametersParam",
    "ImageSourceParam",
    "ImageSourceParamType",
    "InputAudioParam",
    "InputAudioParamFormat",
    "JSONSchemaFormatParam",
    "MediaUrlParam",
    "PromptCacheOptionsParam",
    "ReasoningEffort",
    "ResponseFormatJSONObjectParam",
    "ResponseFormatJSONSchemaParam",
    "ResponseFormatOtherParam",
    "ResponseFormatParam",
    "ResponseFormatTextParam",
    "ToolNameParam",
    "WebSearchLocationParam",
    "WebSearchOptionsParam",
    "WebSearchOptionsParamSearchContextSize",
    "WebSearchUserLocationParam",
]


class ChatCompletionsCreateBaseParams(CallOptions, total=False):
    """Arguments of `chat.completions.create` except `tools`, `response_format`."""

    region: str
    """The region that may serve the call, for a model with deployments in several."""

    model: Required[str]
    """Which model answers, with or without its provider (`openai/gpt-4o`, `gpt-4o`, `onceward/echo`)."""

    messages: Required[Sequence[ChatCompletionMessageParam]]
    """The conversation so far, oldest first."""

    stream_options: StreamOptionsParam | None
    """What the stream carries beside its content. With `stream` only."""

    temperature: float | None
    """How freely words are chosen, from 0 (always the likeliest) to 2. Offline models do not use it."""

    top_p: float | None
    """Only the likeliest words that together have this probability are chosen from. Offline models do not use it."""

    n: int | None
    """How many answers to give. Each is paid."""

    stop: StopSequencesParam | None
    """Texts at which writing stops; they are not part of the answer. Many providers take at most four."""

    max_completion_tokens: int | None
    """The most tokens to write, reasoning included."""

    max_tokens: int | None
    """The most tokens to write; the older name, which most providers still read. Some take -1 for no bound and 0
    for an answer without text.
    """

    presence_penalty: float | None
    """Above 0, words that have come up already are less likely. Offline models do not use it."""

    frequency_penalty: float | None
    """Above 0, words are the less likely the more often they have come up. Offline models do not use it."""

    logit_bias: Mapping[str, float] | None
    """Token id -> what is added to its likelihood, from -100 (never) to 100 (only). Offline models do not use it."""

    seed: int | None
    """The same seed and request give the same answer where the model can."""

    logprobs: bool | None
    """Whether the answer tells how likely each of its tokens was."""

    top_logprobs: int | None
    """How many of the likeliest tokens to name at each place. With `logprobs` only."""

    tool_choice: ChatCompletionToolChoiceOptionParam | None
    """Which tools the model may or must call: `none`, `auto` (its choice), `required` (at least one; some
    providers say `any`), a named one, or some of them.
    """

    parallel_tool_calls: bool | None
    """Whether one answer may call several tools. Absent is true."""

    functions: Sequence[FunctionDefinitionParam] | None
    """The older form of `tools`."""

    function_call: ChatCompletionRequestFunctionCallParam | None
    """The older form of `tool_choice`."""

    modalities: Sequence[ChatCompletionModality] | None
    """What the answer may be made of. Absent is text alone."""

    audio: ChatCompletionAudioParam | None
    """How the model speaks. With the modality `audio` only."""

    prediction: ChatCompletionPredictionContentParam | None
    """What the answer will mostly be, known beforehand; makes rewriting a text fast."""

    verbosity: ChatCompletionRequestVerbosity | None
    """How long the answer is. Offline models do not use it."""

    reasoning_effort: ReasoningEffort | None
    """How long the model thinks before it answers."""

    thinking: ChatCompletionRequestThinkingParam | None
    """Whether the model shows its thinking, as `reasoning_content`, where it can; or how it thinks, in a
    provider's own words.
    """

    web_search_options: WebSearchOptionsParam | None
    """Lets the model search the web. Offline models do not use it."""

    moderation: ChatCompletionModerationParam | None
    """Checks the conversation and the answer by a moderation model."""

    user: str | None
    """Your end user, by an id of yours."""

    safety_identifier: str | None
    """Your end user, by a hash, for the abuse checks of providers. Offline models do not use it."""

    prompt_cache_key: str | None
    """Requests with the same key are likelier to find the provider's cache. Offline models do not use it."""

    prompt_cache_retention: str | None
    """How long the provider keeps its cache, such as `24h`. Offline models do not use it."""

    prompt_cache_options: PromptCacheOptionsParam | None
    """How the provider's cache is used. Offline models do not use it."""

    service_tier: ServiceTier | None
    """The latency class that serves the call."""

    store: bool | None
    """Whether the provider keeps the answer. Offline models do not use it."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    tags: Sequence[str] | None
    """Labels under which the call's cost is reported."""

    cache: ResponseCacheParam | None
    """What the call asks of the gateway's response cache."""

    guardrails: Sequence[str] | None
    """Guardrails that this call passes beside those it passes anyway. `GET /guardrails/list` lists them."""

    mock_response: str | None
    """The answer's content, word for word, with no model asked. For tests."""

    virtual_model_id: str | None
    """A model name that the gateway's routes map to real ones."""

    provider_specific_params: Mapping[str, object] | None
    """What only one provider knows, added to the body the provider gets, such as `{"top_k": 40}`. A member with
    the name of a parameter counts as that parameter, in the place of the request's own.
    """


class CacheControlParam(TypedDict, total=False):
    """Asks a provider to cache the conversation up to here."""

    type: Required[str]
    """The kind of cache; `ephemeral`."""

    ttl: str | None
    """How long to keep it, such as `5m`."""


class ChatCompletionAllowedToolChoiceParam(TypedDict, total=False):
    """The model may call these tools only."""

    type: Required[Literal["allowed_tools"]]

    allowed_tools: Required[ChatCompletionAllowedToolsParam]
    """Some of the tools, and whether one must be called."""


class ChatCompletionAllowedToolsParam(TypedDict, total=False):
    """Some of the tools, and whether one must be called."""

    mode: Required[ChatCompletionAllowedToolsParamMode]
    """Whether it may (`auto`) or must (`required`)."""

    tools: Required[Sequence[Mapping[str, object]]]
    """The tools, each by `type` and name."""


class ChatCompletionAssistantContentPartOtherParam(TypedDict, total=False):
    """A part that only some providers know."""

    type: Required[str]
    """The kind of part."""


class ChatCompletionAssistantMessageParam(TypedDict, total=False):
    """What the model said before. An answer's `message` may be put here as it came."""

    role: Required[Literal["assistant"]]

    content: ChatCompletionAssistantMessageParamContentParam | None
    """A text, parts, or nothing where there are tool calls."""

    reasoning_content: str | None
    """What the model thought; some providers want it back."""

    reasoning: str | None
    """The same under another name."""

    refusal: str | None
    """Why the model refused."""

    name: str | None
    """Tells apart authors of the same role."""

    audio: ChatCompletionAudioReferenceParam | None
    """Refers to audio the model spoke before."""

    tool_calls: Sequence[ChatCompletionMessageToolCallUnionParam] | None
    """The tools the model called; each wants a `tool` message."""

    function_call: ChatCompletionFunctionCallParam | ChatCompletionFunctionCall | None
    """The function the model called, in the older form."""


class ChatCompletionAudioParam(TypedDict, total=False):
    """The voice and the format of a spoken answer."""

    voice: Required[ChatCompletionAudioParamVoiceParam]
    """A voice by name, or one of your own."""

    format: Required[ChatCompletionAudioParamFormat]
    """How the audio is encoded."""


class ChatCompletionAudioReferenceParam(TypedDict, total=False):
    """Audio of an earlier answer."""

    id: Required[str]
    """The `audio.id` of that answer."""


class ChatCompletionContentPartAudioUrlParam(TypedDict, total=False):
    """Audio, by URL."""

    type: Required[Literal["audio_url"]]

    audio_url: Required[ChatCompletionContentPartAudioUrlParamAudioUrlParam]
    """Where the audio is."""


class ChatCompletionContentPartDocumentUrlParam(TypedDict, total=False):
    """A document, by URL."""

    type: Required[Literal["document_url"]]

    document_url: Required[ChatCompletionContentPartDocumentUrlParamDocumentUrlParam]
    """Where the document is."""

    document_name: str | None
    """The document's name."""


class ChatCompletionContentPartFileParam(TypedDict, total=False):
    """A file, by id or by content."""

    type: Required[Literal["file"]]

    file: Required[FileContentParam]
    """Either `file_id`, or `file_data` with `filename`."""


class ChatCompletionContentPartImageParam(TypedDict, total=False):
    """An image, by URL."""

    type: Required[Literal["image_url"]]

    image_url: Required[ChatCompletionContentPartImageParamImageUrlParam]
    """Where the image is. Some providers take the URL alone."""

    cache_control: CacheControlParam | None
    """Asks a provider to cache the conversation up to here."""


class ChatCompletionContentPartImageSourceParam(TypedDict, total=False):
    """An image in the form of the messages dialect."""

    type: Required[Literal["image"]]

    source: Required[ImageSourceParam]
    """An image by content (`base64` with `media_type` and `data`) or by `url`."""

    cache_control: CacheControlParam | None
    """Asks a provider to cache the conversation up to here."""


class ChatCompletionContentPartInputAudioParam(TypedDict, total=False):
    """Audio."""

    type: Required[Literal["input_audio"]]

    input_audio: Required[InputAudioParam]
    """Audio data and its format."""


class ChatCompletionContentPartOtherParam(TypedDict, total=False):
    """A part that only some providers know."""

    type: Required[str]
    """The kind of part."""


class ChatCompletionContentPartRefusalParam(TypedDict, total=False):
    """A refusal of the model."""

    type: Required[Literal["refusal"]]

    refusal: Required[str]
    """Why the model refused."""


class ChatCompletionContentPartTextParam(TypedDict, total=False):
    """Text."""

    type: Required[Literal["text"]]

    text: Required[str]
    """The text."""

    cache_control: CacheControlParam | None
    """Asks a provider to cache the conversation up to here."""


class ChatCompletionContentPartThinkingParam(TypedDict, total=False):
    """What the model thought, as some providers give it and want it back."""

    type: Required[Literal["thinking"]]

    thinking: Required[ChatCompletionContentPartThinkingParamThinkingParam]
    """A text, or parts."""

    signature: str | None
    """The provider's seal on it."""


class ChatCompletionContentPartVideoParam(TypedDict, total=False):
    """A video, by URL."""

    type: Required[Literal["video_url"]]

    video_url: Required[ChatCompletionContentPartVideoParamVideoUrlParam]
    """Where the video is."""


class ChatCompletionCustomToolParam(TypedDict, total=False):
    """A tool that takes free text, or text of a grammar."""

    type: Required[Literal["custom"]]

    custom: Required[CustomToolDefinitionParam]
    """What a custom tool is called, does, and takes."""


class ChatCompletionDeveloperMessageParam(TypedDict, total=False):
    """Instructions of the application's author; newer models read them in place of `system`."""

    role: Required[Literal["developer"]]

    content: Required[ChatCompletionContentParam]
    """A text, or parts."""

    name: str | None
    """Tells apart authors of the same role."""


class ChatCompletionFunctionCallParam(TypedDict, total=False):
    """A function and its arguments."""

    name: Required[str]
    """The function's name."""

    arguments: Required[str]
    """The arguments, as JSON in a string. A model may write JSON that is wrong: check it."""


class ChatCompletionFunctionMessageParam(TypedDict, total=False):
    """What a function answered, in the older form."""

    role: Required[Literal["function"]]

    content: Required[str | None]
    """The answer."""

    name: Required[str]
    """The name of the function."""


class ChatCompletionFunctionToolParam(TypedDict, total=False):
    """A function of the application."""

    type: Required[Literal["function"]]

    function: Required[FunctionDefinitionParam]
    """What a function is called, what it does, and what it takes."""

    cache_control: CacheControlParam | None
    """Asks a provider to cache the conversation up to here."""


class ChatCompletionMessageCustomToolCallParam(TypedDict, total=False):
    """A call of a custom tool."""

    id: Required[str]
    """Names the call."""

    type: Required[Literal["custom"]]

    custom: Required[CustomToolCallInputParam | CustomToolCallInput]
    """A custom tool and what it is given."""


class ChatCompletionMessageFunctionToolCallParam(TypedDict, total=False):
    """A call of a function."""

    id: Required[str]
    """Names the call; the `tool` message repeats it."""

    type: Required[Literal["function"]]

    function: Required[ChatCompletionFunctionCallParam | ChatCompletionFunctionCall]
    """A function and its arguments."""


class ChatCompletionModerationParam(TypedDict, total=False):
    """Which moderation model checks, and what happens."""

    model: Required[str]
    """The moderation model."""

    policy: Mapping[str, object] | None
    """What is done with input and output, as the provider defines it."""


class ChatCompletionNamedToolChoiceCustomParam(TypedDict, total=False):
    """The model must call this custom tool."""

    type: Required[Literal["custom"]]

    custom: Required[ToolNameParam]
    """A tool by name."""


class ChatCompletionNamedToolChoiceParam(TypedDict, total=False):
    """The model must call this function."""

    type: Required[Literal["function"]]

    function: Required[ToolNameParam]
    """A tool by name."""


class ChatCompletionOtherFunctionCallParam(TypedDict, total=False):
    """A function and its arguments."""

    name: Required[str]
    """The function's name."""

    arguments: ChatCompletionOtherFunctionCallParamArgumentsParam | None
    """The arguments, as JSON in a string or as an object."""


class ChatCompletionOtherToolCallParam(TypedDict, total=False):
    """A call without `type`, or of a tool that the provider runs itself."""

    id: Required[str]
    """Names the call."""

    type: str | None
    """The kind of tool. Absent is `function`."""

    function: Required[ChatCompletionOtherFunctionCallParam]
    """A function and its arguments."""


class ChatCompletionOtherToolChoiceParam(TypedDict, total=False):
    """A choice that only some providers know."""

    type: Required[str]
    """The kind of choice."""


class ChatCompletionOtherToolParam(TypedDict, total=False):
    """A tool that the provider runs itself, such as `web_search`."""

    type: Required[str]
    """The kind of tool."""


class ChatCompletionPredictionContentParam(TypedDict, total=False):
    """A predicted text."""

    type: Required[Literal["content"]]

    content: Required[ChatCompletionTextContentParam]
    """A text, or parts of text."""


class ChatCompletionSystemMessageParam(TypedDict, total=False):
    """Instructions that stand above the conversation."""

    role: Required[Literal["system"]]

    content: Required[ChatCompletionContentParam]
    """A text, or parts."""

    name: str | None
    """Tells apart authors of the same role."""


class ChatCompletionToolMessageParam(TypedDict, total=False):
    """What a tool answered."""

    role: Required[Literal["tool"]]

    content: Required[ChatCompletionContentParam]
    """A text, or parts."""

    tool_call_id: Required[str]
    """The `id` of the tool call this answers."""

    name: str | None
    """The name of the tool."""


class ChatCompletionUserMessageParam(TypedDict, total=False):
    """What the user says, in text, images, audio and files."""

    role: Required[Literal["user"]]

    content: Required[ChatCompletionContentParam]
    """A text, or parts."""

    name: str | None
    """Tells apart authors of the same role."""


class ChatCompletionsCreateParams(ChatCompletionsCreateBaseParams, total=False):
    """Arguments of `chat.completions.create`."""

    tools: Sequence[ChatCompletionToolUnionParam] | None
    """The tools the model may call."""

    response_format: ResponseFormatParam | None
    """What shape the answer has."""


class CustomToolCallInputParam(TypedDict, total=False):
    """A custom tool and what it is given."""

    name: Required[str]
    """The tool's name."""

    input: Required[str]
    """What it is given."""


class CustomToolDefinitionParam(TypedDict, total=False):
    """What a custom tool is called, does, and takes."""

    name: Required[str]
    """The tool's name."""

    description: str | None
    """What it does."""

    format: CustomToolInputFormatParam | None
    """What a custom tool takes."""


class CustomToolGrammarFormatParam(TypedDict, total=False):
    """Text of a grammar."""

    type: Required[Literal["grammar"]]

    grammar: Required[CustomToolGrammarParam]
    """A grammar and its language."""


class CustomToolGrammarParam(TypedDict, total=False):
    """A grammar and its language."""

    definition: Required[str]
    """The grammar."""

    syntax: Required[CustomToolGrammarSyntax]
    """The language it is written in."""


class CustomToolTextFormatParam(TypedDict, total=False):
    """Free text."""

    type: Required[Literal["text"]]


class FileContentParam(TypedDict, total=False):
    """Either `file_id`, or `file_data` with `filename`."""

    file_id: str | None
    """The id of an uploaded file."""

    file_data: str | None
    """The file as a `data:` URL."""

    filename: str | None
    """The file's name."""


class FunctionDefinitionParam(TypedDict, total=False):
    """What a function is called, what it does, and what it takes."""

    name: Required[str]
    """Letters, digits, `_` and `-`, at most 64."""

    description: str | None
    """What it does; the model decides by it when to call."""

    parameters: FunctionParametersParam | None
    """The arguments, as a JSON Schema of type object. Absent means none."""

    strict: bool | None
    """Arguments must fit the schema exactly."""


class ImageSourceParam(TypedDict, total=False):
    """An image by content (`base64` with `media_type` and `data`) or by `url`."""

    type: Required[ImageSourceParamType]
    """Where the image is."""

    media_type: str | None
    """Such as `image/png`."""

    data: str | None
    """The image, in base64."""

    url: str | None
    """Where the image is."""


class InputAudioParam(TypedDict, total=False):
    """Audio data and its format."""

    data: Required[str]
    """The audio, in base64."""

    format: Required[InputAudioParamFormat]
    """How the audio is encoded."""


class JSONSchemaFormatParam(TypedDict, total=False):
    """A JSON Schema and its name."""

    name: str | None
    """Letters, digits, `_` and `-`, at most 64. Some providers need none."""

    description: str | None
    """What the answer is for."""

    schema: Mapping[str, object] | None
    """The JSON Schema."""

    strict: bool | None
    """The answer must fit the schema exactly."""


class MediaUrlParam(TypedDict, total=False):
    """Where a medium is."""

    url: Required[str]
    """An `https:` URL, or the medium itself as a `data:` URL."""


class PromptCacheOptionsParam(TypedDict, total=False):
    """How the provider's cache is used."""

    mode: str | None
    """Whether cache points are found (`implicit`) or marked (`explicit`)."""

    ttl: str | None
    """How long to keep it, such as `30m`."""


class ResponseFormatJSONObjectParam(TypedDict, total=False):
    """Some JSON object. A message must ask for JSON too."""

    type: Required[Literal["json_object"]]


class ResponseFormatJSONSchemaParam(TypedDict, total=False):
    """JSON of a given schema."""

    type: Required[Literal["json_schema"]]

    json_schema: Required[JSONSchemaFormatParam]
    """A JSON Schema and its name."""


class ResponseFormatOtherParam(TypedDict, total=False):
    """A shape that only some providers know, such as `grammar`."""

    type: Required[str]
    """The kind of shape."""


class ResponseFormatTextParam(TypedDict, total=False):
    """Text."""

    type: Required[Literal["text"]]


class ToolNameParam(TypedDict, total=False):
    """A tool by name."""

    name: Required[str]
    """The tool's name."""


class WebSearchLocationParam(TypedDict, total=False):
    """A place, as far as it is known."""

    country: str | None
    """Two letters, such as `NO`."""

    region: str | None
    """The region."""

    city: str | None
    """The city."""

    timezone: str | None
    """Such as `Europe/Oslo`."""


class WebSearchOptionsParam(TypedDict, total=False):
    """How to search the web."""

    search_context_size: WebSearchOptionsParamSearchContextSize | None
    """How much of what is found is read."""

    user_location: WebSearchUserLocationParam | None
    """Where the user is, roughly."""


class WebSearchUserLocationParam(TypedDict, total=False):
    """A rough place."""

    type: Required[Literal["approximate"]]

    approximate: Required[WebSearchLocationParam]
    """A place, as far as it is known."""


ChatCompletionAllowedToolsParamMode: TypeAlias = Literal["auto", "required"]
"""Whether it may (`auto`) or must (`required`)."""


ChatCompletionAssistantContentPartParam: TypeAlias = "ChatCompletionContentPartTextParam | ChatCompletionContentPartRefusalParam | ChatCompletionContentPartThinkingParam | ChatCompletionAssistantContentPartOtherParam"
"""One part of what a model said."""


ChatCompletionAssistantMessageParamContentParam: TypeAlias = "str | Sequence[ChatCompletionAssistantContentPartParam]"
"""A text, parts, or nothing where there are tool calls."""


ChatCompletionAudioParamFormat: TypeAlias = Literal["wav", "mp3", "flac", "opus", "aac", "pcm", "pcm16"] | str
"""How the audio is encoded."""


ChatCompletionAudioParamVoiceParam: TypeAlias = "Voice | CustomVoiceParam"
"""A voice by name, or one of your own."""


ChatCompletionContentPartParam: TypeAlias = "ChatCompletionContentPartTextParam | ChatCompletionContentPartImageParam | ChatCompletionContentPartInputAudioParam | ChatCompletionContentPartFileParam | ChatCompletionContentPartImageSourceParam | ChatCompletionContentPartVideoParam | ChatCompletionContentPartAudioUrlParam | ChatCompletionContentPartDocumentUrlParam | ChatCompletionContentPartOtherParam"
"""One part of what a message says."""


ChatCompletionContentParam: TypeAlias = "str | Sequence[ChatCompletionContentPartParam]"
"""A text, or parts."""


ChatCompletionContentPartAudioUrlParamAudioUrlParam: TypeAlias = "MediaUrlParam | str"
"""Where the audio is."""


ChatCompletionContentPartDocumentUrlParamDocumentUrlParam: TypeAlias = "MediaUrlParam | str"
"""Where the document is."""


ChatCompletionContentPartImageParamImageUrlParam: TypeAlias = "ImageUrlParam | str"
"""Where the image is. Some providers take the URL alone."""


ChatCompletionContentPartThinkingParamThinkingParam: TypeAlias = str | Sequence[Mapping[str, object]]
"""A text, or parts."""


ChatCompletionContentPartVideoParamVideoUrlParam: TypeAlias = "MediaUrlParam | str"
"""Where the video is."""


ChatCompletionMessageParam: TypeAlias = "ChatCompletionDeveloperMessageParam | ChatCompletionSystemMessageParam | ChatCompletionUserMessageParam | ChatCompletionAssistantMessageParam | ChatCompletionToolMessageParam | ChatCompletionFunctionMessageParam | ChatCompletionMessage"
"""One message of a conversation. `role` says which kind."""


ChatCompletionMessageToolCallUnionParam: TypeAlias = "ChatCompletionMessageFunctionToolCallParam | ChatCompletionMessageFunctionToolCall | ChatCompletionMessageCustomToolCallParam | ChatCompletionMessageCustomToolCall | ChatCompletionOtherToolCallParam | UnknownVariant"
"""One call of a tool that the model made before."""


ChatCompletionModality: TypeAlias = Literal["text", "audio", "image"] | str
"""A kind of content."""


ChatCompletionNamedToolChoiceUnionParam: TypeAlias = "ChatCompletionNamedToolChoiceParam | ChatCompletionNamedToolChoiceCustomParam | ChatCompletionAllowedToolChoiceParam | ChatCompletionOtherToolChoiceParam"
"""A choice among the tools, by name."""


ChatCompletionOtherFunctionCallParamArgumentsParam: TypeAlias = str | Mapping[str, object]
"""The arguments, as JSON in a string or as an object."""


ChatCompletionRequestFunctionCallChoice: TypeAlias = Literal["none", "auto"]


ChatCompletionRequestFunctionCallParam: TypeAlias = "ChatCompletionRequestFunctionCallChoice | ToolNameParam"
"""The older form of `tool_choice`."""


ChatCompletionRequestThinkingParam: TypeAlias = bool | Mapping[str, object]
"""Whether the model shows its thinking, as `reasoning_content`, where it can; or how it thinks, in a provider's
own words.
"""


ChatCompletionRequestVerbosity: TypeAlias = Literal["low", "medium", "high"] | str
"""How long the answer is. Offline models do not use it."""


ChatCompletionTextContentParam: TypeAlias = "str | Sequence[ChatCompletionContentPartTextParam]"
"""A text, or parts of text."""


ChatCompletionToolChoiceOptionParamChoice: TypeAlias = Literal["none", "auto", "required", "any"]


ChatCompletionToolChoiceOptionParam: TypeAlias = (
    "ChatCompletionToolChoiceOptionParamChoice | ChatCompletionNamedToolChoiceUnionParam"
)
"""Which tools the model may or must call: `none`, `auto` (its choice), `required` (at least one; some providers
say `any`), a named one, or some of them.
"""


ChatCompletionToolUnionParam: TypeAlias = "ChatCompletionFunctionToolParam | ChatCompletionCustomToolParam | ChatCompletionOtherToolParam | Tool[..., Any] | Function"
"""A tool the model may call."""


CustomToolGrammarSyntax: TypeAlias = Literal["lark", "regex"] | str
"""The language it is written in."""


CustomToolInputFormatParam: TypeAlias = "CustomToolTextFormatParam | CustomToolGrammarFormatParam"
"""What a custom tool takes."""


FunctionParametersParam: TypeAlias = Mapping[str, object]
"""The arguments, as a JSON Schema of type object. Absent means none."""


ImageSourceParamType: TypeAlias = Literal["base64", "url"] | str
"""Where the image is."""


InputAudioParamFormat: TypeAlias = Literal["wav", "mp3"] | str
"""How the audio is encoded."""


ReasoningEffort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | str
"""How long the model thinks before it answers."""


ResponseFormatParam: TypeAlias = (
    "ResponseFormatTextParam | ResponseFormatJSONObjectParam | ResponseFormatJSONSchemaParam | ResponseFormatOtherParam"
)
"""What shape the answer has."""


WebSearchOptionsParamSearchContextSize: TypeAlias = Literal["low", "medium", "high"] | str
"""How much of what is found is read."""
