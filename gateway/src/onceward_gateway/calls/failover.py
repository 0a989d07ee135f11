"""What other nodes ask of this one's calls, and what they leave when they die."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ..cluster.bus import Bus
from ..cluster.membership import Nodes
from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..core.errors import ApiError
from ..db import (
    Batch,
    Database,
    StorageError,
)
from . import sql
from .claims import IdempotencyKeys
from .event_log import EventLog
from .remote import RemoteCall, lost
from .repository import CallStore
from .running import RunningCall

__all__ = ["InterruptionBiller", "Failover", "cancelled"]

_CANCEL_TOPIC = "calls/cancel"
_LOOK_SECONDS = 1.0
_FIRST_LOOK, _LAST_LOOK = 0.02, 0.5


class InterruptionBiller(Protocol):
    """Books calls that were interrupted."""

    async def interrupted(self, calls: Sequence[CallRecord]) -> object:
        """Book the calls inside the open transaction, which marks them as interrupted."""
        ...


class Failover:
    """The other nodes, as calls have to do with them."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        nodes: Nodes,
        bus: Bus,
        store: CallStore,
        log: EventLog,
        claims: IdempotencyKeys,
        biller: InterruptionBiller,
        *,
        running: Mapping[str, RunningCall],
        following: Mapping[str, RemoteCall],
    ) -> None:
        self._db = db
        self._clock = clock
        self._nodes = nodes
        self._bus = bus
        self._store = store
        self._log = log
        self._claims = claims
        self._biller = biller
        self._running = running
        self._following = following
        bus.subscribe(_CANCEL_TOPIC, lambda message: self._cancel_here(message.decode("utf-8", "replace")))
        bus.on_reconnect(self._look_again)

    # -- cancelling

    async def cancel(self, principal: str, call_id: str) -> CallRecord | None:
        """Have a call cancelled that this node does not make; gives its record, None if the caller has no such call."""
        record = await self._store.find(principal, call_id)
        if record is None or record.status != "in_progress" or record.node == self._nodes.id:
            return record
        if not await self._db.changed(sql.REQUEST_CANCEL, (principal, call_id)):
            return await self._store.find(principal, call_id)
        self._bus.publish(_CANCEL_TOPIC, call_id.encode())
        return await self._ended(record)

    async def _ended(self, record: CallRecord) -> CallRecord | None:
        deadline = self._clock.monotonic() + self._nodes.lease_seconds + 2 * _LOOK_SECONDS
        delay = _FIRST_LOOK
        found: CallRecord | None = record
        while found is not None and found.status == "in_progress" and self._clock.monotonic() < deadline:
            await self._clock.sleep(delay)
            delay = min(2 * delay, _LAST_LOOK)
            found = await self._store.find(record.principal, record.id)
        return found

    def _cancel_here(self, call_id: str) -> None:
        run = self._running.get(call_id)
        if run is not None:
            run.cancel(cancelled(call_id))

    # -- looking

    async def watch(self) -> None:
        """Look for what other nodes ask of this one's calls. Runs beside the requests where there are other nodes."""
        looked_over = self._clock.monotonic()
        while True:
            await self._clock.sleep(self._nodes.heartbeat_seconds if self._bus.connected else _LOOK_SECONDS)
            try:
                if self._running:
                    for (call_id,) in await self._db.query(sql.CANCELLED, (self._nodes.id,)):
                        self._cancel_here(str(call_id))
                if self._clock.monotonic() - looked_over > self._nodes.lease_seconds:
                    looked_over = self._clock.monotonic()
                    await self._disown()
            except StorageError:
                # It is said where calls need the database.
                continue

    async def _disown(self) -> None:
        """Interrupt the calls that this node has by their records and does not make.

        Such are left where the answer to a claim was lost, or an end could not be written: others would follow them
        for as long as this node lives.
        """
        before = self._clock.time() - self._nodes.lease_seconds
        rows = await self._db.query(sql.RUNNING_OF, (self._nodes.id,))
        left = [(str(id), int(attempt)) for id, attempt, created_at in rows if created_at < before]
        if any(id not in self._running for id, _ in left):
            await self._db.flush()
        for id, attempt in left:
            if id not in self._running and not self._claims.is_claimed(id):
                await self.interrupt(sql.INTERRUPT_ONE, (id, self._nodes.id, attempt))

    def _look_again(self) -> None:
        for follower in self._following.values():
            follower.poke()

    # -- nodes that died

    async def died(self, node_id: str) -> int:
        """Calls that a dead node left in progress are interrupted, and what they used is booked; gives how many."""
        freed = Batch()
        freed.add(sql.FREE_MUTATIONS, (node_id,))
        await self._db.write_batch(freed)
        return await self.interrupt(sql.INTERRUPT, (node_id,))

    async def recover(self) -> int:
        """The same for the calls of every node that is not known to live."""
        return await self.interrupt(sql.INTERRUPT_ALL, ())

    async def interrupt(self, statement: str, parameters: tuple[Any, ...]) -> int:
        """Interrupt the calls of one of the statements for it, and book them; gives how many."""
        # Whoever changes the row books the call; nobody else finds it in progress after that.
        async with self._db.transaction():
            records = await self._store.interrupt(statement, (self._clock.time(), *parameters))
            if records:
                await self._biller.interrupted(records)
        for record in records:
            self._log.interrupted(record.id)
            if record.id in self._following:
                self._following[record.id].poke()
        return len(records)

    async def let_go(self) -> None:
        """After this node was taken for dead: end the calls that the others have now, or have booked."""
        # Those that begin while it is asked are its own.
        before = [run for run in self._running.values() if run.durable]
        mine = {str(id) for id, _, _ in await self._db.query(sql.RUNNING_OF, (self._nodes.id,))}
        for run in before:
            if run.record.id in mine:
                continue
            if run.record.provider != "offline":
                run.cancel(lost(run.record.id))
            elif run.keyed:
                run.hand_over()


def cancelled(call_id: str) -> ApiError:
    """What ends a call that its client cancels."""
    message = f"The call {call_id!r} was cancelled at its client's request. Send it again with a new key."
    return ApiError(409, message, code="call_cancelled", headers=(("x-should-retry", "false"),))
