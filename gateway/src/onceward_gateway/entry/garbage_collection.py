"""Garbage collection in small steps, with full collections while few calls run.

A full collection visits every object of every open stream: half a second for a few thousand of them, in which nothing
else runs. Nearly all objects are freed by their reference count, and reference cycles can wait. Young objects are
collected a few thousand at a time, which takes some milliseconds, however many streams open at once.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

__all__ = ["collect_when_quiet"]

# The thresholds of the three generations; the oldest is only collected here.
_YOUNG, _MIDDLE, _NEVER = 5_000, 1, 1_000_000
_SECONDS = 30.0
_FEW_CALLS = 100
# The most full collections that are skipped in a row: a quarter of an hour.
_MAX_SKIPPED = 30


async def collect_when_quiet(running: Callable[[], int], computing: Callable[[], bool] = lambda: False) -> None:
    """Run full collections while few calls are `running`, and from time to time in any case.

    While a thread is `computing`, it may use a large answer of millions of objects, which a collection would visit.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)
    skipped = 0
    while True:
        await asyncio.sleep(_SECONDS)
        skipped += 1
        if (running() <= _FEW_CALLS and not computing()) or skipped > _MAX_SKIPPED:
            gc.collect()
            skipped = 0
