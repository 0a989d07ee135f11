"""SQLite in WAL mode, written by the event loop's thread, committed once a tick.

A write opens a transaction lazily and the commit is scheduled behind everything that is ready to run, so that calls
which end together share one commit. `committed` returns when all that was written before it is durable: killing the
process loses nothing that a caller was told about. (`synchronous = "full"` extends this to the machine losing
power, at a file sync a commit.)

Nothing here suspends its caller except waiting for a commit and for the transaction that another task has open.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Literal

from .port import AlreadyDone, Batch, Row, Statement, StorageError, Unstorable
from .statements import plain_insert
from .values import check_texts, kept

__all__ = ["SqliteDatabase", "keep_alone"]

_log = logging.getLogger("headgate_gateway")
_LAZY_SECONDS = 0.05
_AGAIN_SECONDS = 1.0
# Full, failing, locked, out of memory: another time it may go.
_PASSING = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM)
# What SQLite cannot take is not always an error of its own: numbers beyond 64 bits, texts of lone surrogates.
_FAULTS = (sqlite3.Error, OverflowError, ValueError)


class SqliteDatabase:
    """One connection and its group commit. No other process may use the file meanwhile."""

    shared = False
    connected = True

    def __init__(self, path: Path, *, synchronous: Literal["normal", "full"] = "normal") -> None:
        self.path = path
        self._alone = keep_alone(path)
        self._connection = sqlite3.connect(str(path), isolation_level=None, cached_statements=256)
        try:
            self._connection.execute("PRAGMA busy_timeout = 1000")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if synchronous == 'full' else 'NORMAL'}")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.execute("PRAGMA wal_autocheckpoint = 4000")
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._close()
            raise _unusable(path, error) from error
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
        # What `soon` took: not yet executed; executed but not yet committed; to be tried again at another time.
        self._queued: list[Batch] = []
        self._executed: list[Batch] = []
        self._again: list[Batch] = []
        self._retry: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Nothing is left to open: the file was opened with the object."""

    async def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """All rows."""
        if self._holder is not None:
            await self._turn()
        return self._execute(sql, parameters).fetchall()

    async def one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """The first row, or None."""
        if self._holder is not None:
            await self._turn()
        row: Row | None = self._execute(sql, parameters).fetchone()
        return row

    async def aside(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """All rows, read beside the loop: for what takes long. What was written before is seen."""
        if self._is_mine():
            return await self.query(sql, parameters)
        await self.committed()
        return await asyncio.to_thread(self._aside, sql, parameters)

    def _aside(self, sql: str, parameters: Sequence[Any]) -> list[Row]:
        try:
            with closing(sqlite3.connect(str(self.path), isolation_level=None)) as connection:
                connection.execute("PRAGMA query_only = ON")
                connection.execute("PRAGMA busy_timeout = 5000")
                return connection.execute(sql, parameters).fetchall()
        except _FAULTS as error:
            raise self._fault(error) from error

    async def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Execute in this tick's transaction; gives the number of changed rows."""
        if self._holder is not None:
            await self._turn()
        self._begin()
        return self._execute(sql, parameters).rowcount

    async def changed(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Execute an INSERT, UPDATE or DELETE with `RETURNING`; gives the rows it changed, as they are now.

        Its commit is not pressed for: what follows from these rows is written in the same transaction, and asks for it.
        """
        if self._holder is not None:
            await self._turn()
        self._enter()
        self._later()
        return self._execute(sql, parameters).fetchall()

    async def write_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute once for each row, all or none."""
        batch = Batch()
        batch.add_many(sql, rows)
        if self._holder is not None:
            await self._turn()
        self._begin()
        self._write(batch)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """What this task executes inside is written together; the others wait until it ends."""
        if self._holder is not None:
            await self._turn()
        self._enter()
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
        self._drain()
        if self._waiters:
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

    async def together(self, batch: Batch) -> None:
        """Write the batch in this tick's transaction and wait for its commit."""
        if self._holder is not None:
            await self._turn()
        self._begin()
        self._write(batch)
        if not self._is_mine():
            await self.committed()

    def soon(self, batch: Batch) -> None:
        """Write the batch in this tick's transaction; while a task has one open, behind its end."""
        self._queued.append(batch)
        if self._holder is None:
            self._drain()
            self._schedule()

    def _drain(self) -> None:
        """Execute what `soon` took. What the database may take at another time is kept for then."""
        queued, self._queued = self._queued, []
        for batch in queued:
            try:
                self._enter()
                self._write(batch)
                self._executed.append(batch)
            except AlreadyDone:
                _log.info("a batch that is written once was there already")
            except StorageError as error:
                passing = _is_passing(error.__cause__)
                _log.error("%s %s", error, "It is tried again." if passing else "A batch was given up.")
                if passing:
                    self._keep([batch])

    def _keep(self, batches: list[Batch]) -> None:
        """Try these again in a while, apart from what calls write meanwhile."""
        self._again += batches
        if self._again and self._retry is None:
            self._retry = asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self._try_again)

    def _try_again(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if self._open or self._holder is not None:
            self._keep([])
            return
        self._queued, self._again = [*self._again, *self._queued], []
        self._commit()

    def _write(self, batch: Batch) -> None:
        """Execute a batch in the open transaction: all of it, or nothing and an error."""
        if batch.once is None and len(batch.statements) + len(batch.shared) == 1:
            for sql, parameters in batch.ordered():
                self._execute(sql, [kept(value) for value in parameters])
            return
        self._execute("SAVEPOINT batch")
        try:
            if batch.once is not None:
                self._write_once(batch.once)
            for sql, parameters in batch.ordered():
                self._execute(sql, [kept(value) for value in parameters])
        except BaseException:
            self._failed = 0
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK TO batch")
                self._connection.execute("RELEASE batch")
            raise
        self._execute("RELEASE batch")

    def _write_once(self, once: Statement) -> None:
        sql, parameters = plain_insert(once[0]), [kept(value) for value in once[1]]
        if self._execute(f"{sql} ON CONFLICT DO NOTHING", parameters).rowcount == 0:
            raise AlreadyDone(f"The row of `{sql.split('(')[0].strip()}` is there already.")

    def _execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        if self._failed:
            raise StorageError("A statement of this transaction failed before. Nothing more is done in it.")
        try:
            check_texts(parameters)
            return self._connection.execute(sql, parameters)
        except _FAULTS as error:
            fault = self._fault(error)
            self._failed = self._depth
            if self._open and not self._connection.in_transaction:
                # A full disk takes the whole transaction with it: whoever waits for it must hear of it.
                self._lose(fault)
            raise fault from error

    async def committed(self) -> None:
        """Return when everything written so far is durable."""
        if self._is_mine():
            raise RuntimeError(
                "`committed` was awaited inside a transaction, which ends only after it. Await it behind."
            )
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
        except _FAULTS as error:
            self._waiters = waiters
            self._lose(StorageError(f"The database {str(self.path)!r} could not commit: {error}."))
            return
        self._executed.clear()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _lose(self, fault: StorageError) -> None:
        """The open transaction is gone: tell those who wait, and keep what `soon` took."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._open = False
        executed, self._executed = self._executed, []
        if executed:
            self._keep(executed)
        waiters, self._waiters = self._waiters, []
        if not waiters:
            _log.error("%s", fault)
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(fault)

    def _enter(self) -> None:
        if not self._open:
            self._execute("BEGIN IMMEDIATE")
            self._open = True

    def _begin(self) -> None:
        self._enter()
        if self._depth:
            return
        if not self._scheduled:
            self._schedule()

    def _fault(self, error: Exception) -> StorageError:
        if isinstance(error, sqlite3.Error):
            return StorageError(f"The database {str(self.path)!r} could not do what was asked: {error}.")
        return Unstorable(f"The database {str(self.path)!r} cannot keep a value: {error}.")

    async def close(self) -> None:
        """Commit what is open and close the file."""
        self._commit()
        if self._again:
            self._try_again()
        if self._retry is not None:
            self._retry.cancel()
            _log.error("%d batches were not written when the gateway stopped", len(self._again))
        self._close()

    def _close(self) -> None:
        self._connection.close()
        self._alone.close()


def _is_passing(error: BaseException | None) -> bool:
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _PASSING


def keep_alone(path: Path) -> sqlite3.Connection:
    """Keep the database for this process: which calls run is known in its memory, and a second one would take them for
    dead.

    The lock is on a file beside the database, so that this process may read it by more than one connection. The system
    lets go of it when the process ends, however it ends. Closing gives it back.
    """
    try:
        lock = sqlite3.connect(f"{path}.lock", isolation_level=None)
    except sqlite3.Error as error:
        raise _unusable(path, error) from error
    try:
        lock.execute("PRAGMA busy_timeout = 1000")
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        lock.close()
        raise _unusable(path, error) from error
    return lock


def _unusable(path: Path, error: sqlite3.Error) -> StorageError:
    return StorageError(
        f"The database {str(path)!r} cannot be opened: {error}. "
        "Check that the folder can be written and that no other gateway uses it, or choose another `data_dir`."
    )
