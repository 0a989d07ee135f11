"""Requests and answers on one connection: framing, streaming, and what a broken answer becomes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from onceward_gateway.providers.http_client import (
    BodyTooLarge,
    Disconnected,
    HttpClient,
    HttpClientError,
    InvalidRequest,
    MalformedBody,
    MalformedHead,
    Timeouts,
    TruncatedBody,
    TruncatedHead,
)

from .kit import Upstream, Writer, answer, chunked, idle, on_both_loops, read, serving, until

_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@on_both_loops
async def test_connections_are_used_again() -> None:
    async with serving(answer(b"hello", b"X-A: 1", b"x-a: 2")) as upstream, HttpClient() as client:
        for _ in range(3):
            response, body = await read(client, upstream.url + "/v1?a=b")
            assert (response.status, body, response.headers["x-a"]) == (200, b"hello", "2")
        assert upstream.accepted == 1
        assert upstream.requests[0].startswith(b"POST /v1?a=b HTTP/1.1\r\nHost: 127.0.0.1:")
        assert upstream.requests[0].endswith(b"\r\nContent-Length: 2\r\n\r\n{}")


async def test_an_answer_in_one_read_takes_one_future_and_no_task_or_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(answer()) as upstream, HttpClient() as client:
        await read(client, upstream.url)
        loop, made = asyncio.get_running_loop(), list[str]()
        for name in ("create_future", "create_task", "call_later", "call_at"):
            real = getattr(loop, name)

            def counted(*arguments: Any, name: str = name, real: Any = real, **options: Any) -> Any:
                # The server of this test runs on the same loop.
                if asyncio.current_task() is caller:
                    made.append(name)
                return real(*arguments, **options)

            monkeypatch.setattr(loop, name, counted)
        caller = asyncio.current_task()
        response, body = await read(client, upstream.url)
        assert (response.complete, body, made) == (True, b"hello", ["create_future"])
        monkeypatch.undo()


@on_both_loops
async def test_all_chunks_of_one_read_are_one_piece() -> None:
    async with serving(chunked(b"one", b"two", b"three")) as upstream, HttpClient() as client:
        async with await client.request("POST", upstream.url) as response:
            assert [piece async for piece in response.pieces()] == [b"onetwothree"]
        assert idle(client) == 1


@on_both_loops
async def test_a_piece_is_there_as_soon_as_it_arrives() -> None:
    more = asyncio.Event()

    async def handler(_: Upstream, writer: Writer) -> None:
        writer.write(_CHUNKED)
        await more.wait()
        writer.write(b"3\r\none\r\n")
        more.clear()
        await more.wait()
        writer.write(b"3\r\ntwo\r\n0\r\n\r\n")

    async with (
        serving(handler) as upstream,
        HttpClient() as client,
        await client.request("POST", upstream.url) as response,
    ):
        assert response.status == 200
        for expected in (b"one", b"two", b""):
            more.set()
            assert await response.receive() == expected


@on_both_loops
async def test_a_slow_reader_slows_the_upstream() -> None:
    size, written = 32 << 20, 0

    async def handler(_: Upstream, writer: Writer) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        while written < size:
            writer.write(bytes(1 << 16))
            await writer.drain()
            written += 1 << 16

    async with serving(handler) as upstream, HttpClient() as client:
        # Waiting for a slow reader is not waiting for the upstream.
        response = await client.request("POST", upstream.url, timeouts=Timeouts(idle=0.1))
        async with response:
            before = -1
            while before != written:
                before = written
                await asyncio.sleep(0.3)
            assert written < size // 2
            assert len(await response.read()) == size


@pytest.mark.parametrize(
    ("sent", "status", "body"),
    [
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204, b""),
        (b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", 304, b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: a\r\n\r\n" + answer(), 200, b"hello"),
        (b"HTTP/1.1 102 Processing\r\n\r\n" * 19 + answer(), 200, b"hello"),
        (_CHUNKED + b"5;a=b\r\nhello\r\n0\r\nx-trailer: 1\r\n\r\n", 200, b"hello"),
        (b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello"),
        (b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", 200, b"hello"),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello"),
    ],
)
async def test_answers_that_keep_the_connection(sent: bytes, status: int, body: bytes) -> None:
    async with serving(sent) as upstream, HttpClient() as client:
        for _ in range(2):
            response, found = await read(client, upstream.url)
            assert (response.status, found) == (status, body)
        assert upstream.accepted == 1


async def test_trailers_are_separate_from_headers() -> None:
    sent = _CHUNKED + b"5\r\nhello\r\n0\r\nx-trailer: 1\r\n\r\n"
    async with serving(sent) as upstream, HttpClient() as client:
        response, _ = await read(client, upstream.url)
        assert response.trailers == ((b"x-trailer", b"1"),)
        assert "x-trailer" not in response.headers


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (answer(b"hello", b"Connection: close"), b"hello"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
        # More than was announced is not a part of it, nor the answer to what is asked next.
        (answer() + b" world", b"hello"),
        (answer() + answer(b"other"), b"hello"),
        (chunked(b"hello") + b"HTTP/1.1 200", b"hello"),
    ],
)
async def test_answers_that_end_the_connection(sent: bytes, body: bytes) -> None:
    async with serving(sent) as upstream, HttpClient() as client:
        for _ in range(2):
            assert (await read(client, upstream.url))[1] == body
        assert (upstream.accepted, idle(client)) == (2, 0)


@on_both_loops
async def test_the_end_of_the_connection_ends_a_body_that_has_no_other_end() -> None:
    async def handler(_: Upstream, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nhello")
        await writer.drain()
        writer.write(b" world")
        writer.close()

    async with serving(handler) as upstream, HttpClient() as client:
        assert (await read(client, upstream.url))[1] == b"hello world"
        assert idle(client) == 0


async def test_the_answer_to_head_has_no_body() -> None:
    async with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") as upstream, HttpClient() as client:
        response = await client.request("HEAD", upstream.url)
        assert (response.status, response.headers["content-length"], await response.read()) == (200, "5", b"")
        assert b"Content-Length" not in upstream.requests[0]


# -- broken answers


def _closing(sent: bytes) -> Any:
    async def handler(_: Upstream, writer: Writer) -> None:
        writer.write(sent)
        writer.close()

    return handler


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"", Disconnected),
        (b"HTTP/1.1 200 OK\r\nContent-Le", TruncatedHead),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", TruncatedHead),
        (b"HTTP/1.1 102 Processing\r\n\r\n", TruncatedHead),
        (b"<html>hello</html>", MalformedHead),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: a\r\nConnection: upgrade\r\n\r\n", MalformedHead),
        (b"HTTP/1.1 099 Odd\r\n\r\n", MalformedHead),
        (b"HTTP/1.1 102 Processing\r\n\r\n" * 20 + answer(), MalformedHead),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", MalformedHead),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello", MalformedHead),
        (b"HTTP/1.1 200 OK\r\nx-a: \x00\r\n\r\n", MalformedHead),
        (b"HTTP/1.1 200 OK\r\nx-a: " + b"a" * (1 << 19), MalformedHead),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 2000 + b"\r\n", MalformedHead),
    ],
)
async def test_heads_that_are_refused(sent: bytes, error: type[HttpClientError]) -> None:
    async with serving(_closing(sent)) as upstream, HttpClient() as client:
        with pytest.raises(error) as raised:
            await read(client, upstream.url)
        assert raised.value.sent
        assert raised.value.answered == (error is not Disconnected)
        assert isinstance(raised.value, Disconnected) == (error is not MalformedHead)
        assert idle(client) == 0


@pytest.mark.parametrize(
    ("sent", "before", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", b"hello", TruncatedBody),
        (_CHUNKED + b"5\r\nhello\r\n", b"hello", TruncatedBody),
        (_CHUNKED + b"5\r\nhello\r\n0\r\n", b"hello", TruncatedBody),
        (_CHUNKED + b"5\r\nhello\r\nzz\r\n", b"hello", MalformedBody),
        (_CHUNKED + b"5\r\nhelloworld\r\n", b"hello", MalformedBody),
        (_CHUNKED + b"zz\r\n", b"", MalformedBody),
        (_CHUNKED + b"0\r\n" + b"a: " + b"b" * (1 << 19), b"", MalformedBody),
        (_CHUNKED + b"5;" + b"b" * (1 << 19), b"", MalformedBody),
    ],
)
async def test_bodies_that_break_off(sent: bytes, before: bytes, error: type[HttpClientError]) -> None:
    async with serving(_closing(sent)) as upstream, HttpClient() as client:
        response, found = await client.request("POST", upstream.url), list[bytes]()

        async def receive() -> None:
            async for piece in response.pieces():
                found.append(piece)

        with pytest.raises(error) as raised:
            await receive()
        assert (b"".join(found), raised.value.answered, idle(client)) == (before, True, 0)


async def test_a_body_above_its_bound_is_given_up() -> None:
    async with serving(answer(bytes(3 << 20))) as upstream, HttpClient() as client:
        with pytest.raises(BodyTooLarge):
            await read(client, upstream.url, max_body=1 << 20)
        await until(lambda: upstream.open == 0)
        assert len((await read(client, upstream.url, max_body=3 << 20))[1]) == 3 << 20


@on_both_loops
async def test_unexpected_bytes_close_the_connection() -> None:
    async def handler(upstream: Upstream, writer: Writer) -> None:
        writer.write(answer())
        await asyncio.sleep(0.01)
        writer.write(answer(b"poison"))

    async with serving(handler) as upstream, HttpClient() as client:
        await read(client, upstream.url)
        await until(lambda: idle(client) == 0)
        assert (await read(client, upstream.url))[1] == b"hello"


# -- request bodies


async def _pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        await asyncio.sleep(0)
        yield piece


@on_both_loops
async def test_a_body_is_sent_as_it_comes() -> None:
    async with serving(answer()) as upstream, HttpClient() as client:
        await read(client, upstream.url, body=_pieces(b"one", b"", b"two"))
        await read(client, upstream.url, body=_pieces(b"one", b"two"), length=6)
        await read(client, upstream.url, body=b"x" * 3_000_000)
        assert b"\r\nTransfer-Encoding: chunked\r\n\r\nonetwo" in upstream.requests[0]
        assert b"\r\nContent-Length: 6\r\n\r\nonetwo" in upstream.requests[1]
        assert len(upstream.requests[2]) > 3_000_000
        assert (idle(client), upstream.accepted) == (1, 1)


@pytest.mark.parametrize("length", [3, 9])
async def test_a_body_of_another_length_than_announced_is_refused(length: int) -> None:
    async with serving(answer()) as upstream, HttpClient() as client:
        with pytest.raises(InvalidRequest):
            await read(client, upstream.url, body=_pieces(b"one", b"two"), length=length)
        with pytest.raises(InvalidRequest):
            await read(client, upstream.url, body=b"onetwo", length=length)
        await until(lambda: upstream.open == 0)
        assert idle(client) == 0


async def test_an_error_of_the_body_is_the_callers() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"one"
        raise KeyError("mine")

    async with serving(answer()) as upstream, HttpClient() as client:
        with pytest.raises(KeyError, match="mine"):
            await read(client, upstream.url, body=body())
        await until(lambda: upstream.open == 0)
        assert (upstream.requests, idle(client)) == ([], 0)


@on_both_loops
async def test_an_answer_that_comes_early_ends_the_sending() -> None:
    closed = False

    async def body() -> AsyncIterator[bytes]:
        nonlocal closed
        try:
            while True:
                yield bytes(1 << 16)
                await asyncio.sleep(0)
        finally:
            closed = True

    async def refuse(reader: asyncio.StreamReader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b"too large", status=b"413 Content Too Large"))
        while await reader.read(1 << 16):
            pass

    async with serving(refuse, reads_itself=True) as upstream, HttpClient() as client:
        response, found = await read(client, upstream.url, body=body())
        assert (response.status, found, idle(client)) == (413, b"too large", 0)
        await until(lambda: closed)
