"""What the core needs from the world, as small protocols: time and chance. And the effects by which it asks for I/O.

A call is a generator that yields effects and is sent their results. A driver performs an effect and sends the result
back; if performing it raised, the driver throws what was raised into the generator. Drivers decide nothing.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from .meta import Meta
from .sse import ServerEvent
from .wire import Request

__all__ = [
    "Acquire",
    "Batch",
    "Clock",
    "Close",
    "Effect",
    "Opened",
    "Random",
    "Read",
    "ReadChunk",
    "Release",
    "Send",
    "Sleep",
    "Steps",
]

T = TypeVar("T")


class Clock(Protocol):
    """``monotonic`` measures, ``time`` dates. Both sleeps may be interrupted by what interrupts the caller."""

    def monotonic(self) -> float: ...
    def time(self) -> float: ...
    def sleep(self, seconds: float, /) -> None: ...
    async def asleep(self, seconds: float, /) -> None: ...


class Random(Protocol):
    def random(self) -> float: ...


@dataclass(slots=True)
class Send:
    """Send a request; the result is the transport's response. ``within`` bounds it as a whole, in seconds."""

    request: Request
    within: float | None = None


@dataclass(slots=True)
class Read:
    """Read a body to its end; the result is its bytes. Bounded in time by ``within`` and in size by ``limit``."""

    response: Any
    within: float | None = None


@dataclass(slots=True)
class ReadChunk:
    """Read what is there of a body, waiting for some; ``b""`` is the end."""

    response: Any


@dataclass(slots=True)
class Close:
    """Give a response up. Never raises a transport error."""

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
class Opened:
    """A stream has its headers: at first, and again each time it had to be opened anew."""

    meta: Meta


@dataclass(slots=True)
class Batch:
    """Events for the caller, and what each was decoded from: its data, its name, its id."""

    events: list[Any]
    taken: list[ServerEvent]


Effect: TypeAlias = "Send | Read | ReadChunk | Close | Sleep | Acquire | Release"
Steps: TypeAlias = Generator[Any, Any, T]
"""A call in steps. It yields effects (streams also `Opened` and `Batch`) and returns a ``T``."""
