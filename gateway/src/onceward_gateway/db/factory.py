"""From the settings to a database."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from .interface import Database, StorageError
from .private import private_folder, tighten
from .schema import upgrade_sqlite
from .sqlite import SqliteDatabase
from .sqlite_lock import keep_alone

if TYPE_CHECKING:
    from ..config.load import Settings

__all__ = ["open_database", "prepare"]


def prepare(settings: Settings) -> None:
    """Check that the database can be used and bring its schema up to date. Runs before the loop.

    Raises `StorageError` for one that cannot be used, with what to do.
    """
    try:
        private_folder(settings.data_dir)
    except OSError as error:
        raise StorageError(
            f"The folder {str(settings.data_dir)!r} cannot be made: {error.strerror}. Choose another `data_dir`."
        ) from error
    if settings.database_url.is_sqlite:
        with closing(keep_alone(settings.database)):
            upgrade_sqlite(settings.database)
            tighten(settings.database)
    else:
        from .postgres_schema import prepare_postgres

        prepare_postgres(settings.database_url, settings.storage)


def open_database(settings: Settings) -> Database:
    """Return the database of the settings. `await database.open()` connects it; `prepare` ran before."""
    if settings.database_url.is_sqlite:
        return SqliteDatabase(settings.database, synchronous=settings.storage.synchronous)
    from .postgres import PostgresDatabase

    return PostgresDatabase(settings.database_url, settings.storage)
