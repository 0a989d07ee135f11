"""Find texts that hide something together only, such as a word that is split over two messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

__all__ = ["joined_messages", "joined_parts"]

Change = Callable[[str], str]
# The member with the text of a part, and what stands between two of them where they are read as one text.
_FIELDS: Mapping[str, str] = {"text": "", "refusal": "", "thinking": "", "summary": "", "word": " "}
# So much of the texts before is read with the next one. What is longer makes one run of all.
_CARRIED = 256
# Of more texts than these, one run is made of all: nobody sends so many to be read apart.
_MOST = 64
_ROLES = frozenset({"user", "system", "developer", "assistant"})


def joined_parts(parts: list[Any], change: Change, *, keep: bool = False) -> list[Any]:
    """Return the parts; where some hide something together, the first of them has their whole text.

    With `keep` the others stay, without a text.
    """
    fields = [_field(part) for part in parts]
    places = [at for at, field in enumerate(fields) if field]
    if len(places) < 2:
        return parts
    between = _FIELDS[fields[places[0]]]
    texts = [parts[at][fields[at]] for at in places]
    found = list(parts)
    for start, end in reversed(_runs(texts, between, change)):
        first, *others = places[start:end]
        found[first] = {**parts[first], fields[first]: between.join(texts[start:end])}
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
        if role and len(run) > 1:
            for start, end in reversed(_runs([_said(message) for message in run], "", change)):
                run[start:end] = [{**run[start], "content": _contents(run[start:end])}]
        found += run
    return found


def _runs(texts: Sequence[str], between: str, change: Change) -> list[tuple[int, int]]:
    """Return the runs of texts in which something is left, read as one text, when each was changed alone."""
    alone = list(map(change, texts))
    if not _hides(between.join(alone), change):
        return []
    if len(texts) > _MOST:
        return [(0, len(texts))]
    runs: list[tuple[int, int]] = []
    carried, least = "", 0
    for at, text in enumerate(alone):
        if at < least:
            continue
        joined = between.join((carried, text)) if carried else text
        start = at - 1
        if _hides(joined, change):
            while start > least and not _hides(between.join(alone[start : at + 1]), change):
                start = max(least, at - 2 * (at - start))
            if start >= least:
                least = _end(texts, start, at + 1, between, change)
                runs.append((start, least))
                joined = ""
        carried = joined[-_CARRIED:]
    return runs or [(0, len(texts))]


def _end(texts: Sequence[str], start: int, end: int, between: str, change: Change) -> int:
    """Return where a run ends whose number goes on in the texts behind it."""
    while end < len(texts) and texts[end].lstrip()[:1].isdigit():
        before, after = between.join(texts[start:end]), between.join(texts[start : end + 1])
        if change(after) == between.join((change(before), change(texts[end]))):
            break
        end += 1
    return end


def _hides(text: str, change: Change) -> bool:
    return change(text) != text


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
