"""The backlog while the database is locked: records are kept in memory, and no more calls are made than fit."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from onceward_gateway.calls import backlog
from onceward_gateway.db import sqlite_committer

from ..databases import on_postgres
from ..routing.kit import CHAT, Bench

pytestmark = pytest.mark.skipif(on_postgres(), reason="another process locks the file of SQLite")
CONFIG = '[auth]\nmode = "disabled"\n'
MOST = 4


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr(sqlite_committer, "_PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(backlog, "_MAX_BACKLOG", MOST)
    async with AsyncExitStack() as stack:
        made = Bench(tmp_path, stack)
        await made.start(CONFIG)
        yield made


@contextmanager
def locked(bench: Bench) -> Iterator[None]:
    other = sqlite3.connect(bench.gateway.settings.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def chat(bench: Bench, key: str | None = None) -> int:
    body = {"model": "onceward/echo", "messages": [{"role": "user", "content": "hi"}]}
    return (await bench.http.post(CHAT, json=body, headers={"Idempotency-Key": key} if key else {})).status_code


async def test_a_record_has_the_error_that_the_caller_received(bench: Bench) -> None:
    with locked(bench):
        assert [await chat(bench), await chat(bench, "k")] == [503, 503]
    await bench.gateway.db.flush()
    told = {call["idempotency_key"]: call for call in (await bench.http.get("/v1/calls")).json()["data"]}
    assert (told[None]["status"], told[None]["error"]["code"]) == ("failed", "storage_unavailable")
    # Its key gets the answer.
    assert told["k"]["status"] == "completed"
    used = await bench.gateway.db.query("SELECT status, error_code FROM usage ORDER BY status")
    assert used == [("completed", None), ("failed", "storage_unavailable")]


async def test_no_more_calls_are_made_than_records_are_kept(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "onceward_gateway")
    with locked(bench):
        assert [await chat(bench, f"k{at}" if at % 2 else None) for at in range(4 * MOST)] == [503] * 4 * MOST
        kept = bench.gateway.db.backlog
        assert MOST <= kept <= MOST + 2
    await bench.gateway.db.flush()
    assert await chat(bench) == 200
    told = [record.getMessage() for record in caplog.records]
    assert sum("new calls are refused until it is back" in one for one in told) == 1
    (refused,) = [int(one.split()[0]) for one in told if "calls were refused and not recorded" in one]
    ((made,),) = await bench.gateway.db.query("SELECT count(*) FROM call WHERE status <> 'in_progress'")
    assert refused > 0
    assert made + refused == 4 * MOST + 1


@pytest.mark.parametrize("key", ["", "once"])
async def test_a_refused_upload_leaves_nothing(bench: Bench, key: str) -> None:
    form: dict[str, Any] = {"files": {"file": ("a", b"x")}, "data": {"purpose": "user_data"}}
    headers = {"Idempotency-Key": key} if key else {}
    folder = bench.gateway.settings.data_dir / "files"
    with locked(bench):
        assert (await bench.http.post("/v1/files", headers=headers, **form)).status_code == 503
        assert list(folder.iterdir()) == []
    assert (await bench.http.post("/v1/files", headers=headers, **form)).status_code == 200
    assert len(list(folder.iterdir())) == 1
