"""Secrets that are masked everywhere: in repr, str, vars, pickles, logs, and the locals of a traceback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["MaskedStr", "Secret", "mask"]


def mask(value: str) -> str:
    """Return ``secret-key-0123`` as ``secret...REDACTED``. A short value is masked completely."""
    return f"{value[:6]}...REDACTED" if len(value) > 12 else "...REDACTED"


class Secret:
    """A secret that only `reveal` returns."""

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
    """A header value that is masked when printed. ``encode`` returns the real bytes, for the transport."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'...REDACTED'"

    def __str__(self) -> str:
        return "...REDACTED"

    def __format__(self, spec: str) -> str:
        return "...REDACTED"

    def __reduce__(self) -> tuple[Any, ...]:
        return (str, ("...REDACTED",))
