# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `credits` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._core.options import CallOptions
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.credits import CreditsBalance, CreditsEntry, CreditsStats, CreditsTiers
    from ..types.params.credits import CreditsBalanceParams, CreditsHistoryParams, CreditsStatsParams

__all__ = [
    "AsyncCredits",
    "AsyncCreditsWithRawResponse",
    "Credits",
    "CreditsWithRawResponse",
]

_BALANCE = Operation(
    id="credits.balance",
    method="GET",
    path="/v1/credits/balance",
    params={
        "organization_id": Param(wire="organization_id", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="credits:CreditsBalance"),
)

_HISTORY = Operation(
    id="credits.history",
    method="GET",
    path="/v1/credits/history",
    params={
        "cursor": Param(wire="cursor", place="query", check=("within", "string", {"min_length": 1})),
        "limit": Param(wire="limit", place="query", check=("within", "integer", {"minimum": 1, "maximum": 100})),
        "start_date": Param(wire="start_date", place="query", check=("within", "string", {"min_length": 1})),
        "end_date": Param(wire="end_date", place="query", check=("within", "string", {"min_length": 1})),
        "model": Param(wire="model", place="query", check=("within", "string", {"min_length": 1})),
        "provider": Param(wire="provider", place="query", check=("within", "string", {"min_length": 1})),
        "band": Param(wire="band", place="query", check=("within", "string", {"min_length": 1})),
        "status": Param(wire="status", place="query", check=("within", "string", {"min_length": 1})),
        "organization_id": Param(wire="organization_id", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="credits:CreditsHistory"),
    page=Page(
        style="cursor",
        items=("entries",),
        cursor_param="cursor",
        limit_param="limit",
        next=("next_cursor",),
        has_more=("has_more",),
        total=("total",),
    ),
)

_STATS = Operation(
    id="credits.stats",
    method="GET",
    path="/v1/credits/stats",
    params={
        "period": Param(wire="period", place="query", check=("enum", "day", "week", "month", "all_time")),
        "group_by": Param(wire="group_by", place="query", check=("enum", "day", "week", "month")),
        "start_date": Param(wire="start_date", place="query", check=("within", "string", {"min_length": 1})),
        "end_date": Param(wire="end_date", place="query", check=("within", "string", {"min_length": 1})),
        "model": Param(wire="model", place="query", check=("within", "string", {"min_length": 1})),
        "provider": Param(wire="provider", place="query", check=("within", "string", {"min_length": 1})),
        "band": Param(wire="band", place="query", check=("within", "string", {"min_length": 1})),
        "organization_id": Param(wire="organization_id", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="credits:CreditsStats"),
)

_TIERS = Operation(
    id="credits.tiers", method="GET", path="/v1/credits/tiers", result=Result(type="credits:CreditsTiers")
)


class Credits(Resource):
    """Credits, tiers and bands."""

    @cached_property
    def with_raw_response(self) -> CreditsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return CreditsWithRawResponse(self)

    def balance(self, **params: Unpack[CreditsBalanceParams]) -> CreditsBalance:
        """Retrieve the credit balance.

        Retrieves the credit balance of the caller's organization: the remaining credits, the total, the reset
        date, and the bands of models that its tier includes.

        Args:
            organization_id: The organization.
        """
        answer: CreditsBalance = self._client.execute(_BALANCE, params)
        return answer

    def history(self, **params: Unpack[CreditsHistoryParams]) -> SyncPage[CreditsEntry]:
        """List the credit history.

        Lists debits, grants and refunds, newest first. In a long journal, a filtered page may have fewer items
        than `limit` and still be followed by another: `has_more` and `next_cursor` say so.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page. Default: 20.
            start_date: The start: the first day, such as `2026-01-01`, or a time, such as
                `2026-01-01T12:00:00Z`.
            end_date: The end: the last day (inclusive), or a time (exclusive).
            model: Only entries of this model.
            provider: Only entries of this provider.
            band: Only entries of this band.
            status: Only entries of this status.
            organization_id: The organization.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[CreditsEntry] = self._client.execute(_HISTORY, params)
        return answer

    def stats(self, **params: Unpack[CreditsStatsParams]) -> CreditsStats:
        """Retrieve credit statistics.

        Sums debits over a period, by model, provider and band, and by interval (`group_by`). `start_date` and
        `end_date` take precedence over `period`.

        Args:
            period: The period, up to now. Default: 'month'.
            group_by: The interval of `stats`. Default: 'day'.
            start_date: The start: the first day, such as `2026-01-01`, or a time, such as
                `2026-01-01T12:00:00Z`.
            end_date: The end: the last day (inclusive), or a time (exclusive).
            model: Only entries of this model.
            provider: Only entries of this provider.
            band: Only entries of this band.
            organization_id: The organization.
        """
        answer: CreditsStats = self._client.execute(_STATS, params)
        return answer

    def tiers(self, **params: Unpack[CallOptions]) -> CreditsTiers:
        """List tiers and bands.

        Lists the tiers with their credits and rate limits, and the bands, which are the classes of models that
        a tier includes.
        """
        answer: CreditsTiers = self._client.execute(_TIERS, params)
        return answer


class CreditsWithRawResponse(RawResource["Credits"]):
    """The methods of `Credits`, returning raw responses."""

    balance = RawMethod(Credits.balance)
    history = RawMethod(Credits.history)
    stats = RawMethod(Credits.stats)
    tiers = RawMethod(Credits.tiers)


class AsyncCredits(AsyncResource):
    """Credits, tiers and bands."""

    @cached_property
    def with_raw_response(self) -> AsyncCreditsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncCreditsWithRawResponse(self)

    async def balance(self, **params: Unpack[CreditsBalanceParams]) -> CreditsBalance:
        """Retrieve the credit balance.

        Retrieves the credit balance of the caller's organization: the remaining credits, the total, the reset
        date, and the bands of models that its tier includes.

        Args:
            organization_id: The organization.
        """
        answer: CreditsBalance = await self._client.execute(_BALANCE, params)
        return answer

    def history(self, **params: Unpack[CreditsHistoryParams]) -> AsyncPages[CreditsEntry]:
        """List the credit history.

        Lists debits, grants and refunds, newest first. In a long journal, a filtered page may have fewer items
        than `limit` and still be followed by another: `has_more` and `next_cursor` say so.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page. Default: 20.
            start_date: The start: the first day, such as `2026-01-01`, or a time, such as
                `2026-01-01T12:00:00Z`.
            end_date: The end: the last day (inclusive), or a time (exclusive).
            model: Only entries of this model.
            provider: Only entries of this provider.
            band: Only entries of this band.
            status: Only entries of this status.
            organization_id: The organization.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[CreditsEntry] = self._client.execute(_HISTORY, params)
        return answer

    async def stats(self, **params: Unpack[CreditsStatsParams]) -> CreditsStats:
        """Retrieve credit statistics.

        Sums debits over a period, by model, provider and band, and by interval (`group_by`). `start_date` and
        `end_date` take precedence over `period`.

        Args:
            period: The period, up to now. Default: 'month'.
            group_by: The interval of `stats`. Default: 'day'.
            start_date: The start: the first day, such as `2026-01-01`, or a time, such as
                `2026-01-01T12:00:00Z`.
            end_date: The end: the last day (inclusive), or a time (exclusive).
            model: Only entries of this model.
            provider: Only entries of this provider.
            band: Only entries of this band.
            organization_id: The organization.
        """
        answer: CreditsStats = await self._client.execute(_STATS, params)
        return answer

    async def tiers(self, **params: Unpack[CallOptions]) -> CreditsTiers:
        """List tiers and bands.

        Lists the tiers with their credits and rate limits, and the bands, which are the classes of models that
        a tier includes.
        """
        answer: CreditsTiers = await self._client.execute(_TIERS, params)
        return answer


class AsyncCreditsWithRawResponse(RawResource["AsyncCredits"]):
    """The methods of `AsyncCredits`, returning raw responses."""

    balance = AsyncRawMethod(AsyncCredits.balance)
    history = AsyncRawMethod(AsyncCredits.history)
    stats = AsyncRawMethod(AsyncCredits.stats)
    tiers = AsyncRawMethod(AsyncCredits.tiers)
