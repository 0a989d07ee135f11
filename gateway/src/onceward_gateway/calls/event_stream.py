"""The events and the answer of a call, and the clients subscribed to them. The call runs here or on another node."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ..core import error_codes
from ..core.answer import (
    Answer,
    DeliveryFault,
    Fault,
)
from ..core.call_record import CallRecord
from ..core.errors import ApiError

__all__ = ["EventStream", "Subscriber", "draining", "frame"]

# Clients of one call that are woken in one turn of the event loop.
_WAKEN_PER_TURN = 50


def frame(call_id: str, seq: int, data: bytes, event: str | None = None) -> bytes:
    """Return one server-sent event. `data` must not contain a line break."""
    if event is None:
        return b"id: %s:%d\ndata: %s\n\n" % (call_id.encode(), seq, data)
    return b"id: %s:%d\nevent: %s\ndata: %s\n\n" % (call_id.encode(), seq, event.encode(), data)


def draining() -> ApiError:
    """Return the error for clients of a call that was still running when the gateway stopped."""
    message = "The gateway is stopping and this call did not end in time. Send it again with the same key."
    return ApiError(529, message, code=error_codes.DRAINING)


class Subscriber:
    """One client of a call: its position in the stream, and the future that it waits on.

    `send_now` is set while the client waits and its connection takes bytes without waiting; it returns False when the
    connection is full.
    """

    __slots__ = ("_waiter", "gone", "is_full", "position", "send_now", "takes_faults")

    def __init__(self, position: int, *, takes_faults: bool) -> None:
        self.position = position
        self.takes_faults = takes_faults
        self.gone = False
        self.is_full = False
        self.send_now: Callable[[bytes], bool] | None = None
        self._waiter: asyncio.Future[None] | None = None

    def push(self, frames: list[bytes]) -> None:
        """Send the next events now. Wake the client if its connection is full: it waits until there is room."""
        self.position += len(frames)
        if self.send_now is not None and not self.send_now(frames[0] if len(frames) == 1 else b"".join(frames)):
            self.is_full = True
            self.wake()

    def wake(self) -> None:
        """Let the waiting client read again, if it waits."""
        self.send_now = None
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def leave(self) -> None:
        """Record that the client disconnected."""
        self.gone = True
        self.wake()

    def wait(self) -> asyncio.Future[None]:
        """Return a future that is done at the next change."""
        self._waiter = asyncio.get_running_loop().create_future()
        return self._waiter


class EventStream:
    """The events of one call as far as this node has them, and the clients that read them.

    `done`: the stream is complete and the end that it shows is durable. `moved`: the call continues elsewhere;
    subscribers have to look it up again.
    """

    # Slots because thousands of streams are open at once.
    __slots__ = (
        "_to_wake",
        "_wake_again",
        "answer",
        "base",
        "done",
        "error",
        "fault",
        "faults",
        "frames",
        "marks",
        "moved",
        "record",
        "subscribers",
    )

    def __init__(self, record: CallRecord) -> None:
        self.record = record
        self.frames: list[bytes] = []
        self.base = 0
        self.done = False
        self.moved = False
        self.answer: Answer | None = None
        self.error: ApiError | None = None
        self.fault: DeliveryFault | None = None
        self.faults: list[tuple[int, Fault]] = []
        self.marks: dict[str, str] = {}
        self.subscribers: list[Subscriber] = []
        # Subscribers still to be woken in this round, and whether another round has to follow.
        self._to_wake: list[Subscriber] = []
        self._wake_again = False

    @property
    def total(self) -> int:
        """Return the number of events, including sent ones that are no longer in memory."""
        return self.base + len(self.frames)

    @property
    def over(self) -> bool:
        """Return whether this stream yields no further events."""
        return self.done or self.moved

    def join(self, subscriber: Subscriber) -> None:
        """Subscribe a client."""
        self.subscribers.append(subscriber)

    def leave(self, subscriber: Subscriber) -> None:
        """Unsubscribe a client."""
        if subscriber in self.subscribers:
            self.subscribers.remove(subscriber)

    def take(self, subscriber: Subscriber) -> bytes:
        """Return the events that the client has not read yet, up to the next fault meant for it."""
        end = self.total
        if subscriber.takes_faults and self.faults:
            end = min(end, self.faults[0][0])
        if end <= subscriber.position:
            return b""
        taken = self.frames[max(0, subscriber.position - self.base) : end - self.base]
        subscriber.position = end
        self.mark_read(end)
        return taken[0] if len(taken) == 1 else b"".join(taken)

    def mark_read(self, end: int) -> None:
        """Record that a client has read all events up to `end`."""

    def next_fault(self, subscriber: Subscriber) -> Fault | None:
        """Remove and return the fault at the client's position, if any."""
        if subscriber.takes_faults and self.faults and self.faults[0][0] <= subscriber.position:
            return self.faults.pop(0)[1]
        return None

    def wake(self) -> None:
        """Wake all subscribers; if there are many, a few in each turn of the event loop, so that other requests run."""
        if len(self.subscribers) <= _WAKEN_PER_TURN:
            for subscriber in self.subscribers:
                subscriber.wake()
        elif self._to_wake:
            self._wake_again = True
        else:
            self._to_wake = list(self.subscribers)
            self._wake_some()

    def _wake_some(self) -> None:
        some, self._to_wake = self._to_wake[:_WAKEN_PER_TURN], self._to_wake[_WAKEN_PER_TURN:]
        for subscriber in some:
            subscriber.wake()
        if not self._to_wake and self._wake_again:
            self._wake_again, self._to_wake = False, list(self.subscribers)
        if self._to_wake:
            asyncio.get_running_loop().call_soon(self._wake_some)
