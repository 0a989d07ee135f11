"""The group commit on SQLite: what is queued in a tick of the event loop is written in one transaction at its end.

While the file cannot be written (a full disk, a lock of another process), what is queued stays and is tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from .interface import AlreadyDone, StorageError, StorageUnavailable
from .sqlite_batches import QueuedBatch, is_locked, loop_time, only_statement
from .sqlite_file import FAULTS, SqliteFile
from .sqlite_transaction import SqliteTransaction
from .sqlite_turns import Turns
from .values import storable

__all__ = ["SqliteCommitter"]

_log = logging.getLogger("onceward_gateway")
_LAZY_SECONDS = 0.05
_AGAIN_SECONDS = 0.25
# Seconds that a write waits for another process to let go of the file, and how often it looks.
_PATIENCE_SECONDS = 1.0
_LOOK_SECONDS = 0.02


class SqliteCommitter:
    """Executes and commits what is queued, in its order."""

    def __init__(self, file: SqliteFile, turns: Turns) -> None:
        self._file = file
        self._turns = turns
        self.transaction = SqliteTransaction(file, self._lose)
        # Batches not yet executed, in their order, and those executed but not yet committed.
        self.queued: list[QueuedBatch] = []
        self._executed: list[QueuedBatch] = []
        # Those who wait until everything written so far is durable.
        self._waiters: list[asyncio.Future[None]] = []
        # Whether a commit follows at the end of this tick, and the timer of one that nobody waits for.
        self.scheduled = False
        self._lazy: asyncio.TimerHandle | None = None
        # Why what is queued cannot be written now, since when, and when it is tried again.
        self.stuck: StorageUnavailable | None = None
        self._stuck_since = 0.0
        self._retry: asyncio.TimerHandle | None = None
        self._closing = False

    async def enter(self) -> None:
        """Wait for this task's turn, and for the file if another process has it; then there is an open transaction."""
        deadline = None
        while True:
            if self._turns.holder is not None:
                await self._turns.wait()
            try:
                # Nothing overtakes what is queued.
                if self.stuck is not None and not self.transaction.is_open:
                    self.try_again()
                elif self.queued and self._turns.holder is None and self.stuck is None:
                    self.drain()
                if self.stuck is not None and not self.transaction.is_open:
                    raise self.stuck
                self.transaction.begin()
                return
            except StorageUnavailable as fault:
                now = asyncio.get_running_loop().time()
                if deadline is None:
                    since = self._stuck_since if self.stuck is not None else now
                    deadline = since + _PATIENCE_SECONDS
                if now >= deadline or not is_locked(fault.__cause__):
                    raise
            await asyncio.sleep(_LOOK_SECONDS)

    async def wait_until_durable(self, entry: QueuedBatch) -> None:
        """Wait until a batch is durable that cannot be written now; it stays queued when that takes too long."""
        loop = asyncio.get_running_loop()
        entry.notified = True
        waiter = entry.waiter = loop.create_future()
        while not entry.ended:
            stuck = self.stuck
            if stuck is not None and (
                not is_locked(stuck.__cause__) or loop.time() - self._stuck_since > _PATIENCE_SECONDS
            ):
                raise stuck
            await asyncio.wait([waiter], timeout=_LOOK_SECONDS)
            if self.stuck is not None:
                self.try_again()

    async def flush(self) -> None:
        """Return when everything written so far is durable."""
        if self.stuck is not None:
            self.require_writable()
        if not self.transaction.is_open and not self.queued:
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        if not self.scheduled:
            self.schedule()
        await waiter

    def require_writable(self) -> None:
        """Raise `StorageUnavailable` if what is queued still cannot be written."""
        if self.stuck is not None:
            self.try_again()
        if self.stuck is not None:
            raise self.stuck

    # -- execution

    def drain(self) -> None:
        """Execute what is queued, in its order, up to what the database can take at another time only.

        All batches are executed at once. If one of them cannot be written, each is executed by itself.
        """
        transaction = self.transaction
        together = len(self.queued) > 1 or not transaction.is_open
        while self.queued:
            entry = self.queued[0]
            try:
                if together:
                    self._write_all(self.queued)
                else:
                    transaction.begin()
                    transaction.write([entry.batch])
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
                del self.queued[0]
                entry.end(error)
            else:
                count = len(self.queued) if together else 1
                if transaction.is_open:
                    self._executed += self.queued[:count]
                else:
                    # A lone statement, which is committed: a later commit that fails must not execute it again.
                    entry.end()
                del self.queued[:count]
        self.stuck = None

    def _write_all(self, entries: Sequence[QueuedBatch]) -> None:
        """Execute batches in this tick's transaction: all of them, or nothing and an error."""
        transaction = self.transaction
        fresh = not transaction.is_open
        if fresh and len(entries) == 1 and (only := only_statement(entries[0].batch)) is not None:
            transaction.run_alone(only[0], storable(only[1]))
            return
        transaction.begin()
        transaction.write([entry.batch for entry in entries], savepoint=not fresh)

    # -- commits

    def schedule(self) -> None:
        """Ask for a commit at the end of this tick."""
        if self.scheduled:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            # No loop runs while the gateway is being composed: `close` or the first tick commits.
            return
        self.scheduled = True
        # Two steps: what the calls that begin in this tick set off may still end before the commit, with it.
        loop.call_soon(loop.call_soon, self.commit)

    def schedule_lazily(self) -> None:
        """See that a commit comes, though nobody waits for it."""
        if self.scheduled or self._lazy is not None or not self.transaction.is_open:
            return
        self._lazy = asyncio.get_running_loop().call_later(_LAZY_SECONDS, self.commit)

    def resume(self) -> None:
        """Ask for the commit of what came while a task had a transaction open, which has ended."""
        if self._waiters or self.queued:
            self.schedule()
        else:
            self.schedule_lazily()

    def commit(self) -> None:
        """Commit, and release those who wait for it; while a transaction is open, its end asks again."""
        self.scheduled = False
        if self._lazy is not None:
            self._lazy.cancel()
            self._lazy = None
        if self._turns.holder is not None:
            return
        if self.queued:
            self.drain()
        waiters, self._waiters = self._waiters, []
        try:
            if self.transaction.is_open:
                self.transaction.commit()
        except FAULTS as error:
            self._waiters = waiters
            fault = StorageUnavailable(
                f"The database {str(self._file.path)!r} could not commit: {error}.", self._file.problem(error)
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
            if self.stuck is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(self.stuck)

    # -- faults

    def _lose(self, fault: StorageError) -> None:
        """Fail the waiters of the open transaction, which is gone, and keep its batches."""
        self.transaction.undo()
        executed, self._executed = self._executed, []
        self.queued = [*executed, *self.queued]
        waiters, self._waiters = self._waiters, []
        if isinstance(fault, StorageUnavailable):
            self._stick(fault)
        elif not waiters:
            _log.error("%s", fault)
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(fault)

    def _stick(self, fault: StorageUnavailable) -> None:
        """Keep what is queued, and try it again in a while."""
        if self.stuck is None:
            self._stuck_since = loop_time()
            _log.error("%s What is to be written is kept.", fault)
        self.stuck = fault
        for entry in self.queued:
            if not entry.notified:
                entry.wake()
        if self._retry is None and not self._closing:
            try:
                self._retry = asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self.try_again)
            except RuntimeError:
                # No loop runs while the gateway is being composed: it is tried with the first write.
                return

    def try_again(self) -> None:
        """Write what is queued, if that is possible again."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if self._turns.holder is not None:
            if self.stuck is not None:
                self._stick(self.stuck)
            return
        waits = bool(self.queued)
        if not waits:
            # Nothing waits to be written: whether it can be is seen by the next write.
            self.stuck = None
        self.commit()
        if waits and self.stuck is None:
            _log.warning("the database %s can be written again", self._file.path)

    def close(self) -> None:
        """Commit what is open, for the last time."""
        self._closing = True
        self.commit()
        if self._retry is not None:
            self._retry.cancel()
        if self.queued:
            _log.error("%d batches were not written when the gateway stopped", len(self.queued))
