"""Streams: iterate for events; leave early to stop the call, and to pay for no more of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from operator import length_hint
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from .._core.call import Call
from .._core.meta import Headers, Meta
from .._core.ports import Opened
from .._core.raw import AsyncRawResponse, RawResponse
from .._core.sse import ServerEvent
from .._core.streaming import EventRun

if TYPE_CHECKING:
    from .performers import AsyncPerformer, Performer

__all__ = ["AsyncStream", "Stream", "open_async_stream", "open_stream"]

T = TypeVar("T")


class _Base(Generic[T]):
    """The part of both streams that needs no I/O."""

    _run: EventRun
    _meta: Meta

    def _begin(self, run: EventRun, opened: Opened) -> None:
        self._run = run
        self._meta = opened.meta
        self._taken: list[ServerEvent] = []
        # The position is read off this iterator: counting would cost more than the loop itself.
        self._ready: Iterator[T] = iter([])
        self._passed: str | None = None
        self._closed = False

    @property
    def meta(self) -> Meta:
        """The metadata of the latest response: it changes when the stream is opened again."""
        return self._meta

    @property
    def headers(self) -> Headers:
        return self._meta.headers

    @property
    def request_id(self) -> str | None:
        return self._meta.request_id

    @property
    def call_id(self) -> str | None:
        """The call's id at the server, or None if the server sends none."""
        return self._meta.call_id

    @property
    def idempotency_key(self) -> str | None:
        return self._meta.idempotency_key

    @property
    def attempts(self) -> int:
        """The number of requests sent so far, to open the stream and to resume it."""
        return self._run.tries.attempts

    @property
    def last_event_id(self) -> str | None:
        """The id of the last event that was delivered."""
        done = len(self._taken) - length_hint(self._ready)
        return (self._taken[done - 1][2] if done else None) or self._passed

    def _take(self, found: Any) -> bool:
        """Keep the result of the steps. Return False at the end."""
        if found is None:
            self._closed = True
            return False
        if type(found) is Opened:
            self._meta = found.meta
        else:
            if self._taken:
                self._passed = self._taken[-1][2] or self._passed
            self._taken, self._ready = found.taken, iter(found.events)
        return True

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._run.call.where} {'closed' if self._closed else 'open'}>"


class Stream(_Base[T]):
    """The events of a call.

    A ``for`` loop that is left before the end closes the connection and cancels the call, and so does leaving a
    ``with`` block. ``next(stream)`` takes one event and leaves the stream open.
    """

    def __init__(self, run: EventRun, performer: Performer) -> None:
        self._performer = performer
        self._steps = run.steps()
        self._begin(run, performer.run(self._steps))

    def _more(self) -> bool:
        """Wait for the next batch. Return False at the end."""
        return not self._closed and self._take(self._performer.run(self._steps))

    def __next__(self) -> T:
        while True:
            for event in self._ready:
                return event
            if not self._more():
                raise StopIteration

    def __iter__(self) -> Iterator[T]:
        try:
            yield from self._ready
            while self._more():
                yield from self._ready
        finally:
            self.close()

    def close(self) -> None:
        """End the stream early: close its connection and cancel the call. Does nothing after the last event."""
        if self._closed:
            return
        self._closed = True
        try:
            self._performer.run(self._run.leave())
        finally:
            self._steps.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncStream(_Base[T]):
    """The events of an asynchronous call.

    An ``async for`` loop that is left before the end closes the connection and cancels the call, and so does leaving an
    ``async with`` block, which does it at once. ``await anext(stream)`` takes one event and leaves the stream open.
    """

    def __init__(self, run: EventRun, performer: AsyncPerformer, steps: Any, opened: Opened) -> None:
        self._performer = performer
        self._steps = steps
        self._begin(run, opened)

    async def _more(self) -> bool:
        return not self._closed and self._take(await self._performer.run(self._steps))

    async def __anext__(self) -> T:
        while True:
            for event in self._ready:
                return event
            if not await self._more():
                raise StopAsyncIteration

    async def __aiter__(self) -> AsyncIterator[T]:
        try:
            for event in self._ready:
                yield event
            while await self._more():
                for event in self._ready:
                    yield event
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """End the stream early: close its connection and cancel the call. Does nothing after the last event."""
        if self._closed:
            return
        self._closed = True
        try:
            await self._performer.run(self._run.leave(), shielded=True)
        finally:
            self._steps.close()

    async def close(self) -> None:
        await self.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def open_stream(call: Call, performer: Performer, *, raw: bool) -> Any:
    """Return the stream of a call, or its raw response."""
    stream: Stream[Any] = Stream(_run_of(call), performer)
    return RawResponse(stream.meta, b"", lambda: stream) if raw else stream


async def open_async_stream(call: Call, performer: AsyncPerformer, *, raw: bool) -> Any:
    """Return the stream of an asynchronous call, or its raw response."""
    run = _run_of(call)
    steps = run.steps()
    stream: AsyncStream[Any] = AsyncStream(run, performer, steps, await performer.run(steps))
    return AsyncRawResponse(stream.meta, b"", lambda: stream) if raw else stream


def _run_of(call: Call) -> EventRun:
    assert call.stream is not None
    return EventRun(call, call.stream)
