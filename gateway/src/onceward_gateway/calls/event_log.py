"""The event log of running calls: writes new events in blocks and publishes them to the nodes that follow a call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from itertools import islice

from ..cluster.bus import Bus
from ..db import Batch, Database
from .repository import CallStore
from .running import RunningCall

__all__ = ["EventLog", "topic_of"]

_FLUSH_SECONDS = 0.05
# Calls whose events are written in one turn of the event loop: thousands would block all other requests.
_AT_ONCE = 200


def topic_of(call_id: str) -> str:
    """Return the bus topic of a call's events."""
    return "call/" + call_id


class EventLog:
    """The events of this process's calls that are not yet written or not yet published.

    `may_write` returns whether this node still owns its calls. A node that was declared dead must not write: its events
    would conflict with those of the node that resumed the calls. `keep` adds to a batch what must be durable together
    with the events of a call.
    """

    def __init__(
        self, db: Database, bus: Bus, may_write: Callable[[], bool], keep: Callable[[RunningCall, Batch], None]
    ) -> None:
        self._db = db
        self._bus = bus
        self._may_write = may_write
        self._keep = keep
        self._unsaved: dict[str, RunningCall] = {}
        self._unpublished: dict[str, RunningCall] = {}
        self._timer: asyncio.Handle | None = None

    def add(self, call: RunningCall) -> None:
        """Schedule the new events of a call: written within 50 ms, published within this turn of the event loop."""
        self._unsaved[call.record.id] = call
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self._flush_some)
        if self._bus.connected:
            if not self._unpublished:
                asyncio.get_running_loop().call_soon(self._publish)
            self._unpublished[call.record.id] = call

    def flush(self) -> None:
        """Write all new events of all calls, unless this node no longer owns them."""
        while self._unsaved and self._may_write():
            self._write_some()

    def _flush_some(self) -> None:
        """Write the new events of some calls, and schedule the rest for the next turn of the event loop."""
        self._timer = None
        if not self._unsaved:
            return
        loop = asyncio.get_running_loop()
        if not self._may_write():
            self._timer = loop.call_later(_FLUSH_SECONDS, self._flush_some)
            return
        self._write_some()
        if self._unsaved:
            self._timer = loop.call_soon(self._flush_some)

    def _write_some(self) -> None:
        some = list(islice(self._unsaved.values(), _AT_ONCE))
        batch = Batch()
        for call in some:
            del self._unsaved[call.record.id]
            self._keep(call, batch)
            _add_events(batch, call, ())
        if batch:
            self._db.enqueue(batch)

    def end(self, call: RunningCall, batch: Batch, tail: Sequence[bytes]) -> None:
        """Add the unwritten events of a call, and those that end it, to the batch that settles it."""
        self._unsaved.pop(call.record.id, None)
        _add_events(batch, call, tail)

    def ended(self, call: RunningCall) -> None:
        """Notify the followers of a call that its end is durable."""
        self._unpublished.pop(call.record.id, None)
        topic = topic_of(call.record.id)
        if self._bus.followed(topic):
            self._bus.publish(topic, b"")

    def interrupted(self, call_id: str) -> None:
        """Notify the followers of a dead node's call that it was interrupted."""
        self._bus.publish(topic_of(call_id), b"")

    def _publish(self) -> None:
        for call in self._unpublished.values():
            topic = topic_of(call.record.id)
            if call.published < call.total and self._bus.followed(topic):
                self._bus.publish(topic, b"%d\n" % (call.published + 1) + b"".join(call.frames[call.published :]))
            call.published = call.total
        self._unpublished.clear()


def _add_events(batch: Batch, call: RunningCall, tail: Sequence[bytes]) -> None:
    unsaved = [*call.frames[call.saved :], *tail]
    if unsaved:
        first = call.saved + 1
        call.saved += len(unsaved)
        CallStore.put_events(batch, (call.record.id, first, call.saved, b"".join(unsaved)))
