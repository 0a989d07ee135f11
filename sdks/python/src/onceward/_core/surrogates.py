"""Characters that a stream cuts in two: the first half waits for the event that brings the second.

JSON may write a character outside the basic plane as two escapes, and a server that cuts its text anywhere sends one of
them at an event's end and the other at the start of the next. Neither is text by itself. A half that never meets the
other is given out as it came, with the event that ends its text: nothing of an answer is lost.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any, TypeAlias

from .narrow import is_dict, is_list

__all__ = ["Halves", "Place", "may_hold_half", "whole"]

Place: TypeAlias = tuple[Any, ...]
"""Where a text lies in an event: names of members, and the numbers of items."""


def may_hold_half(data: bytes) -> bool:
    """Return whether an event may have half a character: an escape of a surrogate is in its bytes."""
    return b"\\ud" in data or b"\\uD" in data


def whole(text: str) -> str:
    """Return the text with a replacement character for each half that stands alone, so that it can be printed."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Halves:
    """Keeps first halves at the ends of texts, each for the next text in the same place."""

    __slots__ = ("_held", "_owners")

    def __init__(self) -> None:
        self._held: dict[Place, str] = {}
        self._owners: dict[Place, dict[str, Any]] = {}
        """The members of the object that each half was taken from."""

    def __bool__(self) -> bool:
        return bool(self._held)

    def mend(self, event: Any, ended: Collection[Place] = ()) -> Any:
        """The event with whole characters. It is changed in place where its texts have fields. What lies in an
        ``ended`` place is not touched: no more comes that could begin with the other half."""
        self._visit(event, (), ended)
        return event

    def settle(self, value: Any, ended: Collection[Place]) -> bool:
        """Put the halves kept for ``ended`` places into the JSON value of an event; True where there were any."""
        settled = False
        for place in [place for place in self._held if _within(place, ended)]:
            settled = _put(value, place, self._held.pop(place)) or settled
        return settled

    def restore(self) -> None:
        """Give each half back to the text that it was taken from: no more events come."""
        for place, half in self._held.items():
            self._owners[place][place[-1]] += half
        self._held.clear()

    def _visit(self, node: Any, place: Place, ended: Collection[Place]) -> None:
        if place in ended:
            return
        members: dict[str, Any] | None = node if is_dict(node) else getattr(node, "__dict__", None)
        if members is not None:
            for name, value in list(members.items()):
                if isinstance(value, str):
                    mended = self._mended(value, (*place, name))
                    if mended is not value:
                        members[name] = mended
                        self._owners[(*place, name)] = members
                else:
                    self._visit(value, (*place, name), ended)
        elif is_list(node):
            for number, item in enumerate(node):
                # Items that say their number keep it from event to event; others are told by where they stand.
                index = item.get("index") if is_dict(item) else getattr(item, "index", None)
                self._visit(item, (*place, index if isinstance(index, int) else number), ended)

    def _mended(self, text: str, place: Place) -> str:
        if not text:
            return text
        held = self._held.pop(place, "")
        if held:
            text = held + text
            if "\udc00" <= text[1] <= "\udfff":
                text = (text[:2].encode("utf-16-le", "surrogatepass").decode("utf-16-le")) + text[2:]
        if "\ud800" <= text[-1] <= "\udbff":
            self._held[place] = text[-1]
            text = text[:-1]
        return text


def _within(place: Place, outer: Collection[Place]) -> bool:
    return any(place[: len(one)] == one for one in outer)


def _put(value: Any, place: Place, half: str) -> bool:
    """Put a half before the text at a place, making what is missing on the way; False where something else is there."""
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
    node[place[-1]] = half + (text or "")
    return True


def _item(items: list[Any], number: Any) -> Any:
    """Return the item of a list that has a number, or stands at it; a new one where there is none."""
    for at, item in enumerate(items):
        index = item.get("index") if is_dict(item) else None
        if number == (index if isinstance(index, int) else at):
            return item
    items.append({"index": number})
    return items[-1]
