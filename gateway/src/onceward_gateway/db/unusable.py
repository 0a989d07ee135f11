"""Errors of SQLite while a file is opened, upgraded or copied, in words that name the file and the next step."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import DAMAGED, problem_of_sqlite
from .interface import StorageError

__all__ = ["opening", "unusable"]


def unusable(path: Path, error: Exception) -> StorageError:
    """Return the error of a database file that cannot be opened."""
    if problem_of_sqlite(error) is DAMAGED:
        remedy = "Restore a backup, or choose another `data_dir`."
    else:
        remedy = "Check that the folder can be written and that no other gateway uses it, or choose another `data_dir`."
    return StorageError(f"The database {str(path)!r} cannot be opened: {error}. {remedy}")


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """Raise `StorageError` for an error of SQLite within the block."""
    try:
        yield
    except sqlite3.Error as error:
        raise unusable(path, error) from error
