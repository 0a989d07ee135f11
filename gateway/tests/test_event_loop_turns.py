"""Many that wait for one event, and many that are served at once, leave turns of the event loop to others."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

from onceward_gateway.calls.event_stream import EventStream, Subscriber
from onceward_gateway.core.call_record import CallRecord
from onceward_gateway.offline import handler


class _Turns:
    """Counts the turns of the event loop, and what happens in each."""

    def __init__(self) -> None:
        self.seen: Counter[int] = Counter()
        self._turn = 0
        self._count()

    def _count(self) -> None:
        self._turn += 1
        asyncio.get_running_loop().call_soon(self._count)

    def note(self) -> None:
        self.seen[self._turn] += 1


async def test_the_clients_of_one_call_are_woken_a_slice_at_a_time() -> None:
    feed = EventStream(CallRecord("call_1", "me", "chat", "m", "p", "in_progress", True, "k", 1, "req", 0.0))
    turns, read = _Turns(), list[int]()

    async def client() -> None:
        listener = Subscriber(0, takes_faults=False)
        feed.join(listener)
        while not feed.done:
            await listener.wait()
            turns.note()
            feed.take(listener)
        read.append(listener.position)

    tasks = [asyncio.create_task(client()) for _ in range(500)]
    await asyncio.sleep(0)
    feed.frames.append(b"one")
    feed.wake()
    await asyncio.sleep(0)
    # Requests that arrive while they are woken also reach those that were woken before.
    feed.frames.append(b"two")
    feed.done = True
    feed.wake()
    async with asyncio.timeout(5):
        await asyncio.gather(*tasks)
    assert read == [2] * 500
    assert max(turns.seen.values()) <= 50


async def test_a_turn_of_many_models_is_as_long_as_that_of_one() -> None:
    turns = _Turns()

    def source() -> Iterator[Any]:
        for at in range(100):
            yield {"at": at}

    async def read(emissions: AsyncIterator[Any]) -> int:
        count = 0
        async for _ in emissions:
            turns.note()
            count += 1
        return count

    counts = await asyncio.gather(*(read(handler._in_turns(source(), in_thread=False)) for _ in range(40)))
    assert counts == [100] * 40
    # In the first turn each source does not know yet of those that begin behind it.
    assert max(list(turns.seen.values())[1:]) <= 64 + 40
    assert handler._taking_turns == set()
