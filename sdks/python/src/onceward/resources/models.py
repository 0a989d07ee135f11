# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `models` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._core.options import CallOptions
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.models import Model, ModelDeleted
    from ..types.params.models import ModelsListParams

__all__ = [
    "AsyncModels",
    "AsyncModelsWithRawResponse",
    "Models",
    "ModelsWithRawResponse",
]

_LIST = Operation(
    id="models.list",
    method="GET",
    path="/v1/models",
    params={
        "cursor": Param(wire="cursor", place="query", check=("within", "string", {"min_length": 1})),
        "limit": Param(wire="limit", place="query", check=("within", "integer", {"minimum": 1, "maximum": 1000})),
        "provider": Param(wire="provider", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="models:ModelList"),
    page=Page(
        style="cursor",
        items=("data",),
        cursor_param="cursor",
        limit_param="limit",
        next=("next_cursor",),
        has_more=("has_more",),
    ),
)

_RETRIEVE = Operation(
    id="models.retrieve",
    method="GET",
    path="/v1/models/{model}",
    params={
        "model": Param(wire="model", place="path", required=True, check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="models:Model"),
)

_DELETE = Operation(
    id="models.delete",
    method="DELETE",
    path="/v1/models/{model}",
    params={
        "model": Param(wire="model", place="path", required=True, check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="models:ModelDeleted"),
    retry="keyed",
)


class Models(Resource):
    """Models with their prices, limits and capabilities."""

    @cached_property
    def with_raw_response(self) -> ModelsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return ModelsWithRawResponse(self)

    def list(self, **params: Unpack[ModelsListParams]) -> SyncPage[Model]:
        """List models.

        Lists the models that the key may use, with prices, limits and capabilities. Without `limit`, one page
        contains all models.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page.
            provider: Only models of this provider.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[Model] = self._client.execute(_LIST, params)
        return answer

    def retrieve(self, model: str, **params: Unpack[CallOptions]) -> Model:
        """Retrieve a model.

        Retrieves a model.

        Args:
            model: The id of the model.
        """
        answer: Model = self._client.execute(_RETRIEVE, {"model": model, **params})
        return answer

    def delete(self, model: str, **params: Unpack[CallOptions]) -> ModelDeleted:
        """Delete a model.

        Deletes one of your fine-tuned models. Other models cannot be deleted: 403.

        Args:
            model: The id of the model.
        """
        answer: ModelDeleted = self._client.execute(_DELETE, {"model": model, **params})
        return answer


class ModelsWithRawResponse(RawResource["Models"]):
    """The methods of `Models`, returning raw responses."""

    list = RawMethod(Models.list)
    retrieve = RawMethod(Models.retrieve)
    delete = RawMethod(Models.delete)


class AsyncModels(AsyncResource):
    """Models with their prices, limits and capabilities."""

    @cached_property
    def with_raw_response(self) -> AsyncModelsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncModelsWithRawResponse(self)

    def list(self, **params: Unpack[ModelsListParams]) -> AsyncPages[Model]:
        """List models.

        Lists the models that the key may use, with prices, limits and capabilities. Without `limit`, one page
        contains all models.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page.
            provider: Only models of this provider.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[Model] = self._client.execute(_LIST, params)
        return answer

    async def retrieve(self, model: str, **params: Unpack[CallOptions]) -> Model:
        """Retrieve a model.

        Retrieves a model.

        Args:
            model: The id of the model.
        """
        answer: Model = await self._client.execute(_RETRIEVE, {"model": model, **params})
        return answer

    async def delete(self, model: str, **params: Unpack[CallOptions]) -> ModelDeleted:
        """Delete a model.

        Deletes one of your fine-tuned models. Other models cannot be deleted: 403.

        Args:
            model: The id of the model.
        """
        answer: ModelDeleted = await self._client.execute(_DELETE, {"model": model, **params})
        return answer


class AsyncModelsWithRawResponse(RawResource["AsyncModels"]):
    """The methods of `AsyncModels`, returning raw responses."""

    list = AsyncRawMethod(AsyncModels.list)
    retrieve = AsyncRawMethod(AsyncModels.retrieve)
    delete = AsyncRawMethod(AsyncModels.delete)
