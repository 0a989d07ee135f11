# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `health` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Operation, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._core.options import CallOptions
    from ..types.health import HealthModels, HealthStatus, ReadyStatus
    from ..types.params.health import HealthModelsParams

__all__ = [
    "AsyncHealth",
    "AsyncHealthWithRawResponse",
    "Health",
    "HealthWithRawResponse",
]

_MODELS = Operation(
    id="health.models",
    method="GET",
    path="/health/models",
    params={
        "model": Param(wire="model", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="health:HealthModels"),
)

_CHECK = Operation(
    id="health.check", method="GET", path="/healthz", result=Result(type="health:HealthStatus"), auth=False
)

_READY = Operation(
    id="health.ready", method="GET", path="/readyz", result=Result(type="health:ReadyStatus"), auth=False
)


class Health(Resource):
    """Health checks."""

    @cached_property
    def with_raw_response(self) -> HealthWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return HealthWithRawResponse(self)

    def models(self, **params: Unpack[HealthModelsParams]) -> HealthModels:
        """Check the health of models.

        Sends a call of a few tokens to each deployment that the caller may use, and reports which of them
        responded. The calls are not billed to anyone, but they cost provider tokens; `/healthz` calls no model.

        Args:
            model: Only deployments of this model name.
        """
        answer: HealthModels = self._client.execute(_MODELS, params)
        return answer

    def check(self, **params: Unpack[CallOptions]) -> HealthStatus:
        """Check liveness.

        Returns 200 as long as the gateway process runs.
        """
        answer: HealthStatus = self._client.execute(_CHECK, params)
        return answer

    def ready(self, **params: Unpack[CallOptions]) -> ReadyStatus:
        """Check readiness.

        Returns 200 when the gateway accepts requests, and 503 while it starts, drains or has lost its database;
        `error.details` then lists the issues.
        """
        answer: ReadyStatus = self._client.execute(_READY, params)
        return answer


class HealthWithRawResponse(RawResource["Health"]):
    """The methods of `Health`, returning raw responses."""

    models = RawMethod(Health.models)
    check = RawMethod(Health.check)
    ready = RawMethod(Health.ready)


class AsyncHealth(AsyncResource):
    """Health checks."""

    @cached_property
    def with_raw_response(self) -> AsyncHealthWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncHealthWithRawResponse(self)

    async def models(self, **params: Unpack[HealthModelsParams]) -> HealthModels:
        """Check the health of models.

        Sends a call of a few tokens to each deployment that the caller may use, and reports which of them
        responded. The calls are not billed to anyone, but they cost provider tokens; `/healthz` calls no model.

        Args:
            model: Only deployments of this model name.
        """
        answer: HealthModels = await self._client.execute(_MODELS, params)
        return answer

    async def check(self, **params: Unpack[CallOptions]) -> HealthStatus:
        """Check liveness.

        Returns 200 as long as the gateway process runs.
        """
        answer: HealthStatus = await self._client.execute(_CHECK, params)
        return answer

    async def ready(self, **params: Unpack[CallOptions]) -> ReadyStatus:
        """Check readiness.

        Returns 200 when the gateway accepts requests, and 503 while it starts, drains or has lost its database;
        `error.details` then lists the issues.
        """
        answer: ReadyStatus = await self._client.execute(_READY, params)
        return answer


class AsyncHealthWithRawResponse(RawResource["AsyncHealth"]):
    """The methods of `AsyncHealth`, returning raw responses."""

    models = AsyncRawMethod(AsyncHealth.models)
    check = AsyncRawMethod(AsyncHealth.check)
    ready = AsyncRawMethod(AsyncHealth.ready)
