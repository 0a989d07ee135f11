"""Budget windows: the budgets that a call counts against, in the fixed order in which they are reserved from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..config.billing import FixedBudget, LedgerSettings
from ..core.durations import window
from ..core.model_names import matches
from ..core.principal import Bound

__all__ = [
    "CREDITS",
    "BudgetWindow",
    "BudgetKey",
    "UNBOUNDED",
    "Window",
    "credit_budget",
    "fixed_budget",
    "budgets_of",
    "row_of_window",
    "window_of",
]

UNBOUNDED = 1 << 62
CREDITS = "credits"
BudgetKey = tuple[str, str, str]
# Scope, id, model and start: the primary key of a window.
Window = tuple[str, str, str, float]


@dataclass(frozen=True, slots=True)
class BudgetWindow:
    """One budget in one of its windows. `limit` is in nano-USD; for the scope `credits`, in thousandths of a credit."""

    scope: str
    id: str
    model: str
    name: str
    limit: int
    soft: int | None
    start: float
    end: float | None
    until: float
    window: Window = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "window", (self.scope, self.id, self.model, self.start))

    @property
    def key(self) -> BudgetKey:
        """Return the part of the window's name that is the same in every period."""
        return self.scope, self.id, self.model


def row_of_window(window: Window) -> tuple[str, ...]:
    """Return the lock name of a window. A transaction changes several windows in the order of these names."""
    return "budget_window", *window[:3], f"{window[3]:020.3f}"


def budgets_of(
    bounds: Sequence[Bound], model: str, providers: Iterable[str], settings: LedgerSettings, now: float
) -> tuple[BudgetWindow, ...]:
    """Return the budget windows that a call of `model` counts against, sorted."""
    found: list[BudgetWindow] = []
    for bound in bounds:
        if bound.max_budget is not None or bound.soft_budget is not None:
            found.append(_bound_budget(bound, now))
        for pattern, own in bound.model_max_budget.items():
            if own.max_budget is not None and matches(pattern, model):
                start, end = window_of(own.budget_duration, bound.budget_anchor, now)
                name = f"{bound.name} for the model {pattern!r}"
                key = (bound.scope, bound.id, pattern)
                found.append(BudgetWindow(*key, name, own.max_budget, None, start, end, _end(end)))
    fixed = settings.models.get(model)
    if fixed is not None:
        found.append(fixed_budget("model", fixed, now))
    found += [
        fixed_budget("provider", settings.providers[name], now) for name in providers if name in settings.providers
    ]
    found.sort(key=lambda budget: budget.key)
    return tuple(found)


def credit_budget(account: str, title: str, limit: int, start: float, end: float | None) -> BudgetWindow:
    """Return the budget window of an account's credits."""
    return BudgetWindow(CREDITS, account, "", title, limit, None, start, end, _end(end))


def _bound_budget(bound: Bound, now: float) -> BudgetWindow:
    start, end = window_of(bound.budget_duration, bound.budget_anchor, now)
    limit = bound.max_budget_at(now)
    until = _end(end)
    if bound.temp_increase and now < bound.temp_until:
        until = min(until, bound.temp_until)
    most = UNBOUNDED if limit is None else limit
    return BudgetWindow(bound.scope, bound.id, "", bound.name, most, bound.soft_budget, start, end, until)


def fixed_budget(scope: str, budget: FixedBudget, now: float) -> BudgetWindow:
    """Return the window of a budget for all callers: of a model, a provider or a deployment."""
    start, end = window_of(budget.budget_duration, 0.0, now)
    limit = UNBOUNDED if budget.max_budget is None else budget.max_budget
    title = f"{scope} {budget.name!r}"
    return BudgetWindow(scope, budget.name, "", title, limit, budget.soft_budget, start, end, _end(end))


def window_of(duration: str | None, anchor: float, now: float) -> tuple[float, float | None]:
    """Return the start and the end of a budget's window at a time."""
    # A budget that never renews counts all spend since the beginning.
    return (0.0, None) if duration is None else window(duration, anchor, now)


def _end(end: float | None) -> float:
    return math.inf if end is None else end
