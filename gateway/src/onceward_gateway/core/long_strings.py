"""Long strings of a JSON text: extraction and reinsertion.

A decoder written in C blocks the whole process while it reads a long string. Such strings are extracted piece by piece,
and only the rest is decoded at once.
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
    """A JSON text whose long strings, other than names of members, are replaced by short placeholders.

    `text` is the rest. `found` has the bytes of each string, with its quotes, by its placeholder, which callers cannot
    predict.
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
        """Return `text` with the placeholders replaced by the long strings."""
        if not self.found:
            return text
        parts = re.split(b'"(' + re.escape(self._mark) + b'[0-9]+)"', text)
        parts[1::2] = [self.found[name.decode()] for name in parts[1::2]]
        return b"".join(parts)


def _long_values(raw: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of each long string with its quotes, except for names of members."""
    start, at = -1, 0
    while at < len(raw):
        end = min(at + PIECE, len(raw))
        end += odd_backslashes(raw, at, end)
        # Of the same length, so that positions in it are positions in the piece.
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
    """Return 1 if a piece would end inside an escape, else 0."""
    if end >= len(raw) or raw[end - 1] != 0x5C:
        return 0
    piece = raw[start:end]
    return (len(piece) - len(piece.rstrip(b"\\"))) % 2


def _is_escaped(data: bytes, position: int) -> bool:
    """Return whether the byte at a position follows an odd number of backslashes."""
    at = position
    while at and data[max(0, at - PIECE) : at].endswith(b"\\"):
        piece = data[max(0, at - PIECE) : at]
        run = len(piece) - len(piece.rstrip(b"\\"))
        at -= run
        if run < len(piece):
            break
    return (position - at) % 2 == 1


def string_pieces(data: bytes, most: int | None = None) -> Iterator[bytes]:
    """Yield a long string as several strings of at most `most` bytes, split between characters."""
    most = most or _STRING_BYTES
    last = len(data) - 1
    if not data.endswith(b'"') or _is_escaped(data, last):
        yield data
        return
    at = 1
    while at < last:
        end = min(at + most, last)
        if end < last:
            end = _split_position(data, at, end)
        yield b'"%b"' % data[at:end]
        at = end


def _split_position(data: bytes, start: int, end: int) -> int:
    """Return the last position up to `end` that is not inside a character, an escape or a surrogate pair."""
    for _ in range(3):
        # No character has more bytes; an invalid sequence is split anywhere.
        end -= data[end] & 0xC0 == 0x80
    escape = data.rfind(b"\\", max(start, end - _ESCAPE_BYTES), end)
    if escape < 0:
        return end
    run = escape + 1 - start - len(data[start : escape + 1].rstrip(b"\\"))
    if run % 2 == 0:
        return end
    is_second = data[escape + 1 : escape + 3].lower() == b"ud" and data[escape + 3 : escape + 4] in b"cdefCDEF"
    return escape - 6 if is_second and data[escape - 6 : escape - 4] == b"\\u" and escape - start > 6 else escape
