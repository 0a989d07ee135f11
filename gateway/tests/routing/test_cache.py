"""The response cache: the same question of the same people costs once."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from .kit import CHAT, ROLE, Bench, answer, chunk, text_of

KEYS = ["sk-" + letter * 20 for letter in "xy"]


def config(bench: Bench, *lines: str, kind: str = "memory") -> str:
    a = bench.providers["a"]
    return "\n".join(
        [
            *("[cache]", f'kind = "{kind}"', "ttl_seconds = 60", *lines),
            *("[providers.a]", f'base_url = "{a.url}/v1"', "[models]", '"m" = "a/model"'),
            *('[prices."a/model"]', "input_per_million = 1", "output_per_million = 1"),
            *bench.lines,
        ]
    )


@pytest.fixture(params=["memory", "database", pytest.param("redis", marks=pytest.mark.cluster)])
def kind(request: pytest.FixtureRequest, bench: Bench) -> str:
    if request.param == "redis":
        redis = request.getfixturevalue("shared_redis")
        bench.lines = ["[storage]", f'redis_url = "{redis.url}"', f'redis_prefix = "test:{uuid.uuid4().hex}:"']
    return str(request.param)


def unnumbered(text: str) -> str:
    return re.sub(r"^id: .*$", "id:", text, flags=re.MULTILINE)


async def test_a_whole_answer(bench: Bench, kind: str) -> None:
    await bench.start(config(bench, kind=kind))
    first, second = await bench.chat(), await bench.chat()
    assert (first.headers["x-onceward-cache"], second.headers["x-onceward-cache"]) == ("miss", "hit")
    assert first.content == second.content
    assert len(bench.providers["a"].seen) == 1
    assert (first.headers["x-cost-usd"], second.headers["x-cost-usd"]) == ("0.000012", "0")
    assert second.headers["x-total-tokens"] == "12"
    assert first.headers["x-onceward-call-id"] != second.headers["x-onceward-call-id"]
    record = (await bench.http.get(f"/v1/calls/{second.headers['x-onceward-call-id']}")).json()
    assert (record["status"], record["cost_usd"], record["model"]) == ("completed", 0, "model")


async def test_a_stream_is_replayed_as_a_stream(bench: Bench, kind: str) -> None:
    await bench.start(config(bench, kind=kind))
    first, second = await bench.chat(stream=True), await bench.chat(stream=True)
    assert (first.headers["x-onceward-cache"], second.headers["x-onceward-cache"]) == ("miss", "hit")
    assert unnumbered(first.text) == unnumbered(second.text)
    assert second.text.rstrip().endswith("data: [DONE]")
    call = second.headers["x-onceward-call-id"]
    assert f"id: {call}:1\n" in second.text
    record = (await bench.http.get(f"/v1/calls/{call}")).json()
    assert (record["cost_usd"], record["usage"]["total_tokens"]) == (0, 12)
    assert (await bench.chat()).headers["x-onceward-cache"] == "miss", "a whole answer is another one"
    assert len(bench.providers["a"].seen) == 2


async def test_different_requests_miss_the_cache(bench: Bench) -> None:
    await bench.start(config(bench))
    for more in (
        {},
        {"temperature": 0.5},
        {"messages": [{"role": "user", "content": "Hello?"}]},
        {"user": "somebody"},
        {"cache": {"namespace": "other"}},
        {"headers": {"x-onceward-region": "eu"}},
        {"model": "a/model"},
    ):
        assert (await bench.chat(**more)).headers["x-onceward-cache"] == "miss", more
    assert (await bench.chat(metadata={"run": "7"})).headers["x-onceward-cache"] == "hit"
    body = b'{"messages": [{"content": "Hello!", "role": "user"}],   "model": "m"}'
    reply = await bench.http.post(CHAT, content=body, headers={"content-type": "application/json"})
    assert reply.headers["x-onceward-cache"] == "hit", "the order of members and white space say nothing"


@pytest.mark.parametrize("asked", [{"headers": {"cache-control": "no-cache"}}, {"cache": {"no-cache": True}}])
async def test_no_cache_asks_again_and_keeps(bench: Bench, asked: dict[str, Any]) -> None:
    await bench.start(config(bench))
    await bench.chat()
    reply = await bench.chat(**asked)
    assert reply.headers["x-onceward-cache"] == "bypass"
    assert len(bench.providers["a"].seen) == 2
    assert "cache" not in bench.providers["a"].seen[1]
    assert (await bench.chat()).headers["x-onceward-cache"] == "hit"


@pytest.mark.parametrize("asked", [{"headers": {"cache-control": "x, No-Store"}}, {"cache": {"no-store": True}}])
async def test_no_store_keeps_nothing(bench: Bench, asked: dict[str, Any]) -> None:
    await bench.start(config(bench))
    assert (await bench.chat(**asked)).headers["x-onceward-cache"] == "miss"
    assert (await bench.chat()).headers["x-onceward-cache"] == "miss"
    assert (await bench.chat(**asked)).headers["x-onceward-cache"] == "hit"


async def test_time_to_live_and_age(bench: Bench, kind: str) -> None:
    await bench.start(config(bench, kind=kind))
    await bench.chat()
    bench.clock.turned += 30
    assert (await bench.chat(cache={"s-maxage": 31, "max-age": 60})).headers["x-onceward-cache"] == "hit"
    assert (await bench.chat(cache={"s-maxage": 29, "max-age": 60})).headers["x-onceward-cache"] == "miss"
    bench.clock.turned += 20
    assert (await bench.chat(headers={"cache-control": "max-age=10"})).headers["x-onceward-cache"] == "miss"
    bench.clock.turned += 50
    assert (await bench.chat()).headers["x-onceward-cache"] == "hit", "kept anew by the call before"
    bench.clock.turned += 61
    assert (await bench.chat(cache={"ttl": 5})).headers["x-onceward-cache"] == "miss"
    bench.clock.turned += 6
    assert (await bench.chat()).headers["x-onceward-cache"] == "miss"


async def test_failures_and_broken_streams_are_not_kept(bench: Bench) -> None:
    await bench.start(config(bench))
    a = bench.providers["a"]
    a.fails(500)
    assert (await bench.chat()).status_code == 502
    a.says(ROLE, chunk({"content": "Half"}))
    await bench.chat(stream=True)
    a.well()
    assert text_of(await bench.chat()) == "from a"
    assert text_of(await bench.chat(stream=True)) == "from a"


async def test_keys_do_not_share_unless_their_organization_does(bench: Bench) -> None:
    await bench.start(config(bench), {"ONCEWARD_GATEWAY_API_KEYS": ",".join(KEYS)})
    for key in KEYS:
        reply = await bench.chat(headers={"authorization": f"Bearer {key}"})
        assert reply.headers["x-onceward-cache"] == "miss"
    assert (await bench.chat(headers={"authorization": f"Bearer {KEYS[0]}"})).headers["x-onceward-cache"] == "hit"


async def test_a_callers_own_provider_key_stays_out(bench: Bench) -> None:
    await bench.start(config(bench))
    for _ in range(2):
        assert "x-onceward-cache" not in (await bench.chat(headers={"x-provider-key-a": "sk-own"})).headers
    assert (await bench.chat()).headers["x-onceward-cache"] == "miss"


async def test_off_by_default_and_opt_in(bench: Bench) -> None:
    await bench.start(config(bench, "opt_in = true"))
    assert "x-onceward-cache" not in (await bench.chat()).headers
    await bench.chat(cache={"use-cache": True})
    assert (await bench.chat(cache={"use-cache": True})).headers["x-onceward-cache"] == "hit"


async def test_wrong_controls_are_named(bench: Bench) -> None:
    await bench.start(config(bench))
    for wrong in ({"nocache": True}, {"ttl": "5"}, {"no-cache": 1}, {"namespace": 7}):
        reply = await bench.chat(cache=wrong)
        assert reply.status_code == 400, reply.text


async def test_it_stays_within_its_bytes(bench: Bench, kind: str) -> None:
    await bench.start(config(bench, "max_bytes = 3000", kind=kind))
    for number in range(40):
        await bench.chat(messages=[{"role": "user", "content": f"Question {number}"}])
    store = bench.gateway.cache.store
    assert store is not None
    count, size = await store.size()
    assert 1 <= count < 40
    assert size <= 3000
    assert (await bench.chat(messages=[{"role": "user", "content": "Question 39"}])).headers[
        "x-onceward-cache"
    ] == "hit"


async def test_the_same_idempotency_key_is_a_replay_and_not_a_hit(bench: Bench) -> None:
    await bench.start(config(bench))
    headers = {"Idempotency-Key": "k"}
    first, again = await bench.chat(headers=headers), await bench.chat(headers=headers)
    assert again.headers["x-onceward-replayed"] == "true"
    assert again.headers["x-onceward-call-id"] == first.headers["x-onceward-call-id"]
    assert (await bench.chat(headers={"Idempotency-Key": "l"})).headers["x-onceward-cache"] == "hit"
    assert first.json() == answer("from a")
