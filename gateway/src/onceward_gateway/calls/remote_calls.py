"""The calls of other nodes that clients of this node follow, and the stored streams and answers of ended ones."""

from __future__ import annotations

from ..cluster.bus import Bus
from ..core.answer import Answer
from ..core.call_record import CallRecord
from ..db import Batch, Database
from ..idempotency.repository import IdempotencyStore
from . import sql
from .event_stream import EventStream, draining
from .remote import RemoteCall
from .repository import CallStore

__all__ = ["RemoteCalls"]


class RemoteCalls:
    """Follows calls of other nodes; `followed` has those that this node follows, by their id."""

    def __init__(
        self, db: Database, store: CallStore, answers: IdempotencyStore, bus: Bus, disconnect_grace_seconds: float
    ) -> None:
        self._db = db
        self.store = store
        self._answers = answers
        self.bus = bus
        self.disconnect_grace_seconds = disconnect_grace_seconds
        self.followed: dict[str, RemoteCall] = {}
        self._stopped = False

    def follow(self, record: CallRecord) -> RemoteCall:
        """Return the stream of a call of another node. Raise 503 after `stop`: nothing would end the stream."""
        if self._stopped:
            raise draining()
        found = self.followed.get(record.id)
        if found is None:
            found = self.followed[record.id] = RemoteCall(self, record)
        return found

    def unfollow(self, follower: RemoteCall) -> None:
        """Stop following a call that has ended or has no subscribers."""
        if self.followed.get(follower.record.id) is follower:
            del self.followed[follower.record.id]

    def attend(self, call_id: str) -> None:
        """Record that a client of this node waits for a call of another node."""
        batch = Batch()
        batch.add(sql.ATTEND, (call_id,))
        self._db.enqueue(batch)

    async def answer(self, call_id: str) -> Answer | None:
        """Return the stored answer of a call that did not stream, or None."""
        return await self._answers.answer(call_id)

    async def read(self, record: CallRecord) -> EventStream:
        """Return the stored stream of a call, from its first event."""
        stored = RemoteCall(self, record)
        await stored.refresh()
        return stored

    def stop(self) -> None:
        """Stop following all calls, for good."""
        self._stopped = True
        for follower in list(self.followed.values()):
            follower.stop()
