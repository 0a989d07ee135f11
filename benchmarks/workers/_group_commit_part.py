"""The batch that ends a call, written by the gateway's group commit, and by transactions of their own."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from _load import Loads, Subject, at_once
from _pool_part import SIZE, opened_peer

from onceward_gateway.billing import sql
from onceward_gateway.config.load import Settings
from onceward_gateway.config.storage import StorageSettings
from onceward_gateway.core.urls import StoreUrl
from onceward_gateway.db import Batch, open_database, prepare
from onceward_gateway.db.statements import numbered

__all__ = ["SUBJECTS"]

_CALLERS = {"alone": 1, "sixteen": 16, "many": 256}
_COST, _RESERVED = 1_250_000, 4_000_000
_MODEL, _TEAM, _ORGANIZATION = "gpt-5-mini", "team-platform", "org-acme"
_PATIENCE_SECONDS = 600.0
_TEXTS = {
    "principal": "key:0123",
    "key_alias": "production",
    "team_id": _TEAM,
    "organization_id": _ORGANIZATION,
    "operation": "chat.completions.create",
    "model": _MODEL,
    "model_served": _MODEL,
    "deployment": "gpt-5-mini-eu",
    "provider": "openai",
    "status": "completed",
    "hour": "",
    "node": "node-1",
}
_NULLABLE = ("idempotency_key", "user_id", "customer", "band", "account", "error_status", "error_code", "error_message")
_WRITTEN = "SELECT (SELECT COUNT(*) FROM usage), spent FROM budget_window WHERE id = %s"
_NULLS = frozenset((*_NULLABLE, "first_token_ms", "tags", "api_base", "cache_key", "metadata"))


def _settings(url: str, folder: str) -> Settings:
    storage = StorageSettings(
        database_url=StoreUrl(url),
        pool_size=SIZE,
        write_timeout_seconds=_PATIENCE_SECONDS,
        statement_timeout_seconds=_PATIENCE_SECONDS,
        connect_timeout_seconds=_PATIENCE_SECONDS,
    )
    return Settings(data_dir=Path(folder), storage=storage)


def _batch(caller: int) -> Batch:
    """Return the end of a call: its usage record, the sums of its owners, its budgets and its reservation."""
    call, key, now = f"call_{uuid.uuid4().hex}", f"key-{caller:03d}", time.time()
    values: dict[str, Any] = dict.fromkeys(sql.USAGE_COLUMNS, 0) | dict.fromkeys(_NULLS) | _TEXTS
    values |= {"id": f"{call}.1", "call_id": call, "attempt": 1, "request_id": f"req_{call}", "key_id": key}
    values |= {"prompt_tokens": 420, "completion_tokens": 180, "total_tokens": 600, "cost_nano": _COST, "priced": 1}
    values |= {"started_at": now - 1, "ended_at": now, "latency_ms": 1000}
    batch = Batch(once=sql.ADD_USAGE.statement([values[column] for column in sql.USAGE_COLUMNS]))
    for scope, id in (("key", key), ("organization", _ORGANIZATION), ("team", _TEAM)):
        batch.add_shared(("spend_total", scope, id, _MODEL), sql.ADD_TOTAL, (scope, id, _MODEL, _COST))
    for scope, id in (("key", key), ("team", _TEAM)):
        window = (scope, id, "", 0.0)
        batch.add_shared(("budget_window", scope, id), sql.SETTLE_HELD, (call, _RESERVED, _COST, 0, *window))
    batch.add(sql.DROP_HOLD, (call,))
    batch.add_shared(("key_use", key), sql.KEY_USED, (key, now))
    return batch


@asynccontextmanager
async def own(url: str) -> AsyncIterator[Loads]:
    """The gateway's database: one connection writes all that came meanwhile in one pipelined transaction."""
    with tempfile.TemporaryDirectory() as folder:
        settings = _settings(url, folder)
        prepare(settings)
        database = open_database(settings)
        await database.open()
        for scope, id in (("team", _TEAM), *(("key", f"key-{caller:03d}") for caller in range(256))):
            await database.write(sql.OPEN_WINDOW, (scope, id, "", 0.0, None, None))

        async def write(caller: int) -> None:
            await database.write_batch(_batch(caller))

        try:
            yield {name: at_once(write, count) for name, count in _CALLERS.items()}
        finally:
            await database.close()
    await _require_written(url)


async def _require_written(url: str) -> None:
    """Check that every record was counted against its budget."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute(_WRITTEN, (_TEAM,))
        rows = await cursor.fetchall()
    assert rows
    assert rows[0][1] == rows[0][0] * _COST, rows


@asynccontextmanager
async def transactions(url: str, *, pipelined: bool = False) -> AsyncIterator[Loads]:
    """A transaction for each batch on a connection of psycopg_pool; `pipelined` uses psycopg's pipeline mode."""
    # Opens the schema and the windows.
    async with own(url):
        pass
    async with opened_peer(url) as pool:

        async def execute(connection: Any, batch: Batch) -> None:
            assert batch.once is not None
            for statement, parameters in (batch.once, *batch.ordered()):
                await connection.execute(numbered(statement), parameters)

        async def write(caller: int) -> None:
            batch = _batch(caller)
            async with pool.connection() as connection:
                if pipelined:
                    async with connection.pipeline(), connection.transaction():
                        await execute(connection, batch)
                else:
                    async with connection.transaction():
                        await execute(connection, batch)

        yield {name: at_once(write, count) for name, count in _CALLERS.items()}
    await _require_written(url)


SUBJECTS: dict[str, Subject] = {
    "onceward": own,
    "transactions": transactions,
    "pipelined": partial(transactions, pipelined=True),
}
