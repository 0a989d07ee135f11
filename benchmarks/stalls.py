"""Stalls of the event loop while a gateway is attacked, and the answers that its attackers get.

    python benchmarks/stalls.py                 all attacks
    python benchmarks/stalls.py recursive wide  those whose name has one of the words

The gateway runs in this process, the attackers in others. A task on the event loop sleeps for 5 ms and measures how
late it wakes, in wall time and in CPU time of the process: on a machine that does other work as well, CPU time is the
one to believe. Exit status 1 when a stall is longer than 50 ms of CPU time, or an answer is a 5xx.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import multiprocessing
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from onceward_gateway.config.load import Settings
from onceward_gateway.core.threads import computing, share_the_interpreter
from onceward_gateway.entry.app import create_app
from onceward_gateway.entry.garbage_collection import collect_when_quiet
from onceward_gateway.entry.protocol import HttpProtocol

__all__ = ["ATTACKS", "CHAT", "Attack", "Server", "Stall", "chosen", "main", "measure", "run"]

MOST_MS = 50.0
_MB = 1 << 20
_TICK = 0.005
CHAT = "/v1/chat/completions"


@dataclasses.dataclass
class Attack:
    """One request, sent a few times at once."""

    name: str
    path: str
    body: Callable[[], bytes]
    content_type: str = "application/json"
    at_once: int = 1
    key: bool = False
    budget: bool = False
    """True to send it with a key that has a budget, so that its cost is estimated."""
    failure: int | None = None
    """The expected status above 499: that of an upstream response which cannot be delivered."""


@dataclasses.dataclass
class Stall:
    """The result of an attack: the longest stalls in milliseconds, and the statuses of its requests."""

    wall_ms: float
    cpu_ms: float
    statuses: list[int]
    seconds: float


def chat(**more: Any) -> bytes:
    return json.dumps({"model": "onceward/echo", "messages": [{"role": "user", "content": "hi"}], **more}).encode()


def schema(value: Any) -> bytes:
    return chat(response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": value}})


def unknown(value: bytes) -> bytes:
    return chat()[:-1] + b', "x": ' + value + b"}"


def doubling() -> Any:
    levels = {f"d{at}": {"allOf": [{"$ref": f"#/$defs/d{at + 1}"}] * 2} for at in range(30)}
    return {"$ref": "#/$defs/d0", "$defs": {**levels, "d30": {"type": "string"}}}


def chained() -> Any:
    value: Any = {"not": {}}
    for _ in range(30):
        value = {"anyOf": [value, value]} if len(json.dumps(value)) < 20_000 else {"anyOf": [value]}
    return value


def tools() -> bytes:
    tool = {"type": "function", "function": {"name": "hi", "parameters": doubling()}}
    return chat(tools=[tool] * 100)


def upload(size: int) -> bytes:
    head = (
        b'--XX\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n'
        b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
    )
    return head + b"\x00\r\n\x01" * (size // 4) + b"\r\n--XX--\r\n"


RECURSIVE = {"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}]}}}
ATTACKS = (
    Attack("recursive schema", CHAT, lambda: schema(RECURSIVE)),
    Attack("recursive schema, 16 at once", CHAT, lambda: schema(RECURSIVE), at_once=16),
    Attack("doubling schema", CHAT, lambda: schema(doubling())),
    Attack("chained schema", CHAT, lambda: schema(chained())),
    Attack("minLength", CHAT, lambda: schema({"type": "string", "minLength": 10**9})),
    Attack("pattern", CHAT, lambda: schema({"type": "string", "minLength": 10**4, "pattern": "(?!x)((a*)*)*b"})),
    Attack("100 tools", CHAT, tools),
    Attack("10,000 tools, 128 choices", CHAT, lambda: chat(n=128, tools=[
        {"type": "function", "function": {"name": f"f{at}"}} for at in range(10_000)])),
    Attack("20 MB name of a model", CHAT, lambda: chat(model="m" * 20 * _MB)),
    Attack("20 MB schema", CHAT, lambda: schema({"enum": ["a" * 20 * _MB]})),
    Attack("20 MB prompt of a picture", "/v1/images/generations", lambda: json.dumps(
        {"model": "onceward/image", "prompt": "a word " * (20 * _MB // 7), "size": "64x64"}).encode()),
    Attack("20 MB to count", "/utils/token_counter", lambda: json.dumps(
        {"model": "onceward/echo", "prompt": "a word " * (20 * _MB // 7)}).encode()),
    Attack("20 MB of names in a key", "/key/generate", lambda: json.dumps({"models": ["m" * _MB] * 20}).encode()),
    Attack("128 choices of 5,000 words", CHAT, lambda: chat(n=128, max_tokens=5000, messages=[
        {"role": "user", "content": "Write 5000 words about rain"}])),
    Attack("open brackets", CHAT, lambda: unknown(b"[" * 25 * _MB)),
    Attack("nested brackets", CHAT, lambda: unknown(b"[" * 12 * _MB + b"]" * 12 * _MB)),
    Attack("wide brackets", CHAT, lambda: unknown(b"[" + b"[]," * 8 * _MB + b"0]")),
    Attack("numbers", CHAT, lambda: unknown(b"[" + b"1," * 12 * _MB + b"0]")),
    Attack("240,000 lists, on a budget", CHAT, lambda: unknown(b"[" + b"[]," * 240_000 + b"0]"), budget=True),
    Attack("160,000 objects, on a budget", CHAT, lambda: chat(provider_specific_params={"x": [{"a": 1}] * 160_000}),
           budget=True),
    Attack("160,000 names, on a budget", CHAT, lambda: chat(x={f"k{at}": {} for at in range(160_000)}), budget=True),
    Attack("400,000 objects of wrong type", CHAT, lambda: json.dumps(
        {"model": "onceward/echo", "messages": [{"role": "user", "content": 3}] * 80_000}).encode()),
    Attack("wrong numbers", "/v1/completions", lambda: json.dumps(
        {"model": "onceward/echo", "prompt": [1.5] * 400_000}).encode()),
    Attack("25 MB of text", CHAT, lambda: chat(messages=[{"role": "user", "content": "a word " * (25 * _MB // 7)}])),
    Attack("25 MB of escapes", CHAT, lambda: chat(messages=[{"role": "user", "content": "漢" * (25 * _MB // 6)}])),
    Attack("25 MB picture, with a key", CHAT, lambda: chat(messages=[{"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "iVBORw0KGgoA" * (2 * _MB)}}]}]),
           key=True),
    Attack("moderation of 8 MB", "/v1/moderations", lambda: json.dumps(
        {"input": "the skill of killjoys " * (8 * _MB // 22)}).encode()),
    Attack("2,048 embeddings of 1,536", "/v1/embeddings", lambda: json.dumps(
        {"model": "onceward/embed", "dimensions": 1536, "input": ["some words of a text"] * 2048}).encode()),
    Attack("upload of 64 MB, with a key", "/v1/files", lambda: upload(64 * _MB),
           content_type="multipart/form-data; boundary=XX", key=True),
)  # fmt: skip


def attack(url: str, path: str, body: bytes, headers: dict[str, str], answers: Any) -> None:
    """Send one request; runs in a separate process."""
    request = urllib.request.Request(url + path, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=300) as answer:
            while answer.read(_MB):
                continue
            answers.put(answer.status)
    except urllib.error.HTTPError as error:
        answers.put(error.code)
    except OSError:
        # A body that is refused by its size is not read completely: the sender may only see the connection close.
        answers.put(413)


def budgeted(url: str) -> str:
    """Return a new key with a budget."""
    body = json.dumps({"max_budget": 100}).encode()
    request = urllib.request.Request(f"{url}/key/generate", data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(json.load(answer)["key"])


async def measure(url: str, one: Attack, secret: str) -> Stall:
    """Return the longest stalls of this loop during an attack; `secret` is a key with a budget."""
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    body = one.body()
    headers = {"Content-Type": one.content_type}
    if one.budget:
        headers["Authorization"] = f"Bearer {secret}"
    attackers = []
    for at in range(one.at_once):
        key = {"Idempotency-Key": f"{one.name}-{time.time()}{at}"} if one.key else {}
        attackers.append(context.Process(target=attack, args=(url, one.path, body, headers | key, answers)))
    del body
    for attacker in attackers:
        attacker.start()
    wall = cpu = 0.0
    began = time.perf_counter()
    while any(attacker.is_alive() for attacker in attackers):
        before, spent = time.perf_counter(), time.process_time()
        await asyncio.sleep(_TICK)
        late = time.perf_counter() - before - _TICK
        wall, cpu = max(wall, late), max(cpu, min(late, time.process_time() - spent))
    statuses = [answers.get() for _ in attackers]
    for attacker in attackers:
        attacker.join()
    return Stall(wall * 1000, cpu * 1000, statuses, time.perf_counter() - began)


async def run(attacks: Iterable[Attack], settings: Settings, most_ms: float) -> int:
    """Run the attacks, print a line for each, and return 1 if any failed."""
    share_the_interpreter()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        app: Any = create_app(dataclasses.replace(settings, data_dir=Path(folder)))
        listener = socket.create_server(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = Server(uvicorn.Config(app, http=HttpProtocol, log_config=None, lifespan="on"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await server.ready.wait()
        collecting = asyncio.create_task(collect_when_quiet(lambda: len(app.gateway.calls.running), computing))
        secret = await asyncio.to_thread(budgeted, url)
        print(f"{'attack':34} {'stall, wall ms':>15} {'of CPU ms':>10} {'seconds':>8}  answers")
        for one in attacks:
            stall = await measure(url, one, secret)
            bad = stall.cpu_ms > most_ms or any(status >= 500 and status != one.failure for status in stall.statuses)
            failed = failed or bad
            told = ", ".join(map(str, sorted(set(stall.statuses)))) + (" <-" if bad else "")
            print(f"{one.name:34} {stall.wall_ms:15.1f} {stall.cpu_ms:10.1f} {stall.seconds:8.2f}  {told}", flush=True)
        collecting.cancel()
        server.should_exit = True
        await serving
    return 1 if failed else 0


class Server(uvicorn.Server):
    """A server that signals when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def chosen(attacks: Iterable[Attack], about: str | None) -> tuple[list[Attack], float]:
    """Return the attacks selected on the command line, and the maximum stall in milliseconds."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="attacks whose name has one of these words")
    parser.add_argument("--most", type=float, default=MOST_MS, metavar="MS", help="the longest stall that is passed")
    arguments = parser.parse_args()
    words: list[str] = arguments.words
    return [one for one in attacks if not words or any(word in one.name for word in words)], arguments.most


def main() -> int:
    attacks, most_ms = chosen(ATTACKS, __doc__)
    return uvloop.run(run(attacks, dataclasses.replace(Settings(), offline=True), most_ms))


if __name__ == "__main__":
    sys.exit(main())
