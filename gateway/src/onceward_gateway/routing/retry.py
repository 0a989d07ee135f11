"""The retry policy: which failures are retried, how often, where, and after which wait.

A call has three kinds of further attempts, from the inside out:

1. A connection that cannot be made is made again at the same provider: `connection_retries`, `reconnect_delay`. Once a
   byte of the answer has come, nothing is sent again: what the client saw stays valid.
2. A deployment that fails is followed by another deployment of the same model, and then by the fallback models, until
   one answers: `RetryPolicy.allows_attempt`, `RetryPolicy.deadline`, `attempt_timeout`.
3. A deployment that keeps failing gets no calls for a growing cooldown: `RetryPolicy.opens_circuit`,
   `RetryPolicy.cooldown`.

`classify` decides once for each failure whether another deployment may be tried and whether it counts against this one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Self

from ..config.load import Provider
from ..config.routing import RoutingSettings
from ..core.errors import ApiError
from .deployments import Deployment

__all__ = ["RetryPolicy", "FailureVerdict", "attempt_timeout", "classify", "connection_retries", "reconnect_delay"]

_RECONNECT_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The numbers of the policy, as configured in `[routing]`."""

    retries: int
    total_timeout_seconds: float
    allowed_failures: int
    cooldown_seconds: float
    max_cooldown_seconds: float

    @classmethod
    def of(cls, settings: RoutingSettings) -> Self:
        """Return the policy of a configuration."""
        return cls(
            settings.retries,
            settings.total_timeout_seconds,
            settings.allowed_fails,
            settings.cooldown_seconds,
            settings.max_cooldown_seconds,
        )

    def allows_attempt(self, made: int) -> bool:
        """Return whether one more attempt may follow those that were made."""
        return made <= self.retries

    def deadline(self, now: float) -> float | None:
        """Return when the attempts of a call that starts now must have had content; None for no deadline."""
        return now + self.total_timeout_seconds if self.total_timeout_seconds else None

    def opens_circuit(self, consecutive_failures: int) -> bool:
        """Return whether so many failures in a row open the circuit of a deployment."""
        return consecutive_failures >= self.allowed_failures

    def cooldown(self, openings: int, retry_after: float | None) -> float:
        """Return the seconds that a circuit stays open after it opened `openings` times in a row before.

        The provider's own `Retry-After` takes precedence.
        """
        seconds = self.cooldown_seconds * 2**openings if retry_after is None else retry_after
        return min(seconds, self.max_cooldown_seconds)


def attempt_timeout(deployment: Deployment, *, stream: bool, remaining: float | None) -> tuple[float | None, bool]:
    """Return the seconds until the first content (of a whole answer: until its end), and whose limit they are.

    The second value is True for the deployment's own timeout, and False for the deadline of the call.
    """
    own = (deployment.stream_timeout or deployment.timeout) if stream else deployment.timeout
    if remaining is None or (own is not None and own <= remaining):
        return own, True
    return remaining, False


def connection_retries(deployment: Deployment, upstream: Provider, *, sole: bool) -> int:
    """Return how often a connection that fails is made again at a deployment.

    Where there are other deployments, the call moves on at once, unless `max_retries` says otherwise.
    """
    if deployment.retries is not None:
        return deployment.retries
    return upstream.retries if sole else 0


def reconnect_delay(attempts: int) -> float:
    """Return the seconds to wait before a connection is made again after so many failed attempts: full jitter."""
    return _RECONNECT_SECONDS * float(2 ** (attempts - 1)) * random.random()


@dataclass(frozen=True, slots=True)
class FailureVerdict:
    """The consequences of a failure.

    `counts`: it counts against the deployment; `at_once`: it opens the circuit by itself; `moves_on`: another
    deployment may be tried.
    """

    counts: bool
    at_once: bool
    moves_on: bool


_CALLER_ERROR = FailureVerdict(counts=False, at_once=False, moves_on=False)
_LENGTH_CODES = ("context_length_exceeded", "request_too_large")
_TOO_LONG = FailureVerdict(counts=False, at_once=False, moves_on=True)
_UNUSABLE = FailureVerdict(counts=True, at_once=True, moves_on=True)
_FAILED = FailureVerdict(counts=True, at_once=False, moves_on=True)
# An answer that was billed is never bought a second time, neither here nor elsewhere.
_BILLED = FailureVerdict(counts=True, at_once=False, moves_on=False)


def classify(error: ApiError) -> FailureVerdict:
    """Return the verdict on a failure. The status that the provider sent takes precedence over the gateway's own."""
    if error.billed:
        return _BILLED
    provider_error = error.extra.get("provider_error")
    sent = provider_error.get("status") if isinstance(provider_error, dict) else None
    status = sent if isinstance(sent, int) and sent != 200 else error.status
    if error.code in _LENGTH_CODES or error.type == "context_length_exceeded":
        return _TOO_LONG
    if error.status == 400:
        # A provider may reject a text with 403.
        return _CALLER_ERROR
    if status in (401, 402, 403, 429):
        return _UNUSABLE
    rejected = status < 500
    if error.status >= 500 and not error.retryable and not rejected:
        return _BILLED
    if status in (404, 408) or error.status >= 500:
        return _FAILED
    return _CALLER_ERROR
