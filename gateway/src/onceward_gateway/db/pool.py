"""Connections to PostgreSQL that are lent to one task at a time."""

from __future__ import annotations

import asyncio
import select
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

__all__ = ["Connection", "Pool"]

Connection = psycopg.AsyncConnection[Any]
# After a connection failed, nobody tries another one for this long: an outage is not made worse by asking.
_REST_SECONDS = 0.1


class Pool:
    """At most `size` connections, opened when they are needed.

    A server that comes back is used at once: every call for a connection tries, at the pace of one in `_REST_SECONDS`
    while none succeeds.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], size: int, seconds: float) -> None:
        self._connect = connect
        self._size = size
        self._seconds = seconds
        self._idle: list[Connection] = []
        self._count = 0
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._failure: psycopg.Error | OSError | None = None
        self._failed_at = 0.0

    def figures(self) -> dict[str, float]:
        """Return the numbers of connections, of idle ones, and of tasks that wait for one."""
        return {
            "connections": self._count,
            "idle_connections": len(self._idle),
            "connection_waiters": len(self._waiting),
        }

    async def take(self) -> Connection:
        """Return a connection that works as far as can be seen. Raises the driver's error if none can be had."""
        while True:
            if self._size == 0:
                raise psycopg.InterfaceError("the pool is closed")
            while self._idle:
                connection = self._idle.pop()
                if not _is_over(connection):
                    return connection
                await self._drop(connection)
            if self._count < self._size:
                return await self._opened()
            given = await self._turn()
            if given is not None:
                return given

    async def _turn(self) -> Connection | None:
        """Return a connection that another task gives back, or None: there may be room for a new one."""
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._seconds):
                return await turn
        except TimeoutError:
            raise psycopg.OperationalError(
                f"none of the {self._size} connections became free within {self._seconds:g} s "
                "(`storage.pool_size` allows more)"
            ) from None
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and (given := turn.result()) is not None:
                self._give(given)
            raise

    async def _opened(self) -> Connection:
        now = asyncio.get_running_loop().time()
        if self._failure is not None and now < self._failed_at + _REST_SECONDS:
            raise self._failure.with_traceback(None)
        self._count += 1
        try:
            connection = await self._connect()
        except BaseException as error:
            self._leave()
            if isinstance(error, (psycopg.Error, OSError)):
                self._failure, self._failed_at = error, asyncio.get_running_loop().time()
            raise
        self._failure = None
        return connection

    async def give_back(self, connection: Connection) -> None:
        """Take a connection back; one that is broken or in the middle of something is closed."""
        if self._size == 0 or connection.closed or connection.info.transaction_status != TransactionStatus.IDLE:
            await self._drop(connection)
        else:
            self._give(connection)

    def _give(self, connection: Connection) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        self._idle.append(connection)

    async def _drop(self, connection: Connection) -> None:
        self._leave()
        await connection.close()

    def _leave(self) -> None:
        """There is room for one more: whoever waits may open it."""
        self._count -= 1
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    async def close(self) -> None:
        """Close what is not lent; the rest is closed as it comes back."""
        self._size = 0
        while self._idle:
            await self._drop(self._idle.pop())


def _is_over(connection: Connection) -> bool:
    """Return whether the server ended a connection while it was idle: nothing may come on one that nobody asked."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))
