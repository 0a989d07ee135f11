"""A provider whose streams are paced: it says the words that it is asked to say, with a wait before each.

    python benchmarks/paced.py        prints its port on the first line

The last message of a request is `Say: ` and the words; `PACE` seconds pass before each of them.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import uvloop

__all__ = ["PACE", "main", "serve"]

PACE = 4.0
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_EVENT = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"mock",'
    b'"choices":[{"index":0,"delta":%b,"logprobs":null,"finish_reason":%b}]}\n\n'
)
_USAGE = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"mock","choices":[],'
    b'"usage":{"prompt_tokens":9,"completion_tokens":%d,"total_tokens":%d}}\n\ndata: [DONE]\n\n'
)


class _Paced(asyncio.Protocol):
    """One connection."""

    _words: list[bytes]
    _said = 0

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._buffer = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        if not end or len(body) < length:
            return
        self._buffer, self._said = b"", 0
        self._words = body.partition(b"Say: ")[2].partition(b'"')[0].split(b" ")
        self._transport.write(_HEAD)
        self._loop.call_later(PACE, self._say)

    def _say(self) -> None:
        if self._transport.is_closing():
            return
        at, count = self._said, len(self._words)
        self._said += 1
        if at < count:
            word = self._words[at] if at == 0 else b" " + self._words[at]
            self._send(_EVENT % (b'{"content":"%b"}' % word, b"null"))
            self._loop.call_later(PACE, self._say)
            return
        self._send(_EVENT % (b"{}", b'"stop"') + _USAGE % (count, count + 9))
        self._transport.write(b"0\r\n\r\n")

    def _send(self, piece: bytes) -> None:
        self._transport.write(b"%x\r\n%b\r\n" % (len(piece), piece))


async def serve(listener: socket.socket) -> None:
    """Serve until cancelled."""
    server = await asyncio.get_running_loop().create_server(_Paced, sock=listener, backlog=4096)
    await server.serve_forever()


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(listener.getsockname()[1], flush=True)
    uvloop.run(serve(listener))


if __name__ == "__main__":
    main()
