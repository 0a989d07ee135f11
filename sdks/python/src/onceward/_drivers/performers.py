"""Perform the effects that a call's steps ask for, with blocking I/O or on an event loop. They decide nothing."""

from __future__ import annotations

from typing import Any

from .._core.ports import (
    Acquire,
    Batch,
    Clock,
    Close,
    Lock,
    Opened,
    Read,
    ReadChunk,
    Release,
    Send,
    Sleep,
    Steps,
    Unlock,
)
from .._core.wire import PoolTimedOut, ReadTimedOut, TransportError
from .links import Link, LoopState

__all__ = ["AsyncPerformer", "Performer"]

# The longest time that a cancelled call takes to close its connection and to cancel itself at the server.
_FAREWELL = 2.0


class Performer:
    """Runs the steps of a call: performs their effects, returns the results to them, and decides nothing."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    def run(self, steps: Steps[Any]) -> Any:
        """Run to the end of the steps, or to the next `Opened` or `Batch`, which are for the caller."""
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
            case Lock():
                return self._link.lock(effect.within)
            case Unlock():
                return self._link.unlock()
            case _:
                raise AssertionError(effect)


class AsyncPerformer:
    """Runs the steps of a call on one event loop: performs their effects and decides nothing."""

    def __init__(self, state: LoopState, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    async def run(self, steps: Steps[Any], *, shielded: bool = False) -> Any:
        """Run to the end of the steps, or to the next `Opened` or `Batch`, which are for the caller."""
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
                # The clean-up after a cancellation must not be cancelled in its turn.
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
            case Lock() | Unlock():
                return await self._lock(effect)
            case _:
                raise AssertionError(effect)

    async def _send(self, effect: Send) -> Any:
        if effect.within is None:
            return await self._state.transport.send(effect.request)
        import anyio

        with anyio.move_on_after(effect.within):
            return await self._state.transport.send(effect.request)
        raise ReadTimedOut(f"not done within {effect.within:g} s")

    async def _lock(self, effect: Lock | Unlock) -> None:
        if isinstance(effect, Unlock):
            self._state.renewal().release()
            return
        import anyio

        with anyio.move_on_after(float("inf") if effect.within is None else effect.within):
            await self._state.renewal().acquire()
            return
        raise PoolTimedOut("another call did not finish renewing the credentials")

    async def _acquire(self, seconds: float | None) -> None:
        import anyio

        with anyio.move_on_after(float("inf") if seconds is None else seconds):
            await self._state.places.acquire()
            return
        raise PoolTimedOut("all places of `max_concurrency` are taken")
