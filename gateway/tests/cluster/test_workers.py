"""`onceward serve --workers N`: several processes on one socket, of which any may die."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from .gateways import CHAT, MASTER, Gateways, Reading, asked, eventually, ids_of, in_clients, no_postgres

pytestmark = [pytest.mark.cluster, pytest.mark.skipif(no_postgres(), reason="PostgreSQL is not installed")]
# So long that nobody waits for it: it is the supervisor who says that a worker is dead.
LEASE = "[limits]\ndrain_timeout_seconds = 600.0\n"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Gateways]:
    made = Gateways(tmp_path, config=LEASE)
    made.lease(60)
    yield made
    for pid in [pid for node in made.nodes for pid in workers_of(node)]:
        os.kill(pid, signal.SIGKILL)
    made.stop()


def workers_of(server: Any) -> dict[int, str]:
    """The processes of a server's workers, and the nodes that they are."""
    found: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent == str(server.process.pid) and b"onceward_gateway.entry.worker" in words:
            found[int(folder.name)] = json.loads(words[words.index(b"onceward_gateway.entry.worker") + 1])["node"]
    return found


async def all_ready(server: Any, count: int, nodes: Gateways) -> dict[int, str]:
    """The workers, once so many of them are known to the database."""

    def ready() -> dict[int, str] | None:
        workers = workers_of(server)
        known = {row[0] for row in nodes.rows("SELECT id FROM node")}
        return workers if len(workers) == count and set(workers.values()) <= known else None

    found: dict[int, str] = await eventually(ready)
    return found


async def test_a_stream_continues_when_its_worker_is_killed(served: Gateways) -> None:
    server = served.add("--workers", "3")
    body, key = asked(stream=True, pace=0.1), "worker"
    async with in_clients([server.url] * 2) as (first, second):
        workers = await all_ready(server, 3, served)
        read = Reading(first, body, Idempotency_Key=key)
        await read.has(4)
        call = read.headers["x-onceward-call-id"]
        ((node,),) = served.rows("SELECT node FROM call WHERE id = %s", call)
        (pid,) = [pid for pid, one in workers.items() if one == node]
        os.kill(pid, signal.SIGKILL)
        seen = await read.end()
        assert read.cut is not None
        behind = Reading(second, body, Idempotency_Key=key, Last_Event_ID=ids_of(seen)[-1])
        events = seen + await behind.end()
        assert ids_of(events) == [f"{call}:{n + 1}" for n in range(len(events))]
        assert events[-1].endswith("data: [DONE]\n\n")
        assert served.rows("SELECT status FROM usage WHERE call_id = %s", call) == [("completed",)]
        again = await all_ready(server, 3, served)
        assert pid not in again
        assert len(set(again) & set(workers)) == 2
    server.terminate()
    assert server.wait() == 0
    assert served.rows("SELECT count(*) FROM node") == [(0,)]


async def test_every_worker_serves_and_a_stop_lets_streams_end(served: Gateways) -> None:
    server = served.add("--workers", "2")
    workers = await all_ready(server, 2, served)
    limits = httpx2.Limits(max_connections=64, max_keepalive_connections=0)
    async with httpx2.AsyncClient(base_url=server.url, headers=MASTER, timeout=60, limits=limits) as client:
        for _ in range(5):
            await asyncio.gather(*(client.post(CHAT, json=asked(pace=0.002)) for _ in range(32)))
        counts = dict(served.rows("SELECT node, count(*) FROM call GROUP BY node"))
        assert set(counts) == set(workers.values())
        assert sum(counts.values()) == 160
        assert min(counts.values()) >= 16, counts
        streams = [Reading(client, asked(stream=True, pace=0.05), Idempotency_Key=f"s{n}") for n in range(6)]
        for stream in streams:
            await stream.has(2)
        server.terminate()
        for stream in streams:
            assert (await stream.end())[-1].endswith("data: [DONE]\n\n")
    assert await asyncio.to_thread(server.wait) == 0
    assert served.rows("SELECT count(*) FROM usage WHERE status <> 'completed'") == [(0,)]


async def test_a_second_signal_ends_at_once(served: Gateways) -> None:
    server = served.add("--workers", "2")
    await all_ready(server, 2, served)
    async with in_clients([server.url]) as (client,):
        stream = Reading(client, asked("x " * 500, stream=True, pace=0.2), Idempotency_Key="long")
        await stream.has(1)
        server.terminate()

        async def draining() -> bool:
            try:
                return (await client.get("/readyz")).status_code == 503
            except httpx2.TransportError:
                return True

        await eventually(draining)
        server.terminate()
        await stream.end()
    assert await asyncio.to_thread(server.wait) == 0
    assert served.rows("SELECT status FROM call WHERE key = 'long'") == [("interrupted",)]


async def test_short_and_long_connections_are_shared_by_all_workers(served: Gateways) -> None:
    # A worker that is busy for long gets less meanwhile, and afterwards what it lacks: so more is sent until it has it.
    server = served.add("--workers", "3")
    workers = await all_ready(server, 3, served)
    await eventually(lambda: serving(server) == 3)
    limits = httpx2.Limits(max_connections=128, max_keepalive_connections=0)
    async with httpx2.AsyncClient(base_url=server.url, headers=MASTER, timeout=60, limits=limits) as client:
        for sent in range(1, 601):
            assert (await client.post(CHAT, json=asked())).status_code == 200
            counts = dict(served.rows("SELECT node, count(*) FROM call GROUP BY node"))
            if sent >= 60 and min(counts.values()) >= sent / 4:
                break
        assert set(counts) == set(workers.values())
        assert min(counts.values()) >= sent / 4, counts
        body = asked("x " * 400, stream=True, pace=0.5)
        streams: list[Reading] = []
        for sent in range(1, 91):
            streams.append(Reading(client, body, Idempotency_Key=f"long{sent}"))
            await streams[-1].has(1)
            held = dict(served.rows("SELECT node, count(*) FROM call WHERE stream = 1 GROUP BY node"))
            if sent >= 30 and is_shared(held, sent):
                break
        for stream in streams:
            await stream.leave()
        assert is_shared(held, sent), held


def is_shared(held: dict[str, int], sent: int) -> bool:
    """Return True when each of three workers holds about a third."""
    return len(held) == 3 and min(held.values()) >= sent / 4 and max(held.values()) <= sent / 2.3


def serving(server: Any) -> int:
    """Return how many workers accept connections, as they report it to each other."""
    for file in Path("/tmp").glob("onceward-*/balance"):
        if file.stat().st_size == 3 * 24:
            words = memoryview(file.read_bytes()).cast("q")
            if owner_of(file.parent) == server.process.pid:
                return sum(words[0::3])
    return 0


def owner_of(folder: Path) -> int:
    """The supervisor whose workers meet in a folder."""
    for pid in (int(one.name) for one in Path("/proc").glob("[0-9]*")):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"onceward_gateway.entry.worker" in words and str(folder).encode() in words:
                return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    return 0


async def test_a_second_signal_in_the_same_instant_is_not_lost(served: Gateways) -> None:
    server = served.add("--workers", "2", log=True)
    await all_ready(server, 2, served)
    async with in_clients([server.url]) as (client,):
        stream = Reading(client, asked("x " * 5000, stream=True, pace=0.2), Idempotency_Key="long")
        await stream.has(1)
        assert server.process is not None
        # Two kinds are two signals, however close; the supervisor also signals its workers by two kinds.
        server.process.send_signal(signal.SIGTERM)
        server.process.send_signal(signal.SIGINT)
        await stream.end(120)
    # Far below the time for draining and that of the stream. On a busy machine, the workers' own deadline may end them.
    status = await asyncio.to_thread(server.wait, 120)
    assert server.log is not None
    assert status == 0 or "the second signal ended the process" in server.log.read_text()


async def test_workers_without_their_supervisor_end(served: Gateways) -> None:
    server = served.add("--workers", "2")
    workers = await all_ready(server, 2, served)
    server.kill()
    await eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    assert served.rows("SELECT count(*) FROM node") == [(0,)]


def told(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "onceward_gateway", "serve", "--port", "0", "--data-dir", str(folder), *arguments]
    env = {name: value for name, value in os.environ.items() if not name.startswith("ONCEWARD")} | environ
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_workers_want_a_database_that_they_can_share(tmp_path: Path) -> None:
    answer = told(tmp_path, "--workers", "2")
    assert answer.returncode == 2
    assert "`--workers` is 2" in answer.stderr
    assert "storage.database_url" in answer.stderr
    assert told(tmp_path, "--workers", "0").returncode == 2


def test_workers_that_cannot_start_are_not_started_again(tmp_path: Path) -> None:
    url = "postgresql://onceward@127.0.0.1:1/nowhere"
    answer = told(tmp_path, "--workers", "2", ONCEWARD_GATEWAY_DATABASE_URL=url)
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "onceward: The database" in answer.stderr
