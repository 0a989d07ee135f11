"""Files: their records in the database and their bytes in a blob store.

The bytes of a file are whole before its record exists.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from ..core.clock import Clock
from ..db import Database, StorageError
from ..db.blob_store import UNRECORDED_SECONDS, BlobStore
from . import sql

__all__ = ["FileRecord", "FileStore", "StoredBytes"]

_log = logging.getLogger("onceward_gateway")


@dataclass(frozen=True, slots=True)
class FileRecord:
    """The record of a file."""

    seq: int
    id: str
    purpose: str
    filename: str
    bytes: int
    created_at: int
    expires_at: int | None

    def view(self) -> dict[str, Any]:
        """Return the file as the API shows it."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": self.bytes,
            "created_at": self.created_at,
            "expires_at": self.expires_at,
            "filename": self.filename,
            "purpose": self.purpose,
            "status": "processed",
            "status_details": None,
        }


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """Bytes that are stored and have no record yet."""

    id: str
    bytes: int


class FileStore:
    """The files of all callers."""

    def __init__(self, db: Database, clock: Clock, blobs: BlobStore, new_id: Callable[[str], str]) -> None:
        self.blobs = blobs
        self._db = db
        self._clock = clock
        self._new_id = new_id

    @property
    def _now(self) -> int:
        return int(self._clock.time())

    async def find(self, file_id: str, principal: str) -> FileRecord | None:
        """Return the caller's file of this id, unless it has expired."""
        row = await self._db.one(sql.GET_FILE, (file_id, principal, self._now))
        return None if row is None else FileRecord(*row)

    async def position(self, file_id: str, principal: str) -> int | None:
        """Return the position of a caller's file in the list of all files."""
        row = await self._db.one(sql.FILE_POSITION, (file_id, principal))
        return None if row is None else int(row[0])

    async def list_files(
        self, principal: str, *, purpose: str | None, after: int, limit: int, ascending: bool
    ) -> list[FileRecord]:
        """Return the caller's files behind a position."""
        statement = sql.FILES_ASCENDING if ascending else sql.FILES_DESCENDING
        bound = (principal, purpose, purpose, self._now, after, limit)
        return [FileRecord(*row) for row in await self._db.query(statement, bound)]

    @asynccontextmanager
    async def open(self, record: FileRecord) -> AsyncIterator[BinaryIO]:
        """Open a file as a local file; raise FileNotFoundError when it was deleted meanwhile."""
        async with self.blobs.open(record.id) as file:
            yield file

    async def store(self, source: BinaryIO) -> StoredBytes:
        """Store the bytes of a file whose record is added afterwards."""
        file_id = self._new_id("file-")
        return StoredBytes(file_id, await self.blobs.put(file_id, source))

    async def add(
        self, stored: StoredBytes, *, filename: str, purpose: str, principal: str, expires_in: int | None = None
    ) -> FileRecord:
        """Add the record of a file whose bytes are stored; it expires in `expires_in` seconds."""
        now = self._now
        expires_at = None if expires_in is None else now + expires_in
        row = (stored.id, principal, purpose, filename, stored.bytes, now, expires_at)
        ((seq,),) = await self._db.changed(sql.ADD_FILE, row)
        return FileRecord(int(seq), stored.id, purpose, filename, stored.bytes, now, expires_at)

    async def discard(self, stored: StoredBytes) -> None:
        """Delete the bytes of a file whose record could not be added."""
        # A shared database that was lost may have the record all the same; there, bytes without one are purged.
        if not self._db.shared:
            await self.delete_bytes(stored.id)

    async def delete_record(self, file_id: str) -> None:
        """Delete the record of a file."""
        await self._db.write(sql.DELETE_FILE, (file_id,))

    async def delete_bytes(self, file_id: str) -> None:
        """Delete the bytes of a file that has no record; where that fails they are purged later."""
        with contextlib.suppress(OSError, StorageError):
            await self.blobs.delete(file_id)

    async def purge(self) -> None:
        """Delete files that have expired, and bytes that a stopped gateway left without a record."""
        now = self._clock.time()
        for (file_id,) in await self._db.query(sql.EXPIRED_FILES, (int(now),)):
            await self._db.write(sql.DELETE_FILE, (file_id,))
            await self.blobs.delete(file_id)
        moment = now - UNRECORDED_SECONDS
        if self._db.shared:
            # Bytes and records are in one database, which finds the bytes without a record by itself.
            for (name,) in await self._db.query(sql.UNRECORDED_FILES, (moment,)):
                _log.info("the blob %r belongs to no record and is deleted", name)
                await self.blobs.delete(str(name))
            return
        recorded = {str(file_id) for (file_id,) in await self._db.query_in_thread(sql.FILE_IDS)}
        await self.blobs.delete_unrecorded(recorded, moment)
