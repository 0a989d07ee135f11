"""The HTTP protocol: uvicorn's, with time limits for heads and bodies, and an error before a connection is closed.

A request is authenticated when its head is complete, so a head must be small and arrive soon. A body has a time limit
as a whole and one for each pause. A body that arrives with its head, as most do, needs no timer.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from ..config.load import RequestLimits
from ..core import error_codes
from ..core.errors import (
    ApiError,
    draining,
    envelope,
)

__all__ = ["HttpProtocol"]

_MAX_HEAD_BYTES = 64 * 1024
_HEAD_SECONDS = 30.0
_SHUTDOWN_SHARE = 0.6
_PHRASES = {
    400: b"Bad Request",
    408: b"Request Timeout",
    431: b"Request Header Fields Too Large",
    529: b"Overloaded",
}


class _Refused(Exception):
    """Raised to stop the parser."""


class _Event(asyncio.Event):
    """An event whose queue of waiters takes a tenth of the usual memory: every connection has two."""

    def __init__(self) -> None:
        super().__init__()
        waiters: Any = []
        self._waiters = waiters


class _Pipeline(list[Any]):
    """The pipelined requests of a connection: a list takes less memory than a deque, and it is nearly always empty."""

    __slots__ = ()

    def appendleft(self, waiting: Any) -> None:
        """Add an item at the left, as a deque does."""
        self.insert(0, waiting)


class HttpProtocol(HttpToolsProtocol):
    """One connection.

    Extensions of the scope: `onceward.close` closes the connection, `onceward.on_gone` sets a function that is called
    when it is lost, `onceward.respond` sends a whole response, and `onceward.body_writer` returns a function that
    writes to the body of a response that has started. ASGI does not have the first; for the others, it has messages
    that a task must wait for, and whose headers are checked one by one.
    """

    # The attributes of uvicorn's class are slots too: a dictionary of so many names takes 1,200 bytes more.
    __slots__ = (
        "_began",
        "_body_clock",
        "_body_ends",
        "_body_moved",
        "_clock",
        "_head_bytes",
        "_in_head",
        "_is_long",
        "_is_lost",
        "_on_gone",
        "_refusal",
        "access_log",
        "access_logger",
        "app",
        "app_state",
        "asgi_version",
        "client",
        "config",
        "connections",
        "cycle",
        "expect_100_continue",
        "flow",
        "headers",
        "limit_concurrency",
        "logger",
        "loop",
        "parser",
        "pipeline",
        "root_path",
        "scheme",
        "scope",
        "server",
        "server_state",
        "tasks",
        "timeout_keep_alive",
        "timeout_keep_alive_task",
        "transport",
        "url",
        "ws_protocol_class",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        pipeline: Any = _Pipeline()
        self.pipeline = pipeline
        self._in_head = True
        # Whether the head began in the current piece, of which an unknown part belongs to it.
        self._began = False
        self._head_bytes = 0
        self._is_long = False
        self._is_lost = False
        self._on_gone: Callable[[], None] | None = None
        self._clock: asyncio.TimerHandle | None = None
        self._body_clock: asyncio.TimerHandle | None = None
        self._body_ends = 0.0
        self._body_moved = 0.0
        self._refusal: ApiError | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the time limit of the first head."""
        super().connection_made(transport)
        self.flow._is_writable_event = _Event()
        self.flow._is_writable_event.set()
        self._clock = self.loop.call_later(_HEAD_SECONDS, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the time limits, and inform the application that the client is gone."""
        super().connection_lost(exc)
        self._stop_clock()
        self._stop_body_clock()
        self._is_lost = True
        if self.scope is not None:
            # Break the reference cycle of connection and request.
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions.pop("onceward.on_gone", None)
            extensions.pop("onceward.body_writer", None)
            extensions.pop("onceward.respond", None)
        if self._on_gone is not None:
            self._on_gone()
            self._on_gone = None

    def _call_when_gone(self, function: Callable[[], None] | None) -> None:
        """Set the function to call when the connection is lost, or None; there is only one."""
        self._on_gone = function
        if function is None:
            return
        if self.flow.read_paused:
            # A disconnect is only detected while the connection is read.
            self.flow.resume_reading()
        if self._is_lost:
            self.loop.call_soon(function)

    def _respond(self, scope: dict[str, Any], status: int, headers: bytes, body: bytes) -> bool:
        """Write a whole response to the request of `scope`; return False if it has to be sent by messages.

        `headers` are the lines of all headers but the length of the body.
        """
        cycle = self.cycle
        is_current = cycle is not None and cycle.scope is scope and not cycle.response_started
        if not is_current or cycle.disconnected or self.flow.write_paused or scope["method"] == "HEAD":
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        head = [STATUS_LINE[status]]
        for name, value in cycle.default_headers:
            head += (name, b": ", value, b"\r\n")
        head.append(headers if cycle.keep_alive else headers + b"connection: close\r\n")
        self.transport.write(b"".join((*head, b"content-length: %d\r\n\r\n" % len(body), body)))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    def data_received(self, data: bytes) -> None:
        """Parse the next bytes. Refuse a head that is too large, and restart the time limit of the body."""
        self._is_long = self._head_bytes > 0 or len(data) > _MAX_HEAD_BYTES
        super().data_received(data)
        if self._body_clock is not None:
            self._body_moved = self.loop.time()
        elif self.cycle is not None and self.cycle.more_body and not self._in_head:
            self._await_body()
        if not self._in_head or self.transport.is_closing():
            return
        if self._began:
            self._began = False
        else:
            self._head_bytes += len(data)
        if self._head_bytes > _MAX_HEAD_BYTES:
            self._refuse(_too_large())
        elif self._clock is None:
            self._clock = self.loop.call_later(_HEAD_SECONDS, self._too_slow)

    def on_message_begin(self) -> None:
        """Begin a request, and offer the application its extensions of the scope."""
        super().on_message_begin()
        self._in_head, self._began, self._head_bytes = True, True, 0
        extensions: dict[str, Any] = {
            "onceward.close": self.transport.close,
            "onceward.on_gone": self._call_when_gone,
            "onceward.body_writer": self._body_writer,
            "onceward.respond": self._respond,
        }
        self.scope["extensions"] = extensions

    def _body_writer(self, scope: Any) -> Callable[[bytes], bool] | None:
        """Return a function that writes to the body of the response to `scope`, and returns False when that is full.

        Return None where a response is not sent in chunks, or is not that of the last request.
        """
        cycle = self.cycle
        if cycle is None or cycle.scope is not scope or not cycle.chunked_encoding:
            return None
        flow, write = self.flow, self.transport.write

        def write_now(data: bytes) -> bool:
            if cycle.disconnected or cycle.response_complete:
                return False
            write(b"%x\r\n%b\r\n" % (len(data), data))
            return not flow.write_paused

        return write_now

    def on_headers_complete(self) -> None:
        """End the head and start the application. Raise `_Refused` if the head is too large."""
        if self._is_long and self._size() > _MAX_HEAD_BYTES:
            self._refusal = _too_large()
            raise _Refused
        self._in_head = False
        self._stop_clock()
        if self.url[:1] not in (b"/", b"*"):
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions["onceward.authority"] = _authority_of(self.url)
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:
            self.cycle.message_event = _Event()

    def on_message_complete(self) -> None:
        """End the body, and stop its time limit."""
        super().on_message_complete()
        if self._body_clock is not None:
            self._stop_body_clock()

    def _await_body(self) -> None:
        if self.cycle.response_complete or self.transport.is_closing():
            return
        limits = self._limits()
        is_upload = any(name == b"content-type" and value[:10] == b"multipart/" for name, value in self.headers)
        self._body_moved = self.loop.time()
        self._body_ends = self._body_moved + (
            limits.upload_timeout_seconds if is_upload else limits.body_timeout_seconds
        )
        first_check = min(self._body_ends, self._body_moved + limits.body_idle_timeout_seconds)
        self._body_clock = self.loop.call_at(first_check, self._check_body)

    def _check_body(self) -> None:
        """Reject a body that exceeded a time limit; else check again when that is next possible."""
        limits, now = self._limits(), self.loop.time()
        due = min(self._body_ends, self._body_moved + limits.body_idle_timeout_seconds)
        is_waited_for = not self.flow.read_paused
        if not is_waited_for:
            # The gateway itself has paused reading.
            self._body_moved = now
            due = max(due, now + limits.body_idle_timeout_seconds)
        if now < due:
            self._body_clock = self.loop.call_at(due, self._check_body)
            return
        self._body_clock = None
        if self.transport.is_closing():
            return
        if self.cycle.response_started:
            self.transport.close()
        else:
            self._refuse(
                ApiError(
                    408, "The body of the request did not come in time. Send it faster.", code=error_codes.SLOW_BODY
                )
            )

    def shutdown(self) -> None:
        """Close an idle connection; an incomplete request gets a part of the time for a graceful shutdown."""
        super().shutdown()
        if self._body_clock is not None:
            seconds = (self.config.timeout_graceful_shutdown or 0) * _SHUTDOWN_SHARE
            self.loop.call_later(seconds, self._give_up_body)

    def _give_up_body(self) -> None:
        if self._body_clock is None or self.transport.is_closing():
            return
        self._stop_body_clock()
        if self.cycle.response_started:
            self.transport.close()
        else:
            self._refuse(draining())

    def _stop_body_clock(self) -> None:
        if self._body_clock is not None:
            self._body_clock.cancel()
            self._body_clock = None

    def _limits(self) -> RequestLimits:
        gateway = getattr(self.app, "gateway", None)
        return RequestLimits() if gateway is None else gateway.settings.limits

    def _size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _too_slow(self) -> None:
        self._clock = None
        if self._in_head and not self.transport.is_closing():
            self._refuse(
                ApiError(408, f"No whole head of a request came within {_HEAD_SECONDS:.0f} s. Send it at once.")
            )

    def _refuse(self, error: ApiError) -> None:
        self._refusal = error
        self.send_400_response("")

    def send_400_response(self, msg: str) -> None:
        """Send an error in the envelope, and close the connection."""
        error = self._refusal or ApiError(400, "Malformed HTTP/1.1 request.", code=error_codes.NO_HTTP)
        body = envelope(error, None)
        head = b"HTTP/1.1 %d %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(head % (error.status, _PHRASES[error.status], len(body)) + body)
        self.transport.close()


def _authority_of(target: bytes) -> bytes:
    """Return the host and the port of a request target in absolute or authority form."""
    _, slashes, rest = target.partition(b"://")
    return re.split(rb"[/?#]", rest if slashes else target, maxsplit=1)[0]


def _too_large() -> ApiError:
    return ApiError(
        431,
        f"The head of the request is larger than {_MAX_HEAD_BYTES // 1024} KiB. Send fewer or shorter headers.",
        code=error_codes.HEADERS_TOO_LARGE,
    )
