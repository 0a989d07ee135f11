"""The interface of tracing: spans of requests and of attempts at providers. `otel` implements it."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, Protocol

from ..core.response_writer import ModelHandler, ResponseWriter
from ..http.request import Request
from ..routing.targets import Target

if TYPE_CHECKING:
    from .request_span import RequestSpan

__all__ = ["Tracing"]


class Tracing(Protocol):
    """Spans of requests and of attempts at providers."""

    def start_request(self, request: RequestSpan) -> Any:
        """Start the span of a request as the parent of others, and return the handle that ends it."""
        ...

    def end_request(self, request: RequestSpan, handle: Any, status: int, error: BaseException | None) -> None:
        """End the span of a request."""
        ...

    async def run_attempt(
        self, produce: ModelHandler, out: ResponseWriter, request: Request, target: Target, kind: str
    ) -> None:
        """Run an attempt in a span of its own."""
        ...

    def inject(self, headers: MutableMapping[str, str]) -> None:
        """Add the headers with which a provider continues the trace."""
        ...

    def stop(self) -> None:
        """Send the remaining spans. Blocks for as long as the collector takes."""
        ...
