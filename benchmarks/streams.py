"""Thousands of streams at once on one process: all open together, all whole; the gateway beside a pass-through.

    python benchmarks/streams.py                 5,000 streams, each subject in turn: some minutes
    python benchmarks/streams.py --streams 1000 gateway pass-through

Subjects, each in a process of its own:

    gateway        before a provider with paced answers (`mock_provider.py`): all streams are open before one ends
    pass-through   the peer: uvicorn before and aiohttp behind, which relays bytes (`gateways/passthrough.py`)
    offline        the gateway's offline model, paced the same way: no connection behind

Two processes read the streams and check every one: its words, its finish, `[DONE]`, and the gateway's ids without a
gap. The table shows the memory that a stream takes in the subject, the longest stall of its event loop and errors. A
stall is measured in wall time, in CPU time of the process and of the loop's thread. On a machine that does other work
as well, wall time includes that work, and pending work is then done in one long turn, whatever the subject: so the
stall's budget is a ratio, and one in CPU time is for the garbage collection, which no other work makes longer.
Exit status 1 when a stream was not whole, not all were open together, or a budget of `budgets.toml` is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import multiprocessing
import os
import re
import resource
import socket
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from gateways.passthrough import Relay
from mock_provider import PACE, serve

from onceward_gateway.config.load import load
from onceward_gateway.core.threads import share_the_interpreter
from onceward_gateway.entry.app import create_app
from onceward_gateway.entry.server import GatewayServer, server_config

__all__ = ["SUBJECTS", "main"]

HERE = Path(__file__).parent
SUBJECTS = ("gateway", "pass-through", "offline")
WORDS = 12
_READERS = 2
# Each reader begins a stream, and then the next: 150 of them a second, all open for longer than all take to open.
_BETWEEN = 0.0133
_TICK = 0.005
_MODELS = {"gateway": b"mock", "pass-through": b"mock", "offline": b"onceward/echo"}
_BODY = b'{"model":"%b","stream":true,"messages":[{"role":"user","content":"Say: %b"}]%b}'
_PACED = b',"provider_specific_params":{"pace":%.1f}' % PACE
_ID = re.compile(rb"^id: \S+:(\d+)$", re.MULTILINE)
_TEXT = re.compile(rb'"delta":\{"content":"([^"]*)"\}')
_ROWS = {
    "together": "open together",
    "kib": "memory a stream, KiB",
    "stall_wall_ms": "longest stall, wall ms",
    "stall_ms": "longest stall, CPU ms",
    "stall_loop_ms": "... of the loop's thread",
    "collection_ms": "longest garbage collection, ms",
    "cpu_ms": "CPU a stream, ms",
    "errors": "errors",
}

Figures = dict[str, float]
_context = multiprocessing.get_context("fork")


def raise_file_limit(wanted: int) -> None:
    """Allow this process and its children to hold `wanted` files open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard) if os.geteuid() else wanted
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, max(hard, most) if os.geteuid() == 0 else hard))
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < wanted:
        raise SystemExit(f"This takes {wanted} open files. Raise the limit: ulimit -n {wanted}")


def memory() -> int:
    """Return the private resident memory of this process, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise SystemExit("/proc does not tell the memory of a process here.")


class Counts:
    """Counters shared by the processes of a round: open, complete and failed streams."""

    def __init__(self) -> None:
        self.opened, self.ended = _context.Value("i", 0), _context.Value("i", 0)
        self.ready, self.faults, self.figures = _context.Event(), _context.Queue(), _context.Queue()

    @property
    def open_now(self) -> int:
        opened: int = self.opened.value
        return opened - int(self.ended.value)

    def add(self, number: Any) -> None:
        with number.get_lock():
            number.value += 1


# -- the readers


async def read_stream(subject: str, port: int, words: bytes, counts: Counts) -> str | None:
    """Read one stream and return what is wrong with it, if anything."""
    body = _BODY % (_MODELS[subject], words, _PACED if subject == "offline" else b"")
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    said = b""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        said = await reader.readuntil(b"\r\n\r\n")
        if not said.startswith(b"HTTP/1.1 200 "):
            return repr(said[:80])
        said = await reader.readuntil(b"\n\n")
        counts.add(counts.opened)
        said += await reader.read()
        writer.close()
    except (OSError, asyncio.IncompleteReadError) as error:
        return repr(error)
    finally:
        counts.add(counts.ended)
    return fault_of(said, words, with_ids=subject != "pass-through")


def fault_of(said: bytes, words: bytes, *, with_ids: bool) -> str | None:
    """Return what is wrong with a stream that ended, if anything."""
    numbers = [int(number) for number in _ID.findall(said)]
    if numbers != list(range(1, len(numbers) + 1)) or bool(numbers) is not with_ids:
        return f"its ids are {numbers[:5]}..."
    if b"data: [DONE]" not in said or b'"finish_reason":"stop"' not in said or b"event: error" in said:
        return f"it ends with {said[-80:]!r}"
    text = b"".join(_TEXT.findall(said))
    return None if text == words else f"its text is {text[:80]!r}"


def read_many(subject: str, port: int, numbers: range, counts: Counts) -> None:
    """Read many streams concurrently; runs in a separate process."""

    async def all_of_them() -> list[str | None]:
        tasks = []
        for number in numbers:
            words = b" ".join(b"w%d" % (number + at) for at in range(WORDS))
            tasks.append(asyncio.create_task(read_stream(subject, port, words, counts)))
            await asyncio.sleep(_BETWEEN)
        return list(await asyncio.gather(*tasks))

    counts.ready.wait()
    counts.faults.put([fault for fault in asyncio.run(all_of_them()) if fault is not None])


# -- the subjects


class Collections:
    """The longest garbage collection, in CPU time."""

    longest = 0.0
    _began = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.thread_time()
        else:
            self.longest = max(self.longest, time.thread_time() - self._began)


def server_of(subject: str, folder: str, provider: int) -> uvicorn.Server:
    """The measured server."""
    if subject == "pass-through":
        relay: Any = Relay(f"http://127.0.0.1:{provider}")
        return uvicorn.Server(uvicorn.Config(relay, log_level="error", access_log=False, lifespan="off"))
    share_the_interpreter()
    lines = [f'[server]\ndata_dir = "{folder}"']
    if subject == "gateway":
        lines.append('[models]\nmock = "local/mock"')
        lines.append(f'[providers.local]\nbase_url = "http://127.0.0.1:{provider}/v1"\napi_key = "none"')
        lines.append('[prices."local/mock"]\ninput_per_million = 0.15\noutput_per_million = 0.60')
    file = Path(folder) / "onceward.toml"
    file.write_text("\n".join(lines) + "\n")
    app = create_app(load(file, {}, {}))
    return GatewayServer(server_config(app), app)


async def measure(subject: str, listener: socket.socket, provider: int, count: int, counts: Counts) -> Figures:
    """Serve the readers until they finish, and return the measurements."""
    with tempfile.TemporaryDirectory() as folder:
        server = server_of(subject, folder, provider)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn only reports it by this attribute
            await asyncio.sleep(_TICK)
        # Modules that are loaded for the first stream do not count.
        await read_stream(subject, listener.getsockname()[1], b"w0", Counts())
        before = most = memory()
        began = time.process_time()
        collections = Collections()
        gc.callbacks.append(collections)
        counts.ready.set()
        together = 0
        stalls = [0.0, 0.0, 0.0]
        while counts.ended.value < count:
            clocks = time.perf_counter(), time.process_time(), time.thread_time()
            await asyncio.sleep(_TICK)
            late = time.perf_counter() - clocks[0] - _TICK
            spent = late, min(late, time.process_time() - clocks[1]), min(late, time.thread_time() - clocks[2])
            stalls = list(map(max, stalls, spent))
            if counts.open_now > together:
                together, most = counts.open_now, memory()
        spent_in_all = time.process_time() - began
        server.should_exit = True
        await serving
        if isinstance(server.config.app, Relay):
            await server.config.app.close()
    wall, cpu, loop = (seconds * 1000 for seconds in stalls)
    return {
        "together": together,
        "kib": (most - before) / 1024 / max(1, together),
        "stall_wall_ms": wall,
        "stall_ms": cpu,
        "stall_loop_ms": loop,
        "collection_ms": collections.longest * 1000,
        "cpu_ms": spent_in_all / count * 1000,
    }


def serve_subject(subject: str, listener: socket.socket, provider: int, count: int, counts: Counts) -> None:
    """Run one subject; runs in a separate process."""
    counts.figures.put(uvloop.run(measure(subject, listener, provider, count, counts)))


@contextlib.contextmanager
def paced_provider() -> Iterator[int]:
    """Yield the port of a paced provider in a separate process."""
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        process = _context.Process(target=lambda: uvloop.run(serve(listener)), daemon=True)
        process.start()
        try:
            yield listener.getsockname()[1]
        finally:
            process.kill()
            process.join()


def measured(subject: str, provider: int, count: int) -> tuple[Figures, list[str]]:
    """Run one round; return the measurements of a subject, and the problems of its streams."""
    counts = Counts()
    share = -(-count // _READERS)
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        port = listener.getsockname()[1]
        processes = [_context.Process(target=serve_subject, args=(subject, listener, provider, count, counts))]
        for at in range(0, count, share):
            numbers = range(at, min(at + share, count))
            processes.append(_context.Process(target=read_many, args=(subject, port, numbers, counts)))
        for process in processes:
            process.start()
    faults = [fault for _ in processes[1:] for fault in counts.faults.get()]
    figures = counts.figures.get()
    for process in processes:
        process.join()
    return figures | {"errors": float(len(faults))}, faults


# -- the table


def missed(found: dict[str, Figures]) -> list[str]:
    """Print each budget of `budgets.toml` that was measured; return the rows of those that are missed."""
    rows = []
    for budget in tomllib.loads((HERE / "budgets.toml").read_text())["stream_budget"]:
        subject, peer = budget["subject"], budget.get("peer")
        if subject not in found or (peer is not None and peer not in found):
            continue
        figure = found[subject][budget["figure"]]
        if peer is not None:
            figure /= found[peer][budget["figure"]]
        if figure > budget["most"]:
            rows.append(budget["row"])
        told = f"at most {budget['most']:g}" + (" <-" if figure > budget["most"] else "")
        print(f"{budget['row']:64} {figure:8.2f}   {told}")
    return rows


def run(count: int, subjects: list[str]) -> int:
    """Measure the subjects, print the table, and return 1 if a check fails."""
    raise_file_limit(count * 2 + 500)
    found: dict[str, Figures] = {}
    with paced_provider() as provider:
        for subject in subjects:
            found[subject], faults = measured(subject, provider, count)
            for fault in faults[:5]:
                print(f"{subject}: {fault}")
    print(f"{f'{count} streams':28}" + "".join(f"{subject:>14}" for subject in subjects))
    for name, title in _ROWS.items():
        print(f"{title:28}" + "".join(f"{found[subject][name]:14.1f}" for subject in subjects))
    print()
    late = missed(found)
    broken = any(figures["errors"] or figures["together"] < count for figures in found.values())
    return 1 if broken or late else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subjects", nargs="*", choices=[[], *SUBJECTS], help="what is measured; all of them by default")
    parser.add_argument("--streams", type=int, default=5000, metavar="N")
    arguments = parser.parse_args()
    return run(arguments.streams, arguments.subjects or list(SUBJECTS))


if __name__ == "__main__":
    sys.exit(main())
