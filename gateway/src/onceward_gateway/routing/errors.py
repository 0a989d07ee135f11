"""Errors of calls that no deployment answered: each attempt with its reason, and whether it is worth trying again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..core import error_codes
from ..core.errors import ApiError
from .deployments import Deployment

__all__ = ["FailedAttempt", "SkippedDeployment", "attempt_timed_out", "call_timed_out", "deployments_exhausted"]

_MAX_MESSAGE = 300
_LATER = "Try again later, or name another model"


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """A deployment that was tried, and its error."""

    deployment: Deployment
    error: ApiError


@dataclass(frozen=True, slots=True)
class SkippedDeployment:
    """A deployment that was not tried, the reason, and the seconds until it may be (0: unknown).

    `permanent`: it is not expected to answer the same request later either.
    """

    deployment: Deployment
    code: str
    wait: float
    reason: str = ""
    permanent: bool = False


def attempt_timed_out(deployment: Deployment, seconds: float) -> ApiError:
    """Return the error of a deployment that exceeded its own `timeout` (or `stream_timeout`)."""
    message = f"The deployment {deployment.id!r} did not answer within {seconds:g} s."
    provider_error = {"provider": deployment.provider, "status": None, "body": None}
    return ApiError(
        504,
        message + " Try again, or have its `timeout` raised.",
        code=error_codes.PROVIDER_TIMEOUT,
        provider_error=provider_error,
    )


def call_timed_out(name: str, seconds: float, tried: Sequence[FailedAttempt], last: Deployment) -> ApiError:
    """Return the error of a call whose attempts together took too long; `last` is the one that was running."""
    attempts = [_failed(attempt) for attempt in tried]
    attempts.append(
        _skipped(SkippedDeployment(last, "out_of_time", 0.0, "had not answered when the time of the call was over"))
    )
    message = (
        f"No deployment of {name!r} answered within {seconds:g} s (`routing.total_timeout_seconds`). "
        + " | ".join(f"{attempt['deployment']}: {attempt['message']}" for attempt in attempts)
        + ". Try again later, or name another model."
    )
    return ApiError(504, message, code=error_codes.DEADLINE_EXCEEDED, attempts=attempts)


def deployments_exhausted(name: str, tried: Sequence[FailedAttempt], skipped: Sequence[SkippedDeployment]) -> ApiError:
    """Return the error of a call that no deployment answered: each with its reason, and when to try again."""
    attempts = [*map(_failed, tried), *map(_skipped, skipped)]
    status, code = _common_status(tried, skipped)
    permanent = not any(one.error.retryable for one in tried) and all(one.permanent for one in skipped)
    waits = [one.error.retry_after for one in tried if one.error.retry_after is not None]
    waits += [one.wait for one in skipped if one.wait > 0]
    reasons = " | ".join(f"{attempt['deployment']}: {attempt['message']}" for attempt in attempts)
    advice = "Sending it again changes nothing: name another model" if permanent else _LATER
    return ApiError(
        status,
        f"No deployment of {name!r} answered. {reasons}. {advice}.",
        code=code,
        retry_after=None if permanent else min(waits, default=None),
        retryable=False if permanent else None,
        provider_asked=any(one.error.provider_asked for one in tried),
        attempts=attempts,
    )


def _common_status(tried: Sequence[FailedAttempt], skipped: Sequence[SkippedDeployment]) -> tuple[int, str]:
    if tried:
        statuses = {one.error.status for one in tried}
        if statuses == {429}:
            return 429, "all_deployments_limited"
        first = tried[0].error
        if len(statuses) == 1 and first.status < 500 and not first.retryable:
            # All of them say the same of the request, or of the caller's own key, as a single one would.
            return first.status, first.code or "all_deployments_failed"
        return 502, "all_deployments_failed"
    codes = {one.code for one in skipped}
    if codes == {"budget_spent"}:
        return 402, "budget_exceeded"
    if codes and codes <= {"budget_spent", "limited"}:
        return 429, "all_deployments_limited"
    return 503, "no_deployment_available"


def _failed(attempt: FailedAttempt) -> dict[str, Any]:
    error = attempt.error
    return _entry(attempt.deployment, error.status, error.code, error.message[:_MAX_MESSAGE])


def _skipped(one: SkippedDeployment) -> dict[str, Any]:
    reason = one.reason or (
        f"gets no calls for {one.wait:.1f} s after failures" if one.wait > 0 else "was not tried any more"
    )
    return _entry(one.deployment, None, one.code, reason)


def _entry(deployment: Deployment, status: int | None, code: str | None, message: str) -> dict[str, Any]:
    return {
        "deployment": deployment.id,
        "model": deployment.group,
        "provider": deployment.provider,
        "status": status,
        "code": code,
        "message": message,
    }
