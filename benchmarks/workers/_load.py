"""A load that a worker repeats on request, and the subjects of a part with their loads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

__all__ = ["Load", "Loads", "Subject", "at_once", "repeated"]

Load: TypeAlias = Callable[[int], Awaitable[None]]
"""Does so many units of work."""
Loads: TypeAlias = dict[str, Load]
Subject: TypeAlias = Callable[[str], AbstractAsyncContextManager[Loads]]
"""Opens a subject with the URL of its server, and gives its loads."""


def repeated(call: Callable[[], object]) -> Load:
    """Return the load that calls a function."""

    async def load(times: int) -> None:
        for _ in range(times):
            call()

    return load


def at_once(call: Callable[[int], Awaitable[object]], callers: int) -> Load:
    """Return the load of so many concurrent callers, each of which passes its number."""

    async def load(times: int) -> None:
        left = iter(range(times))

        async def caller(number: int) -> None:
            for _ in left:
                await call(number)

        await asyncio.gather(*(caller(number) for number in range(callers)))

    return load
