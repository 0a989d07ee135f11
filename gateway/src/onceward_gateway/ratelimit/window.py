"""Sliding windows over whole steps of time. The time is an argument, never read from a clock."""

from __future__ import annotations

from collections import deque

__all__ = ["Window"]

_LEAST_WAIT = 0.001


class Window:
    """A sliding window of `length` steps of `grain` seconds: no such span ever holds more than was admitted."""

    __slots__ = ("_steps", "grain", "length", "total")

    def __init__(self, length: int = 60, grain: int = 1) -> None:
        self.length = length
        self.grain = grain
        self._steps: deque[list[int]] = deque()
        self.total = 0

    def _forget(self, now: float) -> None:
        steps, over = self._steps, int(now // self.grain) - self.length - 1
        while steps and steps[0][0] <= over:
            self.total -= steps.popleft()[1]

    def used(self, now: float) -> int:
        """Return the amount within the window."""
        steps = self._steps
        if steps and steps[0][0] < int(now // self.grain) - self.length:
            self._forget(now)
        return self.total

    def add(self, now: float, amount: int) -> int:
        """Count `amount` now, and return the step to name in a correction."""
        step, steps = int(now // self.grain), self._steps
        if steps and steps[0][0] < step - self.length:
            self._forget(now)
        if steps and steps[-1][0] == step:
            steps[-1][1] += amount
        else:
            steps.append([step, amount])
        self.total += amount
        return step

    def correct(self, step: int, amount: int) -> None:
        """Change what was counted in a step, if it is still within the window."""
        for entry in reversed(self._steps):
            if entry[0] == step:
                amount = max(amount, -entry[1])
                entry[1] += amount
                self.total += amount
                return

    def reset(self, now: float) -> float:
        """Return the seconds until nothing that is counted now is left in the window, if anything is."""
        return self._over(self._steps[-1][0], now) if self.total > 0 else _LEAST_WAIT

    def wait(self, now: float, room: int) -> float:
        """Return the seconds until no more than `room` is left in the window."""
        self._forget(now)
        left = self.total
        if room <= 0 and left > 0:
            return self.reset(now)
        for step, amount in self._steps:
            if left <= room:
                break
            left -= amount
            if left <= room:
                return self._over(step, now)
        return _LEAST_WAIT if left <= room else float(self.length * self.grain)

    def _over(self, step: int, now: float) -> float:
        """Return the seconds until a step has left the window."""
        return max((step + self.length + 1) * self.grain - now, _LEAST_WAIT)

    @property
    def empty(self) -> bool:
        """Return True if nothing is counted in the window any more."""
        return not self._steps
