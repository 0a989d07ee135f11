"""Answers kept in Redis: shared by all nodes, bounded in bytes, and missed by nobody while Redis is unavailable."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from onceward_gateway.cache.redis_store import RedisStore
from onceward_gateway.config.load import ConfigError, load
from onceward_gateway.core.errors import ApiError

from ..routing.kit import Bench
from .kit import until


async def stores(nodes: Any, url: str, count: int, most: int = 10_000) -> list[Any]:
    made = []
    for _ in range(count):
        redis = nodes.redis(url)
        made.append(RedisStore(redis, most))
        await redis.start()
    return made


async def test_a_cached_response_is_found_by_other_nodes(shared_redis: Any, nodes: Any) -> None:
    first, second = await stores(nodes, shared_redis.url, 2)
    now = time.time()
    await first.put("k", "organization:a b", b"\x00body\xff", now, now + 60)
    assert await second.find("k", now) == b"\x00body\xff"
    assert await second.find("k", now + 61) is None
    assert await second.find("other", now) is None
    await second.put("k", "organization:a b", b"new", now, now + 60)
    assert await first.find("k", now) == b"new"
    assert await first.size() == (1, 3)


async def test_a_scope_is_forgotten_alone(shared_redis: Any, nodes: Any) -> None:
    (store,) = await stores(nodes, shared_redis.url, 1, most=1_000_000)
    now = time.time()
    for number in range(450):
        await store.put(f"k{number}", f"caller:{number % 2}", b"x", now, now + 60)
    assert await store.delete(["k0", "k1", "k2", "none"], "caller:0") == 2
    assert await store.delete(["k1", "k1"], None) == 1
    assert await store.delete_all("caller:0") == 223
    assert await store.find("k3", now) == b"x"
    assert await store.size() == (224, 224)
    assert await store.delete_all("nobody's") == 0
    assert await store.delete_all(None) == 224
    assert await store.size() == (0, 0)


async def test_the_bytes_stay_within_their_bound_and_add_up(shared_redis: Any, nodes: Any) -> None:
    (store,) = await stores(nodes, shared_redis.url, 1, most=5_000)
    chance, now = random.Random(5), time.time()
    for _ in range(400):
        key = f"k{chance.randrange(40)}"
        if chance.random() < 0.15:
            await store.delete([key], chance.choice([None, "s0", "s1"]))
        else:
            now += chance.random()
            body = b"x" * chance.randrange(1, 900)
            await store.put(key, f"s{chance.randrange(3)}", body, now, now + chance.choice([5, 60]))
        count, held = await store.size()
        assert held <= 5_000
        kept = [await store.find(f"k{number}", 0) for number in range(40)]
        assert sum(len(body) for body in kept if body is not None) == held
        assert sum(body is not None for body in kept) == count


async def test_entries_that_redis_evicted_are_tolerated(shared_redis: Any, nodes: Any) -> None:
    (store,) = await stores(nodes, shared_redis.url, 1, most=1_000)
    redis, now = store._redis, time.time()
    await store.put("k", "s", b"x" * 600, now, now + 60)
    await redis.ask("DEL", redis.prefix + "cache:index")
    await store.put("l", "s", b"x" * 600, now, now + 60)
    await store.put("m", "s", b"x" * 600, now, now + 60)
    assert await store.find("m", now) == b"x" * 600
    await redis.ask("DEL", redis.prefix + "cache:answer:m")
    assert await store.find("m", now) is None
    assert await store.delete(["m"], None) == 0


async def test_nothing_is_kept_for_longer_than_its_time(shared_redis: Any, nodes: Any) -> None:
    (store,) = await stores(nodes, shared_redis.url, 1)
    now = time.time()
    await store.put("k", "s", b"x", now, now + 30)
    left = await store._redis.ask("PTTL", store._redis.prefix + "cache:answer:k")
    assert 25_000 < left <= 30_000


# -- a gateway

CONFIG = """
[storage]
redis_url = "{url}"
[cache]
kind = "redis"
[providers.a]
base_url = "{provider}/v1"
[models]
"m" = "a/model"
"""


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        made = Bench(tmp_path, stack)
        await made.provider("a")
        yield made


async def test_calls_miss_the_cache_while_redis_is_down(bench: Bench, redis_server: Any) -> None:
    a = bench.providers["a"]
    await bench.start(CONFIG.format(url=redis_server.url, provider=a.url))
    marks = [(await bench.chat()).headers["x-onceward-cache"] for _ in range(2)]
    assert marks == ["miss", "hit"]
    assert (await bench.http.get("/cache/ping")).json()["status"] == "healthy"
    redis_server.kill()
    marks = [(await bench.chat()).headers["x-onceward-cache"] for _ in range(2)]
    assert marks == ["miss", "miss"]
    assert len(a.seen) == 3
    ping = (await bench.http.get("/cache/ping")).json()
    assert (ping["status"], ping["cache_type"], ping["ping_response"]) == ("unhealthy", "redis", False)
    assert "cannot be reached" in ping["error"]
    flushed = await bench.http.post("/cache/flushall")
    assert flushed.status_code == 503
    assert flushed.json()["error"]["code"] == "cache_unavailable"
    assert flushed.headers["retry-after"] == "2"
    redis_server.start()
    redis = bench.gateway.redis
    assert redis is not None
    await until(lambda: redis.available)
    marks = [(await bench.chat()).headers["x-onceward-cache"] for _ in range(2)]
    assert marks == ["miss", "hit"]
    assert (await bench.http.post("/cache/flushall")).json()["deleted"] == 1


async def test_an_unavailable_store_finds_nothing_and_deletes_nothing(redis_server: Any, nodes: Any) -> None:
    (store,) = await stores(nodes, redis_server.url, 1)
    redis_server.kill()
    now = time.time()
    await store.put("k", "s", b"x", now, now + 30)
    assert await store.find("k", now) is None
    for asked in (store.delete(["k"], None), store.delete_all(None), store.delete_all("s"), store.size()):
        with pytest.raises(ApiError) as refused:
            await asked
        assert refused.value.code == "cache_unavailable"


def test_without_a_redis_it_cannot_be_there(tmp_path: Path) -> None:
    file = tmp_path / "onceward.toml"
    file.write_text('[cache]\nkind = "redis"\n')
    with pytest.raises(ConfigError, match=r"`cache.kind` is 'redis', which needs a Redis. Write where it is"):
        load(file, {})
