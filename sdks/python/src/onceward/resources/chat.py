# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `chat` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from .._core.operation import Body, Operation, Param, Result, Stream
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource
from ..lib.chat import AsyncChatCompletionsHelpers, ChatCompletionsHelpers

if TYPE_CHECKING:
    from .._drivers.stream import AsyncStream
    from .._drivers.stream import Stream as EventStream
    from ..types.chat import ChatCompletion, ChatCompletionChunk
    from ..types.params.chat import ChatCompletionsCreateParams

__all__ = [
    "AsyncChat",
    "AsyncChatCompletions",
    "AsyncChatCompletionsWithRawResponse",
    "Chat",
    "ChatCompletions",
    "ChatCompletionsWithRawResponse",
]

_COMPLETIONS_CREATE = Operation(
    id="chat.completions.create",
    method="POST",
    path="/v1/chat/completions",
    params={
        "region": Param(wire="X-Onceward-Region", place="header", check=("within", "string", {"min_length": 1})),
        "model": Param(wire="model", required=True, check=("within", "string", {"min_length": 1})),
        "messages": Param(
            wire="messages",
            required=True,
            check=("within", ("list", "chat:ChatCompletionMessageParam"), {"min_length": 1}),
        ),
        "stream": Param(wire="stream", nullable=True, check=("null", "boolean")),
        "stream_options": Param(wire="stream_options", nullable=True, check=("null", "shared:StreamOptionsParam")),
        "temperature": Param(
            wire="temperature", nullable=True, check=("null", ("within", "number", {"minimum": 0, "maximum": 2}))
        ),
        "top_p": Param(wire="top_p", nullable=True, check=("null", ("within", "number", {"minimum": 0, "maximum": 1}))),
        "n": Param(wire="n", nullable=True, check=("null", ("within", "integer", {"minimum": 1, "maximum": 128}))),
        "stop": Param(wire="stop", nullable=True, check=("null", "shared:StopSequencesParam")),
        "max_completion_tokens": Param(wire="max_completion_tokens", nullable=True, check=("null", "integer")),
        "max_tokens": Param(wire="max_tokens", nullable=True, check=("null", "integer")),
        "presence_penalty": Param(
            wire="presence_penalty", nullable=True, check=("null", ("within", "number", {"minimum": -2, "maximum": 2}))
        ),
        "frequency_penalty": Param(
            wire="frequency_penalty", nullable=True, check=("null", ("within", "number", {"minimum": -2, "maximum": 2}))
        ),
        "logit_bias": Param(wire="logit_bias", nullable=True, check=("null", ("map", "number"))),
        "seed": Param(wire="seed", nullable=True, check=("null", "integer")),
        "logprobs": Param(wire="logprobs", nullable=True, check=("null", "boolean")),
        "top_logprobs": Param(wire="top_logprobs", nullable=True, check=("null", "integer")),
        "tools": Param(wire="tools", nullable=True, check=("null", ("list", "chat:ChatCompletionToolUnionParam"))),
        "tool_choice": Param(
            wire="tool_choice", nullable=True, check=("null", "chat:ChatCompletionToolChoiceOptionParam")
        ),
        "parallel_tool_calls": Param(wire="parallel_tool_calls", nullable=True, check=("null", "boolean")),
        "functions": Param(wire="functions", nullable=True, check=("null", ("list", "chat:FunctionDefinitionParam"))),
        "function_call": Param(
            wire="function_call", nullable=True, check=("null", "chat:ChatCompletionRequestFunctionCallParam")
        ),
        "response_format": Param(wire="response_format", nullable=True, check=("null", "chat:ResponseFormatParam")),
        "modalities": Param(wire="modalities", nullable=True, check=("null", ("list", "string"))),
        "audio": Param(wire="audio", nullable=True, check=("null", "chat:ChatCompletionAudioParam")),
        "prediction": Param(
            wire="prediction", nullable=True, check=("null", "chat:ChatCompletionPredictionContentParam")
        ),
        "verbosity": Param(wire="verbosity", nullable=True, check=("null", "string")),
        "reasoning_effort": Param(wire="reasoning_effort", nullable=True, check=("null", "string")),
        "thinking": Param(wire="thinking", nullable=True, check=("null", "chat:ChatCompletionRequestThinkingParam")),
        "web_search_options": Param(
            wire="web_search_options", nullable=True, check=("null", "chat:WebSearchOptionsParam")
        ),
        "moderation": Param(wire="moderation", nullable=True, check=("null", "chat:ChatCompletionModerationParam")),
        "user": Param(wire="user", nullable=True, check=("null", "string")),
        "safety_identifier": Param(wire="safety_identifier", nullable=True, check=("null", "string")),
        "prompt_cache_key": Param(wire="prompt_cache_key", nullable=True, check=("null", "string")),
        "prompt_cache_retention": Param(wire="prompt_cache_retention", nullable=True, check=("null", "string")),
        "prompt_cache_options": Param(
            wire="prompt_cache_options", nullable=True, check=("null", "chat:PromptCacheOptionsParam")
        ),
        "service_tier": Param(wire="service_tier", nullable=True, check=("null", "string")),
        "store": Param(wire="store", nullable=True, check=("null", "boolean")),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "tags": Param(wire="tags", nullable=True, check=("null", ("list", "string"))),
        "cache": Param(wire="cache", nullable=True, check=("null", "shared:ResponseCacheParam")),
        "guardrails": Param(wire="guardrails", nullable=True, check=("null", ("list", "string"))),
        "mock_response": Param(wire="mock_response", nullable=True, check=("null", "string")),
        "virtual_model_id": Param(wire="virtual_model_id", nullable=True, check=("null", "string")),
        "provider_specific_params": Param(
            wire="provider_specific_params", nullable=True, check=("null", ("map", None))
        ),
    },
    body=Body(),
    result=Result(type="chat:ChatCompletion"),
    stream=Stream(
        event="chat:ChatCompletionChunk",
        done="[DONE]",
        resumable=True,
        finish=("choices", "index", "finish_reason", "n"),
    ),
    retry="keyed",
)


class ChatCompletions(ChatCompletionsHelpers, Resource):
    """Chat completions."""

    @cached_property
    def with_raw_response(self) -> ChatCompletionsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return ChatCompletionsWithRawResponse(self)

    @overload
    def create(
        self, *, stream: Literal[False] | None = False, **params: Unpack[ChatCompletionsCreateParams]
    ) -> ChatCompletion: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[ChatCompletionsCreateParams]
    ) -> EventStream[ChatCompletionChunk]: ...
    @overload
    def create(
        self, *, stream: bool | None, **params: Unpack[ChatCompletionsCreateParams]
    ) -> ChatCompletion | EventStream[ChatCompletionChunk]: ...
    def create(self, **params: Any) -> Any:
        """Create a chat completion.

        Generates the next message of a conversation. The response is one JSON object or, with `stream: true`, a
        stream of chunks as server-sent events that ends with `data: [DONE]`. Every event has an `id`. To resume
        an interrupted stream, send the same request again with the same `Idempotency-Key` and with
        `Last-Event-ID`.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            model: The id of the model, with or without its provider (`openai/gpt-4o`, `gpt-4o`,
                `onceward/echo`).
            messages: The messages of the conversation so far, oldest first.
            stream: Whether to stream the response as server-sent events. Default: False.
            stream_options: Options for streaming.
            temperature: The sampling temperature, from 0 to 2.
            top_p: Nucleus sampling: only the most likely tokens whose probabilities add up to `top_p` are
                considered.
            n: The number of choices to generate.
            stop: Sequences at which generation stops.
            max_completion_tokens: The maximum number of tokens to generate, including reasoning tokens.
            max_tokens: The maximum number of tokens to generate.
            presence_penalty: Positive values make tokens that have already appeared less likely.
            frequency_penalty: Positive values make tokens less likely the more often they have appeared.
            logit_bias: Maps token ids to a bias from -100 (never) to 100 (always).
            seed: Requests with the same seed and parameters return the same result, if the model supports it.
            logprobs: Whether to return log probabilities of the output tokens.
            top_logprobs: The number of most likely tokens to return at each position.
            tools: The tools that the model may call.
            tool_choice: Which tools the model calls: `none`, `auto` (the model decides), `required` (at least
                one; `any` at some providers), a named tool, or a set of allowed tools.
            parallel_tool_calls: Whether the model may call several tools in one response.
            functions: Deprecated: use `tools`.
            function_call: Deprecated: use `tool_choice`.
            response_format: The format of the response.
            modalities: The output modalities.
            audio: Parameters of audio output.
            prediction: Predicted output.
            verbosity: How verbose the response is.
            reasoning_effort: The reasoning effort of the model.
            thinking: Whether the model returns its reasoning as `reasoning_content`, if supported; or the
                provider's own reasoning configuration.
            web_search_options: Web search by the model.
            moderation: Checks the conversation and the response with a moderation model.
            user: The id of your end user.
            safety_identifier: A hashed id of your end user for the provider's abuse detection.
            prompt_cache_key: Requests with the same key are more likely to hit the provider's prompt cache.
            prompt_cache_retention: How long the provider keeps its prompt cache, such as `24h`.
            prompt_cache_options: Options of the provider's prompt cache.
            service_tier: The latency tier that serves the call.
            store: Whether the provider stores the response.
            metadata: Custom metadata.
            tags: Tags to report the cost of the call under.
            cache: Controls the gateway's response cache for this call.
            guardrails: Guardrails to apply to this call in addition to the default ones.
            mock_response: Content to return verbatim without calling a model, for tests.
            virtual_model_id: A model name that the gateway's routes map to real models.
            provider_specific_params: Parameters of one provider, added to the body that is sent to the
                provider, such as `{"top_k": 40}`.

        Returns:
            The complete response, or the stream of events with `stream=True`.
        """
        return self._client.execute(_COMPLETIONS_CREATE, params)


class ChatCompletionsWithRawResponse(RawResource["ChatCompletions"]):
    """The methods of `ChatCompletions`, returning raw responses."""

    create = RawMethod(ChatCompletions.create)


class AsyncChatCompletions(AsyncChatCompletionsHelpers, AsyncResource):
    """Chat completions."""

    @cached_property
    def with_raw_response(self) -> AsyncChatCompletionsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncChatCompletionsWithRawResponse(self)

    @overload
    async def create(
        self, *, stream: Literal[False] | None = False, **params: Unpack[ChatCompletionsCreateParams]
    ) -> ChatCompletion: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[ChatCompletionsCreateParams]
    ) -> AsyncStream[ChatCompletionChunk]: ...
    @overload
    async def create(
        self, *, stream: bool | None, **params: Unpack[ChatCompletionsCreateParams]
    ) -> ChatCompletion | AsyncStream[ChatCompletionChunk]: ...
    async def create(self, **params: Any) -> Any:
        """Create a chat completion.

        Generates the next message of a conversation. The response is one JSON object or, with `stream: true`, a
        stream of chunks as server-sent events that ends with `data: [DONE]`. Every event has an `id`. To resume
        an interrupted stream, send the same request again with the same `Idempotency-Key` and with
        `Last-Event-ID`.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            model: The id of the model, with or without its provider (`openai/gpt-4o`, `gpt-4o`,
                `onceward/echo`).
            messages: The messages of the conversation so far, oldest first.
            stream: Whether to stream the response as server-sent events. Default: False.
            stream_options: Options for streaming.
            temperature: The sampling temperature, from 0 to 2.
            top_p: Nucleus sampling: only the most likely tokens whose probabilities add up to `top_p` are
                considered.
            n: The number of choices to generate.
            stop: Sequences at which generation stops.
            max_completion_tokens: The maximum number of tokens to generate, including reasoning tokens.
            max_tokens: The maximum number of tokens to generate.
            presence_penalty: Positive values make tokens that have already appeared less likely.
            frequency_penalty: Positive values make tokens less likely the more often they have appeared.
            logit_bias: Maps token ids to a bias from -100 (never) to 100 (always).
            seed: Requests with the same seed and parameters return the same result, if the model supports it.
            logprobs: Whether to return log probabilities of the output tokens.
            top_logprobs: The number of most likely tokens to return at each position.
            tools: The tools that the model may call.
            tool_choice: Which tools the model calls: `none`, `auto` (the model decides), `required` (at least
                one; `any` at some providers), a named tool, or a set of allowed tools.
            parallel_tool_calls: Whether the model may call several tools in one response.
            functions: Deprecated: use `tools`.
            function_call: Deprecated: use `tool_choice`.
            response_format: The format of the response.
            modalities: The output modalities.
            audio: Parameters of audio output.
            prediction: Predicted output.
            verbosity: How verbose the response is.
            reasoning_effort: The reasoning effort of the model.
            thinking: Whether the model returns its reasoning as `reasoning_content`, if supported; or the
                provider's own reasoning configuration.
            web_search_options: Web search by the model.
            moderation: Checks the conversation and the response with a moderation model.
            user: The id of your end user.
            safety_identifier: A hashed id of your end user for the provider's abuse detection.
            prompt_cache_key: Requests with the same key are more likely to hit the provider's prompt cache.
            prompt_cache_retention: How long the provider keeps its prompt cache, such as `24h`.
            prompt_cache_options: Options of the provider's prompt cache.
            service_tier: The latency tier that serves the call.
            store: Whether the provider stores the response.
            metadata: Custom metadata.
            tags: Tags to report the cost of the call under.
            cache: Controls the gateway's response cache for this call.
            guardrails: Guardrails to apply to this call in addition to the default ones.
            mock_response: Content to return verbatim without calling a model, for tests.
            virtual_model_id: A model name that the gateway's routes map to real models.
            provider_specific_params: Parameters of one provider, added to the body that is sent to the
                provider, such as `{"top_k": 40}`.

        Returns:
            The complete response, or the stream of events with `stream=True`.
        """
        return await self._client.execute(_COMPLETIONS_CREATE, params)


class AsyncChatCompletionsWithRawResponse(RawResource["AsyncChatCompletions"]):
    """The methods of `AsyncChatCompletions`, returning raw responses."""

    create = AsyncRawMethod(AsyncChatCompletions.create)


class Chat(Resource):
    """Chat completions."""

    @cached_property
    def completions(self) -> ChatCompletions:
        """Chat completions."""
        return ChatCompletions(self._client)


class AsyncChat(AsyncResource):
    """Chat completions."""

    @cached_property
    def completions(self) -> AsyncChatCompletions:
        """Chat completions."""
        return AsyncChatCompletions(self._client)
