"""Reports over usage records: visibility, time spans, filters, totals and groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ..billing import sql
from ..core import error_codes
from ..core.errors import invalid
from ..core.money import to_credits, to_usd
from ..core.principal import Principal
from ..db import Database
from ..identity.authorization import Visibility, visibility_of
from .parsing import moment

__all__ = [
    "ReportRow",
    "SpendReports",
    "SpendTotals",
    "UsageFilter",
    "by_cost",
    "recorded_provider",
    "span",
    "start_of_day",
    "visible_to",
    "week_of",
]

_METADATA = "metadata."
_CURSOR = re.compile(r"call_[0-9a-z]{26}\.[0-9]{1,9}", re.ASCII)
_DAY_SECONDS = 86400.0
_FIRST, _LAST = -1.0e10, 2.0e11


class SpendReports:
    """Queries over usage records.

    They run outside the event loop, on a connection of their own, so that a long report delays no call.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    async def log_page(
        self, where: UsageFilter, limit: int, cursor: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of records, newest first, and the cursor of the next page."""
        if cursor:
            if not _CURSOR.fullmatch(cursor):
                raise invalid(
                    f"`cursor` is {cursor!r}, which no page of this list gave. Take `next_cursor` of the page before.",
                    param="cursor",
                    code=error_codes.INVALID_CURSOR,
                )
            where.add("before", cursor)
        rows = await self._db.query_in_thread(sql.logs(where.conditions), (*where.values, limit + 1))
        found = [dict(zip((*sql.USAGE_COLUMNS, "key_hash"), row, strict=True)) for row in rows[:limit]]
        return found, found[-1]["id"] if len(rows) > limit else None

    async def totals(self, where: UsageFilter) -> SpendTotals:
        """Return the totals of all matching records."""
        (row,) = await self._db.query_in_thread(sql.total(where.conditions), tuple(where.values))
        return SpendTotals(*row)

    async def by_tag(self, where: UsageFilter) -> list[tuple[str, int, int]]:
        """Return each tag with the number and the cost of its calls."""
        rows = await self._db.query_in_thread(sql.tags(where.conditions), tuple(where.values))
        return [(str(tag), int(count), int(cost)) for tag, count, cost in rows]

    def _metadata_member(self, name: str) -> tuple[str, list[str]]:
        """Return the SQL of a property of the metadata, and the values bound in it."""
        if self._db.shared:
            return sql.metadata_text(postgres=True), [name]
        return sql.metadata_text(postgres=False), [f'$."{name}"'] * 2

    def add_metadata(self, where: UsageFilter, given: str | None) -> None:
        """Require a property of the metadata, written `name=value`."""
        if given is not None:
            name, _, value = given.partition("=")
            text, names = self._metadata_member(name)
            where.conditions.append(f"{text} = ?")
            where.values += [*names, value]

    async def grouped(self, where: UsageFilter, group: str, interval: str) -> list[ReportRow]:
        """Return totals by group and interval; within an interval the most expensive first."""
        step = "day" if interval == "week" else interval
        text, values = None, list(where.values)
        if group.startswith(_METADATA):
            text, names = self._metadata_member(group.removeprefix(_METADATA))
            values = [*names, *values]
        rows = await self._db.query_in_thread(sql.report(group, step, where.conditions, text), tuple(values))
        found: dict[tuple[str, str | None], ReportRow] = {}
        for at, name, model, *numbers in rows:
            when = week_of(at) if interval == "week" else at
            row = found.get((when, name))
            if row is None:
                row = found[when, name] = ReportRow(when or None, name)
            part = SpendTotals(*numbers)
            row.sum.take(part)
            row.models.setdefault(model, SpendTotals()).take(part)
        return sorted(found.values(), key=lambda row: (row.date or "", -row.sum.cost, row.group or ""))


@dataclass(slots=True)
class UsageFilter:
    """Conditions on usage records, and the values bound in them."""

    conditions: list[str] = field(default_factory=lambda: ["1 = 1"])
    values: list[Any] = field(default_factory=list)

    def add(self, name: str, value: Any) -> None:
        """Add the condition of a name, unless the value is None."""
        if value is not None:
            text = sql.FILTERS[name]
            self.conditions.append(text)
            self.values += [value] * text.count("?")

    def any_of(self, conditions: list[tuple[str, tuple[Any, ...]]]) -> None:
        """Require one of several conditions; without any, match nothing."""
        if not conditions:
            self.conditions.append("1 = 0")
            return
        self.conditions.append("(" + " OR ".join(text for text, _ in conditions) + ")")
        for _, values in conditions:
            self.values += values


@dataclass(slots=True)
class SpendTotals:
    """Totals over usage records, in whole units."""

    requests: int = 0
    failed: int = 0
    cost: int = 0
    credits: int = 0
    prompt: int = 0
    completion: int = 0
    tokens: int = 0

    def take(self, other: SpendTotals) -> None:
        """Add other totals."""
        self.requests += other.requests
        self.failed += other.failed
        self.cost += other.cost
        self.credits += other.credits
        self.prompt += other.prompt
        self.completion += other.completion
        self.tokens += other.tokens

    def shown(self) -> dict[str, Any]:
        """Return the totals as the contract's `SpendTotals`."""
        return {
            "spend": to_usd(self.cost),
            "credits": to_credits(self.credits),
            "requests": self.requests,
            "failed_requests": self.failed,
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.tokens,
        }


def visible_to(caller: Principal) -> UsageFilter:
    """Return the filter of the records that a caller may see."""
    where = UsageFilter()
    view = visibility_of(caller)
    if not view.all:
        where.any_of(_visible(view))
    return where


def _visible(view: Visibility) -> list[tuple[str, tuple[Any, ...]]]:
    found: list[tuple[str, tuple[Any, ...]]] = []
    if view.organizations:
        found.append((sql.among("organization_id", len(view.organizations)), tuple(sorted(view.organizations))))
    if view.teams:
        found.append((sql.among("team_id", len(view.teams)), tuple(sorted(view.teams))))
    if view.key_id is not None:
        found.append((sql.FILTERS["key_id"], (view.key_id,)))
    if view.user_id is not None:
        texts, values = [sql.FILTERS["user_id"]], [view.user_id]
        for name, value in (("team_id", view.only_team), ("organization_id", view.only_organization)):
            if value is not None:
                texts.append(sql.FILTERS[name])
                values.append(value)
        found.append(("(" + " AND ".join(texts) + ")", tuple(values)))
    return found


def span(query: Mapping[str, Any], now: float, days: int | None = None) -> tuple[float | None, float | None]:
    """Return the span of `start_date` to `end_date`, whose day is included. Without both, the last `days`."""
    start, end = query.get("start_date"), query.get("end_date")
    first = None if not start else moment(start, "start_date")
    last = None if not end else moment(end, "end_date")
    whole = _is_day(end) if end else False
    if last is not None and whole:
        last += _DAY_SECONDS
    if first is not None and last is not None and (last < first or (whole and last == first)):
        raise invalid(
            f"`end_date` is {end!r}, before `start_date`, {start!r}. Exchange them.",
            param="end_date",
            code=error_codes.INVALID_VALUE,
        )
    first, last = _within(first), _within(last)
    if days is not None:
        last = now if last is None else last
        first = last - days * _DAY_SECONDS if first is None else first
    return first, last


def recorded_provider(provider: str | None) -> str | None:
    """Return the provider as usage records name it: `onceward` is `offline` there."""
    return "offline" if provider == "onceward" else provider


def _is_day(text: str) -> bool:
    """Return whether a text is a date without a time, in any form of ISO 8601."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _within(at: float | None) -> float | None:
    """Return a timestamp clamped to the range that a calendar can represent."""
    return None if at is None else min(max(at, _FIRST), _LAST)


@dataclass(slots=True)
class ReportRow:
    """One row of a report, and its parts by model."""

    date: str | None
    group: str | None
    sum: SpendTotals = field(default_factory=SpendTotals)
    models: dict[str, SpendTotals] = field(default_factory=lambda: dict[str, SpendTotals]())


def week_of(day: str) -> str:
    """Return the Monday of a day's week."""
    at = date.fromisoformat(day)
    return (at - timedelta(days=at.weekday())).isoformat()


def by_cost(models: Mapping[str, SpendTotals]) -> Iterable[tuple[str, SpendTotals]]:
    """Return models by their cost, the most expensive first."""
    return sorted(models.items(), key=lambda item: (-item[1].cost, item[0]))


def start_of_day(now: float) -> float:
    """Return the start of the day of a timestamp, in UTC."""
    return datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
