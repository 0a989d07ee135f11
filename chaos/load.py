"""The clients of a run: `python -m chaos.load PLAN` calls the gateway by the Python SDK until its input ends.

Each client draws its calls from the seed and its own name, and journals what it begins and how that ends. Some are
asynchronous in one loop, some synchronous in threads of their own.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

import headgate
from headgate import AsyncHeadgate, Backoff, Headgate, Timeout

from .journal import Began, Journal, Made, Seen
from .watch import Watch, fault_of
from .work import ACCOUNTS, ADMIN, Ask, draw

__all__ = ["Plan", "TOTAL_SECONDS", "client_options"]

TOTAL_SECONDS = 40.0
"""The clock of a whole call, with all its retries."""
_CALLS_A_CONNECTION = 6
_SPREE_CALLS = 12
_SPREE_BUDGET = 0.000_04
_LEAVE_AFTER = 4
_PAUSE = 0.2


class Plan(msgspec.Struct, frozen=True):
    """What one process of clients is told."""

    name: str
    seed: int
    url: str
    admin_key: str
    keys: dict[str, str]
    journal: str
    tasks: int
    threads: int


def client_options(url: str, key: str) -> dict[str, Any]:
    """How every client of a run is set up: quick to notice a dead node, and patient on the whole."""
    return {
        "base_url": url,
        "api_key": key,
        "max_retries": 15,
        "backoff": Backoff(base=0.1, cap=2.0),
        "max_retry_after": 5.0,
        "timeout": Timeout(connect=2.0, pool=5.0, first_byte=6.0, idle=5.0, total=TOTAL_SECONDS),
    }


class Clients:
    """What the clients of one process share."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.journal = Journal(Path(plan.journal))
        self.over = threading.Event()

    def asks(self, name: str) -> Iterator[Ask]:
        """The calls of one client, until the run is over."""
        source = random.Random(f"{self.plan.seed}:{name}")
        for number in itertools.takewhile(lambda _: not self.over.is_set(), itertools.count()):
            yield draw(source, f"{name}.{number}")

    def options(self, account: str) -> dict[str, Any]:
        return client_options(self.plan.url, self.plan.keys[account])

    def begin(self, ask: Ask, turn: int) -> Watch:
        self.journal.write(Began(ask.marker, turn, ask.key, time.time(), TOTAL_SECONDS, ask))
        return Watch(ask, turn)


class AsyncClient:
    """One client in the loop. Its connections are renewed now and then, so that it meets every node."""

    def __init__(self, clients: Clients, name: str) -> None:
        self._clients = clients
        self._name = name

    async def run(self) -> None:
        asks = self._clients.asks(self._name)
        if self._name.endswith("t0"):
            await self._sprees()
            return
        while True:
            async with AsyncPool(self._clients) as one, AsyncPool(self._clients) as other:
                for _ in range(_CALLS_A_CONNECTION):
                    ask = next(asks, None)
                    if ask is None:
                        return
                    await self._make(ask, one, other)

    async def _make(self, ask: Ask, one: AsyncPool, other: AsyncPool) -> None:
        if ask.manner == "twice":
            await asyncio.gather(self._call(ask, 0, one.of(ask.account)), self._call(ask, 1, other.of(ask.account)))
            return
        succeeded = await self._call(ask, 0, one.of(ask.account))
        if succeeded and ask.manner == "again":
            await self._call(ask, 1, other.of(ask.account))

    async def _call(self, ask: Ask, turn: int, client: AsyncHeadgate) -> bool:
        watch = self._clients.begin(ask, turn)
        try:
            left = await (_streamed(ask, watch, client) if ask.stream else _whole(ask, watch, client))
        except headgate.SDKError as error:
            self._clients.journal.write(watch.failed(error))
            return False
        self._clients.journal.write(watch.left() if left else watch.whole())
        return not left

    async def _sprees(self) -> None:
        """Again and again: a new key with money for a few calls, and more calls than that at once."""
        for number in itertools.takewhile(lambda _: not self._clients.over.is_set(), itertools.count()):
            alias = f"{self._name}.spree{number}"
            source = random.Random(f"{self._clients.plan.seed}:{alias}")
            key = await self._made(alias)
            if key is not None:
                options = client_options(self._clients.plan.url, key)
                asks = [draw(source, f"{alias}.{at}", account=alias) for at in range(_SPREE_CALLS)]
                await asyncio.gather(*(self._spent(ask, options) for ask in asks))
            await asyncio.sleep(_PAUSE)

    async def _made(self, alias: str) -> str | None:
        """A key with a small budget; None if it could not be made."""
        plan, journal, wanted = self._clients.plan, self._clients.journal, f"chaos-{alias}"
        journal.write(Began(alias, 0, wanted, time.time(), TOTAL_SECONDS))
        async with AsyncHeadgate(**client_options(plan.url, plan.admin_key)) as admin:
            try:
                made = await admin.key.generate(key_alias=alias, max_budget=_SPREE_BUDGET, idempotency_key=wanted)
            except headgate.SDKError as error:
                journal.write(Seen(alias, 0, wanted, ADMIN, "error", time.time(), fault=fault_of(error)))
                return None
        journal.write(Seen(alias, 0, wanted, ADMIN, "whole", time.time(), text=made.key_id))
        journal.write(Made("key", made.key_id, round(_SPREE_BUDGET * 1e9), alias))
        return made.key

    async def _spent(self, ask: Ask, options: dict[str, Any]) -> None:
        async with AsyncHeadgate(**options) as client:
            await self._call(ask, 0, client)


class AsyncPool:
    """A client for each account, all of them new."""

    def __init__(self, clients: Clients) -> None:
        self._made = {name: AsyncHeadgate(**clients.options(name)) for name in ACCOUNTS}

    def of(self, account: str) -> AsyncHeadgate:
        return self._made[account]

    async def __aenter__(self) -> AsyncPool:
        return self

    async def __aexit__(self, *error: object) -> None:
        for client in self._made.values():
            await client.close()


async def _whole(ask: Ask, watch: Watch, client: AsyncHeadgate) -> bool:
    if ask.kind == "embed":
        watch.answer(await client.embeddings.create(**ask.parameters(), idempotency_key=ask.key))
    else:
        watch.answer(await client.chat.completions.create(**ask.parameters(), idempotency_key=ask.key))
    return False


async def _streamed(ask: Ask, watch: Watch, client: AsyncHeadgate) -> bool:
    """True if the client left before the end."""
    async with await client.chat.completions.create(**ask.parameters(), idempotency_key=ask.key) as stream:
        watch.opened(stream)
        async for chunk in stream:
            watch.chunk(chunk, stream.last_event_id)
            if ask.manner == "leave" and watch.events == _LEAVE_AFTER:
                return True
        watch.opened(stream)
    return False


class SyncClient:
    """One client in a thread."""

    def __init__(self, clients: Clients, name: str) -> None:
        self._clients = clients
        self._name = name

    def run(self) -> None:
        for ask in self._clients.asks(self._name):
            turns = 2 if ask.manner in ("again", "twice") else 1
            for turn in range(turns):
                with Headgate(**self._clients.options(ask.account)) as client:
                    if not self._call(ask, turn, client):
                        break

    def _call(self, ask: Ask, turn: int, client: Headgate) -> bool:
        watch = self._clients.begin(ask, turn)
        try:
            left = self._streamed(ask, watch, client) if ask.stream else self._whole(ask, watch, client)
        except headgate.SDKError as error:
            self._clients.journal.write(watch.failed(error))
            return False
        self._clients.journal.write(watch.left() if left else watch.whole())
        return not left

    def _whole(self, ask: Ask, watch: Watch, client: Headgate) -> bool:
        if ask.kind == "embed":
            watch.answer(client.embeddings.create(**ask.parameters(), idempotency_key=ask.key))
        else:
            watch.answer(client.chat.completions.create(**ask.parameters(), idempotency_key=ask.key))
        return False

    def _streamed(self, ask: Ask, watch: Watch, client: Headgate) -> bool:
        with client.chat.completions.create(**ask.parameters(), idempotency_key=ask.key) as stream:
            watch.opened(stream)
            for chunk in stream:
                watch.chunk(chunk, stream.last_event_id)
                if ask.manner == "leave" and watch.events == _LEAVE_AFTER:
                    return True
            watch.opened(stream)
        return False


async def main(plan: Plan) -> None:
    """Run all clients; when the input ends, each ends the call it is at and goes."""
    clients = Clients(plan)
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(plan.threads + 1) as pool:
        loop.run_in_executor(pool, sys.stdin.read).add_done_callback(lambda _: clients.over.set())
        try:
            await asyncio.gather(
                *(AsyncClient(clients, f"{plan.name}t{number}").run() for number in range(plan.tasks)),
                *(
                    loop.run_in_executor(pool, SyncClient(clients, f"{plan.name}s{number}").run)
                    for number in range(plan.threads)
                ),
            )
        finally:
            clients.over.set()
    clients.journal.close()


if __name__ == "__main__":
    asyncio.run(main(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Plan)))
