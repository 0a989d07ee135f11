"""Failures of a provider as errors of the gateway, with its own message in `provider_error`. Pure functions.

An error never contains the address of the provider; only the log does.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from ..core import error_codes
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
# Finish reasons of an aborted answer: of the OpenAI protocol, vLLM, DeepSeek and Zhipu.
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
# Statuses of a rejected key or account, which stays rejected until its owner acts.
_REFUSED = {401: "provider_key_rejected", 402: "provider_credits_exhausted", 403: "provider_key_rejected"}
# Codes for text that a provider rejects. Some send them with the status of a rejected key.
_FLAGGED = frozenset({"content_filter", "content_policy_violation", "data_inspection_failed", "moderation_blocked"})
# Members of OpenRouter's `metadata` with the reason why a text was rejected.
_FINDINGS = ("reasons", "flagged_input")
# Beginnings of rate limit messages for a single request above the limit: those of OpenAI and Groq.
_TOO_LARGE = "request too large"
# Limits that do not end by waiting.
_USED_UP = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
# The statuses below 500 that may be temporary.
_PASSING = (408, 425, 429, 499)
_OPERATORS = (
    ". Sending the request again changes nothing: whoever runs the gateway has to check the key and the account "
    "of `providers.{provider}`. Choose another model meanwhile."
)


def conceal(error: ApiError, secrets: Collection[str], places: Collection[str] = ()) -> None:
    """Remove secrets and the provider's address from an error: some providers repeat them."""

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
    error_object = _error_in(detail)
    message, code, param, kind = _words(error_object)
    summary = f"{provider!r} answered {status}: {message or 'no message'}"
    provider_error: dict[str, Any] = {"provider": provider, "status": status, "body": detail}
    fault = _fault_of_request(status, summary, error_object, provider_error)
    if fault is not None:
        return fault
    if status == 429:
        return _limited(summary, code, kind, _retry_after(headers, now), provider_error)
    if status in _REFUSED:
        return _refused(status, summary, code, provider_error)
    if status in _CALLERS_FAULT:
        return ApiError(
            status, summary, type=_request_type(kind), code=code, param=param, provider_error=provider_error
        )
    if status == 529 or kind == "overloaded_error":
        return ApiError(
            529,
            summary,
            code=code or "provider_overloaded",
            retry_after=_retry_after(headers, now),
            provider_error=provider_error,
        )
    wait = _retry_after(headers, now)
    return ApiError(
        502,
        summary,
        code=code or "provider_failed",
        retry_after=wait,
        retryable=_retryable(status),
        provider_error=provider_error,
    )


def is_failed(finish_reason: Any) -> bool:
    """Return whether a finish reason means that the answer was aborted."""
    return isinstance(finish_reason, str) and finish_reason.lower() in _FAILED


def _retryable(status: int) -> bool | None:
    """Return False for a status that the same request would get again; None if the status itself decides."""
    return False if 300 <= status < 500 and status not in _PASSING else None


def _limited(
    summary: str, code: str | None, kind: str | None, wait: float | None, provider_error: Mapping[str, Any]
) -> ApiError:
    """Return the error for a limit of the provider: a rate limit, or a spent quota."""
    used_up = code in _USED_UP or kind in _USED_UP
    return ApiError(
        429,
        summary,
        code=code or "provider_rate_limit",
        retry_after=None if used_up else wait,
        retryable=False if used_up else None,
        provider_error=provider_error,
    )


def _fault_of_request(
    status: int | None, summary: str, error: Any, provider_error: Mapping[str, Any]
) -> ApiError | None:
    """Return the error for a request that is refused with the status of a rejected key or of a rate limit.

    None where the key or the limit itself is meant.
    """
    message, code, _, kind = _words(error)
    if status in (413, 429) and (message or "").lower().startswith(_TOO_LARGE):
        return ApiError(
            413, summary, code=error_codes.REQUEST_TOO_LARGE, retryable=False, provider_error=provider_error
        )
    metadata = error.get("metadata") if isinstance(error, dict) else None
    found = isinstance(metadata, dict) and any(metadata.get(name) for name in _FINDINGS)
    if status == 403 and (found or code in _FLAGGED or kind in _FLAGGED):
        return ApiError(400, summary, code=error_codes.CONTENT_FILTER, retryable=False, provider_error=provider_error)
    return None


def _refused(status: int, summary: str, code: str | None, provider_error: Mapping[str, Any]) -> ApiError:
    """Return the error for a key or an account that a provider rejects; `attribute` adds its owner."""
    return ApiError(502, summary, code=code, retryable=False, provider_error={**provider_error, "status": status})


def attribute(error: ApiError, *, callers_key: bool) -> None:
    """Add to the error of a rejected key or account whether it is the caller's own or the operator's."""
    provider_error: Any = error.extra.get("provider_error")
    if error.status != 502 or not isinstance(provider_error, dict) or provider_error.get("status") not in _REFUSED:
        return
    status = provider_error["status"]
    if callers_key:
        error.status, error.type = status, TYPES_BY_STATUS[status]
        error.code = error.code or _REFUSED[status]
    else:
        error.code = error_codes.PROVIDER_FAILED
        error.message = error.message.rstrip(".") + _OPERATORS.format(provider=provider_error["provider"])
        error.args = (error.message,)


def from_event(provider: str, error: Any, *, whole: bool = False) -> ApiError:
    """Return the error for one that a provider sent in a stream, or in an answer with a successful status."""
    error = plain(error)
    error_object = _error_in({"error": error})
    message, code, param, kind = _words(error_object)
    number = _number(error)
    status = _status(number, kind)
    provider_error = {"provider": provider, "status": number, "body": error}
    where = "in an answer that it called a success" if whole else "in mid-stream"
    summary = f"{provider!r} failed {where}: {message or 'no message'}"
    refused = number or _KINDS.get(kind or "")
    fault = _fault_of_request(refused, summary, error_object, provider_error)
    if fault is not None:
        return fault
    if refused in _REFUSED:
        return _refused(refused, summary, code, provider_error)
    if status == 429:
        return _limited(summary, code, kind, _wait_in(error), provider_error)
    return ApiError(
        status,
        summary,
        code=code or _CODES.get(status, "provider_failed" if whole else "provider_stream_failed"),
        param=param,
        retry_after=_wait_in(error),
        retryable=_retryable(number) if status == 502 and number is not None else None,
        provider_error=provider_error,
    )


def _number(error: Any) -> int | None:
    """Return the HTTP status in an error, if it has one."""
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
    """Return the seconds to wait according to the members of an error."""
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
    """Return the error for a provider that was not reached, or disconnected before it answered."""
    provider_error = {"provider": provider, "status": None, "body": None}
    summary = f"{provider!r} could not be reached: {reason}. Check `providers.{provider}.base_url`, or try again."
    return ApiError(502, summary, code=error_codes.PROVIDER_UNREACHABLE, provider_error=provider_error)


def broken_stream(provider: str, reason: str) -> ApiError:
    """Return the error for a stream that was cut off."""
    provider_error = {"provider": provider, "status": None, "body": None}
    summary = f"The stream of {provider!r} broke off: {reason}. The part before it is valid."
    return ApiError(502, summary, code=error_codes.PROVIDER_STREAM_CUT, provider_error=provider_error)


def cut_answer(provider: str, reason: str) -> ApiError:
    """Return the error for an answer that was cut off."""
    provider_error = {"provider": provider, "status": 200, "body": None}
    summary = f"The answer of {provider!r} broke off: {reason}. Send the request again."
    return ApiError(502, summary, code=error_codes.PROVIDER_ANSWER_CUT, provider_error=provider_error)


def broken_answer(provider: str, body: bytes, reason: str = "no JSON object", *, paid: bool = True) -> ApiError:
    """Return the error for a successful status with an unusable body. Where it may be billed, it is not retried."""
    provider_error = {"provider": provider, "status": 200, "body": _body(body)}
    summary = f"{provider!r} answered with something that cannot be read: {reason}. "
    if paid:
        summary += "It may have been paid for, so the request is not sent again by itself. "
        summary += "Check `provider_error`, or choose another model."
    else:
        summary += f"Check `provider_error` and `providers.{provider}.base_url`, or send the request again."
    return ApiError(
        502, summary, code=error_codes.PROVIDER_BAD_ANSWER, retryable=not paid, provider_error=provider_error
    )


def too_large(provider: str, what: str, limit: int, setting: str) -> ApiError:
    """Return the error for an answer above the size limit."""
    provider_error = {"provider": provider, "status": 200, "body": None}
    summary = f"{what} of {provider!r} is larger than {limit} bytes (`{setting}`). Ask for less, or have it raised."
    return ApiError(
        502, summary, code=error_codes.PROVIDER_ANSWER_TOO_LARGE, retryable=False, provider_error=provider_error
    )


def too_long(provider: str, seconds: float, setting: str) -> ApiError:
    """Return the error for an answer above the time limit."""
    provider_error = {"provider": provider, "status": None, "body": None}
    summary = (
        f"{provider!r} did not finish its answer within {seconds:g} s (`{setting}`). Ask for less, or have it raised."
    )
    return ApiError(504, summary, code=error_codes.PROVIDER_TIMEOUT, retryable=False, provider_error=provider_error)


def _body(body: bytes) -> Any:
    try:
        return plain(decode(body[: _KEPT * 8]))
    except Unreadable:
        return body[:_KEPT].decode("utf-8", "replace")


def _error_in(detail: Any) -> Any:
    """Return the error in a body, in any of the shapes that providers use."""
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
    """Return a number of seconds, converted from its unit; None for an invalid value."""
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
