"""The gateway for tests: whole and streamed replies, a clock that a test advances, clients that leave."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import httpx2
import pytest

from onceward_gateway import Settings
from onceward_gateway.config.load import ConfigError, load
from onceward_gateway.testing import InProcessGateway, ManualClock

CHAT = "/v1/chat/completions"
HELLO = {"model": "onceward/echo", "messages": [{"role": "user", "content": "Hello!"}]}


async def test_a_call_is_answered_and_replayed_under_its_key() -> None:
    async with InProcessGateway() as gateway:
        first = await gateway.request("POST", CHAT, json=HELLO, headers={"Idempotency-Key": "k1"})
        again = await gateway.request("POST", CHAT, json=HELLO, headers={"Idempotency-Key": "k1"})
        other = await gateway.request("POST", CHAT, json=HELLO | {"n": 2}, headers={"Idempotency-Key": "k1"})
    assert first.status == 200
    assert first.json()["choices"][0]["message"]["content"]
    assert again.body == first.body
    assert again.headers["x-onceward-replayed"] == "true"
    assert (other.status, other.json()["error"]["code"]) == (409, "idempotency_key_reused")


async def test_a_stream_arrives_in_chunks_and_resumes_after_an_event() -> None:
    key = {"Idempotency-Key": "k2"}
    async with InProcessGateway() as gateway:
        async with gateway.stream("POST", CHAT, json=HELLO | {"stream": True}, headers=key) as reply:
            assert reply.headers["content-type"].startswith("text/event-stream")
            assert reply.chunks is not None
            whole = b"".join([chunk async for chunk in reply.chunks])
        events = whole.split(b"\n\n")[:-1]
        assert events[-1].endswith(b"data: [DONE]")
        last = events[1].split(b"\n")[0].removeprefix(b"id: ").decode()
        rest = await gateway.request(
            "POST", CHAT, json=HELLO | {"stream": True}, headers={**key, "Last-Event-ID": last}
        )
    assert rest.body.split(b"\n\n")[:-1] == events[2:]


async def test_a_client_that_leaves_ends_a_call_without_a_key() -> None:
    async with InProcessGateway() as gateway:
        async with asyncio.timeout(20), gateway.stream("POST", CHAT, json=HELLO | {"stream": True}) as reply:
            assert reply.chunks is not None
            await anext(reply.chunks)
        async with asyncio.timeout(20):
            for call in list(gateway.app.gateway.calls.running.values()):
                await call.finished()
        assert not gateway.app.gateway.calls.running


async def test_other_clients_take_the_application_as_their_transport() -> None:
    async with InProcessGateway() as gateway:
        transport = httpx2.ASGITransport(app=gateway.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:4100") as client:
            assert (await client.get("/v1/models")).json()["data"]


async def test_a_limit_per_minute_is_over_when_the_clock_was_advanced(tmp_path: Path) -> None:
    master = {"Authorization": "Bearer sk-master-0123456789abcdef"}
    settings = replace(
        Settings(),
        data_dir=tmp_path,
        offline=True,
        auth_mode="required",
        key_hashes=frozenset({sha256(b"sk-master-0123456789abcdef").digest()}),
    )
    clock = ManualClock()
    async with InProcessGateway(settings, clock=clock) as gateway:
        made = await gateway.request("POST", "/key/generate", json={"rpm_limit": 1}, headers=master)
        key = {"Authorization": f"Bearer {made.json()['key']}"}
        statuses = [(await gateway.request("POST", CHAT, json=HELLO, headers=key)).status for _ in range(2)]
        await clock.advance(61)
        statuses.append((await gateway.request("POST", CHAT, json=HELLO, headers=key)).status)
    assert statuses == [200, 429, 200]


async def test_a_clock_wakes_sleepers_in_order_each_at_its_own_time() -> None:
    clock, woken = ManualClock(start=100.0), list[tuple[str, float]]()

    async def sleeper(name: str, *naps: float) -> None:
        for nap in naps:
            await clock.sleep(nap)
            woken.append((name, clock.time()))

    tasks = [asyncio.create_task(sleeper("a", 2.0, 1.0)), asyncio.create_task(sleeper("b", 1.0, 5.0))]
    await asyncio.sleep(0)
    await clock.advance(4.0)
    assert woken == [("b", 101.0), ("a", 102.0), ("a", 103.0)]
    await clock.advance(2.0)
    assert woken[-1] == ("b", 106.0)
    await asyncio.gather(*tasks)
    with pytest.raises(ValueError, match="backwards"):
        await clock.advance(-1)


async def test_a_gateway_that_does_not_run_says_so() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        _ = InProcessGateway().app


async def test_a_configuration_that_is_refused_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "onceward.toml").write_text('[guardrails.loud]\nguardrail = "shouting"\n')
    settings = load(tmp_path / "onceward.toml", {}, {"data_dir": str(tmp_path / "data"), "offline": True})
    monkeypatch.setattr("sqlite3.connect", lambda *_args, **_options: pytest.fail("the database was opened"))
    with pytest.raises(ConfigError, match=r"guardrails\.loud"):
        async with InProcessGateway(settings):
            pass
