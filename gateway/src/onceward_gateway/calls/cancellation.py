"""Cancellation of calls: on request, and when no client waits for a call any more."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from ..core.call_record import CallRecord
from ..db import Database, StorageError
from . import sql
from .failover import Failover, cancelled
from .running import RunningCall, abandoned

__all__ = ["CallCancellation"]


class CallCancellation:
    """Cancels calls, also those that run on other nodes. `spawn` starts a background task."""

    def __init__(
        self,
        db: Database,
        failover: Failover,
        running: Mapping[str, RunningCall],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        disconnect_grace_seconds: float,
    ) -> None:
        self._db = db
        self._failover = failover
        self._running = running
        self._spawn = spawn
        self._disconnect_grace_seconds = disconnect_grace_seconds

    async def cancel(self, principal: str, call_id: str) -> CallRecord | None:
        """Cancel a running call at whichever node it runs, and return its record once it has ended.

        Return None if the caller has no such call, and the current record of one that does not end in time.
        """
        call = self._running.get(call_id)
        if call is None or call.record.principal != principal:
            return await self._failover.cancel(principal, call_id)
        call.cancel(cancelled(call_id))
        await call.finished()
        return call.record

    def unattended(self, call: RunningCall) -> None:
        """Cancel a call without subscribers after its grace period, unless clients of other nodes follow it."""
        if self._db.shared and call.keyed:
            self._spawn(self._cancel_unless_attended(call))
        else:
            call.cancel(abandoned())

    async def _cancel_unless_attended(self, call: RunningCall) -> None:
        try:
            row = await self._db.one(sql.ATTENDED, (call.record.id,))
        except StorageError:
            row = (0.0,)
        if call.subscribers:
            return
        # Seconds since a client of another node last followed the call.
        seconds_since = None if row is None or row[0] is None else float(row[0])
        if seconds_since is not None and seconds_since < self._disconnect_grace_seconds:
            call.wait_for_clients(self._disconnect_grace_seconds - seconds_since)
        else:
            call.cancel(abandoned())
