"""The limits of a caller's pace, of one process.

Each bound counts by itself. A call enters all of its limits or none; what it was expected to use counts from its start
and is corrected by what it used. A refusal names the limit, whose it is, and when to come again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..clock import Clock
from ..errors import ApiError
from ..platform.principal import Bound, matches
from .window import Window

__all__ = ["Pace", "Pass"]

Kind = Literal["requests", "tokens", "parallel"]
_SAYS = {"requests": "requests a minute", "tokens": "tokens a minute", "parallel": "calls at the same time"}
_CODES = {
    "requests": "requests_per_minute_exceeded",
    "tokens": "tokens_per_minute_exceeded",
    "parallel": "parallelrequests_exceeded",
}
_FIELDS = {"requests": "rpm_limit", "tokens": "tpm_limit", "parallel": "max_parallel_requests"}
_MOST_WINDOWS = 50_000
_MOST_PLANS = 8192
Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Limit:
    """One limit: of what, whose, how much."""

    kind: Kind
    place: Place
    name: str
    most: int
    window: Window


class Pass:
    """A call's way in. `settle` when it has ended; `withdraw` if it was not made."""

    __slots__ = ("_pace", "amount", "headers", "open", "parallel", "requests", "tokens")

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.requests: list[tuple[Window, int]] = []
        self.tokens: list[tuple[Window, int, int]] = []
        self.parallel: list[Place] = []
        self.amount = 0
        self.headers: tuple[tuple[str, str], ...] = ()
        self.open = True

    def settle(self, tokens: int) -> None:
        """The call has ended and used this many tokens."""
        if self.open:
            self.open = False
            for window, second, counted in self.tokens:
                window.correct(second, tokens - counted)
            self._pace.leave(self.parallel)

    def withdraw(self) -> None:
        """The call was refused elsewhere: it counts for nothing."""
        if self.open:
            self.settle(0)
            for window, second in self.requests:
                window.correct(second, -1)


class Pace:
    """The windows and counters of all who are limited."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[tuple[Kind, Place], Window] = {}
        self._running: dict[Place, int] = {}
        self._plans: dict[tuple[int, str], tuple[Sequence[Bound], tuple[_Limit, ...]]] = {}

    async def enter(self, bounds: Sequence[Bound], model: str, tokens: int) -> Pass | None:
        """Let a call in, or raise 429. None where nothing limits it."""
        if not bounds:
            return None
        limits = self._plan(bounds, model)
        if not limits:
            return None
        now = self._clock.monotonic()
        running = self._running
        for limit in limits:
            kind, most = limit.kind, limit.most
            if kind == "parallel":
                if running.get(limit.place, 0) >= most:
                    raise self._refusal(limit, 1.0, limits, now)
                continue
            amount = 1 if kind == "requests" or tokens < 1 else min(tokens, most)
            if limit.window.used(now) + amount > most:
                wait = 60.0 if most <= 0 else limit.window.wait(now, most - amount)
                raise self._refusal(limit, wait, limits, now)
        entered = Pass(self)
        for limit in limits:
            kind = limit.kind
            if kind == "requests":
                entered.requests.append((limit.window, limit.window.add(now, 1)))
            elif kind == "tokens":
                counted = min(tokens, limit.most)
                entered.tokens.append((limit.window, limit.window.add(now, counted), counted))
            else:
                running[limit.place] = running.get(limit.place, 0) + 1
                entered.parallel.append(limit.place)
        entered.headers = _headers(limits, now)
        return entered

    def leave(self, places: Iterable[Place]) -> None:
        """Calls at the same time: one less."""
        for place in places:
            left = self._running.get(place, 1) - 1
            if left > 0:
                self._running[place] = left
            else:
                self._running.pop(place, None)

    def _plan(self, bounds: Sequence[Bound], model: str) -> tuple[_Limit, ...]:
        found = self._plans.get((id(bounds), model))
        if found is not None and found[0] is bounds:
            return found[1]
        least: dict[tuple[Kind, Place], _Limit] = {}
        for kind, place, name, most in (limit for bound in bounds for limit in _limits_of(bound, model)):
            known = least.get((kind, place))
            if known is None or most < known.most:
                least[kind, place] = _Limit(kind, place, name, most, self._window(kind, place))
        limits = tuple(least.values())
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        self._plans[id(bounds), model] = (bounds, limits)
        return limits

    def _window(self, kind: Kind, place: Place) -> Window:
        window = self._windows.get((kind, place))
        if window is None:
            if len(self._windows) >= _MOST_WINDOWS:
                self._forget()
            window = self._windows[kind, place] = Window()
        return window

    def _forget(self) -> None:
        """Drop the windows that nothing is in. Plans hold theirs, so they are made anew."""
        now = self._clock.monotonic()
        self._plans.clear()
        for place in [place for place, window in self._windows.items() if not window.used(now)]:
            del self._windows[place]

    def _refusal(self, limit: _Limit, wait: float, limits: tuple[_Limit, ...], now: float) -> ApiError:
        of = f"the {limit.name}" + (f" for the model {limit.place[2]!r}" if limit.place[2] else "")
        when = (
            "Wait until one of its calls has ended."
            if limit.kind == "parallel"
            else f"Wait {wait:.1f} s before the next call."
        )
        return ApiError(
            429,
            f"{of[0].upper()}{of[1:]} is limited to {limit.most} {_SAYS[limit.kind]}, and that is reached. {when}",
            code=_CODES[limit.kind],
            retry_after=wait,
            headers=_headers(limits, now),
            limit=_FIELDS[limit.kind],
            limit_scope=limit.place[0],
            limit_id=limit.place[1],
            limit_model=limit.place[2] or None,
            limit_value=limit.most,
        )


def _headers(limits: tuple[_Limit, ...], now: float) -> tuple[tuple[str, str], ...]:
    """What is left, of the limit that is nearest, for requests and for tokens."""
    headers: tuple[tuple[str, str], ...] = ()
    for kind in ("requests", "tokens"):
        nearest, least = None, 0
        for limit in limits:
            if limit.kind == kind:
                left = limit.most - limit.window.total
                if nearest is None or left < least:
                    nearest, least = limit, left
        if nearest is not None:
            reset = nearest.window.wait(now, 0) if nearest.window.total else 0.0
            headers = (
                *headers,
                (_LIMIT[kind], str(nearest.most)),
                (_REMAINING[kind], str(max(least, 0))),
                (_RESET[kind], f"{reset:.3f}s"),
            )
    return headers


_LIMIT = {kind: f"x-ratelimit-limit-{kind}" for kind in ("requests", "tokens")}
_REMAINING = {kind: f"x-ratelimit-remaining-{kind}" for kind in ("requests", "tokens")}
_RESET = {kind: f"x-ratelimit-reset-{kind}" for kind in ("requests", "tokens")}
_Told = tuple[Kind, Place, str, int]


def _limits_of(bound: Bound, model: str) -> Iterable[_Told]:
    yield from _three(bound, "", bound.rpm_limit, bound.tpm_limit, bound.max_parallel_requests)
    for pattern, own in bound.model_max_budget.items():
        if matches(pattern, model):
            yield from _three(bound, pattern, own.rpm_limit, own.tpm_limit, None)
    for pattern, most in bound.model_rpm_limit.items():
        if matches(pattern, model):
            yield from _three(bound, pattern, most, None, None)
    for pattern, most in bound.model_tpm_limit.items():
        if matches(pattern, model):
            yield from _three(bound, pattern, None, most, None)


def _three(bound: Bound, model: str, requests: int | None, tokens: int | None, parallel: int | None) -> Iterable[_Told]:
    place = (bound.scope, bound.id, model)
    if requests is not None:
        yield "requests", place, bound.name, requests
    if tokens is not None:
        yield "tokens", place, bound.name, tokens
    if parallel is not None:
        yield "parallel", place, bound.name, parallel
