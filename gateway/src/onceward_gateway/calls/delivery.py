"""Delivery of a call's events to a client, live or from the log, and detection of its disconnect."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from ..core.answer import (
    CloseConnection,
    Fault,
    Garbage,
    Stall,
)
from ..core.errors import (
    ApiError,
    envelope,
    internal,
    storage_unavailable,
)
from ..db import StorageUnavailable
from ..http.request import (
    Receive,
    Response,
    Send,
)
from .event_stream import (
    EventStream,
    Subscriber,
    frame,
)
from .repository import EventBlock

__all__ = [
    "ConnectionCut",
    "CutReply",
    "LiveStream",
    "DisconnectWatcher",
    "StalledReply",
    "StoredStream",
    "faulty_reply",
]

_log = logging.getLogger("onceward_gateway")
_WATCH_DELAY_SECONDS = 0.02
# Extensions of the gateway's own server. The first registers a function to call once on disconnect; None removes it.
# The second returns a function that writes to the body of a response without waiting.
_ON_GONE = "onceward.on_gone"
_BODY_WRITER = "onceward.body_writer"
_PING = b": ping\n\n"
# Longer data is sent in pieces of this size, to avoid a copy of the whole.
_PIECE_BYTES = 1 << 18
STREAM_TYPE = (b"content-type", b"text/event-stream; charset=utf-8")
_STREAM_HEADERS = [STREAM_TYPE, (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]


class ConnectionCut(ConnectionError):
    """Raised to the server where it offers no way to close the connection."""


class DisconnectWatcher:
    """Watches the connection of one client, and notifies its subscriber of a disconnect.

    The gateway's own server calls back. With any other server a task waits for the ASGI message; it starts after a
    short delay, because most answers are complete by then.
    """

    __slots__ = ("_on_gone", "_subscriber", "_task", "_timer")

    def __init__(self, receive: Receive | None, subscriber: Subscriber, scope: dict[str, Any] | None = None) -> None:
        self._subscriber = subscriber
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._on_gone: Callable[[Callable[[], None] | None], None] | None = _extension(scope, _ON_GONE)
        if self._on_gone is not None:
            self._on_gone(subscriber.leave)
        elif receive is not None:
            self._timer = asyncio.get_running_loop().call_later(_WATCH_DELAY_SECONDS, self._start, receive)

    def _start(self, receive: Receive) -> None:
        self._task = asyncio.get_running_loop().create_task(_watch(receive, self._subscriber))

    def close(self) -> None:
        """Stop watching."""
        if self._on_gone is not None:
            self._on_gone(None)
            self._on_gone = None
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()


async def _watch(receive: Receive, subscriber: Subscriber) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscriber.leave()


def _extension(scope: dict[str, Any] | None, name: str) -> Any:
    """Return a server extension from the ASGI scope; None if the server does not have it."""
    return ((scope or {}).get("extensions") or {}).get(name)


def _close(scope: dict[str, Any] | None) -> None:
    close = _extension(scope, "onceward.close")
    if close is None:
        raise ConnectionCut("The connection was cut on purpose.")
    close()


class LiveStream:
    """A running call as a stream of server-sent events, with pings while there are no events.

    `moved` returns the stream on which a call continues that has left its previous node.
    """

    __slots__ = (
        "_moved",
        "_ping_due",
        "_ping_seconds",
        "_position_at_tick",
        "_scope",
        "_stalled",
        "_stream",
        "_subscriber",
        "_timer",
        "_watcher",
    )

    def __init__(
        self,
        stream: EventStream,
        subscriber: Subscriber,
        watcher: DisconnectWatcher,
        scope: dict[str, Any] | None,
        ping_interval_seconds: float,
        moved: Callable[[EventStream], Awaitable[EventStream]],
    ) -> None:
        self._stream = stream
        self._moved = moved
        self._subscriber = subscriber
        self._watcher = watcher
        self._scope = scope
        self._ping_seconds = ping_interval_seconds
        self._ping_due = False
        # A ping is due where the position has not moved between two ticks of the timer.
        self._position_at_tick = subscriber.position
        self._stalled = False
        self._timer: asyncio.TimerHandle | None = None

    async def send(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        """Send events as they come until the call ends or the client leaves."""
        self._arm()
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS + headers})
            await self._deliver(send)
        finally:
            self.close()

    def close(self) -> None:
        """Unsubscribe the client."""
        if self._timer is not None:
            self._timer.cancel()
        self._watcher.close()
        self._stream.leave(self._subscriber)

    async def _deliver(self, send: Send) -> None:
        stream, subscriber = self._stream, self._subscriber
        body_writer = _extension(self._scope, _BODY_WRITER)
        send_now = None if body_writer is None else body_writer(self._scope)
        last_event = b""
        while not subscriber.gone:
            data = b"" if self._stalled else stream.take(subscriber)
            if data:
                if len(data) <= _PIECE_BYTES:
                    await send({"type": "http.response.body", "body": data, "more_body": True})
                else:
                    await _send_pieces(data, subscriber, send)
            elif self._ping_due:
                self._ping_due = False
                await send({"type": "http.response.body", "body": _PING, "more_body": True})
            fault = None if self._stalled else stream.next_fault(subscriber)
            if fault is not None:
                if await self._apply(fault, send):
                    return
            elif self._stalled or subscriber.position >= stream.total:
                if stream.over and not self._stalled:
                    if not stream.moved:
                        last_event = _unsent_error(stream, subscriber)
                        break
                    try:
                        stream = self._stream = await self._moved(stream)
                    except Exception as error:  # noqa: BLE001 - a stream that has begun must end with an error event
                        last_event = _error_event(stream, subscriber, _client_error(error, stream))
                        break
                elif not self._ping_due:
                    await self._wait(send, send_now)
        await send({"type": "http.response.body", "body": last_event, "more_body": False})

    async def _wait(self, send: Send, send_now: Callable[[bytes], bool] | None) -> None:
        """Wait for a change. Events that come meanwhile are sent by `send_now`, until the connection is full."""
        subscriber = self._subscriber
        if subscriber.is_full:
            # An empty piece waits until there is room.
            subscriber.is_full = False
            await send({"type": "http.response.body", "body": b"", "more_body": True})
            return
        waiting = subscriber.wait()
        subscriber.send_now = None if self._stalled else send_now
        await waiting

    async def _apply(self, fault: Fault, send: Send) -> bool:
        """Inject a fault into this connection, and return whether that ended it."""
        if isinstance(fault, CloseConnection):
            _close(self._scope)
            return True
        if isinstance(fault, Stall):
            self._stalled = True
        else:
            await send({"type": "http.response.body", "body": fault.data, "more_body": True})
        return False

    def _arm(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._ping_seconds, self._tick)

    def _tick(self) -> None:
        if self._subscriber.position == self._position_at_tick:
            self._ping_due = True
            self._subscriber.wake()
        self._position_at_tick = self._subscriber.position
        self._arm()


async def _send_pieces(data: bytes, subscriber: Subscriber, send: Send) -> None:
    """Send long events in pieces, and let other tasks run between them."""
    for at in range(0, len(data), _PIECE_BYTES):
        if subscriber.gone:
            return
        await send({"type": "http.response.body", "body": data[at : at + _PIECE_BYTES], "more_body": True})
        await asyncio.sleep(0)


def _unsent_error(stream: EventStream, subscriber: Subscriber) -> bytes:
    """Return the error event of a failed call, or nothing if the stream itself contains it for this client."""
    if stream.error is None or (stream.total > 0 and subscriber.position <= stream.total):
        return b""
    return _error_event(stream, subscriber, stream.error)


def _client_error(error: Exception, stream: EventStream) -> ApiError:
    """Return the error for a client whose call cannot be followed to the node where it continues."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, StorageUnavailable):
        _log.error("the call %s cannot be followed: %s", stream.record.id, error)
        asked = stream.record.provider != "offline"
        return storage_unavailable(error.problem.message, asked=asked, keyed=stream.record.key is not None)
    _log.error("the call %s could not be followed", stream.record.id, exc_info=error)
    return internal()


def _error_event(stream: EventStream, subscriber: Subscriber, error: ApiError) -> bytes:
    error.call_id = stream.record.id
    return frame(stream.record.id, subscriber.position, envelope(error, stream.record.request_id), "error")


class StoredStream:
    """The logged stream of an ended call after a given event, byte for byte as it was sent."""

    def __init__(self, blocks: Sequence[EventBlock], after: int, tail: bytes = b"") -> None:
        self._blocks = blocks
        self._after = after
        self._tail = tail

    async def send(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        """Send the stored events after the given one, then the end of the stream."""
        await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS + headers})
        for block in self._blocks:
            data = block.after(self._after)
            if data:
                await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": self._tail, "more_body": False})

    def close(self) -> None:
        """Do nothing: the stream holds no resources."""


class CutReply:
    """An injected fault: the connection is closed without an answer."""

    def __init__(self, scope: dict[str, Any] | None) -> None:
        self._scope = scope

    async def send(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        """Close the connection without a response."""
        _close(self._scope)


class StalledReply:
    """An injected fault: the connection stays open without an answer until the client disconnects."""

    def __init__(self, receive: Receive | None) -> None:
        self._receive = receive

    async def send(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        """Send nothing until the client leaves."""
        if self._receive is not None:
            while (await self._receive())["type"] != "http.disconnect":
                pass


def faulty_reply(
    fault: Fault, scope: dict[str, Any] | None, receive: Receive | None
) -> Response | CutReply | StalledReply:
    """Return the response that injects a fault in place of a unary answer."""
    if isinstance(fault, Garbage):
        return Response(200, fault.data, fault.content_type)
    return CutReply(scope) if isinstance(fault, CloseConnection) else StalledReply(receive)
