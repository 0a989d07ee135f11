"""The connections to one origin: those in use are counted, those that are free are used again, the latest first."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import NamedTuple

from .connect import Connector
from .connection import HttpConnection, Timeouts
from .deadlines import Deadlines
from .errors import ClientClosed, ConnectTimeout, PoolTimeout, TotalTimeout
from .target import Origin

__all__ = ["OriginPool", "PoolLimits"]


class PoolLimits(NamedTuple):
    """Connections to one origin: at most so many at once (0: any number), so many free ones, for so many seconds."""

    connections: int = 0
    idle: int = 1024
    keep_alive: float = 30.0


class OriginPool:
    """The connections to one origin."""

    def __init__(self, origin: Origin, connector: Connector, deadlines: Deadlines, limits: PoolLimits) -> None:
        self.closed = False
        self.connections: set[HttpConnection] = set()
        self._origin = origin
        self._connector = connector
        self._deadlines = deadlines
        self._limits = limits
        self._idle: list[HttpConnection] = []
        self._opening = 0
        self._waiting: deque[asyncio.Future[HttpConnection | None]] = deque()

    @property
    def idle(self) -> int:
        """The number of free connections."""
        return len(self._idle)

    @property
    def busy(self) -> bool:
        """True while there are connections, or some are being opened."""
        return bool(self.connections or self._opening)

    def take(self) -> HttpConnection | None:
        """Return a free connection, or None where there is none."""
        while self._idle:
            connection = self._idle.pop()
            if connection.usable():
                return connection
        return None

    async def acquire(self, timeouts: Timeouts, total_at: float) -> HttpConnection:
        """Return a connection, made for this where none is free."""
        loop = asyncio.get_running_loop()
        most = self._limits.connections
        while not self.closed:
            if (connection := self.take()) is not None:
                return connection
            if not most or len(self.connections) + self._opening < most:
                return await self._open(timeouts, total_at)
            waiter: asyncio.Future[HttpConnection | None] = loop.create_future()
            self._waiting.append(waiter)
            try:
                async with asyncio.timeout_at(min(total_at, loop.time() + timeouts.connect)):
                    connection = await waiter
            except BaseException as error:
                self._give_up(waiter)
                if isinstance(error, TimeoutError):
                    raise PoolTimeout("No connection became free in time.") from None
                raise
            if connection is not None and connection.usable():
                return connection
        raise ClientClosed("The client is closed.")

    async def _open(self, timeouts: Timeouts, total_at: float) -> HttpConnection:
        left = total_at - asyncio.get_running_loop().time()
        if left <= 0:
            raise self._too_long(timeouts)
        self._opening += 1
        try:
            connection = await self._connector.open(self._origin, min(left, timeouts.connect), self._made)
        except BaseException as error:
            self._opening -= 1
            self._wake()
            if isinstance(error, ConnectTimeout) and left < timeouts.connect:
                raise self._too_long(timeouts) from None
            raise
        self._opening -= 1
        if not connection.closed:
            self.connections.add(connection)
            self._deadlines.add(connection)
        if self.closed:
            connection.close()
            raise ClientClosed("The client is closed.")
        return connection

    @staticmethod
    def _too_long(timeouts: Timeouts) -> TotalTimeout:
        return TotalTimeout(f"The exchange took longer than {timeouts.total:g} s.", sent=False)

    def _made(self) -> HttpConnection:
        return HttpConnection(self, self._deadlines, self._limits.keep_alive)

    def released(self, connection: HttpConnection) -> None:
        """Take a connection back that can carry another request."""
        if self.closed:
            connection.close()
            return
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        self._idle.append(connection)
        if len(self._idle) > self._limits.idle:
            self._idle.pop(0).close()
        if (due := connection.due()) < self._deadlines.at:
            self._deadlines.arm(due)

    def lost(self, connection: HttpConnection) -> None:
        """Forget a connection."""
        self.connections.discard(connection)
        self._deadlines.remove(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        self._wake()

    def close(self) -> None:
        """Close all connections; exchanges that run end with `ClientClosed`."""
        self.closed = True
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._waiting.clear()
        idle = set(self._idle)
        self._idle.clear()
        for connection in list(self.connections):
            if connection in idle:
                connection.close()
            else:
                connection.abort(ClientClosed("The client was closed."))

    def abort(self) -> None:
        """Drop what did not close by itself."""
        for connection in list(self.connections):
            connection.abort(ClientClosed("The client was closed."))

    def _wake(self) -> None:
        """Let one that waits look again: there may be room for a connection."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def _give_up(self, waiter: asyncio.Future[HttpConnection | None]) -> None:
        """Pass on what a waiter got after it stopped waiting."""
        if waiter in self._waiting:
            self._waiting.remove(waiter)
        elif waiter.done() and not waiter.cancelled():
            connection = waiter.result()
            if connection is not None and connection.usable():
                self.released(connection)
            else:
                self._wake()
