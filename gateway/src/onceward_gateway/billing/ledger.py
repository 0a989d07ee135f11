"""The ledger: what a call may cost is reserved before it runs and settled, once, in the transaction of its end."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack

from ..config.billing import FixedBudget, LedgerSettings
from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..core.money import nano_of_pico
from ..core.principal import Bound, Principal
from ..core.threads import in_thread_if_large
from ..core.usage import tokens_of
from ..db import Batch, Database
from ..http.request import Request
from ..identity.directory import Directory
from ..ratelimit.limiter import RateLimiter
from . import sql
from .audio_length import seconds_of_sound
from .budget_windows import (
    CREDITS,
    BudgetWindow,
    Window,
    fixed_line,
    lines_of,
)
from .credits import (
    Credits,
    Terms,
    debited,
)
from .errors import (
    OPERATORS,
    refused,
    unpriced,
    warning_of,
)
from .estimate import (
    Candidate,
    Estimate,
    estimate,
)
from .exhausted_providers import ExhaustedProviders
from .leases import LeaseKeeper
from .prices import PriceBook
from .recovery import Recovery, TextsOfEvents
from .reservations import (
    Change,
    Refused,
    Reservation,
    Reservations,
)
from .rollups import Rollups, UsageSums
from .ticket import Bill, BilledCall, Plan, Ticket
from .usage_records import (
    add_sums,
    charged_of,
    metadata_of,
    owners_of,
    row_of,
    tags_of,
)

__all__ = ["Ledger"]

_log = logging.getLogger("onceward_gateway.billing")
_MOST_PLANS = 8192
_MOST_HELD = 1 << 53
_KEPT_WINDOWS = 90 * 86400.0
_USE_SECONDS = 60.0
_MOST_USES = 50_000


class Ledger:
    """Reservations and settlement of calls.

    `served_at` returns the address where a call was served, for its record; None where it was answered here.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: LedgerSettings,
        prices: PriceBook,
        directory: Directory,
        pace: RateLimiter,
        node: str,
        served_at: Callable[[BilledCall], str | None],
        texts_of_events: TextsOfEvents,
    ) -> None:
        self.settings = settings
        self.credits = Credits(db, settings.credits)
        self.pace = pace
        self.node = node
        self._served_at = served_at
        self._db = db
        self._clock = clock
        self._prices = prices
        sums = UsageSums(db, directory.records)
        self._holds = Reservations(db, clock, self.node, sums.summed)
        self.sums = Rollups(db, directory.records, clock, sums, self._holds.written)
        self._recovery = Recovery(db, clock, prices, directory, self._holds, texts_of_events)
        self._keeper = LeaseKeeper(db, clock, self._holds, self._recovery, settings.lease_seconds)
        self._closed = ExhaustedProviders(clock)
        self._plans: dict[tuple[int, str, tuple[str, ...]], Plan] = {}
        self._warned: set[tuple[str, str, str, float]] = set()
        self._used: dict[str, float] = {}
        directory.subscribe(lambda change: self._plans.clear())

    # -- a call begins

    async def enter(
        self, request: Request, kind: str, model: str, candidates: Sequence[Candidate], call_id: str = ""
    ) -> Ticket:
        """Let in a call that these may serve; raises 402, 403 or 429, naming the limit."""
        now = self._clock.time()
        caller = request.caller
        plan = await self._plan(caller, model, candidates, now)
        ticket = Ticket(caller, model, plan, now, self.node)
        ticket.tags, ticket.metadata, ticket.call_id = tags_of(request), metadata_of(request), call_id
        size = len(request.raw) or sum(upload.size for upload in request.files)
        ticket.prompt_tokens = max(1, size // 4)
        if plan.free:
            return ticket
        seconds = seconds_of_sound(request.files) if kind in ("transcription", "translation") else 0
        expected = await in_thread_if_large(
            request.raw, estimate, kind, request.data, size, self.settings.default_output_tokens, seconds
        )
        tokens = expected.input + (expected.output if expected.declared else 0)
        ticket.entered = await self.pace.enter(plan.bounds, model, tokens)
        if ticket.entered is not None:
            ticket.headers = ticket.entered.headers
        if plan.lines:
            try:
                await self._reserve(ticket, expected, candidates)
            except BaseException:
                self._end(ticket, made=False)
                raise
        return ticket

    def begun(self, ticket: Ticket, run: BilledCall) -> None:
        """The call that a ticket is for has begun."""
        run.ticket, ticket.run = ticket, run
        run.marks.update(ticket.headers)
        ticket.call_id, ticket.attempt = run.record.id, run.record.attempt
        self._keeper.watch(ticket)

    def keep(self, run: BilledCall, batch: Batch) -> None:
        """Add the row of a call that runs to a batch, where it has none yet and somebody must book it."""
        if run.ticket is not None and not run.record.goes_on:
            self._keeper.keep(run.ticket, batch)

    async def _plan(self, caller: Principal, model: str, candidates: Sequence[Candidate], now: float) -> Plan:
        providers = _providers(candidates)
        place = (id(caller), model, providers)
        plan = self._plans.get(place)
        if plan is not None and plan.caller is caller and now < plan.until:
            return plan
        lines = lines_of(caller.bounds, model, providers, self.settings, now)
        terms = await self.credits.terms(caller, model, now) if self.credits.used else None
        bounds: Sequence[Bound] = caller.bounds
        if terms is not None:
            lines = tuple(sorted((*lines, terms.line), key=lambda line: line.place))
            bounds = (*bounds, *_pace_of(terms))
        until = min((line.until for line in lines), default=math.inf)
        windows = frozenset(line.window for line in lines)
        plan = Plan(caller, lines, bounds, terms, owners_of(caller), charged_of(caller), windows, until)
        if caller.customer is None:
            # A caller that works for a customer is made anew for each call.
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            self._plans[place] = plan
        return plan

    async def _reserve(self, ticket: Ticket, expected: Estimate, candidates: Sequence[Candidate]) -> None:
        plan = ticket.plan
        amount = self._price(ticket, expected, candidates)
        credits = plan.terms.price(amount) if plan.terms is not None else 0
        lines = self._closed.without(plan.lines, candidates)
        while True:
            hold = await self._keeper.reserve(ticket, lines, amount, credits)
            if not isinstance(hold, Refused):
                break
            # Where others may serve, a provider whose budget is spent hinders nobody: routing walks around it.
            fewer = self._closed.close(hold, ticket.call_id, lines, candidates)
            if fewer is None:
                raise refused(hold)
            lines = fewer
        ticket.hold = hold
        for line, spent in hold.warned:
            self._warn(ticket, line, spent)

    async def hold_wasted(self, run: BilledCall, provider: str) -> str | None:
        """Hold the cost of the tries that came to nothing, beside what the next one, at a provider, may cost.

        Returns the name of the budget that has too little left for that; None where the try fits.
        """
        ticket = run.ticket
        if ticket is None:
            return None
        self._keeper.write(ticket)
        if ticket.hold is None or not ticket.hold.taken:
            return None
        cost = min(sum(max(self._prices.cost(*one) or 0, 0) for one in run.wasted), _MOST_HELD)
        amount, hold, terms = cost - ticket.wasted, ticket.hold, ticket.plan.terms
        lines = [line for line in ticket.plan.lines if line.window in hold.windows]
        lines = [line for line in lines if line.scope != "provider" or line.id == provider]
        if amount <= 0 or not lines:
            return None
        credits = terms.price(amount) if terms is not None else 0
        more = await self._keeper.reserve(ticket, lines, amount, credits)
        if isinstance(more, Refused):
            return more.line.name
        ticket.wasted = cost
        if not await self._holds.enlarge(hold, more):
            self._keeper.give_back(more)
        return None

    def open_to(self, provider: str, call_id: str = "") -> bool:
        """Whether a call may be served by a provider as far as the provider's own budget goes; routing walks around
        those that have too little left.

        Asks nothing: it is what this call's reservation, and those of the last seconds, met with.
        """
        return self._closed.open_to(provider, call_id)

    async def has_left(self, scope: str, budget: FixedBudget) -> bool:
        """Whether a budget that is not reserved from has anything left in its window."""
        line = fixed_line(scope, budget, self._clock.time())
        return sum(await self._holds.standing(line)) < line.limit

    def _price(self, ticket: Ticket, expected: Estimate, candidates: Sequence[Candidate]) -> int:
        """The most that the call may cost, at the dearest of those who may serve it."""
        dearest = 0
        for provider, name, most in candidates:
            unit = self._prices.unit(provider, name)
            if unit is None:
                if provider != "offline" and self.settings.unpriced == "refuse":
                    raise unpriced(name, ticket.plan.lines[0].name)
                continue
            pico = expected.price_at(unit, most)
            if expected.tier:
                dearer = self._prices.unit(provider, name, expected.tier)
                pico = pico if dearer is None else max(pico, expected.price_at(dearer, most))
            dearest = max(dearest, pico)
        return min(nano_of_pico(dearest), _MOST_HELD)

    def _warn(self, ticket: Ticket, line: BudgetWindow, spent: int) -> None:
        text = warning_of(line, spent)
        if line.scope not in OPERATORS:
            ticket.headers = (*ticket.headers, ("x-onceward-budget-warning", text))
        place = (*line.place, line.start)
        if place not in self._warned:
            if len(self._warned) >= _MOST_PLANS:
                self._warned.clear()
            self._warned.add(place)
            _log.warning("soft budget reached: %s", text)

    # -- a call ends

    def bill(self, run: BilledCall, batch: Batch, *, bare: bool = False) -> Bill | None:
        """Add what books the use of a call to the batch of its record; None where there is nothing to book.

        Nothing but the batch is changed, so that a batch that fails can be composed again: `apply` changes what is
        counted in memory. `batch.once` becomes the record of the use: if another node booked this attempt, the whole
        batch is refused. `bare` leaves out everything that only describes the call.
        """
        ticket, record = run.ticket, run.record
        if ticket is None or ticket.billed is not None or ticket.ended:
            return None
        # Nothing more is written of a call that runs: its end says all.
        ticket.settled = True
        if record.status == "interrupted" and record.goes_on:
            return None
        tokens = tokens_of(record.usage)
        # What an upstream tells of its usage is not believed below nothing.
        cost = min(max(record.cost_nano or 0, 0), _MOST_HELD)
        plan, hold = ticket.plan, ticket.hold
        credits = plan.terms.price(cost) if plan.terms is not None else 0
        ticket.served_at = None if bare else self._served_at(run)
        if bare:
            ticket.tags, ticket.metadata = (), None
        row = row_of(ticket, run, tokens, cost, credits)
        batch.once = (sql.ADD_USAGE, row)
        changes = [] if hold is None else self._holds.settle(hold, cost, credits, record.provider, batch)
        changes += self._book(ticket, run, cost, batch)
        ended = record.finished_at or ticket.started_at
        if plan.terms is not None and credits:
            terms = plan.terms
            debited(batch, terms.account, terms.line.start, terms.tier.id, row[0], credits, ended)
        add_sums(batch, row[0], cost, ticket.model, plan.owners, plan.charged, ticket.tags, alone=not self._db.shared)
        if not bare:
            self._use_key(ticket.caller.key_id, ended, batch)
        return Bill(changes, tokens.total)

    def _book(self, ticket: Ticket, run: BilledCall, cost: int, batch: Batch) -> list[Change]:
        """Book on windows for which the call holds nothing."""
        plan, hold = ticket.plan, ticket.hold
        booked = (*plan.owners, *plan.charged, ("model", ticket.model), ("provider", run.record.provider))
        if run.deployment is not None:
            booked = (*booked, ("deployment", run.deployment))
        held = plan.windows if hold is not None and len(hold.taken) == len(plan.lines) else _windows(hold)
        return self._holds.book(booked, ticket.model, held, ticket.started_at, cost, batch)

    def apply(self, run: BilledCall, bill: Bill) -> None:
        """Count in memory what a bill books, as its batch is handed to the database."""
        assert run.ticket is not None
        self._holds.apply(bill.changes)
        run.ticket.billed = bill

    def revert(self, run: BilledCall) -> None:
        """Undo `apply`: the batch was not written, and will not be."""
        ticket = run.ticket
        if ticket is not None and ticket.billed is not None:
            self._holds.apply(ticket.billed.changes, undo=True)
            ticket.billed = None

    def reserved(self, run: BilledCall) -> int | None:
        """The most that a call was expected to cost, in nano-USD; None where nothing was reserved."""
        hold = None if run.ticket is None else run.ticket.hold
        taken = [] if hold is None else [amount for scope, *_, amount in hold.taken if scope != CREDITS]
        return max(taken, default=None)

    def end(self, run: BilledCall) -> None:
        """End what a call has of its caller's limits, once: its place among parallel calls, and what it still holds."""
        if run.ticket is not None:
            self._end(run.ticket, made=True)

    def _end(self, ticket: Ticket, *, made: bool) -> None:
        if ticket.ended:
            return
        ticket.settled = True
        with ExitStack() as steps:
            # Each is done whether the others can be or not.
            steps.callback(self._closed.forget, ticket.call_id)
            steps.callback(self._keeper.forget, ticket)
            if ticket.entered is not None:
                used = 0 if ticket.billed is None else ticket.billed.tokens
                steps.callback(ticket.entered.settle, used) if made else steps.callback(ticket.entered.withdraw)
            ticket.ended = True
            if ticket.billed is None and ticket.hold is not None:
                self._keeper.give_back(ticket.hold)

    def _use_key(self, key_id: str | None, now: float, batch: Batch) -> None:
        """Have it written when a key was used last, once a minute."""
        if key_id is None or now < self._used.get(key_id, 0.0):
            return
        if len(self._used) >= _MOST_USES:
            self._used.clear()
        self._used[key_id] = now + _USE_SECONDS
        batch.add_shared(("key_use", key_id), sql.KEY_USED, (key_id, now))

    async def abandon(self, ticket: Ticket) -> None:
        """The call was never begun."""
        self._end(ticket, made=False)

    async def given_back(self) -> None:
        """Return when what was given back so far can be taken again."""
        await self._keeper.given_back()

    async def standing(self, line: BudgetWindow) -> tuple[int, int]:
        """What of a line is spent and held."""
        return await self._holds.standing(line)

    async def last_used(self, key_id: str) -> float | None:
        """When a key was used last, to the minute; None where it never was."""
        row = await self._db.one(sql.USED_KEY, (key_id,))
        return None if row is None else float(row[0])

    # -- nodes that died, and leases

    async def recover(self) -> int:
        """At the start, after the calls of a dead process were booked: free all that it held; gives how many holds.

        Where nodes share the database, each is alive until its lease is over, and `on_dead` is told.
        """
        if self._db.shared:
            return 0
        return await self._keeper.start_anew()

    async def interrupted(self, calls: Sequence[CallRecord]) -> int:
        """Book calls that were marked interrupted, inside the transaction that marks them; gives how many."""
        return await self._recovery.book(calls)

    async def on_dead(self, node: str) -> None:
        """Give back what a dead node held for calls that it never recorded; those that ran are booked one by one."""
        rows = await self._db.query(sql.HOLDS_OF_NODE, (node,))
        freed = await self._recovery.give_back([row for row in rows if not await self._runs(row[1])])
        if freed:
            _log.warning("%d holds of the dead node %s were given back", freed, node)

    async def _runs(self, call_id: str) -> bool:
        return bool(call_id) and await self._db.one(sql.CALL_RUNS, (call_id,)) is not None

    async def sweep(self) -> int:
        """Renew what lives, give back what is over its lease, forget windows that ended long ago."""
        now = self._clock.time()
        await self.renew()
        await self._db.write(sql.SWEEP_WINDOWS, (now - _KEPT_WINDOWS,))
        await self._holds.check()
        lost = await self._db.query(sql.HOLDS_OVER, (now,)) + await self._keeper.lost()
        return await self._recovery.give_back(lost)

    async def renew(self) -> None:
        """Say that this node lives and how far its calls are."""
        await self._keeper.renew()

    def write_fresh(self) -> None:
        """Write the rows of the calls that began a moment ago, now."""
        self._keeper.write_fresh()

    async def stop(self) -> None:
        """Give back what is still to be given back; write nothing any more."""
        await self._keeper.stop()

    @property
    def sweep_seconds(self) -> float:
        return min(10.0, max(0.5, self.settings.lease_seconds / 3))


def _windows(hold: Reservation | None) -> Collection[Window]:
    return () if hold is None else hold.windows


def _providers(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    if len(candidates) == 1:
        return (candidates[0][0],)
    return tuple(sorted({candidate[0] for candidate in candidates}))


def _pace_of(terms: Terms) -> tuple[Bound, ...]:
    tier = terms.tier
    name = f"tier {tier.id!r} of {terms.line.name}"
    bound = Bound(
        "organization",
        "tier:" + terms.account,
        name,
        rpm_limit=tier.rpm_limit,
        tpm_limit=tier.tpm_limit,
        max_parallel_requests=tier.max_parallel_requests,
        rpd_limit=tier.rpd_limit,
        burst=tier.burst,
    )
    return () if bound.limits_nothing else (bound,)
