"""The group commit on PostgreSQL: one connection, one task, everything that is queued in one transaction.

A batch that was taken stays until it is written: a lost connection is made anew, a collision is tried again, and one
batch that cannot be written does not keep the others from it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg

from ..config.storage import StorageSettings
from ..core.urls import StoreUrl
from .group import (
    Entry,
    entry_of,
    write_all,
    write_one,
)
from .interface import Batch, StorageUnavailable
from .pg_errors import fault, is_collision
from .pg_pipeline import StatementPipeline

__all__ = ["Committer"]

_log = logging.getLogger("onceward_gateway")
_MOST_STATEMENTS = 2000
_MOST_COLLISIONS = 5
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0

Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


class Committer:
    """Writes batches in the order in which they came, as many at a time as have come meanwhile."""

    def __init__(self, url: StoreUrl, settings: StorageSettings, connect: Connect) -> None:
        self._url = url
        self._settings = settings
        self._connect = connect
        self._exchange: StatementPipeline | None = None
        self._queue: deque[Entry] = deque()
        self._flying: list[Entry] = []
        self._numbers = 0
        self._came = asyncio.Event()
        self._landings: list[tuple[int, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None
        self._patience: asyncio.TimerHandle | None = None
        self.connected = True

    @property
    def waiting(self) -> int:
        """Batches that are not written yet."""
        return len(self._queue) + len(self._flying)

    def start(self) -> None:
        """Begin to write what comes."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="committer")

    async def close(self) -> None:
        """Write what is queued, as long as the patience lasts, and disconnect."""
        with contextlib.suppress(StorageUnavailable):
            await self.landed()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._patience is not None:
            self._patience.cancel()
        if self._exchange is not None:
            await self._exchange.close()
        if self._queue or self._flying:
            _log.error("%d batches were not written when the gateway stopped", len(self._queue) + len(self._flying))

    def put(self, batch: Batch, waiter: asyncio.Future[None] | None) -> None:
        """Queue a batch; `waiter` hears of its end. Raises `Unstorable` for values that no database keeps."""
        loop = asyncio.get_running_loop()
        try:
            entry = entry_of(batch, waiter, self._numbers + 1, loop.time())
        except (ValueError, OverflowError) as error:
            raise fault(self._url, error) from error
        self._numbers += 1
        self._queue.append(entry)
        self._came.set()
        self._watch(loop)

    async def landed(self) -> None:
        """Return when everything that was queued so far is written or given up."""
        if not self._queue and not self._flying:
            return
        landing: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._landings.append((self._numbers, landing))
        try:
            async with asyncio.timeout(self._settings.write_timeout_seconds):
                await landing
        except TimeoutError as error:
            raise self._unavailable() from error

    def _unavailable(self) -> StorageUnavailable:
        seconds = self._settings.write_timeout_seconds
        return StorageUnavailable(
            f"The database {self._url} has not been written for {seconds:g} s. Queued writes stay queued "
            "and are written when it is back. Ask again then."
        )

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._patience is None:
            pause = min(1.0, self._settings.write_timeout_seconds / 4)
            self._patience = loop.call_later(pause, self._lose_patience, loop)

    def _lose_patience(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tell those who have waited too long. Their batches stay."""
        self._patience = None
        latest = loop.time() - self._settings.write_timeout_seconds
        for entry in (*self._flying, *self._queue):
            if entry.since <= latest and entry.waiter is not None:
                entry.end(self._unavailable())
                entry.waiter = None
        if self._queue or self._flying:
            self._watch(loop)

    async def _run(self) -> None:
        while True:
            await self._came.wait()
            self._came.clear()
            while self._queue:
                self._flying = self._group()
                await self._land(self._flying)
                self._tell_landed()

    def _group(self) -> list[Entry]:
        group: list[Entry] = []
        room = _MOST_STATEMENTS
        while self._queue and room > 0:
            entry = self._queue.popleft()
            room -= entry.size
            group.append(entry)
        return group

    def _tell_landed(self) -> None:
        oldest = self._queue[0].number if self._queue else self._numbers + 1
        waiting, self._landings = self._landings, []
        for number, landing in waiting:
            if number >= oldest:
                self._landings.append((number, landing))
            elif not landing.done():
                landing.set_result(None)

    async def _land(self, group: list[Entry]) -> None:
        """Write the group, whatever it takes. The list shrinks as its entries end."""
        collisions, pause = 0, _FIRST_PAUSE
        while group:
            try:
                exchange = await self._connected()
                if collisions > _MOST_COLLISIONS or not await write_all(exchange, group):
                    # One of them does not go: it is the first now, and by itself it hears why.
                    await write_one(exchange, group, self._url)
            except (psycopg.Error, OSError) as error:
                if is_collision(error):
                    collisions += 1
                    continue
                await self._lose(error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                self._back()
                pause = _FIRST_PAUSE

    async def _connected(self) -> StatementPipeline:
        if self._exchange is None:
            seconds = self._settings.statement_timeout_seconds + self._settings.connect_timeout_seconds
            self._exchange = StatementPipeline(await self._connect(), seconds)
        return self._exchange

    async def _lose(self, error: Exception) -> None:
        if self.connected:
            self.connected = False
            _log.error("%s What is to be written is kept.", fault(self._url, error))
        if self._exchange is not None:
            await self._exchange.close()
            self._exchange = None

    def _back(self) -> None:
        if not self.connected:
            self.connected = True
            _log.warning("the database %s is back", self._url)
