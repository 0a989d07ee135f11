"""Shared by all workers: the CPU clock of the process, and the result as one JSON line."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable

__all__ = ["cpu", "peak_mb", "repeat", "repeat_async", "run"]


def cpu() -> float:
    """Return the CPU seconds of this process so far, user and system."""
    return time.process_time()


def peak_mb() -> float:
    """Return the largest resident size so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def repeat(call: Callable[[], object], times: int, warm_up: int = 20) -> dict[str, float]:
    """Return the CPU microseconds and wall microseconds per call."""
    for _ in range(warm_up):
        call()
    start, wall = cpu(), time.perf_counter()
    for _ in range(times):
        call()
    return {"cpu_us": (cpu() - start) / times * 1e6, "wall_us": (time.perf_counter() - wall) / times * 1e6}


async def repeat_async(call: Callable[[], Awaitable[object]], times: int, at_once: int) -> dict[str, float]:
    """Return the same for ``times`` calls of which ``at_once`` run concurrently."""
    queue = iter(range(times))

    async def worker() -> None:
        for _ in queue:
            await call()

    await asyncio.gather(*(call() for _ in range(at_once)))
    start, wall = cpu(), time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return {"cpu_us": (cpu() - start) / times * 1e6, "wall_us": (time.perf_counter() - wall) / times * 1e6}


def run(scenarios: dict[str, Callable[[str], dict[str, float]]]) -> None:
    """Run one scenario and print its measurements: ``worker.py SCENARIO BASE_URL``."""
    print(json.dumps(scenarios[sys.argv[1]](sys.argv[2])))
