"""Reads of an SQLite file beside its writer, for a thread, and the room that its disk has left."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from .interface import Row

__all__ = ["free_bytes", "read"]


def read(path: Path, sql: str, parameters: Sequence[Any]) -> list[Row]:
    """Return all rows of a query, on a connection of its own."""
    # By its URI, so that a file that is not there is not made.
    address = path.absolute().as_uri() + "?mode=rw"
    with closing(sqlite3.connect(address, isolation_level=None, uri=True)) as connection:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA busy_timeout = 5000")
        return connection.execute(sql, parameters).fetchall()


def free_bytes(folder: Path) -> int | None:
    """Return the bytes that are free for this user on a folder's disk; None where that is unknown."""
    try:
        found = os.statvfs(folder)
    except (AttributeError, OSError):
        return None
    return found.f_bavail * found.f_frsize
