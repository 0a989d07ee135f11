"""The retry policy: which failures are retried, and after which delay. Pure functions and one token bucket."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import Final

from .behaviour import DEFAULT, Behaviour
from .dialect import dialect
from .errors import (
    APIError,
    InternalServerError,
    RateLimitError,
    RequestTimeoutError,
)
from .meta import Headers
from .ports import Random

__all__ = ["Backoff", "RetryBudget", "RetryEvent", "parse_retry_after", "retryable_error"]

_TEMPORARY: Final = (InternalServerError, RateLimitError, RequestTimeoutError)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff with full jitter: ``base`` seconds, times ``factor`` with every retry, up to ``cap``."""

    base: float = 0.5
    cap: float = 8.0
    factor: float = 2.0

    def delay(self, retry: int, random: Random) -> float:
        """Return the seconds to wait before retry number ``retry`` (from 0)."""
        return min(self.cap, self.base * self.factor ** min(retry, 16)) * random.random()


@dataclass(frozen=True, slots=True)
class RetryEvent:
    """The argument of ``on_retry``: the request that failed, the reason, and the delay before it is sent again."""

    operation: str
    method: str
    url: str
    retry: int
    """1 for the first retry."""
    delay: float
    error: APIError
    request_id: str | None


class RetryBudget:
    """A token bucket for all retries of a client, so that an outage is not multiplied.

    The figures are those of the AWS SDKs' standard mode: 500 tokens, 5 for a retry, 10 for one after a timeout; a retry
    that succeeds returns what it took, a first attempt that succeeds returns 1.
    """

    CAPACITY: Final = 500

    def __init__(self) -> None:
        self._tokens = self.CAPACITY
        self._lock = threading.Lock()

    def take(self, *, timeout: bool) -> int:
        """Take the tokens for one retry. Return their number, or 0 if there are not enough."""
        cost = 10 if timeout else 5
        with self._lock:
            if self._tokens < cost:
                return 0
            self._tokens -= cost
            return cost

    def give(self, tokens: int) -> None:
        if self._tokens >= self.CAPACITY:
            return  # Read without the lock: the usual case is free, and losing a token does not matter.
        with self._lock:
            self._tokens = min(self.CAPACITY, self._tokens + tokens)


def retryable_error(error: APIError, headers: Headers | None = None, behaviour: Behaviour = DEFAULT) -> bool:
    """Return whether a server's error may be temporary. ``x-should-retry`` overrides every other rule."""
    sent = headers if headers is not None else error.headers
    advice = sent.get(behaviour.should_retry_header, "").strip().lower()
    if advice in ("true", "false"):
        return advice == "true"
    words = dialect()
    if error.details.get("retryable") is False or error.code in words.permanent_codes:
        return False
    if isinstance(error, words.permanent):
        return False
    status = error.status_code
    if status is None or status < 400:  # an error in a stream, or with a status of success
        return isinstance(error, _TEMPORARY)
    return behaviour.retries_status(status)


def parse_retry_after(headers: Headers, now: float) -> float | None:
    """Return the seconds to wait, from ``retry-after-ms`` or ``retry-after`` (seconds or a date).

    None if neither header has a usable value.
    """
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
    from email.utils import parsedate_to_datetime  # only if a server sends a date

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError, OverflowError):
        return None
