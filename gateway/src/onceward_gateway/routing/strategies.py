"""Strategies: which of several deployments gets the next call. Pure functions of what is known of each."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from ..config.routing import Strategy

__all__ = ["Option", "choose"]

# Paces this near to the best are taken for equal, so that the best alone is not overrun.
_NEAR = 1.15


@dataclass(frozen=True, slots=True)
class Option:
    """A deployment as the strategies see it: `position` is where it stands in the caller's list."""

    position: int
    weight: float
    in_flight: int
    expected_seconds: float
    cost: float | None


def choose(strategy: Strategy, options: Sequence[Option], random: random.Random) -> int:
    """The position of the chosen one. `options` is not empty."""
    if strategy == "least_busy":
        load = min(_load(option) for option in options)
        best = [option for option in options if _load(option) == load]
    elif strategy == "cost":
        known = [option.cost for option in options if option.cost is not None]
        lowest = min(known, default=None)
        best = [option for option in options if option.cost == lowest]
    elif strategy == "latency":
        fastest = min(option.expected_seconds for option in options)
        best = [option for option in options if option.expected_seconds <= fastest * _NEAR]
    else:
        best = list(options)
    return _weighted(best, random)


def _load(option: Option) -> float:
    """Calls for each unit of weight."""
    return option.in_flight / option.weight if option.weight > 0 else float("inf")


def _weighted(options: Sequence[Option], random: random.Random) -> int:
    total = sum(option.weight for option in options)
    if total <= 0:
        return options[random.randrange(len(options))].position
    point = random.random() * total
    for option in options:
        point -= option.weight
        if point < 0:
            return option.position
    return next(option.position for option in reversed(options) if option.weight > 0)
