"""Providers whose own budget is spent: where another may serve, a call goes there instead of being refused."""

from __future__ import annotations

from collections.abc import Sequence

from ..clock import Clock
from .estimate import Candidate
from .lines import Line

__all__ = ["ClosedProviders"]

_SECONDS = 5.0


class ClosedProviders:
    """What the last reservations met with. It is forgotten after some seconds: budgets renew and are given back to."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def open_to(self, provider: str) -> bool:
        """Whether nothing says that the provider's budget is spent."""
        until = self._until.get(provider)
        return until is None or self._clock.monotonic() >= until

    def without(self, lines: tuple[Line, ...], candidates: Sequence[Candidate]) -> tuple[Line, ...]:
        """The lines to hold: not those of closed providers, if others may serve."""
        if not self._until:
            return lines
        closed = [line.id for line in lines if line.scope == "provider" and not self.open_to(line.id)]
        if not closed or not _others(candidates, closed):
            return lines
        return tuple(line for line in lines if line.scope != "provider" or line.id not in closed)

    def close(self, line: Line, lines: tuple[Line, ...], candidates: Sequence[Candidate]) -> tuple[Line, ...] | None:
        """The lines without one that was refused, if it is a provider's and another provider may serve; else None."""
        if line.scope != "provider":
            return None
        self._until[line.id] = self._clock.monotonic() + _SECONDS
        closed = [name for name, _, _ in candidates if not self.open_to(name)]
        if not _others(candidates, closed):
            return None
        return tuple(one for one in lines if one is not line)


def _others(candidates: Sequence[Candidate], closed: Sequence[str]) -> bool:
    return any(candidate[0] not in closed for candidate in candidates)
