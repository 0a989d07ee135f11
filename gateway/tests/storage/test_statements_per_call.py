"""SQL statements and transactions of a call on SQLite: they only go down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from ..databases import on_postgres
from ..routing.kit import Bench

pytestmark = pytest.mark.skipif(on_postgres(), reason="The statements are traced by SQLite.")
MASTER = {"Authorization": "Bearer sk-master-0123456789abcdef"}
CONFIG = """
[auth]
mode = "required"
api_keys = ["sk-master-0123456789abcdef"]
[prices."a/m"]
input_per_million = 1000.0
output_per_million = 2000.0
[providers.a]
base_url = "{url}/v1"
api_key = "k"
"""
CALLS = 32


@pytest.fixture
async def ready(tmp_path: Path) -> AsyncIterator[tuple[Bench, dict[str, str]]]:
    """A gateway, and a key with limits and a budget that was used before."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path, stack)
        await bench.provider("a")
        await bench.start(CONFIG.format(url=bench.providers["a"].url))
        limits = {"max_budget": 500.0, "rpm_limit": 100_000, "tpm_limit": 10_000_000}
        made = await bench.http.post("/key/generate", json=limits, headers=MASTER)
        assert made.status_code == 200, made.text
        key = {"Authorization": f"Bearer {made.json()['key']}"}
        assert (await bench.chat("a/m", headers=key)).status_code == 200
        await bench.gateway.db.flush()
        yield bench, key


def traced(bench: Bench) -> list[str]:
    """Return the list to which statements are added when they are executed."""
    statements: list[str] = []
    db: Any = bench.gateway.db
    db._file.connection.set_trace_callback(lambda text: statements.append(" ".join(text.split())))
    return statements


async def test_a_call_at_a_time(ready: tuple[Bench, dict[str, str]]) -> None:
    bench, key = ready
    statements = traced(bench)
    for _ in range(CALLS):
        assert (await bench.chat("a/m", headers=key)).status_code == 200
    # The record before the provider is asked is one statement; the end is a transaction of eight. Sweeps run besides.
    assert len(statements) < 9.5 * CALLS, statements[:20]
    assert statements.count("COMMIT") < 1.25 * CALLS
    assert not [one for one in statements if one.startswith("SAVEPOINT")]


async def test_calls_at_the_same_time(ready: tuple[Bench, dict[str, str]]) -> None:
    bench, key = ready
    statements = traced(bench)
    provider = bench.providers["a"]
    provider.gate = asyncio.Event()
    calls = [asyncio.create_task(bench.chat("a/m", headers=key)) for _ in range(CALLS)]
    await provider.saw(1 + CALLS)
    # All of them wait for longer than it takes until a running call gets a row beside its record, if it needs one.
    await asyncio.sleep(0.3)
    provider.gate.set()
    for answer in await asyncio.gather(*calls):
        assert answer.status_code == 200
    await bench.gateway.db.flush()
    # Three rows each, and the sums once a commit.
    assert len(statements) <= 6 * CALLS, statements[-40:]
    assert not [one for one in statements if one.startswith("INSERT INTO hold")]
    assert not [one for one in statements if one.startswith("SAVEPOINT")]
