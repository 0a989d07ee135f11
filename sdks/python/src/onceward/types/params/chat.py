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
    """The region that must serve the call, for models with deployments in several regions."""

    model: Required[str]
    """The id of the model, with or without its provider (`openai/gpt-4o`, `gpt-4o`, `onceward/echo`)."""

    messages: Required[Sequence[ChatCompletionMessageParam]]
    """The messages of the conversation so far, oldest first."""

    stream_options: StreamOptionsParam | None
    """Options for streaming. Requires `stream: true`."""

    temperature: float | None
    """The sampling temperature, from 0 to 2. Higher values make the output more random. Ignored by offline models."""

    top_p: float | None
    """Nucleus sampling: only the most likely tokens whose probabilities add up to `top_p` are considered. Ignored
    by offline models.
    """

    n: int | None
    """The number of choices to generate. Each choice is billed."""

    stop: StopSequencesParam | None
    """Sequences at which generation stops. They are not part of the output. Many providers accept at most four."""

    max_completion_tokens: int | None
    """The maximum number of tokens to generate, including reasoning tokens."""

    max_tokens: int | None
    """The maximum number of tokens to generate. Older name of `max_completion_tokens` that most providers still
    accept. Some accept -1 (no limit) and 0 (no text).
    """

    presence_penalty: float | None
    """Positive values make tokens that have already appeared less likely. Ignored by offline models."""

    frequency_penalty: float | None
    """Positive values make tokens less likely the more often they have appeared. Ignored by offline models."""

    logit_bias: Mapping[str, float] | None
    """Maps token ids to a bias from -100 (never) to 100 (always). Ignored by offline models."""

    seed: int | None
    """Requests with the same seed and parameters return the same result, if the model supports it."""

    logprobs: bool | None
    """Whether to return log probabilities of the output tokens."""

    top_logprobs: int | None
    """The number of most likely tokens to return at each position. Requires `logprobs: true`."""

    tool_choice: ChatCompletionToolChoiceOptionParam | None
    """Which tools the model calls: `none`, `auto` (the model decides), `required` (at least one; `any` at some
    providers), a named tool, or a set of allowed tools.
    """

    parallel_tool_calls: bool | None
    """Whether the model may call several tools in one response. Default: true."""

    functions: Sequence[FunctionDefinitionParam] | None
    """Deprecated: use `tools`."""

    function_call: ChatCompletionRequestFunctionCallParam | None
    """Deprecated: use `tool_choice`."""

    modalities: Sequence[ChatCompletionModality] | None
    """The output modalities. Default: text."""

    audio: ChatCompletionAudioParam | None
    """Parameters of audio output. Requires the modality `audio`."""

    prediction: ChatCompletionPredictionContentParam | None
    """Predicted output. Speeds up the response when much of it is known in advance."""

    verbosity: ChatCompletionRequestVerbosity | None
    """How verbose the response is. Ignored by offline models."""

    reasoning_effort: ReasoningEffort | None
    """The reasoning effort of the model."""

    thinking: ChatCompletionRequestThinkingParam | None
    """Whether the model returns its reasoning as `reasoning_content`, if supported; or the provider's own
    reasoning configuration.
    """

    web_search_options: WebSearchOptionsParam | None
    """Web search by the model. Ignored by offline models."""

    moderation: ChatCompletionModerationParam | None
    """Checks the conversation and the response with a moderation model."""

    user: str | None
    """The id of your end user."""

    safety_identifier: str | None
    """A hashed id of your end user for the provider's abuse detection. Ignored by offline models."""

    prompt_cache_key: str | None
    """Requests with the same key are more likely to hit the provider's prompt cache. Ignored by offline models."""

    prompt_cache_retention: str | None
    """How long the provider keeps its prompt cache, such as `24h`. Ignored by offline models."""

    prompt_cache_options: PromptCacheOptionsParam | None
    """Options of the provider's prompt cache. Ignored by offline models."""

    service_tier: ServiceTier | None
    """The latency tier that serves the call."""

    store: bool | None
    """Whether the provider stores the response. Ignored by offline models."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    tags: Sequence[str] | None
    """Tags to report the cost of the call under."""

    cache: ResponseCacheParam | None
    """Controls the gateway's response cache for this call."""

    guardrails: Sequence[str] | None
    """Guardrails to apply to this call in addition to the default ones. See `GET /guardrails/list`."""

    mock_response: str | None
    """Content to return verbatim without calling a model, for tests."""

    virtual_model_id: str | None
    """A model name that the gateway's routes map to real models."""

    provider_specific_params: Mapping[str, object] | None
    """Parameters of one provider, added to the body that is sent to the provider, such as `{"top_k": 40}`. A
    member with the name of a standard parameter replaces that parameter of the request.
    """


class CacheControlParam(TypedDict, total=False):
    """Asks the provider to cache the conversation up to this point."""

    type: Required[str]
    """The type of cache: `ephemeral`."""

    ttl: str | None
    """How long the cache entry is kept, such as `5m`."""


class ChatCompletionAllowedToolChoiceParam(TypedDict, total=False):
    """Limits the model to these tools."""

    type: Required[Literal["allowed_tools"]]

    allowed_tools: Required[ChatCompletionAllowedToolsParam]
    """The allowed tools, and whether one must be called."""


class ChatCompletionAllowedToolsParam(TypedDict, total=False):
    """The allowed tools, and whether one must be called."""

    mode: Required[ChatCompletionAllowedToolsParamMode]
    """Whether the model may (`auto`) or must (`required`) call one of the tools."""

    tools: Required[Sequence[Mapping[str, object]]]
    """The tools, each by `type` and name."""


class ChatCompletionAssistantContentPartOtherParam(TypedDict, total=False):
    """A content part that only some providers support."""

    type: Required[str]
    """The type of the content part."""


class ChatCompletionAssistantMessageParam(TypedDict, total=False):
    """A message that the model generated before. The `message` of a response can be used unchanged."""

    role: Required[Literal["assistant"]]

    content: ChatCompletionAssistantMessageParamContentParam | None
    """The content: text or content parts. Optional if there are tool calls."""

    reasoning_content: str | None
    """The reasoning of the model. Some providers require it back."""

    reasoning: str | None
    """The same as `reasoning_content`, as some providers name it."""

    refusal: str | None
    """The reason for which the model refused."""

    name: str | None
    """A name to distinguish participants with the same role."""

    audio: ChatCompletionAudioReferenceParam | None
    """Audio that the model generated before."""

    tool_calls: Sequence[ChatCompletionMessageToolCallUnionParam] | None
    """The tool calls of the model. Each needs a `tool` message with its result."""

    function_call: ChatCompletionFunctionCallParam | ChatCompletionFunctionCall | None
    """The function call of the model. Deprecated: use `tool_calls`."""


class ChatCompletionAudioParam(TypedDict, total=False):
    """The voice and the format of audio output."""

    voice: Required[ChatCompletionAudioParamVoiceParam]
    """The voice: a built-in voice by name, or a custom voice by id."""

    format: Required[ChatCompletionAudioParamFormat]
    """The encoding of the audio."""


class ChatCompletionAudioReferenceParam(TypedDict, total=False):
    """Audio of an earlier response."""

    id: Required[str]
    """The `audio.id` of that response."""


class ChatCompletionContentPartAudioUrlParam(TypedDict, total=False):
    """Audio, by URL."""

    type: Required[Literal["audio_url"]]

    audio_url: Required[ChatCompletionContentPartAudioUrlParamAudioUrlParam]
    """The URL of the audio."""


class ChatCompletionContentPartDocumentUrlParam(TypedDict, total=False):
    """A document, by URL."""

    type: Required[Literal["document_url"]]

    document_url: Required[ChatCompletionContentPartDocumentUrlParamDocumentUrlParam]
    """The URL of the document."""

    document_name: str | None
    """The name of the document."""


class ChatCompletionContentPartFileParam(TypedDict, total=False):
    """A file, by id or by content."""

    type: Required[Literal["file"]]

    file: Required[FileContentParam]
    """Either `file_id`, or `file_data` with `filename`."""


class ChatCompletionContentPartImageParam(TypedDict, total=False):
    """An image, by URL."""

    type: Required[Literal["image_url"]]

    image_url: Required[ChatCompletionContentPartImageParamImageUrlParam]
    """The URL of the image. Some providers accept the URL as a plain string."""

    cache_control: CacheControlParam | None
    """Asks the provider to cache the conversation up to this point."""


class ChatCompletionContentPartImageSourceParam(TypedDict, total=False):
    """An image in the format of the Messages API."""

    type: Required[Literal["image"]]

    source: Required[ImageSourceParam]
    """An image by content (`base64` with `media_type` and `data`) or by `url`."""

    cache_control: CacheControlParam | None
    """Asks the provider to cache the conversation up to this point."""


class ChatCompletionContentPartInputAudioParam(TypedDict, total=False):
    """Audio content."""

    type: Required[Literal["input_audio"]]

    input_audio: Required[InputAudioParam]
    """Audio data and its format."""


class ChatCompletionContentPartOtherParam(TypedDict, total=False):
    """A content part that only some providers support."""

    type: Required[str]
    """The type of the content part."""


class ChatCompletionContentPartRefusalParam(TypedDict, total=False):
    """A refusal generated by the model."""

    type: Required[Literal["refusal"]]

    refusal: Required[str]
    """The reason for which the model refused."""


class ChatCompletionContentPartTextParam(TypedDict, total=False):
    """Text."""

    type: Required[Literal["text"]]

    text: Required[str]
    """The text."""

    cache_control: CacheControlParam | None
    """Asks the provider to cache the conversation up to this point."""


class ChatCompletionContentPartThinkingParam(TypedDict, total=False):
    """Reasoning of the model, in the form in which some providers return and expect it."""

    type: Required[Literal["thinking"]]

    thinking: Required[ChatCompletionContentPartThinkingParamThinkingParam]
    """Text or content parts."""

    signature: str | None
    """The provider's signature of the reasoning."""


class ChatCompletionContentPartVideoParam(TypedDict, total=False):
    """A video, by URL."""

    type: Required[Literal["video_url"]]

    video_url: Required[ChatCompletionContentPartVideoParamVideoUrlParam]
    """The URL of the video."""


class ChatCompletionCustomToolParam(TypedDict, total=False):
    """A tool whose input is free text or text that matches a grammar."""

    type: Required[Literal["custom"]]

    custom: Required[CustomToolDefinitionParam]
    """The name, description and input format of a custom tool."""


class ChatCompletionDeveloperMessageParam(TypedDict, total=False):
    """Instructions from the developer of the application. Newer models use this role instead of `system`."""

    role: Required[Literal["developer"]]

    content: Required[ChatCompletionContentParam]
    """Text or content parts."""

    name: str | None
    """A name to distinguish participants with the same role."""


class ChatCompletionFunctionCallParam(TypedDict, total=False):
    """A function name and its arguments."""

    name: Required[str]
    """The name of the function."""

    arguments: Required[str]
    """The arguments as a JSON string. The model may generate invalid JSON; validate it before use."""


class ChatCompletionFunctionMessageParam(TypedDict, total=False):
    """The result of a function call. Deprecated: use `tool` messages."""

    role: Required[Literal["function"]]

    content: Required[str | None]
    """The result."""

    name: Required[str]
    """The name of the function."""


class ChatCompletionFunctionToolParam(TypedDict, total=False):
    """A function of your application."""

    type: Required[Literal["function"]]

    function: Required[FunctionDefinitionParam]
    """The name, description and parameters of a function."""

    cache_control: CacheControlParam | None
    """Asks the provider to cache the conversation up to this point."""


class ChatCompletionMessageCustomToolCallParam(TypedDict, total=False):
    """A call to a custom tool."""

    id: Required[str]
    """The id of the tool call."""

    type: Required[Literal["custom"]]

    custom: Required[CustomToolCallInputParam | CustomToolCallInput]
    """The name and the input of a custom tool call."""


class ChatCompletionMessageFunctionToolCallParam(TypedDict, total=False):
    """A call to a function tool."""

    id: Required[str]
    """The id of the tool call; the `tool` message refers to it."""

    type: Required[Literal["function"]]

    function: Required[ChatCompletionFunctionCallParam | ChatCompletionFunctionCall]
    """A function name and its arguments."""


class ChatCompletionModerationParam(TypedDict, total=False):
    """The moderation model and what it applies to."""

    model: Required[str]
    """The moderation model."""

    policy: Mapping[str, object] | None
    """How input and output are handled, as defined by the provider."""


class ChatCompletionNamedToolChoiceCustomParam(TypedDict, total=False):
    """Forces the model to call this custom tool."""

    type: Required[Literal["custom"]]

    custom: Required[ToolNameParam]
    """A tool, by name."""


class ChatCompletionNamedToolChoiceParam(TypedDict, total=False):
    """Forces the model to call this function."""

    type: Required[Literal["function"]]

    function: Required[ToolNameParam]
    """A tool, by name."""


class ChatCompletionOtherFunctionCallParam(TypedDict, total=False):
    """A function name and its arguments."""

    name: Required[str]
    """The name of the function."""

    arguments: ChatCompletionOtherFunctionCallParamArgumentsParam | None
    """The arguments, as a JSON string or as an object."""


class ChatCompletionOtherToolCallParam(TypedDict, total=False):
    """A tool call without `type`, or of a tool that the provider runs."""

    id: Required[str]
    """The id of the tool call."""

    type: str | None
    """The type of the tool. Default: `function`."""

    function: Required[ChatCompletionOtherFunctionCallParam]
    """A function name and its arguments."""


class ChatCompletionOtherToolChoiceParam(TypedDict, total=False):
    """A tool choice that only some providers support."""

    type: Required[str]
    """The type of the tool choice."""


class ChatCompletionOtherToolParam(TypedDict, total=False):
    """A tool that the provider runs, such as `web_search`."""

    type: Required[str]
    """The type of the tool."""


class ChatCompletionPredictionContentParam(TypedDict, total=False):
    """Predicted output."""

    type: Required[Literal["content"]]

    content: Required[ChatCompletionTextContentParam]
    """Text or text parts."""


class ChatCompletionSystemMessageParam(TypedDict, total=False):
    """System instructions that apply to the whole conversation."""

    role: Required[Literal["system"]]

    content: Required[ChatCompletionContentParam]
    """Text or content parts."""

    name: str | None
    """A name to distinguish participants with the same role."""


class ChatCompletionToolMessageParam(TypedDict, total=False):
    """The result of a tool call."""

    role: Required[Literal["tool"]]

    content: Required[ChatCompletionContentParam]
    """Text or content parts."""

    tool_call_id: Required[str]
    """The id of the tool call that this message answers."""

    name: str | None
    """The name of the tool."""


class ChatCompletionUserMessageParam(TypedDict, total=False):
    """A message from the user: text, images, audio and files."""

    role: Required[Literal["user"]]

    content: Required[ChatCompletionContentParam]
    """Text or content parts."""

    name: str | None
    """A name to distinguish participants with the same role."""


class ChatCompletionsCreateParams(ChatCompletionsCreateBaseParams, total=False):
    """Arguments of `chat.completions.create`."""

    tools: Sequence[ChatCompletionToolUnionParam] | None
    """The tools that the model may call."""

    response_format: ResponseFormatParam | None
    """The format of the response."""


class CustomToolCallInputParam(TypedDict, total=False):
    """The name and the input of a custom tool call."""

    name: Required[str]
    """The name of the tool."""

    input: Required[str]
    """The input generated by the model."""


class CustomToolDefinitionParam(TypedDict, total=False):
    """The name, description and input format of a custom tool."""

    name: Required[str]
    """The name of the tool."""

    description: str | None
    """A description of the tool."""

    format: CustomToolInputFormatParam | None
    """The input format of a custom tool."""


class CustomToolGrammarFormatParam(TypedDict, total=False):
    """Text that matches a grammar."""

    type: Required[Literal["grammar"]]

    grammar: Required[CustomToolGrammarParam]
    """A grammar and its syntax."""


class CustomToolGrammarParam(TypedDict, total=False):
    """A grammar and its syntax."""

    definition: Required[str]
    """The definition of the grammar."""

    syntax: Required[CustomToolGrammarSyntax]
    """The syntax of the definition."""


class CustomToolTextFormatParam(TypedDict, total=False):
    """Free text."""

    type: Required[Literal["text"]]


class FileContentParam(TypedDict, total=False):
    """Either `file_id`, or `file_data` with `filename`."""

    file_id: str | None
    """The id of an uploaded file."""

    file_data: str | None
    """The content of the file as a `data:` URL."""

    filename: str | None
    """The name of the file."""


class FunctionDefinitionParam(TypedDict, total=False):
    """The name, description and parameters of a function."""

    name: Required[str]
    """The name of the function: letters, digits, `_` and `-`, at most 64 characters."""

    description: str | None
    """A description of the function, from which the model decides when to call it."""

    parameters: FunctionParametersParam | None
    """The parameters as a JSON Schema of type object. Absent: no parameters."""

    strict: bool | None
    """Whether the arguments must match the schema exactly."""


class ImageSourceParam(TypedDict, total=False):
    """An image by content (`base64` with `media_type` and `data`) or by `url`."""

    type: Required[ImageSourceParamType]
    """The type of the source: `base64` or `url`."""

    media_type: str | None
    """The media type, such as `image/png`."""

    data: str | None
    """The image, base64-encoded."""

    url: str | None
    """The type of the source: `base64` or `url`."""


class InputAudioParam(TypedDict, total=False):
    """Audio data and its format."""

    data: Required[str]
    """The audio, base64-encoded."""

    format: Required[InputAudioParamFormat]
    """The encoding of the audio."""


class JSONSchemaFormatParam(TypedDict, total=False):
    """A JSON Schema and its name."""

    name: str | None
    """The name of the schema: letters, digits, `_` and `-`, at most 64 characters. Optional at some providers."""

    description: str | None
    """A description of the response format for the model."""

    schema: Mapping[str, object] | None
    """The JSON Schema."""

    strict: bool | None
    """Whether the output must match the schema exactly."""


class MediaUrlParam(TypedDict, total=False):
    """The URL of a media file."""

    url: Required[str]
    """An `https:` URL, or the content as a `data:` URL."""


class PromptCacheOptionsParam(TypedDict, total=False):
    """Options of the provider's prompt cache."""

    mode: str | None
    """Whether cache breakpoints are chosen automatically (`implicit`) or marked in the request (`explicit`)."""

    ttl: str | None
    """How long cache entries are kept, such as `30m`."""


class ResponseFormatJSONObjectParam(TypedDict, total=False):
    """A JSON object. A message must also ask the model for JSON."""

    type: Required[Literal["json_object"]]


class ResponseFormatJSONSchemaParam(TypedDict, total=False):
    """JSON that matches a JSON Schema."""

    type: Required[Literal["json_schema"]]

    json_schema: Required[JSONSchemaFormatParam]
    """A JSON Schema and its name."""


class ResponseFormatOtherParam(TypedDict, total=False):
    """A format that only some providers support, such as `grammar`."""

    type: Required[str]
    """The type of the format."""


class ResponseFormatTextParam(TypedDict, total=False):
    """Text."""

    type: Required[Literal["text"]]


class ToolNameParam(TypedDict, total=False):
    """A tool, by name."""

    name: Required[str]
    """The name of the tool."""


class WebSearchLocationParam(TypedDict, total=False):
    """The known parts of a location."""

    country: str | None
    """The two-letter country code, such as `NO`."""

    region: str | None
    """The region."""

    city: str | None
    """The city."""

    timezone: str | None
    """The IANA time zone, such as `Europe/Oslo`."""


class WebSearchOptionsParam(TypedDict, total=False):
    """Options for web search."""

    search_context_size: WebSearchOptionsParamSearchContextSize | None
    """How much context from search results is used."""

    user_location: WebSearchUserLocationParam | None
    """The approximate location of the user."""


class WebSearchUserLocationParam(TypedDict, total=False):
    """An approximate location."""

    type: Required[Literal["approximate"]]

    approximate: Required[WebSearchLocationParam]
    """The known parts of a location."""


ChatCompletionAllowedToolsParamMode: TypeAlias = Literal["auto", "required"]
"""Whether the model may (`auto`) or must (`required`) call one of the tools."""


ChatCompletionAssistantContentPartParam: TypeAlias = "ChatCompletionContentPartTextParam | ChatCompletionContentPartRefusalParam | ChatCompletionContentPartThinkingParam | ChatCompletionAssistantContentPartOtherParam"
"""A content part of an assistant message."""


ChatCompletionAssistantMessageParamContentParam: TypeAlias = "str | Sequence[ChatCompletionAssistantContentPartParam]"
"""The content: text or content parts. Optional if there are tool calls."""


ChatCompletionAudioParamFormat: TypeAlias = Literal["wav", "mp3", "flac", "opus", "aac", "pcm", "pcm16"] | str
"""The encoding of the audio."""


ChatCompletionAudioParamVoiceParam: TypeAlias = "Voice | CustomVoiceParam"
"""The voice: a built-in voice by name, or a custom voice by id."""


ChatCompletionContentPartParam: TypeAlias = "ChatCompletionContentPartTextParam | ChatCompletionContentPartImageParam | ChatCompletionContentPartInputAudioParam | ChatCompletionContentPartFileParam | ChatCompletionContentPartImageSourceParam | ChatCompletionContentPartVideoParam | ChatCompletionContentPartAudioUrlParam | ChatCompletionContentPartDocumentUrlParam | ChatCompletionContentPartOtherParam"
"""A content part of a message."""


ChatCompletionContentParam: TypeAlias = "str | Sequence[ChatCompletionContentPartParam]"
"""Text or content parts."""


ChatCompletionContentPartAudioUrlParamAudioUrlParam: TypeAlias = "MediaUrlParam | str"
"""The URL of the audio."""


ChatCompletionContentPartDocumentUrlParamDocumentUrlParam: TypeAlias = "MediaUrlParam | str"
"""The URL of the document."""


ChatCompletionContentPartImageParamImageUrlParam: TypeAlias = "ImageUrlParam | str"
"""The URL of the image. Some providers accept the URL as a plain string."""


ChatCompletionContentPartThinkingParamThinkingParam: TypeAlias = str | Sequence[Mapping[str, object]]
"""Text or content parts."""


ChatCompletionContentPartVideoParamVideoUrlParam: TypeAlias = "MediaUrlParam | str"
"""The URL of the video."""


ChatCompletionMessageParam: TypeAlias = "ChatCompletionDeveloperMessageParam | ChatCompletionSystemMessageParam | ChatCompletionUserMessageParam | ChatCompletionAssistantMessageParam | ChatCompletionToolMessageParam | ChatCompletionFunctionMessageParam | ChatCompletionMessage"
"""A message of a conversation, discriminated by `role`."""


ChatCompletionMessageToolCallUnionParam: TypeAlias = "ChatCompletionMessageFunctionToolCallParam | ChatCompletionMessageFunctionToolCall | ChatCompletionMessageCustomToolCallParam | ChatCompletionMessageCustomToolCall | ChatCompletionOtherToolCallParam | UnknownVariant"
"""A tool call that the model generated before."""


ChatCompletionModality: TypeAlias = Literal["text", "audio", "image"] | str
"""A type of content."""


ChatCompletionNamedToolChoiceUnionParam: TypeAlias = "ChatCompletionNamedToolChoiceParam | ChatCompletionNamedToolChoiceCustomParam | ChatCompletionAllowedToolChoiceParam | ChatCompletionOtherToolChoiceParam"
"""A tool that the model must call, by name."""


ChatCompletionOtherFunctionCallParamArgumentsParam: TypeAlias = str | Mapping[str, object]
"""The arguments, as a JSON string or as an object."""


ChatCompletionRequestFunctionCallChoice: TypeAlias = Literal["none", "auto"]


ChatCompletionRequestFunctionCallParam: TypeAlias = "ChatCompletionRequestFunctionCallChoice | ToolNameParam"
"""Deprecated: use `tool_choice`."""


ChatCompletionRequestThinkingParam: TypeAlias = bool | Mapping[str, object]
"""Whether the model returns its reasoning as `reasoning_content`, if supported; or the provider's own reasoning
configuration.
"""


ChatCompletionRequestVerbosity: TypeAlias = Literal["low", "medium", "high"] | str
"""How verbose the response is. Ignored by offline models."""


ChatCompletionTextContentParam: TypeAlias = "str | Sequence[ChatCompletionContentPartTextParam]"
"""Text or text parts."""


ChatCompletionToolChoiceOptionParamChoice: TypeAlias = Literal["none", "auto", "required", "any"]


ChatCompletionToolChoiceOptionParam: TypeAlias = (
    "ChatCompletionToolChoiceOptionParamChoice | ChatCompletionNamedToolChoiceUnionParam"
)
"""Which tools the model calls: `none`, `auto` (the model decides), `required` (at least one; `any` at some
providers), a named tool, or a set of allowed tools.
"""


ChatCompletionToolUnionParam: TypeAlias = "ChatCompletionFunctionToolParam | ChatCompletionCustomToolParam | ChatCompletionOtherToolParam | Tool[..., Any] | Function"
"""A tool that the model may call."""


CustomToolGrammarSyntax: TypeAlias = Literal["lark", "regex"] | str
"""The syntax of the definition."""


CustomToolInputFormatParam: TypeAlias = "CustomToolTextFormatParam | CustomToolGrammarFormatParam"
"""The input format of a custom tool."""


FunctionParametersParam: TypeAlias = Mapping[str, object]
"""The parameters as a JSON Schema of type object. Absent: no parameters."""


ImageSourceParamType: TypeAlias = Literal["base64", "url"] | str
"""The type of the source: `base64` or `url`."""


InputAudioParamFormat: TypeAlias = Literal["wav", "mp3"] | str
"""The encoding of the audio."""


ReasoningEffort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | str
"""The reasoning effort of the model."""


ResponseFormatParam: TypeAlias = (
    "ResponseFormatTextParam | ResponseFormatJSONObjectParam | ResponseFormatJSONSchemaParam | ResponseFormatOtherParam"
)
"""The format of the response."""


WebSearchOptionsParamSearchContextSize: TypeAlias = Literal["low", "medium", "high"] | str
"""How much context from search results is used."""
