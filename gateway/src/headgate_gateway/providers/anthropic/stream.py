"""An Anthropic stream as chat completion chunks. Folded, they are what `completion` gives for the message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .answer import FINISH_REASONS, usage_of

__all__ = ["Chunks"]


class Chunks:
    """Feed it events; it gives chunks, the usage chunk last."""

    def __init__(self, model: str, created: int) -> None:
        self._head: dict[str, Any] = {"id": "", "object": "chat.completion.chunk", "created": created, "model": model}
        self._usage: dict[str, Any] = {}
        self._blocks: dict[int, dict[str, Any]] = {}
        self._calls: dict[int, int] = {}
        self.ended = False

    def usage_so_far(self) -> dict[str, Any] | None:
        """What is known of the usage while the stream runs."""
        return usage_of(self._usage) if self._usage else None

    def feed(self, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The chunks of one event."""
        kind = event.get("type")
        if kind == "message_start":
            yield from self._start(event["message"])
        elif kind == "content_block_start":
            yield from self._open(event["index"], event["content_block"])
        elif kind == "content_block_delta":
            yield from self._more(event["index"], event["delta"])
        elif kind == "content_block_stop":
            yield from self._close(event["index"])
        elif kind == "message_delta":
            self._usage.update({name: n for name, n in (event.get("usage") or {}).items() if n is not None})
            reason = (event.get("delta") or {}).get("stop_reason")
            if reason is not None:
                yield self._chunk({}, FINISH_REASONS.get(reason, "stop"))
        elif kind == "message_stop":
            self.ended = True
            yield {**self._head, "choices": [], "usage": usage_of(self._usage)}

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {**self._head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}

    def _start(self, message: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self._head["id"] = message.get("id", "")
        self._head["model"] = message.get("model") or self._head["model"]
        self._usage.update(message.get("usage") or {})
        yield self._chunk({"role": "assistant"})

    def _open(self, index: int, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self._blocks[index] = {**block, "_parts": []}
        kind = block.get("type")
        if kind == "tool_use":
            at = self._calls[index] = len(self._calls)
            function = {"name": block["name"], "arguments": ""}
            call = {"index": at, "id": block["id"], "type": "function", "function": function}
            yield self._chunk({"tool_calls": [call]})
        elif kind == "text" and block.get("text"):
            yield self._chunk({"content": block["text"]})
        elif kind == "thinking" and block.get("thinking"):
            yield self._chunk({"reasoning_content": block["thinking"]})

    def _more(self, index: int, delta: dict[str, Any]) -> Iterator[dict[str, Any]]:
        block, kind = self._blocks[index], delta.get("type")
        if kind == "text_delta":
            block["text"] = block.get("text", "") + delta["text"]
            yield self._chunk({"content": delta["text"]})
        elif kind == "input_json_delta":
            block["_parts"].append(delta["partial_json"])
            if index in self._calls and delta["partial_json"]:
                call = {"index": self._calls[index], "function": {"arguments": delta["partial_json"]}}
                yield self._chunk({"tool_calls": [call]})
        elif kind == "thinking_delta":
            block["thinking"] = block.get("thinking", "") + delta["thinking"]
            yield self._chunk({"reasoning_content": delta["thinking"]})
        elif kind == "signature_delta":
            block["signature"] = delta["signature"]
        elif kind == "citations_delta":
            block.setdefault("citations", []).append(delta["citation"])

    def _close(self, index: int) -> Iterator[dict[str, Any]]:
        block = self._blocks.pop(index, {"type": "text"})
        parts, kind = block.pop("_parts", []), block.get("type")
        if index in self._calls:
            if not "".join(parts):
                call = {"index": self._calls[index], "function": {"arguments": "{}"}}
                yield self._chunk({"tool_calls": [call]})
        elif kind in ("thinking", "redacted_thinking"):
            yield self._chunk({"thinking_blocks": [block]})
        elif kind != "text":
            yield self._chunk({"provider_blocks": [block]})
