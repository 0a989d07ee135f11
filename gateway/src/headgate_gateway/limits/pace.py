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
    "parallel": "parallel_requests_exceeded",
}
_FIELDS = {"requests": "rpm_limit", "tokens": "tpm_limit", "parallel": "max_parallel_requests"}
_MOST_WINDOWS = 50_000
Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Limit:
    """One limit: of what, whose, how much."""

    kind: Kind
    place: Place
    name: str
    most: int


class Pass:
    """A call's way in. `settle` when it has ended; `withdraw` if it was not made."""

    __slots__ = ("_pace", "_parallel", "_requests", "_tokens", "amount", "headers", "open")

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._requests: list[tuple[Window, int]] = []
        self._tokens: list[tuple[Window, int, int]] = []
        self._parallel: list[Place] = []
        self.amount = 0
        self.headers: tuple[tuple[str, str], ...] = ()
        self.open = True

    def settle(self, tokens: int) -> None:
        """The call has ended and used this many tokens."""
        if self.open:
            self.open = False
            for window, second, counted in self._tokens:
                window.correct(second, tokens - counted)
            self._pace.leave(self._parallel)

    def withdraw(self) -> None:
        """The call was refused elsewhere: it counts for nothing."""
        if self.open:
            self.settle(0)
            for window, second in self._requests:
                window.correct(second, -1)


class Pace:
    """The windows and counters of all who are limited."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[tuple[Kind, Place], Window] = {}
        self._running: dict[Place, int] = {}
        self._plans: dict[tuple[int, str], tuple[Sequence[Bound], tuple[_Limit, ...]]] = {}

    def enter(self, bounds: Sequence[Bound], model: str, tokens: int) -> Pass | None:
        """Let a call in, or raise 429. None where nothing limits it."""
        if not bounds:
            return None
        limits = self._plan(bounds, model)
        if not limits:
            return None
        now = self._clock.monotonic()
        for limit in limits:
            self._check(limit, tokens, now, limits)
        entered = Pass(self)
        for limit in limits:
            self._count(entered, limit, tokens, now)
        entered.headers = self._headers(limits, now)
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
        for limit in (limit for bound in bounds for limit in _limits_of(bound, model)):
            known = least.get((limit.kind, limit.place))
            if known is None or limit.most < known.most:
                least[limit.kind, limit.place] = limit
        limits = tuple(least.values())
        if len(self._plans) > 4096:
            self._plans.clear()
        self._plans[id(bounds), model] = (bounds, limits)
        return limits

    def _window(self, limit: _Limit) -> Window:
        place = (limit.kind, limit.place)
        window = self._windows.get(place)
        if window is None:
            if len(self._windows) > _MOST_WINDOWS:
                self._forget()
            window = self._windows[place] = Window()
        return window

    def _forget(self) -> None:
        now = self._clock.monotonic()
        for place in [place for place, window in self._windows.items() if not window.used(now) and window.empty]:
            del self._windows[place]

    def _check(self, limit: _Limit, tokens: int, now: float, limits: tuple[_Limit, ...]) -> None:
        if limit.kind == "parallel":
            if self._running.get(limit.place, 0) >= limit.most:
                raise self._refusal(limit, 1.0, limits, now)
            return
        amount = 1 if limit.kind == "requests" else min(tokens, limit.most)
        window = self._window(limit)
        if limit.most <= 0 or window.used(now) + amount > limit.most:
            wait = 60.0 if limit.most <= 0 else window.wait(now, limit.most - amount)
            raise self._refusal(limit, wait, limits, now)

    def _count(self, entered: Pass, limit: _Limit, tokens: int, now: float) -> None:
        if limit.kind == "parallel":
            self._running[limit.place] = self._running.get(limit.place, 0) + 1
            entered._parallel.append(limit.place)
        elif limit.kind == "requests":
            window = self._window(limit)
            entered._requests.append((window, window.add(now, 1)))
        else:
            window = self._window(limit)
            counted = min(tokens, limit.most)
            entered._tokens.append((window, window.add(now, counted), counted))

    def _headers(self, limits: tuple[_Limit, ...], now: float) -> tuple[tuple[str, str], ...]:
        """What is left, of the limit that is nearest, for requests and for tokens."""
        headers: list[tuple[str, str]] = []
        for kind in ("requests", "tokens"):
            nearest: tuple[int, _Limit, Window] | None = None
            for limit in limits:
                if limit.kind == kind:
                    window = self._window(limit)
                    left = limit.most - window.used(now)
                    if nearest is None or left < nearest[0]:
                        nearest = (left, limit, window)
            if nearest is not None:
                left, limit, window = nearest
                reset = window.wait(now, 0) if window.total else 0.0
                headers += [
                    (f"x-ratelimit-limit-{kind}", str(limit.most)),
                    (f"x-ratelimit-remaining-{kind}", str(max(left, 0))),
                    (f"x-ratelimit-reset-{kind}", f"{reset:.3f}s"),
                ]
        return tuple(headers)

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
            headers=self._headers(limits, now),
            limit=_FIELDS[limit.kind],
            limit_scope=limit.place[0],
            limit_id=limit.place[1],
            limit_model=limit.place[2] or None,
            limit_value=limit.most,
        )


def _limits_of(bound: Bound, model: str) -> Iterable[_Limit]:
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


def _three(
    bound: Bound, model: str, requests: int | None, tokens: int | None, parallel: int | None
) -> Iterable[_Limit]:
    place = (bound.scope, bound.id, model)
    if requests is not None:
        yield _Limit("requests", place, bound.name, requests)
    if tokens is not None:
        yield _Limit("tokens", place, bound.name, tokens)
    if parallel is not None:
        yield _Limit("parallel", place, bound.name, parallel)
