"""What a failure of a deployment means: for its breaker, for the call, and for the client when all have failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import ApiError
from .deployments import Deployment

__all__ = ["Tried", "Verdict", "judge", "none_left"]

_SAID = 300


@dataclass(frozen=True, slots=True)
class Tried:
    """A deployment and how it failed."""

    deployment: Deployment
    error: ApiError


@dataclass(frozen=True, slots=True)
class Verdict:
    """`counts`: against the deployment; `at_once`: it rests after this one; `moves_on`: another may do better."""

    counts: bool
    at_once: bool
    moves_on: bool


_CALLERS = Verdict(counts=False, at_once=False, moves_on=False)
_TOO_LONG = Verdict(counts=False, at_once=False, moves_on=True)
_RESTS = Verdict(counts=True, at_once=True, moves_on=True)
_FAILED = Verdict(counts=True, at_once=False, moves_on=True)


def judge(error: ApiError) -> Verdict:
    """The verdict on a failure, by what the provider itself said where it said something."""
    kept = error.extra.get("provider_error")
    said = kept.get("status") if isinstance(kept, dict) else None
    status = said if isinstance(said, int) and said != 200 else error.status
    if error.code == "context_length_exceeded" or error.type == "context_length_exceeded":
        return _TOO_LONG
    if status in (401, 403, 429):
        return _RESTS
    if status in (404, 408) or status >= 500:
        return _FAILED
    return _CALLERS


def none_left(name: str, tried: Sequence[Tried], resting: Sequence[tuple[Deployment, float]]) -> ApiError:
    """The error when no deployment answered: each with its own reason, and when it is worth coming back."""
    attempts: list[dict[str, Any]] = [
        {
            "deployment": one.deployment.id,
            "model": one.deployment.group,
            "provider": one.deployment.provider,
            "status": one.error.status,
            "code": one.error.code,
            "message": one.error.message[:_SAID],
        }
        for one in tried
    ]
    reasons = [f"{one.deployment.id}: {one.error.message[:_SAID]}" for one in tried]
    for deployment, wait in resting:
        reason = f"rests for {wait:.1f} s after failures" if wait > 0 else "is busy, or was not tried any more"
        reasons.append(f"{deployment.id}: {reason}")
        attempts.append(
            {
                "deployment": deployment.id,
                "model": deployment.group,
                "provider": deployment.provider,
                "status": None,
                "code": "resting" if wait > 0 else "not_tried",
                "message": reason,
            }
        )
    statuses = {one.error.status for one in tried}
    if statuses == {429}:
        status, code = 429, "all_deployments_limited"
    elif not tried:
        status, code = 503, "no_deployment_available"
    else:
        status, code = 502, "all_deployments_failed"
    waits = [one.error.retry_after for one in tried if one.error.retry_after is not None]
    waits += [wait for _, wait in resting if wait > 0]
    said = f"No deployment of {name!r} answered. " + " | ".join(reasons) + ". Try again later, or name another model."
    return ApiError(status, said, code=code, retry_after=min(waits, default=None), attempts=attempts)
