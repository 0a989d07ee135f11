"""SQL of reports: sums by time and group, from the rollups and, for parts of an hour, from the usage records.

Every piece of a statement is a constant; values are bound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .rollup_sql import CUSTOMER, DAY, DIMENSIONS, EVERY, HOUR, SUMS, TAG, TAGGED

__all__ = ["DIMENSION_FILTERS", "RECORD_FILTERS", "Interval", "Period", "Report", "Source", "among", "count_hours"]
__all__ += ["metadata_text", "records_report", "rollup_report", "split_period"]

Interval = Literal["hour", "day", "week", "month", "total"]
_HOUR_SECONDS = 3600
# Before and after every time, in hours; whole days.
_FIRST, _LAST = -(DAY << 30), DAY << 30

# Conditions on the columns that records and groups have in common.
DIMENSION_FILTERS = {
    "key_id": "key_id = ?",
    "user_id": "user_id = ?",
    "team_id": "team_id = ?",
    "organization_id": "organization_id = ?",
    "model": "(model_served = ? OR model = ?)",
    "provider": "provider = ?",
    "account": "account = ?",
    "band": "band = ?",
}
RECORD_FILTERS = {
    "before": "usage.id < ?",
    "request_id": "usage.request_id = ?",
    "call_id": "usage.call_id = ?",
    "status": "usage.status = ?",
    "tag": "EXISTS (SELECT 1 FROM usage_tag AS own WHERE own.usage_id = usage.id AND own.tag = ?)",
}


def among(column: str, count: int) -> str:
    """Return the condition that a column of the records has one of `count` values."""
    assert column in DIMENSIONS
    return f"{column} IN ({', '.join('?' for _ in range(count))})"


def metadata_text(*, postgres: bool) -> str:
    """Return the expression of a metadata member, whose name is bound once for PostgreSQL and twice for SQLite."""
    if postgres:
        # PostgreSQL cannot extract a text that contains NUL.
        return (
            "(CASE WHEN usage.metadata IS NULL OR position('\\u0000' in usage.metadata) > 0 THEN NULL "
            "ELSE CAST(usage.metadata AS json) ->> CAST(? AS TEXT) END)"
        )
    return (
        "(CASE json_type(usage.metadata, ?) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' "
        "ELSE CAST(json_extract(usage.metadata, ?) AS TEXT) END)"
    )


@dataclass(frozen=True, slots=True)
class Period:
    """A period as ranges: whole days and hours, in hours since 1970, and parts of hours in seconds."""

    days: tuple[tuple[int, int], ...] = ()
    hours: tuple[tuple[int, int], ...] = ()
    parts: tuple[tuple[float, float], ...] = ()


def split_period(start: float | None, end: float | None, *, by_hour: bool, kept_from: float = 0.0) -> Period:
    """Divide the period from `start` to `end` (exclusive) by what has sums of it; by hour, no days are used.

    Before `kept_from` there are no records: a call belongs to the start of its hour there.
    """
    if start is not None and start < kept_from:
        start = float(start // _HOUR_SECONDS * _HOUR_SECONDS)
    if end is not None and end < kept_from:
        end = float(end // _HOUR_SECONDS * _HOUR_SECONDS)
    first = _FIRST if start is None else math.ceil(start / _HOUR_SECONDS)
    last = _LAST if end is None else math.floor(end / _HOUR_SECONDS)
    if start is not None and end is not None and first >= last:
        return Period(parts=((start, end),) if start < end else ())
    parts: list[tuple[float, float]] = []
    if start is not None and start < first * _HOUR_SECONDS:
        parts.append((start, first * _HOUR_SECONDS))
    if end is not None and end > last * _HOUR_SECONDS:
        parts.append((last * _HOUR_SECONDS, end))
    first_day, last_day = math.ceil(first / DAY) * DAY, math.floor(last / DAY) * DAY
    if by_hour or first_day >= last_day:
        return Period(hours=((first, last),), parts=tuple(parts))
    hours = [(low, high) for low, high in ((first, first_day), (last_day, last)) if low < high]
    return Period(((first_day, last_day),), tuple(hours), tuple(parts))


@dataclass(frozen=True, slots=True)
class Source:
    """Calls that are added up: a kind of groups, the names that they are grouped by, and whether they are subtracted.

    A name is one of the dimensions, `value` (the customer or tag), or empty.
    """

    names: tuple[str, ...]
    kind: int = EVERY
    value: str | None = None
    minus: bool = False


@dataclass(slots=True)
class Report:
    """The period and the interval of a report, and its conditions with the values bound in them."""

    period: Period
    interval: Interval
    conditions: Sequence[str] = ()
    values: Sequence[Any] = ()
    postgres: bool = False
    bound: list[Any] = field(default_factory=list[Any])

    def bucket(self, at: str) -> str:
        """Return the start of the interval that has an hour, in hours since 1970; 0 for the whole period."""
        match self.interval:
            case "total":
                return "0"
            case "hour":
                return at
            case "day":
                return f"{at} - {at} % 24"
            case "week":
                # 1970 began on a Thursday.
                return f"{at} - ({at} + 72) % 168"
            case _ if self.postgres:
                month = f"date_trunc('month', to_timestamp({at} * 3600) AT TIME ZONE 'UTC')"
                return f"CAST(EXTRACT(EPOCH FROM {month}) AS BIGINT) / 3600"
            case _:
                return f"CAST(strftime('%s', {at} * 3600, 'unixepoch', 'start of month') AS INTEGER) / 3600"

    def where(self) -> str:
        """Return the conditions, and bind their values."""
        self.bound += self.values
        return "".join(f" AND {condition}" for condition in self.conditions)


def rollup_report(report: Report, sources: Sequence[Source]) -> str:
    """Return the query of a report's sums by interval and names; `report.bound` are its values.

    It is empty for an empty period.
    """
    pieces: list[str] = []
    for source in sources:
        for step, ranges in ((DAY, report.period.days), (HOUR, report.period.hours)):
            pieces += [_rollups(report, source, step, *bounds) for bounds in ranges]
        pieces += [_records(report, source, *bounds) for bounds in report.period.parts]
    return _added_up(pieces, len(sources[0].names)) if pieces else ""


def _added_up(pieces: Sequence[str], count: int) -> str:
    names = ", ".join(f"name{number}" for number in range(count))
    sums = ", ".join(f"CAST(SUM({name}) AS BIGINT)" for name in SUMS)
    return (
        f"SELECT at, {names}, {sums} FROM ({' UNION ALL '.join(pieces)}) AS piece"
        f" GROUP BY at, {names} HAVING SUM(requests) > 0 LIMIT ?"
    )


def _rollups(report: Report, source: Source, step: int, first: int, last: int) -> str:
    sign = "-" if source.minus else ""
    names = ", ".join(f"{_of_group(name)} AS name{number}" for number, name in enumerate(source.names))
    sums = ", ".join(f"{sign}r.{name} AS {name}" for name in SUMS)
    table = "usage_rollup"
    if report.interval == "total":
        # Numbers are added up by the group's id first: that is cheaper than by names.
        added = ", ".join(f"SUM({name}) AS {name}" for name in SUMS)
        table = (
            f"(SELECT 0 AS at, group_id, {added} FROM usage_rollup"
            f" WHERE kind = {source.kind} AND step = {step} AND at >= ? AND at < ? GROUP BY group_id)"
        )
        limits = ""
    else:
        limits = f" AND r.kind = {source.kind} AND r.step = {step} AND r.at >= ? AND r.at < ?"
    report.bound += (first, last)
    if source.value is not None:
        limits += " AND g.value = ?"
        report.bound.append(source.value)
    conditions = ""
    if report.conditions:
        conditions = f" AND g.id IN (SELECT id FROM usage_group WHERE kind = {source.kind}{report.where()})"
    # A CROSS JOIN is executed in this order by SQLite: it reads the period, and not every group's whole history.
    return (
        f"SELECT {report.bucket('r.at')} AS at, {names}, {sums} FROM {table} AS r CROSS JOIN usage_group AS g"
        f" WHERE g.id = r.group_id{limits}{conditions}"
    )


def _of_group(name: str) -> str:
    return f"g.{name}" if name else "''"


_AT = "started_at / 3600"
# The greatest whole number that is not greater: one database rounds, the other cuts off.
_HOUR_OF = f"(CAST({_AT} AS BIGINT) - CASE WHEN CAST({_AT} AS BIGINT) > {_AT} THEN 1 ELSE 0 END)"
_VALUES = {EVERY: "''", CUSTOMER: "usage.customer", TAG: "usage_tag.tag", TAGGED: "''"}
_JOINS = {TAG: " JOIN usage_tag ON usage_tag.usage_id = usage.id"}
_ONLY = {
    CUSTOMER: " AND usage.customer IS NOT NULL",
    TAGGED: " AND EXISTS (SELECT 1 FROM usage_tag WHERE usage_tag.usage_id = usage.id)",
}


def _records(report: Report, source: Source, start: float, end: float) -> str:
    names = [_VALUES[source.kind] if name == "value" else _of_record(name) for name in source.names]
    report.bound += (start, end)
    only = _ONLY.get(source.kind, "")
    if source.value is not None:
        only += f" AND {_VALUES[source.kind]} = ?"
        report.bound.append(source.value)
    joined = _JOINS.get(source.kind, "")
    return _record_piece(report, names, joined, f"started_at >= ? AND started_at < ?{only}", minus=source.minus)


def _of_record(name: str) -> str:
    return f"COALESCE(usage.{name}, '')" if name else "''"


def _record_piece(report: Report, names: Sequence[str], joined: str, limits: str, *, minus: bool = False) -> str:
    sign = "-" if minus else ""
    failed = "CASE WHEN usage.status = 'failed' THEN 1 ELSE 0 END"
    sums = (f"{sign}{column} AS {name}" for column, name in zip(("1", failed, *SUMS[2:]), SUMS, strict=True))
    named = ", ".join(f"{text} AS name{number}" for number, text in enumerate(names))
    return (
        f"SELECT {report.bucket(_HOUR_OF)} AS at, {named}, {', '.join(sums)} FROM usage{joined}"
        f" WHERE {limits}{report.where()}"
    )


_RECORD_NAMES = {"customer": "COALESCE(usage.customer, '')", "tag": "COALESCE(usage_tag.tag, '')"}


def records_report(report: Report, group: str, start: float | None, end: float | None) -> str:
    """Return the query of sums by interval, group and model over the records themselves.

    `group` is a dimension, `customer`, `tag`, or the expression of a metadata member, whose values are bound already.
    """
    name = _RECORD_NAMES.get(group) or (_of_record(group) if group in DIMENSIONS else group)
    joined = " LEFT JOIN usage_tag ON usage_tag.usage_id = usage.id" if group == "tag" else ""
    limits = ["1 = 1"]
    for text, value in (("started_at >= ?", start), ("started_at < ?", end)):
        if value is not None:
            limits.append(text)
            report.bound.append(value)
    piece = _record_piece(report, (name, "usage.model_served"), joined, " AND ".join(limits))
    return _added_up([piece], 2)


def count_hours(ranges: Sequence[tuple[int, int]]) -> str:
    """Return the query of the number of sums in ranges of hours, up to a limit that is bound last."""
    pieces = " UNION ALL ".join(
        f"SELECT 1 FROM usage_rollup WHERE kind = ? AND step = {HOUR} AND at >= ? AND at < ?" for _ in ranges
    )
    return f"SELECT COUNT(*) FROM (SELECT 1 FROM ({pieces}) AS found LIMIT ?) AS counted"
