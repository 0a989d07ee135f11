"""Sound to text: measures which tones sound in each chord. Nothing but the samples is looked at."""

from __future__ import annotations

import array
import math
import operator
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from ...core.media_info import Audio, describe_audio
from .flac import unflac
from .tones import (
    CELL,
    HIGH,
    LOW,
    OPENING,
    RATE,
)

__all__ = ["Heard", "Word", "listen"]

_STRIDE = 3
_QUIET = 120
_CLEAR = 0.25
_LONGEST_OPENING = 24


@dataclass(frozen=True, slots=True)
class Word:
    """A word that was heard, with its start and end in seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Heard:
    """The words that were recognized.

    `text`, `words` with their times in seconds, `seconds` of sound, `clear` if it was speech of ours.
    """

    text: str
    words: tuple[Word, ...]
    seconds: float
    clear: bool


def listen(data: bytes) -> Heard:
    """The words of offline speech in a WAV, FLAC of ours or bare samples; of anything else a note of what it is."""
    audio = describe_audio(data)
    if audio is not None:
        samples, rate = _mono(data, audio), audio.rate
    elif (plain := unflac(data)) is not None:
        samples, rate = plain
    elif len(data) % 2 == 0 and not data[:4].isalpha():
        samples, rate = _shorts(data), RATE
    else:
        return _unknown(f"{len(data)} bytes that are not a WAV file", 0.0)
    seconds = len(samples) / rate if rate else 0.0
    found = _decode(samples) if rate == RATE else None
    if found is None:
        return _unknown(f"{seconds:.1f} seconds at {rate} Hz without offline speech", seconds)
    text, start, step = found
    return Heard(text.decode("utf-8", "replace"), _words(text, start, step), seconds, True)


def _unknown(what: str, seconds: float) -> Heard:
    return Heard(f"[{what}]", (), seconds, False)


def _shorts(data: bytes) -> Sequence[int]:
    out = array.array("h", data[: len(data) // 2 * 2])
    if sys.byteorder == "big":
        out.byteswap()
    return out


def _mono(data: bytes, audio: Audio) -> Sequence[int]:
    """Return the first channel as 16-bit numbers."""
    body, channels = data[audio.start : audio.end], max(1, audio.channels)
    if audio.bits == 16:
        return _shorts(body)[::channels]
    if audio.bits == 8:
        return [(value - 128) << 8 for value in body[::channels]]
    width = audio.bits // 8
    if width not in (3, 4):
        return []
    step = width * channels
    return [
        int.from_bytes(body[at + width - 2 : at + width], "little", signed=True)
        for at in range(0, len(body) - step + 1, step)
    ]


def _decode(samples: Sequence[int]) -> tuple[bytes, int, int] | None:
    """Return the bytes, the sample where the first one starts, and the samples of each; None without speech."""
    start = next((at for at in range(0, len(samples)) if abs(samples[at]) > _QUIET), None)
    if start is None:
        return None
    start = max(0, start - 1)
    if start % CELL in (*range(6), *range(CELL - 6, CELL)):
        start = round(start / CELL) * CELL
    cells = 0
    while cells < _LONGEST_OPENING and _is_opening(samples, start + cells * CELL):
        cells += 1
    if cells < 2:
        return None
    step, first = cells * CELL, start + cells * CELL
    out = bytearray()
    at = first
    middle = (cells // 2) * CELL if cells > 2 else CELL // 2
    while at + step <= len(samples):
        byte = _byte_at(samples, at + middle)
        if byte is None:
            break
        out.append(byte)
        at += step
    return bytes(out), first, step


def _is_opening(samples: Sequence[int], at: int) -> bool:
    window = samples[at : at + CELL : _STRIDE]
    if len(window) < CELL // _STRIDE:
        return False
    opening = _strength(window, OPENING)
    return opening > _QUIET and opening > 2 * max(_strength(window, tone) for tone in (*LOW, *HIGH))


def _byte_at(samples: Sequence[int], at: int) -> int | None:
    window = samples[at : at + CELL : _STRIDE]
    if len(window) < CELL // _STRIDE:
        return None
    low, high = _loudest(window, LOW), _loudest(window, HIGH)
    return None if low is None or high is None else low << 4 | high


def _loudest(window: Sequence[int], tones: Sequence[int]) -> int | None:
    strengths = [_strength(window, tone) for tone in tones]
    best = max(range(len(tones)), key=strengths.__getitem__)
    rest = sum(strengths) - strengths[best]
    return best if strengths[best] > _QUIET and rest < strengths[best] / _CLEAR else None


def _strength(window: Sequence[int], tone: int) -> float:
    cosine, sine = _waves(tone)
    return math.hypot(sum(map(operator.mul, window, cosine)), sum(map(operator.mul, window, sine))) * 2 / len(window)


@lru_cache(maxsize=64)
def _waves(tone: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    turn = 2 * math.pi * tone / RATE
    places = range(0, CELL, _STRIDE)
    return tuple(math.cos(turn * at) for at in places), tuple(math.sin(turn * at) for at in places)


def _words(text: bytes, start: int, step: int) -> tuple[Word, ...]:
    edges = [-1, *(at for at, byte in enumerate(text) if byte in b" \t\r\n"), len(text)]
    return tuple(
        Word(
            text[a + 1 : b].decode("utf-8", "replace"),
            round((start + (a + 1) * step) / RATE, 3),
            round((start + b * step) / RATE, 3),
        )
        for a, b in pairwise(edges)
        if b > a + 1
    )
