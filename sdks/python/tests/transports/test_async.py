"""Cancellation, event loops, and threads: what an asynchronous transport must outlive."""

from __future__ import annotations

import asyncio
import gc
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import httpx2
import pytest

from onceward._core.wire import ConnectFailed, Request, Timeouts
from onceward.testing import FakeGateway, Fault
from onceward.transports import httpx2 as default_transport
from onceward.transports.asgi import AsyncASGITransport
from onceward.transports.fast import AsyncFastTransport
from onceward.transports.injected import AsyncInjectedTransport

CLOCKS = Timeouts(connect=5.0, pool=5.0, first_byte=5.0, idle=5.0)


def request(gateway: FakeGateway, path: str = "/v1/x") -> Request:
    return Request("POST", gateway.url + path, [], b"{}", CLOCKS)


async def call(transport: Any, gateway: FakeGateway) -> bytes:
    response = await transport.send(request(gateway))
    try:
        body: bytes = await response.read()
        return body
    finally:
        await response.aclose()


def pooled(library: str) -> tuple[Any, Callable[[], Any]]:
    if library == "fast":
        fast = AsyncFastTransport(max_connections=5)
        return fast, fast.aclose
    if library == "httpx2":
        default = default_transport.AsyncHTTPX2Transport()
        return default, default.aclose
    client = httpx2.AsyncClient(limits=httpx2.Limits(max_connections=5))
    return AsyncInjectedTransport(client), client.aclose


@pytest.fixture
def five_connections() -> Iterator[None]:
    with mock.patch.dict(default_transport._KEEPALIVE, max_connections=5):
        yield


@pytest.mark.usefixtures("five_connections")
@pytest.mark.parametrize("library", ["fast", "injected", "httpx2"])
async def test_cancelled_requests_leave_nothing_behind(library: str) -> None:
    """Hundreds of requests are cancelled at random points on five connections; then a hundred calls succeed."""
    dice = random.Random(7)
    with FakeGateway() as gateway:
        gateway.respond_sse([{"n": number} for number in range(20)], fault=Fault(times=600, pace=0.001))
        transport, close = pooled(library)
        tasks: list[asyncio.Task[bytes]] = []
        for _ in range(600):
            task = asyncio.create_task(call(transport, gateway))
            asyncio.get_running_loop().call_later(dice.random() * 0.05, task.cancel)
            tasks.append(task)
            await asyncio.sleep(dice.random() * 0.002)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(isinstance(result, asyncio.CancelledError) for result in results) > 300
        assert all(isinstance(result, (bytes, asyncio.CancelledError)) for result in results), results
        gateway.reset()
        gateway.respond_json({"ok": 1})
        for _ in range(100):
            async with asyncio.timeout(5):
                assert await call(transport, gateway) == b'{"ok":1}'
        await close()


@pytest.mark.parametrize("library", ["fast", "injected", "httpx2"])
async def test_cancelling_a_read_closes_the_connection_at_once(library: str) -> None:
    with FakeGateway() as gateway:
        gateway.respond_sse(["one", "two"], fault=Fault(stall_at=11))
        transport, close = pooled(library)
        task = asyncio.create_task(call(transport, gateway))
        while not gateway.requests:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(1):
            while gateway.requests[0].outcome != "left":  # noqa: ASYNC110 - it is set by another thread
                await asyncio.sleep(0.01)
        await close()


async def test_data_that_came_while_the_loop_was_busy_is_not_late() -> None:
    import time

    with FakeGateway() as gateway:
        gateway.respond_sse(["one", "two"], fault=Fault(pace=0.05))
        transport = AsyncFastTransport()
        wanted = Request("POST", gateway.url, [], b"{}", Timeouts(connect=5, first_byte=5, idle=0.2))
        response = await transport.send(wanted)
        assert await response.read_chunk() == b"data: one\n\n"
        reading = asyncio.create_task(response.read_chunk())
        await asyncio.sleep(0)
        time.sleep(0.4)  # noqa: ASYNC251 - a caller that hogs the loop is what is tested
        assert await reading == b"data: two\n\n"
        await response.aclose()
        await transport.aclose()


def test_one_fast_transport_in_several_loops_one_after_another() -> None:
    with FakeGateway() as gateway:
        gateway.respond_json({"ok": 1})
        transport = AsyncFastTransport()
        for _ in range(3):
            assert asyncio.run(call(transport, gateway)) == b'{"ok":1}'


def test_one_fast_transport_in_several_loops_at_once() -> None:
    with FakeGateway() as gateway:
        gateway.respond_sse(["one", "two"], fault=Fault(pace=0.02))
        transport = AsyncFastTransport()
        results: list[bytes] = []

        async def many() -> None:
            results.extend(await asyncio.gather(*(call(transport, gateway) for _ in range(20))))

        threads = [threading.Thread(target=lambda: asyncio.run(many())) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)
        assert len(results) == 80
        assert set(results) == {b"data: one\n\ndata: two\n\ndata: [DONE]\n\n"}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of the caller's client, left open
def test_an_injected_client_from_a_loop_that_ended_says_what_to_do() -> None:
    with FakeGateway() as gateway:
        gateway.respond_json({"ok": 1})
        client = httpx2.AsyncClient()
        transport = AsyncInjectedTransport(client)
        assert asyncio.run(call(transport, gateway)) == b'{"ok":1}'
        with pytest.raises(ConnectFailed, match="one client per event loop"):
            asyncio.run(call(transport, gateway))
        del client, transport
        gc.collect()


def test_one_asgi_transport_in_several_loops() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise RuntimeError
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hi"})

    transport = AsyncASGITransport(app)

    async def once() -> bytes:
        response = await transport.send(Request("GET", "http://app/", []))
        body = await response.read()
        await transport.aclose()
        return body

    assert [asyncio.run(once()) for _ in range(3)] == [b"hi"] * 3
