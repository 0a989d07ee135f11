"""Failures of an upstream as errors of the gateway, its own words kept in `provider_error`. Pure functions.

An error never contains the address of the provider: only the log does.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from ..core.errors import TYPES_BY_STATUS, ApiError
from ..core.lenient_json import (
    Unreadable,
    decode,
    plain,
)

__all__ = [
    "attribute",
    "broken_answer",
    "broken_stream",
    "conceal",
    "cut_answer",
    "from_event",
    "from_status",
    "is_failed",
    "too_large",
    "too_long",
    "unreachable",
]

_KEPT = 8192
_HIDDEN = "...REDACTED"
_UPSTREAM = "[provider]"
_CALLERS_FAULT = (400, 404, 409, 413, 422)
_LONGEST_WAIT = 86_400.0
_CODES = {429: "provider_rate_limit", 503: "provider_overloaded", 529: "provider_overloaded"}
# Finish reasons of an answer that was given up: of the OpenAI wire, vLLM, DeepSeek and Zhipu.
_FAILED = frozenset({"error", "abort", "aborted", "insufficient_system_resource", "network_error"})
_KINDS = {
    "overloaded_error": 529,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
}
# A key or an account is refused, and is refused again until its owner does something about it.
_REFUSED = {401: "provider_key_rejected", 402: "provider_credits_exhausted", 403: "provider_key_rejected"}
# Codes for text that a provider does not take. Some send them with the status of a refused key.
_FLAGGED = frozenset({"content_filter", "content_policy_violation", "data_inspection_failed", "moderation_blocked"})
# Members of `metadata` that name what was found in the text: those of OpenRouter.
_FINDINGS = ("reasons", "flagged_input")
# How a provider's rate limit opens where one request alone is above it: those of OpenAI and Groq.
_TOO_LARGE = "request too large"
# Limits that no wait lifts.
_USED_UP = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
# Of the statuses below 500 these may be gone the next time.
_PASSING = (408, 425, 429, 499)
_OPERATORS = (
    ". Sending the request again changes nothing: whoever runs the gateway has to check the key and the account "
    "of `providers.{provider}`. Choose another model meanwhile."
)


def conceal(error: ApiError, secrets: Collection[str], places: Collection[str] = ()) -> None:
    """Take out of an error what an upstream was sent in confidence, and where it is: some repeat either."""

    def hidden(value: Any) -> Any:
        if isinstance(value, str):
            for secret in secrets:
                value = value.replace(secret, _HIDDEN)
            for place in places:
                value = value.replace(place, _UPSTREAM)
            return value
        if isinstance(value, dict):
            return {hidden(name): hidden(inner) for name, inner in value.items()}
        return [hidden(inner) for inner in value] if isinstance(value, list) else value

    error.message, error.code, error.param = hidden(error.message), hidden(error.code), hidden(error.param)
    error.extra = hidden(error.extra)
    error.args = (error.message,)


def from_status(provider: str, status: int, headers: Mapping[str, str], body: bytes, *, now: float) -> ApiError:
    """Return the error for a provider's answer with an error status."""
    detail = _body(body)
    told = _error_in(detail)
    message, code, param, kind = _words(told)
    said = f"{provider!r} answered {status}: {message or 'no message'}"
    kept: dict[str, Any] = {"provider": provider, "status": status, "body": detail}
    fault = _fault_of_request(status, said, told, kept)
    if fault is not None:
        return fault
    if status == 429:
        return _limited(said, code, kind, _retry_after(headers, now), kept)
    if status in _REFUSED:
        return _refused(status, said, code, kept)
    if status in _CALLERS_FAULT:
        return ApiError(status, said, type=_request_type(kind), code=code, param=param, provider_error=kept)
    if status == 529 or kind == "overloaded_error":
        return ApiError(
            529, said, code=code or "provider_overloaded", retry_after=_retry_after(headers, now), provider_error=kept
        )
    wait = _retry_after(headers, now)
    return ApiError(
        502, said, code=code or "provider_failed", retry_after=wait, retryable=_retryable(status), provider_error=kept
    )


def is_failed(finish_reason: Any) -> bool:
    """Return whether a finish reason says that the answer was given up, and not finished."""
    return isinstance(finish_reason, str) and finish_reason.lower() in _FAILED


def _retryable(status: int) -> bool | None:
    """Return False for a status that the same request gets again; None where its own status decides."""
    return False if 300 <= status < 500 and status not in _PASSING else None


def _limited(said: str, code: str | None, kind: str | None, wait: float | None, kept: Mapping[str, Any]) -> ApiError:
    """The error for a limit of the provider: one that a wait lifts, or one that needs somebody to pay."""
    used_up = code in _USED_UP or kind in _USED_UP
    return ApiError(
        429,
        said,
        code=code or "provider_rate_limit",
        retry_after=None if used_up else wait,
        retryable=False if used_up else None,
        provider_error=kept,
    )


def _fault_of_request(status: int | None, said: str, error: Any, kept: Mapping[str, Any]) -> ApiError | None:
    """Return the error for a request that is refused with the status of a rejected key or of a rate limit.

    None where the key or the limit itself is meant.
    """
    message, code, _, kind = _words(error)
    if status in (413, 429) and (message or "").lower().startswith(_TOO_LARGE):
        return ApiError(413, said, code="request_too_large", retryable=False, provider_error=kept)
    metadata = error.get("metadata") if isinstance(error, dict) else None
    found = isinstance(metadata, dict) and any(metadata.get(name) for name in _FINDINGS)
    if status == 403 and (found or code in _FLAGGED or kind in _FLAGGED):
        return ApiError(400, said, code="content_filter", retryable=False, provider_error=kept)
    return None


def _refused(status: int, said: str, code: str | None, kept: Mapping[str, Any]) -> ApiError:
    """The error for a key or an account that a provider refuses; `attribute` says whose."""
    return ApiError(502, said, code=code, retryable=False, provider_error={**kept, "status": status})


def attribute(error: ApiError, *, callers_key: bool) -> None:
    """Say whose key or account was refused, where one was: the caller's own, or one it can do nothing about."""
    kept: Any = error.extra.get("provider_error")
    if error.status != 502 or not isinstance(kept, dict) or kept.get("status") not in _REFUSED:
        return
    status = kept["status"]
    if callers_key:
        error.status, error.type = status, TYPES_BY_STATUS[status]
        error.code = error.code or _REFUSED[status]
    else:
        error.code = "provider_failed"
        error.message = error.message.rstrip(".") + _OPERATORS.format(provider=kept["provider"])
        error.args = (error.message,)


def from_event(provider: str, error: Any, *, whole: bool = False) -> ApiError:
    """The error for one that an upstream put into its stream, or into an answer with a status of success."""
    error = plain(error)
    told = _error_in({"error": error})
    message, code, param, kind = _words(told)
    number = _number(error)
    status = _status(number, kind)
    kept = {"provider": provider, "status": number, "body": error}
    where = "in an answer that it called a success" if whole else "in mid-stream"
    said = f"{provider!r} failed {where}: {message or 'no message'}"
    refused = number or _KINDS.get(kind or "")
    fault = _fault_of_request(refused, said, told, kept)
    if fault is not None:
        return fault
    if refused in _REFUSED:
        return _refused(refused, said, code, kept)
    if status == 429:
        return _limited(said, code, kind, _wait_in(error), kept)
    return ApiError(
        status,
        said,
        code=code or _CODES.get(status, "provider_failed" if whole else "provider_stream_failed"),
        param=param,
        retry_after=_wait_in(error),
        retryable=_retryable(number) if status == 502 and number is not None else None,
        provider_error=kept,
    )


def _number(error: Any) -> int | None:
    """The HTTP status that an error names, if it names one."""
    if not isinstance(error, dict):
        return None
    for name in ("code", "status", "status_code", "http_status"):
        value = error.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
            value = int(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and 400 <= value < 600:
            return int(value)
    return None


def _status(number: int | None, kind: str | None) -> int:
    if number is None:
        return _KINDS.get(kind or "", 502)
    if number in (429, 529, 502, 503, 504, 408) or number in _CALLERS_FAULT:
        return number
    return 502


def _wait_in(error: Any) -> float | None:
    """Seconds to wait, as the members of an error tell them."""
    if not isinstance(error, dict):
        return None
    for holder in (error, error.get("metadata"), error.get("details")):
        if isinstance(holder, dict):
            for name, unit in (("retry_after_ms", 0.001), ("retry_after", 1.0), ("retry_after_seconds", 1.0)):
                wait = _seconds(holder.get(name))
                if wait is not None:
                    return wait * unit
    return None


def unreachable(provider: str, reason: str) -> ApiError:
    """The upstream was not reached, or left before it answered."""
    kept = {"provider": provider, "status": None, "body": None}
    said = f"{provider!r} could not be reached: {reason}. Check `providers.{provider}.base_url`, or try again."
    return ApiError(502, said, code="provider_unreachable", provider_error=kept)


def broken_stream(provider: str, reason: str) -> ApiError:
    """The upstream's stream ended before its end."""
    kept = {"provider": provider, "status": None, "body": None}
    said = f"The stream of {provider!r} broke off: {reason}. The part before it is valid."
    return ApiError(502, said, code="provider_stream_cut", provider_error=kept)


def cut_answer(provider: str, reason: str) -> ApiError:
    """The upstream's answer ended before its end."""
    kept = {"provider": provider, "status": 200, "body": None}
    said = f"The answer of {provider!r} broke off: {reason}. Send the request again."
    return ApiError(502, said, code="provider_answer_cut", provider_error=kept)


def broken_answer(provider: str, body: bytes, reason: str = "no JSON object", *, paid: bool = True) -> ApiError:
    """Return the error for a successful status with an unusable body. Where it may be billed, it is not retried."""
    kept = {"provider": provider, "status": 200, "body": _body(body)}
    said = f"{provider!r} answered with something that cannot be read: {reason}. "
    if paid:
        said += "It may have been paid for, so the request is not sent again by itself. "
        said += "Check `provider_error`, or choose another model."
    else:
        said += f"Check `provider_error` and `providers.{provider}.base_url`, or send the request again."
    return ApiError(502, said, code="provider_bad_answer", retryable=not paid, provider_error=kept)


def too_large(provider: str, what: str, limit: int, setting: str) -> ApiError:
    """The upstream sent more than is kept."""
    kept = {"provider": provider, "status": 200, "body": None}
    said = f"{what} of {provider!r} is larger than {limit} bytes (`{setting}`). Ask for less, or have it raised."
    return ApiError(502, said, code="provider_answer_too_large", retryable=False, provider_error=kept)


def too_long(provider: str, seconds: float, setting: str) -> ApiError:
    """The upstream took longer for its whole answer than it may."""
    kept = {"provider": provider, "status": None, "body": None}
    said = (
        f"{provider!r} did not finish its answer within {seconds:g} s (`{setting}`). Ask for less, or have it raised."
    )
    return ApiError(504, said, code="provider_timeout", retryable=False, provider_error=kept)


def _body(body: bytes) -> Any:
    try:
        return plain(decode(body[: _KEPT * 8]))
    except Unreadable:
        return body[:_KEPT].decode("utf-8", "replace")


def _error_in(detail: Any) -> Any:
    """Return the error in a body, out of the shapes that upstreams wrap it in."""
    if isinstance(detail, list) and len(detail) == 1:
        detail = detail[0]
    error = (detail.get("error") or detail) if isinstance(detail, dict) else detail
    inner = error.get("error") if isinstance(error, dict) and not error.get("message") else None
    return inner if isinstance(inner, dict) else error


def _words(error: Any) -> tuple[str | None, str | None, str | None, str | None]:
    """Return the message, code, param and type of an error."""
    if isinstance(error, str):
        return error[:500] or None, None, None, None
    if not isinstance(error, dict):
        return None, None, None, None
    message = error.get("message") or error.get("detail")
    if isinstance(message, list | dict):
        message = str(message)
    return _text(message, 2000), _text(error.get("code")), _text(error.get("param")), _text(error.get("type"))


def _text(value: Any, most: int = 200) -> str | None:
    return value[:most] if isinstance(value, str) and value and not value.isdigit() else None


def _request_type(kind: str | None) -> str | None:
    return kind if kind in ("invalid_request_error", "not_found_error", "context_length_exceeded") else None


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds to wait according to the headers, at most a day; invalid values are ignored."""
    milliseconds = _seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    wait = _seconds(value)
    if wait is not None or value is None:
        return wait
    try:
        return min(max(0.0, parsedate_to_datetime(value).timestamp() - now), _LONGEST_WAIT)
    except (ValueError, OverflowError, OSError, TypeError, IndexError, AttributeError):
        return None


def _seconds(value: Any) -> float | None:
    """A number of seconds (or of their parts) that somebody may wait; None for all that is none."""
    if isinstance(value, str):
        if not value.isascii():
            return None
        try:
            value = float(value[:64])
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        return None
    return min(float(value), _LONGEST_WAIT)
