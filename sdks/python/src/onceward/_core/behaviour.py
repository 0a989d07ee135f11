"""The behaviour that a package configures: defaults of retries and time limits, and the names of headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["DEFAULT", "LOGGED_HEADERS", "Behaviour"]

LOGGED_HEADERS: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "last-event-id",
        "retry-after",
        "retry-after-ms",
        "server",
        "transfer-encoding",
        "user-agent",
        "x-request-id",
        "x-retry-count",
        "x-should-retry",
        "x-ratelimit-limit-requests",
        "x-ratelimit-limit-tokens",
        "x-ratelimit-remaining-requests",
        "x-ratelimit-remaining-tokens",
        "x-ratelimit-reset-requests",
        "x-ratelimit-reset-tokens",
    }
)
"""Headers whose values debug logs show, in lower case, unless the package configures others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """The configuration of one package. An option of a client or of a call has priority over every default here."""

    max_retries: int = 2
    backoff: tuple[float, float, float] = (0.5, 2.0, 8.0)
    """Seconds before the first retry, the factor from one retry to the next, and the longest delay."""
    max_retry_after: float = 60.0
    retry_statuses: frozenset[int] = frozenset({408, 409, 429})
    retry_status_from: int = 500
    unkeyed_retry_statuses: frozenset[int] = frozenset({409})
    """Statuses after which a request that changes something is sent again without an idempotency key."""
    idempotency_header: str | None = None
    """The header of the idempotency key. None: no request has one unless its caller gives it."""
    request_id_header: str | None = None
    """The header of the request id. None: no request has one unless its caller gives it."""
    retry_count_header: str | None = None
    should_retry_header: str = "x-should-retry"
    clocks: Mapping[str, float | None] = field(default_factory=dict[str, "float | None"])
    """The default time limits that differ from those of `Timeout`."""
    logged_headers: frozenset[str] = LOGGED_HEADERS

    def retries_status(self, status: int) -> bool:
        """Return whether a response with this status may be a temporary failure."""
        return status in self.retry_statuses or status >= self.retry_status_from


DEFAULT: Final = Behaviour()
"""The behaviour of a package that configures none."""
