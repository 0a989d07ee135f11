"""Options of a call: the five clocks, the arguments that every method takes, and `UNSET`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, TypedDict

from .doubled import doubled_names
from .errors import ConfigError
from .narrow import is_mapping

__all__ = ["OPTION_NAMES", "UNSET", "CallOptions", "Progress", "Timeout", "TimeoutInput", "Unset", "option_fault"]


class Unset:
    """The type of `UNSET`: None means "no limit" for a clock, so that "not given" needs a value of its own."""

    _instance: Unset | None = None

    def __new__(cls) -> Unset:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> tuple[type[Unset], tuple[()]]:
        return (Unset, ())


UNSET: Final = Unset()
_LONGEST: Final = 1_000_000_000
"""Seconds. Sockets accept at most about nine times as many."""

Progress: TypeAlias = Callable[[int, "int | None"], None]
"""A callback that gets the bytes sent so far and the total length (None if it is not known)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout:
    """Five clocks, in seconds. None means no limit.

    ``connect``     until a connection can carry a request: DNS, TCP, TLS.
    ``pool``        until a connection is free, or a place under ``max_concurrency``.
    ``first_byte``  from the request being sent to the status line of the response.
    ``idle``        between two parsed events of a stream, or two chunks of a body. Pings and comments do not reset it.
    ``total``       the whole call, with all its retries and the waits between them.
    """

    connect: float | None = 10.0
    pool: float | None = 60.0
    first_byte: float | None = 600.0
    idle: float | None = 60.0
    total: float | None = None

    def __post_init__(self) -> None:
        for name in ("connect", "pool", "first_byte", "idle", "total"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, (int, float)) or isinstance(value, bool) or not value > 0):
                raise ConfigError(f"`{name}` is {value!r}; give seconds above 0, or None for no limit")
            if value is not None and value > _LONGEST:
                raise ConfigError(f"`{name}` is {value!r}; give at most {_LONGEST} seconds, or None for no limit")

    @classmethod
    def of(cls, value: TimeoutInput) -> Timeout:
        """Return the clocks for ``timeout=value``. A number limits every clock, but not the total of a stream."""
        if isinstance(value, Timeout):
            return value
        if value is None:
            return cls(connect=None, pool=None, first_byte=None, idle=None)
        if isinstance(value, bool):
            raise TypeError("a boolean is not a number of seconds")
        seconds = float(value)
        return cls(connect=min(seconds, 10.0), pool=seconds, first_byte=seconds, idle=seconds, total=seconds)

    def for_stream(self) -> Timeout:
        return self if self.total is None else replace(self, total=None)


TimeoutInput: TypeAlias = "float | Timeout | None"


class CallOptions(TypedDict, total=False):
    """Arguments that every method takes beside its own."""

    extra_headers: Mapping[str, str | None]
    """Headers added to the request. None removes a header that the client would send."""
    extra_query: Mapping[str, Any]
    extra_body: Mapping[str, Any]
    """Members added to a JSON body. They override the method's own arguments."""
    timeout: float | Timeout | None
    max_retries: int
    idempotency_key: str | None
    """None sends no key: a request that changes something is retried only if the server cannot have processed it."""
    request_id: str
    on_progress: Progress
    """For uploads: called while bytes are sent."""


OPTION_NAMES: Final = frozenset(CallOptions.__annotations__)


def option_fault(name: str, value: Any) -> str | None:
    """Return what is wrong with an option of a call, or None."""
    if value is None or isinstance(value, Unset):
        return None
    if name in ("extra_headers", "extra_query", "extra_body"):
        return _table_fault(name, value)
    if name in ("idempotency_key", "request_id"):
        return None if isinstance(value, str) and value else f"`{name}` is {value!r}; give a string"
    if name == "on_progress":
        return None if callable(value) else f"`on_progress` is {value!r}; give a function"
    if name == "max_retries":
        whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return None if whole else f"`max_retries` is {value!r}; give a whole number from 0"
    if name == "timeout":
        try:
            Timeout.of(value)
        except (TypeError, ValueError):
            return f"`timeout` is {value!r}; give seconds above 0, a `Timeout`, or None for no limit"
    return None


def _table_fault(name: str, value: Any) -> str | None:
    if not is_mapping(value):
        return f"`{name}` is {value!r}; give a mapping of names to values"
    if name == "extra_headers":
        return _headers_fault(value)
    return next(iter(doubled_names(value, name)), None)


def _headers_fault(headers: Mapping[Any, Any]) -> str | None:
    for name, value in headers.items():
        if not isinstance(name, str) or not (value is None or isinstance(value, str)):
            return f"`extra_headers`: {name!r} is {value!r}; give a string, or None to leave it out"
    return None
