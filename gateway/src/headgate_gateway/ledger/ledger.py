"""The ledger: what a call may cost is reserved before it runs and settled, once, in the transaction of its end."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..clock import Clock
from ..errors import ApiError
from ..http import Call
from ..limits.pace import Pace, Pass
from ..platform.core import Platform
from ..platform.principal import Bound, Principal
from ..prices import PriceBook
from ..storage import Database
from . import sql
from .credits import Credits, Terms
from .estimate import Estimate, estimate
from .holds import Hold, Holds, Refused
from .lines import Line, lines_of
from .money import nano_of_pico
from .record import charged_of, owners_of, row_of, tags_of
from .refusals import refused, unpriced, warning_of
from .settings import LedgerSettings
from .sums import Sums
from .usage import UsageLog, tokens_of

if TYPE_CHECKING:
    from ..once.run import Run

__all__ = ["Ledger", "Ticket"]

_log = logging.getLogger("headgate_gateway.ledger")
_MOST_PLANS = 8192
_MOST_HELD = 1 << 53
_KEPT_WINDOWS = 90 * 86400.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a caller's calls of one model count against, until one of its windows ends."""

    caller: Principal
    lines: tuple[Line, ...]
    bounds: Sequence[Bound]
    terms: Terms | None
    until: float

    @property
    def free(self) -> bool:
        return not self.lines and not self.bounds


class Ticket:
    """One call's way through the ledger: what it holds, and whether that is settled."""

    __slots__ = (
        "attempt",
        "call_id",
        "caller",
        "entered",
        "headers",
        "hold",
        "model",
        "plan",
        "settled",
        "started_at",
        "tags",
    )

    def __init__(self, caller: Principal, model: str, plan: Plan, started_at: float, tags: tuple[str, ...]) -> None:
        self.caller = caller
        self.model = model
        self.plan = plan
        self.started_at = started_at
        self.tags = tags
        self.entered: Pass | None = None
        self.hold: Hold | None = None
        self.headers: tuple[tuple[str, str], ...] = ()
        self.call_id = ""
        self.attempt = 1
        self.settled = False


class Ledger:
    """Reserve, settle, sweep."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: LedgerSettings,
        prices: PriceBook,
        platform: Platform,
        new_id: Callable[[str], str],
    ) -> None:
        self.settings = settings
        self.usage = UsageLog(db)
        self.sums = Sums(db, self.usage, platform, clock)
        self.credits = Credits(db, settings.credits)
        self.pace = Pace(clock)
        self._db = db
        self._clock = clock
        self._prices = prices
        self._platform = platform
        self._holds = Holds(db, self.usage, new_id("node_"), self.sums.summed)
        self._plans: dict[tuple[int, str, tuple[str, ...]], Plan] = {}
        self._warned: set[tuple[str, str, str, float]] = set()
        platform.spending = self.sums
        platform.on_change(lambda change: self._plans.clear())

    # -- a call begins

    def enter(self, call: Call, kind: str, model: str, candidates: Sequence[tuple[str, str]]) -> Ticket:
        """Let in a call that these (provider, price name) may serve; raises 402, 403 or 429, naming the limit."""
        now = self._clock.time()
        caller = call.caller
        plan = self._plan(caller, model, candidates, now)
        ticket = Ticket(caller, model, plan, now, tags_of(call))
        if plan.free:
            return ticket
        size = len(call.raw) or sum(upload.size for upload in call.files)
        expected = estimate(kind, call.data, size, self.settings.default_output_tokens)
        tokens = expected.input + (expected.output if expected.declared else 0)
        ticket.entered = self.pace.enter(plan.bounds, model, tokens)
        if ticket.entered is not None:
            ticket.headers = ticket.entered.headers
        if plan.lines:
            try:
                self._reserve(ticket, expected, candidates, now)
            except ApiError:
                if ticket.entered is not None:
                    ticket.entered.withdraw()
                raise
        return ticket

    def begun(self, ticket: Ticket, run: Run) -> None:
        """The call that a ticket is for has begun."""
        run.ticket = ticket
        run.marks.update(ticket.headers)
        ticket.call_id, ticket.attempt = run.record.id, run.record.attempts
        if ticket.hold is not None:
            ticket.hold.call_id = run.record.id

    def _plan(self, caller: Principal, model: str, candidates: Sequence[tuple[str, str]], now: float) -> Plan:
        providers = tuple(sorted({provider for provider, _ in candidates}))
        place = (id(caller), model, providers)
        plan = self._plans.get(place)
        if plan is not None and plan.caller is caller and now < plan.until:
            return plan
        lines = lines_of(caller.bounds, model, providers, self.settings, now)
        terms = self.credits.terms(caller, model, now) if self.credits.used else None
        bounds: Sequence[Bound] = caller.bounds
        if terms is not None:
            lines = tuple(sorted((*lines, terms.line), key=lambda line: line.place))
            bounds = (*bounds, *_pace_of(terms))
        until = min((line.until for line in lines), default=math.inf)
        plan = Plan(caller, lines, bounds, terms, until)
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        self._plans[place] = plan
        return plan

    def _reserve(self, ticket: Ticket, expected: Estimate, candidates: Sequence[tuple[str, str]], now: float) -> None:
        plan = ticket.plan
        amount = self._price(ticket, expected, candidates)
        credits = plan.terms.price(amount) if plan.terms is not None else 0
        lines = self._with_room(plan.lines, amount, len(candidates))
        hold = self._holds.reserve(lines, amount, credits, now + self.settings.lease_seconds)
        if isinstance(hold, Refused):
            raise refused(hold)
        ticket.hold = hold
        for line in hold.warned:
            self._warn(ticket, line)

    def _with_room(self, lines: tuple[Line, ...], amount: int, candidates: int) -> tuple[Line, ...]:
        """The lines to hold: where several providers may serve, those of exhausted ones hinder only if all are."""
        own = [line for line in lines if line.scope == "provider"]
        if candidates < 2 or len(own) < 2:
            return lines
        left = [line for line in own if sum(self._holds.standing(line)) + amount <= line.limit]
        closed = [line for line in own if line not in left]
        return tuple(line for line in lines if line not in closed) if left else lines

    def open_to(self, provider: str) -> bool:
        """Whether a provider's own budget has anything left; routing may walk around one that has not."""
        budget = self.settings.providers.get(provider)
        if budget is None or budget.max_budget is None:
            return True
        (line,) = lines_of((), "", (provider,), self.settings, self._clock.time())
        return sum(self._holds.standing(line)) < line.limit

    def _price(self, ticket: Ticket, expected: Estimate, candidates: Sequence[tuple[str, str]]) -> int:
        """The most that the call may cost, at the dearest of those who may serve it."""
        most = 0
        for provider, name in candidates:
            unit = self._prices.unit(provider, name)
            if unit is None:
                if provider != "offline" and self.settings.unpriced == "refuse":
                    raise unpriced(name, ticket.plan.lines[0].name)
                continue
            pico = expected.input * max(unit.input, unit.cache_write) + expected.output * unit.output
            most = max(most, pico)
        return min(nano_of_pico(most), _MOST_HELD)

    def _warn(self, ticket: Ticket, line: Line) -> None:
        spent, _ = self._holds.standing(line)
        text = warning_of(line, spent)
        ticket.headers = (*ticket.headers, ("x-headgate-budget-warning", text))
        place = (*line.place, line.start)
        if place not in self._warned:
            self._warned.add(place)
            _log.warning("soft budget reached: %s", text)

    # -- a call ends

    def settle(self, run: Run) -> None:
        """Book what a call used, in the transaction of its record. A second time changes nothing."""
        ticket, record = run.ticket, run.record
        if ticket is None or ticket.settled:
            return
        ticket.settled = True
        if record.status == "interrupted" and record.provider == "offline" and record.key is not None:
            # It is taken up again from its log after the start, and is paid then.
            self._release(ticket)
            return
        tokens = tokens_of(record.usage)
        # What an upstream tells of its usage is not believed below nothing.
        cost = min(max(record.cost_nano or 0, 0), _MOST_HELD)
        terms = ticket.plan.terms
        credits = terms.price(cost) if terms is not None else 0
        owners = owners_of(ticket.caller)
        if ticket.hold is not None:
            self._holds.settle(ticket.hold, cost, credits, provider=record.provider)
        booked = (*owners, ("model", ticket.model), ("provider", record.provider))
        self._holds.book(booked, ticket.model, ticket.hold, ticket.started_at, cost)
        row = row_of(ticket, run, tokens, cost, credits)
        if terms is not None and credits:
            self.credits.debit(terms, row[0], credits, record.finished_at or ticket.started_at)
        self.usage.add(row, cost, ticket.model, owners, charged_of(ticket.caller), ticket.tags)
        if ticket.entered is not None:
            ticket.entered.settle(tokens.total)

    def abandon(self, ticket: Ticket) -> None:
        """The call was never begun."""
        if not ticket.settled:
            ticket.settled = True
            self._release(ticket)

    def _release(self, ticket: Ticket) -> None:
        if ticket.hold is not None:
            self._holds.release(ticket.hold)
        if ticket.entered is not None:
            ticket.entered.withdraw()

    def standing(self, line: Line) -> tuple[int, int]:
        """What of a line is spent and held."""
        return self._holds.standing(line)

    def forget(self) -> None:
        """Read what stands in the database anew."""
        self._holds.forget()

    # -- leases

    def recover(self) -> int:
        """At the start: book what calls of a dead process had sent, and give back all that it held."""
        from .recovery import book_interrupted

        book_interrupted(self._db, self._clock, self._prices, self._platform, self.usage, self._holds)
        return self._holds.sweep(self._clock.time(), others=True)

    def sweep(self) -> int:
        """Renew what lives, give back what is over its lease, forget windows that ended long ago."""
        now = self._clock.time()
        self._holds.renew(now + self.settings.lease_seconds)
        self._db.write(sql.SWEEP_WINDOWS, (now - _KEPT_WINDOWS,))
        return self._holds.sweep(now)

    @property
    def sweep_seconds(self) -> float:
        return max(0.5, self.settings.lease_seconds / 3)


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
    )
    return () if bound.limits_nothing else (bound,)
