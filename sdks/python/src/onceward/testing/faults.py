"""Faults as data: how an answer is broken, when, and for how many answers.

A `Fault` holds only plain values, so it can be written down, stored as JSON (`Fault.to_dict`, `Fault.of`), and played
again. Offsets count the bytes of the body before any transfer coding; ``cut_wire_at`` alone counts every byte of the
answer, including the status line and chunk marks.

A *plan* is a sequence of faults: answers get the first fault until that has been used ``times`` times, then the next
one, and answers are normal when all are used up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

__all__ = ["Fault", "FaultPlan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault of an answer. Fields combine: late, in chunks of seven bytes, cut at byte 1000 is one fault."""

    times: int | None = None
    """The number of answers to break; None breaks all."""

    hang_up: bool = False
    """Close the connection after reading the request, without an answer."""

    status: int | None = None
    """Answer with this status instead."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Headers that replace those of the answer or are added to them; an empty value removes the header."""
    content_type: str | None = None
    """Send this content type whatever the body is."""
    body: bytes | None = None
    """Answer with this body instead; ``b""`` is an empty one."""
    framing: Literal["length", "chunked", "close"] | None = None
    """The framing of the body: its length, chunks, or only the closing of the connection."""

    delay: float = 0.0
    """Seconds before the first byte of the answer."""
    drip: float | None = None
    """Send the answer's head one byte at a time, with so many seconds between them."""
    pieces: int | None = None
    """Send the body in chunks of so many bytes."""
    pace: float = 0.0
    """Seconds between two chunks of the body."""

    cut_at: int | None = None
    """Break the connection before this byte of the body."""
    cut_wire_at: int | None = None
    """Break the connection before this byte of the whole answer."""
    cut: Literal["fin", "rst"] = "fin"
    """Break it by an orderly end (as a proxy does), or by a reset (as a crash does)."""

    stall_at: int | None = None
    """Stop sending at this byte of the body, and keep the connection open until the client leaves."""
    pings: float | None = None
    """While stalled, send an SSE comment at this interval in seconds."""

    garbage_at: int | None = None
    """Insert `garbage` before this byte of the body."""
    garbage: bytes = b"\x00\xff\xfe not what was promised \xff\r\n"

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Fault:
        """Return a fault from a JSON mapping. Bytes are written as Latin-1 text."""
        known = {item.name for item in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"a fault has no {', '.join(f'`{name}`' for name in unknown)}; it knows {sorted(known)}")
        given = dict(values)
        for name in ("body", "garbage"):
            if isinstance(given.get(name), str):
                given[name] = given[name].encode("latin-1")
        return cls(**given)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that are set, ready for JSON."""
        sound = asdict(Fault())
        given = {name: value for name, value in asdict(self).items() if value != sound[name]}
        return {name: value.decode("latin-1") if isinstance(value, bytes) else value for name, value in given.items()}


_SOUND = Fault()


class FaultPlan:
    """Faults in their order. `next` returns the one for the next answer, if any is left."""

    def __init__(self, faults: Fault | Iterable[Fault] | None = None) -> None:
        self.faults: tuple[Fault, ...] = (
            () if faults is None else (faults,) if isinstance(faults, Fault) else tuple(faults)
        )
        self._used = 0
        self._at = 0

    def next(self) -> Fault:
        """Return the fault for the next answer, or None for a normal one."""
        while self._at < len(self.faults):
            fault = self.faults[self._at]
            if fault.times is None or self._used < fault.times:
                self._used += 1
                return fault
            self._at += 1
            self._used = 0
        return _SOUND

    def __bool__(self) -> bool:
        return bool(self.faults)
