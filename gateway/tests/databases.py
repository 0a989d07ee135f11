"""The databases that tests run on: `ONCEWARD_TEST_DATABASE` says `sqlite` (default) or `postgresql`.

A folder has one database: asked for again, it is the same one, as it was left. Every new one is a copy of a template,
so that no test waits for the schema. `ONCEWARD_TEST_POSTGRES` is the address of a server that may be used; without it,
one is started.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from onceward_gateway.config.load import Settings
from onceward_gateway.config.storage import StorageSettings
from onceward_gateway.core.urls import StoreUrl
from onceward_gateway.db import (
    Database,
    open_database,
    prepare,
)
from onceward_gateway.db.statements import numbered

from .servers import PostgresServer

__all__ = ["database_in", "environ_for", "leave", "on_postgres", "rows_of", "settings_for", "url_for"]

_TEMPLATE = f"onceward_template_{os.getpid()}"
# Objects to remove when the run ends. Parallel workers exit without running `atexit` handlers.
_leaving = ExitStack()


def leave() -> None:
    """Remove every database that was made here, and the server that was started for them."""
    _leaving.close()


def on_postgres() -> bool:
    """Return whether this run uses PostgreSQL."""
    kind = os.environ.get("ONCEWARD_TEST_DATABASE", "sqlite")
    assert kind in ("sqlite", "postgresql"), f"ONCEWARD_TEST_DATABASE is {kind!r}"
    return kind == "postgresql"


def url_for(folder: Path, kind: str | None = None) -> StoreUrl:
    """The database of a folder with the schema in it, of the kind that this run is on if none is given."""
    if on_postgres() if kind is None else kind == "postgresql":
        return StoreUrl(_created(folder.resolve()))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "gateway.db"
    if not file.exists():
        shutil.copy(_sqlite_template(), file)
    return StoreUrl(f"sqlite:///{file}")


def settings_for(folder: Path, **changes: Any) -> Settings:
    """Settings of a gateway in this folder, on the folder's database."""
    return Settings(data_dir=folder, storage=StorageSettings(database_url=url_for(folder)), **changes)


def database_in(folder: Path) -> Database:
    """The folder's database; `await database.open()` before it is used."""
    return open_database(settings_for(folder))


def environ_for(folder: Path) -> dict[str, str]:
    """Return the environment with which a gateway process uses the database of this `data_dir`."""
    url = url_for(folder)
    return {} if url.is_sqlite else {"ONCEWARD_GATEWAY_DATABASE_URL": url.reveal()}


def rows_of(folder: Path, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return the rows in the database of a directory, read directly."""
    url = url_for(folder)
    if url.is_sqlite:
        with closing(sqlite3.connect(f"file:{url.path}?mode=ro", uri=True)) as connection:
            return connection.execute(query, parameters).fetchall()
    with psycopg.connect(url.reveal(), cursor_factory=psycopg.RawCursor) as connection:
        return connection.execute(numbered(query), parameters).fetchall()


@cache
def _sqlite_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="onceward-template-"))
    _leaving.callback(shutil.rmtree, folder, ignore_errors=True)
    settings = Settings(data_dir=folder)
    prepare(settings)
    return settings.database


@cache
def _server() -> str:
    """The address of the server, without a database."""
    given = os.environ.get("ONCEWARD_TEST_POSTGRES")
    if given:
        split = urlsplit(given)
        return f"{split.scheme}://{split.netloc}"
    server = PostgresServer()
    _leaving.callback(server.remove)
    return server.start().url().removesuffix("/postgres")


def _execute(statement: sql.Composed) -> None:
    with psycopg.connect(f"{_server()}/postgres", autocommit=True) as connection:
        connection.execute(statement)


@cache
def _postgres_template() -> str:
    _execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(_TEMPLATE)))
    _execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
    _leaving.callback(_drop, _TEMPLATE)
    storage = StorageSettings(database_url=StoreUrl(f"{_server()}/{_TEMPLATE}"))
    prepare(Settings(data_dir=Path(tempfile.gettempdir()), storage=storage))
    return _TEMPLATE


@cache
def _created(folder: Path) -> str:
    name = f"onceward_{os.getpid()}_{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
    parts = sql.Identifier(name), sql.Identifier(_postgres_template())
    _execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*parts))
    _leaving.callback(_drop, name)
    return f"{_server()}/{name}"


def _drop(name: str) -> None:
    _execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
