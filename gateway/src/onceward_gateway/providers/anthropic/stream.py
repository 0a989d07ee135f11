"""An Anthropic stream as chat completion chunks, which accumulate to what `completion` returns for the message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ...core.lenient_json import encode
from .answer import BrokenMessage, finish_of

__all__ = ["EVENTS", "Chunks"]


EVENTS = frozenset(
    {
        *("message_start", "content_block_start", "content_block_delta", "content_block_stop"),
        *("message_delta", "message_stop"),
    }
)
"""The types of events that make up a message."""
_TRANSLATED = ("text", "thinking", "redacted_thinking", "tool_use")


class Chunks:
    """Translates events to chunks. Raises `BrokenMessage` for an event that is not valid at its position."""

    def __init__(self, model: str, created: int) -> None:
        self.head: dict[str, Any] = {"id": "", "object": "chat.completion.chunk", "created": created, "model": model}
        self._blocks: dict[int, dict[str, Any]] = {}
        self._calls: dict[int, int] = {}
        self._started = False
        self.finished = False
        self.ended = False

    def feed(self, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the chunks of one event."""
        kind = event.get("type")
        if kind == "message_start":
            yield from self._start(_object(event, "message"))
        elif kind in ("content_block_start", "content_block_delta", "content_block_stop"):
            self._check(kind)
            yield from self._block(kind, event)
        elif kind == "message_delta":
            self._check(kind)
            reason = _object(event, "delta").get("stop_reason")
            if reason is not None:
                yield from self._finish(reason)
        elif kind == "message_stop":
            self._check(kind)
            if not self.finished:
                raise BrokenMessage("`message_stop` came before a `stop_reason`")
            self.ended = True

    def _check(self, kind: str) -> None:
        if not self._started:
            raise BrokenMessage(f"`{kind}` came before `message_start`")
        if self.finished and kind.startswith("content_block"):
            raise BrokenMessage(f"`{kind}` came after the `stop_reason`")

    def _block(self, kind: str, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
        index = event.get("index")
        if not isinstance(index, int):
            raise BrokenMessage(f"`index` of `{kind}` is not a number")
        if kind == "content_block_start":
            yield from self._open(index, _object(event, "content_block"))
        elif index not in self._blocks:
            raise BrokenMessage(f"`{kind}` is of the block {index}, which was not started")
        elif kind == "content_block_delta":
            yield from self._more(index, _object(event, "delta"))
        else:
            yield from self._close(index)

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {**self.head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}

    def _start(self, message: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if self._started:
            raise BrokenMessage("`message_start` came twice")
        self._started = True
        self.head["id"] = message.get("id") or ""
        self.head["model"] = message.get("model") or self.head["model"]
        yield self._chunk({"role": "assistant"})

    def _open(self, index: int, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if index in self._blocks:
            raise BrokenMessage(f"the block {index} was started twice")
        self._blocks[index] = {**block, "_parts": []}
        kind = block.get("type")
        if kind == "tool_use":
            at = self._calls[index] = len(self._calls)
            name, call_id = block.get("name"), block.get("id")
            if not isinstance(name, str) or not name:
                raise BrokenMessage("a `tool_use` block has no `name`")
            call_id = call_id if isinstance(call_id, str) and call_id else f"toolu_{at}"
            function = {"name": name, "arguments": ""}
            yield self._chunk({"tool_calls": [{"index": at, "id": call_id, "type": "function", "function": function}]})
        elif kind == "text" and block.get("text"):
            yield self._chunk({"content": _text(block, "text")})
        elif kind == "thinking" and block.get("thinking"):
            yield self._chunk({"reasoning_content": _text(block, "thinking")})

    def _more(self, index: int, delta: dict[str, Any]) -> Iterator[dict[str, Any]]:
        block, kind = self._blocks[index], delta.get("type")
        if kind == "text_delta":
            text = _text(delta, "text")
            block["text"] = block.get("text", "") + text
            yield self._chunk({"content": text})
        elif kind == "input_json_delta":
            part = _text(delta, "partial_json")
            block["_parts"].append(part)
            if index in self._calls and part:
                call = {"index": self._calls[index], "function": {"arguments": part}}
                yield self._chunk({"tool_calls": [call]})
        elif kind == "thinking_delta":
            thought = _text(delta, "thinking")
            block["thinking"] = block.get("thinking", "") + thought
            yield self._chunk({"reasoning_content": thought})
        elif kind == "signature_delta":
            block["signature"] = delta.get("signature")
        elif kind == "citations_delta":
            block.setdefault("citations", []).append(delta.get("citation"))
        elif block.get("type") not in _TRANSLATED:
            # A block of the provider's own tools is sent unchanged, with its accumulated input.
            for name, part in delta.items():
                if name != "type" and isinstance(part, str):
                    block[name] = (block[name] if isinstance(block.get(name), str) else "") + part
        elif isinstance(delta.get("text"), str) and delta["text"]:
            raise BrokenMessage(f"a delta of the unknown type {str(kind)[:64]!r} has a text")

    def _close(self, index: int) -> Iterator[dict[str, Any]]:
        block = self._blocks.pop(index)
        parts, kind = block.pop("_parts"), block.get("type")
        if index in self._calls:
            if not "".join(parts):
                given = block.get("input")
                arguments = encode(given if isinstance(given, dict) else {}).decode()
                call = {"index": self._calls[index], "function": {"arguments": arguments}}
                yield self._chunk({"tool_calls": [call]})
        elif kind in ("thinking", "redacted_thinking"):
            yield self._chunk({"thinking_blocks": [block]})
        elif kind != "text":
            if given := "".join(parts):
                block["input"] = _input(given)
            yield self._chunk({"provider_blocks": [block]})

    def _finish(self, reason: Any) -> Iterator[dict[str, Any]]:
        """End open blocks, and yield the chunk with the finish reason."""
        if self.finished:
            return
        for index in sorted(self._blocks):
            yield from self._close(index)
        self.finished = True
        yield self._chunk({}, finish_of(reason))


def _object(event: dict[str, Any], name: str) -> dict[str, Any]:
    value = event.get(name)
    if not isinstance(value, dict):
        raise BrokenMessage(f"`{name}` of `{event.get('type')}` is missing")
    return value


def _input(given: str) -> Any:
    """Return the input that a model wrote for a tool of its provider; invalid JSON stays a string."""
    try:
        return msgspec.json.decode(given)
    except (ValueError, RecursionError):
        return given


def _text(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    if not isinstance(value, str):
        raise BrokenMessage(f"`{name}` of `{holder.get('type')}` is not a text")
    return value
