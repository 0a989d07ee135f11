"""Secrets that never show: in repr, str, vars, pickles, logs, or the locals of a traceback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["MaskedStr", "Secret", "mask"]


def mask(value: str) -> str:
    """``sk-onceward-123`` -> ``sk-onc...REDACTED``. Short values show nothing, since six characters could be all of
    them."""
    return f"{value[:6]}...REDACTED" if len(value) > 12 else "...REDACTED"


class Secret:
    """Holds a secret. Only `reveal` gives it out."""

    __slots__ = ("_reveal",)

    def __init__(self, value: str) -> None:
        # A closure, not an attribute: debuggers and crash reporters print slots, but not cells.
        self._reveal: Callable[[], str] = lambda: value

    def reveal(self) -> str:
        return self._reveal()

    def __repr__(self) -> str:
        return f"Secret('{mask(self._reveal())}')"

    def __str__(self) -> str:
        return mask(self._reveal())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.reveal()

    def __hash__(self) -> int:
        return hash(self._reveal())

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return (Secret, (mask(self._reveal()),))


class MaskedStr(str):
    """A header's value as the transport needs it (``encode`` gives the true bytes), masked wherever it would be
    printed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'...REDACTED'"

    def __str__(self) -> str:
        return "...REDACTED"

    def __format__(self, spec: str) -> str:
        return "...REDACTED"

    def __reduce__(self) -> tuple[Any, ...]:
        return (str, ("...REDACTED",))
