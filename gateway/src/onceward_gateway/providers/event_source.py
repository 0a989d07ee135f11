"""The events of an answer that streams, a read of the connection at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Protocol

from ..core.buffers import join_in_turns
from ..core.errors import ApiError
from . import failures
from .http_client import HttpClientError, HttpResponse
from .partial import beginning
from .sse import EventTooLarge, Run, SseReader

__all__ = ["WHOLE", "Answering", "EventSource"]

# How much of a stream is parsed in one turn of the event loop; less where each line is looked at, as an event may have
# only 3 bytes.
_TURN_BYTES = 65_536
_LINES_BYTES = 16_384
_SHOWN = 1 << 16
_SPACE = b" \t\r\n\xef\xbb\xbf"
_LATE_SECONDS = 1.0

WHOLE = "onceward.whole"
"""The name of the only event of an answer that is JSON instead of a stream."""


class Answering(Protocol):
    """The exchange that an answer belongs to."""

    room: int
    is_decoded: bool

    @property
    def provider(self) -> str:
        """Return the configured name of the provider."""
        ...

    def pieces(self, response: HttpResponse) -> AsyncIterator[bytes]:
        """Yield the decoded body as it arrives."""
        ...

    def count_part(self, body: bytes) -> None:
        """Count the texts of an incomplete body or event."""
        ...

    def broken(self, body: bytes, reason: str = ...) -> ApiError:
        """Return the error for a body that is not an answer."""
        ...

    def note(self, error: BaseException) -> None:
        """Log a failure."""
        ...


class EventSource:
    """The events of a stream, whatever its content type; a single event `WHOLE` if the body is JSON.

    `take` receives unnamed events when they arrive, while the iteration waits for them, and returns how many it took:
    no task has to run for these. The iteration yields the events that are left over, and all other events.
    """

    def __init__(self, exchange: Answering, response: HttpResponse, most_event_bytes: int) -> None:
        self.take: Callable[[list[bytes]], int] | None = None
        # Takes a read that is a single event like the last one, and returns whether it was.
        self.take_framed: Callable[[bytes], bool] | None = None
        self._exchange = exchange
        self._response = response
        self._most_event_bytes = most_event_bytes
        self._reader = SseReader(most_event_bytes)
        self._found = False
        self._runs = self._iterate()

    def __aiter__(self) -> AsyncIterator[Run]:
        return self._runs

    async def aclose(self) -> None:
        """End the iteration, which refers to this object: else both would stay until a garbage collection."""
        self.take = self.take_framed = None
        await self._runs.aclose()

    async def _iterate(self) -> AsyncGenerator[Run, None]:
        reader, head, sniffed = self._reader, b"", False
        pieces = self._exchange.pieces(self._response)
        try:
            async for data in pieces:
                self._response.tap = None
                if not self._found and len(head) < _SHOWN:
                    head += data[:_SHOWN]
                if not sniffed:
                    # Skip white space before the answer, which may be as long as an answer.
                    data = data.lstrip(_SPACE)
                    if data[:1] in (b"{", b"["):
                        yield WHOLE, [await self._rest(data, pieces)]
                        return
                    sniffed = bool(data)
                async for run in self._runs_of(data):
                    yield run
                if self.take is not None and self._found and not self._exchange.is_decoded:
                    self._response.tap = self._tap
            for name, last in reader.close():
                self._found = True
                yield name, [last]
        except EventTooLarge as large:
            self._exchange.count_part(reader.rest)
            raise self._too_large(large) from None
        except (Exception, asyncio.CancelledError):
            # The model also wrote the event that was not complete yet.
            self._exchange.count_part(reader.rest)
            raise
        finally:
            self._response.tap = None
        if not self._found:
            raise self._exchange.broken(head[:_SHOWN], "no events")

    async def _runs_of(self, data: bytes) -> AsyncIterator[Run]:
        """Yield the events that the next bytes complete, in turns with other tasks."""
        reader, at = self._reader, 0
        while at < len(data):
            if at:
                await asyncio.sleep(0)
            part = data[at : at + _TURN_BYTES]
            unnamed = reader.unnamed(part)
            if unnamed is not None:
                if unnamed:
                    self._found = True
                    yield "", unnamed
            else:
                part = part[:_LINES_BYTES]
                for run in reader.read(part):
                    self._found = True
                    yield run
                reader.check()
            at += len(part)

    def _tap(self, data: bytes) -> bytes:
        """Hand over the events in what arrived; return the bytes that are left over."""
        take = self.take
        if take is None or len(data) > min(self._exchange.room, _TURN_BYTES):
            return data
        if (
            self.take_framed is not None
            and not self._reader.pending
            and len(data) <= self._most_event_bytes
            and self.take_framed(data)
        ):
            self._exchange.room -= len(data)
            return b""
        events = self._reader.unnamed(data)
        if events is None:
            return data
        self._exchange.room -= len(data)
        taken = take(events)
        if taken == len(events):
            return b""
        rest = self._reader.put_back(events[taken:])
        self._exchange.room += len(rest)
        return rest

    async def _rest(self, head: bytes, pieces: AsyncIterator[bytes]) -> bytes:
        body = [head]
        try:
            async for piece in pieces:
                body.append(piece)
        except BaseException:
            self._exchange.count_part(beginning(body))
            raise
        return await join_in_turns(body)

    def _too_large(self, large: EventTooLarge) -> ApiError:
        """Return the error for an event beyond the limit of its lines or its bytes."""
        provider = self._exchange.provider
        if large.lines:
            return failures.broken_stream(provider, f"an event has more than {large.lines} lines")
        return failures.too_large(provider, "An event", self._most_event_bytes, "limits.max_event_bytes")

    async def read_late(self, read: Callable[[str, bytes], object]) -> None:
        """Read for a moment what follows the end of a stream."""
        self.take = None
        try:
            async with asyncio.timeout(_LATE_SECONDS):
                async for name, events in self:
                    for data in events:
                        read(name, data)
        except (TimeoutError, ApiError, HttpClientError) as error:
            self._exchange.note(error)
