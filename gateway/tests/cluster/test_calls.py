"""Calls over nodes: made once, joined, followed, replayed, cancelled and taken over, wherever a client asks."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiohttp import web

from ..conftest import RedisServer
from .gateways import (
    CHAT,
    MASTER,
    Gateways,
    Reading,
    asked,
    eventually,
    frames,
    ids_of,
    in_clients,
    no_postgres,
    record_of,
)

pytestmark = [pytest.mark.cluster, pytest.mark.skipif(no_postgres(), reason="PostgreSQL is not installed")]
ALIVE = "[limits]\ndisconnect_grace_seconds = 3.0\nping_interval_seconds = 0.5\ndrain_timeout_seconds = 1.0\n"


@pytest.fixture(scope="module", params=["redis", "alone"])
def nodes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateways]:
    """Three nodes, with Redis and without, that the tests leave alive."""
    redis: RedisServer | None = request.getfixturevalue("shared_redis") if request.param == "redis" else None
    made = Gateways(tmp_path_factory.mktemp("nodes"), config=ALIVE, redis=redis.url if redis is not None else None)
    yield made.started(3)
    made.stop()


@pytest.fixture(params=["redis", "alone"])
def mortal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateways]:
    """Two nodes that a test may kill."""
    redis: RedisServer | None = request.getfixturevalue("shared_redis") if request.param == "redis" else None
    made = Gateways(tmp_path, config=ALIVE, redis=redis.url if redis is not None else None)
    yield made.started(2)
    made.stop()


@pytest.fixture
async def clients(nodes: Gateways) -> AsyncIterator[list[httpx2.AsyncClient]]:
    async with in_clients(nodes.urls) as made:
        yield made


def booked(nodes: Gateways, call: str) -> list[tuple[Any, ...]]:
    return nodes.rows("SELECT status, completion_tokens, cost_nano, attempt FROM usage WHERE call_id = %s", call)


async def test_a_stream_is_joined_and_replayed_at_other_nodes(
    nodes: Gateways, clients: list[httpx2.AsyncClient]
) -> None:
    body, key = asked(stream=True, pace=0.05), "join-stream"
    first = Reading(clients[0], body, Idempotency_Key=key)
    seen = await first.has(5)
    last = ids_of(seen)[4]
    behind = Reading(clients[1], body, Idempotency_Key=key, Last_Event_ID=last)
    again = Reading(clients[2], body, Idempotency_Key=key)
    whole = await first.end()
    assert await again.end() == whole
    assert seen[:5] + await behind.end() == whole
    assert behind.headers["x-onceward-replayed"] == "true"
    assert whole[-1].endswith("data: [DONE]\n\n")
    call = first.headers["x-onceward-call-id"]
    for client in clients:
        replay = await client.post(CHAT, json=body, headers={"Idempotency-Key": key})
        assert frames(replay.text) == whole
        assert replay.headers["x-onceward-call-id"] == call
    assert len(booked(nodes, call)) == 1
    assert (await clients[1].get(f"/v1/calls/{call}")).json()["attempts"] == 6


async def test_a_follower_reads_a_stream_while_it_runs(nodes: Gateways, clients: list[httpx2.AsyncClient]) -> None:
    body = asked("x " * 60, stream=True, pace=0.1)
    first = Reading(clients[0], body, Idempotency_Key="live")
    await first.has(2)
    follower = Reading(clients[1], body, Idempotency_Key="live")
    await follower.has(20)
    call = first.headers["x-onceward-call-id"]
    assert record_of(nodes.urls[2], call)["status"] == "in_progress"
    assert await follower.end() == await first.end()


@pytest.mark.parametrize("stream", [False, True])
async def test_the_same_key_at_all_nodes_at_once_is_one_call(
    nodes: Gateways, clients: list[httpx2.AsyncClient], stream: bool
) -> None:
    body, key = asked(stream=stream, pace=0.02), f"race-{stream}"
    headers = {"Idempotency-Key": key}
    answers = await asyncio.gather(*(clients[n % 3].post(CHAT, json=body, headers=headers) for n in range(24)))
    assert {answer.status_code for answer in answers} == {200}
    bodies = {"".join(frames(answer.text)) if stream else answer.text for answer in answers}
    assert len(bodies) == 1
    (call,) = {answer.headers["x-onceward-call-id"] for answer in answers}
    assert len(booked(nodes, call)) == 1
    assert nodes.rows("SELECT count(*), max(attempts) FROM call WHERE key = %s", key) == [(1, 24)]


async def test_another_body_is_a_conflict_at_another_node(clients: list[httpx2.AsyncClient]) -> None:
    headers = {"Idempotency-Key": "reused"}
    running = Reading(clients[0], asked("one", stream=True, pace=0.05), Idempotency_Key="reused")
    await running.has(1)
    answer = await clients[1].post(CHAT, json=asked("two", stream=True, pace=0.05), headers=headers)
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "idempotency_key_reused"
    await running.leave()


@pytest.mark.parametrize("key", ["cancelled", None])
async def test_a_call_is_cancelled_at_another_node(
    nodes: Gateways, clients: list[httpx2.AsyncClient], key: str | None
) -> None:
    named = {"Idempotency_Key": key} if key else {}
    stream = Reading(clients[0], asked("x " * 300, stream=True, pace=0.05), **named)
    await stream.has(2)
    call = stream.headers["x-onceward-call-id"]
    answer = await clients[1].post(f"/v1/calls/{call}/cancel")
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "cancelled"
    events = await stream.end()
    assert "call_cancelled" in events[-1]
    ((status, tokens, cost, _),) = booked(nodes, call)
    assert status == "cancelled"
    assert tokens >= 2
    assert cost > 0
    assert (await clients[2].post("/v1/calls/call_none/cancel")).status_code == 404


async def test_a_followed_call_is_not_given_up(nodes: Gateways, clients: list[httpx2.AsyncClient]) -> None:
    body = asked("x " * 50, stream=True, pace=0.1)
    first = Reading(clients[0], body, Idempotency_Key="followed")
    seen = await first.has(2)
    follower = Reading(clients[1], body, Idempotency_Key="followed", Last_Event_ID=ids_of(seen)[1])
    await follower.has(1)
    await first.leave()
    events = seen[:2] + await follower.end()
    assert events[-1].endswith("data: [DONE]\n\n")
    assert [id.rpartition(":")[2] for id in ids_of(events)] == [str(n + 1) for n in range(len(events))]


async def test_a_call_without_clients_on_any_node_is_cancelled(
    nodes: Gateways, clients: list[httpx2.AsyncClient]
) -> None:
    body = asked("x " * 300, stream=True, pace=0.1)
    first = Reading(clients[0], body, Idempotency_Key="left")
    await first.has(2)
    follower = Reading(clients[1], body, Idempotency_Key="left")
    await follower.has(1)
    call = first.headers["x-onceward-call-id"]
    await first.leave()
    await follower.leave()
    await eventually(lambda: record_of(nodes.urls[2], call)["status"] == "cancelled")


async def test_a_refused_call_leaves_its_key_free(nodes: Gateways, clients: list[httpx2.AsyncClient]) -> None:
    made = (await clients[0].post("/key/generate", json={"max_budget": 0.0000001})).json()
    poor = {"Authorization": f"Bearer {made['key']}", "Idempotency-Key": "poor"}
    refused = [(await client.post(CHAT, json=asked(max_tokens=40), headers=poor)).status_code for client in clients]
    assert refused == [402, 402, 402]
    await clients[1].post("/key/update", json={"key": made["key"], "max_budget": 5.0})

    async def rich() -> httpx2.Response | None:
        answer = await clients[2].post(CHAT, json=asked(max_tokens=40), headers=poor)
        return answer if answer.status_code == 200 else None

    answer = await eventually(rich)
    call = answer.headers["x-onceward-call-id"]
    assert "x-onceward-replayed" not in answer.headers
    assert len(booked(nodes, call)) == 1
    assert nodes.rows("SELECT count(*) FROM call WHERE key = 'poor'") == [(1,)]
    assert nodes.rows("SELECT count(*) FROM hold") == [(0,)]


async def test_a_call_that_no_node_makes_is_not_followed_for_ever(
    nodes: Gateways, clients: list[httpx2.AsyncClient]
) -> None:
    body, headers = asked("Nobody makes this."), {"Idempotency-Key": "orphan"}
    made = await clients[0].post(CHAT, json=body, headers=headers)
    call = made.headers["x-onceward-call-id"]
    # As a node leaves it that never heard whether its claim was written.
    nodes.run("DELETE FROM usage WHERE call_id = %s", call)
    nodes.run("UPDATE call SET status = 'in_progress', created_at = created_at - 60 WHERE id = %s", call)
    again = await clients[1].post(CHAT, json=body, headers=headers)
    assert again.status_code == 200
    assert again.headers["x-onceward-call-id"] == call
    assert [row[0] for row in booked(nodes, call)] == ["completed"]


async def test_a_mutation_with_a_key_is_made_once(nodes: Gateways, clients: list[httpx2.AsyncClient]) -> None:
    headers = {"Idempotency-Key": "one-team"}
    body = {"team_alias": "of one mutation"}
    answers = await asyncio.gather(*(clients[n % 3].post("/team/new", json=body, headers=headers) for n in range(12)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["team_id"] for answer in answers}) == 1
    assert sum("x-onceward-replayed" not in answer.headers for answer in answers) == 1
    other = await clients[1].post("/team/new", json={"team_alias": "another"}, headers=headers)
    assert other.status_code == 409
    listed = (await clients[2].get("/team/list")).json()
    assert sum(team["team_alias"] == "of one mutation" for team in listed["data"]) == 1


# -- death


async def test_a_stream_continues_on_another_node_when_its_own_is_killed(mortal: Gateways) -> None:
    body, key = asked(stream=True, pace=0.1), "killed"
    async with in_clients(mortal.urls) as (first, second):
        read = Reading(first, body, Idempotency_Key=key)
        follower = Reading(second, body, Idempotency_Key=key)
        await read.has(4)
        await follower.has(2)
        mortal.nodes[0].kill()
        await read.end()
        seen = read.events
        call = read.headers["x-onceward-call-id"]
        behind = Reading(second, body, Idempotency_Key=key, Last_Event_ID=ids_of(seen)[-1])
        events = seen + await behind.end()
        assert await follower.end() == events
        assert ids_of(events) == [f"{call}:{n + 1}" for n in range(len(events))]
        assert events[-1].endswith("data: [DONE]\n\n")
        assert "error" not in follower.text
        text = "".join(
            json.loads(e.split("data: ")[1])["choices"][0]["delta"].get("content") or "" for e in events[:-1]
        )
        plain = (await second.post(CHAT, json=asked())).json()
        assert text == plain["choices"][0]["message"]["content"]
        ((status, _, cost, attempt),) = booked(mortal, call)
        assert (status, attempt) == ("completed", 1)
        assert cost > 0
    assert mortal.rows("SELECT count(*) FROM hold") == [(0,)]


@pytest.mark.parametrize("stream", [True, False])
async def test_a_node_that_stops_says_so_to_those_for_whom_it_follows_a_call(mortal: Gateways, stream: bool) -> None:
    body, key = asked("x " * 100, stream=stream, pace=0.1), "stops"
    async with in_clients(mortal.urls) as (first, second):
        read = Reading(first, body, Idempotency_Key=key)
        await eventually(lambda: mortal.rows("SELECT 1 FROM call WHERE status = 'in_progress'"))
        follower = Reading(second, body, Idempotency_Key=key)
        await (follower.has(2) if stream else eventually(lambda: mortal.rows("SELECT 1 FROM call WHERE attempts = 2")))
        mortal.nodes[1].terminate()
        seen = await follower.end(seconds=8)
        assert follower.cut is None
        assert '"code":"draining"' in follower.text
        assert follower.status == (200 if stream else 529)
        assert mortal.nodes[1].wait() == 0
        whole = await read.end()
        if stream:
            assert "event: error" in seen[-1]
            behind = Reading(first, body, Idempotency_Key=key, Last_Event_ID=ids_of(seen)[-1])
            assert seen[:-1] + await behind.end() == whole


async def test_a_unary_call_is_answered_at_another_node_when_its_own_is_killed(mortal: Gateways) -> None:
    body, key = asked(pace=0.15), "killed-unary"
    async with in_clients(mortal.urls) as (first, second):
        mine = asyncio.create_task(first.post(CHAT, json=body, headers={"Idempotency-Key": key}))
        await eventually(lambda: mortal.rows("SELECT 1 FROM call WHERE key = %s", key))
        theirs = asyncio.create_task(second.post(CHAT, json=body, headers={"Idempotency-Key": key}))
        await eventually(lambda: mortal.rows("SELECT 1 FROM call WHERE key = %s AND attempts = 2", key))
        mortal.nodes[0].kill()
        with pytest.raises(httpx2.TransportError):
            await mine
        answer = await theirs
        assert answer.status_code == 200
        assert len(booked(mortal, answer.headers["x-onceward-call-id"])) == 1


async def test_a_node_that_slept_through_its_lease_bills_nothing_twice(mortal: Gateways) -> None:
    body, key = asked(stream=True, pace=0.1), "slept"
    async with in_clients(mortal.urls) as (first, second):
        read = Reading(first, body, Idempotency_Key=key)
        await read.has(4)
        call = read.headers["x-onceward-call-id"]
        sleeper = mortal.nodes[0].process
        assert sleeper is not None
        os.kill(sleeper.pid, signal.SIGSTOP)
        behind = Reading(second, body, Idempotency_Key=key)
        events = await behind.end()
        os.kill(sleeper.pid, signal.SIGCONT)
        assert ids_of(events) == [f"{call}:{n + 1}" for n in range(len(events))]
        # The client of the halted node receives the same, to the end.
        assert await read.end() == events
        replay = await first.post(CHAT, json=body, headers={"Idempotency-Key": key})
        assert frames(replay.text) == events
        assert [row[0] for row in booked(mortal, call)] == ["completed"]
        assert record_of(mortal.urls[0], call)["status"] == "completed"
        await eventually(lambda: mortal.rows("SELECT count(*) FROM node") == [(2,)])


# -- providers


def chunk(content: str) -> bytes:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": None}
    body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


class Slow:
    """A provider that sends one word at a time until a test ends it."""

    def __init__(self, upstream: Any) -> None:
        self.upstream = upstream
        self.go_on = asyncio.Event()
        upstream.answer = self.answer

    async def answer(self, request: web.Request) -> web.StreamResponse:
        asked_for = json.loads(self.upstream.requests[-1]["body"])
        if not asked_for.get("stream"):
            await self.go_on.wait()
            usage = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
            message = {"role": "assistant", "content": "Hi."}
            choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
            body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": choices}
            return web.json_response(body | {"usage": usage})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for number in range(1000):
            await response.write(chunk(f"word{number} "))
            if number >= 5 and self.go_on.is_set():
                break
            await asyncio.sleep(0.05)
        await response.write(b"data: [DONE]\n\n")
        return response


PROVIDER = """
[providers.up]
protocol = "openai"
base_url = "{url}/v1"
api_key = "sk-operators"
[models]
"up" = "up/model-1"
[prices."up/model-1"]
input_per_million = 2.5
output_per_million = 10
"""


@pytest.fixture
async def provider(upstream: Any) -> Slow:
    return Slow(upstream)


@pytest.fixture
async def provided(provider: Slow, tmp_path: Path) -> AsyncIterator[Gateways]:
    made = Gateways(tmp_path, config=ALIVE + PROVIDER.format(url=provider.upstream.url))
    yield await asyncio.to_thread(made.started, 3)
    provider.go_on.set()
    await asyncio.to_thread(made.stop)


@pytest.mark.parametrize("stream", [False, True])
async def test_fifty_of_one_key_over_three_nodes_are_one_call_to_the_provider(
    provided: Gateways, provider: Slow, stream: bool
) -> None:
    body = asked(model="up", stream=stream)
    headers = {"Idempotency-Key": "fifty"}
    async with in_clients(provided.urls) as clients:
        calls = [asyncio.create_task(clients[n % 3].post(CHAT, json=body, headers=headers)) for n in range(50)]
        await eventually(lambda: provided.rows("SELECT 1 FROM call WHERE key = 'fifty' AND attempts = 50"))
        provider.go_on.set()
        answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} == {200}
    assert len({"".join(frames(answer.text)) if stream else answer.text for answer in answers}) == 1
    assert len(provider.upstream.requests) == 1
    assert provided.rows("SELECT count(*), count(DISTINCT call_id) FROM usage") == [(1, 1)]


@pytest.mark.parametrize("key", ["paid", None])
async def test_a_call_to_a_provider_whose_node_dies_is_booked_once(
    provided: Gateways, provider: Slow, key: str | None
) -> None:
    body = asked(model="up", stream=True)
    named = {"Idempotency_Key": key} if key else {}
    async with in_clients(provided.urls[:2]) as (first, second):
        read = Reading(first, body, **named)
        await read.has(6)
        call = read.headers["x-onceward-call-id"]
        follower = Reading(second, body, Idempotency_Key=key) if key else None
        if follower is not None:
            await follower.has(6)
        provided.nodes[0].kill()
        await read.end()
        await eventually(lambda: record_of(second.base_url.__str__().rstrip("/"), call)["status"] == "interrupted")
        if follower is not None:
            events = await follower.end()
            assert "call_interrupted" in events[-1]
            assert len(events) > 6
            again = await second.post(CHAT, json=body, headers={"Idempotency-Key": key or ""})
            assert "call_interrupted" in again.text
            assert '"provider_asked":null' in again.text, "of a node that died nobody knows it"
            assert frames(again.text)[:-1] == events[:-1]
    ((status, tokens, cost, attempt),) = booked(provided, call)
    assert (status, attempt) == ("interrupted", 1)
    if key:
        assert tokens >= 6
        assert cost > 0
    assert len(provider.upstream.requests) == 1
    assert provided.rows("SELECT count(*) FROM hold") == [(0,)]


async def test_a_sleeping_node_of_a_provider_call_bills_nothing_twice(provided: Gateways, provider: Slow) -> None:
    body = asked(model="up", stream=True)
    async with in_clients(provided.urls[:2]) as (first, second):
        read = Reading(first, body, Idempotency_Key="slept")
        await read.has(3)
        call = read.headers["x-onceward-call-id"]
        sleeper = provided.nodes[0].process
        assert sleeper is not None
        os.kill(sleeper.pid, signal.SIGSTOP)
        url = provided.urls[1]
        await eventually(lambda: record_of(url, call)["status"] == "interrupted")
        ((_, tokens, cost, _),) = booked(provided, call)
        os.kill(sleeper.pid, signal.SIGCONT)
        # The sleeper hears that its call is no longer its own, and stops what would be paid by nobody.
        await read.end()
        assert "call_interrupted" in read.text
        assert [(row[1], row[2]) for row in booked(provided, call)] == [(tokens, cost)]
        assert record_of(url, call)["status"] == "interrupted"
        assert (await second.post(CHAT, json=asked(), headers=MASTER)).status_code == 200
