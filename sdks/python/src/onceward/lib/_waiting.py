"""Poll an object until it reaches a final status: intervals, end, and timeout. Without I/O."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from .._core.errors import ParameterError, SDKError

__all__ = ["Ask", "Pause", "WaitTimeout", "Waiting", "waiting"]

T = TypeVar("T")

_FIRST, _GROWTH, _LONGEST = 0.5, 1.5, 30.0


class WaitTimeout(SDKError, TimeoutError):
    """The object did not reach a final status in time. ``last`` is its latest state; the work goes on at the server."""

    def __init__(self, message: str, last: Any) -> None:
        super().__init__(message)
        self.message = message
        self.last = last

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.message, self.last))


@dataclass(slots=True)
class Ask:
    """Request the object; the reply is the object."""


@dataclass(slots=True)
class Pause:
    """Wait; the reply is the time afterwards."""

    seconds: float


Waiting = Generator[Ask | Pause, Any, T]


def waiting(
    what: str, statuses: frozenset[str], *, poll: float | None, timeout: float | None, on_progress: Any, now: float
) -> Waiting[Any]:
    """Poll until the status is one of ``statuses``. Without ``poll`` the interval grows from 0.5 to 30 seconds."""
    for name, value in (("poll", poll), ("timeout", timeout)):
        if value is not None and value <= 0:
            raise ParameterError([f"`{name}` is {value!r}; give seconds above 0, or leave it out"])
    deadline = None if timeout is None else now + timeout
    pause = _FIRST
    while True:
        found: Any = yield Ask()
        if on_progress is not None:
            on_progress(found)
        if found.status in statuses:
            return found
        seconds = poll if poll is not None else pause
        if deadline is not None and now + seconds > deadline:
            raise WaitTimeout(
                f"{what} is still {found.status!r} after {timeout:g} s; the work goes on at the server", found
            )
        now = yield Pause(seconds)
        pause = min(pause * _GROWTH, _LONGEST)
