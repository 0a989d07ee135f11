"""The writers of model answers: a running call, or a filter in front of one.

Filters sit between a producer and its call: a routed attempt holds events back until there is content, a guardrail
rewrites texts, the response cache keeps a copy. Each is a sink itself, so they can be put one before another.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from .answer import Answer, Fault
from .call_record import CallRecord

__all__ = ["WriterMiddleware", "ModelHandler", "ResponseWriter"]


class ResponseWriter(Protocol):
    """Takes events, or a whole answer, and what is to be known of them."""

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
    def catching_up(self) -> bool: ...

    @property
    def left(self) -> bool:
        """Return whether no client waits for the answer or can ask for it again; then no further attempt begins."""
        ...

    async def emit(self, data: bytes, event: str | None = None) -> None: ...

    def deliver_fault(self, fault: Fault) -> None: ...


ModelHandler = Callable[[ResponseWriter], Awaitable[None]]


class WriterMiddleware:
    """A sink in front of another. Hands everything on; subclasses change what they are for."""

    def __init__(self, inner: ResponseWriter) -> None:
        self._inner = inner

    @property
    def record(self) -> CallRecord:
        return self._inner.record

    @record.setter
    def record(self, value: CallRecord) -> None:
        self._inner.record = value

    @property
    def usage(self) -> dict[str, Any] | None:
        return self._inner.usage

    @usage.setter
    def usage(self, value: dict[str, Any] | None) -> None:
        self._inner.usage = value

    @property
    def answer(self) -> Answer | None:
        return self._inner.answer

    @answer.setter
    def answer(self, value: Answer | None) -> None:
        self._inner.answer = value

    @property
    def price_name(self) -> str:
        return self._inner.price_name

    @price_name.setter
    def price_name(self, value: str) -> None:
        self._inner.price_name = value

    @property
    def marks(self) -> dict[str, str]:
        return self._inner.marks

    @marks.setter
    def marks(self, value: dict[str, str]) -> None:
        self._inner.marks = value

    @property
    def deployment(self) -> str | None:
        return self._inner.deployment

    @deployment.setter
    def deployment(self, value: str | None) -> None:
        self._inner.deployment = value

    @property
    def cached(self) -> bool:
        return self._inner.cached

    @cached.setter
    def cached(self, value: bool) -> None:
        self._inner.cached = value

    @property
    def wasted(self) -> list[tuple[str, str, Mapping[str, Any]]]:
        return self._inner.wasted

    @wasted.setter
    def wasted(self, value: list[tuple[str, str, Mapping[str, Any]]]) -> None:
        self._inner.wasted = value

    @property
    def catching_up(self) -> bool:
        return self._inner.catching_up

    @property
    def left(self) -> bool:
        return self._inner.left

    async def emit(self, data: bytes, event: str | None = None) -> None:
        await self._inner.emit(data, event)

    def deliver_fault(self, fault: Fault) -> None:
        self._inner.deliver_fault(fault)
