"""Faults as data: what goes wrong with an answer, when, and for how many answers.

A `Fault` holds only plain values, so a bad day can be written down, stored as JSON (`Fault.to_dict`, `Fault.of`), and
played again. Offsets count the bytes of the body before any transfer coding; ``cut_wire_at`` alone counts every byte of
the answer, status line and chunk marks included.

A *plan* is a sequence of faults: answers get the first fault until that has been used ``times`` times, then the next
one has its turn, and when all are used up the answers are sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

__all__ = ["Fault", "FaultPlan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with an answer. Fields combine: late, in pieces of seven bytes, cut at byte 1000 is one fault."""

    times: int | None = None
    """How many answers it spoils; None spoils all."""

    hang_up: bool = False
    """Close the connection when the request has been read, and answer nothing."""

    status: int | None = None
    """Answer with this status instead."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Headers that replace or join those of the answer; an empty value removes the header."""
    content_type: str | None = None
    """Send this content type whatever the body is."""
    body: bytes | None = None
    """Answer with this body instead; ``b""`` is an empty one."""
    framing: Literal["length", "chunked", "close"] | None = None
    """How the end of the body is told: by its length, by a last chunk, or only by closing the connection."""

    delay: float = 0.0
    """Seconds before the first byte of the answer."""
    drip: float | None = None
    """Send the answer's head one byte at a time, with so many seconds between them."""
    pieces: int | None = None
    """Send the body in pieces of so many bytes."""
    pace: float = 0.0
    """Seconds between two pieces of the body."""

    cut_at: int | None = None
    """Break the connection before this byte of the body."""
    cut_wire_at: int | None = None
    """Break the connection before this byte of the whole answer."""
    cut: Literal["fin", "rst"] = "fin"
    """Break it by an orderly end (what a proxy does), or by a reset (what a crash does)."""

    stall_at: int | None = None
    """Send nothing more from this byte of the body on, and keep the connection open until the client leaves."""
    pings: float | None = None
    """While stalled, send an SSE comment every so many seconds."""

    garbage_at: int | None = None
    """Put `garbage` in before this byte of the body."""
    garbage: bytes = b"\x00\xff\xfe not what was promised \xff\r\n"

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Fault:
        """A fault from a mapping as JSON gives it. Bytes are written as Latin-1 text."""
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
        """What differs from a sound answer, ready for JSON."""
        sound = asdict(Fault())
        given = {name: value for name, value in asdict(self).items() if value != sound[name]}
        return {name: value.decode("latin-1") if isinstance(value, bytes) else value for name, value in given.items()}


_SOUND = Fault()


class FaultPlan:
    """Faults in their order. `next` gives the one for the next answer; a plan that is used up gives sound answers."""

    def __init__(self, faults: Fault | Iterable[Fault] | None = None) -> None:
        self.faults: tuple[Fault, ...] = (
            () if faults is None else (faults,) if isinstance(faults, Fault) else tuple(faults)
        )
        self._used = 0
        self._at = 0

    def next(self) -> Fault:
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
