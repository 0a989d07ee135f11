"""Characters that a stream cuts in two: the first half waits for the event that brings the second.

JSON may write a character outside the basic plane as two escapes, and a server that cuts its text anywhere sends one of
them at an event's end and the other at the start of the next. Neither is text by itself.
"""

from __future__ import annotations

from typing import Any

from .narrow import is_dict, is_list

__all__ = ["Halves", "may_hold_half", "whole"]


def may_hold_half(data: bytes) -> bool:
    """Return whether an event may have half a character: an escape of a surrogate is in its bytes."""
    return b"\\ud" in data or b"\\uD" in data


def whole(text: str) -> str:
    """Return the text with a replacement character for each half that stands alone, so that it can be printed."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Halves:
    """Keeps first halves at the ends of texts, each for the next text in the same place."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: dict[tuple[Any, ...], str] = {}

    def __bool__(self) -> bool:
        return bool(self._held)

    def mend(self, event: Any) -> Any:
        """The event with whole characters. It is changed in place where its texts have fields."""
        self._visit(event, ())
        return event

    def _visit(self, node: Any, place: tuple[Any, ...]) -> None:
        members: dict[str, Any] | None = node if is_dict(node) else getattr(node, "__dict__", None)
        if members is not None:
            for name, value in list(members.items()):
                if isinstance(value, str):
                    mended = self._mended(value, (*place, name))
                    if mended is not value:
                        members[name] = mended
                else:
                    self._visit(value, (*place, name))
        elif is_list(node):
            for number, item in enumerate(node):
                # Items that say their number keep it from event to event; others are told by where they stand.
                index = item.get("index") if is_dict(item) else getattr(item, "index", None)
                self._visit(item, (*place, number if index is None else index))

    def _mended(self, text: str, place: tuple[Any, ...]) -> str:
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
