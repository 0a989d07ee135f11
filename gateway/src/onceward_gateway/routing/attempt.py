"""One attempt at a deployment: its events are held back until there is content, so that another attempt may follow.

The events before the first word (the role, empty deltas, pings) are of no use to the client. Once a word was sent, the
attempt is final and no other one follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from ..core.answer import Answer, Fault
from ..core.response_writer import ResponseWriter, WriterMiddleware

__all__ = ["Attempt", "has_content"]

_MAX_HELD = 64


class Attempt(WriterMiddleware):
    """Middleware that sends nothing until it commits. `on_commit` is called once, before the first event is sent."""

    def __init__(self, inner: ResponseWriter, on_commit: Callable[[], None]) -> None:
        super().__init__(inner)
        self.committed = False
        self._on_commit = on_commit
        self._held: list[tuple[bytes, str | None]] = []
        self._usage: dict[str, Any] | None = None
        self._answer: Answer | None = None

    @property
    def usage(self) -> dict[str, Any] | None:
        """Return the usage reported so far. It reaches the call only when the attempt commits."""
        return self._inner.usage if self.committed else self._usage

    @usage.setter
    def usage(self, value: dict[str, Any] | None) -> None:
        if self.committed:
            self._inner.usage = value
        else:
            self._usage = value

    @property
    def answer(self) -> Answer | None:
        """Return the whole answer that this attempt gave, if it gave one."""
        return self._answer

    @answer.setter
    def answer(self, value: Answer | None) -> None:
        self._answer = value

    @property
    def takes_batches(self) -> bool:
        """Return whether the attempt is committed, so that every event is handed on."""
        return self.committed and self._inner.takes_batches

    async def emit(self, data: bytes, event: str | None = None) -> None:
        """Hold an event back, or hand it on once the attempt committed; content, or too many held events, commit it."""
        if self.committed:
            await self._inner.emit(data, event)
            return
        self._held.append((data, event))
        if len(self._held) >= _MAX_HELD or has_content(data):
            await self.commit()

    def deliver_fault(self, fault: Fault) -> None:
        """Hand a simulated fault on at once, since it is part of the answer."""
        self._inner.deliver_fault(fault)

    async def commit(self) -> None:
        """Send the events held back, and pass on all later ones."""
        if self.committed:
            return
        self.committed = True
        self._on_commit()
        if self._usage is not None:
            self._inner.usage = self._usage
        held, self._held = self._held, []
        for data, event in held:
            await self._inner.emit(data, event)

    def lost(self, *, last: bool) -> None:
        """End an attempt that failed. Its usage is billed all the same; that of the last attempt as the call's own."""
        if self.committed or self._usage is None:
            return
        if last:
            self._inner.usage = self._usage
        else:
            self.record.wasted = True
            self._inner.wasted.append((self.record.provider, self.price_name, self._usage))

    async def finish(self) -> None:
        """End an attempt that succeeded."""
        await self.commit()
        if self._answer is not None:
            self._inner.answer = self._answer


def has_content(data: bytes) -> bool:
    """Return whether an event of a stream has content of the answer. An unreadable event counts as content."""
    try:
        chunk = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return True
    if not isinstance(chunk, dict):
        return True
    choices = chunk.get("choices")
    if not isinstance(choices, list):
        return True
    return any(not isinstance(choice, dict) or _has_content(choice) for choice in choices)


def _has_content(choice: Mapping[str, Any]) -> bool:
    if choice.get("finish_reason") is not None or choice.get("text"):
        return True
    delta = choice.get("delta")
    return isinstance(delta, dict) and any(value for name, value in delta.items() if name != "role")
