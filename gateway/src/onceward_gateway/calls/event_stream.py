"""What clients of a call read: its events and its answer, and who listens. The call runs here or on another node."""

from __future__ import annotations

import asyncio

from ..core.answer import (
    Answer,
    DeliveryFault,
    Fault,
)
from ..core.call_record import CallRecord
from ..core.errors import ApiError

__all__ = ["EventStream", "Subscriber", "draining", "frame"]

# How many clients of one call are woken in one turn of the event loop.
_AT_ONCE = 50


def frame(call_id: str, seq: int, data: bytes, event: str | None = None) -> bytes:
    """One server-sent event. `data` holds no line break."""
    if event is None:
        return b"id: %s:%d\ndata: %s\n\n" % (call_id.encode(), seq, data)
    return b"id: %s:%d\nevent: %s\ndata: %s\n\n" % (call_id.encode(), seq, event.encode(), data)


def draining() -> ApiError:
    """What clients are told of a call that had not ended when the gateway had to."""
    message = "The gateway is stopping and this call did not end in time. Send it again with the same key."
    return ApiError(529, message, code="draining")


class Subscriber:
    """One client of a call: how far it has read, and the future it sleeps on."""

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

    def wait(self) -> asyncio.Future[None]:
        """Return what to wait for until something changed."""
        self._waiter = asyncio.get_running_loop().create_future()
        return self._waiter


class EventStream:
    """The events of one call as far as they are known here, and the clients that read them.

    `done`: nothing more comes, and what is told of the end is durable. `moved`: the call does not go on where it was
    read from; whoever listens asks anew where it does.
    """

    # There are thousands of them at once.
    __slots__ = (
        "_again",
        "_asleep",
        "answer",
        "base",
        "done",
        "error",
        "fault",
        "faults",
        "frames",
        "listeners",
        "marks",
        "moved",
        "record",
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
        self.listeners: list[Subscriber] = []
        # Those that are still to be woken, and whether all are to be woken again behind them.
        self._asleep: list[Subscriber] = []
        self._again = False

    @property
    def total(self) -> int:
        """How many events there are, sent ones that are no longer held included."""
        return self.base + len(self.frames)

    @property
    def over(self) -> bool:
        """Whether nothing more comes from here."""
        return self.done or self.moved

    def join(self, listener: Subscriber) -> None:
        """A client listens."""
        self.listeners.append(listener)

    def leave(self, listener: Subscriber) -> None:
        """A client is gone, or has all it wanted."""
        if listener in self.listeners:
            self.listeners.remove(listener)

    def take(self, listener: Subscriber) -> bytes:
        """All that the client has not read yet, up to the next fault meant for it."""
        end = self.total
        if listener.takes_faults and self.faults:
            end = min(end, self.faults[0][0])
        if end <= listener.position:
            return b""
        taken = self.frames[max(0, listener.position - self.base) : end - self.base]
        listener.position = end
        self.was_taken(end)
        return taken[0] if len(taken) == 1 else b"".join(taken)

    def was_taken(self, end: int) -> None:
        """A client has read all up to `end`."""

    def next_fault(self, listener: Subscriber) -> Fault | None:
        """The fault at the client's position, once."""
        if listener.takes_faults and self.faults and self.faults[0][0] <= listener.position:
            return self.faults.pop(0)[1]
        return None

    def wake(self) -> None:
        """Have all clients look; many of them a slice at a time, for others to have turns between."""
        if len(self.listeners) <= _AT_ONCE:
            for listener in self.listeners:
                listener.wake()
        elif self._asleep:
            self._again = True
        else:
            self._asleep = list(self.listeners)
            self._wake_some()

    def _wake_some(self) -> None:
        some, self._asleep = self._asleep[:_AT_ONCE], self._asleep[_AT_ONCE:]
        for listener in some:
            listener.wake()
        if not self._asleep and self._again:
            self._again, self._asleep = False, list(self.listeners)
        if self._asleep:
            asyncio.get_running_loop().call_soon(self._wake_some)
