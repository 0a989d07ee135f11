"""Rate-limit headers and errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..core import error_codes
from ..core.errors import ApiError
from ..http.request import Headers
from .limits import KINDS, Limit

__all__ = ["headers_of", "refusal", "unavailable"]

_LEFT = tuple(
    (kind, f"x-ratelimit-limit-{kind}", f"x-ratelimit-remaining-{kind}", f"x-ratelimit-reset-{kind}")
    for kind in ("requests", "tokens")
)
_TRY_AGAIN_SECONDS = 1.0


def headers_of(limits: Sequence[Limit], used: Sequence[int], over: Callable[[int], float]) -> Headers:
    """Return the headers of the limits of requests and of tokens that are nearest to exhaustion.

    `used` is the usage of each limit; `over` returns, by the index of a limit, the seconds until it is unused.
    """
    headers: Headers = ()
    for kind, name, remaining, reset in _LEFT:
        nearest, least = -1, 0
        for at, limit in enumerate(limits):
            if limit.kind == kind:
                left = limit.most - used[at]
                if nearest < 0 or left < least:
                    nearest, least = at, left
        if nearest >= 0:
            seconds = over(nearest) if used[nearest] else 0.0
            most, left = limits[nearest].most, max(least, 0)
            headers = (*headers, (name, str(most)), (remaining, str(left)), (reset, f"{seconds:.3f}s"))
    return headers


def refusal(limit: Limit, wait: float, headers: Headers) -> ApiError:
    """Return the 429 of a limit, with its owner and the time to retry."""
    spec = KINDS[limit.kind]
    owner = _owner(limit)
    when = (
        "Wait until one of its calls has ended."
        if limit.kind == "parallel"
        else f"Wait {wait:.1f} s before the next call."
    )
    return ApiError(
        429,
        f"{owner[0].upper()}{owner[1:]} is limited to {limit.most} {spec.description}, and that is reached. {when}",
        code=spec.code,
        retry_after=wait,
        headers=headers,
        limit=spec.field,
        limit_scope=limit.place[0],
        limit_id=limit.place[1],
        limit_model=limit.place[2] or None,
        limit_value=limit.most,
    )


def unavailable(limit: Limit) -> ApiError:
    """Return the 503 of a call whose limits cannot be counted while they fail closed."""
    return ApiError(
        503,
        f"Calls of {_owner(limit)} are limited, and the limits cannot be counted now, because the gateway cannot reach "
        f'its Redis. Try again in {_TRY_AGAIN_SECONDS:g} s, or have `limits.redis_failure_mode = "open"` configured.',
        code=error_codes.LIMITS_UNAVAILABLE,
        retry_after=_TRY_AGAIN_SECONDS,
    )


def _owner(limit: Limit) -> str:
    return f"the {limit.name}" + (f" for the model {limit.place[2]!r}" if limit.place[2] else "")
