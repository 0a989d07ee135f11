"""Leases of running calls: writes and renews their rows, and releases their reservations."""

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
_WRITE_DELAY_SECONDS = 0.05
_PROGRESS_SECONDS = 2.0
# Calls whose rows are written in one turn of the event loop: thousands would block all other requests.
_WRITES_PER_TURN = 200
_UNCONFIRMED_SECONDS = 15.0
_encode = msgspec.json.Encoder().encode


class LeaseKeeper:
    """The reservations of this node's calls, and their leases."""

    def __init__(
        self, db: Database, clock: Clock, reservations: Reservations, recovery: Recovery, lease_seconds: float
    ) -> None:
        self._db = db
        self._clock = clock
        self._reservations = reservations
        self._recovery = recovery
        self._lease_seconds = lease_seconds
        self._batches = ReservationBatches(db, clock, reservations, lease_seconds) if db.shared else None
        self._running: set[Ticket] = set()
        # Calls without a row: those that began since the timer ran last, and those before them.
        self._unwritten: list[Ticket] = []
        self._due: list[Ticket] = []
        self._timer: asyncio.TimerHandle | None = None
        self._progress_timer: asyncio.Handle | None = None
        # Calls whose progress is still to be written in this round.
        self._progress_pending: list[Ticket] = []

    async def reserve(
        self, ticket: Ticket, budgets: Sequence[BudgetWindow], amount: int, credits: int
    ) -> Reservation | Refused:
        """Reserve the amount from every window, or from none."""
        if self._batches is None:
            return await self._reservations.reserve(budgets, amount, credits)
        return await self._batches.reserve(budgets, amount, credits, ticket.call_id, ticket.started_at)

    def give_back(self, reservation: Reservation) -> None:
        """Release a reservation of which nothing was used."""
        if self._batches is not None and reservation.fenced:
            self._batches.give_back(reservation)
            return
        batch = self._reservations.release_batch(reservation.taken)
        if reservation.written:
            batch.add(sql.DROP_HOLD, (reservation.id,))
        if batch:
            self._db.enqueue(batch)

    async def given_back(self) -> None:
        """Wait until released amounts can be reserved again."""
        if self._batches is not None:
            await self._batches.idle()

    # -- rows of running calls

    def watch(self, ticket: Ticket) -> None:
        """Register a running call; its row is written if it does not end at once."""
        self._running.add(ticket)
        self._unwritten.append(ticket)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WRITE_DELAY_SECONDS, self._write_due)
        if self._progress_timer is None:
            self._progress_timer = asyncio.get_running_loop().call_later(_PROGRESS_SECONDS, self.write_progress)

    def forget(self, ticket: Ticket) -> None:
        """Unregister a call that has ended."""
        self._running.discard(ticket)

    def _write_due(self) -> None:
        """Write the rows of calls that began a while ago: the records of later ones are still being written."""
        fresh, self._unwritten = self._unwritten, []
        self.write_fresh()
        self._due = fresh
        if fresh:
            self._timer = asyncio.get_running_loop().call_later(_WRITE_DELAY_SECONDS, self._write_due)

    def write_fresh(self) -> None:
        """Write the rows of the calls that have begun and still run."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        unwritten, self._unwritten, self._due = [*self._due, *self._unwritten], [], []
        expires_at = self._clock.time() + self._lease_seconds
        batch = Batch()
        for ticket in unwritten:
            # A recorded call needs a row of its own only once it has produced tokens.
            if not ticket.is_recorded or (ticket.call is not None and ticket.call.tokens_produced):
                self._write(ticket, expires_at, batch)
        if batch:
            self._db.enqueue(batch)

    def keep(self, ticket: Ticket, batch: Batch) -> None:
        """Add the row of a call to a batch if its account is not stored yet."""
        if not ticket.has_account:
            self._write(ticket, self._clock.time() + self._lease_seconds, batch)

    def write(self, ticket: Ticket) -> None:
        """Write the current row of a call."""
        batch = Batch()
        self._write(ticket, self._clock.time() + self._lease_seconds, batch)
        if batch:
            self._db.enqueue(batch)

    def write_progress(self) -> None:
        """Write the progress of running calls, by which another node bills them if this node dies."""
        if self._progress_timer is not None:
            self._progress_timer.cancel()
        expires_at = self._clock.time() + self._lease_seconds
        pending = self._progress_pending or list(self._running)
        some, self._progress_pending = pending[:_WRITES_PER_TURN], pending[_WRITES_PER_TURN:]
        batch = Batch()
        for ticket in some:
            reservation = ticket.reservation
            has_row = ticket.is_recorded or (reservation is not None and reservation.written)
            if has_row and ticket.call is not None and ticket.call.tokens_produced != ticket.events:
                self._write(ticket, expires_at, batch)
        if batch:
            self._db.enqueue(batch)
        loop = asyncio.get_running_loop()
        if self._progress_pending:
            # Other tasks run before the next calls are written.
            self._progress_timer = loop.call_soon(self.write_progress)
        else:
            self._progress_timer = loop.call_later(_PROGRESS_SECONDS, self.write_progress) if self._running else None

    def _write(self, ticket: Ticket, expires_at: float, batch: Batch) -> None:
        if ticket.settled:
            return
        reservation = ticket.reservation
        if reservation is None:
            reservation = ticket.reservation = self._reservations.new()
        events = ticket.events = ticket.call.tokens_produced if ticket.call is not None else 0
        account = self._account(ticket)
        ticket.has_account = True
        if reservation.written:
            batch.add(sql.RENEW, (expires_at, ticket.call_id, events, account, reservation.id))
            return
        reservation.written = True
        amounts = _encode(reservation.taken).decode()
        row = (
            reservation.id,
            ticket.call_id,
            self._reservations.node,
            expires_at,
            amounts,
            ticket.started_at,
            events,
            account,
        )
        batch.add(sql.ADD_HOLD, row)

    def account(self, ticket: Ticket) -> str | None:
        """Return the account of a call for its record, as JSON; None if it cannot be encoded."""
        account = self._account(ticket)
        ticket.is_recorded = account is not None
        return account

    def _account(self, ticket: Ticket) -> str | None:
        """Return the account of a call as JSON; None if it cannot be encoded, which must not affect other calls."""
        try:
            return _encode(account_of(ticket)).decode()
        except Exception:  # noqa: BLE001 - the lease is renewed whatever data the caller sent
            _log.exception("the account of the call %s cannot be written", ticket.call_id)
            return None

    async def renew(self) -> None:
        """Renew the leases of all running calls, and write their progress."""
        expires_at = self._clock.time() + self._lease_seconds
        self.write_fresh()
        running = list(self._running)
        for at in range(0, len(running), _WRITES_PER_TURN):
            batch = Batch()
            for ticket in running[at : at + _WRITES_PER_TURN]:
                self._write(ticket, expires_at, batch)
            if batch:
                await self._db.write_batch(batch)

    async def lost(self) -> list[Row]:
        """Return the stored reservations of this node without a call: their commit was not confirmed."""
        if self._batches is None:
            return []
        now = self._clock.time()
        running = {ticket.reservation.id for ticket in self._running if ticket.reservation is not None}
        rows = await self._db.query(sql.HOLDS_OLD, (self._reservations.node, now - _UNCONFIRMED_SECONDS))
        return [row for row in rows if row[0] not in running]

    async def start_anew(self) -> int:
        """Release all reservations of an earlier process that had this database for itself; return their number."""
        rows = await self._db.query(sql.HOLDS_OVER, (float("inf"),))
        freed = await self._recovery.give_back(rows)
        # Reservations of calls that ended, or were lost, before they had a row.
        await self._db.write(sql.RELEASE_ALL)
        return freed

    async def stop(self) -> None:
        """Release what is still to be released, and stop writing."""
        for timer in (self._timer, self._progress_timer):
            if timer is not None:
                timer.cancel()
        self._running.clear()
        self._progress_pending.clear()
        if self._batches is not None:
            await self._batches.stop()
