"""The nodes that share a database: each shows that it lives, and what a dead one left is taken over.

Time is the database's. A node declares another dead only after its own heartbeats went through for a whole lease:
when the database was away, everybody gets the chance to be seen again first. What follows from a death is done by
conditional updates, so that two nodes may find the same dead one; its row goes last, so that whoever dies over it is
followed by another.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ..config.cluster import ClusterSettings
from ..core.clock import Clock
from ..db import Database, StorageError
from . import sql

__all__ = ["Nodes"]

_log = logging.getLogger("onceward_gateway")
DeathListener = Callable[[str], Awaitable[object]]


class Nodes:
    """This node, and the others of its database. One that has its database alone is never in doubt of itself."""

    def __init__(self, db: Database, clock: Clock, settings: ClusterSettings, id: str) -> None:
        self.id = id
        self.heartbeat_seconds = settings.heartbeat_seconds
        self.lease_seconds = settings.lease_seconds
        self._db = db
        self._clock = clock
        self._listeners: list[DeathListener] = []
        self._on_lost: Callable[[], Awaitable[object]] | None = None
        # When the heartbeats began to go through without a gap, and when the last one did.
        self._since = 0.0
        self._seen = 0.0
        self._joined = False
        self._lock = asyncio.Lock()

    @property
    def alive(self) -> bool:
        """Whether no other node can have taken this one for dead."""
        return not self._db.shared or (self._joined and self._age < self.lease_seconds)

    @property
    def connected(self) -> bool:
        """Whether the last heartbeats went through."""
        return not self._db.shared or (self._joined and self._age < 2 * self.heartbeat_seconds + 1)

    @property
    def _age(self) -> float:
        return self._clock.monotonic() - self._seen

    def on_dead(self, listener: DeathListener) -> None:
        """Have `listener(node_id)` awaited for every node that is found dead. It may be told of one more than once."""
        self._listeners.append(listener)

    def on_lost(self, listener: Callable[[], Awaitable[object]]) -> None:
        """Have `listener` awaited when the others took this node for dead although it lives."""
        self._on_lost = listener

    async def start(self) -> None:
        """Be known to the others."""
        if self._db.shared:
            await self._db.write(sql.JOIN, (self.id,))
            self._since = self._seen = self._clock.monotonic()
            self._joined = True

    async def run(self) -> None:
        """Show that this node lives. Runs beside the requests, and beside whatever is done about the dead."""
        while self._db.shared:
            await self._clock.sleep(self.heartbeat_seconds)
            try:
                await self.beat()
            except StorageError as error:
                _log.warning("no heartbeat reaches the database: %s", error)

    async def look(self) -> None:
        """Look for nodes that do not live, and take over what they left. Runs beside the requests."""
        while self._db.shared:
            await self._clock.sleep(self.heartbeat_seconds)
            try:
                for node_id in await self._dead():
                    _log.warning("the node %s is dead; its calls are taken over", node_id)
                    await self.bury(node_id)
            except StorageError as error:
                _log.warning("the database cannot be asked for the other nodes: %s", error)

    async def beat(self) -> None:
        """One heartbeat."""
        changed = await self._db.write(sql.BEAT, (self.id,))
        now = self._clock.monotonic()
        if not changed:
            _log.warning("this node was taken for dead by the others; it goes on, and its calls are theirs")
            await self._db.write(sql.JOIN, (self.id,))
        if not changed or now - self._seen > self.lease_seconds:
            self._since = now
        self._seen = now
        if not changed and self._on_lost is not None:
            await self._on_lost()

    async def _dead(self) -> list[str]:
        if self._clock.monotonic() - self._since < self.lease_seconds:
            return []
        return [str(row[0]) for row in await self._db.query(sql.DEAD, (self.id, self.lease_seconds))]

    async def bury(self, node_id: str) -> None:
        """Take over what a node left that is known to be dead."""
        if node_id == self.id:
            return
        async with self._lock:
            for listener in self._listeners:
                await listener(node_id)
            await self._db.write(sql.DROP_NODE, (node_id,))

    async def stop(self) -> None:
        """Be gone. What is left all the same is handed over as if this node were dead."""
        if self._joined:
            self._joined = False
            async with self._lock:
                for listener in self._listeners:
                    await listener(self.id)
                await self._db.write(sql.DROP_NODE, (self.id,))
