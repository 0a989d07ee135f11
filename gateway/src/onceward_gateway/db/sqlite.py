"""SQLite in WAL mode, written by the event loop's thread, committed once a tick.

A write opens a transaction lazily and the commit is scheduled behind everything that is ready to run, so that calls
which end together share one commit. `flush` returns when all that was written before it is durable: killing the
process loses nothing that a caller has seen. (`synchronous = "full"` extends this to the machine losing
power, at a file sync a commit.)

Nothing here suspends its caller except waiting for a commit and for the transaction that another task has open.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from .interface import Batch, Row
from .sqlite_batches import QueuedBatch
from .sqlite_committer import SqliteCommitter
from .sqlite_file import FAULTS, SqliteFile
from .sqlite_reader import read
from .sqlite_turns import Turns

__all__ = ["SqliteDatabase"]


class SqliteDatabase:
    """One connection and its group commit. No other process may use the file meanwhile."""

    shared = False

    def __init__(self, path: Path, *, synchronous: Literal["normal", "full"] = "normal") -> None:
        self.path = path
        self._file = SqliteFile(path, synchronous)
        self._turns = Turns()
        self._committer = SqliteCommitter(self._file, self._turns)
        self._transaction = self._committer.transaction

    async def open(self) -> None:
        """Nothing is left to open: the file was opened with the object."""

    @property
    def connected(self) -> bool:
        """Return whether what is to be written can be written."""
        return self._committer.stuck is None

    @property
    def backlog(self) -> int:
        """Return how many batches wait to be written."""
        return len(self._committer.queued)

    async def probe(self) -> None:
        """Write something; raises `StorageUnavailable` where that cannot be done, or the disk is as good as full."""
        self._committer.require_writable()
        self._file.files.require(at_once=True)
        self._file.require_room()
        (version,) = await self.one("PRAGMA user_version") or (0,)
        # It writes a page of the file, with what is there already.
        await self.write(f"PRAGMA user_version = {version:d}")
        await self.flush()

    # -- reads

    async def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return all rows."""
        if self._turns.holder is not None:
            await self._turns.wait()
        committer = self._committer
        if committer.queued and self._turns.holder is None and committer.stuck is None:
            committer.drain()
        return self._transaction.execute(sql, parameters).fetchall()

    async def one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """Return the first row, or None."""
        if self._turns.holder is not None:
            await self._turns.wait()
        committer = self._committer
        if committer.queued and self._turns.holder is None and committer.stuck is None:
            committer.drain()
        row: Row | None = self._transaction.execute(sql, parameters).fetchone()
        return row

    async def query_in_thread(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return all rows, read beside the loop: for what takes long. Earlier writes are visible."""
        if self._turns.is_mine():
            return await self.query(sql, parameters)
        await self.flush()
        self._file.files.require(at_once=True)
        try:
            return await asyncio.to_thread(read, self.path, sql, parameters)
        except FAULTS as error:
            raise self._file.fault(error) from error

    # -- writes

    async def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Execute in this tick's transaction; gives the number of changed rows."""
        await self._committer.enter()
        self._schedule()
        return self._transaction.execute(sql, parameters).rowcount

    async def changed(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Execute an INSERT, UPDATE or DELETE with `RETURNING`; gives the rows it changed, as they are now.

        Its commit is not pressed for: what follows from these rows is written in the same transaction, and asks for it.
        """
        await self._committer.enter()
        self._committer.schedule_lazily()
        return self._transaction.execute(sql, parameters).fetchall()

    async def write_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute once for each row, all or none."""
        batch = Batch()
        batch.add_many(sql, rows)
        await self._committer.enter()
        self._schedule()
        self._transaction.write([batch])

    def _schedule(self) -> None:
        """Ask for a commit, unless the end of this task's transaction does."""
        if not self._transaction.depth and not self._committer.scheduled:
            self._committer.schedule()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Open a block whose statements are written together; other tasks wait until it ends."""
        await self._committer.enter()
        self._turns.take()
        transaction = self._transaction
        transaction.depth += 1
        try:
            transaction.open_block()
            try:
                yield
            except BaseException:
                transaction.undo_block()
                raise
            transaction.end_block()
        finally:
            transaction.depth -= 1
            if transaction.depth == 0:
                self._turns.give_way()
                self._committer.resume()

    async def write_batch(self, batch: Batch) -> None:
        """Write the batch in this tick's transaction and wait for its commit."""
        committer = self._committer
        if self._turns.holder is not None and self._turns.is_mine():
            self._transaction.begin()
            self._transaction.write([batch])
            return
        waiter = asyncio.get_running_loop().create_future()
        entry = QueuedBatch(batch, waiter)
        committer.queued.append(entry)
        if committer.stuck is None:
            if not committer.scheduled:
                committer.schedule()
            await waiter
        if not entry.ended:
            await committer.wait_until_durable(entry)
        if entry.error is not None:
            raise entry.error

    def enqueue(self, batch: Batch) -> None:
        """Write the batch in this tick's transaction; while a task has one open, behind its end."""
        committer = self._committer
        committer.queued.append(QueuedBatch(batch, None))
        if self._turns.holder is None and committer.stuck is None and not committer.scheduled:
            committer.schedule()

    async def flush(self) -> None:
        """Return when everything written so far is durable."""
        if self._turns.holder is not None and self._turns.is_mine():
            raise RuntimeError("`flush` was awaited inside a transaction, which ends only after it. Await it behind.")
        await self._committer.flush()

    async def close(self) -> None:
        """Commit what is open and close the file."""
        self._committer.close()
        await self._file.checkpoints.close()
        self._file.close()
