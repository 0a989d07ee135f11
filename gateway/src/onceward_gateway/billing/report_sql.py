"""SQL of reports: sums by time and group, from the rollups and, for parts of an hour, from the usage records.

Every piece of a statement is a constant; values are bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .report_period import Interval, Period
from .rollup_sql import CUSTOMER, DIMENSIONS, EVERY, HOUR, MONTH, SUMS, TAG, TAGGED

__all__ = ["DIMENSION_FILTERS", "RECORD_FILTERS", "SPEND_SUMS", "Report", "Source", "among", "count_groups"]
__all__ += ["count_hours", "metadata_text", "records_report", "rollup_report"]

# Days or hours that are each added up by a query of its own.
_MOST_PIECES = 200
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
        pieces = _rollups(report, source) if report.period.sums else []
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


def _rollups(report: Report, source: Source) -> list[str]:
    """Return the queries of the sums of whole periods with the names of their groups."""
    if report.interval in ("hour", "day"):
        if not (report.postgres or source.values or report.conditions) and report.period.count <= _MOST_PIECES:
            return [
                _piece(report, source, step, at)
                for step, first, last in report.period.sums
                for at in range(first, last, step)
            ]
        table = " UNION ALL ".join(_range(report, source, *one) for one in report.period.sums)
    else:
        # Several sums of a group are added up by numbers first: that is cheaper than by names.
        table = " UNION ALL ".join(_range(report, source, *one) for one in report.period.sums)
        sums = ", ".join(f"SUM({name}) AS {name}" for name in report.sums)
        table = f"SELECT at, group_id, {sums} FROM ({table}) AS one GROUP BY at, group_id"
    sums = "".join(f", r.{name} AS {name}" for name in report.sums)
    return [f"SELECT r.at AS at{_names_of(source)}{sums} FROM ({table}) AS r {_JOIN_GROUP}"]


# A CROSS JOIN is executed in this order by SQLite: the sums lead to their groups.
_JOIN_GROUP = "CROSS JOIN usage_group AS g WHERE g.id = r.group_id"


def _names_of(source: Source) -> str:
    return "".join(f", {_of_group(name)} AS name{number}" for number, name in enumerate(source.names))


def _piece(report: Report, source: Source, step: int, at: int) -> str:
    """Return the query of a source's sums in one day or hour, added up by names.

    SQLite sorts what it groups, and does that faster for one day after the other than for all together.
    """
    report.bound.append(at)
    sums = "".join(f", SUM(r.{name}) AS {name}" for name in report.sums)
    names = ", ".join(_of_group(name) for name in dict.fromkeys(source.names) if name)
    return (
        f"SELECT {report.bucket('r.at')} AS at{_names_of(source)}{sums} FROM usage_rollup AS r {_JOIN_GROUP}"
        f" AND r.kind = {source.kind} AND r.step = {step} AND r.at = ? GROUP BY {names or 'r.at'}"
    )


def _range(report: Report, source: Source, step: int, first: int, last: int) -> str:
    """Return the query of a source's sums in a range of periods of one length."""
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
    """Return the periods of a range, with the start of their interval; SQLite only."""
    following = f"at + {step}"
    if step == MONTH:
        following = "CAST(strftime('%s', at * 3600, 'unixepoch', '+1 month') AS INTEGER) / 3600"
    return (
        f"(WITH RECURSIVE step (at) AS (SELECT ? UNION ALL SELECT {following} FROM step WHERE {following} < ?)"
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
