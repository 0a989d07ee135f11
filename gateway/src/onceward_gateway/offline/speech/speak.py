"""Text to sound."""

from __future__ import annotations

import array
import math
import struct
import sys
from functools import lru_cache
from importlib.util import find_spec

from .flac import flac
from .tones import (
    CELL,
    HIGH,
    LOW,
    OPENING,
    RATE,
    cells_for,
)

__all__ = ["CONTENT_TYPES", "FORMATS", "VOICES", "encoded", "samples", "speak", "unsupported", "wav"]

VOICES = (
    "alloy",
    "ash",
    "ballad",
    "coral",
    "echo",
    "fable",
    "onyx",
    "nova",
    "sage",
    "shimmer",
    "verse",
    "marin",
    "cedar",
)
CONTENT_TYPES = {
    "wav": "audio/wav",
    "pcm": "audio/pcm",
    "pcm16": "audio/pcm",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
}
# Formats that need no further package, and can be recognized again.
FORMATS = tuple(name for name in CONTENT_TYPES if name != "mp3")
_LOUDNESS = 5200
_HUM = 900
_FADE = 48


def speak(text: str, voice: str = "alloy", format: str = "wav", speed: float = 1.0, instructions: str = "") -> bytes:
    """`text` as a sound file.

    A voice is a quiet hum below the words, and instructions change how loud it is. Raises KeyError for a format that is
    not real here.
    """
    CONTENT_TYPES[format]
    return encoded(samples(text, voice, speed, instructions), format)


def encoded(data: bytes, format: str) -> bytes:
    """Samples in a file of the format."""
    if format == "wav":
        return wav(data)
    if format == "mp3":
        from .mp3 import mp3

        return mp3(data, RATE)
    return flac(data, RATE) if format == "flac" else data


def unsupported(format: str) -> str | None:
    """Why a format cannot be made here, and what to do; None for one that can."""
    if format == "mp3" and find_spec("lameenc") is None:
        return (
            "'mp3' needs an encoder that is not installed. Install it with "
            "`pip install 'onceward-gateway[mp3]'`, or use 'wav', 'flac' or 'pcm'"
        )
    if format not in CONTENT_TYPES:
        return f"{format!r} cannot be made offline. Use 'wav', 'flac', 'pcm' or 'mp3'"
    return None


def samples(text: str, voice: str = "alloy", speed: float = 1.0, instructions: str = "") -> bytes:
    """Little-endian 16-bit mono samples at 24,000 a second."""
    cells = cells_for(speed)
    hum = 100 + 100 * (sum(voice.encode("utf-8", "replace")) % 3)
    loud = 1 + sum(instructions.encode("utf-8", "replace")) % 5 if instructions else 0
    silence = bytes(2 * CELL * 2)
    return b"".join(
        (
            silence,
            _chord(OPENING, OPENING, hum, cells, loud),
            *(_spoken(byte, hum, cells, loud) for byte in text.encode("utf-8", "replace")),
            silence,
        )
    )


def _spoken(byte: int, hum: int, cells: int, loud: int) -> bytes:
    return _chord(LOW[byte >> 4], HIGH[byte & 15], hum, cells, loud)


@lru_cache(maxsize=2048)
def _chord(low: int, high: int, hum: int, cells: int, loud: int) -> bytes:
    humming = _HUM + 100 * loud
    turn = 2 * math.pi / RATE
    cell = [
        _LOUDNESS * (math.sin(turn * low * at) + math.sin(turn * high * at)) + humming * math.sin(turn * hum * at)
        for at in range(CELL)
    ]
    out = array.array("h", [int(value) for value in cell * cells])
    for at in range(_FADE):
        out[at] = out[at] * at // _FADE
        out[-1 - at] = out[-1 - at] * at // _FADE
    if sys.byteorder == "big":
        out.byteswap()
    return out.tobytes()


def wav(data: bytes) -> bytes:
    """16-bit mono samples in a RIFF file."""
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(data),
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        RATE,
        RATE * 2,
        2,
        16,
        b"data",
        len(data),
    )
    return head + data
