"""Reports over usage records: visibility, time spans, filters, totals and groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ..billing.report_period import Interval, Period, Summed, split_period, with_longer_sums
from ..billing.report_sql import (
    DIMENSION_FILTERS,
    SPEND_SUMS,
    Report,
    Source,
    among,
    count_groups,
    count_hours,
    records_report,
    rollup_report,
)
from ..billing.rollup_sql import CUSTOMER, EVERY, KEPT_FROM, SUMMED, SUMS, TAG, TAGGED
from ..core import error_codes
from ..core.errors import ApiError, invalid
from ..core.money import to_credits, to_usd
from ..core.principal import Principal
from ..core.timestamps import iso
from ..core.usage import hour_of
from ..db import Database
from ..identity.authorization import Visibility, visibility_of
from .parsing import moment
from .usage_filter import UsageFilter, metadata_member
from .usage_logs import UsageLogs

__all__ = [
    "ReportRow",
    "SpendReports",
    "SpendTotals",
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
# The most that an answer of about a megabyte holds: sums by model, and tags.
_MOST_PARTS = 4000
_MOST_TAGS = 5000
# The most tags that are looked up one by one.
_MOST_NAMED = 50
# The most that is added up for one report: records, and hourly sums.
_MOST_RECORDS = 50_000
_MOST_HOURS = 200_000
# The most sums that are read one by one. To read all sums of the period instead takes the same time for about twice as
# many.
_MOST_SEEKS = 100_000


class SpendReports:
    """Queries over usage records and their sums.

    They run outside the event loop, on a connection of their own, so that a long report delays no call.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._logs = UsageLogs(db)

    async def log_page(
        self, where: UsageFilter, limit: int, cursor: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of records, newest first, and the cursor of the next page."""
        if cursor and not _CURSOR.fullmatch(cursor):
            raise invalid(
                f"`cursor` is {cursor!r}, which no page of this list gave. Take `next_cursor` of the page before.",
                param="cursor",
                code=error_codes.INVALID_CURSOR,
            )
        return await self._logs.page(where, limit, cursor or None)

    async def by_tag(self, where: UsageFilter, tags: Sequence[str]) -> list[tuple[str, int, int]]:
        """Return each tag with the number and the cost of its calls, the most expensive first."""
        named = dict.fromkeys(tags)
        values = tuple(named) if len(named) <= _MOST_NAMED else ()
        report = await self._report(where, "total", ("requests", "cost_nano"))
        rows = await self._rows(report, [Source(("value",), TAG, values)], _MOST_TAGS)
        found = [(str(tag), int(count), int(cost)) for _, _, tag, count, cost in rows if not named or tag in named]
        return sorted(found, key=lambda one: (-one[2], one[0]))

    async def by_day(self, where: UsageFilter, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
        """Return the sums by day and the values of some columns, in the order of the days."""
        report = await self._report(where, "day", SUMS)
        rows = await self._rows(report, [Source(names)], _MOST_PARTS)
        return sorted((_text_of(row[1], "day"), *row[2:]) for row in rows)

    async def grouped(self, where: UsageFilter, group: str, interval: Interval) -> tuple[list[ReportRow], SpendTotals]:
        """Return sums by group and interval, within an interval the most expensive first, and the sum of all calls.

        Raises `ApiError` (400) for more than an answer can hold.
        """
        if where.metadata or group.startswith(_METADATA) or (group == "tag" and where.customer is not None):
            return await self._grouped_records(where, group, interval)
        report = await self._report(where, interval)
        if interval == "hour":
            await self._require_few_hours(report.period)
        rows = await self._rows(report, _sources(group, where.customer), _MOST_PARTS)
        if where.customer is not None or group not in ("customer", "tag"):
            return _folded(_named(rows), interval)
        rows, every = _with_rest(rows)
        _require_few(rows, _MOST_PARTS)
        return _folded(_named(rows), interval)[0], _folded(every, interval)[1]

    async def _total(self, where: UsageFilter) -> SpendTotals:
        """Return the sum of all calls."""
        report = await self._report(where, "total")
        source = Source(("", ""))
        if where.customer is not None:
            source = replace(source, kind=CUSTOMER, values=(where.customer,))
        return _folded(await self._rows(report, [source], 1), "total")[1]

    async def _grouped_records(
        self, where: UsageFilter, group: str, interval: Interval
    ) -> tuple[list[ReportRow], SpendTotals]:
        """Return the same from the records: the sums do not know of metadata, nor of tags by customer."""
        kept_from = await self._kept_from()
        if kept_from and (where.start is None or where.start < kept_from):
            raise invalid(
                f"This report reads the records of calls, which are kept from {iso(kept_from)} on. Send a `start_date` "
                "that is not before.",
                param="start_date",
                code=error_codes.RECORDS_EXPIRED,
            )
        calls = (await self._total(where)).requests
        if calls > _MOST_RECORDS:
            raise _too_large(
                f"This report reads each of its {calls} calls, and the most is {_MOST_RECORDS}. Narrow `start_date` "
                "to `end_date`, or filter by a key, team or organization."
            )
        postgres = self._db.shared
        conditions, values = where.of_records(postgres=postgres)
        report = Report(Period(), interval, conditions, values, postgres=postgres)
        member = ""
        name = {"api_key": "key_id", "customer": "customer", "tag": "tag"}.get(group) or _COLUMNS.get(group)
        if name is None:
            member, names = metadata_member(group.removeprefix(_METADATA), postgres=postgres)
            # An absent member and an empty one are two groups.
            name = f"(CASE WHEN {member} IS NULL THEN '' ELSE '=' || {member} END)"
            report.bound += names * 2
        statement = records_report(report, name, where.start, where.end, _MOST_PARTS + 1)
        rows = await self._queried(report, statement, _MOST_PARTS)
        if member:
            rows = [(place, at, text[1:] if text else None, *rest) for place, at, text, *rest in rows]
        else:
            rows = _named(rows)
        found, total = _folded(rows, interval)
        return found, await self._records_total(where) if group == "tag" else total

    async def _records_total(self, where: UsageFilter) -> SpendTotals:
        conditions, values = where.of_records(postgres=self._db.shared)
        report = Report(Period(), "total", conditions, values)
        statement = records_report(report, "''", where.start, where.end, _MOST_PARTS + 1)
        rows = await self._queried(report, statement, _MOST_PARTS)
        return _folded(rows, "total")[1]

    async def _kept_from(self) -> float:
        ((moment,),) = await self._db.query(KEPT_FROM)
        return float(moment)

    async def _report(self, where: UsageFilter, interval: Interval, sums: tuple[str, ...] = SPEND_SUMS) -> Report:
        kept_from = await self._kept_from()
        period = split_period(where.start, where.end, by_hour=interval == "hour", kept_from=kept_from)
        (summed,) = await self._db.query(SUMMED)
        period = with_longer_sums(period, interval, Summed(*summed))
        return Report(period, interval, where.conditions, where.values, postgres=self._db.shared, sums=sums)

    async def _rows(self, report: Report, sources: Sequence[Source], most: int) -> list[tuple[Any, ...]]:
        """Return the rows of a report's sources; raise 400 if one has more than an answer can hold."""
        if not self._db.shared:
            sources = [await self._sought(report, source) for source in sources]
        statement = rollup_report(report, sources, most + 1)
        return await self._queried(report, statement, most if len(sources) == 1 else None) if statement else []

    async def _sought(self, report: Report, source: Source) -> Source:
        """Return a source that reads sums one by one if its groups have few of them in the period."""
        if not source.values and not report.conditions:
            return source
        count = report.period.count
        if not count:
            return source
        statement, values = count_groups(source, report)
        most = _MOST_SEEKS // count
        ((count,),) = await self._db.query_in_thread(statement, (*values, most + 1))
        return replace(source, seek=count <= most)

    async def _queried(self, report: Report, statement: str, most: int | None) -> list[tuple[Any, ...]]:
        rows = await self._db.query_in_thread(statement, tuple(report.bound))
        if most is not None:
            _require_few(rows, most)
        return rows

    async def _require_few_hours(self, period: Period) -> None:
        ranges = [(EVERY, *bounds) for bounds in period.hours]
        if not ranges:
            return
        statement = count_hours(period.hours)
        values = [value for bounds in ranges for value in bounds]
        ((count,),) = await self._db.query_in_thread(statement, (*values, _MOST_HOURS + 1))
        if count > _MOST_HOURS:
            raise _too_large(
                f"This report adds up more than {_MOST_HOURS} hourly sums. Narrow `start_date` to `end_date`, or "
                "choose a longer `interval`."
            )


_COLUMNS = {
    "team": "team_id",
    "user": "user_id",
    "organization": "organization_id",
    "model": "model_served",
    "provider": "provider",
}


def _sources(group: str, customer: str | None) -> list[Source]:
    """Return what is added up for a group: by name and model.

    By customer or tag, the second source are all calls, and the third one, if there is one, those with any name.
    """
    if customer is not None:
        name = "value" if group == "customer" else _COLUMNS.get(group, "key_id")
        return [Source((name, "model_served"), CUSTOMER, (customer,))]
    none = Source(("", "model_served"))
    if group == "customer":
        return [Source(("value", "model_served"), CUSTOMER), none]
    if group == "tag":
        return [Source(("value", "model_served"), TAG), none, replace(none, kind=TAGGED)]
    return [Source((_COLUMNS.get(group, "key_id"), "model_served"))]


def _with_rest(rows: Iterable[tuple[Any, ...]]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return the rows by name and of the calls without one, and the rows of all calls.

    The calls without a name are all calls but those with any, which are counted once for each of their tags.
    """
    parts: tuple[list[tuple[Any, ...]], ...] = ([], [], [])
    for row in rows:
        parts[row[0]].append(row)
    named, every, tagged = parts
    rest = {(at, model): numbers for _, at, _, model, *numbers in every}
    for _, at, _, model, *numbers in tagged or named:
        # A place that is missing was cut off, and then there are too many rows.
        if (every_sums := rest.get((at, model))) is not None:
            rest[at, model] = [a - b for a, b in zip(every_sums, numbers, strict=True)]
    without = [(0, at, "", model, *numbers) for (at, model), numbers in rest.items() if numbers[0] > 0]
    return [*named, *without], every


def _named(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows with None for the name of calls without one."""
    return [(place, at, name or None, *rest) for place, at, name, *rest in rows]


def _folded(rows: Iterable[tuple[Any, ...]], interval: Interval) -> tuple[list[ReportRow], SpendTotals]:
    found: dict[tuple[int, str | None], ReportRow] = {}
    total = SpendTotals()
    for _, at, name, model, *numbers in rows:
        row = found.get((at, name))
        if row is None:
            row = found[at, name] = ReportRow(_text_of(at, interval), name)
        part = SpendTotals(*numbers)
        row.sum.take(part)
        total.take(part)
        row.models.setdefault(model, SpendTotals()).take(part)
    ordered = sorted(found.items(), key=lambda item: (item[0][0], -item[1].sum.cost, item[0][1] or ""))
    return [row for _, row in ordered], total


def _text_of(at: int, interval: Interval) -> str | None:
    """Return the start of an interval, given in hours since 1970, as reports write it."""
    match interval:
        case "total":
            return None
        case "hour":
            return hour_of(at * 3600.0)
        case "month":
            return hour_of(at * 3600.0)[:7]
        case _:
            return hour_of(at * 3600.0)[:10]


def _require_few(rows: Sequence[Any], most: int) -> None:
    if len(rows) > most:
        raise _too_large(
            f"This report has more than {most} sums. Narrow `start_date` to `end_date`, choose a longer "
            "`interval`, or filter by a key, team or organization."
        )


def _too_large(message: str) -> ApiError:
    return invalid(message, param="start_date", code=error_codes.REPORT_TOO_LARGE)


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
        found.append((among("organization_id", len(view.organizations)), tuple(sorted(view.organizations))))
    if view.teams:
        found.append((among("team_id", len(view.teams)), tuple(sorted(view.teams))))
    if view.key_id is not None:
        found.append((DIMENSION_FILTERS["key_id"], (view.key_id,)))
    if view.user_id is not None:
        texts, values = [DIMENSION_FILTERS["user_id"]], [view.user_id]
        for name, value in (("team_id", view.only_team), ("organization_id", view.only_organization)):
            if value is not None:
                texts.append(DIMENSION_FILTERS[name])
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
