"""Providers whose own budget is spent: where another may serve, a call goes there instead of being refused."""

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
    """What reservations met with.

    A provider that has as good as nothing left is closed to all for some seconds: budgets renew, and are given back
    to. One that has too little left for a dear call is closed to that call alone.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._of_call: dict[str, set[str]] = {}

    def open_to(self, provider: str, call_id: str = "") -> bool:
        """Whether nothing says that the provider's budget has too little left."""
        if not self._until and not self._of_call:
            return True
        return self._clock.monotonic() >= self._until.get(provider, 0.0) and provider not in self._of(call_id)

    def _of(self, call_id: str) -> Collection[str]:
        return self._of_call.get(call_id, ())

    def without(self, lines: tuple[BudgetWindow, ...], candidates: Sequence[Candidate]) -> tuple[BudgetWindow, ...]:
        """The lines to hold: not those of providers that are closed to all, if others may serve."""
        if not self._until:
            return lines
        closed = [line.id for line in lines if line.scope == "provider" and not self.open_to(line.id)]
        if not closed or not _others(candidates, closed):
            return lines
        return tuple(line for line in lines if line.scope != "provider" or line.id not in closed)

    def close(
        self, refused: Refused, call_id: str, lines: tuple[BudgetWindow, ...], candidates: Sequence[Candidate]
    ) -> tuple[BudgetWindow, ...] | None:
        """The lines without the one that was refused, if it is a provider's and another may serve; else None."""
        line = refused.line
        if line.scope != "provider":
            return None
        if (line.limit - refused.spent - refused.held) * _LITTLE <= line.limit:
            self._until[line.id] = self._clock.monotonic() + _SECONDS
        own = {*self._of(call_id), line.id}
        closed = [candidate[0] for candidate in candidates if not self.open_to(candidate[0]) or candidate[0] in own]
        if not _others(candidates, closed):
            self.forget(call_id)
            return None
        self._of_call[call_id] = own
        return tuple(one for one in lines if one is not line)

    def forget(self, call_id: str) -> None:
        """The call has ended, or was never made."""
        self._of_call.pop(call_id, None)


def _others(candidates: Sequence[Candidate], closed: Sequence[str]) -> bool:
    return any(candidate[0] not in closed for candidate in candidates)
