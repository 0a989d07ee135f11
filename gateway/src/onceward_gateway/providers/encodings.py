"""Content encodings of answers, undone as far as the answer allows it and never beyond the bound of its size."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

__all__ = ["Decoder", "Undecodable", "decoder_of"]

_GZIP = b"\x1f\x8b"
_PIECE = 1 << 20


class Undecodable(ValueError):
    """The bytes are not what the header says."""


class Decoder(Protocol):
    """Undoes an encoding piece by piece."""

    def feed(self, data: bytes) -> Iterator[bytes]: ...

    def close(self) -> list[bytes]:
        """The end came: what is left. Raises `Undecodable` where it came too early."""
        ...


class _Zlib:
    """Decoder of gzip, zlib and raw deflate. Data that is not compressed passes unchanged, whatever the header says.

    Without a header (`said` is False), only data that begins like gzip is decoded.
    """

    def __init__(self, *, said: bool) -> None:
        self._said = said
        self._inner: zlib._Decompress | None = None
        self._plain = False
        self._head = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._inner is None and not self._plain:
            self._head += data
            if len(self._head) < 2:
                return
            data, self._head = self._head, b""
            if not (self._said or data[:2] == _GZIP) or _is_text(data):
                self._plain = True
            else:
                # 47 is either of gzip and zlib; deflate without a head is what is left.
                self._inner = zlib.decompressobj(47 if data[:2] == _GZIP or data[0] & 0x0F == 8 else -15)
        if self._inner is None:
            yield data
            return
        try:
            while data:
                if self._inner.eof:
                    if not data.startswith(_GZIP[:1]):
                        return
                    # gzip may consist of several members, each of which is a part of the body.
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


def _is_text(data: bytes) -> bool:
    """Return whether bytes are JSON or events, and not compressed."""
    return data.lstrip().startswith((b"{", b"[", b'"', b":", b"data:", b"event:", b"id:"))


def decoder_of(encoding: str) -> Decoder | None:
    """The decoder of a content encoding; None where there is none."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _Zlib(said=False)
    return _Zlib(said=True) if name in ("gzip", "x-gzip", "deflate") else None
