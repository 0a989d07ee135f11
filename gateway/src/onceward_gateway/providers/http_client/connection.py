"""One connection: a request is written, its answer parsed, and what arrives is handed on a read at a time.

All body bytes of one read are one item, whatever HTTP chunks they came in. Where an answer arrives in one read, the
exchange takes a single future. Deadlines are numbers that the owner's sweep compares: no timer is made for an exchange.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from typing import Any, NamedTuple, Protocol

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpResponseParser

from .deadlines import Deadlines
from .errors import (
    Disconnected,
    FirstByteTimeout,
    HttpClientError,
    IdleTimeout,
    InvalidRequest,
    MalformedBody,
    MalformedHead,
    TotalTimeout,
    TruncatedBody,
    TruncatedHead,
)
from .response import HttpResponse

__all__ = ["ConnectionOwner", "HttpConnection", "Timeouts"]

_HIGH_WATER = 1 << 18
# Bytes without a byte of a body: heads, trailers, extensions of chunks.
_MOST_OVERHEAD = 1 << 18
_MOST_HEADERS = 1024
# Of one answer: that of the answer itself, and those with a status below 200 before it.
_MOST_HEADS = 20
_JOINED = 1 << 16


class Timeouts(NamedTuple):
    """Seconds of an exchange: to connect, to the first byte of the answer, between two reads, and in all."""

    connect: float = 10.0
    first_byte: float = 60.0
    idle: float = 60.0
    total: float = 600.0


class ConnectionOwner(Protocol):
    """The pool that a connection belongs to."""

    def released(self, connection: HttpConnection) -> None:
        """Take a connection back that can carry another request."""
        ...

    def lost(self, connection: HttpConnection) -> None:
        """Forget a connection."""
        ...


class HttpConnection(asyncio.Protocol):
    """A connection that carries one exchange at a time."""

    _transport: Any
    _response: HttpResponse | None = None
    _waiter: asyncio.Future[None] | None = None
    _sender: asyncio.Task[None] | None = None
    _room: asyncio.Future[None] | None = None
    _writing_paused = _paused = False
    # The head of the answer is there; the head at hand is one before the answer; the answer came to its end.
    _headed = _interim = _ended = False
    # Somebody waits for the head; a byte came; the request is larger than what is written at once.
    _wants_head = _answered = _is_large = False
    _keep_alive = _expects_body = True
    _uses = _heads = _pending = _overhead = _unsent = 0
    _last = _window = _total_at = 0.0
    _first_byte = _idle = _total = 0.0

    def __init__(self, owner: ConnectionOwner, deadlines: Deadlines, keep_alive: float) -> None:
        self._owner = owner
        self._deadlines = deadlines
        self._idle_seconds = keep_alive
        self._loop = asyncio.get_running_loop()
        self._time = self._loop.time
        self._parts: list[bytes] = []
        self._headers: list[tuple[bytes, bytes]] = []
        # The parser calls it for each piece of a body, without a Python frame between.
        self.on_body = self._parts.append
        self._parser: HttpResponseParser | None = HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        self.closed = False

    # -- the exchange

    async def exchange(
        self,
        head: bytes,
        body: bytes | AsyncIterable[bytes],
        timeouts: Timeouts,
        total_at: float,
        *,
        expects_body: bool,
        max_body: int,
        length: int | None = None,
    ) -> HttpResponse:
        """Send a request and return its answer as soon as the head is there."""
        if not self.usable():
            lost = Disconnected("The connection was closed before the request was sent.", reused=self._uses > 0)
            lost.sent = False
            raise lost
        response = self._response = HttpResponse(self, max_body)
        self._headed = self._ended = self._interim = self._answered = self._is_large = False
        self._heads = self._pending = self._overhead = self._unsent = 0
        self._expects_body, self._wants_head = expects_body, True
        self._uses += 1
        now = self._last = self._time()
        _, first_byte, self._idle, self._total = timeouts
        self._window = self._first_byte = first_byte
        self._total_at = total_at
        if (due := min(now + first_byte, total_at)) < self._deadlines.at:
            self._deadlines.arm(due)
        if not isinstance(body, bytes):
            self._is_large = True
            self._transport.write(head)
            self._sender = self._loop.create_task(self._send(body, length))
            self._sender.add_done_callback(self._sent)
        elif len(body) <= _JOINED:
            self._transport.write(head + body)
        else:
            self._is_large = True
            self._transport.write(head)
            self._transport.write(body)
            self._unsent = self._transport.get_write_buffer_size()
        waiter = self._waiter = self._loop.create_future()
        try:
            await waiter
        except BaseException as error:
            self._give_up(response, error)
            raise
        return response

    def take(self) -> bytes:
        """Return the bytes of the body that arrived and were not taken yet."""
        parts = self._parts
        if not parts:
            return b""
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        parts.clear()
        self._pending = 0
        if self._paused:
            self._resume()
        return data

    def _resume(self) -> None:
        self._paused = False
        self._last = self._time()
        self._transport.resume_reading()
        self._deadlines.arm(self._last + self._idle)

    async def next_bytes(self) -> bytes:
        """Return the bytes that arrive next; b"" when the response took what is left."""
        response = self._response
        if self._paused:
            self._resume()
        waiter = self._waiter = self._loop.create_future()
        try:
            await waiter
        except BaseException as error:
            self._give_up(response, error)
            raise
        return self.take() if self._response is response else b""

    def abort(self, error: BaseException) -> None:
        """Close the connection at once; what is still to be received of the answer ends with this error."""
        self._fail(error, b"")

    def _give_up(self, response: HttpResponse | None, error: BaseException) -> None:
        """Abort an exchange that nobody waits for any longer, unless it ended: another may be on this connection."""
        if response is not None and self._response is response:
            self.abort(error if isinstance(error, Exception) else HttpClientError("The exchange was cancelled."))

    def close(self) -> None:
        """Close an idle connection."""
        self.closed = True
        self._transport.close()

    def usable(self) -> bool:
        """Return whether another request can be sent."""
        return not self.closed and not self._transport.is_closing()

    # -- deadlines

    def due(self) -> float:
        """Return the time at which the connection is to be looked at again."""
        if self._response is None:
            return self._last + self._idle_seconds
        if self._paused:
            return self._total_at
        return min(self._total_at, self._last + self._window)

    def expire(self, now: float) -> None:
        """End what takes too long."""
        if self._response is None:
            self.close()
        elif now >= self._total_at:
            self._break(TotalTimeout(f"The exchange took longer than {self._total:g} s.", answered=self._headed))
        elif self._headed:
            self._break(IdleTimeout(f"No byte of the answer for {self._idle:g} s."))
        elif (unsent := self._transport.get_write_buffer_size()) != self._unsent:
            # The request is large, and the peer still takes it.
            self._unsent, self._last = unsent, now
        else:
            self._break(FirstByteTimeout(f"No byte of the answer within {self._first_byte:g} s."))

    # -- sending

    async def _send(self, body: AsyncIterable[bytes], length: int | None) -> None:
        """Write a body as it comes, in chunks where its length is not known."""
        left = length
        try:
            async for piece in body:
                if not piece:
                    continue
                if left is None:
                    piece = b"%x\r\n%b\r\n" % (len(piece), piece)
                else:
                    left -= len(piece)
                    if left < 0:
                        raise InvalidRequest("The body is longer than announced.")
                self._transport.write(piece)
                self._last = self._time()
                if self._writing_paused:
                    self._room = self._loop.create_future()
                    await self._room
        finally:
            if (close := getattr(body, "aclose", None)) is not None:
                await close()
        if left:
            raise InvalidRequest("The body is shorter than announced.")
        if left is None:
            self._transport.write(b"0\r\n\r\n")
        self._sender = None

    def _sent(self, sender: asyncio.Task[None]) -> None:
        if not sender.cancelled() and (error := sender.exception()) is not None:
            self._break(error)

    def pause_writing(self) -> None:
        """Make writers wait: the transport's buffer is full."""
        self._writing_paused = True

    def resume_writing(self) -> None:
        """Let writers continue, and restart the time that they may stall."""
        self._writing_paused = False
        if self._room is not None and not self._room.done():
            self._last = self._time()
            self._room.set_result(None)

    # -- receiving

    def connection_made(self, transport: Any) -> None:
        """Keep the transport."""
        self._transport = transport
        self._last = self._time()

    def data_received(self, data: bytes) -> None:
        """Parse the next bytes and hand their parts to the reader at once. Close on bytes that nobody asked for."""
        response, parts = self._response, self._parts
        if response is None or self._parser is None:
            # Nobody asked.
            self.closed = True
            self._transport.abort()
            return
        before = len(parts)
        self._answered = True
        self._last = self._time()
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._parser_failed(response, error)
            return
        if self._ended:
            self._finish(response)
            return
        if len(parts) != before:
            self._overhead = 0
        else:
            self._overhead += len(data)
            if self._overhead > _MOST_OVERHEAD or len(self._headers) > _MOST_HEADERS:
                self._break(self._malformed("it has too many headers"))
                return
        waiter = self._waiter
        if waiter is None:
            self._pending += len(data)
            if self._pending > _HIGH_WATER and not self._paused:
                self._paused = True
                self._transport.pause_reading()
        elif self._headed if self._wants_head else parts:
            if response.tap is not None and not self._wants_head:
                taken, parts[:] = parts[0] if len(parts) == 1 else b"".join(parts), ()
                if not (rest := response.tap(taken)):
                    return
                parts.append(rest)
            self._wants_head = False
            self._waiter = None
            if not waiter.done():
                waiter.set_result(None)

    def on_message_begin(self) -> None:
        """Begin a response. Raise if one ended before, as each request has one."""
        if self._ended:
            raise HttpParserError("bytes follow the answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header or a trailer. Raise `HttpParserError` for a value with a NUL, which the parser allows."""
        if b"\0" in value:
            raise HttpParserError("a header has a NUL character")
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Accept the head of the response, or skip an interim one.

        Raise `HttpParserError` for a head that is not valid.
        """
        parser, response, headers = self._parser, self._response, self._headers
        if parser is None or response is None or len(headers) > _MOST_HEADERS:
            raise HttpParserError("it has too many headers")
        status = parser.get_status_code()
        self._heads += 1
        if self._heads > _MOST_HEADS:
            raise HttpParserError("too many come before it")
        if status < 200:
            if status < 100 or status == 101:
                raise HttpParserError(f"it has the status {status}")
            self._interim = True
            headers.clear()
            return
        response.status, response.raw_headers = status, tuple(headers)
        headers.clear()
        self._keep_alive = parser.should_keep_alive()
        self._headed = True
        self._window = self._idle
        if (due := self._last + self._idle) < self._deadlines.at:
            self._deadlines.arm(due)
        if not self._expects_body:
            # The parser would wait for the body that the headers describe.
            self._ended, self._keep_alive = True, False

    def on_message_complete(self) -> None:
        """Mark the response as complete, and keep its trailers."""
        if self._interim:
            self._interim = False
            return
        self._ended = True
        if self._headers and self._response is not None:
            self._response.trailers = tuple(self._headers)
            self._headers.clear()

    def connection_lost(self, error: Exception | None) -> None:
        """End the response with the error that the closed connection means for it."""
        self.closed = True
        # It refers to this object: without it, both are freed at once.
        self._parser = None
        self._owner.lost(self)
        response = self._response
        if response is None:
            return
        if not self._answered:
            self._break(Disconnected("The connection was closed without an answer.", reused=self._uses > 1))
        elif not self._headed:
            self._break(TruncatedHead("The connection was closed in the middle of the head."))
        elif error is None and _ends_with_connection(response):
            self._keep_alive = False
            self._finish(response)
        else:
            self._break(TruncatedBody("The connection was closed before the end of the body."))

    # -- the end of an exchange

    def _parser_failed(self, response: HttpResponse, error: Exception) -> None:
        if self._ended:
            # Bytes after the answer belong to no request.
            self._keep_alive = False
            self._finish(response)
            return
        reason = error.__context__ if isinstance(error, HttpParserCallbackError) and error.__context__ else error
        self._break(self._malformed("it switches protocols" if isinstance(error, HttpParserUpgrade) else str(reason)))

    def _malformed(self, reason: str) -> HttpClientError:
        if self._headed:
            return MalformedBody(f"The framing of the body is broken: {reason}.")
        return MalformedHead(f"The head of the answer is not HTTP/1: {reason}.")

    def _finish(self, response: HttpResponse) -> None:
        """End an exchange whose answer is whole."""
        rest = self.take() if self._expects_body else b""
        self._parts.clear()
        waiter, self._waiter, self._response, self._wants_head = self._waiter, None, None, False
        response.end(rest, None)
        sent = self._sender is None and not (self._is_large and self._transport.get_write_buffer_size())
        if self._keep_alive and sent and not self._transport.is_closing():
            self._owner.released(self)
        else:
            self._discard(at_once=not sent)
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _discard(self, *, at_once: bool) -> None:
        self.closed = True
        self._stop_sending()
        if at_once:
            self._transport.abort()
        else:
            self._transport.close()

    def _break(self, error: BaseException) -> None:
        """End an exchange with an error, which comes after the bytes that arrived."""
        self._fail(error, b"".join(self._parts))

    def _fail(self, error: BaseException, rest: bytes) -> None:
        response, waiter = self._response, self._waiter
        # A head that is whole is given out, whatever is wrong with what follows it.
        headless = self._wants_head and not self._headed
        self._response = self._waiter = None
        self._wants_head = False
        self._parts.clear()
        self._discard(at_once=True)
        if response is not None:
            response.end(rest, error)
        if waiter is not None and not waiter.done():
            if headless:
                waiter.set_exception(error)
            else:
                waiter.set_result(None)

    def _stop_sending(self) -> None:
        sender, self._sender = self._sender, None
        if sender is not None:
            sender.cancel()


def _ends_with_connection(response: HttpResponse) -> bool:
    """Return whether the end of the connection is the end of the body: nothing else announces it."""
    for name, value in response.raw_headers:
        lower = name.lower()
        if lower == b"content-length":
            return False
        if lower == b"transfer-encoding":
            return value.rpartition(b",")[2].strip().lower() != b"chunked"
    return True
