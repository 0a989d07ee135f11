"""Reports over the records: whose they may be, of which time, by what they are summed.

They are read beside the loop, on a connection of their own, after a commit: a long report holds up no call.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ..billing import sql
from ..core.errors import invalid
from ..core.money import to_credits, to_usd
from ..http.request import Call
from ..identity.authorization import Sight, sight
from .parsing import moment

__all__ = [
    "Row",
    "Sum",
    "Where",
    "add_metadata",
    "dearest",
    "grouped",
    "log_page",
    "seen",
    "served_by",
    "span",
    "tagged",
    "today",
    "totals",
    "week_of",
]

_METADATA = "metadata."
_CURSOR = re.compile(r"call_[0-9a-z]{26}\.[0-9]{1,9}", re.ASCII)
_DAY_SECONDS = 86400.0
_FIRST, _LAST = -1.0e10, 2.0e11


@dataclass(slots=True)
class Where:
    """Conditions on the records and the values that are bound to them."""

    conditions: list[str] = field(default_factory=lambda: ["1 = 1"])
    values: list[Any] = field(default_factory=list)

    def add(self, name: str, value: Any) -> None:
        """One of the known conditions, if there is a value for it."""
        if value is not None:
            text = sql.FILTERS[name]
            self.conditions.append(text)
            self.values += [value] * text.count("?")

    def any_of(self, conditions: list[tuple[str, tuple[Any, ...]]]) -> None:
        if not conditions:
            self.conditions.append("1 = 0")
            return
        self.conditions.append("(" + " OR ".join(text for text, _ in conditions) + ")")
        for _, values in conditions:
            self.values += values


@dataclass(slots=True)
class Sum:
    """A sum over records, in whole units."""

    requests: int = 0
    failed: int = 0
    cost: int = 0
    credits: int = 0
    prompt: int = 0
    completion: int = 0
    tokens: int = 0

    def take(self, other: Sum) -> None:
        self.requests += other.requests
        self.failed += other.failed
        self.cost += other.cost
        self.credits += other.credits
        self.prompt += other.prompt
        self.completion += other.completion
        self.tokens += other.tokens

    def shown(self) -> dict[str, Any]:
        """As the contract's `SpendTotals`."""
        return {
            "spend": to_usd(self.cost),
            "credits": to_credits(self.credits),
            "requests": self.requests,
            "failed_requests": self.failed,
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.tokens,
        }


def seen(call: Call) -> Where:
    """The records that the caller may see."""
    where = Where()
    view = sight(call.caller)
    if not view.all:
        where.any_of(_visible(view))
    return where


def _visible(view: Sight) -> list[tuple[str, tuple[Any, ...]]]:
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
    """From when until when: `start_date`, and `end_date` whose day is part of it. Without both, the last `days`."""
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
            code="invalid_value",
        )
    first, last = _within(first), _within(last)
    if days is not None:
        last = now if last is None else last
        first = last - days * _DAY_SECONDS if first is None else first
    return first, last


def served_by(provider: str | None) -> str | None:
    """Return the name in records of a provider: that of the offline models is `offline` there, and `onceward` too."""
    return "offline" if provider == "onceward" else provider


def _is_day(text: str) -> bool:
    """Return whether a moment names no time of day, in any of the forms of ISO 8601."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _within(at: float | None) -> float | None:
    """A time that a calendar has, with room on both sides."""
    return None if at is None else min(max(at, _FIRST), _LAST)


async def log_page(call: Call, where: Where, limit: int, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """A page of records, newest first, and the cursor of the next."""
    if cursor:
        if not _CURSOR.fullmatch(cursor):
            raise invalid(
                f"`cursor` is {cursor!r}, which no page of this list gave. Take `next_cursor` of the page before.",
                param="cursor",
                code="invalid_cursor",
            )
        where.add("before", cursor)
    rows = await call.gateway.db.aside(sql.logs(where.conditions), (*where.values, limit + 1))
    found = [dict(zip((*sql.USAGE_COLUMNS, "key_hash"), row, strict=True)) for row in rows[:limit]]
    return found, found[-1]["id"] if len(rows) > limit else None


async def totals(call: Call, where: Where) -> Sum:
    """The sum of all records."""
    (row,) = await call.gateway.db.aside(sql.total(where.conditions), tuple(where.values))
    return Sum(*row)


async def tagged(call: Call, where: Where) -> list[tuple[str, int, int]]:
    """Tags, how many calls had each, and what these cost."""
    rows = await call.gateway.db.aside(sql.tags(where.conditions), tuple(where.values))
    return [(str(tag), int(count), int(cost)) for tag, count, cost in rows]


@dataclass(slots=True)
class Row:
    """One row of a report, and its parts by model."""

    date: str | None
    group: str | None
    sum: Sum = field(default_factory=Sum)
    models: dict[str, Sum] = field(default_factory=lambda: dict[str, Sum]())


def _member(call: Call, name: str) -> tuple[str, list[str]]:
    """The text of a member of the metadata, and the values that are bound in it."""
    if call.gateway.db.shared:
        return sql.metadata_text(postgres=True), [name]
    return sql.metadata_text(postgres=False), [f'$."{name}"'] * 2


def add_metadata(call: Call, where: Where, given: str | None) -> None:
    """Take only records whose metadata has a member with a value, written `name=value`."""
    if given is not None:
        name, _, value = given.partition("=")
        text, names = _member(call, name)
        where.conditions.append(f"{text} = ?")
        where.values += [*names, value]


async def grouped(call: Call, where: Where, group: str, interval: str) -> list[Row]:
    """Sums by group, in steps of time; within a step the dearest first."""
    step = "day" if interval == "week" else interval
    text, values = None, list(where.values)
    if group.startswith(_METADATA):
        text, names = _member(call, group.removeprefix(_METADATA))
        values = [*names, *values]
    rows = await call.gateway.db.aside(sql.report(group, step, where.conditions, text), tuple(values))
    found: dict[tuple[str, str | None], Row] = {}
    for at, name, model, *numbers in rows:
        when = week_of(at) if interval == "week" else at
        row = found.get((when, name))
        if row is None:
            row = found[when, name] = Row(when or None, name)
        part = Sum(*numbers)
        row.sum.take(part)
        row.models.setdefault(model, Sum()).take(part)
    return sorted(found.values(), key=lambda row: (row.date or "", -row.sum.cost, row.group or ""))


def week_of(day: str) -> str:
    """The Monday of a day's week."""
    at = date.fromisoformat(day)
    return (at - timedelta(days=at.weekday())).isoformat()


def dearest(models: Mapping[str, Sum]) -> Iterable[tuple[str, Sum]]:
    """Models by what they cost."""
    return sorted(models.items(), key=lambda item: (-item[1].cost, item[0]))


def today(now: float) -> float:
    """The beginning of a moment's day."""
    return datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
