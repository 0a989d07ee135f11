"""Samples as MP3, by the LAME encoder of the package `lameenc` (`onceward-gateway[mp3]`)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["mp3"]

_KILOBITS = 64
_QUALITY = 7


def mp3(data: bytes, rate: int) -> bytes:
    """Little-endian 16-bit mono samples as MP3. The same samples give the same bytes."""
    encoder: Any = import_module("lameenc").Encoder()
    encoder.silence()
    encoder.set_bit_rate(_KILOBITS)
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(1)
    encoder.set_quality(_QUALITY)
    return bytes(encoder.encode(data)) + bytes(encoder.flush())
