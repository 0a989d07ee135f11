"""A client's view of a call, recorded as it arrives: text, event ids, usage; and its journal entry."""

from __future__ import annotations

import json
import time
from typing import Any

import onceward

from .journal import Fault, Seen, Usage
from .work import Ask, digest_of

__all__ = ["Watch", "fault_of"]

_LONGEST_MESSAGE = 300


class Watch:
    """A client's view of one call."""

    def __init__(self, ask: Ask, turn: int) -> None:
        self._ask = ask
        self._turn = turn
        self._text: list[str] = []
        self._tool: str | None = None
        self._ids: list[int] = []
        self._calls: list[str] = []
        self._usage: Usage | None = None
        self._cost: str | None = None
        self._attempts = 0
        self._opened: str | None = None

    @property
    def events(self) -> int:
        return len(self._ids)

    def chunk(self, chunk: Any, event_id: str | None) -> None:
        """Record one event of a stream."""
        if event_id is not None:
            call, _, number = event_id.rpartition(":")
            self._ids.append(int(number))
            self._name(call)
        if chunk.usage is not None:
            self._usage = _usage(chunk.usage)
        for choice in chunk.choices:
            self._text.append(choice.delta.content or "")
            for call in choice.delta.tool_calls or ():
                self._tool = call.function.name or self._tool
                self._text.append(call.function.arguments or "")

    def opened(self, stream: Any) -> None:
        """Record the attributes of the stream. Its events identify the call; before the first one it may change."""
        self._attempts = stream.attempts
        self._opened = stream.call_id

    def answer(self, answer: Any) -> None:
        """Record a complete response."""
        self._attempts = answer._attempts
        self._name(answer._headers["x-onceward-call-id"])
        self._cost = answer._headers.get("x-cost-usd")
        self._usage = _usage(answer.usage)
        if self._ask.kind == "embed":
            self._text.append(digest_of([item.embedding for item in answer.data]))
            return
        message = answer.choices[0].message
        self._text.append(message.content or "")
        for call in message.tool_calls or ():
            self._tool = call.function.name
            self._text.append(call.function.arguments)

    def whole(self) -> Seen:
        return self._seen("whole")

    def left(self) -> Seen:
        return self._seen("left")

    def failed(self, error: onceward.SDKError) -> Seen:
        self._attempts = max(self._attempts, getattr(error, "attempts", 0))
        return self._seen("error", fault_of(error))

    def _name(self, call: str | None) -> None:
        if call is not None and call not in self._calls:
            self._calls.append(call)

    def _seen(self, end: str, fault: Fault | None = None) -> Seen:
        text = "".join(self._text)
        if self._tool is not None:
            text = f"{self._tool} {_normal(text)}"
        return Seen(
            marker=self._ask.marker,
            turn=self._turn,
            key=self._ask.key,
            account=self._ask.account,
            end=end,
            at=time.time(),
            text=text,
            call_id=self._calls[-1] if self._calls else self._opened,
            usage=self._usage,
            ids=tuple(self._ids),
            calls=tuple(self._calls),
            cost=self._cost,
            attempts=self._attempts,
            fault=fault,
        )


def fault_of(error: onceward.SDKError) -> Fault:
    """Return the journal entry of an error."""
    status, code = getattr(error, "status_code", None), getattr(error, "code", None)
    return Fault(type(error).__name__, status, code, str(error)[:_LONGEST_MESSAGE])


def _usage(usage: Any) -> Usage:
    return Usage(usage.prompt_tokens, getattr(usage, "completion_tokens", None) or 0)


def _normal(arguments: str) -> str:
    """Return arguments in a normal form; text that is not valid JSON is returned unchanged."""
    try:
        return json.dumps(json.loads(arguments))
    except ValueError:
        return arguments
