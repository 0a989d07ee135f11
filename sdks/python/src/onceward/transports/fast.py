"""The fast transport: ``pyreqwest``, a Rust HTTP client, at a fraction of the CPU of the default one.

Its limits, and how this module deals with them:

- Its stream reader buffers bytes; that buffer is set to 0, so that each chunk arrives at once.
- Its synchronous client blocks the thread inside Rust, where no signal handler runs: a signal that comes while a
  synchronous call waits for its response is handled when the wait ends. Waits for the body can be interrupted, except
  where ``idle`` is as long as ``first_byte`` or longer.
- It has one clock for the head and for reads. That clock is ``first_byte``; a shorter ``idle`` is enforced by waiting
in Python (`run`), which costs a few microseconds if there is something to wait for.
- Its runtime does not survive ``os.fork``. A child gets new clients on the runtime that the parent did not use; a child
  of that child gets an error that recommends the default transport.
- ``first_byte`` also counts the time to connect (with ``connect`` as its own, shorter limit) and to send a body that is
  in memory, because the library does not report when the request was sent. A streamed upload extends the clock with
  every chunk; synchronously it uses the asynchronous client, with connections of its own.
- Connections are pooled per set of ``connect``, ``pool`` and (synchronous) ``first_byte`` clocks: calls that differ in
  them do not share connections. Clocks that ``total`` cuts short do not count: ``total`` is passed with each request.
- TLS roots are the system's, or those of ``SSL_CERT_FILE`` and ``SSL_CERT_DIR``; proxies come from the environment, as
  for the other transports. With ``configure`` the library looks for proxies itself. For anything else pass a client of
  your own to the default transport.
- The asynchronous transport needs asyncio (uvloop too); it does not run under trio.
"""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, cast
from urllib.parse import urlsplit

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
from ._bodies import async_pieces, body_headers, pieces_in_async, sync_body
from ._proxies import Proxy, proxy_for, read_proxy
from ._trust import check_trust
from ._waits import LONGEST, NEVER, Deadline, OutOfTime, Timed, Watch, head_deadline, run, run_in_loop

if TYPE_CHECKING:
    from pyreqwest.client import Client, SyncClient

__all__ = ["AsyncFastTransport", "FastTransport"]

_POOLS = 8
"""The number of sets of clocks with a pool of their own; the oldest pool is dropped first."""

_Clocks: TypeAlias = tuple["float | None", "float | None", "float | None"]
_Pool: TypeAlias = tuple[_Clocks, "Proxy | None"]


def _missing(error: ImportError) -> ImportError:
    package = __name__.partition(".")[0]
    return ImportError(
        f"`transport='fast'` needs `pyreqwest`, which is not installed: run `pip install \"{package}[fast]\"`, "
        "or leave `transport` out to use the default"
    )


# ---- errors -------------------------------------------------------------------------------------------------------


def _causes(error: BaseException) -> list[str]:
    details: dict[str, list[dict[str, str]] | None] = getattr(error, "details", None) or {}
    return [cause.get("message", "") for cause in details.get("causes") or ()]


def _reraise(error: Exception, *, reading: bool, proxy: Proxy | None = None) -> NoReturn:
    traceback.clear_frames(error.__traceback__)  # The locals of its frames contain the headers, and with them the key.
    named = _wire_error(error, reading=reading)
    named.proxy = None if proxy is None else proxy.server
    raise named from error


def _wire_error(error: BaseException, *, reading: bool) -> TransportError:
    """Return the wire error for an error of the library.

    Its classes are not enough: a server that hangs up is a ``ConnectError`` there, as is a refused port. Only the
    causes show
    whether the request was already being sent.
    """
    causes = _causes(error)
    names = {base.__name__ for base in type(error).__mro__}
    first = str(error.args[0]) if error.args else type(error).__name__
    text = ": ".join([first, *causes[1:]]) if len(causes) > 1 else first
    if reading:
        return ReadTimedOut(text) if "RequestTimeoutError" in names else ReadFailed(text)
    if "PoolTimeoutError" in names:
        return PoolTimedOut(text)
    connecting = "client error (Connect)" in causes
    if "RequestTimeoutError" in names:
        return ConnectTimedOut(text) if connecting else ReadTimedOut(text)
    if connecting or "BuilderError" in names or "ClientClosedError" in names:
        return ConnectFailed(text)
    if "WriteError" in names:
        return WriteFailed(text)
    return ReadFailed(text)


# ---- forks ----------------------------------------------------------------------------------------------------------

_forks = 0
"""The number of forks between the import of this module and this process. Reading the process id costs more."""


def _count_fork() -> None:
    global _forks
    _forks += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_count_fork)


# ---- clients, per process and set of clocks -----------------------------------------------------------------------


def _clocks(timeouts: Timeouts, blocking: bool) -> _Clocks:
    """Return the clocks that a client is made with, without those cut to what is left of ``total``."""
    end = NEVER if timeouts.total is None else timeouts.total
    own = (timeouts.connect, timeouts.pool, timeouts.first_byte if blocking else None)
    if end is NEVER:
        return own
    connect, pool, first_byte = (None if clock is None or clock >= end else clock for clock in own)
    return connect, pool, first_byte


def _span(seconds: float) -> timedelta:
    return timedelta(seconds=min(seconds, LONGEST))


class _Clients:
    """The library's clients of one transport. Made on first use, dropped in a forked child."""

    def __init__(self, max_connections: int | None, configure: Callable[[Any], Any] | None, blocking: bool) -> None:
        self.limited = max_connections is not None
        self._max_connections = max_connections
        self._configure = configure
        self._blocking = blocking
        self._lock = threading.Lock()
        self._clients: dict[_Pool, Any] = {}
        self._routes: dict[str, Proxy | None] = {}
        self._forks = _forks

    def proxy(self, url: str) -> Proxy | None:
        """Return the proxy for a server. The environment is read when the server is first called."""
        server = url[: url.find("/", 8)]
        try:
            return self._routes[server]
        except KeyError:
            parts = urlsplit(server)
            if parts.scheme == "https":
                check_trust()
            named = proxy_for(parts.scheme, parts.hostname or "")
            self._routes[server] = proxy = None if named is None else read_proxy(named)
            return proxy

    def get(self, timeouts: Timeouts, proxy: Proxy | None) -> Any:
        key = _clocks(timeouts, self._blocking), proxy
        if self._forks == _forks:
            client = self._clients.get(key)
            if client is not None:
                return client
        else:
            # The lock may be held by a thread that does not exist in this process.
            self._lock = threading.Lock()
            self._clients, self._forks = {}, _forks
        with self._lock:
            client = self._clients.get(key)
            if client is None:
                while len(self._clients) >= _POOLS:
                    self._clients.pop(next(iter(self._clients)))
                client = self._clients[key] = self._build(key)
            return client

    def _build(self, pool: _Pool) -> Client | SyncClient:
        try:
            from pyreqwest.client import ClientBuilder, SyncClientBuilder
        except ImportError as error:
            raise _missing(error) from error
        builder: Any = SyncClientBuilder() if self._blocking else ClientBuilder()
        builder = builder.follow_redirects(False).referer(False).max_connections(self._max_connections)
        builder = builder.gzip(False).brotli(False).zstd(False).deflate(False)  # The core decodes the body.
        if _forks:  # The first process may have used the default runtime.
            builder = builder.runtime_multithreaded(True)
        (connect, waiting, first_byte), proxy = pool
        if connect is not None:
            builder = builder.connect_timeout(_span(connect))
        if waiting is not None:
            builder = builder.pool_timeout(_span(waiting))
        if first_byte is not None:
            builder = builder.read_timeout(_span(first_byte))
        if self._configure is not None:
            builder = self._configure(builder)
        else:
            # The library ignores a proxy that it cannot parse, and would connect directly.
            builder = builder.no_proxy() if proxy is None else builder.proxy(_library_proxy(proxy))
        try:
            client: Client | SyncClient = builder.build()
        except RuntimeError as error:
            raise ConnectFailed(
                "the runtime of `pyreqwest` does not survive a second `os.fork`: "
                "start processes with the `spawn` method, or use the default transport in them"
            ) from error
        return client

    def drop(self) -> list[Any]:
        with self._lock:
            clients = list(self._clients.values()) if self._forks == _forks else []
            self._clients = {}
            return clients


def _library_proxy(proxy: Proxy) -> Any:
    from pyreqwest.proxy import ProxyBuilder

    made = ProxyBuilder.all(proxy.url)
    return made if proxy.auth is None else made.basic_auth(*proxy.auth)


# ---- requests -----------------------------------------------------------------------------------------------------


async def _moving(pieces: AsyncIterator[bytes], deadline: Deadline | None) -> AsyncIterator[bytes]:
    async for piece in pieces:
        if deadline is not None:
            deadline.move()
        yield piece


def _prepare(client: Any, request: Request, stream: Any) -> Any:
    # A masked value is a subclass of `str`, which the library must not get.
    headers = [
        header if type(header[1]) is str else (header[0], header[1].encode("latin-1").decode("latin-1"))
        for header in body_headers(request)
    ]
    builder = client.request(request.method, request.url).headers(headers)
    if stream is not None:
        builder = builder.body_stream(stream)
    elif request.body is not None:
        builder = builder.body_bytes(request.body)
    total = request.timeouts.total
    if total is not None:
        builder = builder.timeout(_span(max(total, 0.0)))
    return builder.streamed_read_buffer_limit(0).build_streamed()


def _library_error() -> type[Exception]:
    from pyreqwest.exceptions import PyreqwestError

    return PyreqwestError


def _late(what: str, seconds: float | None) -> ReadTimedOut:
    return ReadTimedOut(f"nothing arrived {what} within {seconds or 0:g} s")


def _headers(response: Any) -> list[tuple[str, str]]:
    """Return the headers of a response, with names in lower case.

    The library gives no value that is not ASCII: such a header is left out, and the response is delivered.
    """
    try:
        return list(response.headers.items())
    except ValueError:
        items = iter(response.headers.items())
    found: list[tuple[str, str]] = []
    while True:
        try:
            found.append(next(items))
        except ValueError:
            continue
        except StopIteration:
            return found


class _Answer:
    """The part of a response that is the same for all ways of reading it."""

    __slots__ = ("_closed", "_ended", "_exchange", "_forks", "_left", "_reader", "_request", "headers", "status")

    def __init__(self, exchange: Any, response: Any, request: Request) -> None:
        self.status: int = response.status
        self.headers: list[tuple[str, str]] = _headers(response)
        self._exchange = exchange
        self._reader = response.body_reader
        self._request = request
        self._closed = self._ended = False
        self._forks = _forks
        length = response.get_header("content-length")
        self._left = int(length) if length is not None and request.method != "HEAD" else -1
        """The number of bytes to come, if known: asking for the end of a body costs as much as a chunk."""

    def _took(self, chunk: Any) -> bytes:
        if chunk is None:
            self._ended = True
            return b""
        piece = bytes(chunk)
        self._left -= len(piece)
        if self._left == 0:
            self._ended = True
        return piece

    def _end(self) -> bytes:
        if self._closed:
            raise ReadFailed("the response was closed before its end")
        return b""

    def _close(self) -> bool:
        """Return whether there is something to close: once, and only in the process that made it."""
        if self._ended:
            return False
        self._ended = self._closed = True
        return self._forks == _forks


class _Response(_Answer):
    """A response of the library's synchronous client. ``bound`` is the limit in seconds of its own reads."""

    __slots__ = ("_bound",)

    def __init__(self, exchange: Any, response: Any, request: Request, bound: float) -> None:
        super().__init__(exchange, response, request)
        self._bound = bound

    def _read(self, idle: float | None) -> Any:
        if idle is None or idle >= self._bound:
            return self._reader.read_chunk()
        # Only the base class of the library's readers has the method that can be awaited with a timeout of our own.
        base: Any = type(self._reader).__mro__[1]
        return run(_coroutine(base.read_chunk(self._reader)), idle)

    def read_chunk(self) -> bytes:
        if self._ended:
            return self._end()
        idle = self._request.timeouts.idle
        try:
            return self._took(self._read(idle))
        except OutOfTime:
            self.close()
            raise _late("after the last bytes", idle) from None
        except _library_error() as error:
            _reraise(error, reading=True)

    def read(self) -> bytes:
        pieces: list[bytes] = []
        while not self._ended:
            pieces.append(self.read_chunk())
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def close(self) -> None:
        if self._close():
            self._exchange.__exit__(None, None, None)


class _UploadResponse(_Response):
    """The response to an upload, which the asynchronous client sent."""

    __slots__ = ()

    def _read(self, idle: float | None) -> Any:
        return run(_coroutine(self._reader.read_chunk()), idle)

    def close(self) -> None:
        if self._close():
            run(_coroutine(self._exchange.__aexit__(None, None, None)), None)


class _AsyncResponse(_Answer):
    __slots__ = ("_watch",)

    def __init__(self, exchange: Any, response: Any, request: Request) -> None:
        super().__init__(exchange, response, request)
        self._watch = Watch()

    async def read_chunk(self) -> bytes:
        if self._ended:
            return self._end()
        idle = self._request.timeouts.idle
        try:
            work: Awaitable[Any] = self._watch.within(self._reader.read_chunk(), idle)
            piece = self._took(await work)
        except OutOfTime:
            await self.aclose()
            raise _late("after the last bytes", idle) from None
        except _library_error() as error:
            self._watch.stop()
            _reraise(error, reading=True)
        if self._ended:
            self._watch.stop()
        return piece

    async def read(self) -> bytes:
        pieces: list[bytes] = []
        while not self._ended:
            pieces.append(await self.read_chunk())
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def aclose(self) -> None:
        self._watch.stop()
        if self._close():
            await self._exchange.__aexit__(None, None, None)


def _coroutine(work: Any) -> Coroutine[Any, Any, Any]:
    """Return a native coroutine of the library, whose stubs say ``async def``."""
    return cast("Coroutine[Any, Any, Any]", work)


class FastTransport:
    """The synchronous transport; threads may share it. ``configure`` gets and returns the library's client builder."""

    def __init__(self, *, max_connections: int | None = None, configure: Callable[[Any], Any] | None = None) -> None:
        self._clients = _Clients(max_connections, configure, blocking=True)
        self._uploads = _Clients(max_connections, configure, blocking=False)

    def send(self, request: Request) -> _Response:
        """Send a request and return its response, whose body is not read yet."""
        if request.body is not None and not isinstance(request.body, bytes):
            return self._upload(request)
        clocks = request.timeouts
        proxy = self._clients.proxy(request.url)
        client = self._clients.get(clocks, proxy)
        try:
            prepared = _prepare(client, request, None)
            response = prepared.__enter__()
        except _library_error() as error:
            _reraise(error, reading=False, proxy=proxy)
        return _Response(prepared, response, request, NEVER if clocks.first_byte is None else clocks.first_byte)

    def _upload(self, request: Request) -> _Response:
        proxy = self._uploads.proxy(request.url)
        client = self._uploads.get(request.timeouts, proxy)
        deadline = head_deadline(request.timeouts, self._uploads.limited)
        stream = _moving(pieces_in_async(sync_body(request.body)), deadline)
        try:
            prepared = _prepare(client, request, stream)
            response = run_in_loop(_coroutine(prepared.__aenter__()), deadline)
        except OutOfTime:
            raise _late("in response to the request", None if deadline is None else deadline.seconds) from None
        except _library_error() as error:
            _reraise(error, reading=False, proxy=proxy)
        return _UploadResponse(prepared, response, request, NEVER)

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.drop():
            client.close()
        for client in self._uploads.drop():
            run(_coroutine(client.close()), None)

    def __repr__(self) -> str:
        return "FastTransport()"


class AsyncFastTransport:
    """The asynchronous transport, for asyncio. One works in any number of event loops and threads."""

    def __init__(self, *, max_connections: int | None = None, configure: Callable[[Any], Any] | None = None) -> None:
        self._clients = _Clients(max_connections, configure, blocking=False)

    async def send(self, request: Request) -> _AsyncResponse:
        """Send a request and return its response, whose body is not read yet."""
        proxy = self._clients.proxy(request.url)
        client = self._clients.get(request.timeouts, proxy)
        deadline = head_deadline(request.timeouts, self._clients.limited)
        body = request.body
        stream = None
        if body is not None and not isinstance(body, bytes):
            stream = _moving(async_pieces(body), deadline)
        try:
            prepared = _prepare(client, request, stream)
            response = await Timed(_coroutine(prepared.__aenter__()), deadline)
        except OutOfTime:
            raise _late("in response to the request", None if deadline is None else deadline.seconds) from None
        except _library_error() as error:
            _reraise(error, reading=False, proxy=proxy)
        return _AsyncResponse(prepared, response, request)

    async def aclose(self) -> None:
        """Close all connections."""
        for client in self._clients.drop():
            await client.close()

    def __repr__(self) -> str:
        return "AsyncFastTransport()"
