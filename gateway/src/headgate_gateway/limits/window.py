"""What happened in the last minute, by the second. Time is given, never read."""

from __future__ import annotations

from collections import deque

__all__ = ["Window"]


class Window:
    """A sliding window of whole seconds: no span of `length` seconds ever holds more than was let in."""

    __slots__ = ("_length", "_seconds", "total")

    def __init__(self, length: int = 60) -> None:
        self._length = length
        self._seconds: deque[list[int]] = deque()
        self.total = 0

    def _forget(self, now: int) -> None:
        seconds, over = self._seconds, now - self._length - 1
        while seconds and seconds[0][0] <= over:
            self.total -= seconds.popleft()[1]

    def used(self, now: float) -> int:
        """How much lies within the window."""
        self._forget(int(now))
        return self.total

    def add(self, now: float, amount: int) -> int:
        """Count `amount` now; gives the second to name when it is corrected."""
        second = int(now)
        seconds = self._seconds
        if seconds and seconds[-1][0] == second:
            seconds[-1][1] += amount
        else:
            seconds.append([second, amount])
        self.total += amount
        return second

    def correct(self, second: int, amount: int) -> None:
        """Change what was counted in a second, if it is still within the window."""
        for entry in reversed(self._seconds):
            if entry[0] == second:
                amount = max(amount, -entry[1])
                entry[1] += amount
                self.total += amount
                return

    def wait(self, now: float, room: int) -> float:
        """Seconds until no more than `room` is left in the window."""
        self._forget(int(now))
        left = self.total
        if room <= 0 and left > 0:
            return max(self._seconds[-1][0] + self._length + 1 - now, 0.001)
        for second, amount in self._seconds:
            if left <= room:
                break
            left -= amount
            until = second + self._length + 1
            if left <= room:
                return max(until - now, 0.001)
        return 0.001 if left <= room else float(self._length)

    @property
    def empty(self) -> bool:
        return not self._seconds
