"""Join characters that a stream cuts in two: a high surrogate waits for the event with its low surrogate.

JSON may write a character outside the basic plane as two escapes, and a server that cuts its text anywhere sends one at
the end of an event and the other at the start of the next. Neither is text by itself. A surrogate that never meets the
other is delivered as it came, with the event that ends its text: nothing of an answer is lost.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any, TypeAlias

from .narrow import is_dict, is_list

__all__ = ["SurrogateJoiner", "Place", "has_surrogate_escape", "replace_unpaired"]

Place: TypeAlias = tuple[Any, ...]
"""The path of a text in an event: names of members, and numbers of items."""


def has_surrogate_escape(data: bytes) -> bool:
    """Return whether an event may contain an unpaired surrogate: its bytes have the escape of one."""
    return b"\\ud" in data or b"\\uD" in data


def replace_unpaired(text: str) -> str:
    """Return the text with a replacement character for each unpaired surrogate, so that it can be printed."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class SurrogateJoiner:
    """The high surrogates at the ends of texts, each waiting for the next text in the same place."""

    __slots__ = ("_owners", "_waiting")

    def __init__(self) -> None:
        self._waiting: dict[Place, str] = {}
        self._owners: dict[Place, dict[str, Any]] = {}
        """The objects that the surrogates were taken from."""

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def join(self, event: Any, ended: Collection[Place] = ()) -> Any:
        """Return the event with complete characters, changed in place. ``ended`` places are left as they are."""
        self._visit(event, (), ended)
        return event

    def settle(self, value: Any, ended: Collection[Place]) -> bool:
        """Put the surrogates for ``ended`` places into the JSON value of an event; return whether there were any."""
        settled = False
        for place in [place for place in self._waiting if _within(place, ended)]:
            settled = _put(value, place, self._waiting.pop(place)) or settled
        return settled

    def restore(self) -> None:
        """Put each surrogate back into the text that it was taken from, at the end of the stream."""
        for place, surrogate in self._waiting.items():
            self._owners[place][place[-1]] += surrogate
        self._waiting.clear()

    def _visit(self, node: Any, place: Place, ended: Collection[Place]) -> None:
        if place in ended:
            return
        members: dict[str, Any] | None = node if is_dict(node) else getattr(node, "__dict__", None)
        if members is not None:
            for name, value in list(members.items()):
                if isinstance(value, str):
                    joined = self._joined(value, (*place, name))
                    if joined is not value:
                        members[name] = joined
                        self._owners[(*place, name)] = members
                else:
                    self._visit(value, (*place, name), ended)
        elif is_list(node):
            for number, item in enumerate(node):
                # Items with a number keep it from event to event; others are identified by their position.
                index = item.get("index") if is_dict(item) else getattr(item, "index", None)
                self._visit(item, (*place, index if isinstance(index, int) else number), ended)

    def _joined(self, text: str, place: Place) -> str:
        if not text:
            return text
        waiting = self._waiting.pop(place, "")
        if waiting:
            text = waiting + text
            if "\udc00" <= text[1] <= "\udfff":
                text = (text[:2].encode("utf-16-le", "surrogatepass").decode("utf-16-le")) + text[2:]
        if "\ud800" <= text[-1] <= "\udbff":
            self._waiting[place] = text[-1]
            text = text[:-1]
        return text


def _within(place: Place, outer: Collection[Place]) -> bool:
    return any(place[: len(one)] == one for one in outer)


def _put(value: Any, place: Place, surrogate: str) -> bool:
    """Put a surrogate before the text at a place, making missing objects; return False if another value is there."""
    node = value
    for name, following in pairwise(place):
        empty: Any = [] if isinstance(following, int) else {}
        if is_dict(node):
            if node.get(name) is None:
                node[name] = empty
            node = node[name]
        elif is_list(node):
            node = _item(node, name)
        else:
            return False
    text = node.get(place[-1]) if is_dict(node) else None
    if not is_dict(node) or not isinstance(text, str | None):
        return False
    node[place[-1]] = surrogate + (text or "")
    return True


def _item(items: list[Any], number: Any) -> Any:
    """Return the item of a list that has a number, or that position; a new item if there is none."""
    for at, item in enumerate(items):
        index = item.get("index") if is_dict(item) else None
        if number == (index if isinstance(index, int) else at):
            return item
    items.append({"index": number})
    return items[-1]
