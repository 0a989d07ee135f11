# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `capabilities` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.capabilities import ModelCapabilities
    from ..types.params.capabilities import CapabilitiesListParams

__all__ = [
    "AsyncCapabilities",
    "AsyncCapabilitiesWithRawResponse",
    "Capabilities",
    "CapabilitiesWithRawResponse",
]

_LIST = Operation(
    id="capabilities.list",
    method="GET",
    path="/v1/capabilities",
    params={
        "provider": Param(wire="provider", place="query", check=("within", "string", {"min_length": 1})),
        "supports_vision": Param(wire="supports_vision", place="query", check="boolean"),
        "supports_tools": Param(wire="supports_tools", place="query", check="boolean"),
        "supports_reasoning": Param(wire="supports_reasoning", place="query", check="boolean"),
    },
    result=Result(type="capabilities:ModelCapabilitiesList"),
    page=Page(style="none", items=("data",)),
)


class Capabilities(Resource):
    """Model capabilities."""

    @cached_property
    def with_raw_response(self) -> CapabilitiesWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return CapabilitiesWithRawResponse(self)

    def list(self, **params: Unpack[CapabilitiesListParams]) -> SyncPage[ModelCapabilities]:
        """List model capabilities.

        Lists the capabilities of models as flat records, to select a model by.

        Args:
            provider: Only models of this provider.
            supports_vision: Only models that support image input, or only those that do not.
            supports_tools: Only models that support tools, or only those that do not.
            supports_reasoning: Only models that support reasoning, or only those that do not.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[ModelCapabilities] = self._client.execute(_LIST, params)
        return answer


class CapabilitiesWithRawResponse(RawResource["Capabilities"]):
    """The methods of `Capabilities`, returning raw responses."""

    list = RawMethod(Capabilities.list)


class AsyncCapabilities(AsyncResource):
    """Model capabilities."""

    @cached_property
    def with_raw_response(self) -> AsyncCapabilitiesWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncCapabilitiesWithRawResponse(self)

    def list(self, **params: Unpack[CapabilitiesListParams]) -> AsyncPages[ModelCapabilities]:
        """List model capabilities.

        Lists the capabilities of models as flat records, to select a model by.

        Args:
            provider: Only models of this provider.
            supports_vision: Only models that support image input, or only those that do not.
            supports_tools: Only models that support tools, or only those that do not.
            supports_reasoning: Only models that support reasoning, or only those that do not.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[ModelCapabilities] = self._client.execute(_LIST, params)
        return answer


class AsyncCapabilitiesWithRawResponse(RawResource["AsyncCapabilities"]):
    """The methods of `AsyncCapabilities`, returning raw responses."""

    list = AsyncRawMethod(AsyncCapabilities.list)
