"""When a failed request is sent again, and how long to wait before. Pure functions and one token bucket."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import Final

from .errors import (
    APIError,
    BudgetExceededError,
    ContentFilterError,
    InsufficientCreditsError,
    InternalServerError,
    RateLimitError,
    RequestTimeoutError,
)
from .meta import Headers
from .ports import Random

__all__ = ["Backoff", "RetryBudget", "RetryEvent", "parse_retry_after", "retryable_error"]

_RETRIED_STATUSES: Final = frozenset({408, 409, 429})
_HOPELESS_CODES: Final = frozenset({"idempotency_key_reused", "insufficient_quota"})
_HOPELESS: Final = (BudgetExceededError, ContentFilterError, InsufficientCreditsError)
_PASSING: Final = (InternalServerError, RateLimitError, RequestTimeoutError)


@dataclass(frozen=True, slots=True)
class Backoff:
    """``base`` seconds, doubled with every retry up to ``cap``, full jitter."""

    base: float = 0.5
    cap: float = 8.0

    def delay(self, retry: int, random: Random) -> float:
        """Before retry number ``retry`` (from 0)."""
        return min(self.cap, self.base * 2.0 ** min(retry, 16)) * random.random()


@dataclass(frozen=True, slots=True)
class RetryEvent:
    """What ``on_retry`` is told: which request failed, why, and when it is sent again."""

    operation: str
    method: str
    url: str
    retry: int
    """1 for the first retry."""
    delay: float
    error: APIError
    request_id: str


class RetryBudget:
    """A token bucket for all retries of a client, so that an outage is not multiplied.

    The figures are those of the AWS SDKs' standard mode: 500 tokens, 5 for a retry, 10 for one after a timeout; a retry
    that succeeds gives back what it took, a first attempt that succeeds gives 1.
    """

    CAPACITY: Final = 500

    def __init__(self) -> None:
        self._tokens = self.CAPACITY
        self._lock = threading.Lock()

    def take(self, *, timeout: bool) -> int:
        """The tokens taken for one retry, or 0 where there are not enough."""
        cost = 10 if timeout else 5
        with self._lock:
            if self._tokens < cost:
                return 0
            self._tokens -= cost
            return cost

    def give(self, tokens: int) -> None:
        if self._tokens >= self.CAPACITY:
            return  # read without the lock: the usual case costs nothing, and a lost token is no harm
        with self._lock:
            self._tokens = min(self.CAPACITY, self._tokens + tokens)


def retryable_error(error: APIError, headers: Headers | None = None) -> bool:
    """Whether a server's error may pass. ``x-should-retry`` beats every rule of ours."""
    wish = (headers if headers is not None else error.headers).get("x-should-retry", "").strip().lower()
    if wish in ("true", "false"):
        return wish == "true"
    if error.details.get("retryable") is False or error.code in _HOPELESS_CODES or isinstance(error, _HOPELESS):
        return False
    status = error.status_code
    if status is None or status < 400:  # an error in a stream, or under a status of success
        return isinstance(error, _PASSING)
    return status in _RETRIED_STATUSES or status >= 500


def parse_retry_after(headers: Headers, now: float) -> float | None:
    """Seconds to wait, from ``retry-after-ms`` or ``retry-after`` (seconds or a date); None where there is no usable
    value."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000.0
    text = headers.get("retry-after")
    if text is None:
        return None
    seconds = _number(text)
    return seconds if seconds is not None else _until(text, now)


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return max(0.0, value) if math.isfinite(value) else None


def _until(text: str, now: float) -> float | None:
    from email.utils import parsedate_to_datetime  # only where a server sends a date

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError, OverflowError):
        return None
