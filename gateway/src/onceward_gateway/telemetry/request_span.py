"""The span of a request, from its first line to the last byte of its response."""

from __future__ import annotations

from time import perf_counter
from types import TracebackType
from typing import Any, Protocol

from ..core.errors import ApiError
from ..http.request import Request

__all__ = ["RequestObserver", "RequestSpan"]

UNMATCHED = "none"
_CLIENT_CLOSED_REQUEST = 499


class RequestObserver(Protocol):
    """Receives the start and the end of requests."""

    def request_started(self, request: RequestSpan) -> Any:
        """Return a handle that `request_ended` is called with."""
        ...

    def request_ended(
        self, request: RequestSpan, handle: Any, status: int, seconds: float, error: BaseException | None
    ) -> None:
        """Count a request that was answered with `status` after `seconds`, or that `error` ended."""
        ...


class RequestSpan:
    """A context manager around a request; the application sets operation, request, error and reply."""

    __slots__ = (
        "_handle",
        "_observer",
        "_started",
        "code",
        "headers",
        "method",
        "operation",
        "path",
        "reply",
        "request",
        "request_id",
        "template",
        "trace_id",
    )

    def __init__(
        self, observer: RequestObserver, method: str, path: bytes, headers: dict[str, str], request_id: str
    ) -> None:
        self.method = method
        self.path = path
        self.headers = headers
        self.request_id = request_id
        self.operation = UNMATCHED
        self.template = ""
        self.trace_id = ""
        self.request: Request | None = None
        self.code: str | None = None
        self.reply: Any = None
        self._observer = observer
        self._started = perf_counter()
        self._handle: Any = None

    def matched(self, operation: str, template: str) -> None:
        """Set the route of the request."""
        self.operation, self.template = operation, template

    def failed(self, error: ApiError) -> None:
        """Set the error that the request is answered with."""
        self.code = error.code or str(error.status)

    def __enter__(self) -> RequestSpan:
        self._handle = self._observer.request_started(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        status = _CLIENT_CLOSED_REQUEST if self.reply is None and error is None else _status(self.reply)
        self._observer.request_ended(self, self._handle, status, perf_counter() - self._started, error)


def _status(reply: Any) -> int:
    """Return the status of a reply; a reply that writes itself succeeds or breaks its connection."""
    if reply is None:
        return 500
    status = getattr(reply, "status", None) or getattr(reply, "status_code", None)
    return status if isinstance(status, int) else 200
