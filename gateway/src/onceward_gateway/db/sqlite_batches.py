"""Batches on their way to SQLite, and the execution of all that a transaction writes."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from itertools import chain

from .increments import SharedStatement, summed
from .interface import AlreadyDone, Batch, Statement, StorageError
from .statements import insert_unless_there, plain_insert
from .values import storable

__all__ = ["QueuedBatch", "execute_batches", "failed_before", "is_locked", "loop_time", "only_statement"]


class QueuedBatch:
    """A batch to be written, and the future of a task that waits for it.

    `ended` is set when it is durable, or was given up with `error`; `notified` when the task knows that it cannot be
    written now.
    """

    __slots__ = ("batch", "ended", "error", "notified", "waiter")

    def __init__(self, batch: Batch, waiter: asyncio.Future[None] | None) -> None:
        self.batch = batch
        self.waiter = waiter
        self.ended = self.notified = False
        self.error: Exception | None = None

    def end(self, error: Exception | None = None) -> None:
        """Let the task that waits go on, or raise an error."""
        self.error, self.ended = error, True
        self.wake()

    def wake(self) -> None:
        """Wake the task that waits."""
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)


def execute_batches(connection: sqlite3.Connection, batches: Sequence[Batch]) -> None:
    """Execute the statements of batches in their order, and then one change of each row that several of them change.

    Raises `AlreadyDone` if the row of a batch exists that is written once.
    """
    execute = connection.execute
    changes: list[SharedStatement] = list(summed(chain.from_iterable(batch.increments for batch in batches)))
    for batch in batches:
        once = batch.once
        if once is not None and execute(insert_unless_there(once[0]), storable(once[1])).rowcount == 0:
            raise AlreadyDone(f"The row of `{plain_insert(once[0]).split('(')[0].strip()}` is there already.")
        for sql, parameters in batch.statements:
            execute(sql, storable(parameters))
        if batch.shared:
            changes += batch.shared
    if len(changes) > 1:
        changes.sort(key=lambda change: change[0])
    for _, sql, parameters in changes:
        execute(sql, storable(parameters))


def only_statement(batch: Batch) -> Statement | None:
    """Return the statement of a batch that has no other."""
    if batch.once is None and len(batch.statements) == 1 and not batch.shared and not batch.increments:
        return batch.statements[0]
    return None


def failed_before() -> StorageError:
    """Return the error of a statement after one that failed."""
    return StorageError("A statement of this transaction failed before. Nothing more is done in it.")


def is_locked(error: BaseException | None) -> bool:
    """Return whether another process has the file, which may be over in a moment."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF if isinstance(error, sqlite3.Error) else 0
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def loop_time() -> float:
    """Return the time of the running loop; 0 if none runs, while the gateway is being composed."""
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return 0.0
