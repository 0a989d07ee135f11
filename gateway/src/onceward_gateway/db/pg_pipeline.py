"""Many statements for one answer: a PostgreSQL connection in libpq's pipeline mode.

Written over `psycopg.pq` because cursors cost more (`benchmarks/parts.py group_commit` measures how much): what a batch
needs of each statement is whether it worked and how many rows it changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import pq
from psycopg.pq.abc import PGresult

from .statements import numbered
from .values import storable

__all__ = ["StatementPipeline", "Outcome", "Ready", "ready"]

_MOST_PREPARED = 500
# The types that values are sent with; text and NULL take the type of their place.
_TYPES: dict[type, int] = {bool: 20, int: 20, float: 701, bytes: 17}
_GOOD = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
_TEXT, _BINARY = pq.Format.TEXT, pq.Format.BINARY


@dataclass(slots=True)
class Ready:
    """A statement and its values as they are sent. It does not change."""

    sql: str
    types: tuple[int, ...]
    values: list[bytes | None]
    formats: list[int]


def ready(sql: str, parameters: Sequence[Any]) -> Ready:
    """Make a statement ready. Raises `ValueError` for a value that no database keeps."""
    types: list[int] = []
    values: list[bytes | None] = []
    formats: list[int] = []
    # Without a function call for each value, of which the records of a call have many.
    for value in storable(parameters):
        kind = type(value)
        if kind is str:
            values.append(value.encode())
        elif kind is int or kind is bool:
            values.append(b"%d" % value)
        elif kind is float:
            values.append(repr(value).encode())
        elif value is None or kind is bytes:
            values.append(value)
        else:
            raise ValueError(
                f"a value of the type `{kind.__name__}` has no place in a statement. Give text, a number or bytes"
            )
        types.append(_TYPES.get(kind, 0))
        formats.append(_BINARY if kind is bytes else _TEXT)
    return Ready(sql, tuple(types), values, formats)


@dataclass(slots=True)
class Outcome:
    """The outcome of statements: the rows changed by each, or the first that failed and its error."""

    changed: list[int]
    failed: int | None = None
    error: psycopg.Error | None = None


class StatementPipeline:
    """Collects statements by `add`, then `run` sends them all and reads all answers.

    Unless they begin a transaction, they are one, which ends with `run`: a failure undoes all of them.

    Statements are prepared once a connection. Raises `psycopg.OperationalError` when the connection is lost; then
    nobody knows which statements took effect.
    """

    def __init__(self, connection: psycopg.AsyncConnection[Any], seconds: float) -> None:
        self._connection = connection
        self._seconds = seconds
        self._pg = connection.pgconn
        self._pg.nonblocking = 1
        self._pg.enter_pipeline_mode()
        self._prepared: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._count = 0
        # For each answer that is expected: whether it is one of `add`, or one of a preparation.
        self._expected: list[bool] = []
        self._new: list[tuple[str, tuple[int, ...]]] = []

    def add(self, statement: Ready) -> None:
        """Queue one statement."""
        place = (statement.sql, statement.types)
        name = self._prepared.get(place) or self._prepare(*place)
        self._pg.send_query_prepared(name, statement.values, statement.formats)
        self._expected.append(True)

    def _prepare(self, sql: str, types: tuple[int, ...]) -> bytes:
        if len(self._prepared) >= _MOST_PREPARED:
            self._pg.send_query_params(b"DEALLOCATE ALL", None)
            self._expected.append(False)
            self._prepared.clear()
        self._count += 1
        name = b"h%d" % self._count
        self._pg.send_prepare(name, numbered(sql).encode(), types)
        self._expected.append(False)
        self._prepared[sql, types] = name
        self._new.append((sql, types))
        return name

    async def run(self) -> Outcome:
        """Send what was added and wait for the answers."""
        expected, self._expected = self._expected, []
        new, self._new = self._new, []
        self._pg.pipeline_sync()
        try:
            async with asyncio.timeout(self._seconds):
                results = await self._results()
        except TimeoutError as error:
            raise psycopg.OperationalError(f"no answer came within {self._seconds:g} s") from error
        outcome = _outcome(results, expected)
        if outcome.error is not None:
            # A preparation behind the failure did not happen; none of this round is counted on.
            for place in new:
                self._prepared.pop(place, None)
        return outcome

    async def _results(self) -> list[PGresult]:
        pg, loop = self._pg, asyncio.get_running_loop()
        descriptor = pg.socket
        results: list[PGresult] = []
        unsent = pg.flush()
        while True:
            ready: asyncio.Future[None] = loop.create_future()
            loop.add_reader(descriptor, _wake, ready)
            if unsent:
                loop.add_writer(descriptor, _wake, ready)
            try:
                await ready
            finally:
                loop.remove_reader(descriptor)
                if unsent:
                    loop.remove_writer(descriptor)
            pg.consume_input()
            if unsent:
                unsent = pg.flush()
            while not pg.is_busy():
                result = pg.get_result()
                if result is None:
                    continue
                if result.status == pq.ExecStatus.PIPELINE_SYNC:
                    return results
                results.append(result)

    async def close(self) -> None:
        """Close the connection, whatever state it is in."""
        self._pg.finish()
        await self._connection.close()


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def _outcome(results: list[PGresult], expected: list[bool]) -> Outcome:
    outcome = Outcome([])
    for result, is_statement in zip(results, expected, strict=False):
        if result.status in _GOOD:
            if is_statement:
                outcome.changed.append(result.command_tuples or 0)
        else:
            outcome.failed, outcome.error = len(outcome.changed), _error(result)
            return outcome
    for result in results[len(expected) :]:
        # The statements worked, and their commit failed.
        outcome.failed, outcome.error = len(outcome.changed), _error(result)
    return outcome


def _error(result: PGresult) -> psycopg.Error:
    state = result.error_field(pq.DiagnosticField.SQLSTATE)
    text = result.get_error_message().strip()
    try:
        return psycopg.errors.lookup(state.decode())(text) if state else psycopg.OperationalError(text)
    except KeyError:
        return psycopg.DatabaseError(text)
