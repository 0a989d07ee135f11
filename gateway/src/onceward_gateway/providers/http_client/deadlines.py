"""Deadlines of all connections, compared by one timer."""

from __future__ import annotations

import asyncio
import math
from typing import Protocol

__all__ = ["Deadlines", "Timed"]

# The timer runs at most so often, and seldomer where there are many connections.
_SHORTEST = 0.02
_PER_CONNECTION = 0.0001


class Timed(Protocol):
    """An object with a deadline."""

    closed: bool

    def due(self) -> float:
        """Return the time at which the deadline may have come."""
        ...

    def expire(self, now: float) -> None:
        """Act on a deadline that has come."""
        ...


class Deadlines:
    """One timer for many deadlines. Compare a new deadline with `at`, and `arm` only if it is earlier."""

    def __init__(self) -> None:
        self.at = math.inf
        self._timed: set[Timed] = set()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, timed: Timed) -> None:
        """Watch a deadline."""
        self._timed.add(timed)
        self.arm(timed.due())

    def remove(self, timed: Timed) -> None:
        """Forget a deadline."""
        self._timed.discard(timed)
        if not self._timed:
            self.stop()

    def arm(self, due: float) -> None:
        """Look at all deadlines at this time at the latest."""
        if due < self.at:
            if self._timer is not None:
                self._timer.cancel()
            self.at = due
            self._timer = asyncio.get_running_loop().call_at(due, self._look)

    def stop(self) -> None:
        """Stop the timer."""
        self.at = math.inf
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        now = asyncio.get_running_loop().time()
        self.stop()
        following = math.inf
        for timed in list(self._timed):
            if timed.closed:
                continue
            if timed.due() <= now:
                timed.expire(now)
            if not timed.closed:
                following = min(following, timed.due())
        if following < math.inf:
            self.arm(max(following, now + max(_SHORTEST, _PER_CONNECTION * len(self._timed))))
