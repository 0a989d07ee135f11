"""Storage: one asynchronous port over SQLite (one process) and PostgreSQL (many nodes).

`prepare` brings the schema up to date before the loop runs, `open_database` gives the database of the settings.
"""

from __future__ import annotations

from .factory import open_database, prepare
from .increments import Increment, RowKey
from .interface import (
    AlreadyDone,
    Batch,
    Database,
    Row,
    Statement,
    StorageError,
    StorageUnavailable,
    Unstorable,
)
from .sqlite import SqliteDatabase

__all__ = [
    "AlreadyDone",
    "Batch",
    "Database",
    "Increment",
    "Row",
    "RowKey",
    "SqliteDatabase",
    "Statement",
    "StorageUnavailable",
    "StorageError",
    "Unstorable",
    "open_database",
    "prepare",
]
