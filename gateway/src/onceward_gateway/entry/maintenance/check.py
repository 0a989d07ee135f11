"""Checks of a database: its integrity, its schema, and the ledger's sums against its records.

Everything is read in one transaction that sees one moment, so that a gateway may serve meanwhile.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from ...billing.rollup_sql import MONTH, WEEK
from ...config.load import Settings
from ...core.usage import hour_of
from ...db import Row, StorageError
from ...db.schema import head
from ...db.sqlite_log import require_own_log
from . import sql

__all__ = ["Report", "check"]

Read = Callable[[str], list[Row]]


@dataclass(slots=True)
class Report:
    """The results of a check: facts and faults."""

    schema: str | None
    calls: int = 0
    records: int = 0
    cost_nano: int = 0
    sums: int = 0
    faults: list[str] = field(default_factory=lambda: list[str]())


def check(settings: Settings) -> Report:
    """Compare everything that can be compared; raise `StorageError` if the database cannot be read."""
    with _reader(settings) as read:
        versioned = read(sql.SQLITE_VERSIONED if settings.database_url.is_sqlite else sql.POSTGRES_VERSIONED)[0][0]
        version = read(sql.VERSION) if versioned else []
        report = Report(str(version[0][0]) if version else None)
        if report.schema != head():
            report.faults.append(
                f"the schema is `{report.schema}` and not `{head()}`: `onceward db upgrade`, or start the gateway"
            )
            return report
        report.faults += [str(row[0]) for row in read(_integrity(settings)) if row[0] != "ok"]
        report.calls = read(sql.CALLS)[0][0]
        ((report.records, report.cost_nano),) = read(sql.RECORDS)
        _compare(report, read)
        _compare_hours(report, read)
        _compare_periods(report, read)
    return report


def _integrity(settings: Settings) -> str:
    return sql.SQLITE_INTEGRITY if settings.database_url.is_sqlite else sql.POSTGRES_INTEGRITY


def _compare(report: Report, read: Read) -> None:
    """Compare every sum with its records and with the resets by an admin."""
    expected: dict[tuple[str, str], int] = {}
    for scope, owner, amount in read(sql.EXPECTED):
        expected[scope, owner] = expected.get((scope, owner), 0) + amount
    found = {(scope, owner): spent for scope, owner, spent in read(sql.TOTALS)}
    report.sums = len(found)
    for place in sorted(expected.keys() | found.keys()):
        records, total = expected.get(place, 0), found.get(place, 0)
        if records != total:
            scope, owner = place
            report.faults.append(
                f"{scope} {owner!r}: the sum says {total} nano-USD and the records {records}, {total - records:+d}"
            )


def _compare_periods(report: Report, read: Read) -> None:
    """Compare the sums of weeks and months with those of their days."""
    for step, days, cost, summed, summed_cost in read(sql.PERIODS):
        name = {WEEK: "weeks", MONTH: "months"}[step]
        report.faults.append(
            f"the {name}: the sums say {summed} calls for {summed_cost} nano-USD and the days {days} for {cost}"
        )


def _compare_hours(report: Report, read: Read) -> None:
    """Compare the sums of each hour with its records."""
    for at, records, cost, summed, summed_cost in read(sql.HOURS):
        report.faults.append(
            f"the hour {hour_of(at * 3600.0)}: the sums say {summed} calls for {summed_cost} nano-USD and the records "
            f"{records} for {cost}"
        )


@contextmanager
def _reader(settings: Settings) -> Iterator[Read]:
    if settings.database_url.is_sqlite:
        if not settings.database.is_file():
            raise StorageError(f"There is no database at {str(settings.database)!r}. Check `--data-dir`.")
        require_own_log(settings.database)
        with closing(sqlite3.connect(settings.database, isolation_level=None)) as connection:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA busy_timeout = 5000")
            connection.execute("BEGIN")
            try:
                yield lambda statement: connection.execute(statement).fetchall()
            except sqlite3.Error as error:
                raise StorageError(f"The database {str(settings.database)!r} cannot be read: {error}.") from error
        return
    yield from _postgres_reader(settings)


def _postgres_reader(settings: Settings) -> Iterator[Read]:
    import psycopg

    from ...db.postgres_schema import connection_options

    url = settings.database_url
    try:
        with psycopg.connect(url.reveal(), **connection_options(settings.storage)) as connection:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

            def read(statement: str) -> list[Any]:
                return connection.execute(statement.encode()).fetchall()

            yield read
    except psycopg.Error as error:
        raise StorageError(f"The database {url} cannot be read: {url.hide(str(error).strip())}.") from error
