"""A running call: one producer, any number of clients that listen, and a log between them.

The producer appends events; each client reads the log at its own pace. The last event of a stream, and the answer
of a unary call, are shown only after the record of the call is durable. A client that vanishes leaves the producer
running for the grace time if the call has a key, else the call is cancelled at once.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from ..emission import Answer, DeliveryFault, Fault
from ..errors import ApiError, envelope
from ..storage import StorageError
from .sink import Producer
from .store import CallRecord

if TYPE_CHECKING:
    from ..ledger.ledger import Ticket
    from .calls import Calls

__all__ = ["Listener", "Producer", "Run", "frame"]

_log = logging.getLogger("headgate_gateway")
_BREATH = 64


def frame(call_id: str, seq: int, data: bytes, event: str | None = None) -> bytes:
    """One server-sent event. `data` holds no line break."""
    if event is None:
        return b"id: %s:%d\ndata: %s\n\n" % (call_id.encode(), seq, data)
    return b"id: %s:%d\nevent: %s\ndata: %s\n\n" % (call_id.encode(), seq, event.encode(), data)


class Listener:
    """One client of a run: how far it has read, and the future it sleeps on."""

    __slots__ = ("_waiter", "gone", "position", "takes_faults")

    def __init__(self, position: int, *, takes_faults: bool) -> None:
        self.position = position
        self.takes_faults = takes_faults
        self.gone = False
        self._waiter: asyncio.Future[None] | None = None

    def wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def leave(self) -> None:
        """The client's connection is gone."""
        self.gone = True
        self.wake()

    async def wait(self) -> None:
        """Sleep until something changed."""
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None


class Run:
    """The state of one running call."""

    def __init__(
        self,
        calls: Calls,
        record: CallRecord,
        *,
        fingerprint: bytes | None,
        prompt_bytes: int,
        price_name: str,
        terminal: bytes | None = b"[DONE]",
        logged: list[bytes] | None = None,
    ) -> None:
        self.record = record
        self.fingerprint = fingerprint
        self.prompt_bytes = prompt_bytes
        self.price_name = price_name
        self.frames: list[bytes] = logged or []
        self.base = 0
        self.saved = len(self.frames)
        self.skip = len(self.frames)
        self.done = False
        self.answer: Answer | None = None
        self.error: ApiError | None = None
        self.fault: DeliveryFault | None = None
        self.usage: dict[str, Any] | None = None
        self.marks: dict[str, str] = {}
        self.deployment: str | None = None
        self.cached = False
        self.ticket: Ticket | None = None
        self.first_at: float | None = None
        self.listeners: list[Listener] = []
        self.faults: list[tuple[int, Fault]] = []
        self._calls = calls
        self._terminal = terminal
        self._room: asyncio.Future[None] | None = None
        self._grace: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._ending: ApiError | None = None
        self._interrupted = False
        self._produced = 0
        self._prefix = f"id: {record.id}:".encode()

    @property
    def keyed(self) -> bool:
        return self.record.key is not None

    @property
    def total(self) -> int:
        """How many events there are, sent ones that are no longer held included."""
        return self.base + len(self.frames)

    def start(self, produce: Producer) -> None:
        self._task = asyncio.get_running_loop().create_task(self._drive(produce), name=self.record.id)

    # -- what the producer does

    async def emit(self, data: bytes, event: str | None = None) -> None:
        """Append one event, then wait while every client is too far behind."""
        self._produced += 1
        if self._produced == 1:
            self.first_at = self._calls.time()
        if self._produced <= self.skip:
            return
        head = b"%s%d\n" % (self._prefix, self.total + 1)
        if event is None:
            self.frames.append(b"%sdata: %s\n\n" % (head, data))
        else:
            self.frames.append(b"%sevent: %s\ndata: %s\n\n" % (head, event.encode(), data))
        self._appended()
        if self.listeners:
            if self._lag() > self._calls.lag_events:
                await self._wait_for_room()
        elif self._produced % _BREATH == 0:
            await asyncio.sleep(0)

    def deliver_fault(self, fault: Fault) -> None:
        """A fault on the first client's connection at this point of the stream."""
        if self._produced >= self.skip:
            self.faults.append((self.total, fault))
            for listener in self.listeners:
                listener.wake()

    def _appended(self) -> None:
        if self.keyed:
            self._calls.log_soon(self)
        for listener in self.listeners:
            listener.wake()

    def _lag(self) -> int:
        return self.total - max(listener.position for listener in self.listeners)

    async def _wait_for_room(self) -> None:
        self._room = asyncio.get_running_loop().create_future()
        try:
            await self._room
        finally:
            self._room = None

    # -- what a client does

    def join(self, listener: Listener) -> None:
        self.listeners.append(listener)
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None

    def leave(self, listener: Listener) -> None:
        """A client is gone, or has all it wanted."""
        if listener in self.listeners:
            self.listeners.remove(listener)
        if self.done or self.listeners:
            self._make_room()
            return
        if not self.keyed:
            self.cancel(_vanished())
        elif self._grace is None:
            self._make_room()
            loop = asyncio.get_running_loop()
            self._grace = loop.call_later(self._calls.grace_seconds, self._grace_over)

    def _grace_over(self) -> None:
        self._grace = None
        if not self.listeners:
            self.cancel(_vanished())

    def take(self, listener: Listener) -> bytes:
        """All that the client has not read yet, up to the next fault meant for it."""
        end = self.total
        if listener.takes_faults and self.faults:
            end = min(end, self.faults[0][0])
        if end <= listener.position:
            return b""
        start = listener.position - self.base
        taken = self.frames[start : end - self.base]
        listener.position = end
        if not self.keyed and not self._calls.keeps_all:
            del self.frames[: end - self.base]
            self.base = end
        self._make_room()
        return taken[0] if len(taken) == 1 else b"".join(taken)

    def next_fault(self, listener: Listener) -> Fault | None:
        """The fault at the client's position, once."""
        if listener.takes_faults and self.faults and self.faults[0][0] <= listener.position:
            return self.faults.pop(0)[1]
        return None

    def _make_room(self) -> None:
        room = self._room
        if room is not None and not room.done() and (not self.listeners or self._lag() <= self._calls.lag_events // 2):
            room.set_result(None)

    # -- the end

    def cancel(self, error: ApiError) -> None:
        """End the call now; clients that still listen are told by `error`."""
        if self._task is not None and not self.done and self._ending is None:
            self._ending = error
            self._task.cancel()

    def interrupt(self) -> None:
        """End the call because the gateway stops. It can be taken up again after the start."""
        self._interrupted = True
        message = "The gateway is stopping and this call did not end in time. Send it again with the same key."
        self.cancel(ApiError(529, message, code="draining"))

    async def finished(self) -> None:
        """Return when the producer has ended and its record is durable."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _drive(self, produce: Producer) -> None:
        error: ApiError | None = None
        try:
            await produce(self)
        except asyncio.CancelledError:
            error = self._ending or _vanished()
        except ApiError as failure:
            error = failure
        except DeliveryFault as fault:
            self.fault, self.answer = fault, fault.answer
        except Exception:  # noqa: BLE001 - the last line of defence: whatever a producer raises must end in an error event
            _log.exception("call %s (request %s) failed", self.record.id, self.record.request_id)
            error = ApiError(500, "The gateway failed on this call. Report it with the request id.", code="internal")
        await self._end(error)

    async def _end(self, error: ApiError | None) -> None:
        if error is not None:
            error.call_id = self.record.id
        if self._grace is not None:
            self._grace.cancel()
        tail: list[bytes] = []
        if error is None:
            if self.record.stream and self._terminal is not None:
                tail = [frame(self.record.id, self.total + 1, self._terminal)]
        elif self.record.stream and self.total:
            tail = [frame(self.record.id, self.total + 1, envelope(error, self.record.request_id), "error")]
        self.error = error
        cancelled = self._ending is not None
        try:
            await self._calls.settle(self, error, tail, interrupted=self._interrupted, cancelled=cancelled)
        except StorageError:
            _log.exception("call %s (request %s) could not be recorded", self.record.id, self.record.request_id)
            self.answer, self.error = None, _unrecorded(self.record.id)
            tail = [frame(self.record.id, self.total + 1, envelope(self.error, self.record.request_id), "error")]
        finally:
            self.frames.extend(tail)
            self.done = True
            for listener in self.listeners:
                listener.wake()

    @property
    def catching_up(self) -> bool:
        """Whether a call that is taken up again still makes what its log already holds."""
        return self._produced < self.skip

    @property
    def events_produced(self) -> int:
        return max(self._produced, self.skip)


def _unrecorded(call_id: str) -> ApiError:
    """Nobody is told that a call is done before that is on the disk; if it cannot be put there, this is told."""
    message = "The answer could not be recorded and is withheld. Whoever runs the gateway finds why in its log."
    error = ApiError(500, message, code="storage_failed")
    error.call_id = call_id
    return error


def _vanished() -> ApiError:
    return ApiError(
        409,
        "The call was cancelled because its client went away and did not come back in time. Send it with a new key.",
        code="call_cancelled",
        headers=(("x-should-retry", "false"),),
    )
