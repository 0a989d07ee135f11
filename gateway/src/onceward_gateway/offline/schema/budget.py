"""The work budget of a caller's schemas: how many steps checking and filling them may take, the same on every machine.

A schema is a program that a stranger wrote. References can return to themselves, branches can multiply, and a pattern
can be slower than any loop; so everything that walks a schema counts its steps here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["MOST_STEPS", "TooComplex", "Unfillable", "budget", "is_new_pattern", "spend"]

# A few microseconds each. Schemas of applications take a few thousand.
MOST_STEPS = 100_000


class Unfillable(ValueError):
    """No value was found that the schema accepts; most often it contradicts itself."""


class TooComplex(Unfillable):
    """The budget is spent. No other attempt would help."""


class _Budget:
    __slots__ = ("left", "patterns")

    def __init__(self, steps: int) -> None:
        self.left = steps
        self.patterns: set[str] = set()


_current: ContextVar[_Budget | None] = ContextVar("budget", default=None)


@contextmanager
def budget(steps: int = MOST_STEPS) -> Iterator[None]:
    """Bound the steps of all that runs inside; a budget that is already there holds on."""
    if _current.get() is not None:
        yield
        return
    token = _current.set(_Budget(steps))
    try:
        yield
    finally:
        _current.reset(token)


def spend(steps: int = 1) -> None:
    """Count `steps`. Raises `TooComplex` when the budget does not have them."""
    current = _current.get()
    if current is None:
        return
    current.left -= steps
    if current.left < 0:
        raise TooComplex(f"checking and filling it takes more than {MOST_STEPS} steps")


def is_new_pattern(pattern: str) -> bool:
    """Return whether the budget meets `pattern` for the first time: its compilation is then to be counted."""
    current = _current.get()
    if current is None or pattern in current.patterns:
        return False
    current.patterns.add(pattern)
    return True
