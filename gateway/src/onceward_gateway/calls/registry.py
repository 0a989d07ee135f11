"""The calls of this process: look-up of idempotency keys, beginning and end of calls.

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
from ..core import error_codes
from ..core.answer import Answer
from ..core.call_record import CallRecord, read_record
from ..core.clock import Clock
from ..core.errors import invalid
from ..db import (
    Batch,
    Database,
    StorageError,
)
from ..idempotency.repository import StoredKey
from ..idempotency.request import IdempotentRequest, require_same_request
from . import sql
from .claims import Attached, Claim, IdempotencyKeys, Replay, Start
from .ending import Ending
from .event_log import EventLog
from .event_stream import EventStream
from .failover import Failover, cancelled
from .remote import RemoteCall
from .repository import CallStore
from .resumption import not_resumable, resume_position
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
        self.claims = IdempotencyKeys(db, clock, nodes, new_id, limits.idempotency_retention_hours * 3600)
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
            self.claims,
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
            claims=self.claims,
            biller=biller,
            running=self.running,
            following=self.following,
        )

    def time(self) -> float:
        """Return the seconds since the epoch by the gateway's clock."""
        return self._clock.time()

    # -- look-up

    async def enter(self, request: IdempotentRequest) -> Attached | Replay | Start:
        """Return what to do for a request: attach to a running call, replay its answer, or start the call."""
        if request.key is None:
            if request.last_event_id is not None and request.stream:
                raise invalid(
                    "`Last-Event-ID` was sent without `Idempotency-Key`. Send the key of the call that is to go on.",
                    param="Idempotency-Key",
                    code=error_codes.IDEMPOTENCY_KEY_MISSING,
                )
            return Start()
        while True:
            holder = self.claims.holder(request)
            if isinstance(holder, RunningCall):
                return self._attach(holder, request)
            if holder is not None:
                require_same_request(holder.request.fingerprint, request)
                await holder.over()
                continue
            stored = await self.claims.store.find(sql.FIND_KEY, request.principal, request.key, self._clock.time())
            if self.claims.holder(request) is not None:
                continue
            if stored is None:
                if request.last_event_id is not None and request.stream:
                    raise not_resumable(request.last_event_id)
                return Start()
            outcome = await self._look_up_stored(request, stored)
            if outcome is not None:
                return outcome

    def _attach(self, call: RunningCall, request: IdempotentRequest) -> Attached:
        require_same_request(call.fingerprint, request)
        after = resume_position(request, call.record.id)
        self._count_attempt(call.record)
        return Attached(call, after)

    def _count_attempt(self, record: CallRecord) -> None:
        record.attempts += 1
        if not self._db.connected:
            # While the database is unavailable, a late count is not worth the memory.
            return
        self._db.enqueue(self.store.attempt_of(record.id))

    async def _look_up_stored(self, request: IdempotentRequest, stored: StoredKey) -> Attached | Replay | Start | None:
        """Return what to do for a key that is stored; None if it has to be looked up again."""
        require_same_request(stored.fingerprint, request)
        if stored.named is None:
            return Start(replaces=stored.id)
        record = read_record(stored.named)
        after = resume_position(request, record.id)
        if record.status == "in_progress":
            return await self._in_progress(request, record, after)
        if record.status == "failed" and request.last_event_id is None and not record.failed_for_good:
            if record.stream and await self.store.events(record.id, 0):
                return Start(replaces=record.id)
            return Start(record)
        if record.can_resume:
            blocks = await self.store.events(record.id, 0)
            frames = tuple(frame for block in blocks for frame in block.frames())
            return Start(record, frames, resumed=True, after=after)
        record.attempts += 1
        await self._db.write_batch(self.store.attempt_of(record.id))
        return Replay(record, after)

    async def _in_progress(self, request: IdempotentRequest, record: CallRecord, after: int) -> Attached | None:
        if record.node != self._nodes.id:
            self._count_attempt(record)
            return Attached(self._follower(record), after)
        # It ended here, or its claim was released, and that is still being written.
        await self._db.flush()
        if record.id not in self.running and self.claims.holder(request) is None:
            # The write failed: no node runs the call, although its record is in progress.
            await self.failover.interrupt(sql.INTERRUPT_ONE, (record.id, self._nodes.id, record.attempt))
        return None

    def _follower(self, record: CallRecord) -> RemoteCall:
        follower = self.following.get(record.id)
        if follower is None:
            follower = self.following[record.id] = RemoteCall(self, record)
        return follower

    def unfollow(self, follower: RemoteCall) -> None:
        """Stop following a remote call that has ended or has no subscribers."""
        if self.following.get(follower.record.id) is follower:
            del self.following[follower.record.id]

    async def answer(self, call_id: str) -> Answer | None:
        """Return the stored answer of a call that did not stream, or None."""
        return await self.claims.store.answer(call_id)

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

    def begin(self, claim: Claim, *, price_name: str, terminal: bytes | None = b"[DONE]") -> RunningCall:
        """Return the running call of a claim; `RunningCall.start` starts it."""
        request, record = claim.request, claim.record
        call = RunningCall(
            self,
            record,
            fingerprint=request.fingerprint if request.key is not None else None,
            prompt_bytes=request.body_bytes,
            price_name=price_name,
            terminal=terminal,
            logged=list(claim.start.logged),
        )
        call.recorded = claim.recorded
        call.durable = claim.recorded and self._db.shared
        call.operation, call.expires_at = request.operation, claim.expires_at
        self.running[record.id] = call
        self.claims.begun(claim, call)
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
        self.claims.record(batch, call)
        self.store.put_record(batch, call.record)
        call.recorded = True

    async def recorded(self, call_id: str) -> None:
        """Wait until the record of a running call is durable; required before a request to a paid provider."""
        call = self.running.get(call_id)
        if call is None:
            return
        if call.durable:
            call.asked = True
            return
        if self._db.shared:
            self._biller.write_fresh()
        if call.recorded:
            await self._db.flush()
        else:
            batch = Batch()
            self._add_record(batch, call)
            await self._db.write_batch(batch)
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

    async def sweep(self) -> int:
        """Delete the expired idempotency keys with their answers and events, and return the number of keys."""
        return await self.claims.store.sweep(self._clock.time())

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
