"""Shared by all clients of a run: options, calls, journal, and how a call is made."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

import onceward
from onceward import AsyncOnceward, Backoff, Timeout

from .journal import Began, Journal
from .watch import Watch
from .work import Ask, draw

__all__ = ["LEAVE_AFTER", "TOTAL_SECONDS", "Clients", "Plan", "call", "client_options"]

TOTAL_SECONDS = 40.0
"""The timeout of a whole call, with all its retries."""
LEAVE_AFTER = 4
"""The number of events after which a client leaves its stream early."""


class Plan(msgspec.Struct, frozen=True):
    """The settings of one process of clients."""

    name: str
    seed: int
    url: str
    admin_key: str
    keys: dict[str, str]
    journal: str
    tasks: int
    threads: int


def client_options(url: str, key: str) -> dict[str, Any]:
    """Return the options of every client of a run: short timeouts for a dead node, and many retries."""
    return {
        "base_url": url,
        "api_key": key,
        "max_retries": 15,
        "backoff": Backoff(base=0.1, cap=2.0),
        "max_retry_after": 5.0,
        "timeout": Timeout(connect=2.0, pool=5.0, first_byte=6.0, idle=5.0, total=TOTAL_SECONDS),
    }


class Clients:
    """State shared by the clients of one process."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.journal = Journal(Path(plan.journal))
        self.over = threading.Event()

    def asks(self, name: str) -> Iterator[Ask]:
        """Yield the calls of one client, until the run is over."""
        source = random.Random(f"{self.plan.seed}:{name}")
        for number in itertools.takewhile(lambda _: not self.over.is_set(), itertools.count()):
            yield draw(source, f"{name}.{number}")

    def options(self, account: str) -> dict[str, Any]:
        return client_options(self.plan.url, self.plan.keys[account])

    def begin(self, ask: Ask, turn: int) -> Watch:
        self.journal.write(Began(ask.marker, turn, ask.key, time.time(), TOTAL_SECONDS, ask))
        return Watch(ask, turn)


async def call(clients: Clients, ask: Ask, turn: int, client: AsyncOnceward) -> bool:
    """Make a call, write it to the journal, and return whether it succeeded."""
    watch = clients.begin(ask, turn)
    try:
        left = await (_streamed(ask, watch, client) if ask.stream else _whole(ask, watch, client))
    except onceward.SDKError as error:
        clients.journal.write(watch.failed(error))
        return False
    clients.journal.write(watch.left() if left else watch.whole())
    return not left


async def _whole(ask: Ask, watch: Watch, client: AsyncOnceward) -> bool:
    if ask.kind == "embed":
        watch.answer(await client.embeddings.create(**ask.parameters(), idempotency_key=ask.key))
    else:
        watch.answer(await client.chat.completions.create(**ask.parameters(), idempotency_key=ask.key))
    return False


async def _streamed(ask: Ask, watch: Watch, client: AsyncOnceward) -> bool:
    """Return True if the client left before the end."""
    async with await client.chat.completions.create(**ask.parameters(), idempotency_key=ask.key) as stream:
        watch.opened(stream)
        async for chunk in stream:
            watch.chunk(chunk, stream.last_event_id)
            if ask.manner == "leave" and watch.events == LEAVE_AFTER:
                return True
        watch.opened(stream)
    return False
