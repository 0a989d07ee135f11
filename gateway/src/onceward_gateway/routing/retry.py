"""What a failure of a deployment means: for its breaker, for the call, and for the client when all have failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..core.errors import ApiError
from .deployments import Deployment

__all__ = ["PassedOver", "Tried", "Verdict", "judge", "none_left", "out_of_time", "too_slow"]

_SAID = 300
_LATER = "Try again later, or name another model"


@dataclass(frozen=True, slots=True)
class Tried:
    """A deployment and how it failed."""

    deployment: Deployment
    error: ApiError


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A deployment that was not tried, why, and seconds until it may be (0: nobody knows).

    `final`: it is not expected to answer the same request later either.
    """

    deployment: Deployment
    code: str
    wait: float
    reason: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """`counts`: against the deployment; `at_once`: it rests after this one; `moves_on`: another may do better."""

    counts: bool
    at_once: bool
    moves_on: bool


_CALLERS = Verdict(counts=False, at_once=False, moves_on=False)
_LENGTHS = ("context_length_exceeded", "request_too_large")
_TOO_LONG = Verdict(counts=False, at_once=False, moves_on=True)
_RESTS = Verdict(counts=True, at_once=True, moves_on=True)
_FAILED = Verdict(counts=True, at_once=False, moves_on=True)
# What was paid is not bought again, here or elsewhere.
_PAID = Verdict(counts=True, at_once=False, moves_on=False)


def judge(error: ApiError) -> Verdict:
    """The verdict on a failure, by what the provider itself said where it said something."""
    if error.billed:
        return _PAID
    kept = error.extra.get("provider_error")
    said = kept.get("status") if isinstance(kept, dict) else None
    status = said if isinstance(said, int) and said != 200 else error.status
    if error.code in _LENGTHS or error.type == "context_length_exceeded":
        return _TOO_LONG
    if error.status == 400:
        # Text that a provider does not take may come as 403.
        return _CALLERS
    if status in (401, 402, 403, 429):
        return _RESTS
    refused = status < 500
    if error.status >= 500 and not error.retryable and not refused:
        return _PAID
    if status in (404, 408) or error.status >= 500:
        return _FAILED
    return _CALLERS


def too_slow(deployment: Deployment, seconds: float) -> ApiError:
    """A deployment took longer than its own `timeout` (or `stream_timeout`)."""
    said = f"The deployment {deployment.id!r} did not answer within {seconds:g} s."
    kept = {"provider": deployment.provider, "status": None, "body": None}
    return ApiError(
        504, said + " Try again, or have its `timeout` raised.", code="provider_timeout", provider_error=kept
    )


def out_of_time(name: str, seconds: float, tried: Sequence[Tried], last: Deployment) -> ApiError:
    """All tries together took too long; `last` is the one that was on its way."""
    attempts = [_failed(one) for one in tried]
    attempts.append(
        _passed(PassedOver(last, "out_of_time", 0.0, "had not answered when the time of the call was over"))
    )
    said = (
        f"No deployment of {name!r} answered within {seconds:g} s (`routing.total_timeout_seconds`). "
        + " | ".join(f"{one['deployment']}: {one['message']}" for one in attempts)
        + ". Try again later, or name another model."
    )
    return ApiError(504, said, code="deadline_exceeded", attempts=attempts)


def none_left(name: str, tried: Sequence[Tried], passed: Sequence[PassedOver]) -> ApiError:
    """The error when no deployment answered: each with its own reason, and when it is worth coming back."""
    attempts = [*map(_failed, tried), *map(_passed, passed)]
    status, code = _of_all(tried, passed)
    final = not any(one.error.retryable for one in tried) and all(one.final for one in passed)
    waits = [one.error.retry_after for one in tried if one.error.retry_after is not None]
    waits += [one.wait for one in passed if one.wait > 0]
    reasons = " | ".join(f"{one['deployment']}: {one['message']}" for one in attempts)
    what_next = "Sending it again changes nothing: name another model" if final else _LATER
    said = f"No deployment of {name!r} answered. {reasons}. {what_next}."
    asked = any(one.error.provider_asked for one in tried)
    return ApiError(
        status,
        said,
        code=code,
        retry_after=None if final else min(waits, default=None),
        retryable=False if final else None,
        provider_asked=asked,
        attempts=attempts,
    )


def _of_all(tried: Sequence[Tried], passed: Sequence[PassedOver]) -> tuple[int, str]:
    if tried:
        statuses = {one.error.status for one in tried}
        if statuses == {429}:
            return 429, "all_deployments_limited"
        first = tried[0].error
        if len(statuses) == 1 and first.status < 500 and not first.retryable:
            # What each of them says of the request, or of the caller's own key, is what a single one would say.
            return first.status, first.code or "all_deployments_failed"
        return 502, "all_deployments_failed"
    codes = {one.code for one in passed}
    if codes == {"budget_spent"}:
        return 402, "budget_exceeded"
    if codes and codes <= {"budget_spent", "limited"}:
        return 429, "all_deployments_limited"
    return 503, "no_deployment_available"


def _failed(one: Tried) -> dict[str, Any]:
    return _told(one.deployment, one.error.status, one.error.code, one.error.message[:_SAID])


def _passed(one: PassedOver) -> dict[str, Any]:
    reason = one.reason or (f"rests for {one.wait:.1f} s after failures" if one.wait > 0 else "was not tried any more")
    return _told(one.deployment, None, one.code, reason)


def _told(one: Deployment, status: int | None, code: str | None, message: str) -> dict[str, Any]:
    return {
        "deployment": one.id,
        "model": one.group,
        "provider": one.provider,
        "status": status,
        "code": code,
        "message": message,
    }
