"""The lock of an SQLite file: no second process uses it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from .private import create
from .sqlite_log import require_own_log
from .unusable import unusable

__all__ = ["keep_alone"]


def keep_alone(path: Path) -> sqlite3.Connection:
    """Lock the database for this process, and return the connection that holds the lock until it is closed.

    The running calls are known to this process alone: a second one would take them for dead. The lock is on a file
    beside the database, so that this process may read it by more than one connection. The system releases it when the
    process ends, however it ends. Nothing may open the database before: its log may be one of another file.
    """
    try:
        for file in (path, path.with_name(path.name + ".lock")):
            if not file.exists():
                create(file).close()
        lock = sqlite3.connect(f"{path}.lock", isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise unusable(path, error) from error
    try:
        lock.execute("PRAGMA busy_timeout = 1000")
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        lock.close()
        raise unusable(path, error) from error
    try:
        require_own_log(path)
    except BaseException:
        lock.close()
        raise
    return lock
