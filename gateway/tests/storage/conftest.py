"""Databases of both kinds, and a PostgreSQL that a test may stop and kill."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from onceward_gateway.config.load import Settings
from onceward_gateway.config.storage import StorageSettings
from onceward_gateway.core.urls import StoreUrl
from onceward_gateway.db import Database, open_database
from onceward_gateway.db.postgres import PostgresDatabase

from ..databases import url_for
from ..servers import PostgresServer, postgres_programs

TABLES = (
    "CREATE TABLE note (id BIGINT PRIMARY KEY, text TEXT, at DOUBLE PRECISION, data BYTEA)",
    "CREATE TABLE counter (name TEXT PRIMARY KEY, total BIGINT NOT NULL)",
    "INSERT INTO counter (name, total) VALUES ('a', 0), ('b', 0)",
)


def needs_postgres() -> None:
    if postgres_programs() is None and not os.environ.get("ONCEWARD_TEST_POSTGRES"):
        assert os.environ.get("CI") != "true", "PostgreSQL is not installed"
        pytest.skip("PostgreSQL is not installed")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.cluster)])
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An open database of each kind with the tables of the tests."""
    if request.param == "postgresql":
        needs_postgres()
    storage = StorageSettings(database_url=url_for(tmp_path, request.param), statement_timeout_seconds=5)
    database = open_database(Settings(data_dir=tmp_path, storage=storage))
    await database.open()
    for statement in TABLES:
        await database.write(statement)
    yield database
    await database.close()


class Cluster:
    """A server of a test's own, and nodes on it."""

    def __init__(self, server: PostgresServer, stack: AsyncExitStack) -> None:
        self.server = server
        self._stack = stack

    async def node(self, **settings: float) -> PostgresDatabase:
        storage = StorageSettings(**({"write_timeout_seconds": 20, "connect_timeout_seconds": 2} | settings))  # type: ignore[arg-type]  # numbers only
        database = PostgresDatabase(StoreUrl(self.server.url()), storage)
        await database.open()
        self._stack.push_async_callback(database.close)
        return database


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    """A server that a test may stop, if it starts it again."""
    needs_postgres()
    server = PostgresServer().start()
    yield server
    server.remove()


@pytest.fixture
async def cluster(postgres: PostgresServer) -> AsyncIterator[Cluster]:
    """Nodes on a server that may be stopped, with empty tables of the tests."""
    async with AsyncExitStack() as stack:
        made = Cluster(postgres, stack)
        first = await made.node()
        await first.write("DROP TABLE IF EXISTS note")
        await first.write("DROP TABLE IF EXISTS counter")
        for statement in TABLES:
            await first.write(statement)
        yield made
