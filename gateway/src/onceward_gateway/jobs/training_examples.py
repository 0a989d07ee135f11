"""The lines of a file for fine-tuning: the kinds there are, what is wrong with a line, what it teaches.

| method          | a line                                                                     |
|-----------------|----------------------------------------------------------------------------|
| `supervised`    | `{"messages": [...]}`, or `{"prompt": "...", "completion": "..."}`         |
| `dpo`           | `{"input": {"messages": [...]}, "preferred_output": [...], "non_preferred_output": [...]}` |
| `reinforcement` | `{"messages": [...]}` that end with a user's, and fields for the grader    |
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ..offline.learned import Example

__all__ = ["METHODS", "LineFault", "examples_in", "method_of", "shown"]

METHODS = ("supervised", "dpo", "reinforcement")
_CODE = "invalid_example"
_ROLES = frozenset(["system", "developer", "user", "assistant", "tool", "function"])
_CHAT = frozenset(["messages", "tools", "functions", "parallel_tool_calls", "weight"])
_REFERENCES = (
    "reference_answer",
    "answer",
    "reference",
    "expected",
    "expected_answer",
    "correct_answer",
    "solution",
    "target",
    "label",
    "ground_truth",
)


@dataclass(frozen=True, slots=True)
class LineFault:
    """A fault of a line (numbered from 1)."""

    line: int
    code: str
    message: str
    param: str | None = None


class _Wrong(Exception):
    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


def method_of(value: Mapping[str, Any]) -> str:
    """Return the method that a line is written for."""
    if {"input", "preferred_output", "non_preferred_output"} & value.keys():
        return "dpo"
    messages = value.get("messages")
    if isinstance(messages, list) and messages and _role(messages[-1]) == "user" and value.keys() - _CHAT:
        return "reinforcement"
    return "supervised"


def examples_in(value: dict[str, Any], number: int, method: str | None = None) -> list[Example] | LineFault:
    """Return the examples of a line of `method`; without one of the method that the line is written for."""
    try:
        return _READERS[method or method_of(value)](value)
    except _Wrong as wrong:
        return LineFault(number, _CODE, str(wrong), wrong.param)


def _supervised(value: dict[str, Any]) -> list[Example]:
    if {"input", "preferred_output", "non_preferred_output"} & value.keys() and "messages" not in value:
        raise _Wrong("The line holds a preference. Learn it by the method 'dpo', or write `messages`.")
    if "messages" not in value:
        return [_completion(value)]
    messages = _messages(value["messages"], "messages")
    if not any(_role(message) == "assistant" for message in messages):
        raise _Wrong("`messages` holds no answer of the role 'assistant' to learn.", "messages")
    out: list[Example] = []
    asked = ""
    for message in messages:
        text = _text(message.get("content"))
        if _role(message) == "user":
            asked = text
        elif _role(message) == "assistant" and message.get("weight", 1):
            called = message.get("tool_calls") or message.get("function_call")
            if text:
                out.append(Example(asked, text))
            elif called:
                out.append(Example(asked, msgspec.json.encode(called).decode(), calls=True))
    return out


def _completion(value: dict[str, Any]) -> Example:
    """Return the example of a line in the format of text completions: `prompt` and `completion`."""
    prompt, completion = value.get("prompt"), value.get("completion")
    for name in ("prompt", "completion"):
        if name in value and not isinstance(value[name], str):
            raise _Wrong(f"`{name}` must be a text, not {shown(value[name])}.", name)
    if isinstance(prompt, str) and isinstance(completion, str):
        if not completion.strip():
            raise _Wrong("`completion` is empty: there is nothing to learn.", "completion")
        return Example(prompt, completion.strip())
    missing = [name for name in ("prompt", "completion") if name not in value]
    if len(missing) == 1:
        given = "completion" if missing == ["prompt"] else "prompt"
        raise _Wrong(f"`{missing[0]}` is missing beside `{given}`.", missing[0])
    raise _Wrong("The line has neither `messages` nor `prompt` and `completion` as texts.")


def _preference(value: dict[str, Any]) -> list[Example]:
    for name in ("input", "preferred_output", "non_preferred_output"):
        if name not in value:
            raise _Wrong(
                f"`{name}` is missing: a line of the method 'dpo' has `input`, `preferred_output` and "
                "`non_preferred_output`.",
                name,
            )
    if not isinstance(value["input"], dict) or "messages" not in value["input"]:
        raise _Wrong("`input` must be an object with `messages`.", "input")
    messages = _messages(value["input"]["messages"], "input.messages")
    asked = next((_text(message.get("content")) for message in reversed(messages) if _role(message) == "user"), "")
    if not any(_role(message) == "user" for message in messages):
        raise _Wrong("`input.messages` holds no message of the role 'user'.", "input.messages")
    answers: dict[str, str] = {}
    for name in ("preferred_output", "non_preferred_output"):
        given = _messages(value[name], name)
        if any(_role(message) not in ("assistant", "tool") for message in given):
            raise _Wrong(f"`{name}` must hold answers of the role 'assistant'.", name)
        answers[name] = next((text for message in reversed(given) if (text := _text(message.get("content")))), "")
    if answers["preferred_output"]:
        return [Example(asked, answers["preferred_output"])]
    called = [call for message in value["preferred_output"] if (call := message.get("tool_calls"))]
    return [Example(asked, msgspec.json.encode(called).decode(), calls=True)] if called else []


def _graded(value: dict[str, Any]) -> list[Example]:
    if "messages" not in value:
        raise _Wrong("`messages` is missing: a line of the method 'reinforcement' has them.", "messages")
    messages = _messages(value["messages"], "messages")
    if _role(messages[-1]) != "user":
        raise _Wrong(
            f"`messages` must end with the role 'user', not {_role(messages[-1])!r}: the answer is what is learned.",
            "messages",
        )
    asked = _text(messages[-1].get("content"))
    for name in (*_REFERENCES, *(name for name in value if name not in _CHAT)):
        told = value.get(name)
        if told not in (None, "", [], {}):
            return [Example(asked, told.strip() if isinstance(told, str) else json.dumps(told, ensure_ascii=False))]
    raise _Wrong(
        "The line has no field beside `messages` that says what a right answer is, such as `reference_answer`."
    )


_READERS = {"supervised": _supervised, "dpo": _preference, "reinforcement": _graded}


def _messages(value: Any, name: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not value:
        raise _Wrong(f"`{name}` must be a list of at least one message, not {shown(value)}.", name)
    for at, message in enumerate(value):
        if not isinstance(message, dict):
            raise _Wrong(f"`{name}[{at}]` must be an object with a `role`, not {shown(message)}.", f"{name}[{at}]")
        role = message.get("role")
        if not isinstance(role, str) or role not in _ROLES:
            raise _Wrong(
                f"`{name}[{at}].role` must be one of 'system', 'user', 'assistant' and 'tool', not {shown(role)}.",
                f"{name}[{at}].role",
            )
        content = message.get("content")
        if content is not None and not isinstance(content, str | list):
            raise _Wrong(
                f"`{name}[{at}].content` must be a text or a list of parts, not {shown(content)}.",
                f"{name}[{at}].content",
            )
    return value


def _role(message: Any) -> str:
    return str(message.get("role")) if isinstance(message, dict) else ""


def shown(value: Any) -> str:
    """Return a value as an error names it, however long it is."""
    if value is None:
        return "null"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(
            str(part["text"]) for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)
        )
    return ""
