"""Reproducible choice: the only source of variety in the offline models.

A `Draw` is named by the values it was made from; the same name gives the same numbers on every machine and in every
process (BLAKE2b, not `hash`, whose values change from run to run).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["Draw", "digest", "hex_id"]

T = TypeVar("T")


def digest(*parts: object, size: int = 16) -> bytes:
    """Return a stable digest of `parts`; parts are kept apart, so ("ab", "c") and ("a", "bc") differ."""
    state = hashlib.blake2b(digest_size=size)
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.digest()


def hex_id(prefix: str, *parts: object, size: int = 12) -> str:
    """Return an identifier that is a function of `parts`, for example a tool call's."""
    return prefix + digest(*parts, size=size).hex()


class Draw:
    """A stream of choices named by `parts`."""

    __slots__ = ("_count", "_name")

    def __init__(self, *parts: object) -> None:
        self._name = digest(*parts)
        self._count = 0

    def integer(self, low: int, high: int) -> int:
        """Return a whole number with `low <= number <= high`."""
        self._count += 1
        number = int.from_bytes(digest(self._name, self._count, size=8), "little")
        return low + number % (high - low + 1)

    def unit(self) -> float:
        """Return a number with `0 <= number < 1`."""
        return self.integer(0, (1 << 53) - 1) / (1 << 53)

    def choice(self, values: Sequence[T]) -> T:
        """Return one of `values`, each with the same probability. Consume one number of the stream."""
        return values[self.integer(0, len(values) - 1)]

    def child(self, *parts: object) -> Draw:
        """Return a draw that does not depend on how much was drawn from this one."""
        return Draw(self._name, *parts)
