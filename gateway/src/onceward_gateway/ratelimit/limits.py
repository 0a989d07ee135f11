"""Rate limits: their kinds, and the limits that a bound sets for a model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple
from urllib.parse import quote

from ..core.model_names import matches
from ..core.principal import Bound
from .window import Window

__all__ = ["KINDS", "Kind", "Limit", "Place", "Spec", "key_of", "limits_of"]

Kind = Literal["requests", "tokens", "day", "burst", "parallel"]
# Scope, id, and the model name or pattern that it applies to ("" for all).
Place = tuple[str, str, str]


class Spec(NamedTuple):
    """A kind of limit: its words, error code and field, and the number and length of its window's steps."""

    description: str
    code: str
    field: str
    length: int
    grain: int


KINDS: dict[Kind, Spec] = {
    "requests": Spec("requests a minute", "requests_per_minute_exceeded", "rpm_limit", 60, 1),
    "tokens": Spec("tokens a minute", "tokens_per_minute_exceeded", "tpm_limit", 60, 1),
    # A day in steps of five minutes: 289 numbers instead of 86401.
    "day": Spec("requests a day", "requests_per_day_exceeded", "rpd_limit", 288, 300),
    "burst": Spec("requests a second", "burst_exceeded", "burst", 1, 1),
    "parallel": Spec("calls at the same time", "parallelrequests_exceeded", "max_parallel_requests", 0, 1),
}
BoundLimit = tuple[Kind, Place, str, int]


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit. `name` is its owner in errors; `key` identifies it across nodes."""

    kind: Kind
    place: Place
    name: str
    most: int
    window: Window
    key: str

    def asked(self, tokens: int) -> int:
        """Return the room that a call with this estimate of tokens needs. A single call may use all of it.

        It is never 0: a limit of 0 admits nothing.
        """
        return 1 if self.kind != "tokens" else max(1, min(tokens, self.most))

    def counted(self, tokens: int) -> int:
        """Return the amount that such a call counts for until it has ended."""
        return 1 if self.kind != "tokens" else min(tokens, self.most)

    @property
    def whole(self) -> float:
        """Return the seconds after which the whole window has passed."""
        return float(self.window.length * self.window.grain)


def key_of(kind: Kind, place: Place) -> str:
    """Return the key of a limit, the same on all nodes."""
    return ":".join([kind, *[quote(part, safe="") for part in place]])


def limits_of(bound: Bound, model: str) -> Iterable[BoundLimit]:
    """Yield each limit that a bound sets for a model: kind, place, owner's name, amount."""
    yield from _named(bound, "", bound.rpm_limit, bound.tpm_limit, bound.max_parallel_requests)
    place = (bound.scope, bound.id, "")
    if bound.rpd_limit is not None:
        yield "day", place, bound.name, bound.rpd_limit
    if bound.burst is not None:
        yield "burst", place, bound.name, bound.burst
    for pattern, own in bound.model_max_budget.items():
        if matches(pattern, model):
            yield from _named(bound, pattern, own.rpm_limit, own.tpm_limit, None)
    for pattern, most in bound.model_rpm_limit.items():
        if matches(pattern, model):
            yield from _named(bound, pattern, most, None, None)
    for pattern, most in bound.model_tpm_limit.items():
        if matches(pattern, model):
            yield from _named(bound, pattern, None, most, None)


def _named(
    bound: Bound, model: str, requests: int | None, tokens: int | None, parallel: int | None
) -> Iterable[BoundLimit]:
    place = (bound.scope, bound.id, model)
    if requests is not None:
        yield "requests", place, bound.name, requests
    if tokens is not None:
        yield "tokens", place, bound.name, tokens
    if parallel is not None:
        yield "parallel", place, bound.name, parallel
