"""Plans: the budgets and limits that apply to a caller's calls of a model, computed once and cached."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..config.billing import LedgerSettings
from ..core.principal import Bound, Principal
from ..identity.directory import Directory
from .budget_windows import budgets_of
from .credits import Credits, Terms
from .estimate import Candidate
from .ticket import Plan
from .usage_records import charged_of, owners_of

__all__ = ["Plans"]

_MAX_PLANS = 8192


class Plans:
    """The plans of callers, until a window ends or a record that they depend on changes."""

    def __init__(self, settings: LedgerSettings, credits: Credits, directory: Directory) -> None:
        self._settings = settings
        self._credits = credits
        self._plans: dict[tuple[int, str, tuple[str, ...]], Plan] = {}
        directory.subscribe(lambda change: self._plans.clear())

    async def plan(self, caller: Principal, model: str, candidates: Sequence[Candidate], now: float) -> Plan:
        """Return the plan of a call that the candidates may serve; raise 403 if the caller's tier excludes it."""
        providers = _providers(candidates)
        key = (id(caller), model, providers)
        plan = self._plans.get(key)
        if plan is not None and plan.caller is caller and now < plan.until:
            return plan
        budgets = budgets_of(caller.bounds, model, providers, self._settings, now)
        terms = await self._credits.terms(caller, model, now) if self._credits.used else None
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
