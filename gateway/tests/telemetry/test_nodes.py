"""Metrics of workers, of PostgreSQL and of Redis, while these stop and start."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ..cluster.gateways import MASTER, Gateways, no_postgres
from ..servers import PostgresServer
from .kit import CHAT, Read, asked, read, until

pytestmark = [pytest.mark.cluster, pytest.mark.skipif(no_postgres(), reason="PostgreSQL is not installed")]
KEY = MASTER["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Gateways]:
    made = Gateways(tmp_path)
    yield made
    made.stop()


async def called(url: str, count: int) -> None:
    # A connection for each: the workers take turns at accepting them.
    for _ in range(count):
        async with httpx2.AsyncClient(base_url=url, headers=MASTER) as client:
            assert (await client.post(CHAT, json=asked())).status_code == 200


async def test_metrics_of_all_workers_are_summed(served: Gateways) -> None:
    server = served.add("--workers", "3")

    async def all_up() -> Read | None:
        seen = await read(server.url, KEY)
        return seen if seen.sum("onceward_worker_up") == 3 else None

    await until(all_up, "three workers")
    await called(server.url, 12)
    seen = await read(server.url, KEY)
    assert {own["worker"] for own in seen.labels("onceward_build_info")} == {"0", "1", "2"}
    assert seen.sum("onceward_calls_total") == 12, "any worker reports all"
    assert seen.sum("onceward_storage_up") == 3
    assert seen.sum("onceward_storage_connections") >= 3
    lost = next(own["worker"] for own in seen.labels("onceward_calls_total"))
    others = 12 - seen.sum("onceward_calls_total", worker=lost)
    (pid,) = [pid for pid, number in _workers(server.process.pid).items() if number == lost]
    os.kill(pid, signal.SIGKILL)

    async def again() -> Read | None:
        now = await read(server.url, KEY)
        began = now.sum("process_start_time_seconds", worker=lost)
        older = seen.sum("process_start_time_seconds", worker=lost)
        return now if began > older and now.sum("onceward_worker_up") == 3 else None

    after: Read = await until(again, "the successor reports itself")
    assert after.sum("onceward_calls_total", worker=lost) == 0
    assert after.sum("onceward_calls_total") == others


def _workers(supervisor: int) -> dict[int, str]:
    """The processes under a supervisor, and their numbers."""
    found: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            names = dict(one.split(b"=", 1) for one in (folder / "environ").read_bytes().split(b"\0") if b"=" in one)
        except OSError:
            continue
        if parent == str(supervisor):
            found[int(folder.name)] = names[b"ONCEWARD_GATEWAY_WORKER"].decode()
    return found


async def test_an_unavailable_database_is_in_the_metrics(tmp_path: Path) -> None:
    server = PostgresServer().start()
    made = Gateways(tmp_path, config="[storage]\nwrite_timeout_seconds = 1.0\n", database=server.url())
    try:
        url = made.add().url
        await called(url, 1)
        assert (await read(url, KEY)).sum("onceward_storage_up") == 1
        server.stop(signal.SIGINT)

        async def unavailable() -> Any:
            async with httpx2.AsyncClient(base_url=url, headers=MASTER, timeout=30) as client:
                refused = (await client.post(CHAT, json=asked(), headers={"Idempotency-Key": "x"})).status_code == 503
            seen = await read(url, KEY)
            told = seen.sum("onceward_rejections_total", kind="storage_unavailable") > 0
            return refused and told and seen.sum("onceward_storage_up") == 0

        await until(unavailable, "the metrics say that PostgreSQL is unavailable")
        server.start()

        async def back() -> Any:
            return (await read(url, KEY)).sum("onceward_storage_up") == 1

        await until(back, "the metrics say that it is back")
    finally:
        made.stop()
        server.remove()


async def test_an_unavailable_redis_is_in_the_metrics(tmp_path: Path, redis_server: Any) -> None:
    redis = redis_server
    made = Gateways(tmp_path, redis=redis.url)
    try:
        url = made.add().url

        async def up() -> Any:
            seen = await read(url, KEY)
            return seen.sum("onceward_redis_up") == seen.sum("onceward_bus_connected") == 1

        await until(up, "Redis is up")
        redis.kill()

        async def unavailable() -> Any:
            seen = await read(url, KEY)
            return seen.labels("onceward_redis_up") and seen.sum("onceward_redis_up") == 0

        await until(unavailable, "the metrics say that Redis is unavailable")
        redis.start()
        await until(up, "the metrics say that it is back")
        assert (await read(url, KEY)).sum("onceward_redis_disconnects_total") >= 1
    finally:
        made.stop()
