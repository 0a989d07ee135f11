"""Clients that make more than single calls: concurrent calls on a small budget, and batches."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec

import onceward
from onceward import AsyncOnceward, BatchRequest

from .clients import TOTAL_SECONDS, Clients, call, client_options
from .journal import Began, Made, Seen, Usage
from .watch import fault_of
from .work import ADMIN, Ask, draw

__all__ = ["BATCH_SECONDS", "Batches", "Sprees"]

BATCH_SECONDS = 180.0
"""The maximum time that a client waits for a batch."""
_SPREE_CALLS = 12
_SPREE_BUDGET = 0.000_04
_LINES = 6
_ACCOUNT = "free"
_PAUSE = 0.2
_POLL = 0.5


class _Rounds:
    """A repeated activity with a separate name for each round."""

    def __init__(self, clients: Clients, name: str) -> None:
        self._clients = clients
        self._name = name

    def _names(self) -> Iterator[tuple[str, random.Random]]:
        """Yield a name for each round, and its random numbers."""
        for number in itertools.takewhile(lambda _: not self._clients.over.is_set(), itertools.count()):
            name = f"{self._name}{number}"
            yield name, random.Random(f"{self._clients.plan.seed}:{name}")

    def _client(self, key: str) -> AsyncOnceward:
        return AsyncOnceward(**client_options(self._clients.plan.url, key))

    def _begin(self, name: str, within: float) -> str:
        """Record the start of something other than a call; return its idempotency key."""
        key = f"chaos-{name}"
        self._clients.journal.write(Began(name, 0, key, time.time(), within))
        return key

    def _end(self, name: str, key: str, error: onceward.SDKError | None = None, text: str = "") -> None:
        fault = None if error is None else fault_of(error)
        end = "whole" if error is None else "error"
        self._clients.journal.write(Seen(name, 0, key, ADMIN, end, time.time(), text=text, fault=fault))


class Sprees(_Rounds):
    """Create a key with a budget for a few calls, and make more calls concurrently."""

    async def run(self) -> None:
        for alias, source in self._names():
            secret = await self._made(alias)
            if secret is not None:
                asks = [draw(source, f"{alias}.{number}", account=alias) for number in range(_SPREE_CALLS)]
                await asyncio.gather(*(self._spent(ask, secret) for ask in asks))
            await asyncio.sleep(_PAUSE)

    async def _made(self, alias: str) -> str | None:
        """Return the secret of a key with a small budget; None if it could not be created."""
        key = self._begin(alias, TOTAL_SECONDS)
        async with self._client(self._clients.plan.admin_key) as admin:
            try:
                made = await admin.key.generate(key_alias=alias, max_budget=_SPREE_BUDGET, idempotency_key=key)
            except onceward.SDKError as error:
                self._end(alias, key, error)
                return None
        self._end(alias, key, text=made.key_id)
        self._clients.journal.write(Made("key", made.key_id, round(_SPREE_BUDGET * 1e9), alias))
        return made.key

    async def _spent(self, ask: Ask, secret: str) -> None:
        async with self._client(secret) as client:
            await call(self._clients, ask, 0, client)


class Batches(_Rounds):
    """Create a batch, which any node may run, and read its results when it is done."""

    async def run(self) -> None:
        for name, source in self._names():
            key = self._begin(name, BATCH_SECONDS + 3 * TOTAL_SECONDS)
            asks = [_line(source, f"{name}.{number}") for number in range(_LINES)]
            try:
                async with self._client(self._clients.plan.keys[_ACCOUNT]) as client:
                    await self._batch(client, name, asks)
            except onceward.SDKError as error:
                self._end(name, key, error)
            else:
                self._end(name, key)
            await asyncio.sleep(_PAUSE)

    async def _batch(self, client: AsyncOnceward, name: str, asks: list[Ask]) -> None:
        requests = [BatchRequest(ask.parameters(), custom_id=ask.marker) for ask in asks]
        batch = await client.batches.create_from(requests, metadata={"name": name})
        keys = {ask.marker: f"{batch.id}:{number}" for number, ask in enumerate(asks, 1)}
        journal = self._clients.journal
        for ask in asks:
            within = BATCH_SECONDS + 2 * TOTAL_SECONDS
            journal.write(Began(ask.marker, 0, keys[ask.marker], time.time(), within, ask))
        try:
            await client.batches.wait(batch.id, poll=_POLL, timeout=BATCH_SECONDS)
            answers = await client.batches.results(batch.id)
        except onceward.SDKError as error:
            for ask in asks:
                journal.write(_seen(ask, keys[ask.marker], error))
            raise
        for ask in asks:
            # A line without a response never ends.
            if ask.marker in answers:
                answer = answers[ask.marker]
                journal.write(_seen(ask, keys[ask.marker], answer.error or answer.value))


def _line(source: random.Random, marker: str) -> Ask:
    return replace(draw(source, marker, account=_ACCOUNT), kind="count", stream=False, manner="once")


def _seen(ask: Ask, key: str, answer: Any) -> Seen:
    """Return the result of one line: its response or its error."""
    seen = Seen(ask.marker, 0, key, ask.account, "error", time.time())
    if isinstance(answer, onceward.SDKError):
        return msgspec.structs.replace(seen, fault=fault_of(answer))
    call_id = "call_" + answer.id.removeprefix("chatcmpl-")
    return msgspec.structs.replace(
        seen,
        end="whole",
        text=answer.choices[0].message.content,
        call_id=call_id,
        calls=(call_id,),
        usage=Usage(answer.usage.prompt_tokens, answer.usage.completion_tokens),
        attempts=1,
    )
