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
    """The organization. Default: the caller's organization."""


class CreditsHistoryParams(CallOptions, total=False):
    """Arguments of `credits.history`."""

    cursor: str
    """The `next_cursor` of the previous page."""

    limit: int
    """The maximum number of items per page."""

    start_date: str
    """The start: the first day, such as `2026-01-01`, or a time, such as `2026-01-01T12:00:00Z`. Days are in UTC."""

    end_date: str
    """The end: the last day (inclusive), or a time (exclusive)."""

    model: str
    """Only entries of this model."""

    provider: str
    """Only entries of this provider."""

    band: str
    """Only entries of this band."""

    status: str
    """Only entries of this status."""

    organization_id: str
    """The organization. Default: the caller's organization."""


class CreditsStatsParams(CallOptions, total=False):
    """Arguments of `credits.stats`."""

    period: CreditsStatsPeriod
    """The period, up to now."""

    group_by: CreditsStatsGroupBy
    """The interval of `stats`."""

    start_date: str
    """The start: the first day, such as `2026-01-01`, or a time, such as `2026-01-01T12:00:00Z`. Days are in UTC."""

    end_date: str
    """The end: the last day (inclusive), or a time (exclusive)."""

    model: str
    """Only entries of this model."""

    provider: str
    """Only entries of this provider."""

    band: str
    """Only entries of this band."""

    organization_id: str
    """The organization. Default: the caller's organization."""


CreditsStatsGroupBy: TypeAlias = Literal["day", "week", "month"]


CreditsStatsPeriod: TypeAlias = Literal["day", "week", "month", "all_time"]
