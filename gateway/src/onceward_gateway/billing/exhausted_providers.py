"""Providers whose own budget is exhausted: a call is routed around them if another provider can serve it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..core.clock import Clock
from .budget_windows import BudgetWindow
from .estimate import Candidate
from .reservations import Refused

__all__ = ["ExhaustedProviders"]

_SECONDS = 5.0
_LITTLE = 20


class ExhaustedProviders:
    """The providers for which reservations failed.

    A provider with almost nothing left is closed to all calls for some seconds only, because budgets renew and
    reservations are released. One with too little left for an expensive call is closed to that call alone.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._of_call: dict[str, set[str]] = {}

    def open_to(self, provider: str, call_id: str = "") -> bool:
        """Return whether the provider is not known to have too little budget left."""
        if not self._until and not self._of_call:
            return True
        return self._clock.monotonic() >= self._until.get(provider, 0.0) and provider not in self._of(call_id)

    def _of(self, call_id: str) -> Collection[str]:
        return self._of_call.get(call_id, ())

    def without(self, budgets: tuple[BudgetWindow, ...], candidates: Sequence[Candidate]) -> tuple[BudgetWindow, ...]:
        """Return the windows to reserve from: without those of closed providers, if others can serve the call."""
        if not self._until:
            return budgets
        closed = [budget.id for budget in budgets if budget.scope == "provider" and not self.open_to(budget.id)]
        if not closed or not _others(candidates, closed):
            return budgets
        return tuple(budget for budget in budgets if budget.scope != "provider" or budget.id not in closed)

    def close(
        self, refused: Refused, call_id: str, budgets: tuple[BudgetWindow, ...], candidates: Sequence[Candidate]
    ) -> tuple[BudgetWindow, ...] | None:
        """Return the windows without the refused one, if it is a provider's and another can serve; otherwise None."""
        budget = refused.budget
        if budget.scope != "provider":
            return None
        if (budget.limit - refused.spent - refused.held) * _LITTLE <= budget.limit:
            self._until[budget.id] = self._clock.monotonic() + _SECONDS
        own = {*self._of(call_id), budget.id}
        closed = [candidate[0] for candidate in candidates if not self.open_to(candidate[0]) or candidate[0] in own]
        if not _others(candidates, closed):
            self.forget(call_id)
            return None
        self._of_call[call_id] = own
        return tuple(one for one in budgets if one is not budget)

    def forget(self, call_id: str) -> None:
        """Drop the state of a call that has ended or was never made."""
        self._of_call.pop(call_id, None)


def _others(candidates: Sequence[Candidate], closed: Sequence[str]) -> bool:
    return any(candidate[0] not in closed for candidate in candidates)
