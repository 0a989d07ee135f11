# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `moderations` and its children."""

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
        "region": Param(wire="X-Onceward-Region", place="header", check=("within", "string", {"min_length": 1})),
        "input": Param(wire="input", required=True, check="moderations:ModerationInputParam"),
        "model": Param(wire="model", nullable=True, check=("null", "string")),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "tags": Param(wire="tags", nullable=True, check=("null", ("list", "string"))),
    },
    body=Body(),
    result=Result(type="moderations:ModerationCreateResponse"),
    retry="keyed",
)


class Moderations(Resource):
    """Moderations."""

    @cached_property
    def with_raw_response(self) -> ModerationsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return ModerationsWithRawResponse(self)

    def create(self, **params: Unpack[ModerationsCreateParams]) -> ModerationCreateResponse:
        """Create a moderation.

        Classifies whether each input is harmful, by category and with scores.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            input: The input: a string, an array of strings, or an array of content parts that form one input.
            model: The model to use.
            metadata: Custom metadata.
            tags: Tags to report the cost of the call under.
        """
        answer: ModerationCreateResponse = self._client.execute(_CREATE, params)
        return answer


class ModerationsWithRawResponse(RawResource["Moderations"]):
    """The methods of `Moderations`, returning raw responses."""

    create = RawMethod(Moderations.create)


class AsyncModerations(AsyncResource):
    """Moderations."""

    @cached_property
    def with_raw_response(self) -> AsyncModerationsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncModerationsWithRawResponse(self)

    async def create(self, **params: Unpack[ModerationsCreateParams]) -> ModerationCreateResponse:
        """Create a moderation.

        Classifies whether each input is harmful, by category and with scores.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            input: The input: a string, an array of strings, or an array of content parts that form one input.
            model: The model to use.
            metadata: Custom metadata.
            tags: Tags to report the cost of the call under.
        """
        answer: ModerationCreateResponse = await self._client.execute(_CREATE, params)
        return answer


class AsyncModerationsWithRawResponse(RawResource["AsyncModerations"]):
    """The methods of `AsyncModerations`, returning raw responses."""

    create = AsyncRawMethod(AsyncModerations.create)
