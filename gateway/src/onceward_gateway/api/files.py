"""Files: their records, and what callers do with them. A file is whole in its place before its record exists."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from ..core.errors import invalid, not_found
from ..core.threads import offload
from ..db import StorageError
from ..db.blob_store import UNRECORDED_SECONDS, contents_of
from ..http.request import (
    BodyKind,
    Call,
    Change,
    Reply,
    Response,
    Route,
    json_response,
)
from ..jobs import sql
from ..jobs.jsonl import check_upload
from ..jobs.training_examples import shown
from .pagination import (
    LAST,
    page,
    place,
)

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = ["ROUTES", "FileRecord", "Stored", "content", "enter", "find", "purge", "store"]

_log = logging.getLogger("onceward_gateway")
_MOST = 10_000
_LONGEST_NAME = 255
_LONGEST_PURPOSE = 64
# Control characters, ends of lines, and marks that turn the direction of what is shown behind them.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class FileRecord:
    seq: int
    id: str
    purpose: str
    filename: str
    bytes: int
    created_at: int
    expires_at: int | None

    def shown(self) -> dict[str, Any]:
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


async def find(gateway: Gateway, file_id: str, principal: str) -> FileRecord | None:
    """The caller's file of this id, unless it has expired."""
    row = await gateway.db.one(sql.GET_FILE, (file_id, principal, int(gateway.clock.time())))
    return None if row is None else FileRecord(*row)


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes that are kept and belong to nobody yet."""

    id: str
    bytes: int


@asynccontextmanager
async def content(gateway: Gateway, record: FileRecord) -> AsyncIterator[BinaryIO]:
    """A file's bytes, to be read on this machine; raises FileNotFoundError when they were deleted meanwhile."""
    async with contents_of(gateway, "files").open(record.id) as file:
        yield file


async def store(gateway: Gateway, source: BinaryIO) -> Stored:
    """Keep the bytes of a file that is entered afterwards."""
    file_id = gateway.new_id("file-")
    return Stored(file_id, await contents_of(gateway, "files").put(file_id, source))


async def enter(
    gateway: Gateway, stored: Stored, *, filename: str, purpose: str, principal: str, expires: int | None = None
) -> FileRecord:
    """Write the record of a file whose bytes are kept; `expires` in seconds from now."""
    now = int(gateway.clock.time())
    expires_at = None if expires is None else now + expires
    row = (stored.id, principal, purpose, filename, stored.bytes, now, expires_at)
    ((seq,),) = await gateway.db.changed(sql.ADD_FILE, row)
    return FileRecord(int(seq), stored.id, purpose, filename, stored.bytes, now, expires_at)


async def purge(gateway: Gateway) -> None:
    """Forget files whose time is over, and contents that a gateway which stopped left without a record."""
    contents, now = contents_of(gateway, "files"), gateway.clock.time()
    for (file_id,) in await gateway.db.query(sql.EXPIRED_FILES, (int(now),)):
        await gateway.db.write(sql.DELETE_FILE, (file_id,))
        await contents.drop(file_id)
    moment = now - UNRECORDED_SECONDS
    if gateway.db.shared:
        # Contents and records are in one database, which finds what belongs to nothing by itself.
        for (name,) in await gateway.db.query(sql.LOST_CONTENTS, (moment,)):
            _log.info("the content %r belongs to nothing and is deleted", name)
            await contents.drop(str(name))
        return
    kept = {str(file_id) for (file_id,) in await gateway.db.aside(sql.FILE_IDS)}
    await contents.drop_lost(kept, moment)


async def _create(call: Call) -> Change:
    uploads = [upload for upload in call.files if upload.name == "file"]
    if len(uploads) != 1:
        raise invalid(
            f"`file` must be one file, not {len(uploads)}. Send it as a part of a multipart form.", param="file"
        )
    upload, purpose = uploads[0], str(call.data["purpose"])
    gateway, filename, expires = call.gateway, _name(upload.filename), _life(call.data, purpose)
    if len(purpose) > _LONGEST_PURPOSE or not purpose.isprintable():
        raise invalid(f"`purpose` must be a word such as 'batch', not {shown(purpose)}.", param="purpose")
    await offload(check_upload, upload.file, purpose)
    stored = await store(gateway, upload.file)

    async def write() -> Response:
        record = await enter(
            gateway, stored, filename=filename, purpose=purpose, principal=call.principal, expires=expires
        )
        return json_response(record.shown())

    async def undo() -> None:
        # A shared database that was lost may have the record all the same; there, what has none is swept.
        if not gateway.db.shared:
            await _forget(gateway, stored.id)

    return Change(write, undo=undo)


async def _forget(gateway: Gateway, file_id: str) -> None:
    """Delete the bytes of a file that has no record. Where that fails they are swept later."""
    with contextlib.suppress(OSError, StorageError):
        await contents_of(gateway, "files").drop(file_id)


def _name(filename: str) -> str:
    """The last part of what the client called the file; only shown, never a path."""
    return _UNPRINTABLE.sub("", filename.replace("\\", "/").rpartition("/")[2])[:_LONGEST_NAME] or "upload"


def _life(data: dict[str, Any], purpose: str) -> int | None:
    """Seconds that a file is kept: `expires_after`, as an object or as two bracketed form fields."""
    said = data.get("expires_after")
    seconds = said.get("seconds") if isinstance(said, dict) else data.get("expires_after[seconds]")
    if seconds is None:
        return 30 * 86400 if purpose == "batch" else None
    try:
        number = int(seconds)
    except (TypeError, ValueError):
        number = 0
    if not 3600 <= number <= 2_592_000:
        raise invalid(
            f"`expires_after.seconds` must be from 3600 to 2592000, not {seconds!r}.", param="expires_after.seconds"
        )
    return number


async def _list(call: Call) -> Response:
    database, purpose = call.gateway.db, call.query.get("purpose")
    limit = int(call.query.get("limit") or _MOST)
    up = call.query.get("order") == "asc"
    start = await place(database, sql.FILE_PLACE, call, call.principal, 0 if up else LAST)
    now = int(call.gateway.clock.time())
    bound = (call.principal, purpose, purpose, now, start, limit + 1)
    rows = await database.query(sql.FILES_UP if up else sql.FILES_DOWN, bound)
    return page([FileRecord(*row).shown() for row in rows], limit)


async def _wanted(call: Call) -> FileRecord:
    record = await find(call.gateway, call.params["file_id"], call.principal)
    if record is None:
        raise not_found("file", call.params["file_id"], param="file_id")
    return record


async def _retrieve(call: Call) -> Response:
    return json_response((await _wanted(call)).shown())


async def _content(call: Call) -> Reply:
    record = await _wanted(call)
    reply = await contents_of(call.gateway, "files").reply(record.id, "application/octet-stream", record.filename)
    if reply is None:
        raise not_found("file", record.id, param="file_id")
    return reply


async def _delete(call: Call) -> Change:
    record = await _wanted(call)

    async def write() -> Response:
        await call.gateway.db.write(sql.DELETE_FILE, (record.id,))
        return json_response({"id": record.id, "object": "file", "deleted": True})

    return Change(write, then=lambda: _forget(call.gateway, record.id))


ROUTES = (
    Route("POST", "/v1/files", "files.create", _create, body=BodyKind.FORM, once=True),
    Route("GET", "/v1/files", "files.list", _list),
    Route("GET", "/v1/files/{file_id}", "files.retrieve", _retrieve),
    Route("GET", "/v1/files/{file_id}/content", "files.content", _content),
    Route("DELETE", "/v1/files/{file_id}", "files.delete", _delete, once=True),
)
