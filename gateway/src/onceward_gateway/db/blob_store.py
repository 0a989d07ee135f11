"""Where the bytes of files are: in a folder of this machine, or in the database where several machines share it.

A name is one that the gateway made. Contents are whole before `put` returns.
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
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Protocol, cast

from ..http.request import (
    FileResponse,
    Reply,
    Send,
    attachment,
)
from ..jobs import sql
from . import Database, StorageError
from .disk import using_files
from .presence import Folders
from .private import create

if TYPE_CHECKING:
    from ..core.clock import Clock
    from ..entry.services import Gateway

_log = logging.getLogger("onceward_gateway")

__all__ = ["KINDS", "UNRECORDED_SECONDS", "Contents", "DatabaseContents", "FolderContents", "Kind", "contents_of"]

Kind = Literal["files", "images", "models"]
KINDS: tuple[Kind, ...] = ("files", "images", "models")
# Contents are put before what names them is recorded; that takes less than this, also where it is tried again.
UNRECORDED_SECONDS = 3600.0
_PIECE = 1 << 18
# The end of a name while its content is being written.
_PART = ".part"


class Contents(Protocol):
    """The contents of one kind."""

    async def put(self, name: str, source: BinaryIO) -> int:
        """Keep all of `source`, from its beginning, in the place of what was kept; gives how many bytes it has."""
        ...

    def open(self, name: str) -> AbstractAsyncContextManager[BinaryIO]:
        """The content as a local file to read; raises FileNotFoundError."""
        ...

    async def reply(self, name: str, content_type: str, filename: str | None = None) -> Reply | None:
        """The content as an answer that is sent in pieces; None where there is none."""
        ...

    async def drop(self, name: str) -> None: ...

    async def older(self, moment: float) -> list[str]:
        """Return the names of what was put before `moment`, in seconds since the epoch."""
        ...

    async def drop_unfinished(self, moment: float) -> None:
        """Forget what a process that ended was writing, and has not gone on with since `moment`."""
        ...

    async def drop_lost(self, kept: Collection[str], moment: float) -> None:
        """Forget what was put before `moment` under none of the names in `kept`.

        Where no name is kept at all nothing is forgotten: that is rather a new database beside an old folder.
        """
        ...


def contents_of(gateway: Gateway, kind: Kind) -> Contents:
    """The place of a kind's contents."""
    if gateway.db.shared:
        return DatabaseContents(gateway.db, gateway.clock, kind)
    return FolderContents(gateway.folders, kind)


class FolderContents:
    """One file for each name."""

    def __init__(self, folders: Folders, kind: Kind) -> None:
        self._folders = folders
        self._kind = kind

    async def put(self, name: str, source: BinaryIO) -> int:
        with using_files():
            return await asyncio.to_thread(self._put, self._folders.made(self._kind) / name, source)

    def _put(self, target: Path, source: BinaryIO) -> int:
        part = target.with_name(target.name + _PART)
        source.seek(0)
        try:
            with create(part) as out:
                shutil.copyfileobj(source, out, 1 << 20)
                out.flush()
                os.fsync(out.fileno())
            part.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        return target.stat().st_size

    @asynccontextmanager
    async def open(self, name: str) -> AsyncIterator[BinaryIO]:
        with using_files(may_lack=True):
            file = (self._folders.found(self._kind) / name).open("rb")
        with file:
            yield file

    async def reply(self, name: str, content_type: str, filename: str | None = None) -> Reply | None:
        path = self._folders.found(self._kind) / name
        with using_files():
            try:
                # Whether it can be read is known before an answer begins.
                path.open("rb").close()
            except FileNotFoundError:
                return None
        return FileResponse(path, content_type, filename)

    async def drop(self, name: str) -> None:
        with using_files():
            (self._folders.found(self._kind) / name).unlink(missing_ok=True)

    async def older(self, moment: float) -> list[str]:
        return [path.name for path in await self._old(moment) if path.suffix != _PART]

    async def drop_unfinished(self, moment: float) -> None:
        for path in await self._old(moment):
            if path.suffix == _PART:
                await self.drop(path.name)

    async def drop_lost(self, kept: Collection[str], moment: float) -> None:
        await _drop_lost(self, kept, moment)

    async def _old(self, moment: float) -> list[Path]:
        with using_files():
            return await asyncio.to_thread(_written_before, self._folders.found(self._kind), moment)


def _written_before(folder: Path, moment: float) -> list[Path]:
    found: list[Path] = []
    for path in folder.glob("*"):
        # One that is renamed or deleted meanwhile needs nothing.
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < moment:
                found.append(path)
    return found


async def _drop_lost(contents: Contents, kept: Collection[str], moment: float) -> None:
    for name in (await contents.older(moment)) if kept else ():
        if name not in kept:
            _log.info("the content %r belongs to nothing and is deleted", name)
            await contents.drop(name)


class DatabaseContents:
    """Rows of at most `_PIECE` bytes, so that nobody holds a whole content in memory."""

    def __init__(self, db: Database, clock: Clock, kind: Kind) -> None:
        self._db = db
        self._clock = clock
        self._kind = kind

    async def put(self, name: str, source: BinaryIO) -> int:
        size = part = 0
        source.seek(0)
        async with self._db.transaction():
            await self.drop(name)
            while piece := await asyncio.to_thread(source.read, _PIECE):
                await self._db.write(sql.ADD_PART, (self._kind, name, part, piece))
                part += 1
                size += len(piece)
            await self._db.write(sql.ADD_CONTENT, (self._kind, name, size, part, self._clock.time()))
        return size

    @asynccontextmanager
    async def open(self, name: str) -> AsyncIterator[BinaryIO]:
        found = await self._db.one(sql.GET_CONTENT, (self._kind, name))
        if found is None:
            raise FileNotFoundError(name)
        with tempfile.TemporaryFile() as file:
            async for piece in self.pieces(name, int(found[1])):
                await asyncio.to_thread(file.write, piece)
            file.seek(0)
            yield cast("BinaryIO", file)

    async def pieces(self, name: str, parts: int) -> AsyncIterator[bytes]:
        """All pieces in order; raises StorageError when the content is deleted meanwhile."""
        for part in range(parts):
            row = await self._db.one(sql.GET_PART, (self._kind, name, part))
            if row is None:
                raise StorageError(f"The content {name!r} was deleted while it was read. Read it again.")
            yield bytes(row[0])

    async def reply(self, name: str, content_type: str, filename: str | None = None) -> Reply | None:
        found = await self._db.one(sql.GET_CONTENT, (self._kind, name))
        if found is None:
            return None
        return _Pieces(self.pieces(name, int(found[1])), int(found[0]), content_type, filename)

    async def drop(self, name: str) -> None:
        async with self._db.transaction():
            await self._db.write(sql.DROP_CONTENT, (self._kind, name))
            await self._db.write(sql.DROP_PARTS, (self._kind, name))

    async def older(self, moment: float) -> list[str]:
        return [str(name) for (name,) in await self._db.query(sql.OLDER_CONTENTS, (self._kind, moment))]

    async def drop_unfinished(self, moment: float) -> None:
        """Nothing is: a content is put in one transaction."""

    async def drop_lost(self, kept: Collection[str], moment: float) -> None:
        await _drop_lost(self, kept, moment)


class _Pieces:
    """An answer of known length that is read as it is sent."""

    def __init__(self, pieces: AsyncIterator[bytes], size: int, content_type: str, filename: str | None) -> None:
        self._pieces = pieces
        self._headers = [(b"content-type", content_type.encode("latin-1")), (b"content-length", b"%d" % size)]
        if filename is not None:
            self._headers.append((b"content-disposition", attachment(filename)))

    async def send(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        start: dict[str, Any] = {"type": "http.response.start", "status": 200, "headers": self._headers + headers}
        await send(start)
        async for piece in self._pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
