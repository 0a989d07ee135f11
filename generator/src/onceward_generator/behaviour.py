"""The behaviour of the runtimes, as data: retries, time limits and errors. All languages and the vectors share it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LOGGED", "Backoff", "Behaviour", "Clocks", "ErrorClass"]

LOGGED = (
    "accept", "accept-encoding", "content-encoding", "content-length", "content-type", "date", "last-event-id",
    "retry-after", "retry-after-ms", "server", "transfer-encoding", "user-agent", "x-request-id", "x-retry-count",
    "x-should-retry", "x-ratelimit-limit-requests", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-requests",
    "x-ratelimit-remaining-tokens", "x-ratelimit-reset-requests", "x-ratelimit-reset-tokens",
)  # fmt: skip
"""The headers whose values are logged, unless a package configures others."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays in seconds: the delay before retry *n* (from 0) is random in [0, min(cap, initial * factor ** n)]."""

    initial: float = 0.5
    factor: float = 2.0
    cap: float = 8.0
    max_retry_after: float = 60.0


@dataclass(frozen=True, slots=True)
class Clocks:
    """Default time limits in seconds; None is unlimited."""

    connect: float | None = 10.0
    pool: float | None = 60.0
    first_byte: float | None = 600.0
    idle: float | None = 60.0
    total: float | None = None


@dataclass(frozen=True, slots=True)
class ErrorClass:
    """A class of the error tree, with the error types and statuses that select it. Types have priority."""

    name: tuple[str, ...]
    parent: tuple[str, ...] | None
    statuses: tuple[int, ...] = ()
    status_from: int | None = None
    types: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    types_without_status: tuple[str, ...] = ()
    """General error types that select the class only if the status is unknown."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The behaviour of the runtimes, as data that all languages and the conformance vectors share."""

    max_retries: int = 2
    backoff: Backoff = Backoff()
    retry_statuses: tuple[int, ...] = (408, 409, 429)
    retry_status_from: int = 500
    unkeyed_retry_statuses: tuple[int, ...] = (409,)
    idempotency_header: str | None = None
    request_id_header: str | None = None
    retry_count_header: str | None = None
    should_retry_header: str = "x-should-retry"
    clocks: Clocks = Clocks()
    errors: tuple[ErrorClass, ...] = ()
    logged_headers: tuple[str, ...] = ()
