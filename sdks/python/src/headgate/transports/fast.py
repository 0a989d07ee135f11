"""The fast transport: ``pyreqwest``, a Rust HTTP client, at an eighth of the CPU of the default one.

What it gives up, and what is done about it here:

- Its stream reader collects bytes before it hands them on; that buffer is set to 0, so each piece arrives at once.
- Its own synchronous client holds the thread inside Rust, where no signal handler runs and no clock but its own ticks.
  The synchronous transport therefore drives the asynchronous client by `_run` below: a wait that Python can interrupt.
- Its runtime does not survive ``os.fork``. A child gets new clients on the runtime that the parent did not use; a child
  of that child is told to use the default transport.
- ``first_byte`` also counts the time to connect (with ``connect`` as its own, shorter limit), because the library does
  not say when the request was sent. A streamed upload moves the clock with every piece that is taken.
- Connections are pooled per pair of ``connect`` and ``pool`` clocks: calls that differ in them share no connection.
- TLS roots are the system's; a proxy is taken from the environment. For anything else pass a client of your own to the
  default transport.
- The asynchronous transport needs asyncio (uvloop too); it does not run under trio.
"""

from __future__ import annotations

import asyncio
import os
import threading
import traceback
from asyncio.events import _get_running_loop, _set_running_loop  # pyright: ignore[reportPrivateUsage] - for event loops
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, cast

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

if TYPE_CHECKING:
    from pyreqwest.client import Client
    from pyreqwest.request import StreamRequest
    from pyreqwest.response import Response as LibraryResponse

__all__ = ["AsyncFastTransport", "FastTransport"]

T = TypeVar("T")

_NEVER = float("inf")

_LONGEST = threading.TIMEOUT_MAX
_POOLS = 8
"""How many pairs of connect and pool clocks keep a pool of their own; the oldest is let go of first."""


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


def _reraise(error: Exception, *, reading: bool) -> NoReturn:
    traceback.clear_frames(error.__traceback__)  # their locals hold the headers, and with them the key
    raise _wire_error(error, reading=reading) from error


def _wire_error(error: BaseException, *, reading: bool) -> TransportError:
    """The wire error for an error of the library.

    Its classes alone do not tell: a server that hangs up is a ``ConnectError`` there, as is a refused port; only the
    causes say whether the request was already on its way.
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


# ---- clients, per process and pair of clocks ----------------------------------------------------------------------


class _Clients:
    """The library's clients of one transport. Made on first use, dropped when the process turns out to be a child."""

    def __init__(self, max_connections: int | None, configure: Callable[[Any], Any] | None) -> None:
        self.limited = max_connections is not None
        self._max_connections = max_connections
        self._configure = configure
        self._lock = threading.Lock()
        self._clients: dict[tuple[float | None, float | None], Client] = {}
        self._pid = os.getpid()
        self._forked = False

    def get(self, clocks: Timeouts) -> Client:
        key = (clocks.connect, clocks.pool)
        if self._pid == os.getpid():
            client = self._clients.get(key)
            if client is not None:
                return client
        else:
            # The lock may be held by a thread that does not exist in this process.
            self._lock = threading.Lock()
            self._clients, self._pid, self._forked = {}, os.getpid(), True
        with self._lock:
            client = self._clients.get(key)
            if client is None:
                while len(self._clients) >= _POOLS:
                    self._clients.pop(next(iter(self._clients)))
                client = self._clients[key] = self._build(clocks)
            return client

    def _build(self, clocks: Timeouts) -> Client:
        try:
            from pyreqwest.client import ClientBuilder
        except ImportError as error:
            raise _missing(error) from error
        builder = ClientBuilder().follow_redirects(False).referer(False).max_connections(self._max_connections)
        builder = builder.gzip(False).brotli(False).zstd(False).deflate(False)  # what comes is the core's to decode
        if _forked_from_first(self._forked):
            builder = builder.runtime_multithreaded(True)
        if clocks.connect is not None:
            builder = builder.connect_timeout(timedelta(seconds=clocks.connect))
        if clocks.pool is not None:
            builder = builder.pool_timeout(timedelta(seconds=clocks.pool))
        if self._configure is not None:
            builder = self._configure(builder)
        try:
            return builder.build()
        except RuntimeError as error:
            raise ConnectFailed(
                "the runtime of `pyreqwest` does not survive a second `os.fork`: "
                "start processes with the `spawn` method, or use the default transport in them"
            ) from error

    def drop(self) -> list[Client]:
        with self._lock:
            clients = list(self._clients.values()) if self._pid == os.getpid() else []
            self._clients = {}
            return clients


_FIRST_PID = os.getpid()


def _forked_from_first(forked: bool) -> bool:
    """Whether this process is a child of the one that imported this module, which may have used the default runtime."""
    return forked or os.getpid() != _FIRST_PID


# ---- a wait that can be interrupted -------------------------------------------------------------------------------


class _Wake:
    """What the library waits on in place of an asyncio future; its runtime's thread wakes it."""

    __slots__ = ("_done", "_lock")
    _asyncio_future_blocking = False

    def __init__(self) -> None:
        self._done = False
        self._lock = threading.Lock()
        self._lock.acquire()

    def __iter__(self) -> Iterator[_Wake]:
        if not self._done:
            yield self

    __await__ = __iter__

    def done(self) -> bool:
        return self._done

    def set_result(self, _result: object) -> None:
        self._done = True
        self._lock.release()

    def wait(self, seconds: float | None) -> bool:
        """True when woken in time. Waiting on a lock lets signal handlers run, and what they raise comes out here."""
        return self._lock.acquire(timeout=-1 if seconds is None or seconds > _LONGEST else max(0.0, seconds))


class _Loop:
    """As much of an event loop as a native coroutine asks for: somewhere to be woken."""

    __slots__ = ()

    def create_future(self) -> _Wake:
        return _Wake()

    def call_soon_threadsafe(self, callback: Callable[..., object], *args: object, **_context: object) -> None:
        callback(*args)

    def is_closed(self) -> bool:
        return False


_LOOP: Any = _Loop()


def _run(work: Coroutine[Any, Any, T], limit: _Deadline | float | None) -> T:
    """Run one coroutine of the library in this thread, beside whatever loop runs in it, until it ends or time is up."""
    outer = _get_running_loop()
    deadline: _Deadline | None = None
    try:
        while True:
            _set_running_loop(_LOOP)
            try:
                wake = work.send(None)
            finally:
                _set_running_loop(outer)
            if deadline is None and limit is not None:
                deadline = limit if isinstance(limit, _Deadline) else _Deadline(limit, _NEVER)
            while wake is not None and not wake.wait(None if deadline is None else deadline.left()):
                if deadline is not None and deadline.left() <= 0:
                    raise _OutOfTime
    except StopIteration as stop:
        result: T = stop.value
        return result
    except BaseException:
        work.close()
        raise


def _run_in_loop(work: Coroutine[Any, Any, T], deadline: _Deadline | None) -> T:
    """The same for a request whose body is streamed, which needs a true event loop to be asked for its pieces in.

    The pieces are read in this thread. Given as a plain iterable, they would be read in the thread of the runtime, and
    while the caller's file is slow no other request would move.
    """

    async def timed() -> T:
        return await _Timed(work, deadline)

    outer = _get_running_loop()
    _set_running_loop(None)
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(timed())
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        _set_running_loop(outer)


class _OutOfTime(Exception):
    pass


class _Deadline:
    """When to stop waiting. An upload moves it on with each piece, but never past ``end``."""

    __slots__ = ("_at", "_end", "seconds")

    def __init__(self, seconds: float, end: float) -> None:
        self.seconds = seconds
        self._end = end
        self._at = min(monotonic() + seconds, end)

    def left(self) -> float:
        return self._at - monotonic()

    def move(self) -> None:
        self._at = min(monotonic() + self.seconds, self._end)


def _deadline(seconds: float | None, total: float | None) -> _Deadline | None:
    """The sooner of a clock and of what is left of the whole call."""
    if seconds is None and total is None:
        return None
    return _Deadline(_NEVER if seconds is None else seconds, _NEVER if total is None else monotonic() + total)


def _head_deadline(clocks: Timeouts, limited: bool) -> _Deadline | None:
    """First byte, and where there is a limit of connections, the wait for one, which the library counts on its own."""
    wait = clocks.pool if limited else 0.0
    return _deadline(None if clocks.first_byte is None or wait is None else clocks.first_byte + wait, clocks.total)


class _Timed(Generic[T]):
    """Await a coroutine of the library for so long. The timer is set only when there is something to wait for."""

    __slots__ = ("_limit", "_work")

    def __init__(self, work: Coroutine[Any, Any, T], limit: _Deadline | float | None) -> None:
        self._work = work
        self._limit = limit

    def __await__(self) -> Generator[Any, Any, T]:
        work, limit = self._work, self._limit
        try:
            future = work.send(None)
            while limit is None:
                yield future
                future = work.send(None)
            deadline = limit if isinstance(limit, _Deadline) else _Deadline(limit, _NEVER)
            while True:
                timer = asyncio.get_running_loop().call_later(min(max(0.0, deadline.left()), _LONGEST), _expire, future)
                try:
                    yield future
                finally:
                    timer.cancel()
                # Bytes that came while the loop was busy woke the future before the timer could: they are not late.
                if future is not None and future.result() is _LATE and deadline.left() <= 0:
                    raise _OutOfTime
                future = work.send(None)
        except StopIteration as stop:
            result: T = stop.value
            return result
        except BaseException:
            # A cancelled task, or time is up: closing drops the request in the library, which frees its connection.
            work.close()
            raise


_LATE = object()


def _expire(future: asyncio.Future[object] | None) -> None:
    if future is not None and not future.done():
        future.set_result(_LATE)


# ---- requests -----------------------------------------------------------------------------------------------------


async def _moving(pieces: AsyncIterator[bytes], deadline: _Deadline | None) -> AsyncIterator[bytes]:
    async for piece in pieces:
        if deadline is not None:
            deadline.move()
        yield piece


def _prepare(client: Client, request: Request, stream: Any) -> StreamRequest:
    # A masked value is a `str` of another type, and the library is not to meet it.
    headers = [
        (name, value if type(value) is str else value.encode("latin-1").decode("latin-1"))
        for name, value in body_headers(request)
    ]
    builder = client.request(request.method, request.url).headers(headers)
    if isinstance(request.body, bytes):
        builder = builder.body_bytes(request.body)
    elif stream is not None:
        builder = builder.body_stream(stream)
    return builder.streamed_read_buffer_limit(0).build_streamed()


def _library_error() -> type[Exception]:
    from pyreqwest.exceptions import PyreqwestError

    return PyreqwestError


def _late(what: str, seconds: float | None) -> ReadTimedOut:
    return ReadTimedOut(f"nothing arrived {what} within {seconds or 0:g} s")


class _Answer:
    """What is the same of an answer, whichever way it is read."""

    __slots__ = ("_closed", "_ended", "_exchange", "_left", "_pid", "_reader", "_request", "headers", "status")

    def __init__(self, exchange: StreamRequest, response: LibraryResponse, request: Request) -> None:
        self.status = response.status
        self.headers = list(response.headers.items())  # the library gives the names in lower case
        self._exchange = exchange
        self._reader = response.body_reader
        self._request = request
        self._closed = self._ended = False
        self._pid = os.getpid()
        length = response.get_header("content-length")
        self._left = int(length) if length is not None and request.method != "HEAD" else -1
        """How many bytes are to come, where the head tells; asking for the end of a body costs as much as a piece."""

    def _took(self, chunk: object) -> bytes:
        if chunk is None:
            self._ended = True
            return b""
        piece = bytes(cast("Any", chunk))
        self._left -= len(piece)
        if self._left == 0:
            self._ended = True
        return piece

    def _deadline(self) -> _Deadline | None:
        clocks = self._request.timeouts
        return _deadline(clocks.idle, clocks.total)

    def _end(self) -> bytes:
        if self._closed:
            raise ReadFailed("the answer was closed before its end")
        return b""

    def _close(self) -> bool:
        """Whether there is something to close, which there is once and only in the process that made it."""
        if self._ended:
            return False
        self._ended = self._closed = True
        return self._pid == os.getpid()


class _Response(_Answer):
    __slots__ = ()

    def read_chunk(self) -> bytes:
        return self._end() if self._ended else self._next(self._request.timeouts.idle)

    def _next(self, limit: _Deadline | float | None) -> bytes:
        try:
            return self._took(_run(_coroutine(self._reader.read_chunk()), limit))
        except _OutOfTime:
            self.close()
            raise _late("after the last bytes", limit.seconds if isinstance(limit, _Deadline) else limit) from None
        except _library_error() as error:
            _reraise(error, reading=True)

    def read(self) -> bytes:
        pieces: list[bytes] = []
        deadline = self._deadline()
        while not self._ended:
            pieces.append(self._next(deadline))
            if deadline is not None:
                deadline.move()
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def close(self) -> None:
        if self._close():
            _run(_coroutine(self._exchange.__aexit__(None, None, None)), None)


class _AsyncResponse(_Answer):
    __slots__ = ()

    async def read_chunk(self) -> bytes:
        return self._end() if self._ended else await self._next(self._request.timeouts.idle)

    async def _next(self, limit: _Deadline | float | None) -> bytes:
        try:
            return self._took(await _Timed(_coroutine(self._reader.read_chunk()), limit))
        except _OutOfTime:
            await self.aclose()
            raise _late("after the last bytes", limit.seconds if isinstance(limit, _Deadline) else limit) from None
        except _library_error() as error:
            _reraise(error, reading=True)

    async def read(self) -> bytes:
        pieces: list[bytes] = []
        deadline = self._deadline()
        while not self._ended:
            pieces.append(await self._next(deadline))
            if deadline is not None:
                deadline.move()
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def aclose(self) -> None:
        if self._close():
            await self._exchange.__aexit__(None, None, None)


def _coroutine(work: Any) -> Coroutine[Any, Any, Any]:
    """The library's stubs say ``async def``; at run time these are its native coroutines."""
    return cast("Coroutine[Any, Any, Any]", work)


class FastTransport:
    """Synchronous; threads may share it. ``configure`` gets the library's `ClientBuilder` and gives it back."""

    def __init__(self, *, max_connections: int | None = None, configure: Callable[[Any], Any] | None = None) -> None:
        self._clients = _Clients(max_connections, configure)

    def send(self, request: Request) -> _Response:
        client = self._clients.get(request.timeouts)
        deadline = _head_deadline(request.timeouts, self._clients.limited)
        body = request.body
        stream, run = None, cast("Callable[..., LibraryResponse]", _run)
        if body is not None and not isinstance(body, bytes):
            stream, run = _moving(pieces_in_async(sync_body(body)), deadline), _run_in_loop
        try:
            prepared = _prepare(client, request, stream)
            response = run(_coroutine(prepared.__aenter__()), deadline)
        except _OutOfTime:
            raise _late("in answer to the request", None if deadline is None else deadline.seconds) from None
        except _library_error() as error:
            _reraise(error, reading=False)
        return _Response(prepared, response, request)

    def close(self) -> None:
        for client in self._clients.drop():
            _run(_coroutine(client.close()), None)

    def __repr__(self) -> str:
        return "FastTransport()"


class AsyncFastTransport:
    """Asynchronous, for asyncio. One transport works in any number of event loops and threads."""

    def __init__(self, *, max_connections: int | None = None, configure: Callable[[Any], Any] | None = None) -> None:
        self._clients = _Clients(max_connections, configure)

    async def send(self, request: Request) -> _AsyncResponse:
        client = self._clients.get(request.timeouts)
        deadline = _head_deadline(request.timeouts, self._clients.limited)
        body = request.body
        stream = None
        if body is not None and not isinstance(body, bytes):
            stream = _moving(async_pieces(body), deadline)
        try:
            prepared = _prepare(client, request, stream)
            response = await _Timed(_coroutine(prepared.__aenter__()), deadline)
        except _OutOfTime:
            raise _late("in answer to the request", None if deadline is None else deadline.seconds) from None
        except _library_error() as error:
            _reraise(error, reading=False)
        return _AsyncResponse(prepared, response, request)

    async def aclose(self) -> None:
        for client in self._clients.drop():
            await client.close()

    def __repr__(self) -> str:
        return "AsyncFastTransport()"
