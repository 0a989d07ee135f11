"""Large JSON containers, split into parts between their items.

A decoder written in C blocks the whole process while it works. Large documents are therefore split, piece by piece and
without being decoded, into parts that are decoded one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .buffers import sliced
from .long_strings import PIECE, odd_backslashes

__all__ = ["SINGLE", "JsonParts", "cut", "member", "trimmed"]

_TOKEN = re.compile(rb'"[^"]*"?|[][{},]')
_SPACE = re.compile(rb"[ \t\r\n]{1,64}")
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_PAIR = b"[]"
_MAX_DEPTH = 1024
# A part that is longer has one item.
SINGLE = PIECE + 1


class JsonParts:
    """A split container: the positions of its parts, and its end."""

    __slots__ = ("_data", "_marks", "end")

    def __init__(self, data: bytes, marks: list[int], end: int) -> None:
        self._data = data
        self._marks = marks
        self.end = end

    def __iter__(self) -> Iterator[bytes]:
        """Yield the parts, each with one or more items; a part longer than a piece is a single item.

        Raise `ValueError` if an item is missing.
        """
        start = 1
        for mark in (*self._marks, self.end - 1):
            part = sliced(self._data, start, mark)
            if self._marks and (not part[:PIECE] or part[:PIECE].isspace()) and not trimmed(part):
                raise ValueError(f"an item is missing at byte {start}")
            yield part
            start = mark + 1


def cut(data: bytes) -> JsonParts:
    """Split the container that `data` begins with; raise `ValueError` if it is incomplete."""
    marks: list[int] = []
    level, in_string, at = 0, False, 0
    while at < len(data):
        stop = min(at + PIECE, len(data))
        stop += odd_backslashes(data, at, stop)
        # Of the same length, so that positions in it are positions in the piece.
        piece = data[at:stop].replace(b"\\\\", b"..").replace(b'\\"', b"..")
        closing, opening, ends_in_string = _balance(piece, in_string)
        after = level + opening - closing
        end = _end(piece, level, in_string) if at == 0 or level <= closing else None
        if end is not None:
            marks += [at + mark for mark in _marks(piece[:end], (level, in_string), (0, False))]
            return _checked(data, marks, at + end)
        if at == 0 or level - closing <= 1:
            marks += [at + mark for mark in _marks(piece, (level, in_string), (after, ends_in_string))]
        level, in_string, at = after, ends_in_string, stop
    raise ValueError("it ends too early")


def _checked(data: bytes, marks: list[int], end: int) -> JsonParts:
    if data[end - 1 : end] != (b"]" if data[:1] == b"[" else b"}"):
        raise ValueError(f"a bracket at byte {end - 1} does not match")
    return JsonParts(data, marks, end)


def _balance(piece: bytes, in_string: bool) -> tuple[int, int, bool]:
    """Return the numbers of unmatched closing and opening brackets, and whether the piece ends in a string."""
    parts = piece.split(b'"')
    outside = b"".join(parts[in_string::2]).translate(_BRACKETS, _NO_BRACKETS)
    for _ in range(_MAX_DEPTH):
        if _PAIR not in outside:
            break
        outside = outside.replace(_PAIR, b"")
    else:
        raise ValueError(f"it is nested deeper than {_MAX_DEPTH} levels")
    closing = outside.count(b"]")
    return closing, len(outside) - closing, in_string ^ (len(parts) % 2 == 0)


def _marks(piece: bytes, before: tuple[int, bool], after: tuple[int, bool]) -> list[int]:
    """Return the positions of the first and the last comma between items of the container in a piece.

    `before` and `after` are the nesting level, and whether a string is open, at the start and at the end of the piece.
    """
    first = _comma(piece, before, b"[{")
    if first < 0:
        return []
    last = len(piece) - 1 - _comma(piece[::-1], after, b"]}")
    return [first] if first == last else [first, last]


def _comma(piece: bytes, state: tuple[int, bool], opening: bytes) -> int:
    """Return the position of the first comma on the first level, or -1; `opening` are the opening brackets."""
    level, in_string = state
    for position, token in _tokens(piece, in_string):
        if token == b",":
            if level == 1:
                return position
        elif token in opening:
            level += 1
        else:
            level -= 1
    return -1


def _end(piece: bytes, level: int, in_string: bool) -> int | None:
    """Return the position after the bracket that ends the container, or None if it is not in the piece."""
    for position, token in _tokens(piece, in_string):
        if token in b"[{":
            level += 1
        elif token in b"]}":
            level -= 1
            if level == 0:
                return position + 1
    return None


def _tokens(piece: bytes, in_string: bool) -> Iterator[tuple[int, bytes]]:
    start = 0
    if in_string:
        start = piece.find(b'"') + 1
        if start == 0:
            return
    for found in _TOKEN.finditer(piece, start):
        token = found[0]
        if token[0] != 0x22:
            yield found.start(), token


def member(part: bytes) -> tuple[bytes, bytes]:
    """Split a member of an object into the bytes of its name and its value; raise `ValueError` without a name."""
    start = part.find(b'"')
    at = start + 1
    while start >= 0:
        end = part.find(b'"', at)
        if end < 0:
            break
        before = part[at:end]
        at = end + 1
        if (len(before) - len(before.rstrip(b"\\"))) % 2 == 0:
            colon = part.find(b":", end)
            if colon < 0 or part[end + 1 : colon].strip() or part[:start].strip():
                break
            # Skip white space here, so that a long value is not copied again to remove it.
            space = _SPACE.match(part, colon + 1)
            return part[start : end + 1], sliced(part, space.end() if space else colon + 1, len(part))
    raise ValueError("a member has no name")


def trimmed(data: bytes) -> bytes:
    """Return `data` without surrounding white space, of any length."""
    start, end = 0, len(data)
    while start < end and data[start : start + PIECE].isspace():
        start += PIECE
    while end > start and data[max(start, end - PIECE) : end].isspace():
        end = max(start, end - PIECE)
    return data[start:end].strip()
