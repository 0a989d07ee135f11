"""The connections of a client: made on first use, shared by the client's copies, dropped after a fork.

Nothing here has a ``__del__``. The asynchronous link keeps one state per event loop, and closes it when that loop ends.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import AsyncGenerator, Callable
from typing import Any

from .._core.errors import SDKError
from .._core.wire import AsyncTransport, PoolTimedOut, Transport

__all__ = ["AsyncLink", "Link", "LoopState"]

_CLOSED = "the client is closed; make a new one, or use it inside its `with` block"
# Connections that a parent process still uses. Closing them here could disturb it, and collecting them would warn.
_inherited: list[Any] = []
_links: weakref.WeakSet[Link | AsyncLink] = weakref.WeakSet()


class Link:
    """The transport of synchronous calls, and the places under ``max_concurrency``."""

    def __init__(self, make: Callable[[], Transport], owned: bool, limit: int | None) -> None:
        self._make = make
        self._owned = owned
        self._limit = limit
        self._closed = False
        self._reset()
        _links.add(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._transport: Transport | None = None
        self._places = None if self._limit is None else threading.BoundedSemaphore(self._limit)
        self._renewal = threading.Lock()

    @property
    def transport(self) -> Transport:
        transport = self._transport
        if transport is None:
            with self._lock:
                if self._closed:
                    raise SDKError(_CLOSED)
                if self._transport is None:
                    self._transport = self._make()
                transport = self._transport
        return transport

    def acquire(self, seconds: float | None) -> None:
        if self._places is not None and not self._places.acquire(timeout=seconds):
            raise PoolTimedOut(f"all {self._limit} places of `max_concurrency` are taken")

    def release(self) -> None:
        if self._places is not None:
            self._places.release()

    def lock(self, seconds: float | None) -> None:
        """Take the lock under which credentials are renewed."""
        if not self._renewal.acquire(timeout=-1 if seconds is None else max(0.0, seconds)):
            raise PoolTimedOut("another call did not finish renewing the credentials")

    def unlock(self) -> None:
        self._renewal.release()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            transport, self._transport = self._transport, None
        if transport is not None and self._owned:
            transport.close()

    def after_fork(self) -> None:
        if self._owned:
            _inherited.append(self._transport)
            self._reset()
        else:
            self._lock = threading.Lock()
            self._renewal = threading.Lock()


class LoopState:
    """The transport and the places of one event loop."""

    def __init__(self, transport: AsyncTransport, limit: int | None) -> None:
        self.transport = transport
        self.places: Any = None
        if limit is not None:
            import anyio

            self.places = anyio.Semaphore(limit)
        self.closer: AsyncGenerator[None, None] | None = None
        self._renewal: Any = None

    def renewal(self) -> Any:
        """Return the lock under which credentials are renewed."""
        if self._renewal is None:
            import anyio

            self._renewal = anyio.Lock()
        return self._renewal


class AsyncLink:
    """The transports of asynchronous calls, one per event loop."""

    def __init__(self, make: Callable[[], AsyncTransport], owned: bool, limit: int | None) -> None:
        self._make = make
        self._owned = owned
        self._limit = limit
        self._closed = False
        self._reset()
        _links.add(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._states: weakref.WeakKeyDictionary[Any, LoopState] = weakref.WeakKeyDictionary()

    async def state(self) -> LoopState:
        loop = _current_loop()
        state = self._states.get(loop)
        if state is not None:
            return state
        if self._closed:
            raise SDKError(_CLOSED)
        state = LoopState(self._make(), self._limit)
        with self._lock:
            # A state keeps its loop alive through the connections, so loops that ended without closing them are removed
            # here.
            for other in [other for other in self._states if getattr(other, "is_closed", _never)()]:
                _inherited.append(self._states.pop(other))
            self._states[loop] = state
        if self._owned:
            # An asynchronous generator is closed by its event loop when that loop ends: the only moment when its
            # connections can still be closed in order.
            state.closer = self._until_loop_ends(loop, state)
            await anext(state.closer)
        return state

    async def _until_loop_ends(self, loop: Any, state: LoopState) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            with self._lock:
                self._states.pop(loop, None)
            await state.transport.aclose()

    async def aclose(self) -> None:
        """Close the connections of this event loop. Those of other loops are closed when their loops end."""
        self._closed = True
        state = self._states.get(_current_loop())
        if state is not None and state.closer is not None:
            await state.closer.aclose()

    def after_fork(self) -> None:
        if self._owned:
            _inherited.append(self._states)
            self._reset()
        else:
            self._lock = threading.Lock()


def _never() -> bool:
    return False


def _current_loop() -> Any:
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        import anyio.lowlevel

        return anyio.lowlevel.current_token()


def _after_fork() -> None:
    for link in list(_links):
        link.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
