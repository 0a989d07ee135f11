"""The alphabet of offline speech.

At 24,000 samples a second a cell is 240 samples, 10 ms, so every multiple of 100 Hz is a whole number of periods in a
cell: cells repeat without a click and tones a multiple of 100 Hz apart do not disturb each other when they are
measured.
"""

from __future__ import annotations

import math

__all__ = ["CELL", "HIGH", "LOW", "NORMAL_CELLS", "OPENING", "RATE", "cells_for"]

RATE = 24_000
CELL = 240
LOW = tuple(500 + 100 * at for at in range(16))
HIGH = tuple(2200 + 100 * at for at in range(16))
OPENING = 400
NORMAL_CELLS = 6


def cells_for(speed: float) -> int:
    """Return the cells that a chord lasts: 6 (60 ms, about as fast as a person speaks) at speed 1, at least 2."""
    return max(2, min(24, math.floor(NORMAL_CELLS / speed + 0.5)))
