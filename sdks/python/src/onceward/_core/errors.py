"""The errors that this package raises.

    SDKError
    ├── ConfigError (ValueError, TypeError)
    ├── ParameterError (ValueError, TypeError)
    └── APIError
        ├── APIConnectionError
        │   ├── APITimeoutError
        │   └── StreamInterrupted
        ├── APIStatusError
        │   ├── BadRequestError                 400
        │   ├── AuthenticationError             401
        │   ├── PermissionDeniedError           403
        │   ├── NotFoundError                   404
        │   ├── RequestTimeoutError             408
        │   ├── ConflictError                   409
        │   ├── PayloadTooLargeError            413
        │   ├── UnprocessableEntityError        422
        │   ├── RateLimitError                  429
        │   └── InternalServerError             >= 500
        ├── CircuitOpen
        ├── PaginationLoop
        └── ResponseShapeError

The class of a server's error is chosen from its status.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from .meta import Headers

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "CircuitOpen",
    "ConfigError",
    "ConflictError",
    "InternalServerError",
    "NotFoundError",
    "PaginationLoop",
    "ParameterError",
    "PayloadTooLargeError",
    "PermissionDeniedError",
    "RateLimitError",
    "RequestTimeoutError",
    "ResponseShapeError",
    "SDKError",
    "StreamInterrupted",
    "UnprocessableEntityError",
]


class SDKError(Exception):
    """The base of all errors that this package raises itself."""


class ConfigError(SDKError, ValueError, TypeError):
    """An option of the client, or an environment variable, is not usable."""


class ParameterError(SDKError, ValueError, TypeError):
    """Invalid arguments of a call. ``faults`` lists all of them; nothing was sent."""

    def __init__(self, faults: Iterable[str], operation: str | None = None) -> None:
        self.faults = tuple(faults)
        self.operation = operation
        where = f"`{operation}`: " if operation else ""
        if len(self.faults) == 1:
            text = where + self.faults[0]
        else:
            text = (
                where + f"{len(self.faults)} arguments are wrong" + "".join(f"\n  - {fault}" for fault in self.faults)
            )
        super().__init__(text)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.faults, self.operation))


class APIError(SDKError):
    """A failed call. Attributes whose value is unknown are None.

    ``body`` is the response as the type that the API declares for its status, else its decoded JSON or its text.
    ``attempts`` is the number of requests sent, and
    ``idempotency_key`` the key they carried. For a stream, ``partial`` is what was received, ``usage`` its usage as far
    as the server reported it, and ``last_event_id`` the id of the last event.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int | None = None,
        code: str | None = None,
        type: str | None = None,
        param: str | None = None,
        headers: Headers | None = None,
        body: Any = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        idempotency_key: str | None = None,
        attempts: int = 0,
        details: dict[str, Any] | None = None,
        partial: Any = None,
        usage: Any = None,
        last_event_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        """The server's message, or a description of the failure."""
        self.where: str | None = None
        """The request that failed, if the message does not name it."""
        self.status_code = status_code
        self.code = code
        self.type = type
        self.param = param
        self.headers = headers if headers is not None else Headers()
        self.body = body
        self.request_id = request_id
        self.retry_after = retry_after
        self.idempotency_key = idempotency_key
        self.attempts = attempts
        self.details = details or {}
        """Other members of the server's error object."""
        self.partial = partial
        self.usage = usage
        self.last_event_id = last_event_id

    def __str__(self) -> str:
        seen = [f"status {self.status_code}"] if self.status_code is not None else []
        seen += [f"code {self.code!r}"] if self.code else []
        seen += [f"param {self.param!r}"] if self.param else []
        seen += [f"request id {self.request_id}"] if self.request_id else []
        seen += [f"{self.attempts} attempts"] if self.attempts > 1 else []
        text = f"{self.where} failed: {self.message}" if self.where else self.message
        text = f"{text} [{', '.join(seen)}]" if seen else text
        hint = self._hint()
        return f"{text}\n{hint}" if hint else text

    def _hint(self) -> str | None:
        """Return the next step to take, in one sentence."""
        return None

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.message), self.__dict__.copy())


def _rebuild(cls: type[APIError], message: str) -> APIError:
    error = cls.__new__(cls, message)
    Exception.__init__(error, message)
    return error


class APIConnectionError(APIError):
    """No complete response was received: the connection could not be made, or it broke."""


class APITimeoutError(APIConnectionError):
    """One of the five clocks ran out: the one in ``clock``."""

    clock: str | None = None

    def _hint(self) -> str | None:
        return f"Raise `timeout=Timeout({self.clock}=...)` if the server may take longer." if self.clock else None


class StreamInterrupted(APIConnectionError):
    """A stream broke after events had been delivered, and could not be resumed.

    ``partial`` is what was received, ``usage`` its usage if known, and ``last_event_id`` the event to resume after.
    """

    resumable: bool = False

    def _hint(self) -> str | None:
        return "The part received is in `.partial`; a new call starts from the beginning."


class APIStatusError(APIError):
    """The server responded with an error, by its status or inside a stream."""


class BadRequestError(APIStatusError):
    """400: the request is invalid."""


class AuthenticationError(APIStatusError):
    """401: the API key is missing or invalid."""

    def _hint(self) -> str | None:
        return "Check `api_key=` or the environment variable that holds it, and that it belongs to this `base_url`."


class PermissionDeniedError(APIStatusError):
    """403: the key does not have permission."""


class NotFoundError(APIStatusError):
    """404: the object or the path does not exist."""


class RequestTimeoutError(APIStatusError):
    """408: the server timed out."""


class ConflictError(APIStatusError):
    """409: the object is in a conflicting state, or the idempotency key was used for another request."""


class PayloadTooLargeError(APIStatusError):
    """413: the request is larger than the server accepts."""


class UnprocessableEntityError(APIStatusError):
    """422: the request is well-formed but not acceptable."""


class RateLimitError(APIStatusError):
    """429: too many requests. ``retry_after`` is the number of seconds to wait."""

    def _hint(self) -> str | None:
        if self.retry_after is None:
            return None
        return f"The server asks to wait {self.retry_after:g} s; the client waits at most `max_retry_after`."


class InternalServerError(APIStatusError):
    """500 and above: the server failed."""


class CircuitOpen(APIError):
    """The circuit breaker is open after repeated failures of the server; nothing was sent."""

    def _hint(self) -> str | None:
        return f"The next request is sent in {self.retry_after:.0f} s." if self.retry_after is not None else None


class PaginationLoop(APIError):
    """The server sent the same cursor twice: following it would never end."""


class ResponseShapeError(APIError):
    """A 2xx response of the wrong shape: HTML, empty, not JSON, or other JSON. ``body`` is what was received."""

    faults: tuple[str, ...] = ()

    def with_faults(self, faults: Iterable[str]) -> Self:
        self.faults = tuple(faults)
        return self
