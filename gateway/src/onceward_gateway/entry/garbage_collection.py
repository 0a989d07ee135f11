"""Garbage collection in small steps, and as a whole at moments when few calls run.

A full collection looks at every object of every open stream: half a second for a few thousand of them, in which nothing
else runs. Nearly everything here is freed by its reference count; what is left over in cycles can wait. The young
objects are looked at a few thousand at a time, which takes some milliseconds, however many streams open at once.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

__all__ = ["collect_when_quiet"]

# So many new objects are looked at together, and once more after so many times.
_YOUNG, _MIDDLE, _NEVER = 5_000, 1, 1_000_000
_SECONDS = 30.0
_FEW_CALLS = 100
# Full collections that may be left out one after the other: a quarter of an hour.
_MOST_SKIPPED = 30


async def collect_when_quiet(running: Callable[[], int], computing: Callable[[], bool] = lambda: False) -> None:
    """Run full collections while few calls are `running`, and now and then in any case.

    While a thread is `computing` it may hold a large answer of millions of objects, which a collection would look at.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)
    skipped = 0
    while True:
        await asyncio.sleep(_SECONDS)
        skipped += 1
        if (running() <= _FEW_CALLS and not computing()) or skipped > _MOST_SKIPPED:
            gc.collect()
            skipped = 0
