"""The port between the core and a transport: one request out, one response in, both plain values.

A transport has two methods, `send` and `close`. It knows nothing of retries, JSON, or events; it turns what its library
raises into the named errors below and lets every other exception through.
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
    """Seconds; None is no limit. ``first_byte`` counts from the request being sent to the status line, ``idle`` between
    reads.

    The core gives a request other timeouts while its body is read, as a deadline comes near: read them anew before each
    read. ``total`` is what is left of the whole call; the others are cut to it already, and it bounds their sum where a
    transport can.
    """

    connect: float | None = None
    pool: float | None = None
    first_byte: float | None = None
    idle: float | None = None
    total: float | None = None


class SyncBody(Protocol):
    """A body that is streamed and can be sent again: each call starts from the beginning."""

    length: int | None

    def chunks(self) -> Iterator[bytes]: ...


class AsyncBody(Protocol):
    length: int | None

    def achunks(self) -> AsyncIterator[bytes]: ...


@dataclass(slots=True)
class Request:
    """One HTTP request. ``url`` is whole and encoded; ``headers`` keep their order; ``body`` is bytes or a replayable
    body."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes | SyncBody | AsyncBody | None = None
    timeouts: Timeouts = field(default_factory=Timeouts)


class Response(Protocol):
    """An answer whose body has not been read. Header names are lower case. `read_chunk` gives ``b""`` at the end."""

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
    """The bytes did not travel. ``sent`` tells whether the server may have seen the request, and ``proxy`` names the
    proxy on the way, if there was one."""

    sent: bool = True
    proxy: str | None = None


class ConnectFailed(TransportError):
    """No connection: DNS, refused, TLS, proxy."""

    sent = False


class ConnectTimedOut(ConnectFailed):
    """No connection within ``connect`` seconds."""


class PoolTimedOut(TransportError):
    """Every connection of the pool stayed in use for ``pool`` seconds."""

    sent = False


class WriteFailed(TransportError):
    """The connection broke while the request was being sent."""


class ReadFailed(TransportError):
    """The connection broke, or ended early, before the response was whole."""


class ReadTimedOut(TransportError):
    """Nothing arrived within ``first_byte`` seconds (before the status line) or ``idle`` seconds (after it)."""
