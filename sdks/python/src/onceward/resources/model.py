# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `model` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.model import Deployment, ModelDeleteResponse
    from ..types.params.model import ModelCreateParams, ModelDeleteParams, ModelInfoParams, ModelUpdateParams

__all__ = [
    "AsyncModel",
    "AsyncModelWithRawResponse",
    "Model",
    "ModelWithRawResponse",
]

_CREATE = Operation(
    id="model.create",
    method="POST",
    path="/model/new",
    params={
        "model_name": Param(
            wire="model_name", required=True, check=("within", "string", {"min_length": 1, "max_length": 255})
        ),
        "litellm_params": Param(wire="litellm_params", required=True, check="model:DeploymentParamsInput"),
        "model_info": Param(wire="model_info", nullable=True, check=("null", "model:DeploymentInfoParam")),
    },
    body=Body(),
    result=Result(type="model:Deployment"),
    retry="keyed",
)

_UPDATE = Operation(
    id="model.update",
    method="POST",
    path="/model/update",
    params={
        "model_id": Param(wire="model_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "model_name": Param(
            wire="model_name", nullable=True, check=("null", ("within", "string", {"min_length": 1, "max_length": 255}))
        ),
        "litellm_params": Param(
            wire="litellm_params", nullable=True, check=("null", "model:DeploymentParamsChangeParam")
        ),
        "model_info": Param(wire="model_info", nullable=True, check=("null", "model:DeploymentInfoParam")),
    },
    body=Body(),
    result=Result(type="model:Deployment"),
    retry="keyed",
)

_DELETE = Operation(
    id="model.delete",
    method="POST",
    path="/model/delete",
    params={
        "id": Param(wire="id", required=True, check=("within", "string", {"min_length": 1})),
    },
    body=Body(),
    result=Result(type="model:ModelDeleteResponse"),
    retry="keyed",
)

_INFO = Operation(
    id="model.info",
    method="GET",
    path="/model/info",
    params={
        "model_id": Param(wire="model_id", place="query", check=("within", "string", {"min_length": 1})),
        "model_name": Param(wire="model_name", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="model:DeploymentList"),
    page=Page(style="none", items=("data",)),
)


class Model(Resource):
    """Model deployments."""

    @cached_property
    def with_raw_response(self) -> ModelWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return ModelWithRawResponse(self)

    def create(self, **params: Unpack[ModelCreateParams]) -> Deployment:
        """Create a deployment.

        Adds a deployment: a provider's model that serves calls to a model name. Calls to a name are distributed
        over its deployments. Secrets are encrypted and never returned.

        Args:
            model_name: The model name that callers use.
            litellm_params: The provider, model and connection settings of a deployment.
            model_info: Metadata of a deployment.
        """
        answer: Deployment = self._client.execute(_CREATE, params)
        return answer

    def update(self, **params: Unpack[ModelUpdateParams]) -> Deployment:
        """Update a deployment.

        Updates the given fields, also inside `litellm_params` and `model_info`, and leaves the others
        unchanged. Null removes a value. Running calls are not affected.

        Args:
            model_id: The id of the deployment.
            model_name: The model name that callers use.
            litellm_params: The deployment parameters to change.
            model_info: Metadata of a deployment.
        """
        answer: Deployment = self._client.execute(_UPDATE, params)
        return answer

    def delete(self, **params: Unpack[ModelDeleteParams]) -> ModelDeleteResponse:
        """Delete a deployment.

        Deletes a deployment. Running calls continue; a model name without deployments no longer exists.
        Deployments from the configuration file cannot be deleted.

        Args:
            id: The id of the deployment (`model_info.id`).
        """
        answer: ModelDeleteResponse = self._client.execute(_DELETE, params)
        return answer

    def info(self, **params: Unpack[ModelInfoParams]) -> SyncPage[Deployment]:
        """List deployments.

        Lists the deployments of the model names that the caller may use, with their status. Only administrators
        see URLs and credentials.

        Args:
            model_id: Only the deployment with this `model_info.id`.
            model_name: Only deployments of this model name.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[Deployment] = self._client.execute(_INFO, params)
        return answer


class ModelWithRawResponse(RawResource["Model"]):
    """The methods of `Model`, returning raw responses."""

    create = RawMethod(Model.create)
    update = RawMethod(Model.update)
    delete = RawMethod(Model.delete)
    info = RawMethod(Model.info)


class AsyncModel(AsyncResource):
    """Model deployments."""

    @cached_property
    def with_raw_response(self) -> AsyncModelWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncModelWithRawResponse(self)

    async def create(self, **params: Unpack[ModelCreateParams]) -> Deployment:
        """Create a deployment.

        Adds a deployment: a provider's model that serves calls to a model name. Calls to a name are distributed
        over its deployments. Secrets are encrypted and never returned.

        Args:
            model_name: The model name that callers use.
            litellm_params: The provider, model and connection settings of a deployment.
            model_info: Metadata of a deployment.
        """
        answer: Deployment = await self._client.execute(_CREATE, params)
        return answer

    async def update(self, **params: Unpack[ModelUpdateParams]) -> Deployment:
        """Update a deployment.

        Updates the given fields, also inside `litellm_params` and `model_info`, and leaves the others
        unchanged. Null removes a value. Running calls are not affected.

        Args:
            model_id: The id of the deployment.
            model_name: The model name that callers use.
            litellm_params: The deployment parameters to change.
            model_info: Metadata of a deployment.
        """
        answer: Deployment = await self._client.execute(_UPDATE, params)
        return answer

    async def delete(self, **params: Unpack[ModelDeleteParams]) -> ModelDeleteResponse:
        """Delete a deployment.

        Deletes a deployment. Running calls continue; a model name without deployments no longer exists.
        Deployments from the configuration file cannot be deleted.

        Args:
            id: The id of the deployment (`model_info.id`).
        """
        answer: ModelDeleteResponse = await self._client.execute(_DELETE, params)
        return answer

    def info(self, **params: Unpack[ModelInfoParams]) -> AsyncPages[Deployment]:
        """List deployments.

        Lists the deployments of the model names that the caller may use, with their status. Only administrators
        see URLs and credentials.

        Args:
            model_id: Only the deployment with this `model_info.id`.
            model_name: Only deployments of this model name.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[Deployment] = self._client.execute(_INFO, params)
        return answer


class AsyncModelWithRawResponse(RawResource["AsyncModel"]):
    """The methods of `AsyncModel`, returning raw responses."""

    create = AsyncRawMethod(AsyncModel.create)
    update = AsyncRawMethod(AsyncModel.update)
    delete = AsyncRawMethod(AsyncModel.delete)
    info = AsyncRawMethod(AsyncModel.info)
