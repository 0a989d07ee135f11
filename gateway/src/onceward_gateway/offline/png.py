"""PNG, written and read with the standard library: palettes and true colour out; what 8-bit files hold in."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Pixels", "indexed", "read", "true_colour"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_LARGEST = 4096 * 4096


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture as rows of RGBA bytes."""

    width: int
    height: int
    rows: list[bytes]


def indexed(width: int, height: int, rows: Iterable[bytes], palette: bytes, *, clear: int = 0) -> bytes:
    """A picture of up to 256 colours; `palette` is RGB, a row one byte a pixel. The first `clear` are transparent."""
    body = b"".join(b"\x00" + row for row in rows)
    more = _chunk(b"tRNS", bytes(clear)) if clear else b""
    return _file(width, height, 3, body, _chunk(b"PLTE", palette) + more)


def true_colour(picture: Pixels) -> bytes:
    """Return a picture in RGBA."""
    return _file(picture.width, picture.height, 6, b"".join(b"\x00" + row for row in picture.rows))


def _file(width: int, height: int, colour: int, body: bytes, more: bytes = b"") -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))
    return _SIGNATURE + head + more + _chunk(b"IDAT", zlib.compress(body, 6)) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


def read(data: bytes) -> Pixels | None:
    """Return the pixels of an 8-bit PNG without interlacing; None for anything else."""
    parts = _parts(data)
    head = parts.get(b"IHDR", b"")
    if len(head) != 13:
        return None
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    if depth != 8 or interlaced or colour not in _CHANNELS or not 0 < width * height <= _LARGEST:
        return None
    stride = width * _CHANNELS[colour]
    try:
        body = zlib.decompressobj().decompress(parts.get(b"IDAT", b""), (stride + 1) * height)
    except zlib.error:
        return None
    if len(body) < (stride + 1) * height:
        return None
    rows, before = [], bytes(stride)
    for at in range(height):
        start = at * (stride + 1)
        before = _unfiltered(body[start], body[start + 1 : start + 1 + stride], before, _CHANNELS[colour])
        rows.append(_rgba(before, colour, parts.get(b"PLTE", b""), parts.get(b"tRNS", b"")))
    return Pixels(width, height, rows)


def _parts(data: bytes) -> dict[bytes, bytes]:
    """Return the chunks by name, those of one name joined; empty when `data` is not a PNG."""
    out: dict[bytes, bytes] = {}
    at = len(_SIGNATURE)
    if data[:at] != _SIGNATURE:
        return out
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        out[name] = out.get(name, b"") + data[at + 8 : at + 8 + size]
        at += 12 + size
    return out


def _unfiltered(kind: int, row: bytes, above: bytes, step: int) -> bytes:
    if kind == 0:
        return row
    if kind == 2:
        return bytes((a + b) & 255 for a, b in zip(row, above, strict=True))
    out = bytearray(row)
    for at in range(len(out)):
        left = out[at - step] if at >= step else 0
        corner = above[at - step] if at >= step else 0
        out[at] = (out[at] + _predicted(kind, left, above[at], corner)) & 255
    return bytes(out)


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 1:
        return left
    if kind == 3:
        return (left + up) >> 1
    guess = left + up - corner
    to_left, to_up, to_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    if to_left <= to_up and to_left <= to_corner:
        return left
    return up if to_up <= to_corner else corner


def _rgba(row: bytes, colour: int, palette: bytes, clear: bytes) -> bytes:
    if colour == 6:
        return row
    out = bytearray(b"\xff" * (len(row) // _CHANNELS[colour] * 4))
    if colour == 2:
        planes: Sequence[bytes] = (row[0::3], row[1::3], row[2::3])
    elif colour == 3:
        tables = [bytes(palette[at::3]).ljust(256, b"\0") for at in range(3)]
        planes = [row.translate(table) for table in tables]
        out[3::4] = row.translate(clear.ljust(256, b"\xff")[:256])
    else:
        grey = row if colour == 0 else row[0::2]
        planes = (grey, grey, grey)
        if colour == 4:
            out[3::4] = row[1::2]
    for at, plane in enumerate(planes):
        out[at::4] = plane
    return bytes(out)
