"""The asynchronous client: performs the effects of calls on the running event loop, asyncio's or trio's."""

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
from .._core.raw import AsyncRawResponse
from .._core.streaming import EventRun
from .._core.wire import PoolTimedOut, ReadTimedOut, TransportError
from .clock import SystemClock
from .links import AsyncLink, LoopState
from .pages import AsyncPage, AsyncPages
from .stream import AsyncStream
from .upload import AsyncUpload

__all__ = ["AsyncClient", "AsyncPerformer"]

# A cancelled call may take this long to close its connection and to tell the server.
_FAREWELL = 2.0


class AsyncPerformer:
    """Runs a call's steps on one event loop. It performs what they ask for and decides nothing."""

    def __init__(self, state: LoopState, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    async def run(self, steps: Steps[Any], *, shielded: bool = False) -> Any:
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
                if kind is ReadChunk and not shielded:
                    value = await effect.response.read_chunk()
                else:
                    value = await (self._shielded(effect) if shielded else self._perform(effect))
            except BaseException as raised:  # noqa: BLE001 - the steps get everything, clean up, and raise it again
                error = raised
                # What follows a cancellation is cleaning up, and must not be cancelled in its turn.
                shielded = shielded or not isinstance(raised, TransportError)

    async def _shielded(self, effect: Any) -> Any:
        import anyio

        with anyio.CancelScope(shield=True), anyio.move_on_after(_FAREWELL):
            return await self._perform(effect)
        raise ReadTimedOut("gave up waiting while leaving")

    async def _perform(self, effect: Any) -> Any:
        match effect:
            case Send():
                return await self._send(effect)
            case ReadChunk():
                return await effect.response.read_chunk()
            case Read():
                return await effect.response.read()
            case Close():
                return await effect.response.aclose()
            case Sleep():
                return await self._clock.asleep(effect.seconds)
            case Acquire():
                return await self._acquire(effect.within)
            case Release():
                return self._state.places.release()
            case _:
                raise AssertionError(effect)

    async def _send(self, effect: Send) -> Any:
        if effect.within is None:
            return await self._state.transport.send(effect.request)
        import anyio

        with anyio.move_on_after(effect.within):
            return await self._state.transport.send(effect.request)
        raise ReadTimedOut(f"not done within {effect.within:g} s")

    async def _acquire(self, seconds: float | None) -> None:
        import anyio

        with anyio.move_on_after(float("inf") if seconds is None else seconds):
            await self._state.places.acquire()
            return
        raise PoolTimedOut("all places of `max_concurrency` are taken")


class AsyncClient(BaseClient):
    """The base of generated asynchronous clients. One may be used on any number of event loops, in any number of
    threads."""

    _default_clock: ClassVar[Clock] = SystemClock()
    _link: AsyncLink

    def _connect(self, http_client: Any, transport: Any) -> AsyncLink:
        from ..transports import async_transport

        make, owned = async_transport(transport, http_client)
        return AsyncLink(make, owned, self._config.max_concurrency)

    def _upload(self, layout: Layout, progress: Progress | None) -> AsyncUpload:
        return AsyncUpload(layout, progress)

    def execute(self, operation: Operation, params: Mapping[str, Any]) -> Any:
        """Make the call that ``operation`` describes: something to await, or for a list `AsyncPages`."""
        if operation.page is None:
            return self._run(self._prepare(operation, params))
        pager = Pager(operation.page, self._prepare(operation, params))
        return self._raw_page(pager) if self._raw else AsyncPages[Any](lambda: self._load(pager))

    async def request(
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
        return await self._run(
            self._adhoc(method, path, body=body, query=query, result=result, stream=stream, options=options)
        )

    async def _performer(self) -> AsyncPerformer:
        return AsyncPerformer(await self._link.state(), self._clock)

    async def _run(self, call: Call) -> Any:
        performer = await self._performer()
        if call.stream is None:
            if self._raw:
                return await performer.run(
                    unary(
                        call, lambda meta, body: AsyncRawResponse(meta, body, lambda: self._decoded(call, meta, body))
                    )
                )
            return await performer.run(unary(call, lambda meta, body: self._decoded(call, meta, body)))
        run = EventRun(call, call.stream)
        steps = run.steps()
        stream: AsyncStream[Any] = AsyncStream(run, performer, steps, await performer.run(steps))
        return AsyncRawResponse(stream.meta, b"", lambda: stream) if self._raw else stream

    async def _load(self, pager: Pager) -> AsyncPage[Any]:
        performer = await self._performer()
        page: AsyncPage[Any] = await performer.run(
            unary(pager.call, lambda meta, body: self._page_of(pager, meta, body))
        )
        return page

    async def _raw_page(self, pager: Pager) -> Any:
        performer = await self._performer()
        return await performer.run(
            unary(pager.call, lambda meta, body: AsyncRawResponse(meta, body, lambda: self._page_of(pager, meta, body)))
        )

    def _page_of(self, pager: Pager, meta: Meta, body: bytes) -> AsyncPage[Any]:
        return AsyncPage(self._decoded(pager.call, meta, body), meta, pager, self._load)

    async def aclose(self) -> None:
        """Close the connections of this event loop that the client made. What you passed in is yours and stays open."""
        await self._link.aclose()

    async def close(self) -> None:
        await self.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
