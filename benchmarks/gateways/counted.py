"""User-space instructions of a subject, and calls and statements of the gateway, per request and per chunk.

A scenario is run with N units and again with 2N; the difference is N units, without one-time costs. Instructions are
counted by callgrind, which is independent of the load of the machine.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from . import callgrind
from .processes import cpu_seconds
from .subjects import Running, started

__all__ = ["SCENARIOS", "Scenario", "cpu", "instructions", "work"]

HERE = Path(__file__).parent
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_END = b"0\r\n\r\n"
_WARM_UP = 40

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A load in units that are counted: `callers` at once make `units` requests, or streams of `units` chunks each."""

    title: str
    callers: int
    units: int
    streamed: bool = False
    agent: bool = False
    paced: bool = False


SCENARIOS = {
    "unary": Scenario("unary, 32 callers", 32, 192),
    "alone": Scenario("unary, one caller", 1, 64),
    "agent": Scenario("an agent's turn of 41 KB, 8 callers", 8, 48, agent=True),
    "chunk_full": Scenario("a chunk at full speed, 4 streams", 4, 500, streamed=True),
    "chunk_paced": Scenario("a chunk, 20 paced streams", 20, 20, streamed=True, paced=True),
}


def instructions(name: str, upstream: str, pythons: dict[str, Path], scenarios: dict[str, Scenario]) -> Figures:
    """Return the instructions per unit of each scenario, in thousands."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "callgrind")
        with started(name, Path(folder), upstream, pythons, under=callgrind.under(out)) as running:
            callgrind.control(running.session, "--instr=on")

            def count() -> Counter[str]:
                return Counter(instructions=callgrind.dumped(running.session, out))

            found = asyncio.run(_counted(running, scenarios, count))
            return {scenario: figures["instructions"] / 1000 for scenario, figures in found.items()}


def cpu(name: str, upstream: str, pythons: dict[str, Path], scenarios: dict[str, Scenario], times: int) -> Figures:
    """Return the CPU of a unit of each scenario, user and system, in microseconds, over `times` its units."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder, started(name, Path(folder), upstream, pythons) as running:
        for scenario, load in scenarios.items():
            more = replace(load, units=load.units * times)
            asyncio.run(_load(running, load, load.units))
            before = cpu_seconds(running.session)
            asyncio.run(_load(running, more, more.units))
            units = more.units * (more.callers if more.streamed else 1)
            figures[scenario] = (cpu_seconds(running.session) - before) / units * 1e6
    return figures


def work(what: str, upstream: str, pythons: dict[str, Path], scenarios: dict[str, Scenario]) -> dict[str, Figures]:
    """Return the counts per unit of each scenario: by scenario, then by name."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "counts")
        under = (pythons["gateway"], HERE / "counting.py", what, file)
        with started("onceward gateway", Path(folder), upstream, pythons, under=under) as running:
            last: Counter[str] = Counter()

            def count() -> Counter[str]:
                nonlocal last
                last, before = _signalled(running, file), last
                return last - before

            return {name: dict(counts) for name, counts in asyncio.run(_counted(running, scenarios, count)).items()}


async def _counted(
    running: Running, scenarios: dict[str, Scenario], count: Callable[[], Counter[str]]
) -> dict[str, Figures]:
    """Return the counts that a unit of each scenario adds; `count` returns those since its last call."""
    figures: dict[str, Figures] = {}
    for name, scenario in scenarios.items():
        await _load(running, scenario, min(scenario.units, _WARM_UP))
        count()
        await _load(running, scenario, scenario.units)
        once = count()
        await _load(running, scenario, 2 * scenario.units)
        twice = count()
        units = scenario.units * (scenario.callers if scenario.streamed else 1)
        figures[name] = {what: (twice[what] - once[what]) / units for what in twice}
    return figures


def _signalled(running: Running, file: Path) -> Counter[str]:
    """Return the counts since the start, as the process writes them on request."""
    lines = file.read_text().count("\n") if file.exists() else 0
    os.kill(running.session, signal.SIGUSR1)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        text = file.read_text() if file.exists() else ""
        if text.endswith("\n") and text.count("\n") > lines:
            return Counter(json.loads(text.splitlines()[-1]))
        time.sleep(0.01)
    raise RuntimeError("the gateway wrote no counts")


# -- the load


async def _load(running: Running, scenario: Scenario, units: int) -> None:
    place = urlsplit(running.url)
    raw = _request(running, scenario, units)
    left = iter(range(scenario.callers if scenario.streamed else units))

    async def caller(number: int) -> None:
        if scenario.paced:
            # Spread over an interval, so that chunks do not arrive together.
            await asyncio.sleep(0.1 * number / scenario.callers)
        reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=1 << 24)
        for _ in left:
            writer.write(raw)
            await _answer(reader)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(caller(number) for number in range(scenario.callers)))


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    if length := _LENGTH.search(head):
        await reader.readexactly(int(length[1]))
        return
    tail = b""
    while not tail.endswith(_END):
        piece = await reader.read(1 << 16)
        assert piece, "the stream was cut"
        tail = (tail + piece)[-64:]


def _request(running: Running, scenario: Scenario, units: int) -> bytes:
    """Return the bytes of a request."""
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "You are a helpful assistant. " * 10},
        {"role": "user", "content": "Tell me about the quick brown fox and the lazy dog. " * 6},
    ]
    body: dict[str, Any] = {"model": running.model, "messages": messages, "max_tokens": 200}
    if scenario.streamed:
        body |= {"stream": True, "max_tokens": units, "temperature": int(scenario.paced)}
    if scenario.agent:
        body |= {"messages": _turns(), "tools": [_tool(number) for number in range(50)]}
    data = json.dumps(body).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: {urlsplit(running.url).netloc}\r\n"
        f"Authorization: Bearer {running.key}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


def _turns() -> list[dict[str, Any]]:
    """Return 100 messages of an agent: instructions, and tool calls with their results."""
    turns: list[dict[str, Any]] = [{"role": "system", "content": "You are a careful engineer. " * 20}]
    while len(turns) < 99:
        call = f"call_{len(turns):08d}"
        function = {"name": "read_file", "arguments": json.dumps({"path": f"src/module_{len(turns)}.py"})}
        turns.append({"role": "assistant", "tool_calls": [{"id": call, "type": "function", "function": function}]})
        turns.append({"role": "tool", "tool_call_id": call, "content": "def main() -> None:\n    print('hello')\n" * 6})
    return [*turns, {"role": "user", "content": "Now fix the test that fails."}]


def _tool(number: int) -> dict[str, Any]:
    properties = {
        "path": {"type": "string", "description": "The file to work on."},
        "line": {"type": "integer", "minimum": 1},
    }
    parameters = {"type": "object", "properties": properties, "required": ["path"], "additionalProperties": False}
    description = f"Tool number {number} of the editor: works on a file of the project."
    function = {"name": f"tool_{number}", "description": description, "parameters": parameters}
    return {"type": "function", "function": function}
