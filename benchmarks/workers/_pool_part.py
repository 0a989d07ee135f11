"""Connections to PostgreSQL lent by the gateway's pool, and by psycopg_pool."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from typing import Any

import psycopg
from _load import Loads, Subject, at_once

from onceward_gateway.db.pool import Pool

__all__ = ["SIZE", "SUBJECTS", "opened_peer"]

# The gateway's default.
SIZE = 10
_SECONDS = 60.0
_CALLERS = {"alone": 1, "sixteen": 16, "hundred": 100}


async def _connect(url: str) -> psycopg.AsyncConnection[Any]:
    connection = await psycopg.AsyncConnection.connect(url, autocommit=True, cursor_factory=psycopg.AsyncRawCursor)
    connection.prepare_threshold = 1
    return connection


@asynccontextmanager
async def own(url: str) -> AsyncIterator[Loads]:
    """The gateway's pool, which looks at a connection's socket before it lends it."""
    pool = Pool(partial(_connect, url), SIZE, _SECONDS)

    async def check_out(_: int) -> None:
        await pool.give_back(await pool.take())

    async def select(_: int) -> None:
        connection = await pool.take()
        try:
            await connection.execute("SELECT 1")
        finally:
            await pool.give_back(connection)

    # As many connections as the peer opens at its start.
    lent = [await pool.take() for _ in range(SIZE)]
    for connection in lent:
        await pool.give_back(connection)
    try:
        yield {"checkout": at_once(check_out, 1)} | {name: at_once(select, count) for name, count in _CALLERS.items()}
    finally:
        await pool.close()


@asynccontextmanager
async def opened_peer(url: str, *, check: bool = False) -> AsyncIterator[Any]:
    """A pool of psycopg_pool with the same connections; `check` asks the server before each is lent."""

    async def configure(connection: psycopg.AsyncConnection[Any]) -> None:
        connection.prepare_threshold = 1

    kind = import_module("psycopg_pool").AsyncConnectionPool
    pool = kind(
        url,
        kwargs={"autocommit": True, "cursor_factory": psycopg.AsyncRawCursor},
        min_size=SIZE,
        max_size=SIZE,
        timeout=_SECONDS,
        configure=configure,
        check=kind.check_connection if check else None,
        open=False,
    )
    await pool.open(wait=True, timeout=_SECONDS)
    try:
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def psycopg_pool(url: str, *, check: bool = False) -> AsyncIterator[Loads]:
    """psycopg_pool, which by default lends a connection as it came back."""
    async with opened_peer(url, check=check) as pool:

        async def check_out(_: int) -> None:
            async with pool.connection():
                pass

        async def select(_: int) -> None:
            async with pool.connection() as connection:
                await connection.execute("SELECT 1")

        yield {"checkout": at_once(check_out, 1)} | {name: at_once(select, count) for name, count in _CALLERS.items()}


SUBJECTS: dict[str, Subject] = {
    "onceward": own,
    "psycopg_pool": psycopg_pool,
    "psycopg_pool, checked": partial(psycopg_pool, check=True),
}
