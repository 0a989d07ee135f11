"""Every error this package raises, and how an answer of a server becomes one.

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
        │   ├── InsufficientCreditsError        402
        │   ├── PermissionDeniedError           403
        │   │   └── BandAccessDeniedError
        │   ├── NotFoundError                   404
        │   ├── RequestTimeoutError             408
        │   ├── ConflictError                   409
        │   ├── PayloadTooLargeError            413
        │   ├── UnprocessableEntityError        422
        │   ├── RateLimitError                  429
        │   ├── InternalServerError             >= 500
        │   │   ├── ProviderError               502
        │   │   └── OverloadedError             529
        │   ├── BudgetExceededError
        │   └── ContentFilterError
        ├── CircuitOpen
        ├── PaginationLoop
        └── ResponseShapeError

The class of a server's error is chosen from ``error.type``, then ``error.code``, then the status. A type that says no
more than the status does (``invalid_request_error``, ``api_error``) gives way to it.
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
    "BandAccessDeniedError",
    "BudgetExceededError",
    "CircuitOpen",
    "ConfigError",
    "ConflictError",
    "ContentFilterError",
    "InsufficientCreditsError",
    "InternalServerError",
    "NotFoundError",
    "OverloadedError",
    "PaginationLoop",
    "ParameterError",
    "PayloadTooLargeError",
    "PermissionDeniedError",
    "ProviderError",
    "RateLimitError",
    "RequestTimeoutError",
    "ResponseShapeError",
    "SDKError",
    "StreamInterrupted",
    "UnprocessableEntityError",
]


class SDKError(Exception):
    """The root of all errors that this package raises on its own account."""


class ConfigError(SDKError, ValueError, TypeError):
    """An option of the client, or an environment variable, cannot be used."""


class ParameterError(SDKError, ValueError, TypeError):
    """Arguments of a call are wrong. ``faults`` names every one of them; nothing was sent."""

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
    """A call failed. What is not known is None.

    ``body`` is the decoded JSON of the answer, or its text. ``attempts`` counts the requests that were sent, and
    ``idempotency_key`` is the one they carried. In a stream, ``partial`` is what had arrived, ``usage`` what it cost as
    far as the server said, and ``last_event_id`` where it stopped.
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
        """What the server said, or what happened."""
        self.where: str | None = None
        """The request that failed, where the message does not name it."""
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
        """What else the server said in its error object: credits_required, band, provider_error, compat_issues ..."""
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
        """The next step, in one sentence."""
        return None

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.message), self.__dict__.copy())


def _rebuild(cls: type[APIError], message: str) -> APIError:
    error = cls.__new__(cls, message)
    Exception.__init__(error, message)
    return error


class APIConnectionError(APIError):
    """No whole answer arrived: no connection, or it broke."""


class APITimeoutError(APIConnectionError):
    """One of the five clocks ran out; ``clock`` tells which."""

    clock: str | None = None

    def _hint(self) -> str | None:
        return f"Raise `timeout=Timeout({self.clock}=...)` if the server may take longer." if self.clock else None


class StreamInterrupted(APIConnectionError):
    """A stream broke after events had been delivered, and could not be resumed.

    ``partial`` holds what had arrived, ``usage`` its cost where known, ``last_event_id`` where to go on.
    """

    resumable: bool = False

    def _hint(self) -> str | None:
        return "What had arrived is in `.partial`; a new call starts from the beginning and is a call of its own."


class APIStatusError(APIError):
    """The server answered with an error, by its status or inside a stream."""


class BadRequestError(APIStatusError):
    """400: the request makes no sense to the server."""


class AuthenticationError(APIStatusError):
    """401: no key, or a wrong one."""

    def _hint(self) -> str | None:
        return "Check `api_key=` or the environment variable that holds it, and that it belongs to this `base_url`."


class InsufficientCreditsError(APIStatusError):
    """402: nothing left to pay with."""

    def _hint(self) -> str | None:
        need, have = self.details.get("credits_required"), self.details.get("credits_remaining")
        return f"The call needs {need} credits, {have} are left." if need is not None and have is not None else None


class PermissionDeniedError(APIStatusError):
    """403: the key may not do this."""


class BandAccessDeniedError(PermissionDeniedError):
    """403: the model's band is not part of the plan."""

    def _hint(self) -> str | None:
        tier = self.details.get("required_tier")
        return f"The model needs tier {tier!r}." if tier else None


class NotFoundError(APIStatusError):
    """404: there is no such thing, or no such path."""


class RequestTimeoutError(APIStatusError):
    """408: the server gave up waiting."""


class ConflictError(APIStatusError):
    """409: the thing is in another state, or the idempotency key was used for another request."""


class PayloadTooLargeError(APIStatusError):
    """413: the request is larger than the server takes."""


class UnprocessableEntityError(APIStatusError):
    """422: well formed, but not acceptable."""


class RateLimitError(APIStatusError):
    """429: too many requests or tokens. ``retry_after`` is how long to wait, in seconds."""

    def _hint(self) -> str | None:
        if self.retry_after is None:
            return None
        return f"The server asks to wait {self.retry_after:g} s; `max_retry_after=` is how long the client may."


class InternalServerError(APIStatusError):
    """500 and above: the server failed."""


class ProviderError(InternalServerError):
    """502: the provider behind the gateway failed. ``details['provider_error']`` is what it said, where known."""


class OverloadedError(InternalServerError):
    """529: too much to do; later works better."""


class BudgetExceededError(APIStatusError):
    """A budget is used up: of the key, the user, the team, or the organization."""


class ContentFilterError(APIStatusError):
    """A content filter stopped the request or the answer."""


class CircuitOpen(APIError):
    """The circuit breaker keeps requests from a server that failed again and again; nothing was sent."""

    def _hint(self) -> str | None:
        return f"The next request is let through in {self.retry_after:.0f} s." if self.retry_after is not None else None


class PaginationLoop(APIError):
    """The server gave the same cursor twice: following it would never end."""


class ResponseShapeError(APIError):
    """A 2xx answer is not what was promised: HTML, empty, no JSON, or JSON of another shape. ``body`` has what came."""

    faults: tuple[str, ...] = ()

    def with_faults(self, faults: Iterable[str]) -> Self:
        self.faults = tuple(faults)
        return self
