"""The rate limiter.

Each bound counts separately. A call enters all of its limits or none; its expected usage counts from its start and is
corrected by its actual usage. A refusal names the limit, its owner, and the time to retry.

A single node counts in memory. Nodes that share a Redis count there (`shared_counters.py`), and each also counts its
own calls in memory, so that it can continue from there while Redis is unavailable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from ..core.clock import Clock
from ..core.principal import Bound
from ..http.request import Headers
from ..redis.errors import RedisUnavailable
from .headers import (
    headers_of,
    refusal,
    unavailable,
)
from .limits import (
    KINDS,
    Kind,
    Limit,
    Place,
    key_of,
    limits_of,
)
from .shared_counters import SharedCounters, SharedPermit
from .window import Window

__all__ = ["RateLimiter", "Permit"]

_MAX_WINDOWS = 50_000
_MAX_PLANS = 8192
_PARALLEL_WAIT = 1.0


class Permit:
    """A call admitted by its limits. `settle` when it has ended; `withdraw` if it was not made."""

    __slots__ = ("_limiter", "headers", "member", "open", "parallel", "requests", "tokens")

    def __init__(self, limiter: RateLimiter) -> None:
        self._limiter = limiter
        self.requests: list[tuple[Window, int]] = []
        self.tokens: list[tuple[Window, int, int]] = []
        self.parallel: list[Place] = []
        self.member: SharedPermit | None = None
        self.headers: Headers = ()
        self.open = True

    def settle(self, tokens: int) -> None:
        """Correct the count to the tokens that a call used, at its end."""
        self._end(tokens, made=True)

    def withdraw(self) -> None:
        """Undo the count of a call that was refused elsewhere."""
        self._end(0, made=False)

    def _end(self, tokens: int, *, made: bool) -> None:
        if not self.open:
            return
        self.open = False
        for window, step, counted in self.tokens:
            window.correct(step, tokens - counted)
        if not made:
            for window, step in self.requests:
                window.correct(step, -1)
        self._limiter.leave(self.parallel)
        if self.member is not None:
            self.member.end(tokens, made=made)


class RateLimiter:
    """The windows and counters of all limited callers.

    `shared` counts them together with other nodes. While Redis is unavailable, `redis_failure_mode` decides: count
    alone (`open`) or refuse (`closed`).
    """

    def __init__(
        self,
        clock: Clock,
        shared: SharedCounters | None = None,
        *,
        redis_failure_mode: Literal["open", "closed"] = "open",
    ) -> None:
        self._clock = clock
        self._windows: dict[tuple[Kind, Place], Window] = {}
        self._running: dict[Place, int] = {}
        self._plans: dict[tuple[int, str], tuple[Sequence[Bound], tuple[Limit, ...]]] = {}
        self._shared = shared
        self._closed = redis_failure_mode == "closed"

    async def keep(self) -> None:
        """Renew the shared leases of the calls that run here, for ever."""
        if self._shared is not None:
            await self._shared.keep()

    async def enter(self, bounds: Sequence[Bound], model: str, tokens: int) -> Permit | None:
        """Admit a call, or raise 429 (503 if its limits cannot be counted). Return None if nothing limits it."""
        if not bounds:
            return None
        limits = self._plan(bounds, model)
        if not limits:
            return None
        if self._shared is None:
            return self._enter_locally(limits, tokens)
        member = self._shared.member(limits, tokens)
        try:
            verdict = await member.enter()
        except RedisUnavailable:
            if self._closed:
                member.forget()
                raise unavailable(limits[0]) from None
            return self._enter_locally(limits, tokens, member)
        headers = headers_of(limits, verdict.used, verdict.over.__getitem__)
        if verdict.refused is not None:
            raise refusal(limits[verdict.refused], verdict.wait, headers)
        return self._admit(limits, tokens, headers, member, self._clock.monotonic())

    def _enter_locally(self, limits: tuple[Limit, ...], tokens: int, member: SharedPermit | None = None) -> Permit:
        now = self._clock.monotonic()
        for limit in limits:
            if limit.kind == "parallel":
                wait = _PARALLEL_WAIT
                exceeded = self._running.get(limit.place, 0) >= limit.most
            else:
                wait = 0.0
                asked = limit.asked(tokens) if limit.kind == "tokens" else 1
                exceeded = limit.window.used(now) + asked > limit.most
                if exceeded:
                    wait = limit.whole if limit.most <= 0 else limit.window.wait(now, limit.most - asked)
            if exceeded:
                if member is not None:
                    member.forget()
                used = [0 if other.kind == "parallel" else other.window.used(now) for other in limits]
                raise refusal(limit, wait, _local_headers(limits, used, now))
        permit = self._admit(limits, tokens, (), member, now)
        permit.headers = _local_headers(limits, [limit.window.total for limit in limits], now)
        return permit

    def _admit(
        self, limits: tuple[Limit, ...], tokens: int, headers: Headers, member: SharedPermit | None, now: float
    ) -> Permit:
        """Count a call in this process."""
        permit = Permit(self)
        permit.headers, permit.member = headers, member
        for limit in limits:
            if limit.kind == "parallel":
                self._running[limit.place] = self._running.get(limit.place, 0) + 1
                permit.parallel.append(limit.place)
                continue
            counted = limit.counted(tokens) if limit.kind == "tokens" else 1
            step = limit.window.add(now, counted)
            if limit.kind == "tokens":
                permit.tokens.append((limit.window, step, counted))
            else:
                permit.requests.append((limit.window, step))
        if member is not None:
            member.begin()
        return permit

    def leave(self, places: Iterable[Place]) -> None:
        """Decrement the number of concurrent calls."""
        for place in places:
            left = self._running.get(place, 1) - 1
            if left > 0:
                self._running[place] = left
            else:
                self._running.pop(place, None)

    def _plan(self, bounds: Sequence[Bound], model: str) -> tuple[Limit, ...]:
        cached = self._plans.get((id(bounds), model))
        if cached is not None and cached[0] is bounds:
            return cached[1]
        strictest: dict[tuple[Kind, Place], Limit] = {}
        for kind, place, name, most in (limit for bound in bounds for limit in limits_of(bound, model)):
            known = strictest.get((kind, place))
            if known is None or most < known.most:
                strictest[kind, place] = Limit(kind, place, name, most, self._window(kind, place), key_of(kind, place))
        limits = tuple(strictest.values())
        if len(self._plans) >= _MAX_PLANS:
            self._plans.clear()
        self._plans[id(bounds), model] = (bounds, limits)
        return limits

    def _window(self, kind: Kind, place: Place) -> Window:
        window = self._windows.get((kind, place))
        if window is None:
            if len(self._windows) >= _MAX_WINDOWS:
                self._forget()
            window = Window(KINDS[kind].length, KINDS[kind].grain)
            if kind != "parallel":
                self._windows[kind, place] = window
        return window

    def _forget(self) -> None:
        """Drop empty windows. Plans hold theirs, so they are built anew."""
        now = self._clock.monotonic()
        self._plans.clear()
        for place in [place for place, window in self._windows.items() if not window.used(now)]:
            del self._windows[place]


def _local_headers(limits: tuple[Limit, ...], used: list[int], now: float) -> Headers:
    return headers_of(limits, used, lambda at: limits[at].window.reset(now))
