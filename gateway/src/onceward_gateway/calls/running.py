"""A running call: one producer, any number of clients that listen, and a log between them.

The producer appends events; each client reads the log at its own pace. The last event of a stream, and the answer
of a unary call, are shown only after the record of the call is durable. A client that vanishes leaves the producer
running for the grace time if the call has a key, or if a provider makes its whole answer, which is billed to its end
whether anybody reads it or not; else the call is cancelled at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Protocol

from ..billing.ticket import Ticket
from ..core.answer import DeliveryFault, Fault
from ..core.buffers import join_in_turns
from ..core.call_record import CallRecord
from ..core.errors import (
    ApiError,
    envelope,
    internal,
    storage_away,
)
from ..core.response_writer import ModelHandler
from ..core.threads import LARGE_BODY
from ..db import StorageAway
from .ending import Ending
from .event_stream import (
    EventStream,
    Subscriber,
    draining,
    frame,
)

__all__ = ["CallHost", "ModelHandler", "RunningCall", "Superseded", "vanished"]

_log = logging.getLogger("onceward_gateway")
_BREATH = 64


class EventWriter(Protocol):
    """The event log of running calls."""

    def add(self, run: RunningCall) -> None:
        """Write the new events of a call soon."""
        ...


class CallHost(Protocol):
    """The node's services for a running call."""

    grace_seconds: float
    lag_events: int

    @property
    def log(self) -> EventWriter:
        """The event log of this node."""
        ...

    def time(self) -> float:
        """Return the time in seconds since the epoch."""
        ...

    async def settle(self, run: RunningCall, ending: Ending) -> None:
        """Write how a call ended and return when that is durable."""
        ...

    def unattended(self, run: RunningCall) -> None:
        """Decide about a call that no client of this node has listened to for the grace period."""
        ...


class RunningCall(EventStream):
    """The state of one call that this process makes."""

    __slots__ = (
        "_begun",
        "_ending",
        "_grace",
        "_handed_over",
        "_host",
        "_interrupted",
        "_prefix",
        "_produced",
        "_room",
        "_task",
        "_terminal",
        "asked",
        "cached",
        "deployment",
        "durable",
        "expires_at",
        "fingerprint",
        "first_at",
        "left",
        "operation",
        "price_name",
        "prompt_bytes",
        "recorded",
        "saved",
        "settling",
        "skip",
        "ticket",
        "told",
        "usage",
        "wasted",
    )

    def __init__(
        self,
        host: CallHost,
        record: CallRecord,
        *,
        fingerprint: bytes | None,
        prompt_bytes: int,
        price_name: str,
        terminal: bytes | None = b"[DONE]",
        logged: list[bytes] | None = None,
    ) -> None:
        super().__init__(record)
        self.fingerprint = fingerprint
        self.prompt_bytes = prompt_bytes
        self.price_name = price_name
        self.frames = logged or []
        self.skip = self.saved = self.told = len(self.frames)
        # Whether its record in progress was handed to the database, whether that is durable, and whether it ends.
        self.recorded = self.durable = self.settling = False
        # Whether a provider may have been asked, which is then paid.
        self.asked = False
        # Whether nobody waits for it, or can ask for it again: the try that runs is its last one.
        self.left = False
        self.operation = ""
        self.expires_at = 0.0
        self.usage: dict[str, Any] | None = None
        self.deployment: str | None = None
        self.cached = False
        self.wasted: list[tuple[str, str, Mapping[str, Any]]] = []
        self.ticket: Ticket | None = None
        self.first_at: float | None = None
        self._host = host
        self._terminal = terminal
        self._room: asyncio.Future[None] | None = None
        self._grace: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._ending: ApiError | None = None
        self._interrupted = False
        self._begun = False
        self._handed_over = False
        self._produced = 0
        self._prefix = f"id: {record.id}:".encode()

    @property
    def keyed(self) -> bool:
        return self.record.key is not None

    def start(self, produce: ModelHandler) -> None:
        self._task = asyncio.get_running_loop().create_task(self._drive(produce), name=self.record.id)

    # -- what the producer does

    async def emit(self, data: bytes, event: str | None = None) -> None:
        """Append one event, then wait while every client is too far behind."""
        self._produced += 1
        if self._produced == 1:
            self.first_at = self._host.time()
        if self._produced <= self.skip:
            return
        head = b"%s%d\n" % (self._prefix, self.total + 1)
        name = b"" if event is None else b"event: %s\n" % event.encode()
        if len(data) > LARGE_BODY:
            self.frames.append(await join_in_turns((head, name, b"data: ", data, b"\n\n")))
        else:
            self.frames.append(b"%s%sdata: %s\n\n" % (head, name, data))
        self._appended()
        if self.listeners:
            if self._lag() > self._host.lag_events:
                await self._wait_for_room()
        elif self._produced % _BREATH == 0:
            await asyncio.sleep(0)

    def deliver_fault(self, fault: Fault) -> None:
        """A fault on the first client's connection at this point of the stream."""
        if self._produced >= self.skip:
            self.faults.append((self.total, fault))
            self.wake()

    def _appended(self) -> None:
        if self.keyed:
            self._host.log.add(self)
        self.wake()

    def _lag(self) -> int:
        return self.total - max(listener.position for listener in self.listeners)

    async def _wait_for_room(self) -> None:
        self._room = asyncio.get_running_loop().create_future()
        try:
            await self._room
        finally:
            self._room = None

    # -- what a client does

    def join(self, listener: Subscriber) -> None:
        super().join(listener)
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None

    def leave(self, listener: Subscriber) -> None:
        """A client is gone, or has all it wanted."""
        super().leave(listener)
        if self.over or self.listeners:
            self._make_room()
            return
        if not self.keyed and (self.record.stream or not self.asked):
            self.cancel(vanished())
        elif self._grace is None:
            self.left = not self.keyed
            self._make_room()
            self.wait_for_clients(self._host.grace_seconds)

    def wait_for_clients(self, seconds: float) -> None:
        """Give up in so many seconds, unless somebody listens by then, here or on another node."""
        self._grace = asyncio.get_running_loop().call_later(seconds, self._grace_over)

    def _grace_over(self) -> None:
        self._grace = None
        if not self.listeners and not self.over:
            self._host.unattended(self)

    def was_taken(self, end: int) -> None:
        if not self.keyed:
            del self.frames[: end - self.base]
            self.base = end
        self._make_room()

    def _make_room(self) -> None:
        room = self._room
        if room is not None and not room.done() and (not self.listeners or self._lag() <= self._host.lag_events // 2):
            room.set_result(None)

    # -- the end

    def cancel(self, error: ApiError) -> None:
        """End the call now; clients that still listen are told by `error`. One that has ended stays as it ended."""
        if self._task is None or self.settling or self._ending is not None:
            return
        self._ending = error
        if self._begun:
            self._task.cancel()
        else:
            # A task that is cancelled before its first step ends without a word.
            asyncio.get_running_loop().call_soon(self._task.cancel)

    def interrupt(self) -> None:
        """End the call because the gateway stops. It can be taken up again after the start."""
        self._interrupted = True
        self.cancel(draining())

    def hand_over(self) -> None:
        """End it here: other nodes have it now. Clients that listen are sent to where it goes on."""
        self._interrupted = self._handed_over = True
        self.cancel(draining())

    async def finished(self) -> None:
        """Return when the producer has ended and its record is durable."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _drive(self, produce: ModelHandler) -> None:
        self._begun = True
        try:
            error = await self._failure_of(produce)
        except Exception:  # noqa: BLE001 - even what tells of a failure may fail, and the call ends all the same
            error = internal()
        self.settling = True
        await self._end(error)
        # They would keep this run, as it keeps them, until a full garbage collection.
        self._task = self.ticket = None

    async def _failure_of(self, produce: ModelHandler) -> ApiError | None:
        """Run the producer; returns how it failed."""
        try:
            await produce(self)
        except asyncio.CancelledError:
            return self._ending or vanished()
        except ApiError as failure:
            return failure
        except DeliveryFault as fault:
            self.fault, self.answer = fault, fault.answer
        except StorageAway as away:
            _log.error("call %s (request %s) was not made: %s", self.record.id, self.record.request_id, away)
            return storage_away(away.trouble.what, asked=self.asked, keyed=self.keyed)
        except Exception:  # noqa: BLE001 - the last line of defence: whatever a producer raises must end in an error event
            _log.exception("call %s (request %s) failed", self.record.id, self.record.request_id)
            return internal()
        return None

    async def _end(self, error: ApiError | None) -> None:
        """Settle the call, then show its end to whoever listens."""
        tail: list[bytes] = []
        try:
            if self._grace is not None:
                self._grace.cancel()
            self.error = error
            if error is not None:
                error.call_id = self.record.id
                if self.record.asked:
                    error.provider_asked = True
            tail = self._tail(error)
            ending = Ending(error, tail, interrupted=self._interrupted, cancelled=self._ending is not None)
            await self._host.settle(self, ending)
            self.moved = self._handed_over
        except StorageAway as failure:
            tail = self._withhold(storage_away(failure.trouble.what, asked=self.asked, keyed=self.keyed))
            _log.error("call %s (request %s) is not recorded yet: %s", self.record.id, self.record.request_id, failure)
        except Superseded as lost:
            # Whoever has its key is told how it did end, or goes on, where that is written.
            self.moved = self.keyed
            tail = [] if self.moved else self._withhold(lost.error)
        except Exception as failure:  # noqa: BLE001 - nobody waits for ever for a call that cannot be settled
            tail = self._withhold(_unrecorded())
            _log.error(
                "call %s (request %s) could not be recorded: %s", self.record.id, self.record.request_id, failure
            )
        finally:
            self.frames.extend([] if self.moved else tail)
            self.done = not self.moved
            self.wake()

    def _tail(self, error: ApiError | None) -> list[bytes]:
        """The event that ends the stream, if any is to be sent."""
        if error is None:
            closing = self.record.stream and self._terminal is not None
            return [frame(self.record.id, self.total + 1, self._terminal or b"")] if closing else []
        if not self.record.stream or not self.total:
            return []
        # A call that is only interrupted may go on: nothing is to be missed behind the id that this event has.
        number = self.total if self._interrupted else self.total + 1
        return [frame(self.record.id, number, envelope(error, self.record.request_id), "error")]

    def _withhold(self, error: ApiError) -> list[bytes]:
        """Tell `error` in place of an end that is not durable."""
        error.call_id = self.record.id
        self.answer, self.error = None, error
        if not self.record.stream or not self.total:
            return []
        return [frame(self.record.id, self.total, envelope(error, self.record.request_id), "error")]

    @property
    def catching_up(self) -> bool:
        """Whether a call that is taken up again still makes what its log already holds."""
        return self._produced < self.skip

    @property
    def events_produced(self) -> int:
        return max(self._produced, self.skip)

    @property
    def tokens_produced(self) -> int:
        """Tokens of what was produced so far: what its meter counts, else one an event."""
        meter = self.record.meter
        return self.events_produced if meter is None else meter.tokens


class Superseded(Exception):
    """Another node ended this call meanwhile. `error` is what its clients are told here."""

    def __init__(self, error: ApiError) -> None:
        super().__init__(error.message)
        self.error = error


def _unrecorded() -> ApiError:
    """Nobody is told that a call is done before that is on the disk; if it cannot be put there, this is told."""
    message = "The answer could not be recorded and is withheld. Whoever runs the gateway finds why in its log."
    return ApiError(500, message, code="storage_failed", headers=(("x-should-retry", "false"),))


def vanished() -> ApiError:
    """What ends a call that nobody waits for."""
    return ApiError(
        409,
        "The call was cancelled because its client went away and did not come back in time. Send it with a new key.",
        code="call_cancelled",
        headers=(("x-should-retry", "false"),),
    )
