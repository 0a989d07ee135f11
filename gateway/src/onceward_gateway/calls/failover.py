"""Failover: cancellations between nodes, and the calls of nodes that died."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ..cluster.bus import Bus
from ..cluster.membership import Nodes
from ..core import error_codes
from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..core.errors import ApiError
from ..core.headers import X_SHOULD_RETRY
from ..db import (
    Database,
    StorageError,
)
from ..idempotency.engine import IdempotencyKeys
from . import sql
from .event_log import EventLog
from .remote import RemoteCall, lost
from .repository import CallStore
from .running import RunningCall

__all__ = ["InterruptionBiller", "Failover", "cancelled"]

_CANCEL_TOPIC = "calls/cancel"
_POLL_SECONDS = 1.0
_FIRST_POLL_SECONDS, _MAX_POLL_SECONDS = 0.02, 0.5


class InterruptionBiller(Protocol):
    """Bills calls that were interrupted."""

    async def interrupted(self, calls: Sequence[CallRecord]) -> object:
        """Bill the calls in the open transaction, which marks them as interrupted."""
        ...


class Failover:
    """Cancels calls across nodes and interrupts the calls of nodes that died."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        nodes: Nodes,
        bus: Bus,
        store: CallStore,
        log: EventLog,
        *,
        idempotency: IdempotencyKeys,
        biller: InterruptionBiller,
        running: Mapping[str, RunningCall],
        following: Mapping[str, RemoteCall],
    ) -> None:
        self._db = db
        self._clock = clock
        self._nodes = nodes
        self._bus = bus
        self._store = store
        self._log = log
        self._idempotency = idempotency
        self._biller = biller
        self._running = running
        self._following = following
        bus.subscribe(_CANCEL_TOPIC, lambda message: self._cancel_here(message.decode("utf-8", "replace")))
        bus.on_reconnect(self._refresh_followed)

    # -- cancelling

    async def cancel(self, principal: str, call_id: str) -> CallRecord | None:
        """Cancel a call of another node and return its record; None if the caller has no such call."""
        record = await self._store.find(principal, call_id)
        if record is None or record.status != "in_progress" or record.node == self._nodes.id:
            return record
        if not await self._db.changed(sql.REQUEST_CANCEL, (principal, call_id)):
            return await self._store.find(principal, call_id)
        self._bus.publish(_CANCEL_TOPIC, call_id.encode())
        return await self._ended(record)

    async def _ended(self, record: CallRecord) -> CallRecord | None:
        deadline = self._clock.monotonic() + self._nodes.lease_seconds + 2 * _POLL_SECONDS
        delay = _FIRST_POLL_SECONDS
        found: CallRecord | None = record
        while found is not None and found.status == "in_progress" and self._clock.monotonic() < deadline:
            await self._clock.sleep(delay)
            delay = min(2 * delay, _MAX_POLL_SECONDS)
            found = await self._store.find(record.principal, record.id)
        return found

    def _cancel_here(self, call_id: str) -> None:
        call = self._running.get(call_id)
        if call is not None:
            call.cancel(cancelled(call_id))

    # -- polling

    async def watch(self) -> None:
        """Poll for cancellations that other nodes requested. Runs for ever where there are other nodes."""
        last_disowned = self._clock.monotonic()
        while True:
            await self._clock.sleep(self._nodes.heartbeat_seconds if self._bus.connected else _POLL_SECONDS)
            try:
                if self._running:
                    for (call_id,) in await self._db.query(sql.CANCELLED, (self._nodes.id,)):
                        self._cancel_here(str(call_id))
                if self._clock.monotonic() - last_disowned > self._nodes.lease_seconds:
                    last_disowned = self._clock.monotonic()
                    await self._disown()
            except StorageError:
                # Calls that need the database report the failure.
                continue

    async def _disown(self) -> None:
        """Interrupt calls that are recorded as running on this node but are not.

        They remain when the response to a claim was lost or an end could not be written; other nodes would follow
        them for as long as this node lives.
        """
        cutoff = self._clock.time() - self._nodes.lease_seconds
        rows = await self._db.query(sql.RUNNING_OF, (self._nodes.id,))
        candidates = [(str(id), int(attempt)) for id, attempt, created_at in rows if created_at < cutoff]
        if any(id not in self._running for id, _ in candidates):
            await self._db.flush()
        for id, attempt in candidates:
            if id not in self._running and not self._idempotency.is_claimed(id):
                await self.interrupt(sql.INTERRUPT_ONE, (id, self._nodes.id, attempt))

    def _refresh_followed(self) -> None:
        for follower in self._following.values():
            follower.refresh_now()

    # -- nodes that died

    async def died(self, node_id: str) -> int:
        """Interrupt and bill the calls that a dead node left in progress, and return their number."""
        return await self.interrupt(sql.INTERRUPT, (node_id,))

    async def recover(self) -> int:
        """Interrupt and bill the calls of every node that is not known to be alive, and return their number."""
        return await self.interrupt(sql.INTERRUPT_ALL, ())

    async def interrupt(self, statement: str, parameters: tuple[Any, ...]) -> int:
        """Interrupt the calls that a statement selects, bill them, and return their number."""
        # The node that changes the row bills the call: no other node finds it in progress afterwards.
        async with self._db.transaction():
            records = await self._store.interrupt(statement, (self._clock.time(), *parameters))
            if records:
                await self._biller.interrupted(records)
        for record in records:
            self._log.interrupted(record.id)
            if record.id in self._following:
                self._following[record.id].refresh_now()
        return len(records)

    async def release_taken_over(self) -> None:
        """End the calls that other nodes took over or billed while this node was declared dead."""
        # Calls that begin during the query belong to this node.
        cutoff = [call for call in self._running.values() if call.durable]
        owned = {str(id) for id, _, _ in await self._db.query(sql.RUNNING_OF, (self._nodes.id,))}
        for call in cutoff:
            if call.record.id in owned:
                continue
            if call.record.provider != "offline":
                call.cancel(lost(call.record.id))
            elif call.keyed:
                call.hand_over()


def cancelled(call_id: str) -> ApiError:
    """Return the error of a call that its client cancelled."""
    message = f"The call {call_id!r} was cancelled at its client's request. Send it again with a new key."
    return ApiError(409, message, code=error_codes.CALL_CANCELLED, headers=((X_SHOULD_RETRY, "false"),))
