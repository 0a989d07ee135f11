"""The clients of a run: `python -m chaos.load PLAN` calls the gateway with the Python SDK until its input ends.

Each client derives its calls from the seed and its name, and writes the start and end of each to its journal. Some are
asynchronous in one event loop, some synchronous in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

import onceward
from onceward import AsyncOnceward, Onceward

from .clients import LEAVE_AFTER, Clients, Plan, call, client_options
from .rounds import Batches, Sprees
from .watch import Watch
from .work import ACCOUNTS, Ask

__all__ = ["AsyncClient", "SyncClient", "main"]

_CALLS_A_CONNECTION = 6


class AsyncClient:
    """Run one asynchronous client. It reconnects now and then, so that it uses every node."""

    def __init__(self, clients: Clients, name: str) -> None:
        self._clients = clients
        self._name = name

    async def run(self) -> None:
        asks = self._clients.asks(self._name)
        while True:
            async with AsyncPool(self._clients) as one, AsyncPool(self._clients) as other:
                for _ in range(_CALLS_A_CONNECTION):
                    ask = next(asks, None)
                    if ask is None:
                        return
                    await self._make(ask, one, other)

    async def _make(self, ask: Ask, one: AsyncPool, other: AsyncPool) -> None:
        clients, account = self._clients, ask.account
        if ask.manner == "twice":
            await asyncio.gather(call(clients, ask, 0, one.of(account)), call(clients, ask, 1, other.of(account)))
            return
        succeeded = await call(clients, ask, 0, one.of(account))
        if succeeded and ask.manner == "again":
            await call(clients, ask, 1, other.of(account))


class AsyncPool:
    """Return a new client for each account."""

    def __init__(self, clients: Clients) -> None:
        self._made = {name: AsyncOnceward(**clients.options(name)) for name in ACCOUNTS}

    def of(self, account: str) -> AsyncOnceward:
        return self._made[account]

    async def __aenter__(self) -> AsyncPool:
        return self

    async def __aexit__(self, *error: object) -> None:
        for client in self._made.values():
            await client.close()


class SyncClient:
    """Run one client in a thread."""

    def __init__(self, clients: Clients, name: str) -> None:
        self._clients = clients
        self._name = name

    def run(self) -> None:
        for ask in self._clients.asks(self._name):
            turns = 2 if ask.manner in ("again", "twice") else 1
            for turn in range(turns):
                with Onceward(**self._clients.options(ask.account)) as client:
                    if not self._call(ask, turn, client):
                        break

    def _call(self, ask: Ask, turn: int, client: Onceward) -> bool:
        watch = self._clients.begin(ask, turn)
        try:
            left = self._streamed(ask, watch, client) if ask.stream else self._whole(ask, watch, client)
        except onceward.SDKError as error:
            self._clients.journal.write(watch.failed(error))
            return False
        self._clients.journal.write(watch.left() if left else watch.whole())
        return not left

    def _whole(self, ask: Ask, watch: Watch, client: Onceward) -> bool:
        if ask.kind == "embed":
            watch.answer(client.embeddings.create(**ask.parameters(), idempotency_key=ask.key))
        else:
            watch.answer(client.chat.completions.create(**ask.parameters(), idempotency_key=ask.key))
        return False

    def _streamed(self, ask: Ask, watch: Watch, client: Onceward) -> bool:
        with client.chat.completions.create(**ask.parameters(), idempotency_key=ask.key) as stream:
            watch.opened(stream)
            for chunk in stream:
                watch.chunk(chunk, stream.last_event_id)
                if ask.manner == "leave" and watch.events == LEAVE_AFTER:
                    return True
            watch.opened(stream)
        return False


async def _load_sdk() -> None:
    """Make a first call of each kind to a closed port, so that no recorded call loads modules."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        options = client_options(f"http://127.0.0.1:{bound.getsockname()[1]}/v1", "nobody") | {"max_retries": 0}
        async with AsyncOnceward(**options) as client:
            calls = (
                client.key.generate(key_alias="nobody"),
                client.chat.completions.create(model="nobody", messages=[{"role": "user", "content": "ping"}]),
                client.embeddings.create(model="nobody", input="ping"),
            )
            for made in calls:
                with contextlib.suppress(onceward.APIConnectionError):
                    await made


async def main(plan: Plan) -> None:
    """Run all clients; when the input ends, each finishes its current call and stops."""
    await _load_sdk()
    clients = Clients(plan)
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(plan.threads + 1) as pool:
        loop.run_in_executor(pool, sys.stdin.read).add_done_callback(lambda _: clients.over.set())
        try:
            await asyncio.gather(
                Sprees(clients, f"{plan.name}p").run(),
                Batches(clients, f"{plan.name}b").run(),
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
