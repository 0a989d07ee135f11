"""Cooldowns: a failure at one node also counts at the others."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from ..routing.kit import Bench
from .kit import until


class Nodes:
    """Two nodes with one Redis, in front of the same providers `a` and `b`; `a` is asked first."""

    def __init__(self, folder: Path, stack: AsyncExitStack, redis_url: str) -> None:
        self.first, self.second = Bench(folder / "first", stack), Bench(folder / "second", stack)
        self.environ = {"ONCEWARD_GATEWAY_REDIS_URL": redis_url}
        self.prefix = f"test:{uuid.uuid4().hex}:"

    async def start(self, *benches: Bench, cooldown: float = 30) -> None:
        lines = [f'[storage]\nredis_prefix = "{self.prefix}"']
        lines += [f"[routing]\nallowed_fails = 1\ncooldown_seconds = {cooldown}"]
        for order, (name, provider) in enumerate(self.first.providers.items()):
            lines += [f'[providers.{name}]\nbase_url = "{provider.url}/v1"']
            lines += [f'[deployments.{name}]\nmodel_name = "m"\nmodel = "{name}/model"\norder = {order}']
        for bench in benches or (self.first, self.second):
            bench._folder.mkdir(exist_ok=True)
            await bench.start("\n".join(lines), self.environ)

    def rests(self, bench: Bench, name: str = "a") -> float:
        return bench.gateway.breakers.seconds_open(name)


@pytest.fixture
async def nodes(tmp_path: Path, redis_server: Any) -> AsyncIterator[Nodes]:
    async with AsyncExitStack() as stack:
        made = Nodes(tmp_path, stack, redis_server.url)
        for name in "ab":
            await made.first.provider(name)
        yield made


async def test_cooldowns_begin_and_end_on_all_nodes(nodes: Nodes) -> None:
    await nodes.start()
    a = nodes.first.providers["a"]
    a.fails(500)
    assert (await nodes.first.chat()).headers["x-onceward-deployment"] == "b"
    await until(lambda: 15 < nodes.rests(nodes.second) <= 30)
    for _ in range(3):
        assert (await nodes.second.chat()).headers["x-onceward-deployment"] == "b"
    assert len(a.seen) == 1, "the second node never asked it"
    # The time is over at the first node only; what answers there is called at the second again.
    a.well()
    nodes.first.clock.turned += 31
    assert (await nodes.first.chat()).headers["x-onceward-deployment"] == "a"
    await until(lambda: not nodes.rests(nodes.second))
    assert (await nodes.second.chat()).headers["x-onceward-deployment"] == "a"


async def test_retry_after_applies_on_all_nodes(nodes: Nodes) -> None:
    await nodes.start()
    nodes.first.providers["a"].fails(429, headers={"retry-after": "120"})
    await nodes.first.chat()
    await until(lambda: 105 < nodes.rests(nodes.second) <= 120)


async def test_a_node_that_starts_later_knows_it(nodes: Nodes) -> None:
    await nodes.start(nodes.first)
    nodes.first.providers["a"].fails(500)
    await nodes.first.chat()
    await nodes.start(nodes.second)
    assert 10 < nodes.rests(nodes.second) <= 30
    assert (await nodes.second.chat()).headers["x-onceward-deployment"] == "b"
    assert len(nodes.first.providers["a"].seen) == 1


async def test_the_redis_key_of_a_cooldown_expires_with_it(nodes: Nodes) -> None:
    await nodes.start(nodes.first, cooldown=0.2)
    nodes.first.providers["a"].fails(500)
    await nodes.first.chat()
    redis = nodes.first.gateway.redis
    assert redis is not None
    assert 0 < await redis.ask("PTTL", f"{nodes.prefix}cooldown:a") <= 200


async def test_cooldowns_that_began_during_an_outage_are_published_afterwards(nodes: Nodes, redis_server: Any) -> None:
    await nodes.start()
    first, second = nodes.first.gateway, nodes.second.gateway
    redis_server.kill()
    await until(lambda: not (first.bus.connected or second.bus.connected))
    nodes.first.providers["a"].fails(500)
    assert (await nodes.first.chat()).headers["x-onceward-deployment"] == "b"
    assert not nodes.rests(nodes.second)
    redis_server.start()
    await until(lambda: nodes.rests(nodes.second) > 10)
