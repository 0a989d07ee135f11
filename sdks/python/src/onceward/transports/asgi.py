"""Call an ASGI application in this process: without a socket, async without a thread, sync with one loop thread.

The body is delivered chunk by chunk as the application sends it, and the application waits until each chunk is read.
Leaving a response early sends ``http.disconnect`` to the application; an exception of the application becomes a
`ReadFailed`. The application's lifespan starts with the first call in each event loop, and ends when the transport is
closed.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from time import monotonic
from typing import Any, Literal, TypeVar
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary

from .._core.wire import ConnectFailed, ReadFailed, ReadTimedOut, Request
from ._bodies import async_pieces, body_headers

__all__ = ["ASGIApp", "ASGITransport", "AsyncASGITransport"]

T = TypeVar("T")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_LEAVE_SECONDS = 5.0
"""Seconds that closing waits for the application to end before it is cancelled."""


def _scope(request: Request) -> dict[str, Any]:
    url = urlsplit(request.url)
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in body_headers(request)]
    names = {name for name, _ in headers}
    if b"host" not in names:
        headers.insert(0, (b"host", url.netloc.rpartition("@")[2].encode("latin-1")))
    if isinstance(request.body, bytes) and b"content-length" not in names:
        headers.append((b"content-length", str(len(request.body)).encode()))
    elif request.body is not None and b"content-length" not in names and b"transfer-encoding" not in names:
        headers.append((b"transfer-encoding", b"chunked"))
    path = url.path or "/"
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": url.query.encode("ascii"),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": (url.hostname or "localhost", url.port or (443 if url.scheme == "https" else 80)),
        "state": {},
    }


class _Exchange:
    """One request and its response: the two queues between the application's task and the caller."""

    def __init__(self, request: Request) -> None:
        body = request.body
        self._body = b"" if body is None else body if isinstance(body, bytes) else async_pieces(body)
        self._body_done = False
        self._left = asyncio.Event()
        self._taken = asyncio.Event()
        self._news = asyncio.Event()
        self._piece: bytes | None = None
        self._was_taken = True
        self._started = False
        self._complete = False
        self._failure: BaseException | None = None
        self.over = False
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.task: asyncio.Task[None] | None = None

    # the application's side

    async def receive(self) -> Message:
        if not self._body_done:
            piece = self._body if isinstance(self._body, bytes) else await anext(self._body, None)
            self._body_done = piece is None or piece is self._body
            return {"type": "http.request", "body": piece or b"", "more_body": not self._body_done}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self._left.is_set():
            raise OSError("the client has disconnected")
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [
                (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in message.get("headers", ())
            ]
            self._started = True
            self._news.set()
        elif message["type"] == "http.response.body":
            await self._send_body(bytes(message.get("body", b"")), bool(message.get("more_body", False)))

    async def _send_body(self, piece: bytes, more: bool) -> None:
        if piece:
            self._taken.clear()
            self._was_taken = False
            self._piece = piece
            self._news.set()
            await self._taken.wait()
            if not self._was_taken:
                raise OSError("the client has disconnected")
        if not more:
            self._complete = True
            # Work of the application after its last byte should not delay the closing of the response.
            self._left.set()
            self._news.set()

    async def run(self, app: ASGIApp, scope: dict[str, Any]) -> None:
        try:
            await app(scope, self.receive, self.send)
        except Exception as error:  # noqa: BLE001 - the application's own, given to the caller as the failure of the call
            if (
                not self._left.is_set()
            ):  # Otherwise nobody retrieves it, and its traceback would keep the application's frames alive.
                self._failure = error
        finally:
            self.over = True
            self._news.set()

    # the caller's side

    async def head(self) -> None:
        while not self._started:
            if self.over:
                raise ReadFailed(self._why("without a response")) from self._failure
            self._news.clear()
            await self._news.wait()

    async def next_piece(self) -> bytes:
        while True:
            if self._piece is not None:
                piece, self._piece, self._was_taken = self._piece, None, True
                self._taken.set()
                return piece
            if self._complete:
                return b""
            if self.over:
                raise ReadFailed(self._why("before its response was complete")) from self._failure
            self._news.clear()
            await self._news.wait()

    def leave(self) -> None:
        self._left.set()
        self._taken.set()

    def _why(self, when: str) -> str:
        if self._failure is None:
            return f"the application returned {when}"
        return f"the application raised {type(self._failure).__name__} {when}: {self._failure}"


class _Lifespan:
    """The application's lifespan in one loop. An application without lifespan support is used without."""

    def __init__(self, app: ASGIApp, required: bool) -> None:
        self._app = app
        self._required = required
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._started: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._stopped = asyncio.Event()
        self.state: dict[str, Any] = {}
        self._inbox.put_nowait({"type": "lifespan.startup"})
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        failure: str | None = "the application does not support lifespan" if self._required else None
        try:
            await self._app(scope, self._inbox.get, self._send)
        except Exception as error:  # noqa: BLE001 - an application without lifespan says so by raising anything
            failure = f"{type(error).__name__}: {error}" if self._required else None
        finally:
            self._settle(failure)
            self._stopped.set()

    async def _send(self, message: Message) -> None:
        if message["type"] == "lifespan.startup.complete":
            self._settle(None)
        elif message["type"] == "lifespan.startup.failed":
            self._settle(str(message.get("message") or "no reason given"))
        elif message["type"].startswith("lifespan.shutdown"):
            self._stopped.set()

    def _settle(self, failure: str | None) -> None:
        if not self._started.done():
            self._started.set_result(failure)

    async def start(self) -> None:
        failure = await asyncio.shield(self._started)
        if failure is not None:
            raise ConnectFailed(f"the application did not start: {failure}")

    async def stop(self) -> None:
        if not self._task.done():
            self._inbox.put_nowait({"type": "lifespan.shutdown"})
            await _wait_or_cancel(self._task)


async def _wait_or_cancel(*tasks: asyncio.Task[None]) -> None:
    _, late = await asyncio.wait(tasks, timeout=_LEAVE_SECONDS)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late)


def _sooner(first: float | None, second: float | None) -> float | None:
    return second if first is None else first if second is None else min(first, second)


class _AsyncResponse:
    __slots__ = ("_exchange", "_request", "headers", "status")

    def __init__(self, exchange: _Exchange, request: Request) -> None:
        self.status = exchange.status
        self.headers = exchange.headers
        self._exchange = exchange
        self._request = request

    async def read_chunk(self) -> bytes:
        return await self._next(self._request.timeouts.idle)

    async def _next(self, seconds: float | None) -> bytes:
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange.next_piece()
        except TimeoutError:
            await self.aclose()
            raise ReadTimedOut(f"the application sent nothing for {seconds:g} s") from None

    async def read(self) -> bytes:
        clocks = self._request.timeouts
        end = None if clocks.total is None else monotonic() + clocks.total
        pieces: list[bytes] = []
        while piece := await self._next(_sooner(clocks.idle, None if end is None else end - monotonic())):
            pieces.append(piece)
        return b"".join(pieces)

    async def aclose(self) -> None:
        self._exchange.leave()


class AsyncASGITransport:
    """Calls ``app`` in the running event loop. ``lifespan="auto"`` starts the lifespan if the application has one."""

    def __init__(self, app: ASGIApp, *, lifespan: Literal["auto", "on", "off"] = "auto") -> None:
        self._app = app
        self._lifespan = lifespan
        self._lifespans: WeakKeyDictionary[asyncio.AbstractEventLoop, _Lifespan] = WeakKeyDictionary()
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, request: Request) -> _AsyncResponse:
        """Call the application with a request, and return its response once it begins."""
        scope = _scope(request)
        if self._lifespan != "off":
            scope["state"] = (await self._started()).state.copy()
        seconds = _sooner(request.timeouts.first_byte, request.timeouts.total)
        exchange = _Exchange(request)
        exchange.task = asyncio.create_task(exchange.run(self._app, scope))
        self._tasks.add(exchange.task)
        exchange.task.add_done_callback(self._tasks.discard)
        try:
            async with asyncio.timeout(seconds):
                await exchange.head()
        except TimeoutError:
            exchange.leave()
            raise ReadTimedOut(f"the application did not answer within {seconds:g} s") from None
        except BaseException:
            exchange.leave()
            raise
        return _AsyncResponse(exchange, request)

    async def _started(self) -> _Lifespan:
        loop = asyncio.get_running_loop()
        lifespan = self._lifespans.get(loop)
        if lifespan is None:
            lifespan = self._lifespans[loop] = _Lifespan(self._app, self._lifespan == "on")
        await lifespan.start()
        return lifespan

    async def aclose(self) -> None:
        """Wait for running requests in this loop (for a moment, then cancel them) and end the lifespan."""
        loop = asyncio.get_running_loop()
        running = [task for task in self._tasks if task.get_loop() is loop]
        if running:
            await _wait_or_cancel(*running)
        lifespan = self._lifespans.pop(loop, None)
        if lifespan is not None:
            await lifespan.stop()

    def __repr__(self) -> str:
        return f"AsyncASGITransport({self._app!r})"


class _Response:
    __slots__ = ("_call", "_response", "headers", "status")

    def __init__(self, response: _AsyncResponse, call: _Thread) -> None:
        self.status = response.status
        self.headers = response.headers
        self._response = response
        self._call = call

    def read(self) -> bytes:
        return self._call.run(self._response.read())

    def read_chunk(self) -> bytes:
        return self._call.run(self._response.read_chunk())

    def close(self) -> None:
        self._call.run(self._response.aclose())


class _Thread:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="asgi-transport", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        if self.pid != os.getpid():
            work.close()
            raise ReadFailed("the response belongs to the parent process")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            # The exception of a signal may end the wait while the work goes on.
            future.cancel()
            raise

    def stop(self) -> None:
        if self.pid == os.getpid() and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()


class ASGITransport:
    """Calls ``app`` from synchronous code, in a private event loop thread that starts with the first call."""

    def __init__(self, app: ASGIApp, *, lifespan: Literal["auto", "on", "off"] = "auto") -> None:
        self._inner = AsyncASGITransport(app, lifespan=lifespan)
        self._lock = threading.Lock()
        self._thread: _Thread | None = None

    def send(self, request: Request) -> _Response:
        """Call the application with a request, and return its response once it begins."""
        thread = self._running()
        return _Response(thread.run(self._inner.send(request)), thread)

    def _running(self) -> _Thread:
        thread = self._thread
        if thread is not None and thread.pid == os.getpid():
            return thread
        if thread is not None:
            self._lock = threading.Lock()  # The parent's lock may be held by a thread that does not exist here.
        with self._lock:
            if self._thread is None or self._thread.pid != os.getpid():
                self._thread = _Thread()
            return self._thread

    def close(self) -> None:
        """End the lifespan and the event loop thread."""
        thread, self._thread = self._thread, None
        if thread is not None and thread.pid == os.getpid():
            thread.run(self._inner.aclose())
            thread.stop()

    def __repr__(self) -> str:
        return f"ASGITransport({self._inner!r})"
