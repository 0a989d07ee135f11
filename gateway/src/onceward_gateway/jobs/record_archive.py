"""Expiry of usage and call records: archived in files if a folder is configured, then deleted.

A file is complete before its records are deleted, and while they are being deleted its name is in the database: a
gateway that starts after a crash deletes exactly the records of that file. So the archive has every deleted record.
It has one twice only if a node archived records that another node, without access to its files, had archived as well;
records have an `id`.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from ..config.records import RecordSettings
from ..core.clock import Clock
from ..core.usage import hour_of
from ..db import Database, Row, StorageError
from . import archive_sql as sql
from .archive_files import ids_in, write_archive

__all__ = ["RecordArchive"]

_log = logging.getLogger("onceward_gateway")
_INTERVAL_SECONDS = 3600.0
_LEASE_SECONDS = 600.0
# Records of one file, and of one transaction: SQLite deletes so many within a few milliseconds.
_FILE_RECORDS = 10_000
_DELETED_AT_ONCE = 100
_PAUSE_SECONDS = 0.02
_DAY_SECONDS = 86400.0
_HOUR_SECONDS = 3600.0
# A failure of the disk or of the database, after which it is tried again an hour later.
_FAILURES = (StorageError, OSError)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table whose rows expire: its columns, and the statements that delete rows."""

    name: str
    columns: tuple[str, ...]
    delete: tuple[str, ...]


_USAGE = _Table("usage", sql.USAGE_COLUMNS, sql.DELETE_USAGE)
_CALLS = _Table("call", sql.CALL_COLUMNS, sql.DELETE_CALLS)


class RecordArchive:
    """The archiving and deletion of expired records, by one node at a time."""

    def __init__(self, db: Database, clock: Clock, settings: RecordSettings, node: str) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._node = node

    async def run(self) -> None:
        """Archive what has expired, again and again."""
        while self._settings.retention_days is not None:
            for table in (_USAGE, _CALLS):
                try:
                    await self.archive(table.name)
                except _FAILURES as error:
                    _log.warning("expired records of `%s` are kept until later: %s", table.name, error)
                except Exception:  # noqa: BLE001 - it is tried again, whatever it was
                    _log.exception("expired records of `%s` could not be archived", table.name)
            await self._clock.sleep(_INTERVAL_SECONDS)

    async def archive(self, name: str) -> int:
        """Archive and delete the expired records of a table; return their number."""
        table = _USAGE if name == _USAGE.name else _CALLS
        days = self._settings.retention_days
        if days is None:
            return 0
        # Whole hours: their sums stay, and reports read these in place of the records.
        kept_from = (self._clock.time() - days * _DAY_SECONDS) // _HOUR_SECONDS * _HOUR_SECONDS
        claimed = await self._claim(table)
        if not claimed:
            return 0
        if claimed[0][0] is not None:
            await self._finish(table, str(claimed[0][0]))
        await self._db.write(sql.KEEP_FROM, (kept_from, table.name, kept_from))
        await self._db.flush()
        count = 0
        while rows := await self._expired(table, kept_from):
            if not await self._claim(table):
                break
            ids = [str(row[0]) for row in rows]
            await self._write(table, rows, ids)
            await self._delete(table, ids)
            count += len(ids)
        if count:
            _log.info("%d expired records of `%s` were archived or deleted", count, table.name)
        return count

    async def _claim(self, table: _Table) -> list[Row]:
        """Become the node that archives, or stay it; return its row, or nothing while another node does."""
        now = self._clock.time()
        rows = await self._db.changed(sql.CLAIM, (self._node, now + _LEASE_SECONDS, table.name, self._node, now))
        await self._db.flush()
        return rows

    async def _expired(self, table: _Table, kept_from: float) -> list[Row]:
        if table is _USAGE:
            return await self._db.query_in_thread(sql.EXPIRED_USAGE, (kept_from, _FILE_RECORDS))
        return await self._db.query_in_thread(sql.EXPIRED_CALLS, (_FILE_RECORDS, kept_from, _FILE_RECORDS))

    async def _write(self, table: _Table, rows: list[Row], ids: list[str]) -> None:
        """Write the file of these records, and its name to the database."""
        folder = self._settings.archive_dir
        if folder is None:
            return
        records = [dict(zip(table.columns, row, strict=True)) for row in rows]
        if table is _USAGE:
            for record in records:
                record["hour"] = hour_of(record["started_at"])
        name = f"{table.name}-{ids[0]}.jsonl.gz"
        await asyncio.to_thread(write_archive, folder, name, records)
        await self._db.write(sql.SET_PENDING, (name, table.name))
        await self._db.flush()

    async def _finish(self, table: _Table, name: str) -> None:
        """Delete the records of a file that was written before a crash."""
        folder = self._settings.archive_dir
        ids = None if folder is None else await asyncio.to_thread(ids_in, folder, name)
        if ids is None:
            _log.warning("the file %s is not in the archive of this node: what is left of it is archived again", name)
        await self._delete(table, ids or [])

    async def _delete(self, table: _Table, ids: list[str]) -> None:
        """Delete records in small transactions, so that calls wait for none of them."""
        for start in range(0, len(ids), _DELETED_AT_ONCE):
            some = ids[start : start + _DELETED_AT_ONCE]
            async with self._db.transaction():
                for statement in table.delete:
                    await self._db.write(sql.marks(statement, len(some)), some)
            await self._db.flush()
            await self._clock.sleep(_PAUSE_SECONDS)
        await self._db.write(sql.SET_PENDING, (None, table.name))
        await self._db.flush()
