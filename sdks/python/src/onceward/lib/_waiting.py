"""Waiting for something that is done elsewhere: how often to ask, when it is over, and when to give up. Sans-IO."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from .._core.errors import ParameterError, SDKError

__all__ = ["Ask", "Pause", "WaitTimeout", "Waiting", "waiting"]

T = TypeVar("T")

_FIRST, _GROWTH, _LONGEST = 0.5, 1.5, 30.0


class WaitTimeout(SDKError, TimeoutError):
    """What was waited for did not come to its end in time. ``last`` is how it stood then; it goes on at the server."""

    def __init__(self, message: str, last: Any) -> None:
        super().__init__(message)
        self.message = message
        self.last = last

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.message, self.last))


@dataclass(slots=True)
class Ask:
    """Ask how it stands; the reply is the object."""


@dataclass(slots=True)
class Pause:
    """Let time pass; the reply is the time now."""

    seconds: float


Waiting = Generator[Ask | Pause, Any, T]


def waiting(
    what: str, statuses: frozenset[str], poll: float | None, timeout: float | None, on_progress: Any, now: float
) -> Waiting[Any]:
    """Ask until the status is one of ``statuses``. Without ``poll`` the pauses grow from half a second to half a
    minute.
    """
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
            raise WaitTimeout(f"{what} is still {found.status!r} after {timeout:g} s; it goes on at the server", found)
        now = yield Pause(seconds)
        pause = min(pause * _GROWTH, _LONGEST)
