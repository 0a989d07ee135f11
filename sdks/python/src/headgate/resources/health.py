# Generated from the contract by headgate-generate. Do not edit: change the contract or the generator.

"""The resource `health` and what hangs on it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Operation, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._core.options import CallOptions
    from ..types.health import HealthStatus, ReadyStatus

__all__ = [
    "AsyncHealth",
    "AsyncHealthWithRawResponse",
    "Health",
    "HealthWithRawResponse",
]

_CHECK = Operation(id="health.check", method="GET", path="/healthz", result=Result(type="health:HealthStatus"))


_READY = Operation(id="health.ready", method="GET", path="/readyz", result=Result(type="health:ReadyStatus"))


class Health(Resource):
    """Whether the gateway lives and serves."""

    @cached_property
    def with_raw_response(self) -> HealthWithRawResponse:
        """The same methods, each giving the answer as it came: status, headers, bytes, and `parse()`."""
        return HealthWithRawResponse(self)

    def check(self, **params: Unpack[CallOptions]) -> HealthStatus:
        """Say whether the gateway lives

        Answers as soon as the process does.

        Raises:
            BadRequestError: The server answered 400.
            AuthenticationError: The server answered 401.
            InsufficientCreditsError: The server answered 402.
            PermissionDeniedError: The server answered 403.
            NotFoundError: The server answered 404.
            RequestTimeoutError: The server answered 408.
            ConflictError: The server answered 409.
            PayloadTooLargeError: The server answered 413.
            UnprocessableEntityError: The server answered 422.
            RateLimitError: The server answered 429.
            ProviderError: The server answered 502.
            OverloadedError: The server answered 529.
        """
        answer: HealthStatus = self._client.execute(_CHECK, params)
        return answer

    def ready(self, **params: Unpack[CallOptions]) -> ReadyStatus:
        """Say whether the gateway serves

        Answers 200 when requests are taken, and 503 while it starts, drains or has lost its store;
        `error.details` then has the issues.

        Raises:
            BadRequestError: The server answered 400.
            AuthenticationError: The server answered 401.
            InsufficientCreditsError: The server answered 402.
            PermissionDeniedError: The server answered 403.
            NotFoundError: The server answered 404.
            RequestTimeoutError: The server answered 408.
            ConflictError: The server answered 409.
            PayloadTooLargeError: The server answered 413.
            UnprocessableEntityError: The server answered 422.
            RateLimitError: The server answered 429.
            ProviderError: The server answered 502.
            OverloadedError: The server answered 529.
        """
        answer: ReadyStatus = self._client.execute(_READY, params)
        return answer


class HealthWithRawResponse(RawResource["Health"]):
    """The methods of `Health`, each giving the answer as it came."""

    check = RawMethod(Health.check)
    ready = RawMethod(Health.ready)


class AsyncHealth(AsyncResource):
    """Whether the gateway lives and serves."""

    @cached_property
    def with_raw_response(self) -> AsyncHealthWithRawResponse:
        """The same methods, each giving the answer as it came: status, headers, bytes, and `parse()`."""
        return AsyncHealthWithRawResponse(self)

    async def check(self, **params: Unpack[CallOptions]) -> HealthStatus:
        """Say whether the gateway lives

        Answers as soon as the process does.

        Raises:
            BadRequestError: The server answered 400.
            AuthenticationError: The server answered 401.
            InsufficientCreditsError: The server answered 402.
            PermissionDeniedError: The server answered 403.
            NotFoundError: The server answered 404.
            RequestTimeoutError: The server answered 408.
            ConflictError: The server answered 409.
            PayloadTooLargeError: The server answered 413.
            UnprocessableEntityError: The server answered 422.
            RateLimitError: The server answered 429.
            ProviderError: The server answered 502.
            OverloadedError: The server answered 529.
        """
        answer: HealthStatus = await self._client.execute(_CHECK, params)
        return answer

    async def ready(self, **params: Unpack[CallOptions]) -> ReadyStatus:
        """Say whether the gateway serves

        Answers 200 when requests are taken, and 503 while it starts, drains or has lost its store;
        `error.details` then has the issues.

        Raises:
            BadRequestError: The server answered 400.
            AuthenticationError: The server answered 401.
            InsufficientCreditsError: The server answered 402.
            PermissionDeniedError: The server answered 403.
            NotFoundError: The server answered 404.
            RequestTimeoutError: The server answered 408.
            ConflictError: The server answered 409.
            PayloadTooLargeError: The server answered 413.
            UnprocessableEntityError: The server answered 422.
            RateLimitError: The server answered 429.
            ProviderError: The server answered 502.
            OverloadedError: The server answered 529.
        """
        answer: ReadyStatus = await self._client.execute(_READY, params)
        return answer


class AsyncHealthWithRawResponse(RawResource["AsyncHealth"]):
    """The methods of `AsyncHealth`, each giving the answer as it came."""

    check = AsyncRawMethod(AsyncHealth.check)
    ready = AsyncRawMethod(AsyncHealth.ready)
