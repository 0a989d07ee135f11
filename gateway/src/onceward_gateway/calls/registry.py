"""The calls of this process: which run, what a key that is presented again means, and how a call ends.

Where the database is shared with other nodes, a key is claimed there before its call is made, and a call that another
node makes is followed. A process that has its database alone keeps its claims in memory, and writes the record of a
call that ends at once only with its end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from ..billing.prices import PriceBook
from ..cluster.bus import Bus
from ..cluster.membership import Nodes
from ..config.load import Limits
from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..core.errors import invalid
from ..db import (
    Batch,
    Database,
    StorageError,
)
from . import sql
from .claims import IdempotencyKeys
from .ending import Ending
from .event_log import EventLog
from .event_stream import EventStream
from .failover import Failover, cancelled
from .idempotency import (
    Attached,
    Claim,
    IdempotentRequest,
    Replay,
    Start,
    not_resumable,
    position_of,
    same_request,
)
from .remote import RemoteCall
from .repository import CallStore, StoredKey
from .running import RunningCall, vanished
from .settlement import Biller, Settlement

__all__ = ["CallRegistry"]

_log = logging.getLogger("onceward_gateway")


class CallRegistry:
    """Every call of this gateway, running and ended."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        limits: Limits,
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
        self.grace_seconds = limits.grace_seconds
        self.lag_events = limits.lag_events
        self.running: dict[str, RunningCall] = {}
        self.following: dict[str, RemoteCall] = {}
        self.claims = IdempotencyKeys(db, clock, nodes, new_id, limits.keep_hours * 3600)
        self._db = db
        self._clock = clock
        self._nodes = nodes
        self._begun: list[RunningCall] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._biller = biller
        self._settlement = Settlement(
            db,
            self.store,
            self.log,
            self.claims,
            clock,
            prices,
            biller,
            self.running,
            node=nodes.id,
            spawn=self._spawn,
            on_ended=on_ended,
        )
        self.others = Failover(
            db,
            clock,
            nodes,
            bus,
            self.store,
            self.log,
            self.claims,
            biller,
            running=self.running,
            following=self.following,
        )

    def time(self) -> float:
        return self._clock.time()

    # -- a call is presented

    async def enter(self, presented: IdempotentRequest) -> Attached | Replay | Start:
        """What this request means: join, replay, or make the call."""
        if presented.key is None:
            if presented.last_event_id is not None and presented.stream:
                raise invalid(
                    "`Last-Event-ID` was sent without `Idempotency-Key`. Send the key of the call that is to go on.",
                    param="Idempotency-Key",
                    code="idempotency_key_missing",
                )
            return Start()
        while True:
            holder = self.claims.holder(presented)
            if isinstance(holder, RunningCall):
                return self._join(holder, presented)
            if holder is not None:
                same_request(holder.presented.fingerprint, presented)
                await holder.over()
                continue
            stored = await self.store.key(presented.principal, presented.key, self._clock.time())
            if self.claims.holder(presented) is not None:
                continue
            if stored is None:
                if presented.last_event_id is not None and presented.stream:
                    raise not_resumable(presented.last_event_id)
                return Start()
            entry = await self._known(presented, stored)
            if entry is not None:
                return entry

    def _join(self, run: RunningCall, presented: IdempotentRequest) -> Attached:
        same_request(run.fingerprint, presented)
        after = position_of(presented, run.record.id)
        self._asked_again(run.record)
        return Attached(run, after)

    def _asked_again(self, record: CallRecord) -> None:
        record.attempts += 1
        if not self._db.connected:
            # A count that is written late is worth no memory while storage is away.
            return
        self._db.enqueue(self.store.attempt_of(record.id))

    async def _known(self, presented: IdempotentRequest, stored: StoredKey) -> Attached | Replay | Start | None:
        """What a key means that was presented before; None if that has to be looked up once more."""
        same_request(stored.fingerprint, presented)
        record = stored.record
        if record is None:
            return Start(replaces=stored.call_id)
        after = position_of(presented, record.id)
        if record.status == "in_progress":
            return await self._in_progress(presented, record, after)
        if record.status == "failed" and presented.last_event_id is None and not record.failed_for_good:
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

    async def _in_progress(self, presented: IdempotentRequest, record: CallRecord, after: int) -> Attached | None:
        if record.node != self._nodes.id:
            self._asked_again(record)
            return Attached(self._follower(record), after)
        # It ended here, or its claim was let go, and that is being written.
        await self._db.flush()
        if record.id not in self.running and self.claims.holder(presented) is None:
            # Nothing came of that: a call that nobody makes, whatever its record says.
            await self.others.interrupt(sql.INTERRUPT_ONE, (record.id, self._nodes.id, record.attempt))
        return None

    def _follower(self, record: CallRecord) -> RemoteCall:
        follower = self.following.get(record.id)
        if follower is None:
            follower = self.following[record.id] = RemoteCall(self, record)
        return follower

    def unfollow(self, follower: RemoteCall) -> None:
        """Nobody here follows this call any more, or there is nothing left to follow."""
        if self.following.get(follower.record.id) is follower:
            del self.following[follower.record.id]

    async def read(self, record: CallRecord) -> EventStream:
        """A call as the database has it, from its first event."""
        feed = RemoteCall(self, record)
        await feed.refresh()
        return feed

    def attend(self, call_id: str) -> None:
        """Say to the node that makes a call that somebody waits for it."""
        batch = Batch()
        batch.add(sql.ATTEND, (call_id,))
        self._db.enqueue(batch)

    # -- a call begins

    def begin(self, claim: Claim, *, price_name: str, terminal: bytes | None = b"[DONE]") -> RunningCall:
        """The run of a call that was claimed; `Run.start` sets it off."""
        presented, record = claim.presented, claim.record
        run = RunningCall(
            self,
            record,
            fingerprint=presented.fingerprint if presented.key is not None else None,
            prompt_bytes=presented.body_bytes,
            price_name=price_name,
            terminal=terminal,
            logged=list(claim.entry.logged),
        )
        run.recorded = claim.recorded
        run.durable = claim.recorded and self._db.shared
        run.operation, run.expires_at = presented.operation, claim.expires_at
        self.running[record.id] = run
        self.claims.begun(claim, run)
        return run

    def record_soon(self, run: RunningCall) -> None:
        """Have a call that has begun on record at the end of this tick, unless it has ended by then."""
        if run.recorded or run.done:
            return
        if not self._begun:
            # Two steps: behind the first step of whatever else begins in this tick.
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, self._record_begun)
        self._begun.append(run)

    def _record_begun(self) -> None:
        begun, self._begun = self._begun, []
        batch = Batch()
        for run in begun:
            if not (run.recorded or run.settling):
                try:
                    self._put_begun(batch, run)
                except Exception:  # noqa: BLE001 - the others are recorded all the same, and this one with its end
                    _log.exception("the call %s could not be recorded as running", run.record.id)
        if batch:
            self._db.enqueue(batch)

    def _put_begun(self, batch: Batch, run: RunningCall) -> None:
        self.store.put_key_of(batch, run.record, run.operation, run.fingerprint, run.expires_at)
        self.store.put_record(batch, run.record)
        run.recorded = True

    async def recorded(self, call_id: str) -> None:
        """Return when it is durable that this call runs: before anything is asked of a provider, which will be paid."""
        run = self.running.get(call_id)
        if run is None:
            return
        if run.durable:
            run.asked = True
            return
        if self._db.shared:
            self._biller.write_fresh()
        if run.recorded:
            await self._db.flush()
        else:
            batch = Batch()
            self._put_begun(batch, run)
            await self._db.write_batch(batch)
        run.durable = run.asked = True

    # -- a call ends

    async def settle(self, run: RunningCall, ending: Ending) -> None:
        """Write how a call ended and return when that is durable."""
        await self._settlement.settle(run, ending)

    def unattended(self, run: RunningCall) -> None:
        """No client of this node listens to a call any more, and the time of grace is over."""
        if self._db.shared and run.keyed:
            self._spawn(self._give_up_unless_attended(run))
        else:
            run.cancel(vanished())

    async def _give_up_unless_attended(self, run: RunningCall) -> None:
        try:
            row = await self._db.one(sql.ATTENDED, (run.record.id,))
        except StorageError:
            row = (0.0,)
        if run.listeners:
            return
        # Seconds since a client of another node was seen to listen.
        since = None if row is None or row[0] is None else float(row[0])
        if since is not None and since < self.grace_seconds:
            run.wait_for_clients(self.grace_seconds - since)
        else:
            run.cancel(vanished())

    async def cancel(self, principal: str, call_id: str) -> CallRecord | None:
        """Cancel a running call, wherever it runs, and give its record when it has ended.

        None if the caller has no such call. One that does not end in time is given as it is.
        """
        run = self.running.get(call_id)
        if run is None or run.record.principal != principal:
            return await self.others.cancel(principal, call_id)
        run.cancel(cancelled(call_id))
        await run.finished()
        return run.record

    async def sweep(self) -> int:
        return await self.store.sweep(self._clock.time())

    async def drain(self, seconds: float) -> None:
        """Let calls end for `seconds`, then interrupt those that are left, and follow others no further."""
        deadline = self._clock.monotonic() + seconds
        while (self.running or self.following) and self._clock.monotonic() < deadline:
            await self._clock.sleep(min(0.02, seconds))
        left = list(self.running.values())
        for run in left:
            run.interrupt()
        for follower in list(self.following.values()):
            follower.stop()
        for run in left:
            await run.finished()

    async def stop(self) -> None:
        """End what runs beside the calls. Nothing is asked afterwards."""
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
