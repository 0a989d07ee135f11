"""Membership of the nodes that share a database: heartbeats, leases, and the detection of dead nodes.

All times are of the database's clock. A node declares another one dead only after its own heartbeats succeeded for a
whole lease: after an outage of the database, every node can send a heartbeat first. A takeover consists of conditional
updates, so two nodes may find the same dead one. The row of the dead node is deleted last, so that another node
continues if this one dies during the takeover.
"""

from __future__ import annotations

import logging

from ..config.cluster import ClusterSettings
from ..core.clock import Clock
from ..db import Database
from . import sql

__all__ = ["Nodes"]

_log = logging.getLogger("onceward_gateway")


class Nodes:
    """This node, and the other nodes of its database. The only node of a database is always alive."""

    def __init__(self, db: Database, clock: Clock, settings: ClusterSettings, id: str) -> None:
        self.id = id
        self.heartbeat_seconds = settings.heartbeat_seconds
        self.lease_seconds = settings.lease_seconds
        self._db = db
        self._clock = clock
        # The time since which heartbeats succeed without a gap, and the time of the last one.
        self._since = 0.0
        self._seen = 0.0
        self._joined = False

    @property
    def alive(self) -> bool:
        """Return whether no other node can have declared this one dead."""
        return not self._db.shared or (self._joined and self._age < self.lease_seconds)

    @property
    def connected(self) -> bool:
        """Return whether the last heartbeats succeeded."""
        return not self._db.shared or (self._joined and self._age < 2 * self.heartbeat_seconds + 1)

    @property
    def _age(self) -> float:
        return self._clock.monotonic() - self._seen

    async def start(self) -> None:
        """Add this node to the members."""
        if self._db.shared:
            await self._db.write(sql.JOIN, (self.id,))
            self._since = self._seen = self._clock.monotonic()
            self._joined = True

    async def beat(self) -> bool:
        """Write one heartbeat; return False where another node has declared this one dead."""
        changed = bool(await self._db.write(sql.BEAT, (self.id,)))
        now = self._clock.monotonic()
        if not changed:
            _log.warning("the other nodes declared this one dead and took over its calls; it continues with new ones")
            await self._db.write(sql.JOIN, (self.id,))
        if not changed or now - self._seen > self.lease_seconds:
            self._since = now
        self._seen = now
        return changed

    async def dead(self) -> list[str]:
        """Return the ids of the nodes whose lease is over."""
        if self._clock.monotonic() - self._since < self.lease_seconds:
            return []
        return [str(row[0]) for row in await self._db.query(sql.DEAD, (self.id, self.lease_seconds))]

    async def drop(self, node_id: str) -> None:
        """Delete a node from the list of nodes."""
        await self._db.write(sql.DROP_NODE, (node_id,))

    def leave(self) -> bool:
        """Stop counting as alive; return whether this node had joined."""
        joined, self._joined = self._joined, False
        return joined
