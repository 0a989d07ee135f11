"""What is done for all calls that run: their rows are written and renewed, and what they hold is given back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import msgspec

from ..core.clock import Clock
from ..db import (
    Batch,
    Database,
    Row,
)
from . import sql
from .budget_windows import BudgetWindow
from .call_accounts import account_of
from .recovery import Recovery
from .reservation_batches import ReservationBatches
from .reservations import (
    Refused,
    Reservation,
    Reservations,
)
from .ticket import Ticket

__all__ = ["LeaseKeeper"]

_log = logging.getLogger("onceward_gateway.billing")
_LATE_SECONDS = 0.05
_PROGRESS_SECONDS = 2.0
# Calls whose rows are written at once: thousands would keep all others waiting.
_AT_ONCE = 200
_LOST_SECONDS = 15.0
_encode = msgspec.json.Encoder().encode


class LeaseKeeper:
    """The holds of this node's calls."""

    def __init__(
        self, db: Database, clock: Clock, holds: Reservations, recovery: Recovery, lease_seconds: float
    ) -> None:
        self._db = db
        self._clock = clock
        self._holds = holds
        self._recovery = recovery
        self._lease_seconds = lease_seconds
        self._rounds = ReservationBatches(db, clock, holds, lease_seconds) if db.shared else None
        self._running: set[Ticket] = set()
        self._fresh: list[Ticket] = []
        self._timer: asyncio.TimerHandle | None = None
        self._beat: asyncio.Handle | None = None
        # Whose progress this round of writing has not come to.
        self._behind: list[Ticket] = []

    async def reserve(
        self, ticket: Ticket, lines: Sequence[BudgetWindow], amount: int, credits: int
    ) -> Reservation | Refused:
        """Hold what a call may cost of every line, or of none."""
        if self._rounds is None:
            return await self._holds.reserve(lines, amount, credits)
        return await self._rounds.reserve(lines, amount, credits, ticket.call_id, ticket.started_at)

    def give_back(self, hold: Reservation) -> None:
        """Give back what was held; nothing was used."""
        if self._rounds is not None and hold.fenced:
            self._rounds.give_back(hold)
            return
        batch = self._holds.returned(hold.taken)
        if hold.written:
            batch.add(sql.DROP_HOLD, (hold.id,))
        if batch:
            self._db.enqueue(batch)

    async def given_back(self) -> None:
        """Return when what was given back can be taken again."""
        if self._rounds is not None:
            await self._rounds.idle()

    # -- the rows of calls that run

    def watch(self, ticket: Ticket) -> None:
        """A call runs: its row is written if it does not end at once."""
        self._running.add(ticket)
        self._fresh.append(ticket)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_LATE_SECONDS, self.write_fresh)
        if self._beat is None:
            self._beat = asyncio.get_running_loop().call_later(_PROGRESS_SECONDS, self.write_progress)

    def forget(self, ticket: Ticket) -> None:
        """A call has ended."""
        self._running.discard(ticket)

    def write_fresh(self) -> None:
        """Write the rows of the calls that began a moment ago and still run."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        fresh, self._fresh = self._fresh, []
        expires_at = self._clock.time() + self._lease_seconds
        batch = Batch()
        for ticket in fresh:
            self._write(ticket, expires_at, batch)
        if batch:
            self._db.enqueue(batch)

    def keep(self, ticket: Ticket, batch: Batch) -> None:
        """Add the row of a call to a batch where it does not say yet who the call is for."""
        if not ticket.kept:
            self._write(ticket, self._clock.time() + self._lease_seconds, batch)

    def write(self, ticket: Ticket) -> None:
        """Write the row of a call, as the call is now."""
        batch = Batch()
        self._write(ticket, self._clock.time() + self._lease_seconds, batch)
        if batch:
            self._db.enqueue(batch)

    def write_progress(self) -> None:
        """Write how far the calls are that have sent something: whoever books them if this node dies sees no more."""
        if self._beat is not None:
            self._beat.cancel()
        expires_at = self._clock.time() + self._lease_seconds
        behind = self._behind or list(self._running)
        some, self._behind = behind[:_AT_ONCE], behind[_AT_ONCE:]
        batch = Batch()
        for ticket in some:
            hold, run = ticket.hold, ticket.run
            if hold is not None and hold.written and run is not None and run.tokens_produced != ticket.events:
                self._write(ticket, expires_at, batch)
        if batch:
            self._db.enqueue(batch)
        loop = asyncio.get_running_loop()
        if self._behind:
            # Others have their turn before the next ones.
            self._beat = loop.call_soon(self.write_progress)
        else:
            self._beat = loop.call_later(_PROGRESS_SECONDS, self.write_progress) if self._running else None

    def _write(self, ticket: Ticket, expires_at: float, batch: Batch) -> None:
        if ticket.settled:
            return
        hold = ticket.hold
        if hold is None:
            hold = ticket.hold = self._holds.new()
        events = ticket.events = ticket.run.tokens_produced if ticket.run is not None else 0
        account = self._account(ticket)
        ticket.kept = True
        if hold.written:
            batch.add(sql.RENEW, (expires_at, ticket.call_id, events, account, hold.id))
            return
        hold.written = True
        lines = _encode(hold.taken).decode()
        row = (hold.id, ticket.call_id, self._holds.node, expires_at, lines, ticket.started_at, events, account)
        batch.add(sql.ADD_HOLD, row)

    def _account(self, ticket: Ticket) -> str | None:
        """The account of a call as JSON; None where it has none, which must not keep others from being written."""
        try:
            return _encode(account_of(ticket)).decode()
        except Exception:  # noqa: BLE001 - whatever a caller put there, what is held is renewed
            _log.exception("the account of the call %s cannot be written", ticket.call_id)
            return None

    async def renew(self) -> None:
        """Say that this node lives, that what its calls hold is held, and how far they are."""
        expires_at = self._clock.time() + self._lease_seconds
        self.write_fresh()
        running = list(self._running)
        for at in range(0, len(running), _AT_ONCE):
            batch = Batch()
            for ticket in running[at : at + _AT_ONCE]:
                self._write(ticket, expires_at, batch)
            if batch:
                await self._db.write_batch(batch)

    async def lost(self) -> list[Row]:
        """The holds of this node that no call of it has: those whose writing was not answered."""
        if self._rounds is None:
            return []
        now = self._clock.time()
        running = {ticket.hold.id for ticket in self._running if ticket.hold is not None}
        rows = await self._db.query(sql.HOLDS_OLD, (self._holds.node, now - _LOST_SECONDS))
        return [row for row in rows if row[0] not in running]

    async def start_anew(self) -> int:
        """Free all that was held, by a process that had this database for itself and is gone."""
        rows = await self._db.query(sql.HOLDS_OVER, (float("inf"),))
        freed = await self._recovery.give_back(rows)
        # What was held for calls that ended, or died, before they had a row.
        await self._db.write(sql.RELEASE_ALL)
        return freed

    async def stop(self) -> None:
        """Give back what is still to be given back; write nothing any more."""
        for timer in (self._timer, self._beat):
            if timer is not None:
                timer.cancel()
        self._running.clear()
        self._behind.clear()
        if self._rounds is not None:
            await self._rounds.stop()
