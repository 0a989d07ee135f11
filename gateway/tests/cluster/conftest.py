"""Clients of a Redis for the tests of what nodes share."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from onceward_gateway.cluster.redis_bus import RedisBus
from onceward_gateway.core.urls import StoreUrl
from onceward_gateway.redis.address import address_of
from onceward_gateway.redis.client import Redis


class Nodes:
    """Makes the connections of several nodes, and ends them."""

    def __init__(self) -> None:
        self.prefix = f"test:{uuid.uuid4().hex}:"
        self._parts: list[Any] = []

    def redis(self, url: str, patience: float = 0.25) -> Redis:
        redis = Redis(address_of(StoreUrl(url)), prefix=self.prefix, patience=patience)
        self._parts.append(redis)
        return redis

    def bus(self, redis: Redis) -> RedisBus:
        bus = RedisBus(redis)
        self._parts.append(bus)
        return bus

    async def started(self, url: str) -> tuple[Redis, RedisBus]:
        redis = self.redis(url)
        bus = self.bus(redis)
        await redis.start()
        await bus.start()
        return redis, bus

    async def stop(self) -> None:
        for part in reversed(self._parts):
            await part.stop()


@pytest.fixture
async def nodes() -> AsyncIterator[Nodes]:
    made = Nodes()
    yield made
    await made.stop()
