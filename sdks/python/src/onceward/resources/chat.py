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
    """Answers to conversations."""

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
        """Answer a conversation.

        Gives the next message of a conversation, at once or (with `stream: true`) as server-sent events of
        chunks, closed by `data: [DONE]`. Every event has an `id`, so that a stream that was cut goes on where
        it stopped: send the same request with the same `Idempotency-Key` and `Last-Event-ID`.

        Args:
            region: The region that may serve the call, for a model with deployments in several.
            model: Which model answers, with or without its provider (`openai/gpt-4o`, `gpt-4o`,
                `onceward/echo`).
            messages: The conversation so far, oldest first.
            stream: Whether the answer comes as server-sent events. Default: False.
            stream_options: What the stream carries beside its content.
            temperature: How freely words are chosen, from 0 (always the likeliest) to 2.
            top_p: Only the likeliest words that together have this probability are chosen from.
            n: How many answers to give.
            stop: Texts at which writing stops; they are not part of the answer.
            max_completion_tokens: The most tokens to write, reasoning included.
            max_tokens: The most tokens to write; the older name, which most providers still read.
            presence_penalty: Above 0, words that have come up already are less likely.
            frequency_penalty: Above 0, words are the less likely the more often they have come up.
            logit_bias: Token id -> what is added to its likelihood, from -100 (never) to 100 (only).
            seed: The same seed and request give the same answer where the model can.
            logprobs: Whether the answer tells how likely each of its tokens was.
            top_logprobs: How many of the likeliest tokens to name at each place.
            tools: The tools the model may call.
            tool_choice: Which tools the model may or must call: `none`, `auto` (its choice), `required` (at
                least one; some providers say `any`), a named one, or some of them.
            parallel_tool_calls: Whether one answer may call several tools.
            functions: The older form of `tools`.
            function_call: The older form of `tool_choice`.
            response_format: What shape the answer has.
            modalities: What the answer may be made of.
            audio: How the model speaks.
            prediction: What the answer will mostly be, known beforehand; makes rewriting a text fast.
            verbosity: How long the answer is.
            reasoning_effort: How long the model thinks before it answers.
            thinking: Whether the model shows its thinking, as `reasoning_content`, where it can; or how it
                thinks, in a provider's own words.
            web_search_options: Lets the model search the web.
            moderation: Checks the conversation and the answer by a moderation model.
            user: Your end user, by an id of yours.
            safety_identifier: Your end user, by a hash, for the abuse checks of providers.
            prompt_cache_key: Requests with the same key are likelier to find the provider's cache.
            prompt_cache_retention: How long the provider keeps its cache, such as `24h`.
            prompt_cache_options: How the provider's cache is used.
            service_tier: The latency class that serves the call.
            store: Whether the provider keeps the answer.
            metadata: Up to the caller; kept with the record and given back.
            tags: Labels under which the call's cost is reported.
            cache: What the call asks of the gateway's response cache.
            guardrails: Guardrails that this call passes beside those it passes anyway.
            mock_response: The answer's content, word for word, with no model asked.
            virtual_model_id: A model name that the gateway's routes map to real ones.
            provider_specific_params: What only one provider knows, added to the body the provider gets, such as
                `{"top_k": 40}`.

        Returns:
            The complete response, or the stream of events with `stream=True`.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        return self._client.execute(_COMPLETIONS_CREATE, params)


class ChatCompletionsWithRawResponse(RawResource["ChatCompletions"]):
    """The methods of `ChatCompletions`, returning raw responses."""

    create = RawMethod(ChatCompletions.create)


class AsyncChatCompletions(AsyncChatCompletionsHelpers, AsyncResource):
    """Answers to conversations."""

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
        """Answer a conversation.

        Gives the next message of a conversation, at once or (with `stream: true`) as server-sent events of
        chunks, closed by `data: [DONE]`. Every event has an `id`, so that a stream that was cut goes on where
        it stopped: send the same request with the same `Idempotency-Key` and `Last-Event-ID`.

        Args:
            region: The region that may serve the call, for a model with deployments in several.
            model: Which model answers, with or without its provider (`openai/gpt-4o`, `gpt-4o`,
                `onceward/echo`).
            messages: The conversation so far, oldest first.
            stream: Whether the answer comes as server-sent events. Default: False.
            stream_options: What the stream carries beside its content.
            temperature: How freely words are chosen, from 0 (always the likeliest) to 2.
            top_p: Only the likeliest words that together have this probability are chosen from.
            n: How many answers to give.
            stop: Texts at which writing stops; they are not part of the answer.
            max_completion_tokens: The most tokens to write, reasoning included.
            max_tokens: The most tokens to write; the older name, which most providers still read.
            presence_penalty: Above 0, words that have come up already are less likely.
            frequency_penalty: Above 0, words are the less likely the more often they have come up.
            logit_bias: Token id -> what is added to its likelihood, from -100 (never) to 100 (only).
            seed: The same seed and request give the same answer where the model can.
            logprobs: Whether the answer tells how likely each of its tokens was.
            top_logprobs: How many of the likeliest tokens to name at each place.
            tools: The tools the model may call.
            tool_choice: Which tools the model may or must call: `none`, `auto` (its choice), `required` (at
                least one; some providers say `any`), a named one, or some of them.
            parallel_tool_calls: Whether one answer may call several tools.
            functions: The older form of `tools`.
            function_call: The older form of `tool_choice`.
            response_format: What shape the answer has.
            modalities: What the answer may be made of.
            audio: How the model speaks.
            prediction: What the answer will mostly be, known beforehand; makes rewriting a text fast.
            verbosity: How long the answer is.
            reasoning_effort: How long the model thinks before it answers.
            thinking: Whether the model shows its thinking, as `reasoning_content`, where it can; or how it
                thinks, in a provider's own words.
            web_search_options: Lets the model search the web.
            moderation: Checks the conversation and the answer by a moderation model.
            user: Your end user, by an id of yours.
            safety_identifier: Your end user, by a hash, for the abuse checks of providers.
            prompt_cache_key: Requests with the same key are likelier to find the provider's cache.
            prompt_cache_retention: How long the provider keeps its cache, such as `24h`.
            prompt_cache_options: How the provider's cache is used.
            service_tier: The latency class that serves the call.
            store: Whether the provider keeps the answer.
            metadata: Up to the caller; kept with the record and given back.
            tags: Labels under which the call's cost is reported.
            cache: What the call asks of the gateway's response cache.
            guardrails: Guardrails that this call passes beside those it passes anyway.
            mock_response: The answer's content, word for word, with no model asked.
            virtual_model_id: A model name that the gateway's routes map to real ones.
            provider_specific_params: What only one provider knows, added to the body the provider gets, such as
                `{"top_k": 40}`.

        Returns:
            The complete response, or the stream of events with `stream=True`.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        return await self._client.execute(_COMPLETIONS_CREATE, params)


class AsyncChatCompletionsWithRawResponse(RawResource["AsyncChatCompletions"]):
    """The methods of `AsyncChatCompletions`, returning raw responses."""

    create = AsyncRawMethod(AsyncChatCompletions.create)


class Chat(Resource):
    """Conversations."""

    @cached_property
    def completions(self) -> ChatCompletions:
        """Answers to conversations."""
        return ChatCompletions(self._client)


class AsyncChat(AsyncResource):
    """Conversations."""

    @cached_property
    def completions(self) -> AsyncChatCompletions:
        """Answers to conversations."""
        return AsyncChatCompletions(self._client)
