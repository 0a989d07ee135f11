"""The callers: plain HTTP/1.1 over kept connections, as lean as can be, since they share the machine with the gateway.

    python benchmarks/gateways/load.py unary URL KEY MODEL CONCURRENCY CALLS HEADERS
    python benchmarks/gateways/load.py streams URL KEY MODEL CONCURRENCY INTERVAL HEADERS

HEADERS is a JSON object of further headers. Prints one JSON line: seconds, calls, and the latencies in milliseconds:
p50 and p99 of a call, or of a chunk since it left the provider.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import sys
import time
from urllib.parse import urlsplit

__all__ = ["main"]

_STAMP = re.compile(rb"@(\d+)@")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def request(url: str, key: str, model: str, headers: dict[str, str], *, stream: bool) -> bytes:
    """The bytes of a request of typical size."""
    messages = [
        {"role": "system", "content": "You are a helpful assistant. " * 10},
        {"role": "user", "content": "Tell me about the quick brown fox and the lazy dog. " * 6},
    ]
    body = json.dumps({"model": model, "messages": messages, "stream": stream, "max_tokens": 200}).encode()
    host = urlsplit(url).netloc
    further = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
        f"{further}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    place = urlsplit(url)
    return await asyncio.open_connection(place.hostname, place.port, limit=1 << 20)


async def unary(url: str, raw: bytes, concurrency: int, calls: int) -> dict[str, float]:
    taken: list[float] = []
    left = iter(range(calls))

    async def caller() -> None:
        reader, writer = await connect(url)
        for _ in left:
            start = time.perf_counter()
            writer.write(raw)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            await _body(reader, head)
            taken.append((time.perf_counter() - start) * 1000)
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(concurrency)))
    return figures(taken, time.perf_counter() - start)


async def _body(reader: asyncio.StreamReader, head: bytes) -> None:
    found = _LENGTH.search(head)
    if found is not None:
        await reader.readexactly(int(found[1]))
        return
    while size := int(await reader.readuntil(b"\r\n"), 16):
        await reader.readexactly(size + 2)
    await reader.readexactly(2)


async def streams(url: str, raw: bytes, concurrency: int, interval: float) -> dict[str, float]:
    late: list[float] = []

    async def caller(number: int) -> None:
        # Spread over one interval, so that callers do not send in lockstep.
        await asyncio.sleep(interval * number / concurrency)
        reader, writer = await connect(url)
        writer.write(raw)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        rest = b""
        while piece := await reader.read(1 << 16):
            now = time.monotonic_ns()
            end = (rest + piece).rfind(b"\n") + 1
            lines, rest = (rest + piece)[:end], (rest + piece)[end:]
            late.extend((now - int(stamp[1])) / 1e6 for stamp in _STAMP.finditer(lines))
            if b"[DONE]" in lines:
                break
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(caller(number) for number in range(concurrency)))
    return figures(late, time.perf_counter() - start)


def figures(taken: list[float], seconds: float) -> dict[str, float]:
    cuts = statistics.quantiles(taken, n=100)
    return {"seconds": seconds, "count": len(taken), "p50_ms": cuts[49], "p99_ms": cuts[98]}


def main() -> None:
    what, url, key, model, concurrency, last, headers = sys.argv[1:]
    raw = request(url, key, model, json.loads(headers), stream=what == "streams")
    if what == "streams":
        work = streams(url, raw, int(concurrency), float(last))
    else:
        work = unary(url, raw, int(concurrency), int(last))
    print(json.dumps(asyncio.run(work)))


if __name__ == "__main__":
    main()
