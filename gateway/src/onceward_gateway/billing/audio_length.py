"""The length of uploaded sound, for reservations, estimates and bills alike.

A WAV header contains the bytes per second. The length of any other file is unknown until it is decoded, so it counts as
compressed to 32 kbit/s: most sound has more bytes, so that no call is billed less than it used.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from ..http.request import Upload

__all__ = ["seconds_of_sound", "tokens_of_sound"]

_COMPRESSED_BYTES_A_SECOND = 4000
_TOKENS_A_SECOND = 10
_LEAST_TOKENS = 64
_HEAD = 4096
# A header with larger values is not plausible, or forged to make the sound look short.
_MOST_RATE, _MOST_CHANNELS = 384_000, 32
_FMT = struct.Struct("<HHIIHH")
# PCM, float, A-law, mu-law, and the extensible format.
_UNCOMPRESSED = frozenset({1, 3, 6, 7, 0xFFFE})


def seconds_of_sound(uploads: Iterable[Upload]) -> int:
    """Return the seconds of sound in these files, rounded up for each."""
    total = 0
    for upload in uploads:
        rate, head = _measure(upload.file)
        total += max(1, -(-(upload.size - head) // rate))
    return total


def tokens_of_sound(seconds: int) -> int:
    """Return the tokens that a model hears in so many seconds."""
    return max(_LEAST_TOKENS, seconds * _TOKENS_A_SECOND)


def _measure(file: BinaryIO) -> tuple[int, int]:
    """Return the bytes per second of a file and the size of its header; leave the file at its beginning."""
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    if head[:4] not in (b"RIFF", b"RF64") or head[8:12] != b"WAVE":
        return _COMPRESSED_BYTES_A_SECOND, 0
    at = 12
    while at + 8 + _FMT.size <= len(head):
        size = int.from_bytes(head[at + 4 : at + 8], "little")
        if head[at : at + 4] == b"fmt ":
            form, channels, rate, _, _, bits = _FMT.unpack_from(head, at + 8)
            found = channels * rate * bits // 8
            is_plausible = 0 < rate <= _MOST_RATE and 0 < channels <= _MOST_CHANNELS and found and size < _HEAD
            if form in _UNCOMPRESSED and is_plausible:
                # The sound follows after the header of its own chunk.
                return found, at + 8 + size + 8
            break
        at += 8 + size + size % 2
    return _COMPRESSED_BYTES_A_SECOND, 0
