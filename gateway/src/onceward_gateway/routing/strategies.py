"""Routing strategies: choose the deployment that gets the next call. Pure functions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from ..config.routing import Strategy

__all__ = ["Option", "choose"]

# Latencies this close to the best count as equal, so that the best alone is not overloaded.
_NEAR = 1.15


@dataclass(frozen=True, slots=True)
class Option:
    """The properties of a deployment that decide; `position` is its index in the caller's list."""

    position: int
    weight: float
    in_flight: int
    expected_seconds: float
    cost: float | None


def choose(strategy: Strategy, options: Sequence[Option], random: random.Random) -> int:
    """Return the position of the chosen deployment. `options` is not empty."""
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
    """Return the running calls per unit of weight."""
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
