"""Reload: deployments and credentials are read again when any node changes them.

Each change increments the version of the tables. A node learns of a new version over the bus, and reads the version
from time to time in case a message was lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from ..cluster.bus import Bus
from ..db import Database, StorageError
from . import sql

__all__ = ["CatalogUpdates"]

_log = logging.getLogger("onceward_gateway")
_TOPIC = "routing"
# A version may be announced before it is committed. After these waits it counts as rolled back.
_COMMIT_WAITS = (0.0, 0.01, 0.04, 0.15, 0.5, 1.3)
_POLL_SECONDS = 1.0
Load = Callable[[], Awaitable[None]]
Spawn = Callable[[Coroutine[Any, Any, Any], str], object]


class CatalogUpdates:
    """Keeps the catalog of deployments as current as its tables, on whichever node they change."""

    def __init__(self, db: Database, bus: Bus, spawn: Spawn, load: Load, *, cache_ttl_seconds: float) -> None:
        self._db = db
        self._bus = bus
        self._spawn = spawn
        self._load = load
        self._cache_seconds = cache_ttl_seconds
        self._loaded = 0
        self._announced = 0
        self._changed = asyncio.Event()

    async def start(self) -> None:
        """Load the tables, now and after each change."""
        self._bus.subscribe(_TOPIC, self._on_message)
        self._bus.on_reconnect(self._changed.set)
        await self._reload()
        self._spawn(self._watch(), _TOPIC)

    async def mark_changed(self) -> None:
        """Write a new version, in the transaction that changes the tables."""
        await self._db.changed(sql.ROUTING_CHANGED)

    async def publish(self) -> None:
        """Load the tables after a change of this node is durable, and announce the version to the other nodes."""
        try:
            await self._reload()
        except StorageError as error:
            _log.warning("deployments are read again in a moment: %s", error)
            self._loaded = -1
            self._changed.set()
        else:
            self._bus.publish(_TOPIC, b"%d" % self._loaded)

    def _on_message(self, message: bytes) -> None:
        self._announced = max(self._announced, int(message) if message.isdigit() else 0)
        self._changed.set()

    async def _watch(self) -> None:
        while True:
            poll = max(_POLL_SECONDS, self._cache_seconds if self._bus.connected else 0.0)
            try:
                async with asyncio.timeout(poll if self._db.shared else None):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            try:
                await self._catch_up()
            except StorageError as error:
                _log.warning("deployments stay as they were last read: %s", error)
                await asyncio.sleep(_POLL_SECONDS)

    async def _catch_up(self) -> None:
        version = 0
        for seconds in _COMMIT_WAITS:
            await asyncio.sleep(seconds)
            version = await self._read()
            if version >= self._announced:
                break
        self._announced = version
        if version != self._loaded:
            await self._reload()

    async def _reload(self) -> None:
        # The version is read first: a change in between is loaded twice rather than never.
        version = await self._read()
        await self._load()
        self._loaded = version

    async def _read(self) -> int:
        row = await self._db.one(sql.ROUTING_VERSION)
        return 0 if row is None else int(row[0])
