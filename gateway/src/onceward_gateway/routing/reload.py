"""What other nodes changed: the router reads the tables again when it is told so, or sees it in the version's row."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ..db import StorageError
from . import sql

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = ["News"]

_log = logging.getLogger("onceward_gateway")
_TOPIC = "routing"
# How long a change that was told may take to be committed; afterwards it counts as undone.
_COMMITTED = (0.0, 0.01, 0.04, 0.15, 0.5, 1.3)
_ASK_SECONDS = 1.0


class News:
    """Keeps what the router holds as new as the tables, whichever node changes them."""

    def __init__(self, gateway: Gateway, reload: Callable[[], Awaitable[None]]) -> None:
        self._gateway = gateway
        self._reload = reload
        self._loaded = 0
        self._told = 0
        self._woken = asyncio.Event()

    async def start(self) -> None:
        """Read the tables, and follow what is changed from now on."""
        gateway = self._gateway
        gateway.bus.subscribe(_TOPIC, self._hear)
        gateway.bus.on_reconnect(self._woken.set)
        await self._load()
        gateway.spawn(self._watch(), _TOPIC)

    async def changed(self) -> None:
        """Write a new version of the tables, in the transaction that changes them."""
        await self._gateway.db.changed(sql.ROUTING_CHANGED)

    async def committed(self) -> None:
        """Read the tables after a change of this node is durable, and tell the other nodes."""
        try:
            await self._load()
        except StorageError as error:
            _log.warning("deployments are read again in a moment: %s", error)
            self._loaded = -1
            self._woken.set()
        else:
            self._gateway.bus.publish(_TOPIC, b"%d" % self._loaded)

    def _hear(self, message: bytes) -> None:
        self._told = max(self._told, int(message) if message.isdigit() else 0)
        self._woken.set()

    async def _watch(self) -> None:
        gateway = self._gateway
        while True:
            patience = max(_ASK_SECONDS, gateway.settings.cluster.cache_seconds if gateway.bus.connected else 0.0)
            try:
                async with asyncio.timeout(patience if gateway.db.shared else None):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()
            try:
                await self._catch_up()
            except StorageError as error:
                _log.warning("deployments stay as they were last read: %s", error)
                await asyncio.sleep(_ASK_SECONDS)

    async def _catch_up(self) -> None:
        version = 0
        for seconds in _COMMITTED:
            await asyncio.sleep(seconds)
            version = await self._version()
            if version >= self._told:
                break
        self._told = version
        if version != self._loaded:
            await self._load()

    async def _load(self) -> None:
        # Before the tables: what is changed in between is read twice rather than never.
        version = await self._version()
        await self._reload()
        self._loaded = version

    async def _version(self) -> int:
        row = await self._gateway.db.one(sql.ROUTING_VERSION)
        return 0 if row is None else int(row[0])
