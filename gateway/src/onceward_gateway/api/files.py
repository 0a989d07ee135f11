"""Files: upload, list, retrieve, download, delete."""

from __future__ import annotations

import re
from typing import Any

from ..core.errors import invalid, not_found
from ..core.threads import offload
from ..http.request import Change, Reply, Request, Response, json_response
from ..jobs.file_store import FileRecord, FileStore
from ..jobs.jsonl import check_upload
from ..jobs.training_examples import shown
from .pagination import NEWEST, list_response, start_of_page

__all__ = ["FileHandlers"]

_MOST_LISTED = 10_000
_LONGEST_NAME = 255
_LONGEST_PURPOSE = 64
_BATCH_LIFETIME_SECONDS = 30 * 86_400
# Control characters, ends of lines, and marks that turn the direction of the text behind them.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class FileHandlers:
    """Handlers for `/v1/files`."""

    def __init__(self, files: FileStore) -> None:
        self._files = files

    async def create(self, request: Request) -> Change:
        """Store an uploaded file."""
        uploads = [upload for upload in request.files if upload.name == "file"]
        if len(uploads) != 1:
            raise invalid(
                f"`file` must be one file, not {len(uploads)}. Send it as a part of a multipart form.", param="file"
            )
        upload, purpose = uploads[0], str(request.data["purpose"])
        filename, expires_in = _filename(upload.filename), _lifetime(request.data, purpose)
        if len(purpose) > _LONGEST_PURPOSE or not purpose.isprintable():
            raise invalid(f"`purpose` must be a word such as 'batch', not {shown(purpose)}.", param="purpose")
        await offload(check_upload, upload.file, purpose)
        stored = await self._files.store(upload.file)

        async def write() -> Response:
            record = await self._files.add(
                stored, filename=filename, purpose=purpose, principal=request.principal, expires_in=expires_in
            )
            return json_response(record.view())

        return Change(write, undo=lambda: self._files.discard(stored))

    async def list_files(self, request: Request) -> Response:
        """Return the caller's files, newest first unless `order` is `asc`."""
        limit = int(request.query.get("limit") or _MOST_LISTED)
        ascending = request.query.get("order") == "asc"
        principal = request.principal
        start = await start_of_page(
            request.query.get("after"), lambda id: self._files.position(id, principal), 0 if ascending else NEWEST
        )
        records = await self._files.list_files(
            principal, purpose=request.query.get("purpose"), after=start, limit=limit + 1, ascending=ascending
        )
        return list_response([record.view() for record in records], limit)

    async def retrieve(self, request: Request) -> Response:
        """Return one file."""
        return json_response((await self._find(request)).view())

    async def content(self, request: Request) -> Reply:
        """Return the bytes of a file, or the ranges of them that the request asks for."""
        record = await self._find(request)
        blob = await self._files.blobs.find(record.id)
        if blob is None:
            raise not_found("file", record.id, param="file_id")
        from ..http.file_response import BlobResponse  # Starlette's responses take a while to import.

        return BlobResponse(self._files.blobs, blob, request.headers, filename=record.filename)

    async def delete(self, request: Request) -> Change:
        """Delete a file."""
        record = await self._find(request)

        async def write() -> Response:
            await self._files.delete_record(record.id)
            return json_response({"id": record.id, "object": "file", "deleted": True})

        return Change(write, then=lambda: self._files.delete_bytes(record.id))

    async def _find(self, request: Request) -> FileRecord:
        record = await self._files.find(request.params["file_id"], request.principal)
        if record is None:
            raise not_found("file", request.params["file_id"], param="file_id")
        return record


def _filename(text: str) -> str:
    """Return the last part of a client's path: it is only shown, and never used as a path."""
    return _UNPRINTABLE.sub("", text.replace("\\", "/").rpartition("/")[2])[:_LONGEST_NAME] or "upload"


def _lifetime(data: dict[str, Any], purpose: str) -> int | None:
    """Return the seconds of `expires_after`, which is an object or two bracketed form fields."""
    given = data.get("expires_after")
    seconds = given.get("seconds") if isinstance(given, dict) else data.get("expires_after[seconds]")
    if seconds is None:
        return _BATCH_LIFETIME_SECONDS if purpose == "batch" else None
    try:
        number = int(seconds)
    except (TypeError, ValueError):
        number = 0
    if not 3600 <= number <= 2_592_000:
        raise invalid(
            f"`expires_after.seconds` must be from 3600 to 2592000, not {seconds!r}.", param="expires_after.seconds"
        )
    return number
