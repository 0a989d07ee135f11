"""From the settings to a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .sqlite import SqliteDatabase

if TYPE_CHECKING:
    from ..config import Settings

__all__ = ["open_database", "prepare"]


def prepare(settings: Settings) -> None:
    """Check that the database can be used and bring its schema up to date. Runs before the loop."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)


def open_database(settings: Settings) -> SqliteDatabase:
    """The database of the settings."""
    return SqliteDatabase(settings.database, synchronous=settings.storage.synchronous)
