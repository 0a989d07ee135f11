"""PostgreSQL goes away and comes back: what needs it says so, what runs goes on, and nothing that was made is lost."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ..servers import PostgresServer
from .gateways import CHAT, MASTER, Gateways, Reading, asked, eventually, in_clients, no_postgres

pytestmark = [pytest.mark.cluster, pytest.mark.skipif(no_postgres(), reason="PostgreSQL is not installed")]
PATIENCE = "[storage]\nwrite_timeout_seconds = 2.0\nconnect_timeout_seconds = 0.5\n"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    made = PostgresServer().start()
    yield made
    made.remove()


@pytest.fixture
def node(server: PostgresServer, tmp_path: Path) -> Iterator[Gateways]:
    made = Gateways(tmp_path, config=PATIENCE, database=server.url())
    yield made.started(1)
    made.stop()


async def ready(client: httpx2.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


async def test_without_its_database_a_gateway_says_so_and_recovers_by_itself(
    node: Gateways, server: PostgresServer
) -> None:
    async with in_clients(node.urls) as (client,):
        made = (await client.post("/key/generate", json={"max_budget": 5.0})).json()
        key = {"Authorization": f"Bearer {made['key']}"}
        before = await client.post(CHAT, json=asked(), headers={"Idempotency-Key": "before"})
        call = before.headers["x-onceward-call-id"]
        stream = Reading(client, asked("x " * 20, stream=True, pace=0.1), Idempotency_Key="through")
        await stream.has(2)
        server.stop(signal.SIGINT)
        needs: list[tuple[str, str, dict[str, Any]]] = [
            ("POST", CHAT, {"json": asked(), "headers": key}),
            ("POST", CHAT, {"json": asked(), "headers": {"Idempotency-Key": "new"}}),
            ("POST", CHAT, {"json": asked(), "headers": {"Idempotency-Key": "before"}}),
            ("POST", CHAT, {"json": asked(stream=True), "headers": {"Idempotency-Key": "newer"}}),
            ("POST", CHAT, {"json": asked()}),
            ("POST", "/v1/embeddings", {"json": {"model": "onceward/embed", "input": "x"}}),
            ("GET", "/v1/calls", {}),
            ("GET", f"/v1/calls/{call}", {}),
            ("POST", f"/v1/calls/{call}/cancel", {}),
            ("POST", "/key/generate", {"json": {}}),
            ("POST", "/team/new", {"json": {"team_alias": "t"}, "headers": {"Idempotency-Key": "team"}}),
            ("GET", "/team/list", {}),
            ("GET", "/key/info", {"headers": key}),
            ("GET", "/v1/models", {"headers": key}),
            ("GET", "/spend/logs", {}),
        ]
        answers = await asyncio.gather(*(client.request(method, path, **more) for method, path, more in needs))
        for (method, path, _), answer in zip(needs, answers, strict=True):
            assert answer.status_code == 503, (method, path, answer.text)
            assert answer.json()["error"]["code"] == "storage_unavailable", (method, path)
            assert int(answer.headers["retry-after"]) >= 1
            assert "127.0.0.1" not in answer.text
        assert (await client.get("/healthz")).status_code == 200
        refused = await client.get("/readyz")
        assert refused.status_code == 503
        assert refused.json()["status"] == "storage_unavailable"
        server.start()
        await eventually(lambda: ready(client), 30)
        again = await client.post(CHAT, json=asked(), headers={"Idempotency-Key": "before"})
        assert again.content == before.content
        assert (await client.post(CHAT, json=asked(), headers=key)).status_code == 200
        await stream.end()
        replay = await client.post(CHAT, json=stream._body, headers={"Idempotency-Key": "through"})
        assert replay.text.endswith("data: [DONE]\n\n")
    # Calls without a key were made and their responses withheld: they are recorded nevertheless, as the error says.
    statuses = node.rows("SELECT status, count(*) FROM call WHERE key IS NULL GROUP BY status ORDER BY status")
    assert statuses == [("completed", 1), ("failed", 2)]
    paid = node.rows("SELECT status, count(*), count(DISTINCT call_id) FROM usage GROUP BY status ORDER BY status")
    assert paid == [("completed", 3, 3), ("failed", 2, 2)]
    assert node.rows("SELECT count(*) FROM call WHERE status = 'in_progress'") == [(0,)]


async def test_a_short_absence_is_not_noticed_by_calls_that_run(node: Gateways, server: PostgresServer) -> None:
    async with in_clients(node.urls) as (client,):
        stream = Reading(client, asked("x " * 30, stream=True, pace=0.1), Idempotency_Key="short")
        unary = asyncio.create_task(client.post(CHAT, json=asked("Short.", pace=0.1), headers=MASTER))
        await stream.has(2)
        server.stop(signal.SIGQUIT)
        server.start()
        assert (await stream.end())[-1].endswith("data: [DONE]\n\n")
        assert (await unary).status_code == 200
    assert node.rows("SELECT count(*), count(DISTINCT call_id) FROM usage WHERE status = 'completed'")[0][0] >= 2
