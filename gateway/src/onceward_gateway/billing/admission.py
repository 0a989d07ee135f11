"""Admission: limits, budgets and credits are checked, and the highest cost of a call is reserved, before it runs."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from ..config.billing import FixedBudget, LedgerSettings
from ..core.clock import Clock
from ..core.headers import X_ONCEWARD_BUDGET_WARNING
from ..core.money import nano_of_pico
from ..core.threads import in_thread_if_large
from ..http.request import Request
from ..ratelimit.limiter import RateLimiter
from .audio_length import seconds_of_sound
from .budget_windows import BudgetWindow, fixed_budget
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
from .plans import Plans
from .prices import PriceBook
from .reservations import Refused, Reservations
from .ticket import MAX_COST_NANO, BilledCall, Ticket
from .ticket_release import TicketRelease
from .usage_records import metadata_of, tags_of

__all__ = ["Admission"]

_log = logging.getLogger("onceward_gateway.billing")
_MAX_WARNED = 8192


class Admission:
    """Admits calls, and reserves what they may cost."""

    def __init__(
        self,
        clock: Clock,
        settings: LedgerSettings,
        prices: PriceBook,
        plans: Plans,
        *,
        limiter: RateLimiter,
        reservations: Reservations,
        leases: LeaseKeeper,
        exhausted: ExhaustedProviders,
        release: TicketRelease,
        node: str,
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._prices = prices
        self._plans = plans
        self._limiter = limiter
        self._reservations = reservations
        self._leases = leases
        self._exhausted = exhausted
        self._release = release
        self._node = node
        self._warned: set[tuple[str, str, str, float]] = set()

    async def enter(
        self, request: Request, kind: str, model: str, candidates: Sequence[Candidate], call_id: str = ""
    ) -> Ticket:
        """Admit a call that the candidates may serve; raise 402, 403 or 429 with the limit that refuses it."""
        now = self._clock.time()
        caller = request.caller
        plan = await self._plans.plan(caller, model, candidates, now)
        ticket = Ticket(caller, model, plan, now, self._node)
        ticket.tags, ticket.metadata, ticket.call_id = tags_of(request), metadata_of(request), call_id
        size = len(request.raw) or sum(upload.size for upload in request.files)
        ticket.prompt_tokens = max(1, size // 4)
        if plan.free:
            return ticket
        seconds = seconds_of_sound(request.files) if kind in ("transcription", "translation") else 0
        expected = await in_thread_if_large(
            request.raw, estimate, kind, request.data, size, self._settings.default_output_tokens, seconds
        )
        tokens = expected.input + (expected.output if expected.declared else 0)
        ticket.permit = await self._limiter.enter(plan.bounds, model, tokens)
        if ticket.permit is not None:
            ticket.headers = ticket.permit.headers
        if plan.budgets:
            try:
                await self._reserve(ticket, expected, candidates)
            except BaseException:
                self._release.release(ticket, made=False)
                raise
        return ticket

    def begun(self, ticket: Ticket, call: BilledCall) -> None:
        """Connect a ticket with its call, which has begun."""
        call.ticket, ticket.call = ticket, call
        call.marks.update(ticket.headers)
        ticket.call_id, ticket.attempt = call.record.id, call.record.attempt
        self._leases.watch(ticket)

    async def abandon(self, ticket: Ticket) -> None:
        """Release a ticket whose call never began."""
        self._release.release(ticket, made=False)

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
        cost = min(sum(max(self._prices.cost(*one) or 0, 0) for one in call.wasted), MAX_COST_NANO)
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
                if provider != "offline" and self._settings.unpriced == "refuse":
                    raise unpriced(name, ticket.plan.budgets[0].name)
                continue
            pico = expected.price_at(unit, most)
            if expected.tier:
                higher = self._prices.unit(provider, name, expected.tier)
                pico = pico if higher is None else max(pico, expected.price_at(higher, most))
            highest = max(highest, pico)
        return min(nano_of_pico(highest), MAX_COST_NANO)

    def _warn(self, ticket: Ticket, budget: BudgetWindow, spent: int) -> None:
        text = warning_of(budget, spent)
        if budget.scope not in OPERATORS:
            ticket.headers = (*ticket.headers, (X_ONCEWARD_BUDGET_WARNING, text))
        key = (*budget.key, budget.start)
        if key not in self._warned:
            if len(self._warned) >= _MAX_WARNED:
                self._warned.clear()
            self._warned.add(key)
            _log.warning("soft budget reached: %s", text)
