"""Thousands of streams at once on one gateway process: all open together, all whole.

    python benchmarks/streams.py                 5,000 streams: a few minutes
    python benchmarks/streams.py --streams 1000

A gateway serves offline answers that wait before each word, so that all streams are open before the first one ends. Two
processes read them and check every one: its words, its finish, `[DONE]`, and ids without a gap. The table shows the
memory that a stream takes in the gateway, the longest stall of its event loop (`stalls.py`), and errors. Exit status
1 when a stream was not whole or not all were open together.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import multiprocessing
import os
import re
import resource
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from stalls import Server

from headgate_gateway.app import create_app
from headgate_gateway.collector import collect_when_quiet
from headgate_gateway.config import Settings
from headgate_gateway.offload import share_the_interpreter
from headgate_gateway.protocol import HttpProtocol

__all__ = ["main"]

PACE = 2.0
WORDS = 12
_READERS = 2
_BETWEEN = 0.006
_TICK = 0.005
_BODY = (
    b'{"model":"headgate/echo","stream":true,"messages":[{"role":"user","content":"Say: %b"}],'
    b'"provider_specific_params":{"pace":%.1f}}'
)
_ID = re.compile(rb"^id: \S+:(\d+)$", re.MULTILINE)


def raise_file_limit(wanted: int) -> None:
    """Let this process, and those that it starts, hold `wanted` files open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard) if os.geteuid() else wanted
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, max(hard, most) if os.geteuid() == 0 else hard))
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < wanted:
        raise SystemExit(f"This takes {wanted} open files. Raise the limit: ulimit -n {wanted}")


def memory() -> int:
    """The resident bytes of this process that are its own."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise SystemExit("/proc does not tell the memory of a process here.")


async def one_stream(port: int, words: bytes, opened: Any, ended: Any) -> str | None:
    """Read one stream; what is wrong with it, if anything."""
    body = _BODY % (words, PACE)
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        said = await reader.readuntil(b"\r\n\r\n")
        if not said.startswith(b"HTTP/1.1 200 "):
            return repr(said[:80])
        said = await reader.readuntil(b"\n\n")
        with opened.get_lock():
            opened.value += 1
        said += await reader.read()
        with ended.get_lock():
            ended.value += 1
        writer.close()
    except (OSError, asyncio.IncompleteReadError) as error:
        return repr(error)
    numbers = [int(number) for number in _ID.findall(said)]
    if numbers != list(range(1, len(numbers) + 1)):
        return f"its ids are {numbers[:5]}..."
    if b"data: [DONE]" not in said or b'"finish_reason":"stop"' not in said or b"event: error" in said:
        return f"it ends with {said[-80:]!r}"
    text = b"".join(re.findall(rb'"delta":\{"content":"([^"]*)"\}', said))
    return None if text == words else f"its text is {text[:80]!r}"


def read_many(port: int, first: int, count: int, opened: Any, ended: Any, results: Any) -> None:
    """Read `count` streams at once; runs in a process of its own."""

    async def all_of_them() -> list[str | None]:
        tasks = []
        for number in range(first, first + count):
            words = b" ".join(b"w%d" % (number + at) for at in range(WORDS))
            tasks.append(asyncio.create_task(one_stream(port, words, opened, ended)))
            await asyncio.sleep(_BETWEEN)
        return list(await asyncio.gather(*tasks))

    results.put([fault for fault in asyncio.run(all_of_them()) if fault is not None])


async def measure(count: int, listener: socket.socket, readers: list[Any], opened: Any, ended: Any) -> dict[str, float]:
    """Serve the readers until they are done; what it took."""
    share_the_interpreter()
    with tempfile.TemporaryDirectory() as folder:
        app: Any = create_app(dataclasses.replace(Settings(), offline=True, data_dir=Path(folder)))
        server = Server(uvicorn.Config(app, http=HttpProtocol, log_config=None, lifespan="on"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await server.ready.wait()
        collecting = asyncio.create_task(collect_when_quiet(lambda: len(app.gateway.calls.running)))
        before = most = memory()
        together = 0
        wall = cpu = 0.0
        for reader in readers:
            reader.start()
        while any(reader.is_alive() for reader in readers) and ended.value < count:
            began, spent = time.perf_counter(), time.process_time()
            await asyncio.sleep(_TICK)
            late = time.perf_counter() - began - _TICK
            wall, cpu = max(wall, late), max(cpu, min(late, time.process_time() - spent))
            open_now = opened.value - ended.value
            if open_now > together:
                together, most = open_now, memory()
        collecting.cancel()
        server.should_exit = True
        await serving
    return {"together": together, "kib": (most - before) / 1024 / max(1, together), "wall": wall, "cpu": cpu}


def run(count: int) -> int:
    raise_file_limit(count * 2 + 500)
    context = multiprocessing.get_context("fork")
    opened, ended, results = context.Value("i", 0), context.Value("i", 0), context.Queue()
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    share = -(-count // _READERS)
    readers = [
        context.Process(
            target=read_many,
            args=(listener.getsockname()[1], at, min(share, count - at), opened, ended, results),
        )
        for at in range(0, count, share)
    ]
    found = uvloop.run(measure(count, listener, readers, opened, ended))
    faults = [fault for _ in readers for fault in results.get()]
    for reader in readers:
        reader.join()
    print(f"streams                        {count:>10}")
    print(f"open together                  {found['together']:>10}")
    print(f"memory a stream, KiB           {found['kib']:>10.1f}")
    print(f"longest stall, wall ms         {found['wall'] * 1000:>10.1f}")
    print(f"longest stall, of CPU ms       {found['cpu'] * 1000:>10.1f}")
    print(f"errors                         {len(faults):>10}")
    for fault in faults[:5]:
        print(f"    {fault}")
    return 1 if faults or found["together"] < count else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=5000, metavar="N")
    return run(parser.parse_args().streams)


if __name__ == "__main__":
    sys.exit(main())
