"""The interface between the core and a transport: one request out, one response in, both plain values.

A transport has two methods, `send` and `close`. It knows nothing of retries, JSON, or events; it translates the
exceptions of its library into the errors below and lets every other exception through.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Protocol

__all__ = [
    "AsyncBody",
    "AsyncResponse",
    "AsyncTransport",
    "ConnectFailed",
    "ConnectTimedOut",
    "PoolTimedOut",
    "ReadFailed",
    "ReadTimedOut",
    "Request",
    "Response",
    "SyncBody",
    "Timeouts",
    "Transport",
    "TransportError",
    "WriteFailed",
]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Time limits in seconds; None means no limit.

    ``first_byte`` counts from the request being sent to the status line, ``idle`` between reads. The core changes the
    limits
    of a request while its body is read, as a deadline comes near: read them again before each read. ``total`` is the
    time
    left of the whole call; the others are cut to it already, and it limits their sum if a transport can do that.
    """

    connect: float | None = None
    pool: float | None = None
    first_byte: float | None = None
    idle: float | None = None
    total: float | None = None


class SyncBody(Protocol):
    """A streamed body that can be sent again: each call of `chunks` starts from the beginning."""

    length: int | None

    def chunks(self) -> Iterator[bytes]: ...


class AsyncBody(Protocol):
    length: int | None

    def achunks(self) -> AsyncIterator[bytes]: ...


@dataclass(slots=True)
class Request:
    """One HTTP request.

    ``url`` is complete and encoded; ``headers`` keep their order; ``body`` is bytes or replayable.
    """

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes | SyncBody | AsyncBody | None = None
    timeouts: Timeouts = field(default_factory=Timeouts)


class Response(Protocol):
    """A response whose body has not been read. Header names are lower case. `read_chunk` returns ``b""`` at the end."""

    status: int
    headers: list[tuple[str, str]]

    def read(self) -> bytes: ...
    def read_chunk(self) -> bytes: ...
    def close(self) -> None: ...


class AsyncResponse(Protocol):
    status: int
    headers: list[tuple[str, str]]

    async def read(self) -> bytes: ...
    async def read_chunk(self) -> bytes: ...
    async def aclose(self) -> None: ...


class Transport(Protocol):
    def send(self, request: Request) -> Response: ...
    def close(self) -> None: ...


class AsyncTransport(Protocol):
    async def send(self, request: Request) -> AsyncResponse: ...
    async def aclose(self) -> None: ...


class TransportError(Exception):
    """The request or the response was not transmitted.

    ``sent`` is True if the server may have received the request. ``proxy`` is the proxy on the way, if there was one.
    """

    sent: bool = True
    proxy: str | None = None


class ConnectFailed(TransportError):
    """The connection failed: DNS, refused, TLS, proxy."""

    sent = False


class ConnectTimedOut(ConnectFailed):
    """The connection was not made within ``connect`` seconds."""


class PoolTimedOut(TransportError):
    """All connections of the pool stayed in use for ``pool`` seconds."""

    sent = False


class WriteFailed(TransportError):
    """The connection broke while the request was sent."""


class ReadFailed(TransportError):
    """The connection broke, or ended early, before the response was complete."""


class ReadTimedOut(TransportError):
    """Nothing arrived within ``first_byte`` seconds (before the status line) or ``idle`` seconds (after it)."""
