"""The interface between the core and its drivers: time and randomness, and the effects by which the core asks for I/O.

A call is a generator that yields effects and is sent their results. A driver performs an effect and sends the result
back; if performing it raised, the driver throws the exception into the generator. Drivers decide nothing.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from .meta import Meta
from .wire import Request

__all__ = [
    "Acquire",
    "Batch",
    "Clock",
    "Close",
    "Effect",
    "Lock",
    "Opened",
    "Random",
    "Read",
    "ReadChunk",
    "Release",
    "Send",
    "ServerEvent",
    "Sleep",
    "Steps",
    "Unlock",
]

T = TypeVar("T")

ServerEvent: TypeAlias = tuple[bytes, "bytes | None", "str | None"]
"""Data, name (the ``event:`` field or None), and the last event id as of this event (None before any).

A plain tuple, because there is one per event and a named tuple costs as much to make as the decoding itself.
"""


class Clock(Protocol):
    """A source of time: ``monotonic`` measures, ``time`` dates. Both sleeps can be interrupted."""

    def monotonic(self) -> float: ...
    def time(self) -> float: ...
    def sleep(self, seconds: float, /) -> None: ...
    async def asleep(self, seconds: float, /) -> None: ...


class Random(Protocol):
    def random(self) -> float: ...


@dataclass(slots=True)
class Send:
    """Send a request; the result is the transport's response. ``within`` limits the time for it, in seconds."""

    request: Request
    within: float | None = None


@dataclass(slots=True)
class Read:
    """Read a body to its end; the result is its bytes. ``within`` limits the time for it, in seconds."""

    response: Any
    within: float | None = None


@dataclass(slots=True)
class ReadChunk:
    """Read the next chunk of a body, waiting if necessary; ``b""`` is the end."""

    response: Any


@dataclass(slots=True)
class Close:
    """Close a response early. Never raises a transport error."""

    response: Any


@dataclass(slots=True)
class Sleep:
    seconds: float


@dataclass(slots=True)
class Acquire:
    """Take a place under ``max_concurrency``, or raise `PoolTimedOut` after ``within`` seconds."""

    within: float | None


@dataclass(slots=True)
class Release:
    """Give the place back."""


@dataclass(slots=True)
class Lock:
    """Take the lock of the link, which one call at a time holds while it renews credentials."""

    within: float | None = None


@dataclass(slots=True)
class Unlock:
    """Give the lock back."""


@dataclass(slots=True)
class Opened:
    """The headers of a stream have arrived: at first, and each time it was opened again."""

    meta: Meta


@dataclass(slots=True)
class Batch:
    """Events for the caller, and what each was decoded from: its data, its name, its id."""

    events: list[Any]
    taken: list[ServerEvent]


Effect: TypeAlias = "Send | Read | ReadChunk | Close | Sleep | Acquire | Release | Lock | Unlock"
Steps: TypeAlias = Generator[Any, Any, T]
"""The steps of a call. They yield effects (for streams also `Opened` and `Batch`) and return a ``T``."""
