"""Errors: the exception for failures of requests, and the envelope in which they are sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from . import error_codes
from .headers import X_ONCEWARD_CALL_ID, X_SHOULD_RETRY

__all__ = [
    "STORAGE_UNAVAILABLE",
    "ApiError",
    "TYPES_BY_STATUS",
    "conflict",
    "draining",
    "encoded",
    "envelope",
    "forbidden",
    "internal",
    "invalid",
    "not_found",
    "storage_unavailable",
]

STORAGE_UNAVAILABLE = "storage_unavailable"
TYPES_BY_STATUS: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "insufficient_credits",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "timeout_error",
    409: "conflict_error",
    410: "not_found_error",
    412: "conflict_error",
    413: "invalid_request_error",
    415: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
    500: "api_error",
    501: "api_error",
    502: "provider_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}


# Errors may repeat values of a request, but never an API key.
_SECRET = re.compile(r"sk-[A-Za-z0-9_\-]{20,}")
# A repeated value may be as long as a body, so long messages are cut; the advice at the end is kept.
_MAX_MESSAGE = 4096
_MESSAGE_END = 1024
_MAX_ID = 200


class ApiError(Exception):
    """A failure with its HTTP status and the fields of the error envelope."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str | None = None,
        code: str | None = None,
        param: str | None = None,
        retry_after: float | None = None,
        retryable: bool | None = None,
        provider_asked: bool | None = False,
        headers: tuple[tuple[str, str], ...] = (),
        **extra: Any,
    ) -> None:
        if len(message) > _MAX_MESSAGE:
            message = f"{message[: _MAX_MESSAGE - _MESSAGE_END]} … {message[-_MESSAGE_END:]}"
        super().__init__(message)
        self.status = status
        self.message = message
        self.type = type or TYPES_BY_STATUS.get(status, "api_error" if status >= 500 else "invalid_request_error")
        self.code = code
        self.param = param
        self.retry_after = retry_after
        # Whether the request was sent to a provider, which may bill it.
        self.provider_asked = provider_asked
        # Whether a provider bills the failed answer, so that another attempt, here or elsewhere, would be billed again.
        self.billed = False
        self.headers = headers
        self.call_id: str | None = None
        self.extra = extra
        self._retryable = retryable

    @property
    def retryable(self) -> bool:
        """Return whether the same request may succeed later: it is valid, and was not billed."""
        if self._retryable is not None:
            return self._retryable
        return self.status in (408, 429) or self.status >= 500

    @retryable.setter
    def retryable(self, value: bool) -> None:
        self._retryable = value

    def body(self, request_id: str | None) -> dict[str, Any]:
        """Return the value of `error` in the envelope."""
        error: dict[str, Any] = {
            "message": _SECRET.sub("sk-...REDACTED", self.message),
            "type": self.type,
            "code": self.code,
            "param": self.param,
            "status": self.status,
            "retryable": self.retryable,
            "provider_asked": self.provider_asked,
        }
        if self.retry_after is not None:
            error["retry_after"] = self.retry_after
        error.update(self.extra)
        if self.call_id is not None:
            error["call_id"] = self.call_id
        if request_id is not None:
            error["request_id"] = request_id
        return error

    def all_headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers of the response, with `retry-after` (in whole seconds, rounded up) if a wait is known."""
        headers = self.headers
        if self._retryable is False and not any(name == X_SHOULD_RETRY for name, _ in headers):
            headers = (*headers, (X_SHOULD_RETRY, "false"))
        if self.call_id is not None:
            headers = (*headers, (X_ONCEWARD_CALL_ID, self.call_id))
        if self.retry_after is None:
            return headers
        seconds = int(self.retry_after) + (self.retry_after > int(self.retry_after))
        return (*headers, ("retry-after", str(seconds)))


def envelope(error: ApiError, request_id: str | None) -> bytes:
    """Return the error as the JSON body of a response or of an `error` event."""
    return encoded({"error": error.body(request_id)})


def encoded(value: Any) -> bytes:
    """Return a value as JSON; values that JSON does not have are written as text, lone surrogates as escapes."""
    try:
        return msgspec.json.encode(value)
    except Exception:  # noqa: BLE001 - an unusual value of a provider or a bug must not hide the error
        return json.dumps(value, default=repr, skipkeys=True).encode()


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    """400: the request itself is wrong."""
    return ApiError(400, message, param=param, code=code)


def not_found(kind: str, id: str, *, param: str | None = None) -> ApiError:
    """404: the caller has no `kind` of this id."""
    name = kind.replace("_", " ")
    id = id if len(id) <= _MAX_ID else id[:_MAX_ID] + "…"
    return ApiError(
        404,
        f"No {name} {id!r} belongs to this caller. Check the id, and that it was made with the same key.",
        code=f"{kind}_not_found",
        param=param,
    )


def conflict(
    message: str, *, code: str | None = None, param: str | None = None, headers: tuple[tuple[str, str], ...] = ()
) -> ApiError:
    """Return 409: the state of the object or of the key does not allow the operation."""
    return ApiError(409, message, code=code, param=param, headers=headers)


def forbidden(message: str, *, code: str | None = None, param: str | None = None) -> ApiError:
    """Return 403: the caller is authenticated, and does not have the permission."""
    return ApiError(403, message, code=code, param=param)


def internal() -> ApiError:
    """Return the 500 of a failure of the gateway, whose reason is in its log."""
    return ApiError(500, "The gateway failed on this call. Report it with the request id.", code=error_codes.INTERNAL)


def storage_unavailable(what: str, *, asked: bool = False, keyed: bool = True) -> ApiError:
    """Return 503: the storage is unavailable; `what` is the reason. `asked`: a provider was asked, and bills it."""
    if not asked:
        message = (
            f"{what}, and no provider was asked. Send the request again, with the same `Idempotency-Key` if it had one."
        )
        return ApiError(503, message, code=STORAGE_UNAVAILABLE, retry_after=2, provider_asked=False)
    message = f"{what}. A provider was asked, and its answer cannot be recorded at the moment. "
    if keyed:
        message += "Send the request again with the same `Idempotency-Key` to get that answer once it is recorded."
        return ApiError(503, message, code=STORAGE_UNAVAILABLE, retry_after=2, provider_asked=True)
    message += "The request had no `Idempotency-Key`, so sending it again makes, and pays, another call."
    no_retry = ((X_SHOULD_RETRY, "false"),)
    return ApiError(503, message, code=STORAGE_UNAVAILABLE, headers=no_retry, provider_asked=True)


def draining() -> ApiError:
    """Return 529 for a request that arrives while the gateway stops."""
    return ApiError(
        529,
        "The gateway is stopping and takes no new calls. Send it again; another one, or this one restarted, takes it.",
        code=error_codes.DRAINING,
        retry_after=1,
        headers=(("connection", "close"),),
    )
