"""Blobs: the bytes of files, images and models, in a folder of this machine or in a database that machines share.

The gateway chooses every name. A blob is whole before `put` returns.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, Protocol, cast

from ..core.clock import Clock
from . import Database, StorageError, sql
from .disk import using_files
from .presence import Folders
from .private import create

_log = logging.getLogger("onceward_gateway")

__all__ = [
    "BLOB_KINDS",
    "UNRECORDED_SECONDS",
    "Blob",
    "BlobKind",
    "BlobReader",
    "BlobStore",
    "DatabaseBlobStore",
    "FolderBlobStore",
    "open_blob_store",
]

BlobKind = Literal["files", "images", "models"]
BLOB_KINDS: tuple[BlobKind, ...] = ("files", "images", "models")
# Blobs are put before the record that names them; that takes less than this, also where it is tried again.
UNRECORDED_SECONDS = 3600.0
# Every part of a blob but the last has this size, so that the part of an offset is known.
_PART_BYTES = 1 << 18
# The suffix of a file that is being written.
_UNFINISHED = ".part"


class BlobReader(Protocol):
    """A reader of a blob that does not block the event loop."""

    async def read(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer only at the end."""
        ...

    async def seek(self, offset: int) -> object:
        """Move to an offset from the beginning."""
        ...


@dataclass(frozen=True, slots=True)
class Blob:
    """The size and age of a blob; `path` is None where it is not a file of this machine."""

    name: str
    size: int
    modified_at: float
    path: Path | None = None


class BlobStore(Protocol):
    """The blobs of one kind."""

    async def put(self, name: str, source: BinaryIO) -> int:
        """Store all of `source`, from its beginning, in place of an earlier blob; return its size."""
        ...

    def open(self, name: str) -> AbstractAsyncContextManager[BinaryIO]:
        """Open a blob as a local file; raise FileNotFoundError where there is none."""
        ...

    async def find(self, name: str) -> Blob | None:
        """Return the blob of this name, which can be read; None where there is none."""
        ...

    def reader(self, blob: Blob) -> AbstractAsyncContextManager[BlobReader]:
        """Open a blob to read parts of it."""
        ...

    async def delete(self, name: str) -> None:
        """Delete a blob, if it exists."""
        ...

    async def names_before(self, moment: float) -> list[str]:
        """Return the names of the blobs that were put before `moment`, in seconds since the epoch."""
        ...

    async def delete_unfinished(self, moment: float) -> None:
        """Delete what an interrupted process left half written and nobody has written to since `moment`."""
        ...

    async def delete_unrecorded(self, recorded: Collection[str], moment: float) -> None:
        """Delete blobs put before `moment` whose names are not in `recorded`.

        Without any recorded name, delete nothing: that is rather a new database beside an old folder.
        """
        ...


def open_blob_store(db: Database, folders: Folders, clock: Clock, kind: BlobKind) -> BlobStore:
    """Return the store of a kind: in the database where it is shared, else in a folder."""
    return DatabaseBlobStore(db, clock, kind) if db.shared else FolderBlobStore(folders, kind)


class FolderBlobStore:
    """A blob store with one file for each blob."""

    def __init__(self, folders: Folders, kind: BlobKind) -> None:
        self._folders = folders
        self._kind = kind

    async def put(self, name: str, source: BinaryIO) -> int:
        """Write the whole of `source` to the file of `name` in a thread, and return its size in bytes."""
        with using_files():
            return await asyncio.to_thread(self._put, self._folders.made(self._kind) / name, source)

    def _put(self, target: Path, source: BinaryIO) -> int:
        unfinished = target.with_name(target.name + _UNFINISHED)
        source.seek(0)
        try:
            with create(unfinished) as out:
                shutil.copyfileobj(source, out, 1 << 20)
                out.flush()
                os.fsync(out.fileno())
            unfinished.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise
        return target.stat().st_size

    @asynccontextmanager
    async def open(self, name: str) -> AsyncIterator[BinaryIO]:
        """Open the file of `name` for reading. Raise `FileNotFoundError` if there is none."""
        with using_files(may_lack=True):
            file = await asyncio.to_thread((self._folders.found(self._kind) / name).open, "rb")
        with file:
            yield cast("BinaryIO", file)

    async def find(self, name: str) -> Blob | None:
        """Return the size and the age of the file of `name`, or None if there is none."""
        path = self._folders.found(self._kind) / name
        with using_files():
            return await asyncio.to_thread(_blob_at, path)

    @asynccontextmanager
    async def reader(self, blob: Blob) -> AsyncIterator[BlobReader]:
        """Open a blob for reads that run in threads."""
        async with self.open(blob.name) as file:
            yield _FileReader(file)

    async def delete(self, name: str) -> None:
        """Delete the file of `name` in a thread. A missing file is not an error."""
        path = self._folders.found(self._kind) / name
        with using_files():
            # Deleting a large file takes a while.
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def names_before(self, moment: float) -> list[str]:
        """Return the names of the complete blobs written before `moment` (seconds since the epoch)."""
        return [path.name for path in await self._written_before(moment) if path.suffix != _UNFINISHED]

    async def delete_unfinished(self, moment: float) -> None:
        """Delete the leftovers of writes that began before `moment` and never completed."""
        for path in await self._written_before(moment):
            if path.suffix == _UNFINISHED:
                await self.delete(path.name)

    async def delete_unrecorded(self, recorded: Collection[str], moment: float) -> None:
        """Delete the blobs written before `moment` that no record refers to."""
        await _delete_unrecorded(self, recorded, moment)

    async def _written_before(self, moment: float) -> list[Path]:
        with using_files():
            return await asyncio.to_thread(_written_before, self._folders.found(self._kind), moment)


def _blob_at(path: Path) -> Blob | None:
    try:
        # A file that cannot be opened must be known before an answer begins.
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
    except FileNotFoundError:
        return None
    return Blob(path.name, found.st_size, found.st_mtime, path)


class _FileReader:
    """A reader of a local file whose operations run in threads."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    async def read(self, size: int) -> bytes:
        return await asyncio.to_thread(self._file.read, size)

    async def seek(self, offset: int) -> None:
        await asyncio.to_thread(self._file.seek, offset)


def _written_before(folder: Path, moment: float) -> list[Path]:
    found: list[Path] = []
    for path in folder.glob("*"):
        # A file that is renamed or deleted meanwhile needs nothing.
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < moment:
                found.append(path)
    return found


async def _delete_unrecorded(store: BlobStore, recorded: Collection[str], moment: float) -> None:
    for name in (await store.names_before(moment)) if recorded else ():
        if name not in recorded:
            _log.info("the blob %r belongs to no record and is deleted", name)
            await store.delete(name)


class DatabaseBlobStore:
    """A blob store with one row for each part of a blob, so that no whole blob is held in memory."""

    def __init__(self, db: Database, clock: Clock, kind: BlobKind) -> None:
        self._db = db
        self._clock = clock
        self._kind = kind

    async def put(self, name: str, source: BinaryIO) -> int:
        """Replace the blob of `name` by the whole of `source` in one transaction, and return its size in bytes."""
        size = part = 0
        source.seek(0)
        async with self._db.transaction():
            await self.delete(name)
            while piece := await asyncio.to_thread(source.read, _PART_BYTES):
                await self._db.write(sql.ADD_PART, (self._kind, name, part, piece))
                part += 1
                size += len(piece)
            await self._db.write(sql.ADD_BLOB, (self._kind, name, size, part, self._clock.time()))
        return size

    @asynccontextmanager
    async def open(self, name: str) -> AsyncIterator[BinaryIO]:
        """Copy the blob of `name` to a temporary file and open that. Raise `FileNotFoundError` if there is none."""
        blob = await self.find(name)
        if blob is None:
            raise FileNotFoundError(name)
        with tempfile.TemporaryFile() as file:
            async with self.reader(blob) as reader:
                while piece := await reader.read(_PART_BYTES):
                    await asyncio.to_thread(file.write, piece)
            file.seek(0)
            yield cast("BinaryIO", file)

    async def find(self, name: str) -> Blob | None:
        """Return the size and the age of the blob of `name`, or None if there is none."""
        row = await self._db.one(sql.GET_BLOB, (self._kind, name))
        return None if row is None else Blob(name, int(row[0]), float(row[2]))

    @asynccontextmanager
    async def reader(self, blob: Blob) -> AsyncIterator[BlobReader]:
        """Return a reader that fetches one part of the blob at a time."""
        yield _PartReader(self._db, self._kind, blob)

    async def delete(self, name: str) -> None:
        """Delete the blob of `name` with its parts in one transaction. A missing blob is not an error."""
        async with self._db.transaction():
            await self._db.write(sql.DELETE_BLOB, (self._kind, name))
            await self._db.write(sql.DELETE_PARTS, (self._kind, name))

    async def names_before(self, moment: float) -> list[str]:
        """Return the names of the blobs written before `moment` (seconds since the epoch)."""
        return [str(name) for (name,) in await self._db.query(sql.BLOBS_BEFORE, (self._kind, moment))]

    async def delete_unfinished(self, moment: float) -> None:
        """Do nothing: a blob is put in one transaction."""

    async def delete_unrecorded(self, recorded: Collection[str], moment: float) -> None:
        """Delete the blobs written before `moment` that no record refers to."""
        await _delete_unrecorded(self, recorded, moment)


class _PartReader:
    """A reader of the parts of a blob in the database; it holds one part at a time."""

    def __init__(self, db: Database, kind: BlobKind, blob: Blob) -> None:
        self._db = db
        self._kind = kind
        self._blob = blob
        self._offset = 0
        self._part = -1
        self._bytes = b""

    async def read(self, size: int) -> bytes:
        """Return the next `size` bytes; raise StorageError when the blob was deleted meanwhile."""
        pieces: list[bytes] = []
        end = min(self._offset + size, self._blob.size)
        while self._offset < end:
            part, start = divmod(self._offset, _PART_BYTES)
            if part != self._part:
                self._bytes, self._part = await self._load(part), part
            piece = self._bytes[start : start + end - self._offset]
            if not piece:
                raise StorageError(f"Part {part} of the blob {self._blob.name!r} is shorter than it was written.")
            pieces.append(piece)
            self._offset += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def _load(self, part: int) -> bytes:
        row = await self._db.one(sql.GET_PART, (self._kind, self._blob.name, part))
        if row is None:
            raise StorageError(f"The blob {self._blob.name!r} was deleted while it was read. Read it again.")
        return bytes(row[0])

    async def seek(self, offset: int) -> None:
        self._offset = offset
