"""The calls of this process, from their beginning to their end, and the services that they need.

If other nodes share the database, a key is claimed there before its call is made, and a call that runs on another node
is followed. A process with a database of its own keeps its claims in memory, and records a call that ends at once only
when it ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ..billing.prices import PriceBook
from ..cluster.bus import Bus
from ..cluster.membership import Nodes
from ..config.load import RequestLimits
from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..db import Database
from ..idempotency.engine import IdempotencyKeys
from . import sql
from .cancellation import CallCancellation
from .event_log import EventLog
from .failover import Failover
from .idempotent_calls import IdempotentCalls, NewCall
from .recorder import CallRecorder
from .remote_calls import RemoteCalls
from .repository import CallStore
from .running import RunningCall
from .settlement import Biller, Settlement

__all__ = ["CallRegistry"]


class CallRegistry:
    """The running calls of this gateway, and the parts that record, follow, cancel, settle and take over calls."""

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
        self._db = db
        self._nodes = nodes
        self._tasks: set[asyncio.Task[Any]] = set()
        self.clock = clock
        self.disconnect_grace_seconds = limits.disconnect_grace_seconds
        self.max_lag_events = limits.max_lag_events
        self.running: dict[str, RunningCall] = {}
        self.store = CallStore(db)
        self.log = EventLog(db, bus, lambda: nodes.alive, biller.keep)
        self.remote = RemoteCalls(db, self.store, idempotency.store, bus, limits.disconnect_grace_seconds)
        self.keys = IdempotentCalls(
            db,
            idempotency,
            nodes,
            new_id,
            self.store,
            running=self.running,
            follow=self.remote.follow,
            interrupt=self._interrupt,
        )
        self.recorder = CallRecorder(db, self.store, self.keys, biller, self.running)
        self.settlement = Settlement(
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
            following=self.remote.followed,
        )
        self.cancellation = CallCancellation(
            db, self.failover, self.running, self._spawn, limits.disconnect_grace_seconds
        )

    async def _interrupt(self, record: CallRecord) -> None:
        """Interrupt a call that this node should run, and does not."""
        await self.failover.interrupt(sql.INTERRUPT_ONE, (record.id, self._nodes.id, record.attempt))

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

    def unattended(self, call: RunningCall) -> None:
        """Cancel a call without subscribers after its grace period, unless clients of other nodes follow it."""
        self.cancellation.unattended(call)

    async def drain(self, seconds: float) -> None:
        """Wait up to `seconds` for calls to end, then interrupt the rest and stop following remote calls."""
        deadline = self.clock.monotonic() + seconds
        while (self.running or self.remote.followed) and self.clock.monotonic() < deadline:
            await self.clock.sleep(min(0.02, seconds))
        remaining = list(self.running.values())
        for call in remaining:
            call.interrupt()
        self.remote.stop()
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
