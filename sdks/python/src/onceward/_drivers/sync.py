"""The synchronous client: performs the effects of calls with blocking I/O, in the caller's thread."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, ClassVar, Self

from .._core.call import Call, unary
from .._core.client import BaseClient
from .._core.meta import Meta
from .._core.multipart import Layout
from .._core.operation import Operation
from .._core.options import Progress
from .._core.paging import Pager
from .._core.ports import Acquire, Batch, Clock, Close, Opened, Read, ReadChunk, Release, Send, Sleep, Steps
from .._core.raw import RawResponse
from .._core.streaming import EventRun
from .clock import SystemClock
from .links import Link
from .pages import SyncPage
from .stream import Stream
from .upload import Upload

__all__ = ["Performer", "SyncClient"]


class Performer:
    """Runs a call's steps. It performs what they ask for, tells them what came of it, and decides nothing."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    def run(self, steps: Steps[Any]) -> Any:
        """To the end of the steps, or to the next thing they have for the caller (`Opened` or `Batch`)."""
        value: Any = None
        error: BaseException | None = None
        while True:
            try:
                if error is None:
                    effect = steps.send(value)
                else:
                    raised, error = error, None
                    effect = steps.throw(raised)
            except StopIteration as stop:
                return stop.value
            kind: Any = effect.__class__
            if kind is Batch or kind is Opened:
                return effect
            try:
                value = effect.response.read_chunk() if kind is ReadChunk else self._perform(effect)
            except BaseException as raised:  # noqa: BLE001 - the steps get everything, clean up, and raise it again
                error = raised

    def _perform(self, effect: Any) -> Any:
        match effect:
            case Send():
                return self._link.transport.send(effect.request)
            case Read():
                return effect.response.read()
            case Close():
                return effect.response.close()
            case Sleep():
                return self._clock.sleep(effect.seconds)
            case Acquire():
                return self._link.acquire(effect.within)
            case Release():
                return self._link.release()
            case _:
                raise AssertionError(effect)


class SyncClient(BaseClient):
    """The base of generated synchronous clients. Threads may share one; a stream belongs to one thread at a time."""

    _default_clock: ClassVar[Clock] = SystemClock()
    _link: Link

    def _connect(self, http_client: Any, transport: Any) -> Link:
        from ..transports import sync_transport

        make, owned = sync_transport(transport, http_client)
        return Link(make, owned, self._config.max_concurrency)

    def _upload(self, layout: Layout, progress: Progress | None) -> Upload:
        return Upload(layout, progress)

    def execute(self, operation: Operation, params: Mapping[str, Any]) -> Any:
        """Make the call that ``operation`` describes."""
        return self._run(self._prepare(operation, params), operation)

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        result: Any = None,
        stream: bool = False,
        **options: Any,
    ) -> Any:
        """Make a call to any path of the server, for what this version has no method for.

        ``result`` is the type of the answer: a model, ``dict``, ``bytes``, ``str``; without it any JSON value. With
        ``stream`` the events of a stream that ends with ``[DONE]`` are given. Retries, keys, clocks and errors are as
        everywhere.
        """
        call = self._adhoc(method, path, body=body, query=query, result=result, stream=stream, options=options)
        return self._run(call, None)

    def _run(self, call: Call, operation: Operation | None) -> Any:
        performer = Performer(self._link, self._clock)
        if call.stream is not None:
            stream: Stream[Any] = Stream(EventRun(call, call.stream), performer)
            return RawResponse(stream.meta, b"", lambda: stream) if self._raw else stream
        if operation is not None and operation.page is not None:
            return self._pages(performer, Pager(operation.page, call))
        if self._raw:
            return performer.run(
                unary(call, lambda meta, body: RawResponse(meta, body, lambda: self._decoded(call, meta, body)))
            )
        return performer.run(unary(call, lambda meta, body: self._decoded(call, meta, body)))

    def _pages(self, performer: Performer, start: Pager) -> Any:
        def page_of(pager: Pager, meta: Meta, body: bytes) -> SyncPage[Any]:
            return SyncPage(self._decoded(pager.call, meta, body), meta, pager, load)

        def load(pager: Pager) -> SyncPage[Any]:
            page: SyncPage[Any] = performer.run(unary(pager.call, lambda meta, body: page_of(pager, meta, body)))
            return page

        if self._raw:
            return performer.run(
                unary(start.call, lambda meta, body: RawResponse(meta, body, lambda: page_of(start, meta, body)))
            )
        return load(start)

    def close(self) -> None:
        """Close the connections that this client made. What you passed in is yours and stays open."""
        self._link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
