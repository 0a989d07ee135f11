"""A mock provider that adds no noise: answers are bytes made beforehand, and a stream has as many chunks as asked for.

    python benchmarks/steady.py        prints its port on the first line

Of a request it reads `stream`, `max_tokens` (the number of chunks) and `temperature`: 0 sends all chunks at once, 1
sends one every `INTERVAL` seconds. Each event is an HTTP chunk of its own, as providers send them.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
from typing import Any

import uvloop
from gateways.provider import BODY

__all__ = ["INTERVAL", "main"]

INTERVAL = 0.1
_UNARY = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(BODY), BODY)
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_CHUNK = {
    "id": "chatcmpl-0123456789",
    "object": "chat.completion.chunk",
    "created": 1_700_000_000,
    "model": "mock",
    "service_tier": "default",
    "system_fingerprint": "fp_0123456789",
}
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_MOST = re.compile(rb'"max_tokens": ?(\d+)')


def _event(choices: list[dict[str, Any]], **more: Any) -> bytes:
    data = b"data: " + json.dumps({**_CHUNK, "choices": choices, **more}).encode() + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(data), data)


_WORD = _event([{"index": 0, "delta": {"content": " word"}, "logprobs": None, "finish_reason": None}])


def _end(count: int) -> bytes:
    usage = {"prompt_tokens": 19, "completion_tokens": count, "total_tokens": 19 + count}
    last = _event([{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}]) + _event([], usage=usage)
    return last + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"


class _Provider(asyncio.Protocol):
    """One connection."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._buffer = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or length is None or len(body) < int(length[1]):
            return
        self._buffer = b""
        if b'"stream":true' not in body.replace(b" ", b""):
            self._transport.write(_UNARY)
            return
        most = _MOST.search(body)
        count = int(most[1]) if most else 1
        if b'"temperature":1' in body.replace(b" ", b""):
            self._transport.write(_HEAD + _WORD)
            self._say(count - 1, count)
        else:
            self._transport.write(_HEAD + _WORD * count + _end(count))

    def _say(self, left: int, count: int) -> None:
        if self._transport.is_closing():
            return
        if left == 0:
            self._transport.write(_end(count))
            return
        asyncio.get_running_loop().call_later(INTERVAL, self._next, left, count)

    def _next(self, left: int, count: int) -> None:
        self._transport.write(_WORD)
        self._say(left - 1, count)


async def _serve(listener: socket.socket) -> None:
    server = await asyncio.get_running_loop().create_server(_Provider, sock=listener, backlog=1024)
    await server.serve_forever()


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(listener.getsockname()[1], flush=True)
    uvloop.run(_serve(listener))


if __name__ == "__main__":
    main()
