"""SQLite in WAL mode, written by the event loop's thread, committed once a tick.

A write opens a transaction lazily and the commit is scheduled behind everything that is ready to run, so that calls
which end together share one commit. `flush` returns when all that was written before it is durable: killing the
process loses nothing that a caller has seen. (`synchronous = "full"` extends this to the machine losing
power, at a file sync a commit.)

Nothing here suspends its caller except waiting for a commit and for the transaction that another task has open.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from .errors import (
    FULL,
    UNAVAILABLE,
    StorageProblem,
    problem_of_sqlite,
)
from .interface import (
    AlreadyDone,
    Batch,
    Row,
    StorageError,
    StorageUnavailable,
    Unstorable,
)
from .presence import DatabaseFiles
from .private import tighten
from .sqlite_batches import QueuedBatch, execute_batches, failed_before, is_locked, loop_time, only_statement
from .sqlite_checkpoints import Checkpoints
from .sqlite_lock import keep_alone
from .sqlite_reader import free_bytes, read
from .unusable import unusable
from .values import check_texts, storable

__all__ = ["SqliteDatabase"]

_log = logging.getLogger("onceward_gateway")
_LAZY_SECONDS = 0.05
_AGAIN_SECONDS = 0.25
# Seconds that a write waits for another process to let go of the file, and how often it looks.
_PATIENCE_SECONDS = 1.0
_LOOK_SECONDS = 0.02
# A disk with less room than this is full: the next answers do not fit.
_LEAST_FREE_BYTES = 1 << 20
_MOST_IDENTITY = (1 << 31) - 1
# Not every value that SQLite refuses raises an error of its own: numbers beyond 64 bits, texts of lone surrogates.
_FAULTS = (sqlite3.Error, OverflowError, ValueError)
# The driver looks for an adapter of each NULL and each blob, and the search that finds none costs more than writing the
# row. These adapters return the same value.
sqlite3.register_adapter(type(None), dict[None, None]().get)
sqlite3.register_adapter(bytes, bytes)


class SqliteDatabase:
    """One connection and its group commit. No other process may use the file meanwhile."""

    shared = False

    def __init__(self, path: Path, *, synchronous: Literal["normal", "full"] = "normal") -> None:
        self.path = path
        self._alone = keep_alone(path)
        tighten(path)
        self._files: DatabaseFiles | None = None
        self._connection = sqlite3.connect(str(path), isolation_level=None, cached_statements=256)
        try:
            self._connection.execute("PRAGMA busy_timeout = 1000")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if synchronous == 'full' else 'NORMAL'}")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._checkpoints = Checkpoints(path, self._connection, lambda: self._require_files(at_once=True))
            self._files = DatabaseFiles(path, self._identity())
            # From here on the loop waits, and not SQLite, which would keep everybody waiting.
            self._connection.execute("PRAGMA busy_timeout = 0")
        except (sqlite3.Error, OSError) as error:
            self._close()
            raise unusable(path, error) from error
        self._open = False
        self._scheduled = False
        self._lazy: asyncio.TimerHandle | None = None
        self._waiters: list[asyncio.Future[None]] = []
        # The task that has a transaction open, how deep, and those who wait for its end.
        self._holder: asyncio.Task[Any] | None = None
        self._depth = 0
        # How deep the block is in which a statement failed, which then cannot be written; 0 for none.
        self._failed = 0
        self._turns: list[asyncio.Future[None]] = []
        # Batches not yet executed, in their order, and those executed but not yet committed.
        self._queued: list[QueuedBatch] = []
        self._executed: list[QueuedBatch] = []
        # Why what is queued cannot be written now (a full disk, a locked file), since when, and when it is tried again.
        self._stuck: StorageUnavailable | None = None
        self._stuck_since = 0.0
        self._retry: asyncio.TimerHandle | None = None
        self._closing = False

    def _identity(self) -> int:
        """Return the number in the file's header that no other database has, drawn where it has none yet."""
        (identity,) = self._connection.execute("PRAGMA application_id").fetchone()
        self._connection.execute("BEGIN IMMEDIATE")
        if not identity:
            identity = secrets.randbelow(_MOST_IDENTITY) + 1
            self._connection.execute(f"PRAGMA application_id = {identity:d}")
        self._connection.execute("COMMIT")
        # The header is read in the file, and not in the log.
        self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        return int(identity)

    def _require_files(self, *, at_once: bool = False) -> None:
        assert self._files is not None
        self._files.require(at_once=at_once)

    async def open(self) -> None:
        """Nothing is left to open: the file was opened with the object."""

    @property
    def connected(self) -> bool:
        """Return whether what is to be written can be written."""
        return self._stuck is None

    @property
    def backlog(self) -> int:
        """Return how many batches wait to be written."""
        return len(self._queued)

    async def probe(self) -> None:
        """Write something; raises `StorageUnavailable` where that cannot be done, or the disk is as good as full."""
        if self._stuck is not None:
            self._try_again()
        if self._stuck is not None:
            raise self._stuck
        self._require_files(at_once=True)
        free = free_bytes(self.path.parent)
        if free is not None and free < _LEAST_FREE_BYTES:
            raise StorageUnavailable(
                f"The disk of the database {str(self.path)!r} is full: {free} bytes are free.", FULL
            )
        (version,) = await self.one("PRAGMA user_version") or (0,)
        # It writes a page of the file, with what is there already.
        await self.write(f"PRAGMA user_version = {version:d}")
        await self.flush()

    async def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return all rows."""
        if self._holder is not None:
            await self._turn()
        if self._queued and self._holder is None and self._stuck is None:
            self._drain()
        return self._execute(sql, parameters).fetchall()

    async def one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """Return the first row, or None."""
        if self._holder is not None:
            await self._turn()
        if self._queued and self._holder is None and self._stuck is None:
            self._drain()
        row: Row | None = self._execute(sql, parameters).fetchone()
        return row

    async def query_in_thread(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return all rows, read beside the loop: for what takes long. Earlier writes are visible."""
        if self._is_mine():
            return await self.query(sql, parameters)
        await self.flush()
        self._require_files(at_once=True)
        try:
            return await asyncio.to_thread(read, self.path, sql, parameters)
        except _FAULTS as error:
            raise self._fault(error) from error

    async def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Execute in this tick's transaction; gives the number of changed rows."""
        await self._entered()
        self._begin()
        return self._execute(sql, parameters).rowcount

    async def changed(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Execute an INSERT, UPDATE or DELETE with `RETURNING`; gives the rows it changed, as they are now.

        Its commit is not pressed for: what follows from these rows is written in the same transaction, and asks for it.
        """
        await self._entered()
        self._later()
        return self._execute(sql, parameters).fetchall()

    async def write_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute once for each row, all or none."""
        batch = Batch()
        batch.add_many(sql, rows)
        await self._entered()
        self._begin()
        self._write([batch])

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Open a block whose statements are written together; other tasks wait until it ends."""
        await self._entered()
        self._holder = asyncio.current_task()
        self._depth += 1
        try:
            self._execute(f"SAVEPOINT level_{self._depth}")
            try:
                yield
            except BaseException:
                self._roll_back(self._depth)
                raise
            if self._failed:
                self._roll_back(self._depth)
                raise StorageError(
                    "A statement of a transaction failed, so nothing of the transaction was written. "
                    "A statement that may fail needs a block of its own."
                )
            self._execute(f"RELEASE level_{self._depth}")
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._give_way()

    def _roll_back(self, depth: int) -> None:
        if self._failed >= depth:
            self._failed = 0
        if self._connection.in_transaction:
            self._connection.execute(f"ROLLBACK TO level_{depth}")
            self._connection.execute(f"RELEASE level_{depth}")

    def _give_way(self) -> None:
        self._holder = None
        turns, self._turns = self._turns, []
        for turn in turns:
            if not turn.done():
                turn.set_result(None)
        if self._waiters or self._queued:
            self._schedule()
        else:
            self._later()

    def _is_mine(self) -> bool:
        return self._holder is not None and self._holder is asyncio.current_task()

    async def _turn(self) -> None:
        """Wait until no other task has a transaction open."""
        me = asyncio.current_task()
        while self._holder is not None and self._holder is not me:
            turn = asyncio.get_running_loop().create_future()
            self._turns.append(turn)
            await turn

    async def _entered(self) -> None:
        """Wait for this task's turn, and for the file if another process has it; then there is an open transaction."""
        deadline = None
        while True:
            if self._holder is not None:
                await self._turn()
            try:
                # Nothing overtakes what is queued.
                if self._stuck is not None and not self._open:
                    self._try_again()
                elif self._queued and self._holder is None and self._stuck is None:
                    self._drain()
                if self._stuck is not None and not self._open:
                    raise self._stuck
                self._enter()
                return
            except StorageUnavailable as fault:
                now = asyncio.get_running_loop().time()
                if deadline is None:
                    since = self._stuck_since if self._stuck is not None else now
                    deadline = since + _PATIENCE_SECONDS
                if now >= deadline or not is_locked(fault.__cause__):
                    raise
            await asyncio.sleep(_LOOK_SECONDS)

    async def write_batch(self, batch: Batch) -> None:
        """Write the batch in this tick's transaction and wait for its commit."""
        if self._holder is not None and self._is_mine():
            self._begin()
            self._write([batch])
            return
        waiter = asyncio.get_running_loop().create_future()
        entry = QueuedBatch(batch, waiter)
        self._queued.append(entry)
        if self._stuck is None:
            if not self._scheduled:
                self._schedule()
            await waiter
        if not entry.ended:
            await self._landed(entry)
        if entry.error is not None:
            raise entry.error

    async def _landed(self, entry: QueuedBatch) -> None:
        """Wait until a batch is durable that cannot be written now; it stays queued when that takes too long."""
        loop = asyncio.get_running_loop()
        entry.told = True
        waiter = entry.waiter = loop.create_future()
        while not entry.ended:
            stuck = self._stuck
            if stuck is not None and (
                not is_locked(stuck.__cause__) or loop.time() - self._stuck_since > _PATIENCE_SECONDS
            ):
                raise stuck
            await asyncio.wait([waiter], timeout=_LOOK_SECONDS)
            if self._stuck is not None:
                self._try_again()

    def enqueue(self, batch: Batch) -> None:
        """Write the batch in this tick's transaction; while a task has one open, behind its end."""
        self._queued.append(QueuedBatch(batch, None))
        if self._holder is None and self._stuck is None:
            self._schedule()

    def _drain(self) -> None:
        """Execute what is queued, in its order, up to what the database can take at another time only.

        All batches are executed at once. If one of them cannot be written, each is executed by itself.
        """
        together = len(self._queued) > 1 or not self._open
        while self._queued:
            entry = self._queued[0]
            try:
                if together:
                    self._write_all(self._queued)
                else:
                    self._enter()
                    self._write([entry.batch])
            except StorageUnavailable as fault:
                self._stick(fault)
                return
            except (AlreadyDone, StorageError) as error:
                if together:
                    together = False
                    continue
                if isinstance(error, AlreadyDone):
                    _log.info("a batch that is written once was there already")
                else:
                    _log.error("%s A batch was given up.", error)
                del self._queued[0]
                entry.end(error)
            else:
                count = len(self._queued) if together else 1
                if self._open:
                    self._executed += self._queued[:count]
                else:
                    # A lone statement, which is committed: a later commit that fails must not execute it again.
                    entry.end()
                del self._queued[:count]
        self._stuck = None

    def _stick(self, fault: StorageUnavailable) -> None:
        """Keep what is queued, and try it again in a while."""
        if self._stuck is None:
            self._stuck_since = loop_time()
            _log.error("%s What is to be written is kept.", fault)
        self._stuck = fault
        for entry in self._queued:
            if not entry.told:
                entry.wake()
        if self._retry is None and not self._closing:
            try:
                self._retry = asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self._try_again)
            except RuntimeError:
                # No loop runs while the gateway is being composed: it is tried with the first write.
                return

    def _try_again(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if self._holder is not None:
            if self._stuck is not None:
                self._stick(self._stuck)
            return
        waits = bool(self._queued)
        if not waits:
            # Nothing waits to be written: whether it can be is seen by the next write.
            self._stuck = None
        self._commit()
        if waits and self._stuck is None:
            _log.warning("the database %s can be written again", self.path)

    def _write_all(self, entries: Sequence[QueuedBatch]) -> None:
        """Execute batches in this tick's transaction: all of them, or nothing and an error."""
        fresh = not self._open
        if fresh and len(entries) == 1 and (only := only_statement(entries[0].batch)) is not None:
            # A statement outside a transaction is one of its own.
            self._require_files()
            self._run(only[0], storable(only[1]))
            self._checkpoints.committed()
            return
        self._enter()
        self._write([entry.batch for entry in entries], savepoint=not fresh)

    def _write(self, batches: Sequence[Batch], *, savepoint: bool = True) -> None:
        """Execute batches in the open transaction: all of them, or nothing and an error.

        Without a savepoint, an error undoes the whole transaction.
        """
        if self._failed:
            raise failed_before()
        if savepoint:
            self._run("SAVEPOINT batches")
        try:
            execute_batches(self._connection, batches)
        except BaseException as error:
            fault = self._failure(error) if isinstance(error, _FAULTS) else None
            self._failed = 0
            if self._connection.in_transaction:
                for undo in ("ROLLBACK TO batches", "RELEASE batches") if savepoint else ("ROLLBACK",):
                    self._connection.execute(undo)
                self._open = self._open and savepoint
            if fault is None:
                raise
            raise fault from error
        if savepoint:
            self._run("RELEASE batches")

    def _execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        if not self._failed:
            try:
                check_texts(parameters)
            except ValueError as error:
                self._failed = self._depth
                raise self._fault(error) from error
        return self._run(sql, parameters)

    def _run(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute a statement whose texts are known to have no NUL."""
        if self._failed:
            raise failed_before()
        try:
            return self._connection.execute(sql, parameters)
        except _FAULTS as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> StorageError:
        """Return the failure of a statement, after which nothing more is done in its block."""
        fault = self._fault(error)
        self._failed = self._depth
        if self._open and not self._connection.in_transaction:
            # A full disk takes the whole transaction with it: whoever waits for it must hear of it.
            self._lose(fault)
        return fault

    async def flush(self) -> None:
        """Return when everything written so far is durable."""
        if self._is_mine():
            raise RuntimeError("`flush` was awaited inside a transaction, which ends only after it. Await it behind.")
        if self._stuck is not None:
            self._try_again()
        if self._stuck is not None:
            raise self._stuck
        if not self._open and not self._queued:
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        if not self._scheduled:
            self._schedule()
        await waiter

    def _schedule(self) -> None:
        """Ask for a commit at the end of this tick."""
        if self._scheduled:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            # No loop runs while the gateway is being composed: `close` or the first tick commits.
            return
        self._scheduled = True
        # Two steps: what the calls that begin in this tick set off may still end before the commit, with it.
        loop.call_soon(loop.call_soon, self._commit)

    def _later(self) -> None:
        """See that a commit comes, though nobody waits for it."""
        if self._scheduled or self._lazy is not None or not self._open:
            return
        self._lazy = asyncio.get_running_loop().call_later(_LAZY_SECONDS, self._commit)

    def _commit(self) -> None:
        """Commit, and release those who wait for it; while a transaction is open, its end asks again."""
        self._scheduled = False
        if self._lazy is not None:
            self._lazy.cancel()
            self._lazy = None
        if self._holder is not None:
            return
        if self._queued:
            self._drain()
        waiters, self._waiters = self._waiters, []
        try:
            if self._open:
                self._connection.execute("COMMIT")
                self._open = False
                self._checkpoints.committed()
        except _FAULTS as error:
            self._waiters = waiters
            fault = StorageUnavailable(
                f"The database {str(self.path)!r} could not commit: {error}.", self._problem(error)
            )
            fault.__cause__ = error
            self._lose(fault)
            return
        executed, self._executed = self._executed, []
        for entry in executed:
            entry.ended = True
            # As in `wake`, for all calls that end in this tick.
            if entry.waiter is not None and not entry.waiter.done():
                entry.waiter.set_result(None)
        for waiter in waiters:
            if waiter.done():
                continue
            if self._stuck is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(self._stuck)

    def _lose(self, fault: StorageError) -> None:
        """Fail the waiters of the open transaction, which is gone, and keep its batches."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._open = False
        executed, self._executed = self._executed, []
        self._queued = [*executed, *self._queued]
        waiters, self._waiters = self._waiters, []
        if isinstance(fault, StorageUnavailable):
            self._stick(fault)
        elif not waiters:
            _log.error("%s", fault)
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(fault)

    def _enter(self) -> None:
        if not self._open:
            self._require_files()
            self._execute("BEGIN IMMEDIATE")
            self._open = True

    def _begin(self) -> None:
        self._enter()
        if self._depth:
            return
        if not self._scheduled:
            self._schedule()

    def _fault(self, error: Exception) -> StorageError:
        if problem_of_sqlite(error) is not None:
            return StorageUnavailable(
                f"The database {str(self.path)!r} cannot be used now: {error}.", self._problem(error)
            )
        if isinstance(error, sqlite3.Error):
            return StorageError(f"The database {str(self.path)!r} could not do what was asked: {error}.")
        return Unstorable(f"The database {str(self.path)!r} cannot keep a value: {error}.", str(error))

    def _problem(self, error: Exception) -> StorageProblem:
        """Return the kind of a fault. An I/O error of SQLite may be a disk without room."""
        free = free_bytes(self.path.parent)
        return FULL if free is not None and free < _LEAST_FREE_BYTES else problem_of_sqlite(error) or UNAVAILABLE

    async def close(self) -> None:
        """Commit what is open and close the file."""
        self._closing = True
        self._commit()
        if self._retry is not None:
            self._retry.cancel()
        if self._queued:
            _log.error("%d batches were not written when the gateway stopped", len(self._queued))
        await self._checkpoints.close()
        self._close()

    def _close(self) -> None:
        self._connection.close()
        if self._files is not None:
            self._files.close()
        self._alone.close()
