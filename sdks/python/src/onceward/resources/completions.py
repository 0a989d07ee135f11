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
    """Completions."""

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
        """Create a completion.

        Generates a completion for a prompt. The response is one JSON object or, with `stream: true`, a stream
        of chunks as server-sent events that ends with `data: [DONE]`.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            model: The id of the model.
            prompt: The prompt: a string, an array of strings, or token ids.
            suffix: The text that follows the completion.
            stream: Whether to stream the response as server-sent events. Default: False.
            stream_options: Options for streaming.
            max_tokens: The maximum number of tokens to generate; 0 with `echo` only scores the prompt.
            temperature: The sampling temperature.
            top_p: Nucleus sampling: only the most likely tokens whose probabilities add up to `top_p` are
                considered.
            n: The number of completions to generate for each prompt.
            best_of: The number of completions to generate, of which the `n` most likely are returned.
            stop: Sequences at which generation stops.
            echo: Whether to return the prompt before the completion.
            logprobs: The number of most likely tokens to return at each position.
            presence_penalty: Positive values make tokens that have already appeared less likely.
            frequency_penalty: Positive values make tokens less likely the more often they have appeared.
            logit_bias: Maps token ids to a bias from -100 to 100.
            seed: Requests with the same seed and parameters return the same result, if the model supports it.
            user: The id of your end user.
            metadata: Custom metadata.
            tags: Tags to report the cost of the call under.
            cache: Controls the gateway's response cache for this call.
            guardrails: Guardrails to apply to this call in addition to the default ones.
            mock_response: Text to return verbatim without calling a model, for tests.
            provider_specific_params: Parameters of one provider, added to the body that is sent to the
                provider.

        Returns:
            The complete response, or the stream of events with `stream=True`.
        """
        return self._client.execute(_CREATE, params)


class CompletionsWithRawResponse(RawResource["Completions"]):
    """The methods of `Completions`, returning raw responses."""

    create = RawMethod(Completions.create)


class AsyncCompletions(AsyncResource):
    """Completions."""

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
        """Create a completion.

        Generates a completion for a prompt. The response is one JSON object or, with `stream: true`, a stream
        of chunks as server-sent events that ends with `data: [DONE]`.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            model: The id of the model.
            prompt: The prompt: a string, an array of strings, or token ids.
            suffix: The text that follows the completion.
            stream: Whether to stream the response as server-sent events. Default: False.
            stream_options: Options for streaming.
            max_tokens: The maximum number of tokens to generate; 0 with `echo` only scores the prompt.
            temperature: The sampling temperature.
            top_p: Nucleus sampling: only the most likely tokens whose probabilities add up to `top_p` are
                considered.
            n: The number of completions to generate for each prompt.
            best_of: The number of completions to generate, of which the `n` most likely are returned.
            stop: Sequences at which generation stops.
            echo: Whether to return the prompt before the completion.
            logprobs: The number of most likely tokens to return at each position.
            presence_penalty: Positive values make tokens that have already appeared less likely.
            frequency_penalty: Positive values make tokens less likely the more often they have appeared.
            logit_bias: Maps token ids to a bias from -100 to 100.
            seed: Requests with the same seed and parameters return the same result, if the model supports it.
            user: The id of your end user.
            metadata: Custom metadata.
            tags: Tags to report the cost of the call under.
            cache: Controls the gateway's response cache for this call.
            guardrails: Guardrails to apply to this call in addition to the default ones.
            mock_response: Text to return verbatim without calling a model, for tests.
            provider_specific_params: Parameters of one provider, added to the body that is sent to the
                provider.

        Returns:
            The complete response, or the stream of events with `stream=True`.
        """
        return await self._client.execute(_CREATE, params)


class AsyncCompletionsWithRawResponse(RawResource["AsyncCompletions"]):
    """The methods of `AsyncCompletions`, returning raw responses."""

    create = AsyncRawMethod(AsyncCompletions.create)
