"""The default transport: the connections and the HTTP/1.1 of ``httpx2`` (its ``httpcore2``), without its client.

Requests are built once, bodies are read as bytes, and every read and write is limited by the clocks that its request
has
at that moment. Streams are not buffered. Certificates are checked against the system's store (or ``SSL_CERT_FILE``,
``SSL_CERT_DIR``); one TLS context serves the whole process and is made on first use.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
import traceback
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final, NoReturn, cast
from urllib.parse import urlsplit

import httpcore2

from .._core.errors import ConfigError
from .._core.wire import (
    ConnectFailed,
    ConnectTimedOut,
    PoolTimedOut,
    ReadFailed,
    ReadTimedOut,
    Request,
    TransportError,
    WriteFailed,
)
from ._bodies import AsyncPieces, SyncPieces, sync_body
from ._proxies import Proxy, proxy_for, read_proxy
from ._trust import named_context

__all__ = ["AsyncHTTPX2Transport", "HTTPX2Transport", "shared_ssl_context"]

MAX_CONNECTIONS: Final = 1000
_HELD_BYTES: Final = 65536
# The most bytes read of an abandoned body if they have arrived already: a new connection costs more than that.
_REST_BYTES: Final = 65536
_KEEPALIVE: Final[dict[str, Any]] = {
    "max_connections": MAX_CONNECTIONS,
    "max_keepalive_connections": 100,
    "keepalive_expiry": 60.0,
}
_LIBRARY_ERRORS: Final = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.UnsupportedProtocol,
)
_ssl_lock: Final = threading.Lock()
_ssl_context: ssl.SSLContext | None = None


def shared_ssl_context() -> ssl.SSLContext:
    """Return the process's TLS context. Reading certificates takes longer than the rest of making a client."""
    global _ssl_context
    if _ssl_context is None:
        with _ssl_lock:
            if _ssl_context is None:
                context = named_context() or httpcore2.default_ssl_context()
                context.minimum_version = ssl.TLSVersion.TLSv1_2
                context.set_alpn_protocols(["http/1.1"])
                _ssl_context = context
    return _ssl_context


def _raise(
    error: Exception,
    *,
    reading: bool,
    pool: httpcore2.ConnectionPool | httpcore2.AsyncConnectionPool,
    through: str | None = None,
) -> NoReturn:
    """Raise the wire error for one of the library. ``through`` is the proxy on the way."""
    # The finished frames of the library contain the request's headers, and with them the key.
    traceback.clear_frames(error.__traceback__)
    named = _named(error, reading, pool)
    named.proxy = through
    raise named from error


def _named(
    error: Exception, reading: bool, pool: httpcore2.ConnectionPool | httpcore2.AsyncConnectionPool
) -> TransportError:
    text = str(error) or type(error).__name__
    match error:
        case httpcore2.PoolTimeout():
            used = len(pool.connections)
            return PoolTimedOut(
                f"{used} of {MAX_CONNECTIONS} connections are in use, some perhaps by streams that nobody reads"
            )
        case httpcore2.ConnectTimeout():
            return ConnectTimedOut(text)
        case httpcore2.ReadTimeout():
            return ReadTimedOut(text)
        case httpcore2.ProxyError():
            return ConnectFailed(f"the proxy refused the connection: {text}")
        case httpcore2.ConnectError() | httpcore2.UnsupportedProtocol():
            return ConnectFailed(text)
        case httpcore2.WriteTimeout() | httpcore2.WriteError():
            return WriteFailed(text)
        case httpcore2.LocalProtocolError() if not reading:
            return WriteFailed(text)
        case _:
            return ReadFailed(text)


# --- requests --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _origin(scheme: str, netloc: str) -> tuple[bytes, bytes, int | None, bytes, str]:
    """The parts of a URL that are the same for all requests to a server."""
    parts = urlsplit(f"{scheme}://{netloc}")
    host = parts.hostname or ""
    return scheme.encode(), host.encode("ascii"), parts.port, netloc.encode("ascii"), host


def _split(url: str) -> tuple[httpcore2.URL, bytes, str, str]:
    """Return the library's URL, the Host header, the scheme and the host."""
    scheme, _, rest = url.partition("://")
    netloc, slash, target = rest.partition("/")
    scheme_bytes, host, port, host_header, name = _origin(scheme, netloc)
    return (
        httpcore2.URL(scheme=scheme_bytes, host=host, port=port, target=(slash + target or "/").encode("ascii")),
        host_header,
        scheme,
        name,
    )


def _headers(request: Request, host: bytes) -> list[tuple[bytes, bytes]]:
    headers = [(b"Host", host)]
    headers += [(name.encode("ascii"), value.encode("latin-1")) for name, value in request.headers]
    body = request.body
    if body is None:
        if request.method not in ("GET", "HEAD", "OPTIONS", "DELETE"):
            headers.append((b"Content-Length", b"0"))
        return headers
    length = len(body) if isinstance(body, bytes) else body.length
    headers.append((b"Transfer-Encoding", b"chunked") if length is None else (b"Content-Length", b"%d" % length))
    return headers


def _extensions(request: Request) -> dict[str, Any]:
    clocks = request.timeouts
    return {
        "timeout": {"connect": clocks.connect, "pool": clocks.pool, "read": clocks.first_byte, "write": clocks.idle}
    }


def _lowered(headers: list[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]


def _proxy(proxy: Proxy) -> httpcore2.Proxy:
    if proxy.socks and find_spec("socksio") is None:
        raise ConfigError(
            f"the proxy in the environment ({proxy.server}) speaks SOCKS, which needs `socksio`: run "
            "`pip install socksio`, use `transport='fast'`, or unset ALL_PROXY, HTTPS_PROXY and HTTP_PROXY"
        )
    auth = None if proxy.auth is None else (proxy.auth[0].encode(), proxy.auth[1].encode())
    context = shared_ssl_context() if proxy.url.startswith("https:") else None
    return httpcore2.Proxy(proxy.url, auth=auth, ssl_context=context)


# --- synchronous -----------------------------------------------------------------------------------------------------


class _Until(threading.local):
    """The deadline of the call in this thread; connecting happens in the thread of the call."""

    deadline: float | None = None


class _Stream(httpcore2.NetworkStream):
    """A socket whose reads and writes are limited by the clocks of its current request.

    Small writes are buffered until the next read, so that the head and the body of a request are sent in one packet.
    """

    def __init__(self, inner: httpcore2.NetworkStream, until: _Until) -> None:
        self._inner = inner
        self._until = until
        self._socket: socket.socket = inner.get_extra_info("socket")
        self._seconds: float | None = -1.0
        self._buffered: list[bytes] = []
        self._size = 0
        self.request: Request | None = None
        """The request whose body is being read: its idle clock overrides the one that the library was given."""
        self.waits = True
        """True if reading waits for data that has not arrived yet."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._buffered:
            # A server that refuses a request may close before it has read all of it; its response is what matters.
            with suppress(httpcore2.WriteError):
                self._flush(timeout)
        request = self.request
        try:
            idle = timeout if request is None else request.timeouts.idle
            self._allow(idle if self.waits else 0.0)
            return self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore2.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if buffer:
            self._buffered.append(buffer)
            self._size += len(buffer)
            if self._size > _HELD_BYTES:
                self._flush(timeout)

    def _flush(self, timeout: float | None) -> None:
        data = self._buffered[0] if len(self._buffered) == 1 else b"".join(self._buffered)
        self._buffered.clear()
        self._size = 0
        try:
            self._allow(timeout)
            self._socket.sendall(data)
        except TimeoutError as error:
            raise httpcore2.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.WriteError(str(error)) from error

    def _allow(self, seconds: float | None) -> None:
        """Set the socket's timeout if it changed: that is a system call."""
        deadline = self._until.deadline
        if deadline is not None:
            left = max(deadline - time.monotonic(), 0.001)
            seconds = left if seconds is None else min(left, seconds)
        if seconds != self._seconds:
            self._socket.settimeout(seconds)
            self._seconds = seconds

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        self._allow(timeout)
        inner = self._inner.start_tls(ssl_context, server_hostname, self._seconds)
        # TLS inside TLS (an https proxy) has no socket of its own to read from.
        return _Stream(inner, self._until) if isinstance(inner.get_extra_info("socket"), ssl.SSLSocket) else inner

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore2.SyncBackend):
    def __init__(self, until: _Until) -> None:
        self._until = until

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        deadline = self._until.deadline
        if deadline is not None:
            left = max(deadline - time.monotonic(), 0.001)
            timeout = left if timeout is None else min(left, timeout)
        return _Stream(super().connect_tcp(host, port, timeout, local_address, socket_options), self._until)


class _Limited:
    """Limits what this thread does to what is left of a request's `total`."""

    __slots__ = ("_local", "_total")

    def __init__(self, local: _Until, request: Request) -> None:
        self._local = local
        self._total = request.timeouts.total

    def __enter__(self) -> None:
        self._local.deadline = None if self._total is None else time.monotonic() + self._total

    def __exit__(self, *_: object) -> None:
        self._local.deadline = None


class _Response:
    def __init__(
        self,
        raw: httpcore2.Response,
        request: Request,
        pool: httpcore2.ConnectionPool,
        timeouts: dict[str, float | None],
    ) -> None:
        self.status = raw.status
        self.headers = _lowered(raw.headers)
        self._raw = raw
        self._request = request
        self._pool = pool
        self._timeouts = timeouts
        self._chunks: Iterator[bytes] | None = None
        stream: Any = cast("Any", raw).extensions.get("network_stream")
        self._stream = stream if isinstance(stream, _Stream) else None
        if self._stream is not None:
            self._stream.request = request

    def read(self) -> bytes:
        self._timeouts["read"] = self._request.timeouts.idle
        try:
            body = b"".join(cast("Iterable[bytes]", self._raw.stream))
        except _LIBRARY_ERRORS as error:
            self.close()
            _raise(error, reading=True, pool=self._pool)
        self.close()
        return body

    def read_chunk(self) -> bytes:
        if self._chunks is None:
            # The library reads this once, here; later changes reach the socket through `_Stream`.
            self._timeouts["read"] = self._request.timeouts.idle
            self._chunks = iter(cast("Iterable[bytes]", self._raw.stream))
        try:
            chunk = next(self._chunks, b"")
        except _LIBRARY_ERRORS as error:
            self.close()
            _raise(error, reading=True, pool=self._pool)
        if not chunk:
            self.close()
        return chunk

    def close(self) -> None:
        stream, self._stream = self._stream, None
        try:
            if self._chunks is not None:
                if stream is not None:
                    self._take_rest(stream, self._chunks)
                cast("Any", self._chunks).close()
            self._raw.close()
        except _LIBRARY_ERRORS:
            pass  # It was closing already.
        finally:
            if stream is not None:
                stream.request = None

    def _take_rest(self, stream: _Stream, chunks: Iterator[bytes]) -> None:
        """Read the rest without waiting.

        A short response has often arrived completely when its reader leaves, and its connection can then serve the next
        call.
        """
        stream.waits = False
        read = 0
        try:
            for chunk in chunks:
                read += len(chunk)
                if read > _REST_BYTES:
                    break
        finally:
            stream.waits = True


class HTTPX2Transport:
    """Connections for synchronous calls, for any number of threads."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._until = _Until()
        self._pools: dict[tuple[str, Proxy | None], httpcore2.ConnectionPool] = {}
        self._routes: dict[tuple[str, str], tuple[httpcore2.ConnectionPool, str | None]] = {}
        """The pool and the proxy of each server. The environment is read when a server is first called."""
        self._lock = threading.Lock()

    def send(self, request: Request) -> _Response:
        """Send a request and return its response, whose body is not read yet."""
        url, host, scheme, name = _split(request.url)
        pool, through = self._routes.get((scheme, name)) or self._route(scheme, name)
        extensions = _extensions(request)
        body = request.body
        content = body if body is None or isinstance(body, bytes) else SyncPieces(sync_body(body))
        raw_request = httpcore2.Request(
            request.method, url, headers=_headers(request, host), content=content, extensions=extensions
        )
        try:
            with _Limited(self._until, request):
                raw = pool.handle_request(raw_request)
        except _LIBRARY_ERRORS as error:
            _raise(error, reading=False, pool=pool, through=through)
        return _Response(raw, request, pool, extensions["timeout"])

    def _route(self, scheme: str, host: str) -> tuple[httpcore2.ConnectionPool, str | None]:
        named = proxy_for(scheme, host)
        proxy = None if named is None else read_proxy(named)
        route = self._routes[scheme, host] = self._pool(scheme, proxy), None if proxy is None else proxy.server
        return route

    def _pool(self, scheme: str, proxy: Proxy | None) -> httpcore2.ConnectionPool:
        pool = self._pools.get((scheme, proxy))
        if pool is None:
            with self._lock:
                pool = self._pools.get((scheme, proxy))
                if pool is None:
                    pool = self._pools[scheme, proxy] = httpcore2.ConnectionPool(
                        ssl_context=(self._context or shared_ssl_context()) if scheme == "https" else None,
                        proxy=None if proxy is None else _proxy(proxy),
                        network_backend=_Backend(self._until),
                        **_KEEPALIVE,
                    )
        return pool

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            pools, self._pools, self._routes = list(self._pools.values()), {}, {}
        for pool in pools:
            pool.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


# --- asynchronous ----------------------------------------------------------------------------------------------------


class _AsyncResponse:
    def __init__(
        self,
        raw: httpcore2.Response,
        request: Request,
        pool: httpcore2.AsyncConnectionPool,
        timeouts: dict[str, float | None],
    ) -> None:
        self.status = raw.status
        self.headers = _lowered(raw.headers)
        self._raw = raw
        self._request = request
        self._pool = pool
        self._timeouts = timeouts
        self._chunks: AsyncIterator[bytes] | None = None
        stream: Any = cast("Any", raw).extensions.get("network_stream")
        self._stream: Any = stream if hasattr(stream, "request") else None
        if self._stream is not None:
            self._stream.request = request

    async def read(self) -> bytes:
        self._timeouts["read"] = self._request.timeouts.idle
        try:
            body = b"".join([chunk async for chunk in cast("AsyncIterator[bytes]", self._raw.stream)])
        except _LIBRARY_ERRORS as error:
            await self.aclose()
            _raise(error, reading=True, pool=self._pool)
        await self.aclose()
        return body

    async def read_chunk(self) -> bytes:
        if self._chunks is None:
            self._timeouts["read"] = self._request.timeouts.idle
            self._chunks = aiter(cast("AsyncIterator[bytes]", self._raw.stream))
        try:
            chunk = await anext(self._chunks, b"")
        except _LIBRARY_ERRORS as error:
            await self.aclose()
            _raise(error, reading=True, pool=self._pool)
        if not chunk:
            await self.aclose()
        return chunk

    async def aclose(self) -> None:
        if self._stream is not None:
            self._stream.request = None
            self._stream = None
        try:
            if self._chunks is not None:
                await cast("Any", self._chunks).aclose()
            await self._raw.aclose()
        except _LIBRARY_ERRORS:
            pass


class AsyncHTTPX2Transport:
    """Connections for asynchronous calls of one event loop."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._pools: dict[tuple[str, Proxy | None], httpcore2.AsyncConnectionPool] = {}
        self._routes: dict[tuple[str, str], tuple[httpcore2.AsyncConnectionPool, str | None]] = {}

    async def send(self, request: Request) -> _AsyncResponse:
        """Send a request and return its response, whose body is not read yet."""
        url, host, scheme, name = _split(request.url)
        pool, through = self._routes.get((scheme, name)) or self._route(scheme, name)
        extensions = _extensions(request)
        body = request.body
        content = body if body is None or isinstance(body, bytes) else AsyncPieces(body)
        raw_request = httpcore2.Request(
            request.method, url, headers=_headers(request, host), content=content, extensions=extensions
        )
        try:
            raw = await pool.handle_async_request(raw_request)
        except _LIBRARY_ERRORS as error:
            _raise(error, reading=False, pool=pool, through=through)
        return _AsyncResponse(raw, request, pool, extensions["timeout"])

    def _route(self, scheme: str, host: str) -> tuple[httpcore2.AsyncConnectionPool, str | None]:
        named = proxy_for(scheme, host)
        proxy = None if named is None else read_proxy(named)
        route = self._routes[scheme, host] = self._pool(scheme, proxy), None if proxy is None else proxy.server
        return route

    def _pool(self, scheme: str, proxy: Proxy | None) -> httpcore2.AsyncConnectionPool:
        pool = self._pools.get((scheme, proxy))
        if pool is None:
            pool = self._pools[scheme, proxy] = httpcore2.AsyncConnectionPool(
                ssl_context=(self._context or shared_ssl_context()) if scheme == "https" else None,
                proxy=None if proxy is None else _proxy(proxy),
                network_backend=_async_backend(),
                **_KEEPALIVE,
            )
        return pool

    async def aclose(self) -> None:
        """Close all connections."""
        pools, self._pools, self._routes = list(self._pools.values()), {}, {}
        for pool in pools:
            await pool.aclose()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def _async_backend() -> httpcore2.AsyncNetworkBackend:
    """Return our sockets on asyncio, and the library's own elsewhere."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return cast("httpcore2.AsyncNetworkBackend", httpcore2.TrioBackend())
    from ._asyncio_net import AsyncioBackend

    return AsyncioBackend()
