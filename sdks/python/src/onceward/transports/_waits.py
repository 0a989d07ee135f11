"""Await native coroutines, such as those of the fast transport, with a timeout: in a thread or in an event loop."""

from __future__ import annotations

import asyncio
import threading
from asyncio.events import _get_running_loop, _set_running_loop  # pyright: ignore[reportPrivateUsage] - for event loops
from collections.abc import Callable, Coroutine, Generator, Iterator
from time import monotonic
from types import coroutine
from typing import Any, Generic, TypeVar

from .._core.wire import Timeouts

__all__ = ["LONGEST", "NEVER", "Deadline", "OutOfTime", "Timed", "Watch", "head_deadline", "run", "run_in_loop"]

T = TypeVar("T")

NEVER = float("inf")
LONGEST = threading.TIMEOUT_MAX


# ---- in a thread ---------------------------------------------------------------------------------------------------


class _Wake:
    """An object that the library awaits in place of an asyncio future; its runtime's thread wakes it."""

    __slots__ = ("_done", "_lock")
    _asyncio_future_blocking = False

    def __init__(self) -> None:
        self._done = False
        self._lock = threading.Lock()
        self._lock.acquire()

    def __iter__(self) -> Iterator[_Wake]:
        if not self._done:
            yield self

    __await__ = __iter__

    def done(self) -> bool:
        return self._done

    def set_result(self, _result: object) -> None:
        self._done = True
        self._lock.release()

    def wait(self, seconds: float | None) -> bool:
        """Return True if woken in time. Waiting on a lock lets signal handlers run, and their exceptions propagate."""
        return self._lock.acquire(timeout=-1 if seconds is None or seconds > LONGEST else max(0.0, seconds))


class _Loop:
    """The part of an event loop that a native coroutine needs: a way to be woken."""

    __slots__ = ()

    def create_future(self) -> _Wake:
        return _Wake()

    def call_soon_threadsafe(self, callback: Callable[..., object], *args: object, **_context: object) -> None:
        callback(*args)

    def is_closed(self) -> bool:
        return False


_LOOP: Any = _Loop()


def run(work: Coroutine[Any, Any, T], seconds: float | None) -> T:
    """Run one coroutine of the library in this thread, even inside a running loop, until it ends or times out."""
    outer = _get_running_loop()
    end: float | None = None
    try:
        while True:
            _set_running_loop(_LOOP)
            try:
                wake = work.send(None)
            finally:
                _set_running_loop(outer)
            if end is None and seconds is not None:
                end = monotonic() + seconds
            while wake is not None and not wake.wait(None if end is None else end - monotonic()):
                if end is not None and end <= monotonic():
                    raise OutOfTime
    except StopIteration as stop:
        result: T = stop.value
        return result
    except BaseException:
        work.close()
        raise


def run_in_loop(work: Coroutine[Any, Any, T], deadline: Deadline | None) -> T:
    """Run a request with a streamed body, which needs a real event loop to read the chunks in.

    The chunks are read in this thread. Given as a plain iterable, they would be read in the thread of the runtime, and
    while
    the caller's file is slow no other request could progress.
    """

    async def timed() -> T:
        return await Timed(work, deadline)

    outer = _get_running_loop()
    _set_running_loop(None)
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(timed())
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        _set_running_loop(outer)


class OutOfTime(Exception):
    pass


class Deadline:
    """The time at which to stop waiting. An upload extends it with each chunk, but never past ``end``."""

    __slots__ = ("_at", "_end", "seconds")

    def __init__(self, seconds: float, end: float) -> None:
        self.seconds = seconds
        self._end = end
        self._at = min(monotonic() + seconds, end)

    def left(self) -> float:
        return self._at - monotonic()

    def move(self) -> None:
        self._at = min(monotonic() + self.seconds, self._end)


def deadline_of(seconds: float | None, total: float | None) -> Deadline | None:
    """Return the earlier of a clock and the time left of the whole call."""
    if seconds is None and total is None:
        return None
    return Deadline(NEVER if seconds is None else seconds, NEVER if total is None else monotonic() + total)


def head_deadline(clocks: Timeouts, limited: bool) -> Deadline | None:
    """Return the deadline for the first byte, with the wait for a connection if their number is limited."""
    wait = clocks.pool if limited else 0.0
    return deadline_of(None if clocks.first_byte is None or wait is None else clocks.first_byte + wait, clocks.total)


class Timed(Generic[T]):
    """Await a coroutine of the library with a timeout. The timer is only set if there is something to wait for."""

    __slots__ = ("_limit", "_work")

    def __init__(self, work: Coroutine[Any, Any, T], limit: Deadline | None) -> None:
        self._work = work
        self._limit = limit

    def __await__(self) -> Generator[Any, Any, T]:
        work, deadline = self._work, self._limit
        try:
            future = work.send(None)
            while deadline is None:
                yield future
                future = work.send(None)
            while True:
                timer = asyncio.get_running_loop().call_later(min(max(0.0, deadline.left()), LONGEST), _expire, future)
                try:
                    yield future
                finally:
                    timer.cancel()
                # Bytes that came while the loop was busy woke the future before the timer could: they are not late.
                if future is not None and future.result() is _LATE and deadline.left() <= 0:
                    raise OutOfTime
                future = work.send(None)
        except StopIteration as stop:
            result: T = stop.value
            return result
        except BaseException:
            # The task was cancelled or timed out: closing drops the request in the library, which frees its connection.
            work.close()
            raise


_LATE = object()


def _expire(future: asyncio.Future[object] | None) -> None:
    if future is not None and not future.done():
        future.set_result(_LATE)


class Watch:
    """The clock of a response's reads. Its timer is checked when it fires, and not set anew for every chunk."""

    __slots__ = ("_future", "_loop", "_timer", "_until")

    def __init__(self) -> None:
        self._future: asyncio.Future[object] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._until = 0.0

    @coroutine
    def within(self, work: Coroutine[Any, Any, T], seconds: float | None) -> Generator[Any, Any, T]:
        try:
            future = work.send(None)
            while seconds is None:
                yield future
                future = work.send(None)
            loop = asyncio.get_running_loop()
            until = loop.time() + min(max(0.0, seconds), LONGEST)
            while True:
                self._until, self._future = until, future
                if self._timer is None or self._loop is not loop or self._timer.when() > until:
                    self._set(loop)
                try:
                    yield future
                finally:
                    self._future = None
                # Bytes that came while the loop was busy woke the future before the timer could: they are not late.
                if future is not None and future.result() is _LATE and loop.time() >= until:
                    raise OutOfTime
                future = work.send(None)
        except StopIteration as stop:
            result: T = stop.value
            return result
        except BaseException:
            work.close()
            raise

    def _set(self, loop: asyncio.AbstractEventLoop) -> None:
        self.stop()
        self._loop = loop
        self._timer = loop.call_at(self._until, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._future is None or self._loop is None:
            return
        if self._loop.time() >= self._until:
            _expire(self._future)
        else:
            self._set(self._loop)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
