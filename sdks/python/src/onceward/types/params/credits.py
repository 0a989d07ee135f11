# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: credits."""

from __future__ import annotations

from typing import Literal, TypeAlias

from ..._core.options import CallOptions

__all__ = [
    "CreditsBalanceParams",
    "CreditsHistoryParams",
    "CreditsStatsGroupBy",
    "CreditsStatsParams",
    "CreditsStatsPeriod",
]


class CreditsBalanceParams(CallOptions, total=False):
    """Arguments of `credits.balance`."""

    organization_id: str
    """The organization whose credits they are; absent, the caller's own."""


class CreditsHistoryParams(CallOptions, total=False):
    """Arguments of `credits.history`."""

    cursor: str
    """The `next_cursor` of the page before."""

    limit: int
    """How many items a page holds at most."""

    start_date: str
    """The first day, such as `2026-01-01`, or the first moment, such as `2026-01-01T12:00:00Z`. Days are those of
    UTC.
    """

    end_date: str
    """The last day, itself included, or the moment before which it ends."""

    model: str
    """Only this model."""

    provider: str
    """Only this provider."""

    band: str
    """Only models of this band."""

    status: str
    """Only entries of this status."""

    organization_id: str
    """The organization whose credits they are; absent, the caller's own."""


class CreditsStatsParams(CallOptions, total=False):
    """Arguments of `credits.stats`."""

    period: CreditsStatsPeriod
    """The time up to now."""

    group_by: CreditsStatsGroupBy
    """The steps of `stats`."""

    start_date: str
    """The first day, such as `2026-01-01`, or the first moment, such as `2026-01-01T12:00:00Z`. Days are those of
    UTC.
    """

    end_date: str
    """The last day, itself included, or the moment before which it ends."""

    model: str
    """Only this model."""

    provider: str
    """Only this provider."""

    band: str
    """Only models of this band."""

    organization_id: str
    """The organization whose credits they are; absent, the caller's own."""


CreditsStatsGroupBy: TypeAlias = Literal["day", "week", "month"]


CreditsStatsPeriod: TypeAlias = Literal["day", "week", "month", "all_time"]
