"""Settlement of calls in the ledger: the usage record, the sums and the windows of a call that has ended."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..core.errors import ApiError
from ..core.usage import tokens_of
from ..db import Batch
from . import sql
from .budget_windows import CREDITS, Window
from .call_accounts import served_of
from .credit_journal import debited
from .leases import LeaseKeeper
from .recovery import Recovery
from .reservations import (
    Change,
    Reservation,
    Reservations,
)
from .ticket import MAX_COST_NANO, Bill, BilledCall, Ticket
from .ticket_release import TicketRelease
from .usage_records import add_sums, row_of
from .usage_rollups import Dimensions, RollupWriter, dimensions_of

__all__ = ["CallBilling"]

_KEY_USE_SECONDS = 60.0
_MAX_KEY_USES = 50_000


class CallBilling:
    """Bills the calls of this process.

    `served_at` returns the address where a call was served, for its record; None where it was answered here.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        reservations: Reservations,
        leases: LeaseKeeper,
        recovery: Recovery,
        release: TicketRelease,
        served_at: Callable[[BilledCall], str | None],
    ) -> None:
        self._clock = clock
        self._reservations = reservations
        self._leases = leases
        self._recovery = recovery
        self._release = release
        self._served_at = served_at
        self._rollup_writer = RollupWriter()
        # By key: when its last use is written again.
        self._used: dict[str, float] = {}

    # -- while a call runs

    def keep(self, call: BilledCall, batch: Batch) -> None:
        """Add the row of a running call to a batch, unless it has one or is billed only when it is resumed."""
        if call.ticket is not None and not call.record.goes_on:
            self._leases.keep(call.ticket, batch)

    def account(self, call: BilledCall) -> str | None:
        """Return the account of a call for its record, by which it is billed if this process dies."""
        return None if call.ticket is None else self._leases.account(call.ticket)

    def reserved(self, call: BilledCall) -> int | None:
        """Return the amount reserved for a call, in nano-USD; None if nothing was reserved."""
        reservation = None if call.ticket is None else call.ticket.reservation
        taken = [] if reservation is None else [amount for scope, *_, amount in reservation.taken if scope != CREDITS]
        return max(taken, default=None)

    # -- the end of a call

    def bill(self, call: BilledCall, batch: Batch, *, bare: bool = False) -> Bill | None:
        """Add the statements that bill a call to the batch of its record; return None if there is nothing to bill.

        Only the batch is changed, so that it can be composed again after a failure: `apply` changes the balances in
        memory. `batch.once` becomes the usage record: if another node billed this attempt, the whole batch is refused.
        `bare` leaves out everything that only describes the call.
        """
        ticket, record = call.ticket, call.record
        if ticket is None or ticket.billed is not None or ticket.ended:
            return None
        # No further progress is written: the end of the call has everything.
        ticket.settled = True
        if record.status == "interrupted" and record.goes_on:
            return None
        tokens = tokens_of(record.usage)
        # A cost that an upstream reports is never negative.
        cost = min(max(record.cost_nano or 0, 0), MAX_COST_NANO)
        plan, reservation = ticket.plan, ticket.reservation
        credits = plan.terms.price(cost) if plan.terms is not None else 0
        ticket.served_at = None if bare else self._served_at(call)
        if bare:
            ticket.tags, ticket.metadata = (), None
        ended = record.finished_at or ticket.started_at
        sums = (1, int(record.status == "failed"), cost, credits, tokens.prompt, tokens.completion, tokens.total)
        group_id, new_groups = self._rollup_writer.add(
            batch,
            _dimensions(ticket, call),
            ticket.started_at,
            (*sums, round((ended - ticket.started_at) * 1000)),
            customer=ticket.caller.customer,
            tags=ticket.tags,
            now=self._clock.time(),
        )
        row = row_of(ticket, call, tokens, cost, credits, group_id=group_id)
        batch.once = sql.ADD_USAGE.statement(row)
        changes = (
            [] if reservation is None else self._reservations.settle(reservation, cost, credits, record.provider, batch)
        )
        changes += self._charge(ticket, call, cost, batch)
        if plan.terms is not None and credits:
            terms = plan.terms
            started, period = ticket.started_at, terms.budget.start
            debited(batch, terms.account, period, terms.tier.id, row[0], amount=credits, started_at=started)
        add_sums(batch, row[0], cost, ticket.model, plan.owners, plan.charged, tags=ticket.tags)
        if not bare:
            self._use_key(ticket.caller.key_id, ended, batch)
        return Bill(changes, tokens.total, new_groups)

    def _charge(self, ticket: Ticket, call: BilledCall, cost: int, batch: Batch) -> list[Change]:
        """Charge the windows from which the call has reserved nothing."""
        if not cost:
            return []
        plan, reservation = ticket.plan, ticket.reservation
        booked = (*plan.owners, *plan.charged, ("model", ticket.model), ("provider", call.record.provider))
        if call.deployment is not None:
            booked = (*booked, ("deployment", call.deployment))
        windows = self._reservations.opened_windows(booked, ticket.started_at)
        if not windows:
            return []
        held = (
            plan.windows
            if reservation is not None and len(reservation.taken) == len(plan.budgets)
            else _windows(reservation)
        )
        return self._reservations.book(windows, ticket.model, held, cost, batch)

    def _use_key(self, key_id: str | None, now: float, batch: Batch) -> None:
        """Write the time of a key's last use, at most once a minute."""
        if key_id is None or now < self._used.get(key_id, 0.0):
            return
        if len(self._used) >= _MAX_KEY_USES:
            self._used.clear()
        self._used[key_id] = now + _KEY_USE_SECONDS
        batch.add_shared(("key_use", key_id), sql.KEY_USED, (key_id, now))

    def apply(self, call: BilledCall, bill: Bill) -> None:
        """Apply a bill to the balances in memory, when its batch is handed to the database."""
        assert call.ticket is not None
        self._reservations.apply(bill.changes)
        call.ticket.billed = bill

    def confirm(self, bill: Bill) -> None:
        """Note that the batch of a bill with new groups is durable."""
        self._rollup_writer.confirm(bill.new_groups, self._clock.time())

    def revert(self, call: BilledCall) -> None:
        """Undo `apply` for a batch that was not and will not be written."""
        ticket = call.ticket
        if ticket is not None and ticket.billed is not None:
            self._reservations.apply(ticket.billed.changes, undo=True)
            ticket.billed = None

    def withhold(self, call: BilledCall, error: ApiError, batch: Batch) -> None:
        """Add to a batch that a call which is billed as completed has failed, because its answer was withheld."""
        usage_id = f"{call.record.id}.{call.record.attempt}"
        ticket = call.ticket
        if ticket is not None:
            values = _dimensions(ticket, call)
            self._rollup_writer.withhold(
                batch,
                usage_id,
                values,
                ticket.started_at,
                customer=ticket.caller.customer,
                tags=ticket.tags,
                now=self._clock.time(),
            )
        # By its name it runs after the sums, which depend on the status so far.
        named = ("usage_withheld", usage_id)
        batch.add_shared(named, sql.WITHHOLD_USAGE, (error.status, error.code, error.message, usage_id))

    def end(self, call: BilledCall) -> None:
        """Release, once, the rate-limit permit of a call and its remaining reservation."""
        if call.ticket is not None:
            self._release.release(call.ticket, made=True)

    async def interrupted(self, calls: Sequence[CallRecord]) -> int:
        """Bill calls in the transaction that marks them as interrupted; return their number."""
        return await self._recovery.book(calls)


def _dimensions(ticket: Ticket, call: BilledCall) -> Dimensions:
    terms = ticket.plan.terms
    return dimensions_of(
        ticket.caller,
        ticket.model,
        served_of(call),
        call.deployment,
        call.record.provider,
        band=None if terms is None else terms.band.id,
        account=None if terms is None else terms.account,
    )


def _windows(reservation: Reservation | None) -> Collection[Window]:
    return () if reservation is None else reservation.windows
