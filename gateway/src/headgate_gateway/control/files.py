"""Files: bytes on disk, records in the database. A file is whole on disk before its record exists."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ..errors import invalid, not_found
from ..http import BodyKind, Call, FileResponse, Response, Route, json_response
from . import sql
from .jsonl import check_upload
from .pages import LAST, page, place

if TYPE_CHECKING:
    from ..gateway import Gateway

__all__ = ["ROUTES", "FileRecord", "add", "find", "path_of", "purge"]

_MOST = 10_000
_LONGEST_NAME = 255


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


def path_of(gateway: Gateway, file_id: str) -> Path:
    """Where a file's bytes are. The id is one that the gateway made."""
    return gateway.settings.data_dir / "files" / file_id


def find(gateway: Gateway, file_id: str, principal: str) -> FileRecord | None:
    """The caller's file of this id, unless it has expired."""
    row = gateway.db.one(sql.GET_FILE, (file_id, principal, int(gateway.clock.time())))
    return None if row is None else FileRecord(*row)


async def add(
    gateway: Gateway,
    source: BinaryIO | Sequence[bytes],
    *,
    filename: str,
    purpose: str,
    principal: str,
    expires: int | None = None,
) -> FileRecord:
    """Keep `source` as a file of `principal`.

    Raises ApiError 400 when its purpose demands lines that it does not have.
    """
    file_id = gateway.new_id("file-")
    target = path_of(gateway, file_id)
    size = await asyncio.to_thread(_write, target, source, purpose)
    now = int(gateway.clock.time())
    expires_at = None if expires is None else now + expires
    gateway.db.write(sql.ADD_FILE, (file_id, principal, purpose, filename, size, now, expires_at))
    await gateway.db.committed()
    record = find(gateway, file_id, principal)
    assert record is not None
    return record


def _write(target: Path, source: BinaryIO | Sequence[bytes], purpose: str) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        with part.open("wb") as out:
            if isinstance(source, Sequence):
                out.writelines(source)
            else:
                source.seek(0)
                shutil.copyfileobj(source, out, 1 << 20)
            out.flush()
            os.fsync(out.fileno())
        check_upload(part, purpose)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return target.stat().st_size


async def purge(gateway: Gateway) -> None:
    """Forget files whose time is over."""
    for (file_id,) in gateway.db.query(sql.EXPIRED_FILES, (int(gateway.clock.time()),)):
        gateway.db.write(sql.DELETE_FILE, (file_id,))
        path_of(gateway, file_id).unlink(missing_ok=True)


async def _create(call: Call) -> Response:
    uploads = [upload for upload in call.files if upload.name == "file"]
    if len(uploads) != 1:
        raise invalid(
            f"`file` must be one file, not {len(uploads)}. Send it as a part of a multipart form.", param="file"
        )
    upload, purpose = uploads[0], str(call.data["purpose"])
    record = await add(
        call.gateway,
        upload.file,
        filename=_name(upload.filename),
        purpose=purpose,
        principal=call.principal,
        expires=_life(call.data, purpose),
    )
    return json_response(record.shown())


def _name(filename: str) -> str:
    """The last part of what the client called the file; only shown, never a path."""
    return filename.replace("\\", "/").rpartition("/")[2][:_LONGEST_NAME] or "upload"


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
    start = place(database, sql.FILE_PLACE, call, call.principal, 0 if up else LAST)
    now = int(call.gateway.clock.time())
    bound = (call.principal, purpose, purpose, now, start, limit + 1)
    rows = database.query(sql.FILES_UP if up else sql.FILES_DOWN, bound)
    return page([FileRecord(*row).shown() for row in rows], limit)


def _wanted(call: Call) -> FileRecord:
    record = find(call.gateway, call.params["file_id"], call.principal)
    if record is None:
        raise not_found("file", call.params["file_id"], param="file_id")
    return record


async def _retrieve(call: Call) -> Response:
    return json_response(_wanted(call).shown())


async def _content(call: Call) -> FileResponse:
    record = _wanted(call)
    path = path_of(call.gateway, record.id)
    if not path.exists():
        raise not_found("file", record.id, param="file_id")
    return FileResponse(path, "application/octet-stream", record.filename)


async def _delete(call: Call) -> Response:
    record = _wanted(call)
    call.gateway.db.write(sql.DELETE_FILE, (record.id,))
    await call.gateway.db.committed()
    with contextlib.suppress(OSError):
        path_of(call.gateway, record.id).unlink(missing_ok=True)
    return json_response({"id": record.id, "object": "file", "deleted": True})


ROUTES = (
    Route("POST", "/v1/files", "files.create", _create, body=BodyKind.FORM, once=True),
    Route("GET", "/v1/files", "files.list", _list),
    Route("GET", "/v1/files/{file_id}", "files.retrieve", _retrieve),
    Route("GET", "/v1/files/{file_id}/content", "files.content", _content),
    Route("DELETE", "/v1/files/{file_id}", "files.delete", _delete, once=True),
)
