"""A mock provider that adds no noise: answers are bytes made beforehand, and a stream has as many chunks as requested.

    python benchmarks/mock_provider.py        prints its port on the first line

Of a request it reads `stream`, `max_tokens` (the number of chunks) and `temperature`: 0 sends all chunks at once, 1
sends one every `INTERVAL` seconds. If the last message is `Say: ` and words, the stream consists of these words, one
every `PACE` seconds. Each event is an HTTP chunk of its own, as providers send them.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Iterator, Sequence
from typing import Any

import uvloop
from gateways.provider import BODY

__all__ = ["INTERVAL", "PACE", "main", "serve"]

INTERVAL = 0.1
PACE = 4.0
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
_COMPACT = (",", ":")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_MOST = re.compile(rb'"max_tokens": ?(\d+)')
_SAY = re.compile(rb'Say: ([^"]*)"')


def _event(choices: list[dict[str, Any]], separators: tuple[str, str] | None = None, **more: Any) -> bytes:
    data = b"data: " + json.dumps({**_CHUNK, "choices": choices, **more}, separators=separators).encode() + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(data), data)


def _chunk(text: str, separators: tuple[str, str] | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "logprobs": None, "finish_reason": None}
    return _event([choice], separators)


def _end(count: int, separators: tuple[str, str] | None = None) -> bytes:
    usage = {"prompt_tokens": 19, "completion_tokens": count, "total_tokens": 19 + count}
    choice = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}
    last = _event([choice], separators) + _event([], separators, usage=usage)
    return last + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"


_WORD = _chunk(" word")


def _spoken(words: Sequence[str]) -> Iterator[bytes]:
    """Yield the stream that says these words, in compact JSON."""
    for at, word in enumerate(words):
        yield _chunk(word if at == 0 else " " + word, _COMPACT)
    yield _end(len(words), _COMPACT)


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
        if (said := _SAY.search(body)) is not None:
            self._transport.write(_HEAD)
            self._later(PACE, _spoken(said[1].decode().split(" ")))
            return
        most = _MOST.search(body)
        count = int(most[1]) if most else 1
        if b'"temperature":1' in body.replace(b" ", b""):
            self._transport.write(_HEAD + _WORD)
            self._later(INTERVAL, iter([_WORD] * (count - 1) + [_end(count)]))
        else:
            self._transport.write(_HEAD + _WORD * count + _end(count))

    def _later(self, seconds: float, pieces: Iterator[bytes]) -> None:
        asyncio.get_running_loop().call_later(seconds, self._send, seconds, pieces)

    def _send(self, seconds: float, pieces: Iterator[bytes]) -> None:
        """Send the next piece, and the others later."""
        piece = next(pieces, None)
        if piece is not None and not self._transport.is_closing():
            self._transport.write(piece)
            self._later(seconds, pieces)


async def serve(listener: socket.socket) -> None:
    """Serve until cancelled."""
    server = await asyncio.get_running_loop().create_server(_Provider, sock=listener, backlog=4096)
    await server.serve_forever()


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(listener.getsockname()[1], flush=True)
    uvloop.run(serve(listener))


if __name__ == "__main__":
    main()
