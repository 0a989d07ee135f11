"""The mock provider. Unary answers are bytes made beforehand; a stream's chunks leave at a pace, stamped with the time.

    python benchmarks/gateways/provider.py        prints its port on the first line

The stamp is the machine's monotonic clock in nanoseconds between two ``@``, inside the text, where a gateway that reads
and writes chunks anew keeps it.
"""

from __future__ import annotations

import asyncio
import json
import socket
import time
from typing import Any

import uvicorn

__all__ = ["CHUNKS", "INTERVAL", "app", "main"]

CHUNKS = 60
INTERVAL = 0.1
_ANSWER = {
    "id": "chatcmpl-0123456789",
    "object": "chat.completion",
    "created": 1_700_000_000,
    "model": "mock",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "The quick brown fox jumps over the lazy dog. " * 9},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 19, "completion_tokens": 90, "total_tokens": 109},
}
BODY = json.dumps(_ANSWER).encode()
_CHUNK = {"id": "chatcmpl-0123456789", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "mock"}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if b'"stream":true' in body.replace(b" ", b""):
        await _stream(send)
        return
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


async def _stream(send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    loop = asyncio.get_running_loop()
    due = loop.time()
    for number in range(CHUNKS):
        delta: dict[str, Any] = {"content": f"@{time.monotonic_ns()}@"}
        if number == 0:
            delta["role"] = "assistant"
        await send({"type": "http.response.body", "body": _event(delta, None), "more_body": True})
        due += INTERVAL
        await asyncio.sleep(max(0.0, due - loop.time()))
    usage = {"prompt_tokens": 19, "completion_tokens": CHUNKS, "total_tokens": 19 + CHUNKS}
    last = _event({}, "stop") + _data(_CHUNK | {"choices": [], "usage": usage}) + b"data: [DONE]\n\n"
    await send({"type": "http.response.body", "body": last})


def _event(delta: dict[str, Any], finish: str | None) -> bytes:
    return _data(_CHUNK | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _data(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="off", timeout_keep_alive=75)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
