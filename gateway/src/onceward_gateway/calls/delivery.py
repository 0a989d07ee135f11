"""Delivery: how a client gets what a call produces, live or out of the log, and how its leaving is noticed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from ..core.answer import (
    Cut,
    Fault,
    Garbage,
    Stall,
)
from ..core.errors import (
    ApiError,
    envelope,
    internal,
    storage_away,
)
from ..db import StorageAway
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
_LATE_SECONDS = 0.02
# In a request's extensions: has a function called, once, when the connection is gone; None takes it back.
_ON_GONE = "onceward.on_gone"
_PING = b": ping\n\n"
# What is longer is sent as its reader takes it, and not copied as a whole.
_PIECE = 1 << 18
STREAM_TYPE = (b"content-type", b"text/event-stream; charset=utf-8")
_STREAM_HEADERS = [STREAM_TYPE, (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]


class ConnectionCut(ConnectionError):
    """Raised to the server where it offers no way to close the connection."""


class DisconnectWatcher:
    """Watches one client's connection and tells its listener when it is gone.

    The gateway's own server calls back. Where another one serves, a task waits for its message; it begins a moment
    late: most answers are there by then.
    """

    __slots__ = ("_listener", "_on_gone", "_task", "_timer")

    def __init__(self, receive: Receive | None, listener: Subscriber, scope: dict[str, Any] | None = None) -> None:
        self._listener = listener
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._on_gone: Callable[[Callable[[], None] | None], None] | None = _extension(scope, _ON_GONE)
        if self._on_gone is not None:
            self._on_gone(listener.leave)
        elif receive is not None:
            self._timer = asyncio.get_running_loop().call_later(_LATE_SECONDS, self._start, receive)

    def _start(self, receive: Receive) -> None:
        self._task = asyncio.get_running_loop().create_task(_watch(receive, self._listener))

    def close(self) -> None:
        if self._on_gone is not None:
            self._on_gone(None)
            self._on_gone = None
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()


async def _watch(receive: Receive, listener: Subscriber) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.leave()


def _extension(scope: dict[str, Any] | None, name: str) -> Any:
    """What the server offers under a name of its own; None where another server serves, or none does."""
    return ((scope or {}).get("extensions") or {}).get(name)


def _close(scope: dict[str, Any] | None) -> None:
    close = _extension(scope, "onceward.close")
    if close is None:
        raise ConnectionCut("The connection was cut on purpose.")
    close()


class LiveStream:
    """A running call as a stream of server-sent events. Events go out as they come; a ping goes out when none do.

    `moved` gives the feed on which a call goes on that has left the one it was read from.
    """

    __slots__ = (
        "_feed",
        "_listener",
        "_moved",
        "_ping_due",
        "_ping_seconds",
        "_presence",
        "_quiet",
        "_scope",
        "_stalled",
        "_timer",
    )

    def __init__(
        self,
        feed: EventStream,
        listener: Subscriber,
        presence: DisconnectWatcher,
        scope: dict[str, Any] | None,
        ping_seconds: float,
        moved: Callable[[EventStream], Awaitable[EventStream]],
    ) -> None:
        self._feed = feed
        self._moved = moved
        self._listener = listener
        self._presence = presence
        self._scope = scope
        self._ping_seconds = ping_seconds
        self._quiet = True
        self._ping_due = False
        self._stalled = False
        self._timer: asyncio.TimerHandle | None = None

    async def send(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._arm()
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS + headers})
            await self._deliver(send)
        finally:
            self.close()

    def close(self) -> None:
        """The client listens no more, or never did."""
        if self._timer is not None:
            self._timer.cancel()
        self._presence.close()
        self._feed.leave(self._listener)

    async def _deliver(self, send: Send) -> None:
        feed, listener = self._feed, self._listener
        last = b""
        while not listener.gone:
            data = b"" if self._stalled else feed.take(listener)
            if data:
                self._quiet = False
                if len(data) <= _PIECE:
                    await send({"type": "http.response.body", "body": data, "more_body": True})
                else:
                    await _send_pieces(data, listener, send)
            elif self._ping_due:
                self._ping_due = False
                await send({"type": "http.response.body", "body": _PING, "more_body": True})
            fault = None if self._stalled else feed.next_fault(listener)
            if fault is not None:
                if await self._apply(fault, send):
                    return
            elif self._stalled or listener.position >= feed.total:
                if feed.over and not self._stalled:
                    if not feed.moved:
                        last = _unsaid(feed, listener)
                        break
                    try:
                        feed = self._feed = await self._moved(feed)
                    except Exception as error:  # noqa: BLE001 - a stream that has begun ends in an error event
                        last = _told(feed, listener, _as_told(error, feed))
                        break
                elif not self._ping_due:
                    await listener.wait()
        await send({"type": "http.response.body", "body": last, "more_body": False})

    async def _apply(self, fault: Fault, send: Send) -> bool:
        """Do to this connection what the fault says; True if that ended it."""
        if isinstance(fault, Cut):
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
        if self._quiet:
            self._ping_due = True
            self._listener.wake()
        self._quiet = True
        self._arm()


async def _send_pieces(data: bytes, listener: Subscriber, send: Send) -> None:
    """Send long events in pieces, with turns for others between them."""
    for at in range(0, len(data), _PIECE):
        if listener.gone:
            return
        await send({"type": "http.response.body", "body": data[at : at + _PIECE], "more_body": True})
        await asyncio.sleep(0)


def _unsaid(feed: EventStream, listener: Subscriber) -> bytes:
    """The error that ended a call, for a client that no event has told of it: one came first, or is further on."""
    if feed.error is None or (feed.total > 0 and listener.position <= feed.total):
        return b""
    return _told(feed, listener, feed.error)


def _as_told(error: Exception, feed: EventStream) -> ApiError:
    """Return the error for a client whose call cannot be followed to the node where it goes on."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, StorageAway):
        _log.error("the call %s cannot be followed: %s", feed.record.id, error)
        asked = feed.record.provider != "offline"
        return storage_away(error.trouble.what, asked=asked, keyed=feed.record.key is not None)
    _log.error("the call %s could not be followed", feed.record.id, exc_info=error)
    return internal()


def _told(feed: EventStream, listener: Subscriber, error: ApiError) -> bytes:
    error.call_id = feed.record.id
    return frame(feed.record.id, listener.position, envelope(error, feed.record.request_id), "error")


class StoredStream:
    """An ended call's stream out of the log, byte for byte what was sent, from behind one of its events."""

    def __init__(self, blocks: Sequence[EventBlock], after: int, tail: bytes = b"") -> None:
        self._blocks = blocks
        self._after = after
        self._tail = tail

    async def send(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS + headers})
        for block in self._blocks:
            data = block.after(self._after)
            if data:
                await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": self._tail, "more_body": False})

    def close(self) -> None:
        """Nothing is held open."""


class CutReply:
    """No answer: the connection is closed."""

    def __init__(self, scope: dict[str, Any] | None) -> None:
        self._scope = scope

    async def send(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        _close(self._scope)


class StalledReply:
    """No answer: the connection stays open until the client leaves."""

    def __init__(self, receive: Receive | None) -> None:
        self._receive = receive

    async def send(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        if self._receive is not None:
            while (await self._receive())["type"] != "http.disconnect":
                pass


def faulty_reply(
    fault: Fault, scope: dict[str, Any] | None, receive: Receive | None
) -> Response | CutReply | StalledReply:
    """What a client gets in place of a whole answer."""
    if isinstance(fault, Garbage):
        return Response(200, fault.data, fault.content_type)
    return CutReply(scope) if isinstance(fault, Cut) else StalledReply(receive)
