"""Content encodings of responses: gzip and deflate, as a whole or in chunks."""

from __future__ import annotations

import zlib
from typing import Any, Final

from .errors import ResponseShapeError
from .wire import ReadFailed

__all__ = ["Inflater", "decompress"]

_GZIP: Final = b"\x1f\x8b"
_ALWAYS: Final = 256 * 1024 * 1024
_RATIO: Final = 100
"""A response may expand to `_ALWAYS` bytes, and beyond that to `_RATIO` times what was received."""


class Inflater:
    """A streaming decompressor. ``finish`` raises if the end is missing."""

    def __init__(self, encoding: str) -> None:
        names = [
            name for name in (part.strip().lower() for part in encoding.split(",")) if name not in ("", "identity")
        ]
        unknown = [name for name in names if name not in ("gzip", "x-gzip", "deflate")]
        if unknown:
            raise ResponseShapeError(
                f"the server used the content encoding {unknown[0]!r}, which the client did not accept"
            )
        self._stages = [_Stage(name) for name in reversed(names)]
        self._received = 0

    def feed(self, chunk: bytes) -> bytes:
        self._received += len(chunk)
        most = max(_ALWAYS, _RATIO * self._received)
        try:
            for stage in self._stages:
                chunk = stage.feed(chunk, most)
        except zlib.error as error:
            raise ResponseShapeError(f"the compressed answer cannot be read: {error}") from error
        return chunk

    def finish(self) -> bytes:
        if any(not stage.is_whole for stage in self._stages):
            raise ReadFailed("the compressed answer ended early")
        return b""


class _Stage:
    """One content encoding, recognized by its first two bytes.

    Servers say `deflate` for zlib and for raw deflate, and `gzip` for texts that are not compressed.
    """

    __slots__ = ("_given", "_head", "_name", "_object", "_plain", "is_whole")

    def __init__(self, name: str) -> None:
        self._name = name
        self._head = b""
        """Bytes since the latest member ended, while they are too few to recognize."""
        self._object: Any = None
        self._plain = False
        self._given = 0
        self.is_whole = False

    def feed(self, data: bytes, most: int) -> bytes:
        parts: list[bytes] = []
        while data and not self._plain:
            if self._object is None:
                self._head += data
                if len(self._head) < 2:
                    break
                data, self._head = self._head, b""
                self._object = self._opened(data)
                if self._object is None:
                    break
            part = self._object.decompress(data, most - self._given + 1)
            self._given += len(part)
            if self._given > most:
                raise ResponseShapeError(f"the compressed answer expands to more than {most} bytes")
            parts.append(part)
            data = self._object.unconsumed_tail
            if self._object.eof:
                data, self._object, self.is_whole = self._object.unused_data, None, True
        return data if self._plain else b"".join(parts)

    def _opened(self, data: bytes) -> Any:
        """Return a decompressor for the data that begins here.

        None if the rest is not compressed, or is trailing data that is dropped.
        """
        if self.is_whole and not data.startswith(_GZIP):
            return None
        self.is_whole = False
        if data.startswith(_GZIP):
            return zlib.decompressobj(31)
        if data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0:
            return zlib.decompressobj(15)
        if self._name == "deflate":
            return zlib.decompressobj(-15)
        self._plain = self.is_whole = True
        return None


def decompress(body: bytes, encoding: str) -> bytes:
    inflater = Inflater(encoding)
    value = inflater.feed(body)
    inflater.finish()
    return value
