"""Failures of an upstream as errors of the gateway, its own words kept in `provider_error`. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from ..errors import ApiError

__all__ = ["broken_answer", "broken_stream", "conceal", "from_event", "from_status", "unreachable"]

_KEPT = 8192
_HIDDEN = "...REDACTED"
_CALLERS_FAULT = (400, 404, 409, 413, 422)


def conceal(error: ApiError, secrets: Collection[str]) -> None:
    """Take the secrets that an upstream was sent out of what it says: some repeat the key that they refuse."""

    def hidden(value: Any) -> Any:
        if isinstance(value, str):
            for secret in secrets:
                value = value.replace(secret, _HIDDEN)
            return value
        if isinstance(value, dict):
            return {hidden(name): hidden(inner) for name, inner in value.items()}
        return [hidden(inner) for inner in value] if isinstance(value, list) else value

    error.message, error.code, error.param = hidden(error.message), hidden(error.code), hidden(error.param)
    error.extra = hidden(error.extra)
    error.args = (error.message,)


def from_status(
    provider: str, status: int, headers: Mapping[str, str], body: bytes, *, callers_key: bool, now: float
) -> ApiError:
    """The error for an upstream's answer that is no success."""
    detail = _body(body)
    message, code, param, kind = _words(detail)
    said = f"{provider!r} answered {status}: {message or 'no message'}"
    kept: dict[str, Any] = {"provider": provider, "status": status, "body": detail}
    if status == 429:
        wait = _retry_after(headers, now)
        return ApiError(429, said, code=code or "provider_rate_limit", retry_after=wait, provider_error=kept)
    if status in (401, 403) and callers_key:
        return ApiError(status, said, code=code or "provider_key_rejected", provider_error=kept)
    if status in _CALLERS_FAULT:
        return ApiError(status, said, type=_request_type(kind), code=code, param=param, provider_error=kept)
    if status == 529 or kind == "overloaded_error":
        return ApiError(
            529, said, code=code or "provider_overloaded", retry_after=_retry_after(headers, now), provider_error=kept
        )
    return ApiError(
        502, said, code=code or "provider_failed", retry_after=_retry_after(headers, now), provider_error=kept
    )


def from_event(provider: str, error: Any) -> ApiError:
    """The error for one that an upstream put into its stream."""
    message, code, param, kind = _words({"error": error})
    kept = {"provider": provider, "status": None, "body": error}
    status = {"overloaded_error": 529, "rate_limit_error": 429}.get(kind or "", 502)
    said = f"{provider!r} failed in mid-stream: {message or 'no message'}"
    return ApiError(status, said, code=code or "provider_stream_failed", param=param, provider_error=kept)


def unreachable(provider: str, reason: str) -> ApiError:
    """The upstream was not reached, or left before it answered."""
    kept = {"provider": provider, "status": None, "body": None}
    said = f"{provider!r} could not be reached: {reason}. Check `providers.{provider}.base_url`, or try again."
    return ApiError(502, said, code="provider_unreachable", provider_error=kept)


def broken_stream(provider: str, reason: str) -> ApiError:
    """The upstream's stream ended before its end."""
    kept = {"provider": provider, "status": None, "body": None}
    said = f"The stream of {provider!r} broke off: {reason}. What came before it stands."
    return ApiError(502, said, code="provider_stream_cut", provider_error=kept)


def broken_answer(provider: str, body: bytes) -> ApiError:
    """The upstream answered with success and with something that is no answer."""
    kept = {"provider": provider, "status": 200, "body": _body(body)}
    said = f"{provider!r} answered with something that is no JSON object. Check `providers.{provider}.base_url`."
    return ApiError(502, said, code="provider_bad_answer", provider_error=kept)


def _body(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body[:_KEPT].decode("utf-8", "replace")


def _words(detail: Any) -> tuple[str | None, str | None, str | None, str | None]:
    """Message, code, param and type out of the shapes that upstreams use."""
    error = detail.get("error", detail) if isinstance(detail, dict) else detail
    if isinstance(error, str):
        return error[:500], None, None, None
    if not isinstance(error, dict):
        return None, None, None, None
    message = error.get("message") or error.get("detail")
    return _text(message, 2000), _text(error.get("code")), _text(error.get("param")), _text(error.get("type"))


def _text(value: Any, most: int = 200) -> str | None:
    return value[:most] if isinstance(value, str) and value and not value.isdigit() else None


def _request_type(kind: str | None) -> str | None:
    return kind if kind in ("invalid_request_error", "not_found_error", "context_length_exceeded") else None


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    milliseconds = headers.get("retry-after-ms")
    if milliseconds is not None and milliseconds.isdigit():
        return int(milliseconds) / 1000
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except ValueError:
        return None
