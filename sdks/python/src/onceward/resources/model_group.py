# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `model_group` and what hangs on it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.model_group import ModelGroup as _ModelGroup
    from ..types.params.model_group import ModelGroupInfoParams

__all__ = [
    "AsyncModelGroup",
    "AsyncModelGroupWithRawResponse",
    "ModelGroup",
    "ModelGroupWithRawResponse",
]

_INFO = Operation(
    id="model_group.info",
    method="GET",
    path="/model_group/info",
    params={
        "model_group": Param(wire="model_group", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="model_group:ModelGroupList"),
    page=Page(style="none", items=("data",)),
)


class ModelGroup(Resource):
    """Model groups."""

    @cached_property
    def with_raw_response(self) -> ModelGroupWithRawResponse:
        """The same methods, each giving the answer as it came: status, headers, bytes, and `parse()`."""
        return ModelGroupWithRawResponse(self)

    def info(self, **params: Unpack[ModelGroupInfoParams]) -> SyncPage[_ModelGroup]:
        """List model groups.

        Lists the model names that the caller may use, with the combined capabilities of their deployments.

        Args:
            model_group: Only this model name.

        Returns:
            A page of the list; iterating over it walks through all pages.

        Raises:
            ParameterError: An argument is missing, unknown or out of bounds. Nothing was sent.
            APIStatusError: The server refuses or fails: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No whole answer came, in spite of all retries.
        """
        answer: SyncPage[_ModelGroup] = self._client.execute(_INFO, params)
        return answer


class ModelGroupWithRawResponse(RawResource["ModelGroup"]):
    """The methods of `ModelGroup`, each giving the answer as it came."""

    info = RawMethod(ModelGroup.info)


class AsyncModelGroup(AsyncResource):
    """Model groups."""

    @cached_property
    def with_raw_response(self) -> AsyncModelGroupWithRawResponse:
        """The same methods, each giving the answer as it came: status, headers, bytes, and `parse()`."""
        return AsyncModelGroupWithRawResponse(self)

    def info(self, **params: Unpack[ModelGroupInfoParams]) -> AsyncPages[_ModelGroup]:
        """List model groups.

        Lists the model names that the caller may use, with the combined capabilities of their deployments.

        Args:
            model_group: Only this model name.

        Returns:
            A page of the list; iterating over it walks through all pages.

        Raises:
            ParameterError: An argument is missing, unknown or out of bounds. Nothing was sent.
            APIStatusError: The server refuses or fails: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No whole answer came, in spite of all retries.
        """
        answer: AsyncPages[_ModelGroup] = self._client.execute(_INFO, params)
        return answer


class AsyncModelGroupWithRawResponse(RawResource["AsyncModelGroup"]):
    """The methods of `AsyncModelGroup`, each giving the answer as it came."""

    info = AsyncRawMethod(AsyncModelGroup.info)
