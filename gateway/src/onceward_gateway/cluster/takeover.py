"""Heartbeats of this node, and the takeover of nodes that died."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from ..core.clock import Clock
from ..db import StorageError
from .membership import Nodes

__all__ = ["DeathListener", "Takeover"]

_log = logging.getLogger("onceward_gateway")
# Awaited with the id of a node that is dead. It may be called more than once for the same node.
DeathListener = Callable[[str], Awaitable[object]]


class Takeover:
    """Sends the heartbeats of this node, and takes over the calls and reservations of dead nodes.

    Every listener of `on_dead` is awaited for every node that is found dead; `on_lost` when the other nodes declared
    this one dead although it is alive.
    """

    def __init__(
        self,
        nodes: Nodes,
        clock: Clock,
        *,
        on_dead: Sequence[DeathListener],
        on_lost: Callable[[], Awaitable[object]],
    ) -> None:
        self._nodes = nodes
        self._clock = clock
        self._on_dead = tuple(on_dead)
        self._on_lost = on_lost
        self._lock = asyncio.Lock()

    async def send_heartbeats(self) -> None:
        """Send heartbeats for ever, beside the requests and beside the takeover of dead nodes."""
        while True:
            await self._clock.sleep(self._nodes.heartbeat_seconds)
            try:
                await self.beat()
            except StorageError as error:
                _log.warning("no heartbeat reaches the database: %s", error)

    async def beat(self) -> None:
        """Send one heartbeat, and release the calls that other nodes have taken over."""
        if not await self._nodes.beat():
            await self._on_lost()

    async def watch(self) -> None:
        """Look for dead nodes for ever, and take over what they left."""
        while True:
            await self._clock.sleep(self._nodes.heartbeat_seconds)
            try:
                for node_id in await self._nodes.dead():
                    _log.warning("the node %s is dead; its calls are taken over", node_id)
                    await self.take_over(node_id)
            except StorageError as error:
                _log.warning("the other nodes cannot be read from the database: %s", error)

    async def take_over(self, node_id: str) -> None:
        """Take over the calls and reservations of a dead node."""
        if node_id != self._nodes.id:
            await self._take_over(node_id)

    async def _take_over(self, node_id: str) -> None:
        async with self._lock:
            for listener in self._on_dead:
                await listener(node_id)
            await self._nodes.drop(node_id)

    async def stop(self) -> None:
        """Leave the cluster, and hand over the rest of this node as if it were dead."""
        if self._nodes.leave():
            await self._take_over(self._nodes.id)
