"""Time and randomness that a test controls: pass them to the client as ``clock=`` and ``random=``."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence

__all__ = ["FixedRandom", "ManualClock"]


class _Sleeper:
    def __init__(self, until: float, future: asyncio.Future[None] | None) -> None:
        self.until = until
        self.future = future


class ManualClock:
    """A clock that only moves when it is advanced.

    ``advance`` wakes the sleepers that are due, in threads and in event loops. With ``auto=True`` the clock advances
    itself:
    a sleep takes no time and moves the clock, which suits a test that only checks *how long* was slept. ``start`` is
    the first value of `monotonic`, ``date`` that of `time`.
    """

    def __init__(self, start: float = 0.0, *, date: float = 1_750_000_000.0, auto: bool = False) -> None:
        self._now = start
        self._date = date - start
        self._auto = auto
        self._turned = threading.Condition()
        self._sleepers: list[_Sleeper] = []
        self._slept: list[float] = []

    def monotonic(self) -> float:
        """Return the seconds that the clock shows."""
        return self._now

    def time(self) -> float:
        """Return the date that the clock shows, in seconds since 1970."""
        return self._now + self._date

    def sleep(self, seconds: float, /) -> None:
        """Sleep in this thread until the clock has advanced by ``seconds``."""
        with self._turned:
            self._slept.append(seconds)
            if self._passes(seconds):
                return
            sleeper = self._add(seconds, None)
            try:
                while self._now < sleeper.until:
                    self._turned.wait()
            finally:
                self._sleepers.remove(sleeper)

    async def asleep(self, seconds: float, /) -> None:
        """Sleep in this task until the clock has advanced by ``seconds``."""
        with self._turned:
            self._slept.append(seconds)
            if self._passes(seconds):
                sleeper = None
            else:
                sleeper = self._add(seconds, asyncio.get_running_loop().create_future())
        if sleeper is None or sleeper.future is None:
            await asyncio.sleep(0)
            return
        try:
            await sleeper.future
        finally:
            with self._turned:
                self._sleepers.remove(sleeper)

    def _passes(self, seconds: float) -> bool:
        if self._auto and seconds > 0:
            self._turn(seconds)
        return self._auto or seconds <= 0

    def _add(self, seconds: float, future: asyncio.Future[None] | None) -> _Sleeper:
        sleeper = _Sleeper(self._now + seconds, future)
        self._sleepers.append(sleeper)
        self._turned.notify_all()
        return sleeper

    def advance(self, seconds: float) -> None:
        """Advance the clock by so many seconds and wake the sleepers that are due."""
        if seconds < 0:
            raise ValueError(f"`seconds` is {seconds!r}; time cannot go backwards")
        with self._turned:
            self._turn(seconds)

    def advance_to_next(self) -> float:
        """Advance the clock to the first sleeper that is due. Return the seconds that took."""
        with self._turned:
            if not self._sleepers:
                raise RuntimeError("there is no sleeper on this clock; wait for one with `wait_for_sleepers`")
            seconds = max(0.0, min(sleeper.until for sleeper in self._sleepers) - self._now)
            self._turn(seconds)
        return seconds

    def _turn(self, seconds: float) -> None:
        self._now += seconds
        for sleeper in self._sleepers:
            if sleeper.future is not None and sleeper.until <= self._now:
                sleeper.future.get_loop().call_soon_threadsafe(_wake, sleeper.future)
        self._turned.notify_all()

    @property
    def waiting(self) -> list[float]:
        """The seconds left for each current sleeper, shortest first."""
        with self._turned:
            return sorted(sleeper.until - self._now for sleeper in self._sleepers)

    @property
    def slept(self) -> list[float]:
        """The duration of every sleep requested, in order."""
        with self._turned:
            return list(self._slept)

    def wait_for_sleepers(self, count: int = 1, *, within: float = 5.0) -> None:
        """Wait, in real time, for a number of sleepers; for code under test that runs in another thread."""
        end = time.monotonic() + within
        with self._turned:
            while len(self._sleepers) < count:
                left = end - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"{len(self._sleepers)} of {count} sleep on this clock after {within:g} s")
                self._turned.wait(left)

    async def await_sleepers(self, count: int = 1, *, within: float = 5.0) -> None:
        """Wait for a number of sleepers; for code under test that runs in other tasks of this event loop."""
        end = time.monotonic() + within
        while len(self._sleepers) < count:
            if time.monotonic() > end:
                raise TimeoutError(f"{len(self._sleepers)} of {count} sleep on this clock after {within:g} s")
            await asyncio.sleep(0.001)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class FixedRandom:
    """A source of fixed values: ``random()`` returns them in turn, over and over. 1.0 makes jitter the longest."""

    def __init__(self, values: Sequence[float] = (0.5,)) -> None:
        if not values:
            raise ValueError("`values` is empty; give at least one number between 0 and 1")
        self._values = tuple(values)
        self._given = 0

    def random(self) -> float:
        """Return the next value."""
        value = self._values[self._given % len(self._values)]
        self._given += 1
        return value
