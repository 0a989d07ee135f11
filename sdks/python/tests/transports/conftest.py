"""Every transport as a `Subject`: one synchronous face, so that one suite asks the same of all of them.

The ASGI transports have no socket; for them `asgi_app` plays the scripted answers of the fake gateway in-process.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable, Iterator
from typing import Any, cast
from unittest import mock

import httpx
import httpx2
import pytest

from onceward._core.wire import Request, Timeouts
from onceward.testing import FakeGateway, Fault, RecordedRequest, Reply
from onceward.transports.asgi import ASGITransport, AsyncASGITransport
from onceward.transports.fast import AsyncFastTransport, FastTransport
from onceward.transports.injected import AsyncInjectedTransport, InjectedTransport

CLOCKS = Timeouts(connect=5.0, pool=5.0, first_byte=5.0, idle=5.0)


class Answer:
    """A response of either kind, synchronously."""

    def __init__(self, response: Any, run: Callable[[Any], Any] | None) -> None:
        self._response = response
        self._run = run
        self.status: int = response.status
        self.headers: list[tuple[str, str]] = response.headers

    def header(self, name: str) -> str | None:
        return next((value for given, value in self.headers if given == name), None)

    def _call(self, result: Any) -> Any:
        return result if self._run is None else self._run(result)

    def read(self) -> bytes:
        return cast(bytes, self._call(self._response.read()))

    def read_chunk(self) -> bytes:
        return cast(bytes, self._call(self._response.read_chunk()))

    def chunks(self) -> Iterator[bytes]:
        while chunk := self.read_chunk():
            yield chunk

    def close(self) -> None:
        self._call(self._response.close() if self._run is None else self._response.aclose())


class Subject:
    """A transport of either kind, synchronously; an asynchronous one in an event loop of its own."""

    def __init__(
        self, name: str, transport: Any, gateway: FakeGateway, finish: Callable[[], Any] | None = None
    ) -> None:
        self.name = name
        self.transport = transport
        self.gateway = gateway
        self.wired = "asgi" not in name
        self._finish = finish
        self._runner = asyncio.Runner() if name.startswith("async") else None

    def run(self, work: Any) -> Any:
        assert self._runner is not None
        return self._runner.run(_await(work))

    def request(self, request: Request) -> Answer:
        if self._runner is None:
            return Answer(self.transport.send(request), None)
        return Answer(self.run(self.transport.send(request)), self.run)

    def send(
        self,
        method: str = "GET",
        path: str = "/v1/things",
        *,
        headers: list[tuple[str, str]] | None = None,
        body: Any = None,
        timeouts: Timeouts = CLOCKS,
        url: str | None = None,
    ) -> Answer:
        return self.request(Request(method, url or self.gateway.url + path, headers or [], body, timeouts))

    def close(self) -> None:
        if self._runner is None:
            self.transport.close()
            if self._finish is not None:
                self._finish()
        else:
            self.run(self.transport.aclose())
            if self._finish is not None:
                self.run(self._finish())
            self.run(asyncio.sleep(0.01))  # asyncio closes its sockets a turn later
            self._runner.close()


async def _await(work: Any) -> Any:
    return await work


def asgi_app(gateway: FakeGateway) -> Any:
    """The gateway's scripted answers as an ASGI application. A cut is an exception of the application."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise RuntimeError("no lifespan here")
        request = await _recorded(scope, receive)
        gateway._requests.append(request)
        reply, fault = gateway._reply(request)
        if fault.hang_up:
            raise ConnectionResetError("hung up")
        await asyncio.sleep(fault.delay)
        await send(_start(reply, fault))
        await _send_body(reply, fault, receive, send)

    return app


async def _recorded(scope: Any, receive: Any) -> RecordedRequest:
    query = scope["query_string"].decode()
    target = scope["raw_path"].decode() + (f"?{query}" if query else "")
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    request = RecordedRequest(scope["method"], target, headers)
    while True:
        message = await receive()
        request.body += message.get("body", b"")
        request.arrivals.append((asyncio.get_running_loop().time(), len(request.body)))
        if not message.get("more_body"):
            return request


def _start(reply: Reply, fault: Fault) -> Any:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.header_items()]
    if reply.content_type:
        headers.append((b"Content-Type", reply.content_type.encode()))
    return {"type": "http.response.start", "status": fault.status or reply.status, "headers": headers}


async def _send_body(reply: Reply, fault: Fault, receive: Any, send: Any) -> None:
    at = 0
    for piece in reply.body_pieces():
        if fault.cut_at is not None and at + len(piece) > fault.cut_at:
            await send({"type": "http.response.body", "body": piece[: fault.cut_at - at], "more_body": True})
            raise ConnectionResetError("cut")
        if fault.stall_at is not None and at >= fault.stall_at:
            assert (await receive())["type"] == "http.disconnect"
            return
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        at += len(piece)
        await asyncio.sleep(fault.pace)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


DEFAULT = ("httpx2",) if importlib.util.find_spec("onceward.transports.httpx2") else ()
LIBRARIES = (*DEFAULT, "injected-httpx2", "injected-httpx", "fast", "asgi")
NAMES = [f"{kind}-{library}" for library in LIBRARIES for kind in ("sync", "async")]


def small_pool(default: Any, connections: int) -> Any:
    """The default transport has no limit to set, so a test of its pool makes the pool small from outside."""
    small = mock.patch.dict(default._KEEPALIVE, max_connections=connections)
    small.start()
    return small


async def _stop(small: Any) -> None:
    small.stop()


def make(name: str, gateway: FakeGateway, *, connections: int | None = None) -> Subject:
    """The transport called ``name``, with a pool of ``connections`` where it has one."""
    kind, _, library = name.partition("-")
    limits = {"max_connections": connections, "max_keepalive_connections": connections}
    if library == "httpx2":
        default: Any = importlib.import_module("onceward.transports.httpx2")
        made = (default.HTTPX2Transport if kind == "sync" else default.AsyncHTTPX2Transport)()
        if connections is None:
            return Subject(name, made, gateway)
        small = small_pool(default, connections)
        return Subject(name, made, gateway, (lambda: small.stop()) if kind == "sync" else (lambda: _stop(small)))
    if library == "fast":
        cls: Any = FastTransport if kind == "sync" else AsyncFastTransport
        return Subject(name, cls(max_connections=connections), gateway)
    if library == "asgi":
        return Subject(name, (ASGITransport if kind == "sync" else AsyncASGITransport)(asgi_app(gateway)), gateway)
    module: Any = httpx2 if library == "injected-httpx2" else httpx
    bounds = module.Limits(**limits) if connections is not None else module.Limits()
    if kind == "sync":
        client = module.Client(limits=bounds)
        return Subject(name, InjectedTransport(client), gateway, client.close)
    client = module.AsyncClient(limits=bounds)
    return Subject(name, AsyncInjectedTransport(client), gateway, client.aclose)


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    with FakeGateway() as running:
        yield running


@pytest.fixture(params=NAMES)
def subject(request: pytest.FixtureRequest, gateway: FakeGateway) -> Iterator[Subject]:
    subject = make(request.param, gateway)
    yield subject
    subject.close()


@pytest.fixture(params=[name for name in NAMES if "asgi" not in name])
def wired(request: pytest.FixtureRequest, gateway: FakeGateway) -> Iterator[Subject]:
    """A transport with sockets."""
    subject = make(request.param, gateway)
    yield subject
    subject.close()


@pytest.fixture
def make_subject(gateway: FakeGateway) -> Iterator[Callable[..., Subject]]:
    made: list[Subject] = []

    def build(name: str, **options: Any) -> Subject:
        made.append(make(name, gateway, **options))
        return made[-1]

    yield build
    for subject in made:
        subject.close()
