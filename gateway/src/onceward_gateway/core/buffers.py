"""Long byte strings, copied in pieces: a single long copy blocks all other threads."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from io import BytesIO

from .long_strings import PIECE

__all__ = ["contents", "join_in_turns", "pieces", "room_for", "sliced"]

# The most bytes that are copied before other tasks run.
_TURN_BYTES = 1 << 20


def room_for(size: int) -> BytesIO:
    """Return an empty buffer with room for `size` bytes, which does not move while it is filled."""
    return BytesIO(bytes(size))


def contents(buffer: BytesIO) -> bytes:
    """Return what was written to a buffer of `room_for`, without a copy."""
    buffer.truncate()
    return buffer.getvalue()


def pieces(data: bytes, start: int = 0, end: int | None = None) -> Iterator[memoryview]:
    """Yield `data[start:end]` in short pieces, without copying."""
    view = memoryview(data)[start:end]
    for at in range(0, len(view), PIECE):
        yield view[at : at + PIECE]


def sliced(data: bytes, start: int, end: int) -> bytes:
    """Return `data[start:end]`, copied in pieces if it is long."""
    if end - start <= _TURN_BYTES or (start == 0 and end == len(data)):
        return data[start:end]
    whole = room_for(end - start)
    for piece in pieces(data, start, end):
        whole.write(piece)
    return contents(whole)


async def join_in_turns(parts: Sequence[bytes]) -> bytes:
    """Return the parts joined; if they are long, other tasks run in between."""
    size = sum(map(len, parts))
    if size <= _TURN_BYTES:
        return b"".join(parts)
    whole, copied = room_for(size), 0
    for part in parts:
        for piece in pieces(part):
            copied += whole.write(piece)
            if copied >= _TURN_BYTES:
                copied = 0
                await asyncio.sleep(0)
    return contents(whole)
