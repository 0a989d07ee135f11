"""Tracing as the gateway sees it: what is told of requests and tries. `otel` is what does it."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, Protocol

from ..core.response_writer import Producer, Sink
from ..http.request import Call
from ..routing.targets import Target

if TYPE_CHECKING:
    from .request_span import Seen

__all__ = ["Tracing"]


class Tracing(Protocol):
    """Spans of requests and of tries upstream."""

    def request_begins(self, seen: Seen) -> Any:
        """The span of a request begins, and is the one that others stand under; gives what its end wants."""
        ...

    def request_ends(self, seen: Seen, begun: Any, status: int, error: BaseException | None) -> None:
        """It ends."""
        ...

    async def tried(self, produce: Producer, out: Sink, call: Call, target: Target, kind: str) -> None:
        """Run one try under a span of its own."""
        ...

    def pass_on(self, headers: MutableMapping[str, str]) -> None:
        """Add what tells the upstream which trace it works in."""
        ...

    def stop(self) -> None:
        """Send what is left. Blocks, for as long as the collector lets it."""
        ...
