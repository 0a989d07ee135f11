"""An application called in-process: lifespan, disconnects, and its exceptions."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

from onceward._core.wire import ConnectFailed, ReadFailed, Request, Timeouts
from onceward.transports.asgi import ASGITransport, AsyncASGITransport

CLOCKS = Timeouts(first_byte=2.0, idle=2.0)


class Application:
    """Streams two pieces and waits; remembers how it was left."""

    def __init__(self) -> None:
        self.events: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send, scope["state"])
            return
        self.events.append(f"call {scope['state'].get('db')}")
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"X-A", b"1")]})
        if scope["path"] == "/raise":
            raise ZeroDivisionError("inside")
        if scope["path"] == "/return":
            return
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        self.events.append("one taken")
        self.events.append((await receive())["type"])

    async def _live(self, receive: Any, send: Any, state: Any) -> None:
        assert (await receive())["type"] == "lifespan.startup"
        state["db"] = "open"
        self.events.append("startup")
        await send({"type": "lifespan.startup.complete"})
        assert (await receive())["type"] == "lifespan.shutdown"
        self.events.append("shutdown")
        await send({"type": "lifespan.shutdown.complete"})


async def test_leaving_early_is_a_disconnect() -> None:
    app = Application()
    transport = AsyncASGITransport(app)
    response = await transport.send(Request("GET", "http://app/", [], None, CLOCKS))
    assert response.headers == [("x-a", "1")]
    assert await response.read_chunk() == b"one"
    await response.aclose()
    await transport.aclose()
    assert app.events == ["startup", "call open", "one taken", "http.disconnect", "shutdown"]


def test_leaving_early_is_a_disconnect_from_synchronous_code_too() -> None:
    app = Application()
    transport = ASGITransport(app)
    response = transport.send(Request("GET", "http://app/", [], None, CLOCKS))
    assert response.read_chunk() == b"one"
    response.close()
    transport.close()
    assert app.events == ["startup", "call open", "one taken", "http.disconnect", "shutdown"]
    again = transport.send(Request("GET", "http://app/", [], None, CLOCKS))
    again.close()
    transport.close()


@pytest.mark.parametrize(("path", "why"), [("/raise", "raised ZeroDivisionError"), ("/return", "returned")])
async def test_an_answer_that_is_not_finished_is_a_wire_error(path: str, why: str) -> None:
    transport = AsyncASGITransport(Application())
    response = await transport.send(Request("GET", f"http://app{path}", [], None, CLOCKS))
    with pytest.raises(ReadFailed, match=why):
        await response.read()
    await transport.aclose()


async def test_an_exception_before_the_answer_is_a_wire_error_with_its_cause() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError("inside")

    transport = AsyncASGITransport(app)
    with pytest.raises(ReadFailed, match="inside") as caught:
        await transport.send(Request("GET", "http://app/", [], None, CLOCKS))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    await transport.aclose()


async def test_a_startup_that_fails_is_a_failed_connection() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    transport = AsyncASGITransport(app)
    with pytest.raises(ConnectFailed, match="no database"):
        await transport.send(Request("GET", "http://app/", [], None, CLOCKS))
    await transport.aclose()


async def test_the_application_waits_for_a_slow_reader() -> None:
    sent = 0

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal sent
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(100):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            sent += 1
        await send({"type": "http.response.body"})

    transport = AsyncASGITransport(app, lifespan="off")
    response = await transport.send(Request("GET", "http://app/", [], None, CLOCKS))
    await response.read_chunk()
    await asyncio.sleep(0.05)
    assert sent <= 2
    await response.aclose()
    await transport.aclose()


async def test_starlette_streams_and_hears_of_the_disconnect() -> None:
    ended: list[str] = []

    async def numbers() -> Any:
        try:
            for number in range(1000):
                yield f"data: {number}\n\n"
                await asyncio.sleep(0.001)
        finally:
            ended.append("ended")

    async def endpoint(_request: Any) -> StreamingResponse:
        return StreamingResponse(numbers(), media_type="text/event-stream")

    transport = AsyncASGITransport(Starlette(routes=[Route("/s", endpoint)]))
    response = await transport.send(Request("GET", "http://app/s", [], None, CLOCKS))
    assert await response.read_chunk() == b"data: 0\n\n"
    assert await response.read_chunk() == b"data: 1\n\n"
    await response.aclose()
    await transport.aclose()
    async with asyncio.timeout(2):
        while not ended:  # noqa: ASYNC110 - the garbage collector has no event
            await asyncio.sleep(0.01)
