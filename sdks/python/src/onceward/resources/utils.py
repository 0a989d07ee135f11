# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `utils` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from ..types.params.utils import (
        UtilsSupportedOpenaiParamsParams,
        UtilsTokenCounterParams,
        UtilsTransformRequestParams,
    )
    from ..types.utils import SupportedParams, TokenCount, TransformedRequest

__all__ = [
    "AsyncUtils",
    "AsyncUtilsWithRawResponse",
    "Utils",
    "UtilsWithRawResponse",
]

_TOKEN_COUNTER = Operation(
    id="utils.token_counter",
    method="POST",
    path="/utils/token_counter",
    params={
        "model": Param(wire="model", required=True, check=("within", "string", {"min_length": 1})),
        "messages": Param(wire="messages", nullable=True, check=("null", ("list", ("map", None)))),
        "prompt": Param(wire="prompt", nullable=True, check=("null", "string")),
    },
    body=Body(),
    result=Result(type="utils:TokenCount"),
    retry="keyed",
)

_SUPPORTED_OPENAI_PARAMS = Operation(
    id="utils.supported_openai_params",
    method="GET",
    path="/utils/supported_openai_params",
    params={
        "model": Param(wire="model", place="query", required=True, check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="utils:SupportedParams"),
)

_TRANSFORM_REQUEST = Operation(
    id="utils.transform_request",
    method="POST",
    path="/utils/transform_request",
    params={
        "call_type": Param(wire="call_type", required=True, check=("within", "string", {"min_length": 1})),
        "request_body": Param(wire="request_body", required=True, check=("map", None)),
    },
    body=Body(),
    result=Result(type="utils:TransformedRequest"),
    retry="keyed",
)


class Utils(Resource):
    """Utilities that call no model."""

    @cached_property
    def with_raw_response(self) -> UtilsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return UtilsWithRawResponse(self)

    def token_counter(self, **params: Unpack[UtilsTokenCounterParams]) -> TokenCount:
        """Count tokens.

        Counts the tokens of messages or a prompt, as the model would. Calls no model and bills nothing.

        Args:
            model: The model.
            messages: Messages, as for `/v1/chat/completions`.
            prompt: A prompt.
        """
        answer: TokenCount = self._client.execute(_TOKEN_COUNTER, params)
        return answer

    def supported_openai_params(self, **params: Unpack[UtilsSupportedOpenaiParamsParams]) -> SupportedParams:
        """List supported parameters.

        Lists the request parameters that a model supports. Others are refused or translated.

        Args:
            model: The model.
        """
        answer: SupportedParams = self._client.execute(_SUPPORTED_OPENAI_PARAMS, params)
        return answer

    def transform_request(self, **params: Unpack[UtilsTransformRequestParams]) -> TransformedRequest:
        """Transform a request.

        Translates a request to the provider's format and returns it instead of sending it. Secrets are masked
        as `sk-...REDACTED`.

        Args:
            call_type: The operation of the request.
            request_body: The request body, as in a call.
        """
        answer: TransformedRequest = self._client.execute(_TRANSFORM_REQUEST, params)
        return answer


class UtilsWithRawResponse(RawResource["Utils"]):
    """The methods of `Utils`, returning raw responses."""

    token_counter = RawMethod(Utils.token_counter)
    supported_openai_params = RawMethod(Utils.supported_openai_params)
    transform_request = RawMethod(Utils.transform_request)


class AsyncUtils(AsyncResource):
    """Utilities that call no model."""

    @cached_property
    def with_raw_response(self) -> AsyncUtilsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncUtilsWithRawResponse(self)

    async def token_counter(self, **params: Unpack[UtilsTokenCounterParams]) -> TokenCount:
        """Count tokens.

        Counts the tokens of messages or a prompt, as the model would. Calls no model and bills nothing.

        Args:
            model: The model.
            messages: Messages, as for `/v1/chat/completions`.
            prompt: A prompt.
        """
        answer: TokenCount = await self._client.execute(_TOKEN_COUNTER, params)
        return answer

    async def supported_openai_params(self, **params: Unpack[UtilsSupportedOpenaiParamsParams]) -> SupportedParams:
        """List supported parameters.

        Lists the request parameters that a model supports. Others are refused or translated.

        Args:
            model: The model.
        """
        answer: SupportedParams = await self._client.execute(_SUPPORTED_OPENAI_PARAMS, params)
        return answer

    async def transform_request(self, **params: Unpack[UtilsTransformRequestParams]) -> TransformedRequest:
        """Transform a request.

        Translates a request to the provider's format and returns it instead of sending it. Secrets are masked
        as `sk-...REDACTED`.

        Args:
            call_type: The operation of the request.
            request_body: The request body, as in a call.
        """
        answer: TransformedRequest = await self._client.execute(_TRANSFORM_REQUEST, params)
        return answer


class AsyncUtilsWithRawResponse(RawResource["AsyncUtils"]):
    """The methods of `AsyncUtils`, returning raw responses."""

    token_counter = AsyncRawMethod(AsyncUtils.token_counter)
    supported_openai_params = AsyncRawMethod(AsyncUtils.supported_openai_params)
    transform_request = AsyncRawMethod(AsyncUtils.transform_request)
