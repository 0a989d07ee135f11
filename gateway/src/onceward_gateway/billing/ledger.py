"""The ledger: reserves the maximal cost of a call before it runs, and settles it in the transaction of its end."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Collection, Sequence

from ..config.billing import FixedBudget, LedgerSettings
from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..core.errors import ApiError
from ..core.headers import X_ONCEWARD_BUDGET_WARNING
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
    budgets_of,
    fixed_budget,
)
from .call_accounts import served_of
from .credit_journal import debited
from .credits import (
    Credits,
    Terms,
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
from .usage_rollups import Dimensions, RollupWriter, dimensions_of

__all__ = ["Ledger"]

_log = logging.getLogger("onceward_gateway.billing")
_MAX_PLANS = 8192
_MAX_NANO = 1 << 53
_WINDOW_RETENTION_SECONDS = 90 * 86400.0
_KEY_USE_SECONDS = 60.0
_MAX_KEY_USES = 50_000


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
        *,
        limiter: RateLimiter,
        node: str,
        served_at: Callable[[BilledCall], str | None],
        texts_of_events: TextsOfEvents,
    ) -> None:
        self.settings = settings
        self.credits = Credits(db, settings.credits)
        self.limiter = limiter
        self.node = node
        self._served_at = served_at
        self._db = db
        self._clock = clock
        self._prices = prices
        usage = UsageSums(db, directory.records)
        self._reservations = Reservations(db, clock, self.node, usage.summed)
        self.rollups = Rollups(db, directory.records, clock, usage, self._reservations.mark_stale)
        self._recovery = Recovery(db, clock, prices, directory, self._reservations, texts_of_events)
        self._leases = LeaseKeeper(db, clock, self._reservations, self._recovery, settings.lease_seconds)
        self._exhausted = ExhaustedProviders(clock)
        self._rollup_writer = RollupWriter()
        self._plans: dict[tuple[int, str, tuple[str, ...]], Plan] = {}
        self._warned: set[tuple[str, str, str, float]] = set()
        self._used: dict[str, float] = {}
        directory.subscribe(lambda change: self._plans.clear())

    # -- beginning of a call

    async def enter(
        self, request: Request, kind: str, model: str, candidates: Sequence[Candidate], call_id: str = ""
    ) -> Ticket:
        """Admit a call that the candidates may serve; raise 402, 403 or 429 with the limit that refuses it."""
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
        ticket.permit = await self.limiter.enter(plan.bounds, model, tokens)
        if ticket.permit is not None:
            ticket.headers = ticket.permit.headers
        if plan.budgets:
            try:
                await self._reserve(ticket, expected, candidates)
            except BaseException:
                self._end(ticket, made=False)
                raise
        return ticket

    def begun(self, ticket: Ticket, call: BilledCall) -> None:
        """Connect a ticket with its call, which has begun."""
        call.ticket, ticket.call = ticket, call
        call.marks.update(ticket.headers)
        ticket.call_id, ticket.attempt = call.record.id, call.record.attempt
        self._leases.watch(ticket)

    def keep(self, call: BilledCall, batch: Batch) -> None:
        """Add the row of a running call to a batch, unless it has one or is billed only when it is resumed."""
        if call.ticket is not None and not call.record.goes_on:
            self._leases.keep(call.ticket, batch)

    def account(self, call: BilledCall) -> str | None:
        """Return the account of a call for its record, by which it is billed if this process dies."""
        return None if call.ticket is None else self._leases.account(call.ticket)

    async def _plan(self, caller: Principal, model: str, candidates: Sequence[Candidate], now: float) -> Plan:
        providers = _providers(candidates)
        key = (id(caller), model, providers)
        plan = self._plans.get(key)
        if plan is not None and plan.caller is caller and now < plan.until:
            return plan
        budgets = budgets_of(caller.bounds, model, providers, self.settings, now)
        terms = await self.credits.terms(caller, model, now) if self.credits.used else None
        bounds: Sequence[Bound] = caller.bounds
        if terms is not None:
            budgets = tuple(sorted((*budgets, terms.budget), key=lambda budget: budget.key))
            bounds = (*bounds, *_tier_bounds(terms))
        until = min((budget.until for budget in budgets), default=math.inf)
        windows = frozenset(budget.window for budget in budgets)
        plan = Plan(caller, budgets, bounds, terms, owners_of(caller), charged_of(caller), windows, until)
        if caller.customer is None:
            # Not cached for customers: their principal is created anew for each call.
            if len(self._plans) >= _MAX_PLANS:
                self._plans.clear()
            self._plans[key] = plan
        return plan

    async def _reserve(self, ticket: Ticket, expected: Estimate, candidates: Sequence[Candidate]) -> None:
        plan = ticket.plan
        amount = self._price(ticket, expected, candidates)
        credits = plan.terms.price(amount) if plan.terms is not None else 0
        budgets = self._exhausted.without(plan.budgets, candidates)
        while True:
            reservation = await self._leases.reserve(ticket, budgets, amount, credits)
            if not isinstance(reservation, Refused):
                break
            # Routing avoids a provider whose budget is exhausted, if another one can serve the call.
            fewer = self._exhausted.close(reservation, ticket.call_id, budgets, candidates)
            if fewer is None:
                raise refused(reservation)
            budgets = fewer
        ticket.reservation = reservation
        for budget, spent in reservation.warned:
            self._warn(ticket, budget, spent)

    async def hold_wasted(self, call: BilledCall, provider: str) -> str | None:
        """Reserve the cost of failed attempts, in addition to that of the next attempt at a provider.

        Return the name of the budget that does not suffice; None if the attempt may be made.
        """
        ticket = call.ticket
        if ticket is None:
            return None
        self._leases.write(ticket)
        if ticket.reservation is None or not ticket.reservation.taken:
            return None
        cost = min(sum(max(self._prices.cost(*one) or 0, 0) for one in call.wasted), _MAX_NANO)
        amount, reservation, terms = cost - ticket.wasted, ticket.reservation, ticket.plan.terms
        budgets = [budget for budget in ticket.plan.budgets if budget.window in reservation.windows]
        budgets = [budget for budget in budgets if budget.scope != "provider" or budget.id == provider]
        if amount <= 0 or not budgets:
            return None
        credits = terms.price(amount) if terms is not None else 0
        more = await self._leases.reserve(ticket, budgets, amount, credits)
        if isinstance(more, Refused):
            return more.budget.name
        ticket.wasted = cost
        if not await self._reservations.enlarge(reservation, more):
            self._leases.give_back(more)
        return None

    def open_to(self, provider: str, call_id: str = "") -> bool:
        """Return whether the provider's own budget allows the call; routing skips providers that have too little left.

        Read from memory: the results of this call's reservation, and of those of the last seconds.
        """
        return self._exhausted.open_to(provider, call_id)

    async def has_left(self, scope: str, budget: FixedBudget) -> bool:
        """Return whether a budget without reservations has anything left in its window."""
        current = fixed_budget(scope, budget, self._clock.time())
        return sum(await self._reservations.balance(current)) < current.limit

    def _price(self, ticket: Ticket, expected: Estimate, candidates: Sequence[Candidate]) -> int:
        """Return the most that the call may cost, at the most expensive of its candidates."""
        highest = 0
        for provider, name, most in candidates:
            unit = self._prices.unit(provider, name)
            if unit is None:
                if provider != "offline" and self.settings.unpriced == "refuse":
                    raise unpriced(name, ticket.plan.budgets[0].name)
                continue
            pico = expected.price_at(unit, most)
            if expected.tier:
                higher = self._prices.unit(provider, name, expected.tier)
                pico = pico if higher is None else max(pico, expected.price_at(higher, most))
            highest = max(highest, pico)
        return min(nano_of_pico(highest), _MAX_NANO)

    def _warn(self, ticket: Ticket, budget: BudgetWindow, spent: int) -> None:
        text = warning_of(budget, spent)
        if budget.scope not in OPERATORS:
            ticket.headers = (*ticket.headers, (X_ONCEWARD_BUDGET_WARNING, text))
        key = (*budget.key, budget.start)
        if key not in self._warned:
            if len(self._warned) >= _MAX_PLANS:
                self._warned.clear()
            self._warned.add(key)
            _log.warning("soft budget reached: %s", text)

    # -- end of a call

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
        cost = min(max(record.cost_nano or 0, 0), _MAX_NANO)
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
        plan, reservation = ticket.plan, ticket.reservation
        booked = (*plan.owners, *plan.charged, ("model", ticket.model), ("provider", call.record.provider))
        if call.deployment is not None:
            booked = (*booked, ("deployment", call.deployment))
        held = (
            plan.windows
            if reservation is not None and len(reservation.taken) == len(plan.budgets)
            else _windows(reservation)
        )
        return self._reservations.book(booked, ticket.model, held, ticket.started_at, cost, batch)

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

    def reserved(self, call: BilledCall) -> int | None:
        """Return the amount reserved for a call, in nano-USD; None if nothing was reserved."""
        reservation = None if call.ticket is None else call.ticket.reservation
        taken = [] if reservation is None else [amount for scope, *_, amount in reservation.taken if scope != CREDITS]
        return max(taken, default=None)

    def end(self, call: BilledCall) -> None:
        """Release, once, the rate-limit permit of a call and its remaining reservation."""
        if call.ticket is not None:
            self._end(call.ticket, made=True)

    def _end(self, ticket: Ticket, *, made: bool) -> None:
        if ticket.ended:
            return
        ticket.settled = ticket.ended = True
        # Each step runs even if another one fails.
        try:
            if ticket.billed is None and ticket.reservation is not None:
                self._leases.give_back(ticket.reservation)
        finally:
            try:
                if ticket.permit is not None and made:
                    ticket.permit.settle(0 if ticket.billed is None else ticket.billed.tokens)
                elif ticket.permit is not None:
                    ticket.permit.withdraw()
            finally:
                try:
                    self._leases.forget(ticket)
                finally:
                    self._exhausted.forget(ticket.call_id)

    def _use_key(self, key_id: str | None, now: float, batch: Batch) -> None:
        """Write the time of a key's last use, at most once a minute."""
        if key_id is None or now < self._used.get(key_id, 0.0):
            return
        if len(self._used) >= _MAX_KEY_USES:
            self._used.clear()
        self._used[key_id] = now + _KEY_USE_SECONDS
        batch.add_shared(("key_use", key_id), sql.KEY_USED, (key_id, now))

    async def abandon(self, ticket: Ticket) -> None:
        """Release a ticket whose call never began."""
        self._end(ticket, made=False)

    async def given_back(self) -> None:
        """Wait until the amounts released so far can be reserved again."""
        await self._leases.given_back()

    async def balance(self, budget: BudgetWindow) -> tuple[int, int]:
        """Return the amounts spent and reserved in a budget window."""
        return await self._reservations.balance(budget)

    async def last_used(self, key_id: str) -> float | None:
        """Return the time of a key's last use, to the minute; None if it was never used."""
        row = await self._db.one(sql.USED_KEY, (key_id,))
        return None if row is None else float(row[0])

    # -- dead nodes and leases

    async def recover(self) -> int:
        """Release the reservations of an earlier process, after its calls were billed; return their number.

        Runs at the start. If nodes share the database, a node is alive until its lease is over; then `on_dead` runs.
        """
        if self._db.shared:
            return 0
        return await self._leases.start_anew()

    async def interrupted(self, calls: Sequence[CallRecord]) -> int:
        """Bill calls in the transaction that marks them as interrupted; return their number."""
        return await self._recovery.book(calls)

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

    async def renew(self) -> None:
        """Renew the leases of this node's calls, and write their progress."""
        await self._leases.renew()

    def write_fresh(self) -> None:
        """Write the rows of the calls that have just begun."""
        self._leases.write_fresh()

    async def stop(self) -> None:
        """Release what is still to be released, and stop writing."""
        await self._leases.stop()

    @property
    def sweep_seconds(self) -> float:
        """Return the time between two searches for expired leases: a third of a lease, within 0.5 to 10 seconds."""
        return min(10.0, max(0.5, self.settings.lease_seconds / 3))


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


def _providers(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    if len(candidates) == 1:
        return (candidates[0][0],)
    return tuple(sorted({candidate[0] for candidate in candidates}))


def _tier_bounds(terms: Terms) -> tuple[Bound, ...]:
    tier = terms.tier
    name = f"tier {tier.id!r} of {terms.budget.name}"
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
