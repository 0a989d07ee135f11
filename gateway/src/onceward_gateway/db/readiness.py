"""Readiness of the storage: a small write, within a bounded time, and the folders of contents."""

from __future__ import annotations

import asyncio
import logging

from ..core.clock import Clock
from .interface import Database, StorageError
from .presence import Folders

__all__ = ["Readiness"]

_log = logging.getLogger("onceward_gateway")
_TIMEOUT_SECONDS = 2.0
# A caller that asks often gets the result of a moment ago.
_KEPT_SECONDS = 0.5


class Readiness:
    """Probes a database and the folders beside it. Many who ask at once cause one write."""

    def __init__(self, db: Database, clock: Clock, folders: Folders) -> None:
        self._db = db
        self._folders = folders
        self._clock = clock
        self._task: asyncio.Task[str | None] | None = None
        self._found: str | None = None
        self._found_at = float("-inf")

    async def fault(self) -> str | None:
        """Return what is wrong with the storage, without its address, or None."""
        kept = self._clock.monotonic() - self._found_at < _KEPT_SECONDS
        # A failure since then is newer than a probe that went well.
        if kept and (self._found is not None or self._db.connected):
            return self._found
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._probe(), name="readiness")
            self._task.add_done_callback(self._done)
        # A probe is not cut short: to cancel what a frozen server was asked takes seconds by itself.
        done, _ = await asyncio.wait([self._task], timeout=_TIMEOUT_SECONDS)
        if done:
            return done.pop().result()
        _log.error("the database took no write within %g s", _TIMEOUT_SECONDS)
        return f"The database took no write within {_TIMEOUT_SECONDS:g} s."

    def _done(self, task: asyncio.Task[str | None]) -> None:
        self._task = None
        if not task.cancelled():
            self._found, self._found_at = task.result(), self._clock.monotonic()

    async def _probe(self) -> str | None:
        try:
            await self._db.probe()
        except StorageError as error:
            _log.error("the database takes no writes: %s", error)
            return error.problem.full_message
        except Exception:  # noqa: BLE001 - the caller learns that something is wrong, and the log has the error
            _log.exception("the database could not be probed")
            return "The database could not be probed. The log of the gateway says why."
        problem = self._folders.problem()
        if problem is None:
            return None
        _log.error("the folders of contents: %s", problem.full_message)
        return problem.full_message
