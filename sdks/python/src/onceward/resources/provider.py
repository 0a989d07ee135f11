# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `provider` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Operation, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._core.options import CallOptions
    from ..types.provider import ProviderBudgets

__all__ = [
    "AsyncProvider",
    "AsyncProviderWithRawResponse",
    "Provider",
    "ProviderWithRawResponse",
]

_LIST_BUDGETS = Operation(
    id="provider.list_budgets", method="GET", path="/provider/budgets", result=Result(type="provider:ProviderBudgets")
)


class Provider(Resource):
    """Provider budgets."""

    @cached_property
    def with_raw_response(self) -> ProviderWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return ProviderWithRawResponse(self)

    def list_budgets(self, **params: Unpack[CallOptions]) -> ProviderBudgets:
        """List provider budgets.

        Lists the providers with a budget, their spend, and when the budget resets.
        """
        answer: ProviderBudgets = self._client.execute(_LIST_BUDGETS, params)
        return answer


class ProviderWithRawResponse(RawResource["Provider"]):
    """The methods of `Provider`, returning raw responses."""

    list_budgets = RawMethod(Provider.list_budgets)


class AsyncProvider(AsyncResource):
    """Provider budgets."""

    @cached_property
    def with_raw_response(self) -> AsyncProviderWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncProviderWithRawResponse(self)

    async def list_budgets(self, **params: Unpack[CallOptions]) -> ProviderBudgets:
        """List provider budgets.

        Lists the providers with a budget, their spend, and when the budget resets.
        """
        answer: ProviderBudgets = await self._client.execute(_LIST_BUDGETS, params)
        return answer


class AsyncProviderWithRawResponse(RawResource["AsyncProvider"]):
    """The methods of `AsyncProvider`, returning raw responses."""

    list_budgets = AsyncRawMethod(AsyncProvider.list_budgets)
