"""FLAC with verbatim frames (RFC 9639): a lossless container that every player opens, written without compression."""

from __future__ import annotations

import array
import hashlib
import struct
import sys
from collections.abc import Sequence
from functools import lru_cache

__all__ = ["flac", "unflac"]

_BLOCK = 4096


def flac(samples: bytes, rate: int) -> bytes:
    """16-bit mono little-endian samples as a FLAC file."""
    total = len(samples) // 2
    big = array.array("h", samples[: total * 2])
    if sys.byteorder == "little":
        big.byteswap()
    body = big.tobytes()
    packed = rate << 44 | 0 << 41 | 15 << 36 | total
    info = (
        struct.pack(">HH", _BLOCK, _BLOCK)
        + bytes(6)
        + packed.to_bytes(8, "big")
        + hashlib.md5(samples, usedforsecurity=False).digest()
    )
    frames = [_frame(at // _BLOCK, body[at * 2 : (at + _BLOCK) * 2]) for at in range(0, total, _BLOCK)]
    return b"".join((b"fLaC", b"\x80", len(info).to_bytes(3, "big"), info, *frames))


def _frame(number: int, body: bytes) -> bytes:
    size = len(body) // 2
    # Block size in 16 bits behind the head, rate from the stream's head, one channel, 16 bits a sample.
    head = b"\xff\xf8\x70\x08" + _coded(number) + (size - 1).to_bytes(2, "big")
    head += bytes((_crc8(head),))
    frame = head + b"\x02" + body
    return frame + _crc16(frame).to_bytes(2, "big")


def _coded(number: int) -> bytes:
    """Return a frame's number in the extended UTF-8 of FLAC."""
    return chr(number).encode("utf-8", "surrogatepass") if number < 0x110000 else b"\x00"


def unflac(data: bytes) -> tuple[Sequence[int], int] | None:
    """Return the samples and the rate of a file that `flac` wrote; None for any other."""
    if data[:4] != b"fLaC" or len(data) < 42 or data[4] != 0x80:
        return None
    rate = int.from_bytes(data[18:26], "big") >> 44
    total = int.from_bytes(data[18:26], "big") & (1 << 36) - 1
    out, at = array.array("h"), 42
    while at + 4 < len(data) and len(out) < total:
        if data[at : at + 4] != b"\xff\xf8\x70\x08":
            return None
        lead = data[at + 4]
        width = 1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
        size = int.from_bytes(data[at + 4 + width : at + 6 + width], "big") + 1
        start = at + 8 + width
        if data[start - 1 : start] != b"\x02":
            return None
        out.frombytes(data[start : start + size * 2])
        at = start + size * 2 + 2
    if sys.byteorder == "little":
        out.byteswap()
    return out, rate


@lru_cache(maxsize=1)
def _tables() -> tuple[list[int], list[int]]:
    small, large = [], []
    for byte in range(256):
        eight, sixteen = byte, byte << 8
        for _ in range(8):
            eight = (eight << 1 ^ 0x07 if eight & 0x80 else eight << 1) & 0xFF
            sixteen = (sixteen << 1 ^ 0x8005 if sixteen & 0x8000 else sixteen << 1) & 0xFFFF
        small.append(eight)
        large.append(sixteen)
    return small, large


def _crc8(data: bytes) -> int:
    table, value = _tables()[0], 0
    for byte in data:
        value = table[value ^ byte]
    return value


def _crc16(data: bytes) -> int:
    table, value = _tables()[1], 0
    for byte in data:
        value = (value << 8 & 0xFFFF) ^ table[value >> 8 ^ byte]
    return value
