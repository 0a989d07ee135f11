"""A fake gateway and clients of it, with time that passes by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from onceward import AsyncOnceward, Onceward
from onceward.testing import FakeGateway, ManualClock


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    with FakeGateway() as running:
        yield running


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(auto=True)


@pytest.fixture
def client(gateway: FakeGateway, clock: ManualClock) -> Iterator[Onceward]:
    with Onceward(base_url=gateway.url, clock=clock) as made:
        yield made


@pytest.fixture
async def aclient(gateway: FakeGateway, clock: ManualClock) -> AsyncIterator[AsyncOnceward]:
    async with AsyncOnceward(base_url=gateway.url, clock=clock) as made:
        yield made
