"""Content encodings of answers: gzip and deflate, whole or as they come."""

from __future__ import annotations

from typing import Any

from .errors import ResponseShapeError
from .wire import ReadFailed

__all__ = ["Inflater", "decompress"]


class Inflater:
    """Takes compressed chunks, gives what they hold. ``finish`` raises where the end is missing."""

    def __init__(self, encoding: str) -> None:
        import zlib

        self._error: type[Exception] = zlib.error
        self._names = [
            name for name in (part.strip().lower() for part in encoding.split(",")) if name not in ("", "identity")
        ]
        unknown = [name for name in self._names if name not in ("gzip", "x-gzip", "deflate")]
        if unknown:
            raise ResponseShapeError(f"the server used the content encoding {unknown[0]!r}, which was not asked for")
        # 47: a zlib or a gzip header, whichever is there.
        self._stages: list[Any] = [zlib.decompressobj(47) for _ in self._names]

    def feed(self, chunk: bytes) -> bytes:
        try:
            for stage in reversed(self._stages):
                chunk = stage.decompress(chunk)
        except self._error as error:
            raise ResponseShapeError(f"the compressed answer cannot be read: {error}") from error
        return chunk

    def finish(self) -> bytes:
        if any(not stage.eof for stage in self._stages):
            raise ReadFailed("the compressed answer ended early")
        return b""


def decompress(body: bytes, encoding: str) -> bytes:
    inflater = Inflater(encoding)
    value = inflater.feed(body)
    inflater.finish()
    return value
