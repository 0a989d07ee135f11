"""Records of running calls, those that begin in one turn of the event loop together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Protocol

from ..db import Batch, Database
from .idempotent_calls import IdempotentCalls
from .repository import CallStore
from .running import RunningCall

__all__ = ["CallAccounts", "CallRecorder"]

_log = logging.getLogger("onceward_gateway")


class CallAccounts(Protocol):
    """Returns the data by which calls are billed if this process dies."""

    def account(self, call: RunningCall) -> str | None:
        """Return the data needed to bill a call, for its record."""
        ...


class CallRecorder:
    """Writes the records of running calls. `running` contains each call until it is settled."""

    def __init__(
        self,
        db: Database,
        store: CallStore,
        keys: IdempotentCalls,
        accounts: CallAccounts,
        running: Mapping[str, RunningCall],
    ) -> None:
        self._db = db
        self._store = store
        self._keys = keys
        self._accounts = accounts
        self._running = running
        self._unrecorded: list[RunningCall] = []

    def record_soon(self, call: RunningCall) -> None:
        """Record a call as in progress at the end of this turn of the event loop, unless it has ended by then."""
        if call.recorded or call.done:
            return
        if not self._unrecorded:
            # Two steps: after the first step of every other call that begins in this turn.
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, self._write_unrecorded)
        self._unrecorded.append(call)

    def _write_unrecorded(self) -> None:
        begun, self._unrecorded = self._unrecorded, []
        batch = Batch()
        for call in begun:
            if not (call.recorded or call.settling):
                try:
                    self._add(batch, call)
                except Exception:  # noqa: BLE001 - the others are still recorded, and this one when it ends
                    _log.exception("the call %s could not be recorded as running", call.record.id)
        if batch:
            self._db.enqueue(batch)

    def _add(self, batch: Batch, call: RunningCall) -> None:
        self._keys.record(batch, call)
        self._store.put_record(batch, call.record, self._accounts.account(call))
        call.recorded = True

    async def recorded(self, call_id: str) -> None:
        """Wait until the record of a running call is durable; required before a request to a paid provider."""
        call = self._running.get(call_id)
        if call is None:
            return
        if call.durable:
            call.asked = True
            return
        if call.recorded:
            await self._db.flush()
        else:
            batch = Batch()
            self._add(batch, call)
            await self._db.write_batch(batch)
            call.stored = True
        call.durable = call.asked = True
