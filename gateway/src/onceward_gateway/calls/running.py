"""A running call: one model handler, any number of subscribers, and a log of events between them.

The handler appends events; each subscriber reads the log at its own speed. The last event of a stream, and the answer
of a unary call, are visible only after the record of the call is durable. After the last subscriber has left, the
handler keeps running for the grace period if the call has a key, or if a provider computes a unary answer, which is
billed in full in any case. Otherwise the call is cancelled at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Protocol

from ..billing.ticket import Ticket
from ..core import error_codes
from ..core.answer import DeliveryFault, Fault
from ..core.buffers import join_in_turns
from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..core.errors import (
    ApiError,
    envelope,
    internal,
    storage_unavailable,
)
from ..core.headers import X_SHOULD_RETRY
from ..core.response_writer import ModelHandler
from ..core.threads import LARGE_BODY
from ..db import StorageUnavailable
from ..idempotency.engine import Claim
from .ending import Ending
from .event_stream import (
    EventStream,
    Subscriber,
    draining,
    frame,
)

__all__ = ["CallHost", "ModelHandler", "RunningCall", "Superseded", "abandoned"]

_log = logging.getLogger("onceward_gateway")
_EVENTS_PER_TURN = 64


class EventWriter(Protocol):
    """The event log of running calls."""

    def add(self, call: RunningCall) -> None:
        """Schedule the new events of a call to be written."""
        ...


class CallEnd(Protocol):
    """The settlement of calls."""

    async def settle(self, call: RunningCall, ending: Ending) -> None:
        """Write the outcome of a call, and return when it is durable."""
        ...


class CallHost(Protocol):
    """The node's services for a running call."""

    disconnect_grace_seconds: float
    max_lag_events: int

    @property
    def log(self) -> EventWriter:
        """The event log of this node."""
        ...

    @property
    def clock(self) -> Clock:
        """The gateway's clock."""
        ...

    @property
    def settlement(self) -> CallEnd:
        """The settlement of this node's calls."""
        ...

    def unattended(self, call: RunningCall) -> None:
        """Handle a call that has had no subscriber on this node for the grace period."""
        ...


class RunningCall(EventStream):
    """The state of one call that this process runs."""

    __slots__ = (
        "_backpressure",
        "_cancellation",
        "_grace_timer",
        "_handed_over",
        "_host",
        "_interrupted",
        "_prefix",
        "_produced",
        "_started",
        "_task",
        "_terminal",
        "asked",
        "cached",
        "claim",
        "deployment",
        "durable",
        "first_at",
        "left",
        "price_name",
        "prompt_bytes",
        "published",
        "recorded",
        "saved",
        "settling",
        "skip",
        "stored",
        "ticket",
        "usage",
        "wasted",
    )

    def __init__(
        self,
        host: CallHost,
        record: CallRecord,
        *,
        claim: Claim | None,
        prompt_bytes: int,
        price_name: str,
        terminal: bytes | None = b"[DONE]",
        logged: list[bytes] | None = None,
    ) -> None:
        super().__init__(record)
        self.claim = claim
        self.prompt_bytes = prompt_bytes
        self.price_name = price_name
        self.frames = logged or []
        self.skip = self.saved = self.published = len(self.frames)
        # Its record in progress: handed to the database, durable; and whether the call is being settled.
        self.recorded = self.durable = self.settling = False
        # Whether the database is known to have that record: a batch that nobody waits for may have been given up.
        self.stored = False
        # Whether a request may have reached a provider, which then bills it.
        self.asked = False
        # Whether no client waits for it or can request it again: the current attempt is its last.
        self.left = False
        self.usage: dict[str, Any] | None = None
        self.deployment: str | None = None
        self.cached = False
        self.wasted: list[tuple[str, str, Mapping[str, Any]]] = []
        self.ticket: Ticket | None = None
        self.first_at: float | None = None
        self._host = host
        self._terminal = terminal
        self._backpressure: asyncio.Future[None] | None = None
        self._grace_timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._cancellation: ApiError | None = None
        self._interrupted = False
        self._started = False
        self._handed_over = False
        self._produced = 0
        self._prefix = f"id: {record.id}:".encode()

    @property
    def keyed(self) -> bool:
        """Return True if the client may ask for this call again by its idempotency key."""
        return self.record.key is not None

    def start(self, handler: ModelHandler) -> None:
        """Start the task that runs the handler."""
        self._task = asyncio.get_running_loop().create_task(self._run(handler), name=self.record.id)

    # -- used by the handler

    async def emit(self, data: bytes, event: str | None = None) -> None:
        """Append one event, then wait while every subscriber is too far behind."""
        self._produced += 1
        if self._produced == 1:
            self.first_at = self._host.clock.time()
        if self._produced <= self.skip:
            return
        head = b"%s%d\n" % (self._prefix, self.total + 1)
        name = b"" if event is None else b"event: %s\n" % event.encode()
        if len(data) > LARGE_BODY:
            self.frames.append(await join_in_turns((head, name, b"data: ", data, b"\n\n")))
        else:
            self.frames.append(b"%s%sdata: %s\n\n" % (head, name, data))
        if self.record.key is not None:
            self._host.log.add(self)
        self.wake()
        if self.subscribers or self._produced % _EVENTS_PER_TURN == 0:
            await self.drain()

    @property
    def takes_batches(self) -> bool:
        """Return True: the events are numbered and handed on, whatever they contain."""
        return True

    def write(self, events: list[bytes]) -> bool:
        """Append unnamed events. Return whether more may be appended at once: False while every subscriber lags.

        The only subscriber gets them at once where it has read all events before: no task has to run for that.
        """
        if not self._produced:
            self.first_at = self._host.clock.time()
        self._produced += len(events)
        if self._produced - len(events) < self.skip:
            if self._produced <= self.skip:
                return True
            events = events[self.skip - self._produced :]
        number, prefix = self.base + len(self.frames), self._prefix
        if len(events) == 1:
            frames = [b"%b%d\ndata: %b\n\n" % (prefix, number + 1, events[0])]
        else:
            frames = [b"%b%d\ndata: %b\n\n" % (prefix, seq, data) for seq, data in enumerate(events, number + 1)]
        if keyed := self.record.key is not None:
            self.frames += frames
            self._host.log.add(self)
        subscribers = self.subscribers
        if len(subscribers) == 1 and (only := subscribers[0]).send_now is not None and only.position == number:
            if not keyed:
                self.base += len(frames)
            only.push(frames)
            return True
        if not keyed:
            self.frames += frames
        self.wake()
        return bool(subscribers) and self._lag() <= self._host.max_lag_events

    async def drain(self) -> None:
        """Wait while every subscriber is too far behind; without any, let other tasks run."""
        if not self.subscribers:
            await asyncio.sleep(0)
        elif self._lag() > self._host.max_lag_events:
            await self._wait_for_readers()

    def deliver_fault(self, fault: Fault) -> None:
        """Inject a fault into the first client's connection at this position of the stream."""
        if self._produced >= self.skip:
            self.faults.append((self.total, fault))
            self.wake()

    def _lag(self) -> int:
        return self.total - max(subscriber.position for subscriber in self.subscribers)

    async def _wait_for_readers(self) -> None:
        self._backpressure = asyncio.get_running_loop().create_future()
        try:
            await self._backpressure
        finally:
            self._backpressure = None

    # -- subscribers

    def join(self, subscriber: Subscriber) -> None:
        """Add a subscriber, and stop the timer that would end an abandoned call."""
        super().join(subscriber)
        if self._grace_timer is not None:
            self._grace_timer.cancel()
            self._grace_timer = None

    def leave(self, subscriber: Subscriber) -> None:
        """Unsubscribe a client; without subscribers, cancel the call at once or after the grace period."""
        super().leave(subscriber)
        if self.over or self.subscribers:
            self._relieve_backpressure()
            return
        if not self.keyed and (self.record.stream or not self.asked):
            self.cancel(abandoned())
        elif self._grace_timer is None:
            self.left = not self.keyed
            self._relieve_backpressure()
            self.wait_for_clients(self._host.disconnect_grace_seconds)

    def wait_for_clients(self, seconds: float) -> None:
        """Cancel the call after `seconds`, unless it has a subscriber by then, here or on another node."""
        self._grace_timer = asyncio.get_running_loop().call_later(seconds, self._grace_ended)

    def _grace_ended(self) -> None:
        self._grace_timer = None
        if not self.subscribers and not self.over:
            self._host.unattended(self)

    def mark_read(self, end: int) -> None:
        """Free the events before `end`, unless the client may ask for them again, and let the handler continue."""
        if not self.keyed:
            del self.frames[: end - self.base]
            self.base = end
        self._relieve_backpressure()

    def _relieve_backpressure(self) -> None:
        backpressure = self._backpressure
        if (
            backpressure is not None
            and not backpressure.done()
            and (not self.subscribers or self._lag() <= self._host.max_lag_events // 2)
        ):
            backpressure.set_result(None)

    # -- the end

    def cancel(self, error: ApiError) -> None:
        """End the call now with `error`. Has no effect on a call that has ended."""
        if self._task is None or self.settling or self._cancellation is not None:
            return
        self._cancellation = error
        if self._started:
            self._task.cancel()
        else:
            # A task that is cancelled before its first step would never run its cleanup.
            asyncio.get_running_loop().call_soon(self._task.cancel)

    def interrupt(self) -> None:
        """End the call because the gateway stops. It can be resumed after a restart."""
        self._interrupted = True
        self.cancel(draining())

    def hand_over(self) -> None:
        """End the call here because another node runs it now, and move its subscribers there."""
        self._interrupted = self._handed_over = True
        self.cancel(draining())

    async def finished(self) -> None:
        """Wait until the handler has ended and the record of the call is durable."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self, handler: ModelHandler) -> None:
        self._started = True
        try:
            error = await self._run_handler(handler)
        except Exception:  # noqa: BLE001 - even error handling may fail, and the call still has to end
            error = internal()
        self.settling = True
        await self._end(error)
        # Break reference cycles, which would keep the call in memory until a full garbage collection.
        self._task = self.ticket = None

    async def _run_handler(self, handler: ModelHandler) -> ApiError | None:
        """Run the handler, and return its error, if any."""
        try:
            await handler(self)
        except asyncio.CancelledError:
            return self._cancellation or abandoned()
        except ApiError as failure:
            return failure
        except DeliveryFault as fault:
            self.fault, self.answer = fault, fault.answer
        except StorageUnavailable as unavailable:
            _log.error("call %s (request %s) was not made: %s", self.record.id, self.record.request_id, unavailable)
            return storage_unavailable(unavailable.problem.message, asked=self.asked, keyed=self.keyed)
        except Exception:  # noqa: BLE001 - any exception of a handler must end in an error event
            _log.exception("call %s (request %s) failed", self.record.id, self.record.request_id)
            return internal()
        return None

    async def _end(self, error: ApiError | None) -> None:
        """Settle the call, then publish its end to the subscribers."""
        tail: list[bytes] = []
        try:
            if self._grace_timer is not None:
                self._grace_timer.cancel()
            self.error = error
            if error is not None:
                error.call_id = self.record.id
                if self.record.asked:
                    error.provider_asked = True
            tail = self._last_events(error)
            ending = Ending(error, tail, interrupted=self._interrupted, cancelled=self._cancellation is not None)
            await self._host.settlement.settle(self, ending)
            self.moved = self._handed_over
        except StorageUnavailable as failure:
            tail = self._withhold(storage_unavailable(failure.problem.message, asked=self.asked, keyed=self.keyed))
            _log.error("call %s (request %s) is not recorded yet: %s", self.record.id, self.record.request_id, failure)
        except Superseded as superseded:
            # A client with its key looks the call up again, and finds its actual outcome.
            self.moved = self.keyed
            tail = [] if self.moved else self._withhold(superseded.error)
        except Exception as failure:  # noqa: BLE001 - no client may wait for ever for a call that cannot be settled
            tail = self._withhold(_unrecorded())
            _log.error(
                "call %s (request %s) could not be recorded: %s", self.record.id, self.record.request_id, failure
            )
        finally:
            self.frames.extend([] if self.moved else tail)
            self.done = not self.moved
            self.wake()

    def _last_events(self, error: ApiError | None) -> list[bytes]:
        """Return the event that ends the stream, if there is one."""
        if error is None:
            has_terminal = self.record.stream and self._terminal is not None
            return [frame(self.record.id, self.total + 1, self._terminal or b"")] if has_terminal else []
        if not self.record.stream or not self.total:
            return []
        # An interrupted call may be resumed: with the id of the last event, a client that resumes misses nothing.
        number = self.total if self._interrupted else self.total + 1
        return [frame(self.record.id, number, envelope(error, self.record.request_id), "error")]

    def _withhold(self, error: ApiError) -> list[bytes]:
        """Replace an end that is not durable by `error`, and return its event."""
        error.call_id = self.record.id
        self.answer, self.error = None, error
        if not self.record.stream or not self.total:
            return []
        return [frame(self.record.id, self.total, envelope(error, self.record.request_id), "error")]

    @property
    def catching_up(self) -> bool:
        """Return whether a resumed call still produces events that its log already contains."""
        return self._produced < self.skip

    @property
    def events_produced(self) -> int:
        """Return the number of events produced, including those of an earlier attempt that a resumed call repeats."""
        return max(self._produced, self.skip)

    @property
    def tokens_produced(self) -> int:
        """Return the tokens produced so far: as its meter counts them, otherwise one per event."""
        meter = self.record.meter
        return self.events_produced if meter is None else meter.tokens


class Superseded(Exception):
    """Another node ended this call meanwhile. `error` is sent to the clients without a key."""

    def __init__(self, error: ApiError) -> None:
        super().__init__(error.message)
        self.error = error


def _unrecorded() -> ApiError:
    """Return the error of a call whose outcome could not be made durable, so that its answer is withheld."""
    message = "The answer could not be recorded and is withheld. The log of the gateway has the cause."
    return ApiError(500, message, code=error_codes.STORAGE_FAILED, headers=((X_SHOULD_RETRY, "false"),))


def abandoned() -> ApiError:
    """Return the error of a call that was abandoned by its clients."""
    return ApiError(
        409,
        "The call was cancelled because its client went away and did not come back in time. Send it with a new key.",
        code=error_codes.CALL_CANCELLED,
        headers=((X_SHOULD_RETRY, "false"),),
    )
