"""Writers of model answers: a running call, and the middleware in front of it.

Middleware is between a model handler and its call: a routed attempt holds events back until there is content, a
guardrail rewrites texts, the response cache stores a copy. Each is itself a writer, so they can be chained.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from .answer import Answer, Fault
from .call_record import CallRecord

__all__ = ["WriterMiddleware", "ModelHandler", "ResponseWriter"]


class ResponseWriter(Protocol):
    """Receives the events of a stream, or a whole answer, with its usage and headers."""

    record: CallRecord
    usage: dict[str, Any] | None
    answer: Answer | None
    price_name: str
    marks: dict[str, str]
    deployment: str | None
    cached: bool
    # The usage of failed attempts: the provider, the name of the price, the usage.
    wasted: list[tuple[str, str, Mapping[str, Any]]]

    @property
    def catching_up(self) -> bool:
        """Return True while a resumed call repeats events that its log already has."""

    @property
    def left(self) -> bool:
        """Return whether no client waits for the answer or can request it again, so that no further attempt starts."""
        ...

    @property
    def takes_batches(self) -> bool:
        """Return whether `write` may be used, because nothing has to look at each event."""
        ...

    def write(self, events: list[bytes]) -> bool:
        """Write unnamed events at once; return whether more can be written before `drain`."""
        ...

    async def drain(self) -> None:
        """Wait while clients are too slow to read."""

    async def emit(self, data: bytes, event: str | None = None) -> None:
        """Write one event with its name, if it has one, and `drain`."""

    def deliver_fault(self, fault: Fault) -> None:
        """Have a simulated fault happen to the connections of clients at this point of the stream."""


ModelHandler = Callable[[ResponseWriter], Awaitable[None]]


class WriterMiddleware:
    """A writer in front of another, to which it passes everything on; subclasses override what they change."""

    def __init__(self, inner: ResponseWriter) -> None:
        self._inner = inner

    @property
    def record(self) -> CallRecord:
        """Return the record of the call."""
        return self._inner.record

    @record.setter
    def record(self, value: CallRecord) -> None:
        self._inner.record = value

    @property
    def usage(self) -> dict[str, Any] | None:
        """Return the usage reported so far."""
        return self._inner.usage

    @usage.setter
    def usage(self, value: dict[str, Any] | None) -> None:
        self._inner.usage = value

    @property
    def answer(self) -> Answer | None:
        """Return the whole answer of a call that does not stream."""
        return self._inner.answer

    @answer.setter
    def answer(self, value: Answer | None) -> None:
        self._inner.answer = value

    @property
    def price_name(self) -> str:
        """Return the name of the model under which the call is priced."""
        return self._inner.price_name

    @price_name.setter
    def price_name(self, value: str) -> None:
        self._inner.price_name = value

    @property
    def marks(self) -> dict[str, str]:
        """Return the notes about the call that become headers of its answer."""
        return self._inner.marks

    @marks.setter
    def marks(self, value: dict[str, str]) -> None:
        self._inner.marks = value

    @property
    def deployment(self) -> str | None:
        """Return the id of the deployment that serves the call, or None."""
        return self._inner.deployment

    @deployment.setter
    def deployment(self, value: str | None) -> None:
        self._inner.deployment = value

    @property
    def cached(self) -> bool:
        """Return True if the answer comes from the response cache."""
        return self._inner.cached

    @cached.setter
    def cached(self, value: bool) -> None:
        self._inner.cached = value

    @property
    def wasted(self) -> list[tuple[str, str, Mapping[str, Any]]]:
        """Return the usage of failed attempts, which is billed too."""
        return self._inner.wasted

    @wasted.setter
    def wasted(self, value: list[tuple[str, str, Mapping[str, Any]]]) -> None:
        self._inner.wasted = value

    @property
    def catching_up(self) -> bool:
        """Return True while a resumed call repeats events that its log already has."""
        return self._inner.catching_up

    @property
    def left(self) -> bool:
        """Return True if no client waits for the answer or can ask for it again."""
        return self._inner.left

    @property
    def takes_batches(self) -> bool:
        """Return False, so that `emit` of a subclass has every event."""
        return False

    def write(self, events: list[bytes]) -> bool:
        """Hand events on."""
        return self._inner.write(events)

    async def drain(self) -> None:
        """Wait while clients are too slow to read."""
        await self._inner.drain()

    async def emit(self, data: bytes, event: str | None = None) -> None:
        """Hand an event on."""
        await self._inner.emit(data, event)

    def deliver_fault(self, fault: Fault) -> None:
        """Hand a simulated fault on."""
        self._inner.deliver_fault(fault)
