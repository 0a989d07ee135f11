"""Heads of requests: small, soon there, and refused in the words of all errors."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.server import ServerState

from onceward_gateway.config.load import Settings
from onceward_gateway.entry import protocol
from onceward_gateway.entry.protocol import HttpProtocol
from onceward_gateway.testing import InProcessGateway

Say = Callable[..., Awaitable[bytes]]


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """An application that returns the number of headers and bytes of a request."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    body = f"{len(scope['headers'])} headers, {size} bytes.".encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def say() -> AsyncIterator[Say]:
    """Sends pieces to a server on a real socket and gives all that it says until `ends`."""
    config = uvicorn.Config(echo, log_config=None)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: HttpProtocol(config, ServerState(), {}, loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    writers = []

    async def sent(*pieces: bytes, ends: bytes = b"bytes.", pause: bool = True) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writers.append(writer)
        said = b""
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                if pause:
                    await asyncio.sleep(0)
            async with asyncio.timeout(10):
                while not said.endswith(ends) and (piece := await reader.read(65536)):
                    said += piece
        except ConnectionError:
            pass
        return said

    yield sent
    for writer in writers:
        writer.close()
    server.close()
    await server.wait_closed()


GET = b"GET / HTTP/1.1\r\nHost: x\r\n"


def refused(said: bytes, status: int, code: str | None) -> bool:
    head, _, body = said.partition(b"\r\n\r\n")
    error = json.loads(body)["error"]
    assert b"connection: close" in head
    return head.startswith(b"HTTP/1.1 %d " % status) and (error["status"], error["code"]) == (status, code)


async def test_requests_come_through(say: Say) -> None:
    assert (await say(GET + b"\r\n")).endswith(b"1 headers, 0 bytes.")
    pieces = [bytes([byte]) for byte in GET + b"A: b\r\n\r\n"]
    assert (await say(*pieces)).endswith(b"2 headers, 0 bytes.")
    most = b"X: " + b"y" * 60_000 + b"\r\n\r\n"
    assert (await say(GET + most)).endswith(b"2 headers, 0 bytes.")


async def test_a_large_body_is_no_large_head(say: Say) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
    assert (await say(head + b"b" * 1_000_000)).endswith(b"2 headers, 1000000 bytes.")
    two = head + b"b" * 1_000_000 + GET
    assert (await say(two, b"\r\n", ends=b" 0 bytes.")).endswith(b"1 headers, 0 bytes.")


@pytest.mark.parametrize(
    "pieces",
    [
        [GET, b"X: " + b"y" * 70_000 + b"\r\n\r\n"],
        [GET + b"X: " + b"y" * 70_000 + b"\r\n\r\n"],
        [GET, *([b"X: " + b"y" * 5_000 + b"\r\n"] * 40), b"\r\n"],
        [GET, b"X: ", *([b"y" * 8_192] * 64)],
        [b"GET /", *([b"p" * 8_192] * 64)],
        [GET + b"\r\n" + GET, *([b"X: " + b"y" * 5_000 + b"\r\n"] * 60), b"\r\n"],
    ],
    ids=["one header", "one piece", "many headers", "no end", "a path", "the second request"],
)
async def test_a_head_without_end_is_refused(say: Say, pieces: list[bytes]) -> None:
    said = await say(*pieces, ends=b"never")
    if said:
        assert refused(said[said.rindex(b"HTTP/1.1") :], 431, "headers_too_large")


async def test_malformed_http_is_refused(say: Say) -> None:
    assert refused(await say(b"\x16\x03\x01 hello\r\n\r\n", ends=b"never"), 400, "no_http")


async def test_a_head_that_does_not_come_is_not_waited_for(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "_HEAD_SECONDS", 0.05)
    assert refused(await say(ends=b"never"), 408, None)
    assert refused(await say(GET, ends=b"never"), 408, None)
    # Also not for a second one on the same connection, of which something came.
    said = await say(GET + b"\r\n", b"GE", ends=b"never")
    assert b"1 headers, 0 bytes." in said
    assert refused(said[said.rindex(b"HTTP/1.1") :], 408, None)


async def test_a_response_that_closes_its_connection_does_so(tmp_path: Path) -> None:
    async with InProcessGateway(replace(Settings(), offline=True, data_dir=tmp_path)) as gateway:
        config = uvicorn.Config(cast(Any, gateway.app), log_config=None)
        config.load()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: HttpProtocol(config, ServerState(), {}, loop), "127.0.0.1", 0)
        gateway.app.gateway.draining = True
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}")
        async with asyncio.timeout(2):
            said = await reader.read()
        assert refused(said, 529, "draining")
        writer.close()
        server.close()
        await server.wait_closed()
