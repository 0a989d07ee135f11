"""A call that runs on another node, followed for the clients of this node.

Its events arrive over the bus as they happen. They are also read from the event table: when the first client
subscribes, periodically, and whenever events are missing. Its outcome is read from its record. A followed call is
marked as attended, so that its node does not cancel it.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from ..cluster.bus import Bus
from ..core import error_codes
from ..core.answer import Answer
from ..core.call_record import CallRecord
from ..core.errors import (
    ApiError,
    envelope,
    internal,
)
from ..db import StorageError
from .event_log import topic_of
from .event_stream import (
    EventStream,
    Subscriber,
    draining,
    frame,
)
from .repository import CallStore

__all__ = ["RemoteCall", "RemoteCallHost", "lost"]

_log = logging.getLogger("onceward_gateway")
# Seconds between two reads: initially, while events arrive, and at most. The owner writes its log every 50 ms.
_FIRST_SECONDS, _ACTIVE_SECONDS, _MAX_SECONDS = 0.06, 0.2, 1.0


class RemoteCallHost(Protocol):
    """The node's services for a call of another node."""

    store: CallStore
    bus: Bus
    disconnect_grace_seconds: float

    async def answer(self, call_id: str) -> Answer | None:
        """Return the stored answer of a call that did not stream, or None."""
        ...

    def attend(self, call_id: str) -> None:
        """Mark a call of another node as attended by a client of this node."""
        ...

    def unfollow(self, follower: RemoteCall) -> None:
        """Stop following a call that has ended or has no subscribers."""
        ...


class RemoteCall(EventStream):
    """The event stream of a call that runs on another node."""

    def __init__(self, host: RemoteCallHost, record: CallRecord) -> None:
        super().__init__(record)
        self._host = host
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._wakeup: asyncio.Future[None] | None = None
        self._due = False

    def join(self, subscriber: Subscriber) -> None:
        """Add a subscriber; the first one starts following the other node."""
        super().join(subscriber)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._follow(), name=f"follow {self.record.id}")
            self._task.add_done_callback(self._stopped)

    def _stopped(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:
            return
        _log.error("call %s could not be followed", self.record.id, exc_info=task.exception())
        self._fail(internal())
        self._host.unfollow(self)
        self.wake()

    def leave(self, subscriber: Subscriber) -> None:
        """Remove a subscriber; without any, following ends."""
        super().leave(subscriber)
        if not self.subscribers and self._task is not None:
            self._host.unfollow(self)
            self._task.cancel()
            self._task = None

    def refresh_now(self) -> None:
        """Read the database without waiting for the next interval."""
        self._due = True
        if self._wakeup is not None and not self._wakeup.done():
            self._wakeup.set_result(None)

    # -- messages and reads

    def receive(self, message: bytes) -> None:
        """Handle a message of the call's node: new events, or nothing if the call has ended."""
        first, _, data = message.partition(b"\n")
        if not data or not first.isdigit() or int(first) > self.total + 1:
            # The end is durable when it is published; events that were missed are written within 50 ms.
            self._refresh_in(0 if not data else _FIRST_SECONDS)
            return
        self._append(int(first), [event + b"\n\n" for event in data.split(b"\n\n")[:-1]])
        self.wake()

    def _append(self, first: int, frames: list[bytes]) -> None:
        if not self.over:
            self.frames.extend(frames[max(0, self.total + 1 - first) :])

    def _refresh_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.refresh_now)

    async def _follow(self) -> None:
        leave = self._host.bus.follow(topic_of(self.record.id), self.receive)
        attend_every = max(0.05, self._host.disconnect_grace_seconds / 3)
        loop = asyncio.get_running_loop()
        attended = -attend_every
        delay = _FIRST_SECONDS
        try:
            while not self.over:
                if loop.time() - attended >= attend_every:
                    attended = loop.time()
                    self._host.attend(self.record.id)
                has_new_events = await self._try_to_refresh()
                delay = _ACTIVE_SECONDS if has_new_events else min(_MAX_SECONDS, delay * 2)
                if not self.over:
                    await self._wait(min(_MAX_SECONDS if self._host.bus.connected else delay, attend_every))
        finally:
            leave()
            if self._timer is not None:
                self._timer.cancel()
            self._host.attend(self.record.id)

    async def _wait(self, seconds: float) -> None:
        """Wait `seconds`, or until `refresh_now` is called."""
        if not self._due:
            self._wakeup = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._wakeup], timeout=seconds)
            self._wakeup = None
        self._due = False

    async def _try_to_refresh(self) -> bool:
        try:
            return await self.refresh()
        except StorageError as error:
            # The call may still be running: its outcome is read once the database is available again.
            _log.warning("call %s cannot be followed at the moment: %s", self.record.id, error)
            return False

    async def refresh(self) -> bool:
        """Read the record and the new events from the database, and return whether there were any events."""
        # The record first: if it has ended, the events read afterwards are complete.
        record = await self._host.store.find(self.record.principal, self.record.id)
        seen = self.total
        for block in await self._host.store.events(self.record.id, seen):
            self._append(block.first, block.frames())
        if record is None:
            self._fail(lost(self.record.id))
        else:
            self.record = record
            if record.status != "in_progress":
                await self._end(record)
        if self.total > seen or self.over:
            self.wake()
        return self.total > seen

    async def _end(self, record: CallRecord) -> None:
        if record.status == "completed":
            if not record.stream:
                self.answer = await self._host.answer(record.id)
                if self.answer is None:
                    self._fail(lost(record.id))
            self.done = True
            self._host.unfollow(self)
        elif record.can_resume:
            self.moved = True
            self._host.unfollow(self)
        elif record.status == "interrupted":
            self._fail_outside_log(lost(record.id))
        else:
            self._fail(record.failure())

    def stop(self) -> None:
        """Disconnect the clients because this gateway stops; the call continues on its node."""
        self._fail_outside_log(draining())
        self.wake()

    def _fail_outside_log(self, error: ApiError) -> None:
        """Fail with an error outside the event log: it has the number of the last event, so that clients can resume."""
        self._fail(error)
        if self.total:
            data = envelope(error, self.record.request_id)
            self.frames.append(frame(self.record.id, self.total, data, "error"))

    def _fail(self, error: ApiError) -> None:
        error.call_id = self.record.id
        self.error, self.done = error, True
        self._host.unfollow(self)


def lost(call_id: str) -> ApiError:
    """Return the error of a call whose node died, so that its outcome is unknown."""
    return ApiError(
        500,
        f"The gateway stopped while the call {call_id!r} ran, and how it ended is not known. "
        "Events already received remain valid. To make the call again, send it with a new key.",
        code=error_codes.CALL_INTERRUPTED,
        provider_asked=None,
    )
