"""A real Prometheus scrapes a real gateway, and its answers to queries are right."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from .kit import CHAT, Launch, asked, free_port, key_of, program, until

pytestmark = pytest.mark.slow

TOKEN = "scrape-0123456789abcdef"
CONFIG = """
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: onceward
    authorization:
      credentials: {token}
    static_configs:
      - targets: ["{target}"]
"""


class Prometheus:
    """A server of one test."""

    def __init__(self, url: str, process: subprocess.Popen[bytes]) -> None:
        self.url = url
        self.process = process

    async def get(self, path: str, **query: str) -> Any:
        async with httpx2.AsyncClient() as client:
            try:
                answer = await client.get(self.url + path, params=query)
            except httpx2.ConnectError:
                return None
        return answer.json()["data"] if answer.status_code == 200 else None

    async def query(self, promql: str) -> dict[tuple[str, ...], float]:
        """The values of a query, by the values of their labels."""
        data = await self.get("/api/v1/query", query=promql)
        rows = data["result"] if data else []
        return {tuple(value for _, value in sorted(row["metric"].items())): float(row["value"][1]) for row in rows}

    async def up(self) -> Any:
        """The target, once it was scraped."""
        data = await self.get("/api/v1/targets")
        targets = data["activeTargets"] if data else []
        return next((target for target in targets if target["health"] != "unknown"), None)


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[Any]:
    """Start one on a gateway."""
    binary = program("prometheus", "prometheus")
    started: list[subprocess.Popen[bytes]] = []

    def start(url: str) -> Prometheus:
        config, port = tmp_path / "prometheus.yml", free_port()
        config.write_text(CONFIG.format(token=TOKEN, target=url.removeprefix("http://")))
        command = [binary, f"--config.file={config}", f"--storage.tsdb.path={tmp_path / 'tsdb'}"]
        command.append(f"--web.listen-address=127.0.0.1:{port}")
        with (tmp_path / "prometheus.log").open("wb") as log:
            started.append(subprocess.Popen(command, stdout=log, stderr=log))
        return Prometheus(f"http://127.0.0.1:{port}", started[-1])

    yield start
    for process in started:
        process.terminate()
        process.wait(20)


async def test_prometheus_scrapes_the_counts_of_calls(launch: Launch, prometheus: Any) -> None:
    gateway = launch("--offline", config=f'[metrics]\ntoken = "{TOKEN}"\n')
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        used = []
        for stream in (False, False, True):
            answer = await client.post(CHAT, json=asked(stream=stream))
            assert answer.status_code == 200
            if not stream:
                used.append(answer.json()["usage"])
        assert (await client.post(CHAT, json=asked("onceward/fault-rate-limit"))).status_code == 429
        assert (await client.get("/metrics", headers=key_of("sk-not-this-token-00"))).status_code == 401
    server = prometheus(gateway.url)
    target = await until(server.up, "Prometheus scrapes the gateway")
    assert (target["health"], target["lastError"]) == ("up", "")
    assert await server.query("sum by (status) (onceward_calls_total)") == {("completed",): 3, ("failed",): 1}
    statuses = await server.query('sum by (status) (onceward_requests_total{operation="chat_completions_create"})')
    assert statuses == {("200",): 3, ("429",): 1}
    tokens = await server.query('sum by (kind) (onceward_tokens_total{model="onceward/echo"})')
    assert tokens[("output",)] == 3 * used[0]["completion_tokens"]
    # Its own arithmetic over the buckets: they are cumulated, and each has its bound.
    (median,) = (
        await server.query("histogram_quantile(0.5, sum by (le) (onceward_call_duration_seconds_bucket))")
    ).values()
    assert 0 < median <= 0.005
    (first,) = (await server.query("sum(onceward_time_to_first_event_seconds_count)")).values()
    assert first == 1
    known = await server.get("/api/v1/metadata")
    assert known["onceward_calls_total"][0]["type"] == "counter"
    assert known["onceward_call_duration_seconds"][0]["type"] == "histogram"
    assert all(known[name][0]["help"] for name in known if name.startswith("onceward_"))
    (memory,) = (await server.query("process_resident_memory_bytes")).values()
    assert memory > 1 << 24

    async def later() -> Any:
        counts = await server.query("sum(onceward_calls_total)")
        return counts.get(()) == 5

    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        await client.post(CHAT, json=asked())
    await until(later, "Prometheus sees the next call")


async def test_it_sees_that_a_gateway_is_gone(launch: Launch, prometheus: Any) -> None:
    gateway = launch(config=f'[metrics]\ntoken = "{TOKEN}"\n')
    server = prometheus(gateway.url)
    await until(server.up, "Prometheus scrapes the gateway")
    gateway.kill()

    async def down() -> Any:
        return 0.0 in (await server.query("up")).values()

    await until(down, "Prometheus notices")
