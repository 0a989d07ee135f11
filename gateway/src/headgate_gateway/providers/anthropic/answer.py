"""An Anthropic message as a chat completion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

__all__ = ["FINISH_REASONS", "completion", "usage_of"]

FINISH_REASONS: Mapping[str, str] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


def completion(message: dict[str, Any], model: str, created: int) -> dict[str, Any]:
    """The chat completion that says what this message says."""
    return {
        "id": message.get("id", ""),
        "object": "chat.completion",
        "created": created,
        "model": message.get("model") or model,
        "choices": [
            {
                "index": 0,
                "message": _message(message.get("content") or []),
                "logprobs": None,
                "finish_reason": FINISH_REASONS.get(message.get("stop_reason") or "end_turn", "stop"),
            }
        ],
        "usage": usage_of(message.get("usage") or {}),
    }


def _message(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    texts: list[str] = []
    thoughts: list[str] = []
    signed: list[dict[str, Any]] = []
    calls: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    for block in blocks:
        kind = block.get("type")
        if kind == "text":
            texts.append(block["text"])
        elif kind == "thinking":
            thoughts.append(block["thinking"])
            signed.append(block)
        elif kind == "redacted_thinking":
            signed.append(block)
        elif kind == "tool_use":
            arguments = msgspec.json.encode(block["input"]).decode()
            function = {"name": block["name"], "arguments": arguments}
            calls.append({"id": block["id"], "type": "function", "function": function})
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
        # Blocks of the provider's own tools: no name for them on this wire, and not ours to throw away.
        made["provider_blocks"] = others
    return made


def usage_of(usage: Mapping[str, Any]) -> dict[str, Any]:
    """Tokens by the names of chat: the prompt counts what was read from and written to the cache."""
    read, written = int(usage.get("cache_read_input_tokens") or 0), int(usage.get("cache_creation_input_tokens") or 0)
    prompt = int(usage.get("input_tokens") or 0) + read + written
    completed = int(usage.get("output_tokens") or 0)
    details: dict[str, Any] = {"cached_tokens": read}
    if written:
        details["cache_write_tokens"] = written
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completed,
        "total_tokens": prompt + completed,
        "prompt_tokens_details": details,
    }
