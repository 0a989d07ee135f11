"""An Anthropic message as a chat completion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ...core.lenient_json import encode

__all__ = ["FINISH_REASONS", "BrokenMessage", "completion", "finish_of"]

FINISH_REASONS: Mapping[str, str] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


class BrokenMessage(ValueError):
    """A message, or an event of one, that cannot be translated, with the reason."""


def finish_of(reason: Any) -> str:
    """Return the finish reason for a stop reason."""
    return FINISH_REASONS.get(reason, "stop") if isinstance(reason, str) else "stop"


def completion(message: dict[str, Any], model: str, created: int, usage: dict[str, Any]) -> dict[str, Any]:
    """Return a message as a chat completion; raise `BrokenMessage` for an invalid one."""
    content = message.get("content")
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    if not isinstance(content, list):
        raise BrokenMessage("`content` is missing")
    if not content and not message.get("stop_reason"):
        raise BrokenMessage("`content` is empty")
    return {
        "id": message.get("id") or "",
        "object": "chat.completion",
        "created": created,
        "model": message.get("model") or model,
        "choices": [
            {
                "index": 0,
                "message": _message(content),
                "logprobs": None,
                "finish_reason": finish_of(message.get("stop_reason")),
            }
        ],
        "usage": usage,
    }


def _message(blocks: list[Any]) -> dict[str, Any]:
    texts: list[str] = []
    thoughts: list[str] = []
    signed: list[dict[str, Any]] = []
    calls: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    for block in blocks:
        if not isinstance(block, dict):
            raise BrokenMessage("a block of `content` is not an object")
        kind = block.get("type")
        if kind == "text":
            texts.append(_text(block, "text"))
        elif kind == "thinking":
            thoughts.append(_text(block, "thinking"))
            signed.append(block)
        elif kind == "redacted_thinking":
            signed.append(block)
        elif kind == "tool_use":
            calls.append(_tool_call(block, len(calls)))
        else:
            others.append(block)
    made: dict[str, Any] = {"role": "assistant", "content": "".join(texts) if texts else None, "refusal": None}
    if thoughts:
        made["reasoning_content"] = "".join(thoughts)
    if signed:
        made["thinking_blocks"] = signed
    if calls:
        made["tool_calls"] = calls
    if others:
        # Blocks of the provider's own tools: chat completions have no form for them, and they must not be dropped.
        made["provider_blocks"] = others
    return made


def _text(block: Mapping[str, Any], name: str) -> str:
    value = block.get(name, "")
    if not isinstance(value, str):
        raise BrokenMessage(f"`{name}` of a block is not a text")
    return value


def _tool_call(block: Mapping[str, Any], number: int) -> dict[str, Any]:
    name, given = block.get("name"), block.get("input")
    if not isinstance(name, str) or not name:
        raise BrokenMessage("a `tool_use` block has no `name`")
    if isinstance(given, msgspec.Raw):
        # Long ones are still in their original bytes.
        text = bytes(given)
        given = msgspec.json.decode(text) if text.startswith(b'"') else text.decode()
    arguments = given if isinstance(given, str) else encode({} if given is None else given).decode()
    call_id = block.get("id")
    return {
        "id": call_id if isinstance(call_id, str) and call_id else f"toolu_{number}",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }
