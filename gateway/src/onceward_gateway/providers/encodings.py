"""Decoders of content encodings: lenient, and in pieces of limited size."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

__all__ = ["Decoder", "Undecodable", "decoder_of", "is_plain"]

_GZIP = b"\x1f\x8b"
_PIECE = 1 << 20


class Undecodable(ValueError):
    """The bytes do not have the encoding that the header declares."""


class Decoder(Protocol):
    """Decodes a body piece by piece. `is_plain`: what is fed passes unchanged from here on."""

    is_plain: bool

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the decoded bytes of the next piece, in pieces of bounded size.

        Raise `Undecodable` for data that the encoding does not allow.
        """

    def close(self) -> list[bytes]:
        """Return the rest; raise `Undecodable` if the data is incomplete."""
        ...


class _Zlib:
    """Decoder of gzip, zlib and raw deflate. Uncompressed data passes unchanged, whatever the header declares.

    Without a header (`declared` is False), only data that begins like gzip is decoded.
    """

    def __init__(self, *, declared: bool) -> None:
        self._is_declared = declared
        self._inner: zlib._Decompress | None = None
        self.is_plain = False
        self._head = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._inner is None and not self.is_plain:
            self._head += data
            if len(self._head) < 2:
                return
            data, self._head = self._head, b""
            if not (self._is_declared or data[:2] == _GZIP) or _is_text(data):
                self.is_plain = True
            else:
                # 47 detects gzip and zlib; anything else is deflate without a header.
                self._inner = zlib.decompressobj(47 if data[:2] == _GZIP or data[0] & 0x0F == 8 else -15)
        if self._inner is None:
            yield data
            return
        try:
            while data:
                if self._inner.eof:
                    if not data.startswith(_GZIP[:1]):
                        return
                    # gzip may have several members, each of which is a part of the body.
                    self._inner = zlib.decompressobj(47)
                yield self._inner.decompress(data, _PIECE)
                data = self._inner.unused_data if self._inner.eof else self._inner.unconsumed_tail
        except zlib.error as error:
            raise Undecodable(str(error)) from None

    def close(self) -> list[bytes]:
        if self._inner is None and self._head:
            return [self._head]
        if self._inner is not None and not self._inner.eof:
            raise Undecodable("the compressed body ended too early")
        return []


def is_plain(body: bytes) -> bool:
    """Return whether a body without a declared encoding is not encoded."""
    return not body.startswith(_GZIP)


def _is_text(data: bytes) -> bool:
    """Return whether bytes are JSON or events, and not compressed."""
    return data.lstrip().startswith((b"{", b"[", b'"', b":", b"data:", b"event:", b"id:"))


def decoder_of(encoding: str) -> Decoder | None:
    """Return the decoder of a content encoding; None for an unknown one."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _Zlib(declared=False)
    return _Zlib(declared=True) if name in ("gzip", "x-gzip", "deflate") else None
