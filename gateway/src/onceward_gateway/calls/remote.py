"""A call that another node makes, followed for the clients that this node has of it.

Its events come over the bus as they happen and from the event table in any case: on joining, from time to time, and
whenever something is missing. How it ended is what its record says. While it is followed it counts as attended, so that
its own node does not give it up.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from ..cluster.bus import Bus
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
# Seconds between two looks: at first, while events come, and at most. The owner writes its log every 0.05.
_SOON, _LIVELY, _SELDOM = 0.06, 0.2, 1.0


class RemoteCallHost(Protocol):
    """The node's services for a call of another node."""

    store: CallStore
    bus: Bus
    grace_seconds: float

    def attend(self, call_id: str) -> None:
        """Tell the node that makes a call that a client waits for it."""
        ...

    def unfollow(self, follower: RemoteCall) -> None:
        """Forget a follower that has ended or that no client listens to."""
        ...


class RemoteCall(EventStream):
    """One call of another node."""

    def __init__(self, host: RemoteCallHost, record: CallRecord) -> None:
        super().__init__(record)
        self._host = host
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._look: asyncio.Future[None] | None = None
        self._due = False

    def join(self, listener: Subscriber) -> None:
        super().join(listener)
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

    def leave(self, listener: Subscriber) -> None:
        super().leave(listener)
        if not self.listeners and self._task is not None:
            self._host.unfollow(self)
            self._task.cancel()
            self._task = None

    def poke(self) -> None:
        """Look now."""
        self._due = True
        if self._look is not None and not self._look.done():
            self._look.set_result(None)

    # -- what is heard and read

    def heard(self, message: bytes) -> None:
        """Events as the owner tells them; nothing at all when the call has ended."""
        first, _, data = message.partition(b"\n")
        if not data or not first.isdigit() or int(first) > self.total + 1:
            # The end is told when it is written; what was missed is written within a moment.
            self._poke_in(0 if not data else _SOON)
            return
        self._append(int(first), [piece + b"\n\n" for piece in data.split(b"\n\n")[:-1]])
        self.wake()

    def _append(self, first: int, frames: list[bytes]) -> None:
        if not self.over:
            self.frames.extend(frames[max(0, self.total + 1 - first) :])

    def _poke_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.poke)

    async def _follow(self) -> None:
        leave = self._host.bus.follow(topic_of(self.record.id), self.heard)
        attend_every = max(0.05, self._host.grace_seconds / 3)
        loop = asyncio.get_running_loop()
        attended = -attend_every
        delay = _SOON
        try:
            while not self.over:
                if loop.time() - attended >= attend_every:
                    attended = loop.time()
                    self._host.attend(self.record.id)
                fresh = await self._try_to_refresh()
                delay = _LIVELY if fresh else min(_SELDOM, delay * 2)
                if not self.over:
                    await self._rest(min(_SELDOM if self._host.bus.connected else delay, attend_every))
        finally:
            leave()
            if self._timer is not None:
                self._timer.cancel()
            self._host.attend(self.record.id)

    async def _rest(self, seconds: float) -> None:
        """Wait so long, or until somebody says that there is something."""
        if not self._due:
            self._look = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._look], timeout=seconds)
            self._look = None
        self._due = False

    async def _try_to_refresh(self) -> bool:
        try:
            return await self.refresh()
        except StorageError as error:
            # Whoever makes the call may well go on: its end is heard of when the database is back.
            _log.warning("call %s cannot be followed at the moment: %s", self.record.id, error)
            return False

    async def refresh(self) -> bool:
        """Read what the database has; gives whether there was something new."""
        # The record first: what it says of the end is true of the events that are read after it.
        record = await self._host.store.find(self.record.principal, self.record.id)
        before = self.total
        for block in await self._host.store.events(self.record.id, before):
            self._append(block.first, block.frames())
        if record is None:
            self._fail(lost(self.record.id))
        else:
            self.record = record
            if record.status != "in_progress":
                await self._end(record)
        if self.total > before or self.over:
            self.wake()
        return self.total > before

    async def _end(self, record: CallRecord) -> None:
        if record.status == "completed":
            if not record.stream:
                self.answer = await self._host.store.answer(record.id)
                if self.answer is None:
                    self._fail(lost(record.id))
            self.done = True
            self._host.unfollow(self)
        elif record.can_resume:
            self.moved = True
            self._host.unfollow(self)
        elif record.status == "interrupted":
            self._break_off(lost(record.id))
        else:
            self._fail(record.failure())

    def stop(self) -> None:
        """The gateway stops; the call goes on where it is made, and can be asked for at any other node."""
        self._break_off(draining())
        self.wake()

    def _break_off(self, error: ApiError) -> None:
        """Fail with an error that is no event of the call: it has the number of the last one, to go on from."""
        self._fail(error)
        if self.total:
            told = envelope(error, self.record.request_id)
            self.frames.append(frame(self.record.id, self.total, told, "error"))

    def _fail(self, error: ApiError) -> None:
        error.call_id = self.record.id
        self.error, self.done = error, True
        self._host.unfollow(self)


def lost(call_id: str) -> ApiError:
    """Return the error of a call whose node died: nobody knows how it ended, or whether a provider was asked."""
    return ApiError(
        500,
        f"The gateway stopped while the call {call_id!r} ran, and how it ended is not known. "
        "What was received stands; to make the call again, send it with a new key.",
        code="call_interrupted",
        provider_asked=None,
    )
