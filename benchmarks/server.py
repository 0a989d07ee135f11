"""The mock server of the benchmarks: answers at once, from bytes made beforehand, so that only the client costs.

    python benchmarks/server.py        prints its port on the first line

The first segment of the path names the scenario, so one server serves all of them: ``/unary``, ``/stream64`` (64 events
to a write), ``/stream1`` (one event to a write), ``/first`` (one event, then the end), ``/embeddings`` (2,048 vectors
of 1,536) and ``/embedding`` (one).
"""

from __future__ import annotations

import array
import asyncio
import base64
import json
import random
from typing import Any

__all__ = ["main"]

EVENTS = 10_000
VECTORS, DIMENSIONS = 2_048, 1_536


def completion() -> bytes:
    """A chat completion of about 950 bytes."""
    text = "The quick brown fox jumps over the lazy dog. " * 9
    return json.dumps(
        {
            "id": "chatcmpl-0123456789",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": "onceward/echo",
            "system_fingerprint": "fp_0123456789",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": text, "refusal": None, "annotations": []},
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": {
                "prompt_tokens": 19,
                "completion_tokens": 90,
                "total_tokens": 109,
                "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
            },
        }
    ).encode()


def event(number: int, finish: str | None = None) -> bytes:
    """A stream event of about 300 bytes."""
    chunk = {
        "id": "chatcmpl-0123456789",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "onceward/echo",
        "service_tier": "default",
        "system_fingerprint": "fp_0123456789",
        "choices": [{"index": 0, "delta": {"content": f" word{number}"}, "logprobs": None, "finish_reason": finish}],
        "obfuscation": "x" * 20,
    }
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def embeddings(count: int) -> bytes:
    source = random.Random(7)
    vectors = [
        base64.b64encode(array.array("f", (source.uniform(-1, 1) for _ in range(DIMENSIONS))).tobytes()).decode()
        for _ in range(count)
    ]
    data = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)]
    usage = {"prompt_tokens": count, "total_tokens": count}
    return json.dumps({"object": "list", "data": data, "model": "onceward/embed", "usage": usage}).encode()


def whole(body: bytes) -> list[bytes]:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_1\r\ncontent-length: %d\r\n\r\n"
    return [head % len(body) + body]


def streamed(count: int, together: int) -> list[bytes]:
    """The writes of an event stream: ``together`` events in each HTTP chunk."""
    events = [event(number) for number in range(count)]
    writes = [b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"]
    for start in range(0, count, together):
        piece = b"".join(events[start : start + together])
        writes.append(b"%x\r\n%b\r\n" % (len(piece), piece))
    end = event(count, "stop") + b"data: [DONE]\n\n"
    writes.append(b"%x\r\n%b\r\n0\r\n\r\n" % (len(end), end))
    return writes


class Answer(asyncio.Protocol):
    """Reads requests by their content length and writes the scenario's bytes."""

    def __init__(self, scenarios: dict[bytes, list[bytes]]) -> None:
        self.scenarios = scenarios
        self.buffer = bytearray()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = bytes(self.buffer[:end])
            length = 0
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line[15:])
            if len(self.buffer) < end + 4 + length:
                return
            del self.buffer[: end + 4 + length]
            self.answer(head.split(b" ", 2)[1])

    def answer(self, path: bytes) -> None:
        for piece in self.scenarios[path.split(b"/", 2)[1]]:
            self.transport.write(piece)


async def serve() -> None:
    scenarios = {
        b"unary": whole(completion()),
        b"stream64": streamed(EVENTS, 64),
        b"stream1": streamed(EVENTS, 1),
        b"first": streamed(1, 1),
        b"embedding": whole(embeddings(1)),
        b"embeddings": whole(embeddings(VECTORS)),
    }
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answer(scenarios), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    asyncio.run(serve())


if __name__ == "__main__":
    main()
