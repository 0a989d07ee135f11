"""PostgreSQL, which many nodes share: a pool for what is asked, a committer for what is recorded.

A statement of its own is durable when it returns. Reads are asked again while the server restarts; what may have been
written is not written again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import AsyncRawCursor
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types.numeric import Int8Dumper

from ..config.storage import StorageSettings
from ..core.urls import StoreUrl
from .group_commit import Committer
from .interface import (
    AlreadyDone,
    Batch,
    Row,
    StorageError,
)
from .pg_errors import (
    fault,
    is_collision,
    is_lost,
    is_undone,
)
from .pool import Connection, Pool
from .postgres_schema import connection_options
from .statements import insert_unless_there, numbered
from .values import check_texts, storable

__all__ = ["PostgresDatabase"]

_log = logging.getLogger("onceward_gateway")
_MOST_COLLISIONS = 5
_WATCH_SECONDS = 0.5
_PAUSE_SECONDS = 0.05
_FAULTS = (psycopg.Error, OSError, ValueError, OverflowError)


class _Number(Loader):
    """A NUMERIC, which sums of integers are: whole numbers stay exact."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data)
        return int(text) if text.lstrip(b"-").isdigit() else float(text)


# A row that no gateway reads while it runs; several that write it at once wait for each other for no longer than that.
_PROBE = "UPDATE alembic_version SET version_num = version_num"


class PostgresDatabase:
    """A pool of connections, and the one that commits for all."""

    shared = True

    def __init__(self, url: StoreUrl, settings: StorageSettings) -> None:
        self.url = url
        self._settings = settings
        self._options = connection_options(settings) | {"autocommit": True, "cursor_factory": AsyncRawCursor}
        self._pool = Pool(self._connect, settings.pool_size, settings.connect_timeout_seconds)
        self._committer = Committer(url, settings, self._connect)
        self._transactions: dict[asyncio.Task[Any], Connection] = {}
        self._asides = asyncio.Semaphore(max(1, settings.pool_size // 2))
        self._reached = True
        # The connections that are waited on, and since when.
        self._asked: dict[Connection, float] = {}
        self._watcher: asyncio.TimerHandle | None = None

    @property
    def connected(self) -> bool:
        """Return True while the last statement reached the server and the committer has its connection."""
        return self._reached and self._committer.connected

    @property
    def backlog(self) -> int:
        """Return how many batches wait to be written."""
        return self._committer.waiting

    async def probe(self) -> None:
        """Write something; raises `StorageUnavailable` where the server only reads, recovers, or has no room."""
        await self.write(_PROBE)

    def figures(self) -> dict[str, float]:
        """Return the present sizes of the pool and the queue."""
        return {"queued_batches": self._committer.waiting, **self._pool.figures()}

    async def open(self) -> None:
        """Connect, and begin to write what is queued."""
        deadline = asyncio.get_running_loop().time() + self._settings.write_timeout_seconds
        while True:
            try:
                await self._pool.give_back(await self._pool.take())
                break
            except (psycopg.Error, OSError) as error:
                await self._pause(error, deadline, again=True)
        self._committer.start()
        self._watch()

    async def close(self) -> None:
        """Write what is queued, and disconnect."""
        await self._committer.close()
        await self._pool.close()
        if self._watcher is not None:
            self._watcher.cancel()

    def _watch(self) -> None:
        """Hang up where a server that bounds each statement has not answered within that bound: it is frozen."""
        loop = asyncio.get_running_loop()
        latest = loop.time() - self._settings.statement_timeout_seconds - self._settings.connect_timeout_seconds
        for connection, since in list(self._asked.items()):
            if since < latest and not connection.closed:
                _log.error("the database %s did not answer in time; a connection is given up", self.url)
                _hang_up(connection)
        self._watcher = loop.call_later(_WATCH_SECONDS, self._watch)

    async def _answered(
        self, connection: Connection, sql: str, parameters: Sequence[Any] | None = None
    ) -> psycopg.AsyncCursor[Any]:
        """Execute a statement, for as long as the watch allows."""
        self._asked[connection] = asyncio.get_running_loop().time()
        try:
            return await connection.execute(sql, parameters)
        finally:
            self._asked.pop(connection, None)

    async def _connect(self) -> Connection:
        connection = await psycopg.AsyncConnection.connect(self.url.reveal(), **self._options)
        try:
            await self._configure(connection)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _configure(self, connection: Connection) -> None:
        connection.prepare_threshold = 1
        connection.prepared_max = 500
        for kind in (int, bool):
            # One type for all whole numbers, so that a statement is prepared once and not once a width.
            connection.adapters.register_dumper(kind, Int8Dumper)
        connection.adapters.register_loader("numeric", _Number)
        limit = round(self._settings.statement_timeout_seconds * 1000)
        await connection.execute(
            f"SET statement_timeout = {limit}; SET idle_in_transaction_session_timeout = {2 * limit}"
        )

    async def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return all rows."""
        return (await self._ask(sql, parameters, again=True))[1]

    async def one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """Return the first row, or None."""
        rows = (await self._ask(sql, parameters, again=True))[1]
        return rows[0] if rows else None

    async def query_in_thread(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return all rows; no more of these at a time than leave half the pool to the calls."""
        if self._mine() is None:
            await self._committer.landed()
            async with self._asides:
                return await self.query(sql, parameters)
        return await self.query(sql, parameters)

    async def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Execute; durable when it returns, outside a transaction."""
        return (await self._ask(sql, parameters, again=False))[0]

    async def changed(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Execute an INSERT, UPDATE or DELETE with `RETURNING`; gives the rows it changed."""
        return (await self._ask(sql, parameters, again=False))[1]

    async def write_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute once for each row, all or none."""
        async with self.transaction():
            connection = self._mine()
            assert connection is not None
            try:
                values = [tuple(row) for row in rows]
                for row in values:
                    check_texts(row)
                await connection.cursor().executemany(numbered(sql), values)
            except _FAULTS as error:
                raise fault(self.url, error) from error

    def _mine(self) -> Connection | None:
        if not self._transactions:
            return None
        task = asyncio.current_task()
        return None if task is None else self._transactions.get(task)

    async def _ask(self, sql: str, parameters: Sequence[Any], *, again: bool) -> tuple[int, list[Row]]:
        """Execute in this task's transaction, or by itself. `again`: it may be asked twice."""
        mine = self._mine()
        if mine is not None:
            return await self._execute(mine, sql, parameters)
        deadline = asyncio.get_running_loop().time() + self._settings.connect_timeout_seconds
        collisions = 0
        while True:
            try:
                connection = await self._pool.take()
            except (psycopg.Error, OSError) as error:
                await self._pause(error, deadline, again=True)
                continue
            try:
                return await self._execute(connection, sql, parameters)
            except StorageError as error:
                cause = error.__cause__
                if cause is not None and is_collision(cause) and collisions < _MOST_COLLISIONS:
                    collisions += 1
                    continue
                await self._pause(cause, deadline, again=again or (cause is not None and is_undone(cause)))
            finally:
                await self._pool.give_back(connection)

    async def _pause(self, cause: BaseException | None, deadline: float, *, again: bool) -> None:
        """Wait a little if the same may be tried again; else raise the error."""
        assert isinstance(cause, Exception)
        if is_lost(cause):
            self._lose(cause)
        if not again or not is_lost(cause) or asyncio.get_running_loop().time() > deadline:
            raise fault(self.url, cause) from cause
        await asyncio.sleep(_PAUSE_SECONDS)

    async def _execute(self, connection: Connection, sql: str, parameters: Sequence[Any]) -> tuple[int, list[Row]]:
        """Return the number of changed rows, and the rows that it gives."""
        try:
            check_texts(parameters)
            cursor = await self._answered(connection, numbered(sql), parameters)
            rows = [] if cursor.description is None else await cursor.fetchall()
        except _FAULTS as error:
            raise fault(self.url, error) from error
        if not self._reached:
            self._reached = True
            _log.warning("the database %s answers again", self.url)
        return cursor.rowcount, rows

    def _lose(self, error: Exception) -> None:
        if self._reached:
            self._reached = False
            _log.error("%s", fault(self.url, error))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Open a block whose statements are written together, and are durable behind it."""
        mine = self._mine()
        if mine is not None:
            async with self._nested(mine):
                yield
            return
        task = asyncio.current_task()
        assert task is not None
        connection = await self._begun()
        self._transactions[task] = connection
        try:
            try:
                yield
            finally:
                del self._transactions[task]
        except BaseException:
            await self._roll_back(connection)
            raise
        else:
            await self._commit(connection)
        finally:
            await self._pool.give_back(connection)

    async def _begun(self) -> Connection:
        """Return a connection on which a transaction has begun."""
        deadline = asyncio.get_running_loop().time() + self._settings.connect_timeout_seconds
        while True:
            try:
                connection = await self._pool.take()
                try:
                    await self._answered(connection, "BEGIN")
                except BaseException:
                    await self._pool.give_back(connection)
                    raise
                return connection
            except (psycopg.Error, OSError) as error:
                await self._pause(error, deadline, again=True)

    async def _commit(self, connection: Connection) -> None:
        try:
            cursor = await self._answered(connection, "COMMIT")
        except _FAULTS as error:
            raise fault(self.url, error) from error
        if cursor.statusmessage == "ROLLBACK":
            raise _undone(self.url)

    async def _roll_back(self, connection: Connection) -> None:
        try:
            await self._answered(connection, "ROLLBACK")
        except (psycopg.Error, OSError) as error:
            # The server undoes what it does not hear the end of.
            _log.info("a transaction was not rolled back: %s", self.url.hide(str(error)))

    @asynccontextmanager
    async def _nested(self, connection: Connection) -> AsyncIterator[None]:
        try:
            async with connection.transaction():
                yield
        except psycopg.Error as error:
            if connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
                raise _undone(self.url) from error
            raise fault(self.url, error) from error

    async def write_batch(self, batch: Batch) -> None:
        """Write the batch with those that come at the same time."""
        mine = self._mine()
        if mine is not None:
            await self._include(batch)
            return
        waiter = asyncio.get_running_loop().create_future()
        self._committer.put(batch, waiter)
        await waiter

    async def _include(self, batch: Batch) -> None:
        async with self.transaction():
            if batch.once is not None:
                sql, parameters = batch.once
                insert = insert_unless_there(sql)
                if not await self.write(insert, storable(parameters)):
                    raise AlreadyDone(f"The row of `{insert.split('(')[0].strip()}` is there already.")
            for sql, parameters in batch.ordered():
                await self.write(sql, storable(parameters))

    def enqueue(self, batch: Batch) -> None:
        """Queue the batch; a transaction that is open does not wait for it nor take it back."""
        try:
            self._committer.put(batch, None)
        except StorageError as error:
            _log.error("a batch was given up: %s", error)

    async def flush(self) -> None:
        """Return when everything that was queued so far is written."""
        if self._mine() is not None:
            raise RuntimeError("`flush` was awaited inside a transaction, which ends only after it. Await it behind.")
        await self._committer.landed()


def _hang_up(connection: Connection) -> None:
    """End a connection; the task that waits on it gets an error at once."""
    with contextlib.suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.pgconn.socket)) as line:
        line.shutdown(socket.SHUT_RDWR)


def _undone(url: StoreUrl) -> StorageError:
    return StorageError(
        f"A statement of a transaction on {url} failed, so nothing of the transaction was written. "
        "A statement that may fail needs a block of its own."
    )
