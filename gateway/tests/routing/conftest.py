"""The bench of the routing tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from .kit import Bench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """Providers `a`, `b` and `c`, and a gateway that is started by the test."""
    async with AsyncExitStack() as stack:
        made = Bench(tmp_path, stack)
        for name in "abc":
            await made.provider(name)
        yield made
