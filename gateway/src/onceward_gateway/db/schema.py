"""Bringing a database's schema up to date, before the loop runs.

Alembic and SQLAlchemy are imported only when there is something to do: a gateway whose schema is current starts
without them.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from .interface import StorageError
from .unusable import opening

__all__ = ["head", "is_current", "migrate_sqlite", "revisions", "sqlite_version", "upgrade_sqlite", "upgrade_with"]

_MIGRATIONS = Path(__file__).parent / "migrations"


def revisions() -> list[str]:
    """Return the ids of all revisions, oldest first: they are named by number, and the chain has no branches."""
    return sorted(file.stem for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def head() -> str:
    """Return the revision that this gateway works with."""
    return revisions()[-1]


def is_current(version: str | None, where: str) -> bool:
    """Return whether a database at `version` needs nothing. One that a newer gateway made is refused."""
    known = revisions()
    if version is not None and version not in known:
        raise StorageError(
            f"The database {where} has the schema `{version}`, and this gateway knows it only up to `{known[-1]}`: a "
            "newer one has used it. Install that version of onceward-gateway, or restore a backup from before."
        )
    return version == known[-1]


def upgrade_with(dialect: str, connect: Callable[[], Any], where: str) -> None:
    """Take every step that is missing, each in its own transaction."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import NullPool

    engine = create_engine(dialect, creator=connect, poolclass=NullPool)
    if dialect.startswith("sqlite"):
        # The driver would begin a transaction before rows change, and none before tables do.
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except (SQLAlchemyError, CommandError) as error:
        raise StorageError(
            f"The schema of the database {where} could not be brought up to `{head()}`: {error}. "
            "It is as it was before the step that failed. Correct the cause and start again."
        ) from error
    finally:
        engine.dispose()


def upgrade_sqlite(path: Path) -> None:
    """Bring a file up to date. The caller holds its lock."""
    with opening(path):
        version = sqlite_version(path)
        if is_current(version, repr(str(path))):
            return
        if version is None and _is_empty(path):
            _make(path)
        else:
            migrate_sqlite(path)


def migrate_sqlite(path: Path) -> None:
    """Take every step that a file has not taken."""
    upgrade_with("sqlite://", lambda: sqlite3.connect(str(path), isolation_level=None), repr(str(path)))


def _is_empty(path: Path) -> bool:
    with closing(sqlite3.connect(str(path), isolation_level=None)) as connection:
        (tables,) = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    return bool(tables == 0)


def _make(path: Path) -> None:
    """Give an empty file all its tables, in one transaction."""
    with closing(sqlite3.connect(str(path), isolation_level=None)) as connection:
        try:
            connection.executescript((_MIGRATIONS / "new_file.sql").read_text(encoding="utf-8"))
        except sqlite3.Error as error:
            raise StorageError(
                f"The tables of the new database {str(path)!r} could not be made: {error}. "
                "Correct the cause and start again."
            ) from error


def sqlite_version(path: Path) -> str | None:
    """Return the revision of a file, or None for one without."""
    connection = sqlite3.connect(str(path), isolation_level=None)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        # There is no such table.
        return None
    finally:
        connection.close()
    return None if row is None else str(row[0])
