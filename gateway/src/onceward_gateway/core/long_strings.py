"""Long strings of a JSON text, taken out of it and put back.

A decoder that is written in C keeps the whole process waiting while it reads a long string. Here such strings are found
piece by piece, and only what is left is decoded at once.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

__all__ = ["LONG", "PIECE", "LongStrings", "odd_backslashes", "string_pieces"]

LONG = 1 << 20
"""Bytes above which a string is long."""
PIECE = 262_144
_STRING_BYTES = 1 << 20
_ESCAPE_BYTES = 11


class LongStrings:
    """A JSON text without its long strings, which are not names of members: each is replaced by a short one.

    `text` is what is left. `found` has the bytes of each string, with its quotes, by the string that stands for it; no
    caller can know that one beforehand.
    """

    def __init__(self, raw: bytes) -> None:
        self._mark = b"\x7f" + secrets.token_hex(16).encode() + b":"
        self.found: dict[str, bytes] = {}
        parts: list[bytes] = []
        at = 0
        for start, end in _long_values(raw):
            name = self._mark + b"%d" % len(self.found)
            self.found[name.decode()] = raw[start:end]
            parts += (raw[at:start], b'"', name, b'"')
            at = end
        self.text = b"".join([*parts, raw[at:]]) if parts else raw

    def put_back(self, text: bytes) -> bytes:
        """Return `text` with the long strings in the places of those that stand for them."""
        if not self.found:
            return text
        parts = re.split(b'"(' + re.escape(self._mark) + b'[0-9]+)"', text)
        parts[1::2] = [self.found[name.decode()] for name in parts[1::2]]
        return b"".join(parts)


def _long_values(raw: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each long string begins and ends, its quotes included, but for the names of members."""
    start, at = -1, 0
    while at < len(raw):
        end = min(at + PIECE, len(raw))
        end += odd_backslashes(raw, at, end)
        # Of the same length, so that a place in it is a place in the piece.
        piece = raw[at:end].replace(b"\\\\", b"..").replace(b'\\"', b"..")
        first = 0
        if start >= 0:
            close = piece.find(b'"')
            if close < 0:
                at = end
                continue
            first = close + 1
            if at + first - start > LONG and not _is_name(raw, at + first):
                yield start, at + first
            start = -1
        if piece.count(b'"', first) % 2:
            start = at + piece.rfind(b'"')
        at = end


def _is_name(raw: bytes, end: int) -> bool:
    while raw[end : end + 1] in (b" ", b"\t", b"\n", b"\r") and end < len(raw):
        end += 1
    return raw[end : end + 1] == b":"


def odd_backslashes(raw: bytes, start: int, end: int) -> int:
    """Return 1 where a piece would end within an escape, else 0."""
    if end >= len(raw) or raw[end - 1] != 0x5C:
        return 0
    piece = raw[start:end]
    return (len(piece) - len(piece.rstrip(b"\\"))) % 2


def _is_escaped(data: bytes, place: int) -> bool:
    """Return whether the byte at a place follows an odd number of backslashes."""
    at = place
    while at and data[max(0, at - PIECE) : at].endswith(b"\\"):
        piece = data[max(0, at - PIECE) : at]
        run = len(piece) - len(piece.rstrip(b"\\"))
        at -= run
        if run < len(piece):
            break
    return (place - at) % 2 == 1


def string_pieces(data: bytes, most: int | None = None) -> Iterator[bytes]:
    """Yield a long string as several of at most so many bytes, which end between characters."""
    most = most or _STRING_BYTES
    last = len(data) - 1
    if not data.endswith(b'"') or _is_escaped(data, last):
        yield data
        return
    at = 1
    while at < last:
        end = min(at + most, last)
        if end < last:
            end = _cut(data, at, end)
        yield b'"%b"' % data[at:end]
        at = end


def _cut(data: bytes, start: int, end: int) -> int:
    """The last place up to `end` that is neither within a character nor within an escape or a pair of surrogates."""
    for _ in range(3):
        # No character has more bytes; what has is none, and is cut anywhere.
        end -= data[end] & 0xC0 == 0x80
    escape = data.rfind(b"\\", max(start, end - _ESCAPE_BYTES), end)
    if escape < 0:
        return end
    run = escape + 1 - start - len(data[start : escape + 1].rstrip(b"\\"))
    if run % 2 == 0:
        return end
    is_second = data[escape + 1 : escape + 3].lower() == b"ud" and data[escape + 3 : escape + 4] in b"cdefCDEF"
    return escape - 6 if is_second and data[escape - 6 : escape - 4] == b"\\u" and escape - start > 6 else escape
