"""Real processes on one PostgreSQL: a budget is one budget, wherever its calls arrive, and whoever is killed."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from aiohttp import web

from ..servers import PostgresServer
from .test_processes import CHAT, CONFIG, MASTER, Launch, body, make_key, reached, rows, wait_for

pytestmark = pytest.mark.cluster

NODES = 3


@pytest.fixture
def urls(launch: Launch, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("ONCEWARD_TEST_DATABASE", "postgresql")
    # No node dies: one that a busy machine keeps waiting must not be taken for dead.
    patient = CONFIG.replace("lease_seconds = 1.0", "lease_seconds = 60.0")
    return [launch(config=patient).url for _ in range(NODES)]


async def everywhere(urls: list[str], key: dict[str, str], count: int, asked: dict[str, Any]) -> list[httpx2.Response]:
    limits = httpx2.Limits(max_connections=count)
    async with httpx2.AsyncClient(timeout=60, limits=limits, headers=key) as client:
        calls = (client.post(urls[number % len(urls)] + CHAT, json=asked) for number in range(count))
        return list(await asyncio.gather(*calls))


async def test_three_hundred_calls_at_three_nodes_against_a_budget_for_ten(urls: list[str], tmp_path: Path) -> None:
    asked = body(pace=0.05)
    poor = make_key(urls[0], max_budget=0.0000001)
    required = httpx2.post(urls[0] + CHAT, json=asked, headers=poor).json()["error"]["required"]
    key = make_key(urls[1], max_budget=10 * required, key_alias="ten")
    answers = await everywhere(urls, key, 300, asked)
    assert Counter(answer.status_code for answer in answers) == {200: 10, 402: 290}
    (spent,) = rows(tmp_path, "SELECT SUM(cost_nano) FROM usage")[0]
    assert 0 < spent <= 10 * required * 1e9
    assert rows(tmp_path, "SELECT SUM(spent), SUM(held) FROM budget_window WHERE spent > 0") == [(spent, 0)]
    assert rows(tmp_path, "SELECT COUNT(*) FROM hold") == [(0,)]
    for url in urls:
        assert httpx2.get(url + "/key/info", headers=key).json()["info"]["spend"] == spent / 1e9
    # The excess reservation is available again, at every node.
    assert httpx2.post(urls[2] + CHAT, json=asked, headers=key).status_code == 200


async def test_a_node_is_killed_under_load(launch: Launch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ONCEWARD_TEST_DATABASE", "postgresql")
    servers = [await asyncio.to_thread(launch, config=CONFIG) for _ in range(NODES)]
    key = await asyncio.to_thread(make_key, servers[0].url, max_budget=5.0)
    done: list[str] = []
    over = asyncio.Event()

    async def work(worker: int) -> None:
        url = servers[worker % NODES].url
        async with httpx2.AsyncClient(base_url=url, timeout=30, headers=key) as client:
            number = 0
            while not over.is_set():
                number += 1
                headers = {"Idempotency-Key": f"{worker}-{number}"} if number % 2 else {}
                stream = number % 3 == 0
                asked = body(f"{worker} {number}", stream=stream, pace=0.002 if number % 5 == 0 else 0)
                try:
                    answer = await client.post(CHAT, json=asked, headers=headers)
                except httpx2.TransportError:
                    return
                assert answer.status_code == 200, answer.text
                if not stream or "[DONE]" in answer.text:
                    done.append(answer.headers["x-onceward-call-id"])

    load = [asyncio.create_task(work(worker)) for worker in range(12)]
    await reached(done, 100)
    await asyncio.to_thread(servers[0].kill)
    await reached(done, len(done) + 100)
    over.set()
    await asyncio.gather(*load)
    wait_for(lambda: rows(tmp_path, "SELECT COUNT(*) FROM hold") == [(0,)], "the dead node's holds are there")
    recorded = Counter(id for (id,) in rows(tmp_path, "SELECT call_id FROM usage"))
    assert all(recorded[id] == 1 for id in done)
    assert max(recorded.values()) == 1
    ((spent,),) = rows(tmp_path, "SELECT SUM(cost_nano) FROM usage")
    assert rows(tmp_path, "SELECT SUM(spent), SUM(held) FROM budget_window") == [(spent, 0)]
    assert rows(tmp_path, "SELECT SUM(spent) FROM spend_total WHERE scope = 'key'") == [(spent,)]
    report = httpx2.get(servers[1].url + "/global/spend/report", headers=MASTER).json()
    assert round(report["total"]["spend"] * 1e9) == spent


async def test_a_database_that_crashes_under_load_loses_and_doubles_nothing(launch: Launch) -> None:
    server = await asyncio.to_thread(lambda: PostgresServer().start())
    try:
        where = {"ONCEWARD_GATEWAY_DATABASE_URL": server.url()}
        urls = [(await asyncio.to_thread(launch, config=CONFIG, **where)).url for _ in range(2)]
        key = await asyncio.to_thread(make_key, urls[0], max_budget=5.0)
        done: list[str] = []
        over = asyncio.Event()

        async def work(worker: int) -> None:
            async with httpx2.AsyncClient(base_url=urls[worker % 2], timeout=90, headers=key) as client:
                number = 0
                while not over.is_set():
                    number += 1
                    asked, once = body(f"{worker} {number}"), {"Idempotency-Key": f"{worker}-{number}"}
                    while (answer := await client.post(CHAT, json=asked, headers=once)).status_code != 200:
                        # A client that is asked to retry.
                        assert answer.status_code in (409, 500, 503), answer.text
                        await asyncio.sleep(0.1)
                    done.append(answer.headers["x-onceward-call-id"])

        load = [asyncio.create_task(work(worker)) for worker in range(8)]
        for _ in range(2):
            await reached(done, len(done) + 60)
            await asyncio.to_thread(server.stop, signal.SIGQUIT)
            await asyncio.to_thread(server.start)
        await reached(done, len(done) + 60)
        over.set()
        await asyncio.gather(*load)

        def found(query: str) -> list[tuple[Any, ...]]:
            with psycopg.connect(server.url()) as connection:
                return connection.execute(query).fetchall()

        wait_for(lambda: found("SELECT COUNT(*) FROM hold") == [(0,)], "money is held for calls that have ended")
        recorded = Counter(id for (id,) in found("SELECT call_id FROM usage"))
        assert all(recorded[id] == 1 for id in done)
        assert max(recorded.values()) == 1
        ((spent,),) = found("SELECT SUM(cost_nano) FROM usage")
        assert found("SELECT SUM(spent), SUM(held) FROM budget_window") == [(spent, 0)]
        assert found("SELECT SUM(spent) FROM spend_total WHERE scope = 'key'") == [(spent,)]
    finally:
        await asyncio.to_thread(server.remove)


async def test_a_stream_of_a_killed_node_is_paid_by_what_it_had_sent(
    launch: Launch, upstream: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ONCEWARD_TEST_DATABASE", "postgresql")
    word = b'data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":'
    word += b'[{"index":0,"delta":{"content":" word"},"finish_reason":null}]}\n\n'

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for _ in range(20):
            await response.write(word)
        await asyncio.Event().wait()
        return response

    upstream.answer = answer
    provider = f'[providers.up]\nbase_url = "{upstream.url}/v1"\n[prices."up/m"]\ninput_per_million = 1.0\n'
    servers = [await asyncio.to_thread(launch, config=CONFIG + provider) for _ in range(2)]
    key = await asyncio.to_thread(make_key, servers[0].url, max_budget=5.0)
    asked = body(model="up/m", stream=True, user="customer", tags=["cut"])
    async with (
        httpx2.AsyncClient(base_url=servers[0].url, headers=key, timeout=30) as client,
        client.stream("POST", CHAT, json=asked) as stream,
    ):
        # Read no further and not left: a stream that is left is cancelled, and booked by its own node.
        lines, seen = stream.aiter_lines(), 0
        while seen < 20:
            seen += (await anext(lines)).startswith("data:")
        written = "SELECT COUNT(*) FROM hold WHERE events = 20"
        await asyncio.to_thread(wait_for, lambda: rows(tmp_path, written) == [(1,)], "its progress was not written")
        await asyncio.to_thread(servers[0].kill)
    await asyncio.to_thread(wait_for, lambda: rows(tmp_path, "SELECT COUNT(*) FROM usage") == [(1,)], "not booked")
    columns = "status, completion_tokens, prompt_tokens > 20, customer, provider, model, estimated, cost_nano"
    ((status, tokens, prompt, customer, provider, model, estimated, cost),) = rows(
        tmp_path, f"SELECT {columns} FROM usage"
    )
    assert (status, tokens, bool(prompt), customer, provider) == ("interrupted", 20, True, "customer", "up")
    assert (model, estimated) == ("up/m", 1)
    assert rows(tmp_path, "SELECT spent, held FROM budget_window WHERE scope = 'key'") == [(cost, 0)]
    assert rows(tmp_path, "SELECT tag FROM usage_tag") == [("cut",)]
