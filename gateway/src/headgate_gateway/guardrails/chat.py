"""Which texts a request and an answer hold. Pure functions; what is not a text of somebody's is left as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["map_texts"]

Change = Callable[[str], str]
_PLAIN = ("prompt", "input", "suffix", "instructions")


def map_texts(request: dict[str, Any], change: Change) -> dict[str, Any]:
    """The request with every text of it changed: messages, prompts, inputs, predicted outputs."""
    changed = dict(request)
    messages = request.get("messages")
    if isinstance(messages, list):
        changed["messages"] = [_message(message, change) for message in messages]
    for name in _PLAIN:
        if name in request:
            changed[name] = _text_or_list(request[name], change)
    prediction = request.get("prediction")
    if isinstance(prediction, dict) and "content" in prediction:
        changed["prediction"] = {**prediction, "content": _content(prediction["content"], change)}
    return changed


def _message(message: Any, change: Change) -> Any:
    if not isinstance(message, dict):
        return message
    changed = dict(message)
    for name in ("content", "refusal", "reasoning_content"):
        if name in message:
            changed[name] = _content(message[name], change)
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        changed["tool_calls"] = [_tool_call(call, change) for call in calls]
    function = message.get("function_call")
    if isinstance(function, dict):
        changed["function_call"] = _arguments(function, change)
    return changed


def _content(content: Any, change: Change) -> Any:
    if isinstance(content, str):
        return change(content)
    if isinstance(content, list):
        return [_part(part, change) for part in content]
    return content


def _part(part: Any, change: Change) -> Any:
    if isinstance(part, str):
        return change(part)
    if not isinstance(part, dict):
        return part
    changed = dict(part)
    for name in ("text", "refusal"):
        if isinstance(part.get(name), str):
            changed[name] = change(part[name])
    return changed


def _tool_call(call: Any, change: Change) -> Any:
    if not isinstance(call, dict):
        return call
    changed = dict(call)
    for name in ("function", "custom"):
        inner = call.get(name)
        if isinstance(inner, dict):
            changed[name] = _arguments(inner, change)
    return changed


def _arguments(function: dict[str, Any], change: Change) -> dict[str, Any]:
    changed = dict(function)
    for name in ("arguments", "input"):
        if isinstance(function.get(name), str):
            changed[name] = change(function[name])
    return changed


def _text_or_list(value: Any, change: Change) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_content_item(item, change) for item in value]
    return value


def _content_item(item: Any, change: Change) -> Any:
    return _part(item, change) if isinstance(item, str | dict) else item
