"""One gateway for each test of the sweep, in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .kit import Swept, swept
from .tenants import Tenants, tenants


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Swept]:
    async with swept(tmp_path) as made:
        yield made


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Tenants]:
    async with tenants(tmp_path) as made:
        yield made
