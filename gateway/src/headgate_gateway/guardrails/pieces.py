"""Find texts that hide something together only, such as a word that is split over two messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

__all__ = ["joined_messages", "joined_parts"]

Change = Callable[[str], str]
# The member with the text of a part, and what stands between two of them where they are read as one text.
_FIELDS: Mapping[str, str] = {"text": "", "refusal": "", "thinking": "", "summary": "", "word": " "}
_ROLES = frozenset({"user", "system", "developer", "assistant"})


def joined_parts(parts: list[Any], change: Change, *, keep: bool = False) -> list[Any]:
    """Return the parts; the first has the text of all where they hide something together.

    With `keep` the others stay, without a text.
    """
    fields = [_field(part) for part in parts]
    places = [at for at, field in enumerate(fields) if field]
    if len(places) < 2:
        return parts
    between = _FIELDS[fields[places[0]]]
    texts = [parts[at][fields[at]] for at in places]
    if not _hide(texts, between, change):
        return parts
    first, *others = places
    found = list(parts)
    found[first] = {**parts[first], fields[first]: between.join(texts)}
    for at in reversed(others):
        if keep:
            found[at] = {**parts[at], fields[at]: ""}
        else:
            del found[at]
    return found


def joined_messages(messages: list[Any], change: Change) -> list[Any]:
    """Return the messages; neighbours of one role whose texts hide something together are one message."""
    found: list[Any] = []
    for role, group in groupby(messages, _role):
        run = list(group)
        if role and len(run) > 1 and _hide([_said(message) for message in run], "", change):
            run = [{**run[0], "content": _contents(run)}]
        found += run
    return found


def _hide(texts: Sequence[str], between: str, change: Change) -> bool:
    """Whether something is left in these texts, read as one, when each of them was changed alone."""
    alone = between.join(map(change, texts))
    return change(alone) != alone


def _field(part: Any) -> str:
    """The name of the member with the text of a part; empty where there is none."""
    if not isinstance(part, dict):
        return ""
    return next((name for name in _FIELDS if isinstance(part.get(name), str)), "")


def _role(message: Any) -> str:
    """The role of a message that says something and calls no tool; empty for others."""
    if not isinstance(message, dict) or message.get("tool_calls") or message.get("role") not in _ROLES:
        return ""
    return str(message["role"]) if isinstance(message.get("content"), str | list) else ""


def _said(message: Mapping[str, Any]) -> str:
    content = message["content"]
    if isinstance(content, str):
        return content
    return "".join(part[field] for part in content if (field := _field(part)))


def _contents(messages: Sequence[Mapping[str, Any]]) -> str | list[Any]:
    """The contents of several messages as one."""
    contents = [message["content"] for message in messages]
    if all(isinstance(content, str) for content in contents):
        return "".join(contents)
    parts = [[{"type": "text", "text": said}] if isinstance(said, str) else said for said in contents]
    return [part for some in parts for part in some]
