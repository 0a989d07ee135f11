# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `completions` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from .._core.operation import Body, Operation, Param, Result, Stream
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._drivers.stream import AsyncStream
    from .._drivers.stream import Stream as EventStream
    from ..types.completions import Completion
    from ..types.params.completions import CompletionsCreateParams

__all__ = [
    "AsyncCompletions",
    "AsyncCompletionsWithRawResponse",
    "Completions",
    "CompletionsWithRawResponse",
]

_CREATE = Operation(
    id="completions.create",
    method="POST",
    path="/v1/completions",
    params={
        "region": Param(wire="X-Onceward-Region", place="header", check=("within", "string", {"min_length": 1})),
        "model": Param(wire="model", required=True, check=("within", "string", {"min_length": 1})),
        "prompt": Param(wire="prompt", required=True, check="completions:CompletionPromptParam"),
        "suffix": Param(wire="suffix", nullable=True, check=("null", "string")),
        "stream": Param(wire="stream", nullable=True, check=("null", "boolean")),
        "stream_options": Param(wire="stream_options", nullable=True, check=("null", "shared:StreamOptionsParam")),
        "max_tokens": Param(wire="max_tokens", nullable=True, check=("null", "integer")),
        "temperature": Param(
            wire="temperature", nullable=True, check=("null", ("within", "number", {"minimum": 0, "maximum": 2}))
        ),
        "top_p": Param(wire="top_p", nullable=True, check=("null", ("within", "number", {"minimum": 0, "maximum": 1}))),
        "n": Param(wire="n", nullable=True, check=("null", ("within", "integer", {"minimum": 1, "maximum": 128}))),
        "best_of": Param(
            wire="best_of", nullable=True, check=("null", ("within", "integer", {"minimum": 0, "maximum": 128}))
        ),
        "stop": Param(wire="stop", nullable=True, check=("null", "shared:StopSequencesParam")),
        "echo": Param(wire="echo", nullable=True, check=("null", "boolean")),
        "logprobs": Param(wire="logprobs", nullable=True, check=("null", "integer")),
        "presence_penalty": Param(
            wire="presence_penalty", nullable=True, check=("null", ("within", "number", {"minimum": -2, "maximum": 2}))
        ),
        "frequency_penalty": Param(
            wire="frequency_penalty", nullable=True, check=("null", ("within", "number", {"minimum": -2, "maximum": 2}))
        ),
        "logit_bias": Param(wire="logit_bias", nullable=True, check=("null", ("map", "number"))),
        "seed": Param(wire="seed", nullable=True, check=("null", "integer")),
        "user": Param(wire="user", nullable=True, check=("null", "string")),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "tags": Param(wire="tags", nullable=True, check=("null", ("list", "string"))),
        "cache": Param(wire="cache", nullable=True, check=("null", "shared:ResponseCacheParam")),
        "guardrails": Param(wire="guardrails", nullable=True, check=("null", ("list", "string"))),
        "mock_response": Param(wire="mock_response", nullable=True, check=("null", "string")),
        "provider_specific_params": Param(
            wire="provider_specific_params", nullable=True, check=("null", ("map", None))
        ),
    },
    body=Body(),
    result=Result(type="completions:Completion"),
    stream=Stream(
        event="completions:Completion", done="[DONE]", resumable=True, finish=("choices", "index", "finish_reason", "n")
    ),
    retry="keyed",
)


class Completions(Resource):
    """Continuations of texts."""

    @cached_property
    def with_raw_response(self) -> CompletionsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return CompletionsWithRawResponse(self)

    @overload
    def create(
        self, *, stream: Literal[False] | None = False, **params: Unpack[CompletionsCreateParams]
    ) -> Completion: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[CompletionsCreateParams]
    ) -> EventStream[Completion]: ...
    @overload
    def create(
        self, *, stream: bool | None, **params: Unpack[CompletionsCreateParams]
    ) -> Completion | EventStream[Completion]: ...
    def create(self, **params: Any) -> Any:
        """Continue a text.

        Gives what comes after a prompt, at once or (with `stream: true`) as server-sent events of the same
        shape, closed by `data: [DONE]`.

        Args:
            region: The region that may serve the call, for a model with deployments in several.
            model: Which model answers.
            prompt: The text to continue, several of them, or their tokens.
            suffix: What comes after the gap that is to be filled.
            stream: Whether the answer comes as server-sent events. Default: False.
            stream_options: What the stream carries beside its content.
            max_tokens: The most tokens to write; 0 with `echo` rates the prompt alone.
            temperature: How freely words are chosen.
            top_p: Only the likeliest words that together have this probability are chosen from.
            n: How many texts to give for each prompt.
            best_of: How many texts to write and choose the likeliest `n` of.
            stop: Texts at which writing stops; they are not part of the answer.
            echo: Whether the text begins with the prompt.
            logprobs: How many of the likeliest tokens to name at each place.
            presence_penalty: Above 0, words that have come up already are less likely.
            frequency_penalty: Above 0, words are the less likely the more often they have come up.
            logit_bias: Token id -> what is added to its likelihood, from -100 to 100.
            seed: The same seed and request give the same text where the model can.
            user: Your end user, by an id of yours.
            metadata: Up to the caller; kept with the record and given back.
            tags: Labels under which the call's cost is reported.
            cache: What the call asks of the gateway's response cache.
            guardrails: Guardrails that this call passes beside those it passes anyway.
            mock_response: The text, word for word, with no model asked.
            provider_specific_params: What only one provider knows, added to the body the provider gets.

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
        return self._client.execute(_CREATE, params)


class CompletionsWithRawResponse(RawResource["Completions"]):
    """The methods of `Completions`, returning raw responses."""

    create = RawMethod(Completions.create)


class AsyncCompletions(AsyncResource):
    """Continuations of texts."""

    @cached_property
    def with_raw_response(self) -> AsyncCompletionsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncCompletionsWithRawResponse(self)

    @overload
    async def create(
        self, *, stream: Literal[False] | None = False, **params: Unpack[CompletionsCreateParams]
    ) -> Completion: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[CompletionsCreateParams]
    ) -> AsyncStream[Completion]: ...
    @overload
    async def create(
        self, *, stream: bool | None, **params: Unpack[CompletionsCreateParams]
    ) -> Completion | AsyncStream[Completion]: ...
    async def create(self, **params: Any) -> Any:
        """Continue a text.

        Gives what comes after a prompt, at once or (with `stream: true`) as server-sent events of the same
        shape, closed by `data: [DONE]`.

        Args:
            region: The region that may serve the call, for a model with deployments in several.
            model: Which model answers.
            prompt: The text to continue, several of them, or their tokens.
            suffix: What comes after the gap that is to be filled.
            stream: Whether the answer comes as server-sent events. Default: False.
            stream_options: What the stream carries beside its content.
            max_tokens: The most tokens to write; 0 with `echo` rates the prompt alone.
            temperature: How freely words are chosen.
            top_p: Only the likeliest words that together have this probability are chosen from.
            n: How many texts to give for each prompt.
            best_of: How many texts to write and choose the likeliest `n` of.
            stop: Texts at which writing stops; they are not part of the answer.
            echo: Whether the text begins with the prompt.
            logprobs: How many of the likeliest tokens to name at each place.
            presence_penalty: Above 0, words that have come up already are less likely.
            frequency_penalty: Above 0, words are the less likely the more often they have come up.
            logit_bias: Token id -> what is added to its likelihood, from -100 to 100.
            seed: The same seed and request give the same text where the model can.
            user: Your end user, by an id of yours.
            metadata: Up to the caller; kept with the record and given back.
            tags: Labels under which the call's cost is reported.
            cache: What the call asks of the gateway's response cache.
            guardrails: Guardrails that this call passes beside those it passes anyway.
            mock_response: The text, word for word, with no model asked.
            provider_specific_params: What only one provider knows, added to the body the provider gets.

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
        return await self._client.execute(_CREATE, params)


class AsyncCompletionsWithRawResponse(RawResource["AsyncCompletions"]):
    """The methods of `AsyncCompletions`, returning raw responses."""

    create = AsyncRawMethod(AsyncCompletions.create)
