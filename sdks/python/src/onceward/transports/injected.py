"""The caller's own ``httpx2`` or ``httpx`` client as a transport.

The libraries are recognized by the name of the module that defines the client's class, so neither is imported here.
Everything that the caller set on the client applies: proxies, TLS, auth, event hooks, cookies, default headers, limits.
The clocks and the redirect rule are ours. The client is never closed by this package, and an ``AsyncClient`` belongs to
one event loop, as its library requires. With a synchronous client ``total`` does not limit a head that arrives byte by
byte, because the library restarts its clock with each byte.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from time import monotonic
from typing import Any, Literal, NoReturn, Protocol, cast

from .._core.errors import ConfigError
from .._core.wire import (
    ConnectFailed,
    ConnectTimedOut,
    PoolTimedOut,
    ReadFailed,
    ReadTimedOut,
    Request,
    Timeouts,
    TransportError,
    WriteFailed,
)
from ._bodies import AsyncPieces, SyncPieces, body_headers, sync_body

__all__ = ["AsyncInjectedTransport", "InjectedTransport", "kind_of_client"]

_LIBRARIES = frozenset({"httpx", "httpx2"})
_Clocks = dict[str, float | None]

# The most derived listed name decides, so that later subclasses of the library keep their meaning.
_ERRORS: dict[str, type[TransportError]] = {
    "PoolTimeout": PoolTimedOut,
    "ConnectTimeout": ConnectTimedOut,
    "ConnectError": ConnectFailed,
    "ProxyError": ConnectFailed,
    "UnsupportedProtocol": ConnectFailed,
    "InvalidURL": ConnectFailed,
    "ReadTimeout": ReadTimedOut,
    "WriteTimeout": WriteFailed,
    "WriteError": WriteFailed,
    "LocalProtocolError": WriteFailed,
    "RemoteProtocolError": ReadFailed,
    "ReadError": ReadFailed,
    "CloseError": ReadFailed,
    "DecodingError": ReadFailed,
    "RequestError": ReadFailed,
}


class _RawHeaders(Protocol):
    @property
    def raw(self) -> list[tuple[bytes, bytes]]: ...


class _Answer(Protocol):
    """The interface common to the `Response` classes of both libraries."""

    status_code: int

    @property
    def headers(self) -> _RawHeaders: ...
    @property
    def extensions(self) -> Mapping[str, Any]: ...
    @property
    def is_stream_consumed(self) -> bool: ...
    @property
    def content(self) -> bytes: ...
    def iter_raw(self) -> Iterator[bytes]: ...
    def aiter_raw(self) -> AsyncIterator[bytes]: ...
    def close(self) -> None: ...
    async def aclose(self) -> None: ...


class _SyncClient(Protocol):
    build_request: Callable[..., Any]

    def send(self, request: Any, *, stream: bool, follow_redirects: bool) -> _Answer: ...


class _AsyncClient(Protocol):
    build_request: Callable[..., Any]

    async def send(self, request: Any, *, stream: bool, follow_redirects: bool) -> _Answer: ...


def kind_of_client(client: object) -> Literal["sync", "async"] | None:
    """Return ``"sync"`` or ``"async"`` for a client of ``httpx`` or ``httpx2`` (or a subclass of one), else None."""
    for base in type(client).__mro__:
        if base.__module__.partition(".")[0] in _LIBRARIES:
            if base.__name__ == "Client":
                return "sync"
            if base.__name__ == "AsyncClient":
                return "async"
    return None


def _check_verification(client: object) -> None:
    """Raise for a client that accepts every certificate: anybody on the network path could read the key."""
    mounts: Any = getattr(client, "_mounts", None) or {}
    for transport in (getattr(client, "_transport", None), *mounts.values()):
        context = getattr(getattr(transport, "_pool", None), "_ssl_context", None)
        if context is not None and (not context.check_hostname or context.verify_mode.name == "CERT_NONE"):
            raise ConfigError(
                "`http_client` does not verify certificates (`verify=False`, or such an `ssl.SSLContext`), so that "
                "the key could be intercepted; for a private CA give `verify=` a context that trusts "
                "it (`ssl.create_default_context(cafile=...)`), or set SSL_CERT_FILE"
            )


def _errors_of(client: object) -> tuple[type[Exception], ...]:
    """Return the exceptions that the library of ``client`` raises. A closed event loop is a plain `RuntimeError`."""
    for base in type(client).__mro__:
        package = base.__module__.partition(".")[0]
        if package in _LIBRARIES:
            library = sys.modules[package]
            return (RuntimeError, library.HTTPError, library.InvalidURL)
    return (RuntimeError,)


def _wire_error(error: Exception, client: object) -> TransportError | None:
    """Return the transport error for an exception of the library, or None for any other exception."""
    if isinstance(error, RuntimeError) and "Event loop is closed" in str(error):
        return ConnectFailed(
            "the `http_client` keeps connections of an event loop that has ended: make one client per event loop, "
            "or leave `http_client` out, the client's own transport works in any number of loops"
        )
    for base in type(error).__mro__:
        if base.__module__.partition(".")[0] in _LIBRARIES and base.__name__ in _ERRORS:
            kind = _ERRORS[base.__name__]
            if kind is PoolTimedOut:
                return PoolTimedOut(f"no connection became free in time: {_pool_numbers(client)}")
            return kind(str(error) or f"{type(error).__name__} of the HTTP client")
    return None


def _pool_numbers(client: object) -> str:
    """Return the current state of the pool, for a person to read, if the library exposes it."""
    pool: object = getattr(getattr(client, "_transport", None), "_pool", None)
    return repr(pool) if pool is not None else "the state of its pool is unknown"


def _reraise(error: Exception, client: object) -> NoReturn:
    mapped = _wire_error(error, client)
    if mapped is None:
        raise error
    # The library's frames contain the headers, and with them the key, in their locals.
    traceback.clear_frames(error.__traceback__)
    raise mapped from error


def _build(client: _SyncClient | _AsyncClient, request: Request, content: object) -> tuple[Any, _Clocks]:
    timeouts: Timeouts = request.timeouts
    # The library reads this dictionary again when it starts on the body, so one request has two read clocks.
    clocks: _Clocks = {
        "connect": timeouts.connect,
        "pool": timeouts.pool,
        "read": timeouts.first_byte,
        "write": timeouts.idle,
    }
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in body_headers(request)]
    built = client.build_request(
        request.method, request.url, headers=headers, content=content, extensions={"timeout": clocks}
    )
    built.extensions["timeout"] = clocks
    return built, clocks


class _ReadClock:
    """Limits every read of a body by the ``idle`` clock that the request has at that moment.

    The library reads its clock once per body; while this response reads, its network stream reads it here instead.
    """

    __slots__ = ("_end", "_request", "_stream")

    def __init__(self, answer: _Answer, request: Request) -> None:
        stream = answer.extensions.get("network_stream")
        # A connection of HTTP/2 is read for several responses at once, so it keeps the clock it began with.
        alone = answer.extensions.get("http_version") in (b"HTTP/1.1", b"HTTP/1.0")
        self._stream = stream if alone and hasattr(stream, "__dict__") else None
        self._request = request
        self._end: float | None = None

    def bound(self) -> None:
        """Limit all reads together to what is left of the whole call."""
        total = self._request.timeouts.total
        self._end = None if total is None else monotonic() + total

    def read(self, max_bytes: int, timeout: float | None = None) -> Any:
        stream = cast(Any, self._stream)
        seconds = self._request.timeouts.idle
        if self._end is not None:
            left = max(self._end - monotonic(), 0.001)
            seconds = left if seconds is None else min(seconds, left)
        return cast(Any, type(stream)).read(stream, max_bytes, seconds)

    def attach(self) -> None:
        if self._stream is not None:
            self._stream.__dict__["read"] = self.read

    def detach(self) -> None:
        if self._stream is not None:
            self._stream.__dict__.pop("read", None)


def _lowered(answer: _Answer) -> list[tuple[str, str]]:
    headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in answer.headers.raw]
    if answer.is_stream_consumed:  # The library has decoded what it read.
        headers = [item for item in headers if item[0] != "content-encoding"]
    return headers


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


class _Response:
    __slots__ = ("_answer", "_client", "_clock", "_errors", "_pieces", "headers", "status")

    def __init__(self, answer: _Answer, client: object, errors: tuple[type[Exception], ...], clock: _ReadClock) -> None:
        self.status = answer.status_code
        self.headers = _lowered(answer)
        self._answer = answer
        self._client = client
        self._errors = errors
        self._clock = clock
        # A hook of the caller may have read the response already, and a mock returns it complete.
        self._pieces = iter((answer.content,)) if answer.is_stream_consumed else answer.iter_raw()

    def read_chunk(self) -> bytes:
        self._clock.attach()
        try:
            for piece in self._pieces:
                if piece:
                    return piece
        except self._errors as error:
            _reraise(error, self._client)
        finally:
            self._clock.detach()
        return b""

    def read(self) -> bytes:
        pieces: list[bytes] = []
        self._clock.bound()
        while piece := self.read_chunk():
            pieces.append(piece)
        return b"".join(pieces)

    def close(self) -> None:
        self._answer.close()


class _AsyncResponse:
    __slots__ = ("_answer", "_client", "_clock", "_errors", "_pieces", "headers", "status")

    def __init__(self, answer: _Answer, client: object, errors: tuple[type[Exception], ...], clock: _ReadClock) -> None:
        self.status = answer.status_code
        self.headers = _lowered(answer)
        self._answer = answer
        self._client = client
        self._errors = errors
        self._clock = clock
        self._pieces = _once(answer.content) if answer.is_stream_consumed else answer.aiter_raw()

    async def read_chunk(self) -> bytes:
        self._clock.attach()
        try:
            async for piece in self._pieces:
                if piece:
                    return piece
        except self._errors as error:
            _reraise(error, self._client)
        finally:
            self._clock.detach()
        return b""

    async def read(self) -> bytes:
        pieces: list[bytes] = []
        self._clock.bound()
        while piece := await self.read_chunk():
            pieces.append(piece)
        return b"".join(pieces)

    async def aclose(self) -> None:
        close_pieces = getattr(self._pieces, "aclose", None)
        if close_pieces is not None:
            await close_pieces()
        await self._answer.aclose()


class InjectedTransport:
    """Sends through the caller's synchronous client."""

    def __init__(self, client: object) -> None:
        if kind_of_client(client) != "sync":
            raise ConfigError(
                f"`http_client` must be a `Client` of httpx2 or httpx, not {type(client).__name__!r}; "
                "an `AsyncClient` goes to the asynchronous client"
            )
        _check_verification(client)
        self._client = cast(_SyncClient, client)
        self._errors = _errors_of(client)

    def send(self, request: Request) -> _Response:
        """Send a request and return its response, whose body is not read yet."""
        body = request.body
        content = body if body is None or isinstance(body, bytes) else SyncPieces(sync_body(body))
        try:
            built, clocks = _build(self._client, request, content)
            answer = self._client.send(built, stream=True, follow_redirects=False)
        except self._errors as error:
            _reraise(error, self._client)
        clocks["read"] = request.timeouts.idle
        return _Response(answer, self._client, self._errors, _ReadClock(answer, request))

    def close(self) -> None:
        """Do nothing: the caller closes the client."""

    def __repr__(self) -> str:
        return f"InjectedTransport({type(self._client).__module__}.{type(self._client).__name__})"


class AsyncInjectedTransport:
    """Sends through the caller's asynchronous client."""

    def __init__(self, client: object) -> None:
        if kind_of_client(client) != "async":
            raise ConfigError(
                f"`http_client` must be an `AsyncClient` of httpx2 or httpx, not {type(client).__name__!r}; "
                "a `Client` goes to the synchronous client"
            )
        _check_verification(client)
        self._client = cast(_AsyncClient, client)
        self._errors = _errors_of(client)

    async def send(self, request: Request) -> _AsyncResponse:
        """Send a request and return its response, whose body is not read yet."""
        body = request.body
        content = body if body is None or isinstance(body, bytes) else AsyncPieces(body)
        try:
            built, clocks = _build(self._client, request, content)
            answer = await self._client.send(built, stream=True, follow_redirects=False)
        except self._errors as error:
            _reraise(error, self._client)
        clocks["read"] = request.timeouts.idle
        return _AsyncResponse(answer, self._client, self._errors, _ReadClock(answer, request))

    async def aclose(self) -> None:
        """Do nothing: the caller closes the client."""

    def __repr__(self) -> str:
        return f"AsyncInjectedTransport({type(self._client).__module__}.{type(self._client).__name__})"
