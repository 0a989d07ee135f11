"""A script run by the gateway's Redis client, and by redis-py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from _load import Loads, Subject, at_once

from onceward_gateway.core.urls import StoreUrl
from onceward_gateway.redis.address import address_of
from onceward_gateway.redis.client import Redis
from onceward_gateway.redis.script import Script

__all__ = ["SUBJECTS"]

_SOURCE = "return redis.call('INCRBY', KEYS[1], ARGV[1])"
_TOGETHER = 100
# Under callgrind everything takes fifty times as long.
_PATIENCE_SECONDS = 60.0


@asynccontextmanager
async def own(url: str) -> AsyncIterator[Loads]:
    """The gateway's client. It sends together what is asked within one tick, so there is no pipeline to build."""
    client = Redis(address_of(StoreUrl(url)), patience=_PATIENCE_SECONDS)
    script = client.register(Script.of(_SOURCE))
    await client.start()

    async def call(number: int) -> None:
        await client.run(script, [f"own:{number}"], 1)

    async def together(times: int) -> None:
        for _ in range(times // _TOGETHER):
            await asyncio.gather(*[client.run(script, [f"own:{number}"], 1) for number in range(_TOGETHER)])

    try:
        yield {"alone": at_once(call, 1), "hundred": at_once(call, _TOGETHER), "pipeline": together}
    finally:
        await client.stop()


@asynccontextmanager
async def redis_py(url: str) -> AsyncIterator[Loads]:
    """redis-py with its pool of connections, and hiredis as its parser."""
    client = import_module("redis.asyncio").Redis.from_url(url)
    sha = await client.script_load(_SOURCE)

    async def call(number: int) -> None:
        await client.evalsha(sha, 1, f"peer:{number}", 1)

    async def together(times: int) -> None:
        for _ in range(times // _TOGETHER):
            pipeline = client.pipeline(transaction=False)
            for number in range(_TOGETHER):
                pipeline.evalsha(sha, 1, f"peer:{number}", 1)
            await pipeline.execute()

    try:
        yield {"alone": at_once(call, 1), "hundred": at_once(call, _TOGETHER), "pipeline": together}
    finally:
        await client.aclose()


SUBJECTS: dict[str, Subject] = {"onceward": own, "redis-py": redis_py}
