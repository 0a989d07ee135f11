"""Redis is killed and comes back under two nodes that serve: calls go on, limits do what they are configured to do."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from .gateways import CHAT, Gateways, Reading, asked, eventually, in_clients, no_postgres

pytestmark = [pytest.mark.cluster, pytest.mark.skipif(no_postgres(), reason="PostgreSQL is not installed")]


@pytest.fixture
def pair(tmp_path: Path, redis_server: Any) -> Iterator[Callable[..., Gateways]]:
    """Start two nodes on one PostgreSQL and one Redis."""
    made: list[Gateways] = []

    def start(config: str = "") -> Gateways:
        made.append(Gateways(tmp_path, config=config, redis=redis_server.url))
        return made[-1].started(2)

    yield start
    for gateways in made:
        gateways.stop()


async def key_of(client: httpx2.AsyncClient, **fields: Any) -> dict[str, str]:
    made = await client.post("/key/generate", json=fields)
    assert made.status_code == 200, made.text
    return {"Authorization": f"Bearer {made.json()['key']}"}


async def issues(client: httpx2.AsyncClient) -> list[str]:
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    found: list[str] = answer.json()["issues"]
    return found


async def unavailable(clients: list[httpx2.AsyncClient]) -> bool:
    return all([await issues(client) for client in clients])


async def back(clients: list[httpx2.AsyncClient]) -> bool:
    return not any([await issues(client) for client in clients])


class Load:
    """Calls at all nodes, one after the other each, until it is stopped."""

    def __init__(self, clients: list[httpx2.AsyncClient], headers: dict[str, str]) -> None:
        self.answers: Counter[int] = Counter()
        self._headers = headers
        self._stopped = False
        self._tasks = [asyncio.create_task(self._call(client)) for client in clients for _ in range(3)]

    async def _call(self, client: httpx2.AsyncClient) -> None:
        while not self._stopped:
            answer = await client.post(CHAT, json=asked("Short."), headers=self._headers)
            self.answers[answer.status_code] += 1

    async def more(self, count: int) -> None:
        """Return when so many more calls were answered."""
        until = self.answers.total() + count
        await eventually(lambda: self.answers.total() >= until, 60)

    async def stop(self) -> None:
        self._stopped = True
        await asyncio.gather(*self._tasks)


async def test_calls_and_followed_streams_go_on_through_two_kills(
    pair: Callable[..., Gateways], redis_server: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    gateways = pair()
    async with in_clients(gateways.urls) as clients:
        first, second = clients
        key = await key_of(first, rpm_limit=100_000, tpm_limit=10**9, max_parallel_requests=50)
        body = asked("word " * 150, stream=True, pace=0.05)
        owned = Reading(first, body, Idempotency_Key="followed", **key)
        await owned.has(3)
        followed = Reading(second, body, Idempotency_Key="followed", **key)
        await followed.has(3)
        load = Load(clients, key)
        await load.more(20)
        for _ in range(2):
            redis_server.kill()
            await eventually(lambda: unavailable(clients))
            before = len(followed.events)
            await load.more(30)
            await followed.has(before + 3)
            redis_server.start()
            await eventually(lambda: back(clients))
            await load.more(30)
        await load.stop()
        assert set(load.answers) == {200}
        assert await followed.end() == await owned.end()
        assert owned.text.endswith("data: [DONE]\n\n")
        assert followed.text.endswith("data: [DONE]\n\n")
    ended = gateways.rows("SELECT count(*), count(DISTINCT call_id) FROM usage WHERE status = 'completed'")
    assert ended == [(load.answers.total() + 1,) * 2]
    gateways.stop()
    told = capfd.readouterr()
    lines = [line for line in (told.err + told.out).splitlines() if "Redis at" in line]
    assert sum("is unavailable" in line for line in lines) == 4, lines
    assert sum("answers again" in line for line in lines) == 4, lines


async def test_open_limits_count_in_each_node_and_money_is_never_open(
    pair: Callable[..., Gateways], redis_server: Any
) -> None:
    gateways = pair()
    async with in_clients(gateways.urls) as clients:
        paced = await key_of(clients[0], rpm_limit=6)
        # No answer is as cheap as that.
        poor = await key_of(clients[0], max_budget=0.000001)
        for number in range(6):
            answer = await clients[number % 2].post(CHAT, json=asked(), headers=paced)
            assert answer.headers["x-ratelimit-remaining-requests"] == str(5 - number)
        for client in clients:
            refused = await client.post(CHAT, json=asked(), headers=paced)
            assert refused.status_code == 429
            assert refused.json()["error"]["limit"] == "rpm_limit"
        redis_server.kill()
        await eventually(lambda: unavailable(clients))
        for client in clients:
            # Each node had let in three itself: three more are left to it.
            statuses = [(await client.post(CHAT, json=asked(), headers=paced)).status_code for _ in range(5)]
            assert statuses == [200, 200, 200, 429, 429]
            broke = await client.post(CHAT, json=asked(), headers=poor)
            assert broke.status_code == 402, broke.text
        redis_server.start()
        await eventually(lambda: back(clients))
        for number in range(6):
            assert (await clients[number % 2].post(CHAT, json=asked(), headers=paced)).status_code == 200
        for client in clients:
            assert (await client.post(CHAT, json=asked(), headers=paced)).status_code == 429


async def test_closed_limits_refuse_until_it_is_back(pair: Callable[..., Gateways], redis_server: Any) -> None:
    gateways = pair('[limits]\nredis_failure_mode = "closed"\n')
    async with in_clients(gateways.urls) as clients:
        paced = await key_of(clients[0], max_parallel_requests=5)
        free = await key_of(clients[0])
        redis_server.kill()
        await eventually(lambda: unavailable(clients))
        for client in clients:
            assert "refuse all calls" in (await issues(client))[0]
            assert (await client.get("/health")).json() | {"version": ""} == {
                "status": "ok",
                "version": "",
                "issues": await issues(client),
            }
            refused = await client.post(CHAT, json=asked(), headers=paced)
            assert refused.status_code == 503
            assert refused.json()["error"]["code"] == "limits_unavailable"
            assert refused.headers["retry-after"] == "1"
            assert (await client.post(CHAT, json=asked(), headers=free)).status_code == 200
        redis_server.start()
        await eventually(lambda: back(clients))
        for client in clients:
            assert (await client.post(CHAT, json=asked(), headers=paced)).status_code == 200


async def test_changes_during_an_outage_apply_afterwards(pair: Callable[..., Gateways], redis_server: Any) -> None:
    gateways = pair()
    async with in_clients(gateways.urls) as clients:
        first, second = clients
        key = await key_of(first)
        assert (await second.post(CHAT, json=asked(), headers=key)).status_code == 200
        redis_server.kill()
        name = key["Authorization"].removeprefix("Bearer ")
        assert (await first.post("/key/block", json={"key": name})).status_code == 200
        assert (await first.post("/model/new", json=NEW_MODEL)).status_code == 200
        redis_server.start()
        await eventually(lambda: back(clients))

        async def blocked() -> bool:
            return (await second.post(CHAT, json=asked(), headers=key)).status_code == 403

        async def there() -> bool:
            return (await second.post(CHAT, json=asked() | {"model": "later"})).status_code == 200

        # Callers and deployments are cached for a minute while the bus is connected; this is published immediately.
        await eventually(blocked, 5)
        await eventually(there, 5)


NEW_MODEL = {"model_name": "later", "litellm_params": {"model": "onceward/echo"}}


async def test_parallel_calls_of_a_dead_node_are_released(pair: Callable[..., Gateways]) -> None:
    gateways = pair()
    async with in_clients(gateways.urls) as clients:
        first, second = clients
        key = await key_of(first, max_parallel_requests=1)
        stream = Reading(first, asked("x " * 400, stream=True, pace=0.1), **key)
        await stream.has(2)
        assert (await second.post(CHAT, json=asked(), headers=key)).status_code == 429
        gateways.nodes[0].kill()

        async def free() -> bool:
            return (await second.post(CHAT, json=asked(), headers=key)).status_code == 200

        await eventually(free, 30)
        await stream.leave()


async def test_a_gateway_starts_without_its_redis(pair: Callable[..., Gateways], redis_server: Any) -> None:
    redis_server.kill()
    gateways = pair()
    async with in_clients(gateways.urls) as clients:
        key = await key_of(clients[0], rpm_limit=10)
        for client in clients:
            assert await issues(client)
            assert (await client.post(CHAT, json=asked(), headers=key)).status_code == 200
        redis_server.start()
        await eventually(lambda: back(clients))
        left = [(await client.post(CHAT, json=asked(), headers=key)).headers for client in clients]
        assert [headers["x-ratelimit-remaining-requests"] for headers in left] == ["9", "8"]
