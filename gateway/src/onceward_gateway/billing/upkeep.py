"""Upkeep of the ledger: leases of running calls, reservations of dead nodes, and windows that have ended."""

from __future__ import annotations

import logging

from ..core.clock import Clock
from ..db import Database
from . import sql
from .leases import LeaseKeeper
from .recovery import Recovery
from .reservations import Reservations

__all__ = ["LedgerUpkeep"]

_log = logging.getLogger("onceward_gateway.billing")
_WINDOW_RETENTION_SECONDS = 90 * 86400.0


class LedgerUpkeep:
    """Renews the leases of this process, and releases what dead ones reserved."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        *,
        reservations: Reservations,
        leases: LeaseKeeper,
        recovery: Recovery,
        lease_seconds: float,
    ) -> None:
        self._db = db
        self._clock = clock
        self._reservations = reservations
        self._leases = leases
        self._recovery = recovery
        self._lease_seconds = lease_seconds

    async def recover(self) -> int:
        """Release the reservations of an earlier process, after its calls were billed; return their number.

        Runs at the start. If nodes share the database, a node is alive until its lease is over; then `on_dead` runs.
        """
        if self._db.shared:
            return 0
        return await self._leases.start_anew()

    async def on_dead(self, node: str) -> None:
        """Release the reservations of a dead node's calls that were never recorded; the others are billed singly."""
        rows = await self._db.query(sql.HOLDS_OF_NODE, (node,))
        freed = await self._recovery.give_back([row for row in rows if not await self._runs(row[1])])
        if freed:
            _log.warning("%d holds of the dead node %s were given back", freed, node)

    async def _runs(self, call_id: str) -> bool:
        return bool(call_id) and await self._db.one(sql.CALL_RUNS, (call_id,)) is not None

    async def sweep(self) -> int:
        """Renew leases, delete old windows, release expired reservations, and return the number of the latter."""
        now = self._clock.time()
        await self.renew()
        await self._db.write(sql.SWEEP_WINDOWS, (now - _WINDOW_RETENTION_SECONDS,))
        await self._reservations.check()
        lost = await self._db.query(sql.HOLDS_OVER, (now,)) + await self._leases.lost()
        return await self._recovery.give_back(lost)

    @property
    def sweep_seconds(self) -> float:
        """Return the time between two searches for expired leases: a third of a lease, within 0.5 to 10 seconds."""
        return min(10.0, max(0.5, self._lease_seconds / 3))

    async def renew(self) -> None:
        """Renew the leases of this node's calls, and write their progress."""
        await self._leases.renew()

    def write_fresh(self) -> None:
        """Write the rows of the calls that have just begun."""
        self._leases.write_fresh()

    async def given_back(self) -> None:
        """Wait until the amounts released so far can be reserved again."""
        await self._leases.given_back()

    async def stop(self) -> None:
        """Release what is still to be released, and stop writing."""
        await self._leases.stop()
