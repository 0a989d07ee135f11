"""The log of running streams: new events are written in blocks, and told to the nodes that follow a call."""

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
# Calls whose events are written at once: thousands would keep all others waiting.
_AT_ONCE = 200


def topic_of(call_id: str) -> str:
    """Where the events of a call are told."""
    return "call/" + call_id


class EventLog:
    """The events of this process's calls that are not yet written, or not yet told.

    `may_write` says whether this node still has its calls: what one writes that was taken for dead is in the way of
    the node that goes on with them. `keep` adds to a batch what must be durable with the events of a call.
    """

    def __init__(
        self, db: Database, bus: Bus, may_write: Callable[[], bool], keep: Callable[[RunningCall, Batch], None]
    ) -> None:
        self._db = db
        self._bus = bus
        self._may_write = may_write
        self._keep = keep
        self._unsaved: dict[str, RunningCall] = {}
        self._untold: dict[str, RunningCall] = {}
        self._timer: asyncio.Handle | None = None

    def add(self, run: RunningCall) -> None:
        """Have the new events of a call written within a twentieth of a second, and told within this tick."""
        self._unsaved[run.record.id] = run
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self._flush_some)
        if self._bus.connected:
            if not self._untold:
                asyncio.get_running_loop().call_soon(self._tell)
            self._untold[run.record.id] = run

    def flush(self) -> None:
        """Write all new events of all calls, unless this node no longer has them."""
        while self._unsaved and self._may_write():
            self._write_some()

    def _flush_some(self) -> None:
        """Write the new events of some calls, and those of others in the next turn."""
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
        for run in some:
            del self._unsaved[run.record.id]
            self._keep(run, batch)
            _put(batch, run, ())
        if batch:
            self._db.enqueue(batch)

    def end(self, run: RunningCall, batch: Batch, tail: Sequence[bytes]) -> None:
        """Add what is left of a call's events, and the one that ends it, to the batch of its end."""
        self._unsaved.pop(run.record.id, None)
        _put(batch, run, tail)

    def ended(self, run: RunningCall) -> None:
        """Tell those who follow a call that its end is written."""
        self._untold.pop(run.record.id, None)
        topic = topic_of(run.record.id)
        if self._bus.followed(topic):
            self._bus.publish(topic, b"")

    def interrupted(self, call_id: str) -> None:
        """Tell those who follow a call of a dead node that it is one."""
        self._bus.publish(topic_of(call_id), b"")

    def _tell(self) -> None:
        for run in self._untold.values():
            topic = topic_of(run.record.id)
            if run.told < run.total and self._bus.followed(topic):
                self._bus.publish(topic, b"%d\n" % (run.told + 1) + b"".join(run.frames[run.told :]))
            run.told = run.total
        self._untold.clear()


def _put(batch: Batch, run: RunningCall, tail: Sequence[bytes]) -> None:
    fresh = [*run.frames[run.saved :], *tail]
    if fresh:
        first = run.saved + 1
        run.saved += len(fresh)
        CallStore.put_events(batch, (run.record.id, first, run.saved, b"".join(fresh)))
