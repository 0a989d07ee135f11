"""Checkpoints of an SQLite file: what was committed moves from the write-ahead log into the file, in a thread.

SQLite would do it within a commit, while the event loop waits. A checkpoint beside the commits never quite reaches the
log's end while there are more of them, and then the log grows: once it is long, the event loop moves the short rest,
after which the log starts again from its beginning.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from .interface import StorageUnavailable

__all__ = ["Checkpoints"]

_log = logging.getLogger("onceward_gateway")
# A checkpoint is made after so many rows were changed, or when the log's file has grown so much.
_ROWS = 4000
_GROWTH_BYTES = 16 << 20
# The file is looked at once in so many commits.
_COMMITS = 32
# A log of so many pages is longer than it should be: 64 MiB.
_MOST_PAGES = 16_384
# The size that SQLite cuts the log's file to when it starts again.
_KEPT_BYTES = 16 << 20


class Checkpoints:
    """Makes checkpoints for one connection, which writes and whose own checkpoints are turned off.

    `require_files` raises `StorageUnavailable` if the file at `path` is not the one that the connection has open: the
    log must not be moved into another file, such as a backup that was put in its place.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, require_files: Callable[[], None]) -> None:
        self._path = path
        self._require_files = require_files
        self._log_path = f"{path}-wal"
        self._connection = connection
        self._running: asyncio.Future[int] | None = None
        self._rows = connection.total_changes
        self._commits = 0
        self._size = 0
        self._is_long = False
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA journal_size_limit = {_KEPT_BYTES}")

    def committed(self) -> None:
        """Start a checkpoint if there is enough to move. Called after each commit, outside a transaction."""
        if self._is_long:
            self._finish()
        if self._running is not None:
            return
        self._commits += 1
        if self._connection.total_changes - self._rows >= _ROWS or (
            self._commits % _COMMITS == 0 and self._has_grown()
        ):
            self._start()

    def _has_grown(self) -> bool:
        size = self._file_size()
        return size - self._size >= _GROWTH_BYTES

    def _file_size(self) -> int:
        try:
            return os.stat(self._log_path).st_size
        except OSError:
            return 0

    def _start(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            # No loop runs while the gateway is being composed: a later commit starts it.
            return
        self._rows, self._size = self._connection.total_changes, self._file_size()
        try:
            self._require_files()
        except StorageUnavailable:
            # The next write reports it.
            return
        self._running = loop.run_in_executor(None, self._move)
        self._running.add_done_callback(self._moved)

    def _move(self) -> int:
        """Move what can be moved beside readers and writers; return the pages that the log has."""
        with closing(sqlite3.connect(self._path.absolute().as_uri() + "?mode=rw", uri=True)) as connection:
            connection.execute("PRAGMA busy_timeout = 0")
            _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            return int(pages)

    def _moved(self, moving: asyncio.Future[int]) -> None:
        self._running = None
        if moving.cancelled():
            return
        error = moving.exception()
        if error is not None:
            _log.warning("no checkpoint of the database %s could be made: %s", self._path, error)
        elif moving.result() > _MOST_PAGES:
            self._is_long = True
            self._finish()

    def _finish(self) -> None:
        """Move the rest, which is short just after a checkpoint, so that the next write starts the log again."""
        if self._connection.in_transaction:
            # After its commit.
            return
        self._is_long = False
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    async def close(self) -> None:
        """Make a last checkpoint, so that closing the connection leaves little to do."""
        while self._running is not None:
            await asyncio.wait([self._running])
            await asyncio.sleep(0)
        try:
            self._require_files()
            await asyncio.to_thread(self._move)
        except (sqlite3.Error, StorageUnavailable) as error:
            _log.warning("no checkpoint of the database %s could be made: %s", self._path, error)
