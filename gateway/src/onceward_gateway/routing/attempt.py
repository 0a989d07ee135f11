"""One try at one deployment: its events are held back until there is content, so that another try may follow it.

What a model sends before its first word (its role, empty deltas, pings) tells the client nothing; once a word went out
the try is the call, and no other follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from ..core.answer import Answer, Fault
from ..core.response_writer import Filter, Sink

__all__ = ["Attempt", "has_content"]

_MOST_HELD = 64


class Attempt(Filter):
    """A sink that passes nothing on until it commits. `on_commit` is told once, before the first event goes out."""

    def __init__(self, inner: Sink, on_commit: Callable[[], None]) -> None:
        super().__init__(inner)
        self.committed = False
        self._on_commit = on_commit
        self._held: list[tuple[bytes, str | None]] = []
        self._usage: dict[str, Any] | None = None
        self._answer: Answer | None = None

    @property
    def usage(self) -> dict[str, Any] | None:
        return self._inner.usage if self.committed else self._usage

    @usage.setter
    def usage(self, value: dict[str, Any] | None) -> None:
        if self.committed:
            self._inner.usage = value
        else:
            self._usage = value

    @property
    def answer(self) -> Answer | None:
        return self._answer

    @answer.setter
    def answer(self, value: Answer | None) -> None:
        self._answer = value

    async def emit(self, data: bytes, event: str | None = None) -> None:
        if self.committed:
            await self._inner.emit(data, event)
            return
        self._held.append((data, event))
        if len(self._held) >= _MOST_HELD or has_content(data):
            await self.commit()

    def deliver_fault(self, fault: Fault) -> None:
        self._inner.deliver_fault(fault)

    async def commit(self) -> None:
        """Let everything through, now and from here on."""
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
        """The try came to nothing. What it used is paid nevertheless: as the call's use where no other try follows."""
        if self.committed or self._usage is None:
            return
        if last:
            self._inner.usage = self._usage
        else:
            self.record.wasted = True
            self._inner.wasted.append((self.record.provider, self.price_name, self._usage))

    async def finish(self) -> None:
        """The try succeeded."""
        await self.commit()
        if self._answer is not None:
            self._inner.answer = self._answer


def has_content(data: bytes) -> bool:
    """Whether an event of a stream tells the client anything of the answer. What cannot be read counts as content."""
    try:
        chunk = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return True
    if not isinstance(chunk, dict):
        return True
    choices = chunk.get("choices")
    if not isinstance(choices, list):
        return True
    return any(not isinstance(choice, dict) or _tells(choice) for choice in choices)


def _tells(choice: Mapping[str, Any]) -> bool:
    if choice.get("finish_reason") is not None or choice.get("text"):
        return True
    delta = choice.get("delta")
    return isinstance(delta, dict) and any(value for name, value in delta.items() if name != "role")
