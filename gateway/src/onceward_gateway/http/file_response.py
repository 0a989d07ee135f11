"""Responses that send a blob: whole, or the ranges that the request asks for."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.responses import FileResponse, MalformedRangeHeader, RangeNotSatisfiable

from ..core import error_codes
from ..core.errors import ApiError
from ..db.blob_store import Blob, BlobStore

__all__ = ["BlobResponse"]


class BlobResponse(FileResponse):
    """Starlette's file response over a blob store.

    `headers` are the request headers. Raise 416 for ranges after the end, so that this error has the usual envelope;
    ignore a malformed `Range`, as RFC 9110 requires.
    """

    chunk_size = 1 << 18

    def __init__(
        self,
        store: BlobStore,
        blob: Blob,
        headers: Mapping[str, str],
        *,
        media_type: str = "application/octet-stream",
        filename: str | None = None,
    ) -> None:
        super().__init__(
            blob.path or blob.name, media_type=media_type, filename=filename, stat_result=_stat_result(blob)
        )
        self._store = store
        self._blob = blob
        # The status that metrics and logs report.
        self.status = 206 if self._is_partial(headers) else 200

    def _is_partial(self, headers: Mapping[str, str]) -> bool:
        range_header, condition = headers.get("range"), headers.get("if-range")
        if range_header is None or (condition is not None and not self._should_use_range(condition)):
            return False
        try:
            return bool(self._parse_range_header(range_header, self._blob.size))
        except RangeNotSatisfiable:
            raise ApiError(
                416,
                f"`Range` is {range_header[:200]!r}, which begins after the last of {self._blob.size} bytes.",
                code=error_codes.RANGE_NOT_SATISFIABLE,
                param="Range",
                headers=(("content-range", f"bytes */{self._blob.size}"),),
            ) from None

    @classmethod
    def _parse_range_header(cls, http_range: str, file_size: int) -> list[tuple[int, int]]:
        try:
            return super()._parse_range_header(http_range, file_size)
        except MalformedRangeHeader:
            return []

    @asynccontextmanager
    async def _open_file(self) -> AsyncIterator[Any]:
        async with self._store.reader(self._blob) as reader:
            yield reader


def _stat_result(blob: Blob) -> os.stat_result:
    """Return the attributes of a blob, from which the response computes its length, date and entity tag."""
    modified = int(blob.modified_at)
    return os.stat_result((stat.S_IFREG, 0, 0, 1, 0, 0, blob.size, modified, modified, modified))
