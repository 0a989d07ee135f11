"""One request, as it is watched from its first line to the last byte of its answer."""

from __future__ import annotations

from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..core.errors import ApiError
    from ..http.request import Call
    from .telemetry import Telemetry

__all__ = ["Seen"]

UNMATCHED = "none"
_GONE = 499


class Seen:
    """A context around a request. Who answers it tells the operation, the call, the error and the reply."""

    __slots__ = (
        "_began",
        "_span",
        "_telemetry",
        "call",
        "code",
        "headers",
        "method",
        "operation",
        "path",
        "reply",
        "request_id",
        "template",
        "trace_id",
    )

    def __init__(
        self, telemetry: Telemetry, method: str, path: bytes, headers: dict[str, str], request_id: str
    ) -> None:
        self.method = method
        self.path = path
        self.headers = headers
        self.request_id = request_id
        self.operation = UNMATCHED
        self.template = ""
        self.trace_id = ""
        self.call: Call | None = None
        self.code: str | None = None
        self.reply: Any = None
        self._telemetry = telemetry
        self._began = perf_counter()
        self._span: Any = None

    def matched(self, operation: str, template: str) -> None:
        """The route is found."""
        self.operation, self.template = operation, template

    def failed(self, error: ApiError) -> None:
        """The request is answered by an error."""
        self.code = error.code or str(error.status)

    def __enter__(self) -> Seen:
        self._span = self._telemetry.request_begins(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        status = _GONE if self.reply is None and error is None else _status(self.reply)
        self._telemetry.request_ends(self, self._span, status, perf_counter() - self._began, error)


def _status(reply: Any) -> int:
    """The status that a reply carries; whatever writes itself succeeds or breaks its connection."""
    if reply is None:
        return 500
    status = getattr(reply, "status", None) or getattr(reply, "status_code", None)
    return status if isinstance(status, int) else 200
