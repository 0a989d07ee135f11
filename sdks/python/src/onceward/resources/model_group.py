# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `model_group` and its children."""

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
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return ModelGroupWithRawResponse(self)

    def info(self, **params: Unpack[ModelGroupInfoParams]) -> SyncPage[_ModelGroup]:
        """List model groups.

        Lists the model names that the caller may use, with the combined capabilities of their deployments.

        Args:
            model_group: Only this model name.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[_ModelGroup] = self._client.execute(_INFO, params)
        return answer


class ModelGroupWithRawResponse(RawResource["ModelGroup"]):
    """The methods of `ModelGroup`, returning raw responses."""

    info = RawMethod(ModelGroup.info)


class AsyncModelGroup(AsyncResource):
    """Model groups."""

    @cached_property
    def with_raw_response(self) -> AsyncModelGroupWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncModelGroupWithRawResponse(self)

    def info(self, **params: Unpack[ModelGroupInfoParams]) -> AsyncPages[_ModelGroup]:
        """List model groups.

        Lists the model names that the caller may use, with the combined capabilities of their deployments.

        Args:
            model_group: Only this model name.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[_ModelGroup] = self._client.execute(_INFO, params)
        return answer


class AsyncModelGroupWithRawResponse(RawResource["AsyncModelGroup"]):
    """The methods of `AsyncModelGroup`, returning raw responses."""

    info = AsyncRawMethod(AsyncModelGroup.info)
