"""The clock of the system."""

from __future__ import annotations

import sys
import time

__all__ = ["SystemClock"]


class SystemClock:
    """Time and sleep as the system has them."""

    def monotonic(self) -> float:
        return time.monotonic()

    def time(self) -> float:
        return time.time()

    def sleep(self, seconds: float, /) -> None:
        time.sleep(seconds)

    async def asleep(self, seconds: float, /) -> None:
        # A program that runs on trio has imported it.
        if "trio" in sys.modules:
            import anyio

            await anyio.sleep(seconds)
        else:
            import asyncio

            await asyncio.sleep(seconds)
