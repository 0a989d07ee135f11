"""The calls of this process: their beginning and their end.

If other nodes share the database, a key is claimed there before its call is made, and a call that runs on another node
is followed. A process with a database of its own keeps its claims in memory, and records a call that ends at once only
when it ends.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from ..billing.prices import PriceBook
from ..cluster.bus import Bus
from ..cluster.membership import Nodes
from ..config.load import RequestLimits
from ..core.answer import Answer
from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..db import (
    Batch,
    Database,
    StorageError,
)
from ..idempotency.engine import IdempotencyKeys
from . import sql
from .ending import Ending
from .event_log import EventLog
from .event_stream import EventStream
from .failover import Failover, cancelled
from .idempotent_calls import IdempotentCalls, NewCall
from .remote import RemoteCall
from .repository import CallStore
from .running import RunningCall, abandoned
from .settlement import Biller, Settlement

__all__ = ["CallRegistry"]

_log = logging.getLogger("onceward_gateway")


class CallRegistry:
    """Every call of this gateway, running and ended."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        limits: RequestLimits,
        prices: PriceBook,
        new_id: Callable[[str], str],
        *,
        idempotency: IdempotencyKeys,
        biller: Biller,
        nodes: Nodes,
        bus: Bus,
        on_ended: Callable[[RunningCall, float], None],
    ) -> None:
        self.store = CallStore(db)
        self.bus = bus
        self.log = EventLog(db, bus, lambda: nodes.alive, biller.keep)
        self.disconnect_grace_seconds = limits.disconnect_grace_seconds
        self.max_lag_events = limits.max_lag_events
        self.running: dict[str, RunningCall] = {}
        self.following: dict[str, RemoteCall] = {}
        self.keys = IdempotentCalls(
            db,
            idempotency,
            nodes,
            new_id,
            self.store,
            running=self.running,
            follow=self._follower,
            interrupt=self._interrupt,
        )
        self._idempotency = idempotency
        self._db = db
        self._clock = clock
        self._nodes = nodes
        self._unrecorded: list[RunningCall] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._biller = biller
        self._settlement = Settlement(
            db,
            self.store,
            self.log,
            self.keys,
            clock,
            prices,
            biller=biller,
            running=self.running,
            node=nodes.id,
            spawn=self._spawn,
            on_ended=on_ended,
        )
        self.failover = Failover(
            db,
            clock,
            nodes,
            bus,
            self.store,
            self.log,
            idempotency=idempotency,
            biller=biller,
            running=self.running,
            following=self.following,
        )

    def time(self) -> float:
        """Return the seconds since the epoch by the gateway's clock."""
        return self._clock.time()

    # -- other nodes

    def _follower(self, record: CallRecord) -> RemoteCall:
        follower = self.following.get(record.id)
        if follower is None:
            follower = self.following[record.id] = RemoteCall(self, record)
        return follower

    async def _interrupt(self, record: CallRecord) -> None:
        """Interrupt a call that this node should run, and does not."""
        await self.failover.interrupt(sql.INTERRUPT_ONE, (record.id, self._nodes.id, record.attempt))

    def unfollow(self, follower: RemoteCall) -> None:
        """Stop following a remote call that has ended or has no subscribers."""
        if self.following.get(follower.record.id) is follower:
            del self.following[follower.record.id]

    async def answer(self, call_id: str) -> Answer | None:
        """Return the stored answer of a call that did not stream, or None."""
        return await self._idempotency.store.answer(call_id)

    async def read(self, record: CallRecord) -> EventStream:
        """Return the stored stream of a call, from its first event."""
        stored = RemoteCall(self, record)
        await stored.refresh()
        return stored

    def attend(self, call_id: str) -> None:
        """Record that a client of this node waits for a call of another node."""
        batch = Batch()
        batch.add(sql.ATTEND, (call_id,))
        self._db.enqueue(batch)

    # -- beginning

    def begin(self, new: NewCall, *, price_name: str, terminal: bytes | None = b"[DONE]") -> RunningCall:
        """Return the running call of a new call; `RunningCall.start` starts it."""
        record, claim = new.record, new.claim
        call = RunningCall(
            self,
            record,
            claim=claim,
            prompt_bytes=new.request.body_bytes,
            price_name=price_name,
            terminal=terminal,
            logged=list(new.logged),
        )
        if claim is not None:
            call.recorded = claim.recorded
            call.durable = call.stored = claim.recorded and self._db.shared
        self.running[record.id] = call
        self.keys.begun(new, call)
        return call

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
                    self._add_record(batch, call)
                except Exception:  # noqa: BLE001 - the others are still recorded, and this one when it ends
                    _log.exception("the call %s could not be recorded as running", call.record.id)
        if batch:
            self._db.enqueue(batch)

    def _add_record(self, batch: Batch, call: RunningCall) -> None:
        self.keys.record(batch, call)
        self.store.put_record(batch, call.record, self._biller.account(call))
        call.recorded = True

    async def recorded(self, call_id: str) -> None:
        """Wait until the record of a running call is durable; required before a request to a paid provider."""
        call = self.running.get(call_id)
        if call is None:
            return
        if call.durable:
            call.asked = True
            return
        if call.recorded:
            await self._db.flush()
        else:
            batch = Batch()
            self._add_record(batch, call)
            await self._db.write_batch(batch)
            call.stored = True
        call.durable = call.asked = True

    # -- end

    async def settle(self, call: RunningCall, ending: Ending) -> None:
        """Write the outcome of a call, and return when it is durable."""
        await self._settlement.settle(call, ending)

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
        if seconds_since is not None and seconds_since < self.disconnect_grace_seconds:
            call.wait_for_clients(self.disconnect_grace_seconds - seconds_since)
        else:
            call.cancel(abandoned())

    async def cancel(self, principal: str, call_id: str) -> CallRecord | None:
        """Cancel a running call at whichever node it runs, and return its record once it has ended.

        Return None if the caller has no such call, and the current record of one that does not end in time.
        """
        call = self.running.get(call_id)
        if call is None or call.record.principal != principal:
            return await self.failover.cancel(principal, call_id)
        call.cancel(cancelled(call_id))
        await call.finished()
        return call.record

    async def drain(self, seconds: float) -> None:
        """Wait up to `seconds` for calls to end, then interrupt the rest and stop following remote calls."""
        deadline = self._clock.monotonic() + seconds
        while (self.running or self.following) and self._clock.monotonic() < deadline:
            await self._clock.sleep(min(0.02, seconds))
        remaining = list(self.running.values())
        for call in remaining:
            call.interrupt()
        for follower in list(self.following.values()):
            follower.stop()
        for call in remaining:
            await call.finished()

    async def stop(self) -> None:
        """Cancel the background tasks and write the last events. The registry cannot be used afterwards."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self.log.flush()

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
