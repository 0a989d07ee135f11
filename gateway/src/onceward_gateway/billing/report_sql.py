"""SQL of reports: sums by time and group, from the rollups and, for parts of an hour, from the usage records.

Every piece of a statement is a constant; values are bound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .rollup_sql import CUSTOMER, DAY, DIMENSIONS, EVERY, HOUR, SUMS, TAG, TAGGED

__all__ = ["DIMENSION_FILTERS", "RECORD_FILTERS", "SPEND_SUMS", "Interval", "Period", "Report", "Source", "among"]
__all__ += ["bounded_period", "count_groups", "count_hours", "metadata_text", "records_report", "rollup_report"]
__all__ += ["split_period"]

Interval = Literal["hour", "day", "week", "month", "total"]
_HOUR_SECONDS = 3600
# Before and after every time, in hours; whole days.
_FIRST, _LAST = -(DAY << 30), DAY << 30
# The sums that spend reports show.
SPEND_SUMS = SUMS[:-1]

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


def bounded_period(period: Period, first: int | None, last: int | None) -> Period:
    """Return a period without the days and hours before the first and after the last day that has sums."""
    if first is None or last is None:
        return Period(parts=period.parts)

    def bounded(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        found = ((max(low, first), min(high, last + DAY)) for low, high in ranges)
        return tuple((low, high) for low, high in found if low < high)

    return Period(bounded(period.days), bounded(period.hours), period.parts)


@dataclass(frozen=True, slots=True)
class Source:
    """Calls that are added up: a kind of groups, the values of these groups, and the names that they are grouped by.

    A name is one of the dimensions, `value` (the customer or tag), or empty. `seek` reads each sum of each group by
    its key, and not all sums of the period: SQLite does that faster for a few groups.
    """

    names: tuple[str, ...]
    kind: int = EVERY
    values: tuple[str, ...] = ()
    seek: bool = False


@dataclass(slots=True)
class Report:
    """The period and the interval of a report, its sums, and its conditions with the values bound in them."""

    period: Period
    interval: Interval
    conditions: Sequence[str] = ()
    values: Sequence[Any] = ()
    postgres: bool = False
    sums: tuple[str, ...] = SPEND_SUMS
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


def rollup_report(report: Report, sources: Sequence[Source], most: int) -> str:
    """Return the query of a report's sums by source, interval and names; `report.bound` are its values.

    The sources have the same number of names, and each gives at most `most` rows, which begin with its place. The query
    is empty for an empty period.
    """
    parts: list[str] = []
    for place, source in enumerate(sources):
        pieces = [_rollups(report, source)] if report.period.days or report.period.hours else []
        pieces += [_records(report, source, *bounds) for bounds in report.period.parts]
        if pieces:
            parts.append(f"SELECT * FROM ({_added_up(report, pieces, place, len(source.names))}) AS part{place}")
            report.bound.append(most)
    return " UNION ALL ".join(parts)


def count_groups(source: Source, report: Report) -> tuple[str, list[Any]]:
    """Return the query of the number of a source's groups, up to a limit that is bound last, and its other values."""
    groups, values = _groups(source, report)
    return f"SELECT COUNT(*) FROM ({groups} LIMIT ?) AS found", values


def _added_up(report: Report, pieces: Sequence[str], place: int, count: int) -> str:
    names = ", ".join(f"name{number}" for number in range(count))
    sums = ", ".join(f"CAST(SUM({name}) AS BIGINT)" for name in report.sums)
    return (
        f"SELECT {place} AS place, at, {names}, {sums} FROM ({' UNION ALL '.join(pieces)}) AS piece"
        f" GROUP BY at, {names} LIMIT ?"
    )


def _rollups(report: Report, source: Source) -> str:
    """Return the query of the sums of days and hours with the names of their groups."""
    steps = ((DAY, report.period.days), (HOUR, report.period.hours))
    ranges = [(step, *bounds) for step, found in steps for bounds in found]
    table = " UNION ALL ".join(_range(report, source, *one) for one in ranges)
    if report.interval not in ("hour", "day"):
        # Several sums of a group are added up by numbers first: that is cheaper than by names.
        sums = ", ".join(f"SUM({name}) AS {name}" for name in report.sums)
        table = f"SELECT at, group_id, {sums} FROM ({table}) AS one GROUP BY at, group_id"
    names = "".join(f", {_of_group(name)} AS name{number}" for number, name in enumerate(source.names))
    sums = ", ".join(f"r.{name} AS {name}" for name in report.sums)
    # A CROSS JOIN is executed in this order by SQLite: the sums lead to their groups.
    return f"SELECT r.at AS at{names}, {sums} FROM ({table}) AS r CROSS JOIN usage_group AS g WHERE g.id = r.group_id"


def _range(report: Report, source: Source, step: int, first: int, last: int) -> str:
    """Return the query of a source's sums in a range of days or hours."""
    sums = "".join(f", r.{name} AS {name}" for name in report.sums)
    limits = f"r.kind = {source.kind} AND r.step = {step}"
    if source.seek:
        groups, values = _groups(source, report)
        report.bound += (*values, first, last)
        tables = f"({groups}) AS g CROSS JOIN {_steps(report, step)} AS s CROSS JOIN usage_rollup AS r"
        limits += " AND r.at = s.at AND r.group_id = g.id"
        return f"SELECT s.bucket AS at, r.group_id AS group_id{sums} FROM {tables} WHERE {limits}"
    report.bound += (first, last)
    if report.interval == "month" and not report.postgres:
        # The month is computed for each day, and not for each sum.
        tables, bucket = f"{_steps(report, step)} AS s CROSS JOIN usage_rollup AS r", "s.bucket"
        limits += " AND r.at = s.at"
    else:
        tables, bucket = "usage_rollup AS r", report.bucket("r.at")
        limits += " AND r.at >= ? AND r.at < ?"
    if source.values or report.conditions:
        groups, values = _groups(source, report)
        report.bound += values
        limits += f" AND r.group_id IN ({groups})"
    return f"SELECT {bucket} AS at, r.group_id AS group_id{sums} FROM {tables} WHERE {limits}"


def _steps(report: Report, step: int) -> str:
    """Return the days or hours of a range, with the start of their interval; SQLite only."""
    return (
        f"(WITH RECURSIVE step (at) AS (SELECT ? UNION ALL SELECT at + {step} FROM step WHERE at + {step} < ?)"
        f" SELECT at, {report.bucket('at')} AS bucket FROM step)"
    )


def _groups(source: Source, report: Report) -> tuple[str, list[Any]]:
    """Return the query of the ids of a source's groups, and its values."""
    conditions = [f"kind = {source.kind}"]
    if source.values:
        conditions.append(f"value IN ({', '.join('?' for _ in source.values)})")
    conditions += report.conditions
    return f"SELECT id FROM usage_group WHERE {' AND '.join(conditions)}", [*source.values, *report.values]


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
    if source.values:
        only += f" AND {_VALUES[source.kind]} IN ({', '.join('?' for _ in source.values)})"
        report.bound += source.values
    joined = _JOINS.get(source.kind, "")
    return _record_piece(report, names, joined, f"started_at >= ? AND started_at < ?{only}")


def _of_record(name: str) -> str:
    return f"COALESCE(usage.{name}, '')" if name else "''"


def _record_piece(report: Report, names: Sequence[str], joined: str, limits: str) -> str:
    counted = {"requests": "1", "failed": "CASE WHEN usage.status = 'failed' THEN 1 ELSE 0 END"}
    sums = "".join(f", {counted.get(name, name)} AS {name}" for name in report.sums)
    named = "".join(f", {text} AS name{number}" for number, text in enumerate(names))
    return f"SELECT {report.bucket(_HOUR_OF)} AS at{named}{sums} FROM usage{joined} WHERE {limits}{report.where()}"


_RECORD_NAMES = {"customer": "COALESCE(usage.customer, '')", "tag": "COALESCE(usage_tag.tag, '')"}


def records_report(report: Report, group: str, start: float | None, end: float | None, most: int) -> str:
    """Return the query of sums by interval, group and model over the records themselves, of at most `most` rows.

    The rows begin with 0, as those of the only source of a report. `group` is a dimension, `customer`, `tag`, or the
    expression of a metadata member, whose values are bound already.
    """
    name = _RECORD_NAMES.get(group) or (_of_record(group) if group in DIMENSIONS else group)
    joined = " LEFT JOIN usage_tag ON usage_tag.usage_id = usage.id" if group == "tag" else ""
    limits = ["1 = 1"]
    for text, value in (("started_at >= ?", start), ("started_at < ?", end)):
        if value is not None:
            limits.append(text)
            report.bound.append(value)
    piece = _record_piece(report, (name, "usage.model_served"), joined, " AND ".join(limits))
    report.bound.append(most)
    return _added_up(report, [piece], 0, 2)


def count_hours(ranges: Sequence[tuple[int, int]]) -> str:
    """Return the query of the number of sums in ranges of hours, up to a limit that is bound last."""
    pieces = " UNION ALL ".join(
        f"SELECT 1 FROM usage_rollup WHERE kind = ? AND step = {HOUR} AND at >= ? AND at < ?" for _ in ranges
    )
    return f"SELECT COUNT(*) FROM (SELECT 1 FROM ({pieces}) AS found LIMIT ?) AS counted"
