# Generated from the contract by headgate-generate. Do not edit: change the contract or the generator.

"""The resource `moderations` and what hangs on it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from ..types.moderations import ModerationCreateResponse
    from ..types.params.moderations import ModerationsCreateParams

__all__ = [
    "AsyncModerations",
    "AsyncModerationsWithRawResponse",
    "Moderations",
    "ModerationsWithRawResponse",
]

_CREATE = Operation(
    id="moderations.create",
    method="POST",
    path="/v1/moderations",
    params={
        "input": Param(wire="input", required=True),
        "model": Param(wire="model", nullable=True),
        "metadata": Param(wire="metadata", nullable=True),
        "tags": Param(wire="tags", nullable=True),
    },
    body=Body(),
    result=Result(type="moderations:ModerationCreateResponse"),
    retry="keyed",
)


class Moderations(Resource):
    """Checks of texts and images."""

    @cached_property
    def with_raw_response(self) -> ModerationsWithRawResponse:
        """The same methods, each giving the answer as it came: status, headers, bytes, and `parse()`."""
        return ModerationsWithRawResponse(self)

    def create(self, **params: Unpack[ModerationsCreateParams]) -> ModerationCreateResponse:
        """Check texts and images

        Says for each input whether it is harmful, in which categories, and how sure the model is.

        Args:
            input: No description in the contract.
            model: The model that checks; absent is the default of the gateway
            metadata: No description in the contract.
            tags: Labels under which the call's cost is reported.

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
        answer: ModerationCreateResponse = self._client.execute(_CREATE, params)
        return answer


class ModerationsWithRawResponse(RawResource["Moderations"]):
    """The methods of `Moderations`, each giving the answer as it came."""

    create = RawMethod(Moderations.create)


class AsyncModerations(AsyncResource):
    """Checks of texts and images."""

    @cached_property
    def with_raw_response(self) -> AsyncModerationsWithRawResponse:
        """The same methods, each giving the answer as it came: status, headers, bytes, and `parse()`."""
        return AsyncModerationsWithRawResponse(self)

    async def create(self, **params: Unpack[ModerationsCreateParams]) -> ModerationCreateResponse:
        """Check texts and images

        Says for each input whether it is harmful, in which categories, and how sure the model is.

        Args:
            input: No description in the contract.
            model: The model that checks; absent is the default of the gateway
            metadata: No description in the contract.
            tags: Labels under which the call's cost is reported.

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
        answer: ModerationCreateResponse = await self._client.execute(_CREATE, params)
        return answer


class AsyncModerationsWithRawResponse(RawResource["AsyncModerations"]):
    """The methods of `AsyncModerations`, each giving the answer as it came."""

    create = AsyncRawMethod(AsyncModerations.create)
