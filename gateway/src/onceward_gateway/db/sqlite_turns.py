"""The turns of tasks on one connection: while a task has a transaction open, the others wait."""

from __future__ import annotations

import asyncio
from typing import Any

__all__ = ["Turns"]


class Turns:
    """The task that has a transaction open, and those that wait for its end."""

    def __init__(self) -> None:
        self.holder: asyncio.Task[Any] | None = None
        self._waiting: list[asyncio.Future[None]] = []

    def is_mine(self) -> bool:
        """Return whether the current task has a transaction open."""
        return self.holder is not None and self.holder is asyncio.current_task()

    async def wait(self) -> None:
        """Wait until no other task has a transaction open."""
        me = asyncio.current_task()
        while self.holder is not None and self.holder is not me:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn

    def take(self) -> None:
        """Note that the current task has a transaction open; no other task may have one."""
        self.holder = asyncio.current_task()

    def give_way(self) -> None:
        """Note that the transaction has ended."""
        self.holder = None
        waiting, self._waiting = self._waiting, []
        for turn in waiting:
            if not turn.done():
                turn.set_result(None)
