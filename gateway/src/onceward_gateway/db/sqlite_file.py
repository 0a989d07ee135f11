"""An open SQLite file: its connection, its lock against other processes, its checkpoints, and its faults."""

from __future__ import annotations

import secrets
import sqlite3
from pathlib import Path
from typing import Literal

from .errors import (
    FULL,
    UNAVAILABLE,
    StorageProblem,
    problem_of_sqlite,
)
from .interface import StorageError, StorageUnavailable, Unstorable
from .presence import DatabaseFiles
from .private import tighten
from .sqlite_checkpoints import Checkpoints
from .sqlite_lock import keep_alone
from .sqlite_log import forget_log, note_log, set_log_aside
from .sqlite_reader import free_bytes
from .unusable import unusable

__all__ = ["FAULTS", "SqliteFile"]

# A disk with less room than this is full: the next answers do not fit.
_LEAST_FREE_BYTES = 1 << 20
_MOST_IDENTITY = (1 << 31) - 1
# Not every value that SQLite refuses raises an error of its own: numbers beyond 64 bits, texts of lone surrogates.
FAULTS = (sqlite3.Error, OverflowError, ValueError)
# The driver looks for an adapter of each NULL and each blob, and the search that finds none costs more than writing the
# row. These adapters return the same value.
sqlite3.register_adapter(type(None), dict[None, None]().get)
sqlite3.register_adapter(bytes, bytes)


class SqliteFile:
    """A database file in WAL mode and its one connection. No other process may use the file meanwhile.

    `files` checks that the files are still those that were opened.
    """

    def __init__(self, path: Path, synchronous: Literal["normal", "full"]) -> None:
        self.path = path
        self._lock = keep_alone(path)
        tighten(path)
        self.connection = sqlite3.connect(str(path), isolation_level=None, cached_statements=256)
        try:
            self.connection.execute("PRAGMA busy_timeout = 1000")
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute(f"PRAGMA synchronous = {'FULL' if synchronous == 'full' else 'NORMAL'}")
            self.connection.execute("PRAGMA foreign_keys = ON")
            self.checkpoints = Checkpoints(path, self.connection, lambda: self.files.require(at_once=True))
            identity = self._identity()
            # From here on the loop waits, and not SQLite, which would keep everybody waiting.
            self.connection.execute("PRAGMA busy_timeout = 0")
            self.files = DatabaseFiles(path, identity)
            if self.files.header is not None:
                note_log(path, self.files.header)
        except (sqlite3.Error, OSError) as error:
            self.connection.close()
            self._lock.close()
            raise unusable(path, error) from error

    def _identity(self) -> int:
        """Return the number in the file's header that no other database has, drawn where it has none yet."""
        (identity,) = self.connection.execute("PRAGMA application_id").fetchone()
        self.connection.execute("BEGIN IMMEDIATE")
        if not identity:
            identity = secrets.randbelow(_MOST_IDENTITY) + 1
            self.connection.execute(f"PRAGMA application_id = {identity:d}")
        self.connection.execute("COMMIT")
        # The header is read in the file, and not in the log.
        self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        return int(identity)

    def require_room(self) -> None:
        """Raise `StorageUnavailable` if the disk is as good as full."""
        free = free_bytes(self.path.parent)
        if free is not None and free < _LEAST_FREE_BYTES:
            raise StorageUnavailable(
                f"The disk of the database {str(self.path)!r} is full: {free} bytes are free.", FULL
            )

    def fault(self, error: Exception) -> StorageError:
        """Return the failure of a statement as the error that callers handle."""
        if problem_of_sqlite(error) is not None:
            return StorageUnavailable(
                f"The database {str(self.path)!r} cannot be used now: {error}.", self.problem(error)
            )
        if isinstance(error, sqlite3.Error):
            return StorageError(f"The database {str(self.path)!r} could not do what was asked: {error}.")
        return Unstorable(f"The database {str(self.path)!r} cannot keep a value: {error}.", str(error))

    def problem(self, error: Exception) -> StorageProblem:
        """Return the kind of a fault. An I/O error of SQLite may be a disk without room."""
        free = free_bytes(self.path.parent)
        return FULL if free is not None and free < _LEAST_FREE_BYTES else problem_of_sqlite(error) or UNAVAILABLE

    def close(self) -> None:
        """Close the connection, and then what other processes wait for."""
        # SQLite writes its log into the file that it has open, and deletes it, only if that file is in its place.
        leaves_log = self.files.leaves_log()
        self.connection.close()
        self.files.close()
        if leaves_log:
            set_log_aside(self.path)
        forget_log(self.path)
        self._lock.close()
