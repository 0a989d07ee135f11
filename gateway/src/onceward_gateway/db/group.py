"""Batches on their way to PostgreSQL, and one transaction of as many as there are."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from itertools import chain

import psycopg

from ..core.urls import StoreUrl
from .increments import IncrementedRow, summed
from .interface import AlreadyDone, Batch
from .pg_errors import (
    fault,
    is_collision,
    is_lost,
)
from .pg_pipeline import (
    Outcome,
    Ready,
    StatementPipeline,
    ready,
)
from .statements import plain_insert

__all__ = ["Entry", "entry_of", "write_all", "write_one"]

_log = logging.getLogger("onceward_gateway")
_BEGIN, _COMMIT, _ROLLBACK = ready("BEGIN", ()), ready("COMMIT", ()), ready("ROLLBACK", ())


@dataclass(slots=True, eq=False)
class Entry:
    """A batch ready to be sent, who waits for it, and since when (the loop's clock)."""

    number: int
    once: Ready | None
    statements: list[Ready]
    shared: list[tuple[tuple[str, ...], Ready]]
    increments: list[IncrementedRow]
    waiter: asyncio.Future[None] | None
    since: float

    @property
    def size(self) -> int:
        """Return the share of a transaction's room that the batch takes: one for each statement, and one for itself."""
        return 1 + len(self.statements) + len(self.shared) + len(self.increments)

    def end(self, error: Exception | None = None) -> None:
        """Wake the waiter; log an error that nobody waits for."""
        if self.waiter is None:
            if error is not None and not isinstance(error, AlreadyDone):
                _log.error("a batch was given up: %s", error)
        elif not self.waiter.done():
            if error is None:
                self.waiter.set_result(None)
            else:
                self.waiter.set_exception(error)


def entry_of(batch: Batch, waiter: asyncio.Future[None] | None, number: int, since: float) -> Entry:
    """Make a batch ready. Raises `ValueError` for a value that no database keeps."""
    return Entry(
        number,
        None if batch.once is None else ready(plain_insert(batch.once[0]), batch.once[1]),
        [ready(sql, parameters) for sql, parameters in batch.statements],
        [(row, ready(sql, parameters)) for row, sql, parameters in batch.shared],
        batch.increments,
        waiter,
        since,
    )


async def write_all(exchange: StatementPipeline, group: list[Entry]) -> bool:
    """Write everything in one transaction and empty the group. False if one is in the way: it is the first then.

    Raises `psycopg.Error` for a lost connection or a collision with others: the group is as it was.
    """
    owners = _add(exchange, group)
    outcome = await exchange.run()
    if outcome.error is None:
        for entry in group:
            entry.end()
        group.clear()
        return True
    _require_final(outcome.error)
    assert outcome.failed is not None
    if outcome.failed < len(owners) and owners[outcome.failed] < len(group):
        group.insert(0, group.pop(owners[outcome.failed]))
    # Otherwise the commit itself failed, or a change of a row that several batches change: nobody knows by whom.
    return False


def _add(exchange: StatementPipeline, group: list[Entry]) -> list[int]:
    """Add the statements of a group; return the place in the group of each statement's batch.

    A pipeline runs them in one transaction. The place of a statement for several batches is the size of the
    group.
    """
    owners: list[int] = []
    increments = summed(chain.from_iterable(entry.increments for entry in group))
    shared = [(row, len(group), ready(sql, parameters)) for row, sql, parameters in increments]
    for place, entry in enumerate(group):
        if entry.once is not None:
            exchange.add(entry.once)
            owners.append(place)
        for statement in entry.statements:
            exchange.add(statement)
        owners += [place] * len(entry.statements)
        shared += [(row, place, statement) for row, statement in entry.shared]
    shared.sort(key=lambda change: change[0])
    for _, place, statement in shared:
        exchange.add(statement)
        owners.append(place)
    return owners


async def write_one(exchange: StatementPipeline, group: list[Entry], url: StoreUrl) -> None:
    """Write the first of the group by itself, and take it out. It hears if it cannot be written."""
    entry = group[0]
    exchange.add(_BEGIN)
    if entry.once is not None:
        exchange.add(replace(entry.once, sql=f"{entry.once.sql} ON CONFLICT DO NOTHING"))
        outcome = await exchange.run()
        if outcome.error is None and outcome.changed[1] == 0:
            exchange.add(_ROLLBACK)
            await exchange.run()
            entry.end(AlreadyDone(f"The row of `{entry.once.sql.split('(')[0].strip()}` is there already."))
            del group[0]
            return
    else:
        outcome = Outcome([])
    if outcome.error is None:
        for statement in entry.statements:
            exchange.add(statement)
        increments = [(row, ready(sql, parameters)) for row, sql, parameters in summed(entry.increments)]
        for _, statement in sorted([*increments, *entry.shared], key=lambda change: change[0]):
            exchange.add(statement)
        exchange.add(_COMMIT)
        outcome = await exchange.run()
    if outcome.error is not None:
        if not is_lost(outcome.error):
            exchange.add(_ROLLBACK)
            await exchange.run()
        _require_final(outcome.error)
    entry.end(None if outcome.error is None else fault(url, outcome.error))
    del group[0]


def _require_final(error: psycopg.Error) -> None:
    """Raise an error after which the same may be tried again."""
    if is_lost(error) or is_collision(error):
        raise error
