"""The items of a streamed answer: which have begun, which have finished, and what is missing at the end."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from .surrogates import Place

__all__ = ["FinishTracker"]

Finish: TypeAlias = "tuple[str, str, str, str]"


class FinishTracker:
    """Follows the items of an answer through the events of its stream.

    ``finish`` is that of the operation's `Stream`; without it nothing is followed.
    """

    __slots__ = ("_finish", "_started", "finished", "reasons")

    def __init__(self, finish: Finish | None) -> None:
        self._finish = finish
        self._started: set[Any] = set()
        self.finished: set[Any] = set()
        """The numbers of the items that have finished."""
        self.reasons: set[Any] = set()
        """The reasons with which items have finished."""

    def note(self, events: list[Any]) -> None:
        """Take in new events."""
        if self._finish is None:
            return
        items, number, reason, _ = self._finish
        started, finished = self._started, self.finished
        for event in events:
            for at, item in enumerate(getattr(event, items, None) or ()):
                key = getattr(item, number, None)
                key = key if isinstance(key, int) else at
                said = getattr(item, reason, None)
                if said is not None:
                    self.reasons.add(said)
                    finished.add(key)
                    started.discard(key)
                elif key not in finished:
                    started.add(key)

    def missing(self, request: Any) -> str | None:
        """Return what the answer to a request body lacks at the end of its stream; None if it is complete."""
        if self._finish is None:
            return None
        items, _, reason, count = self._finish
        if self.finished and not self._started:
            requested = _requested(request, count)
            if len(self.finished) >= requested:
                return None
            return f"{len(self.finished)} of {requested} {items} had a `{reason}`"
        numbers = ", ".join(str(number) for number in sorted(self._started, key=str))
        item = items.removesuffix("s")
        return f"{item} {numbers} had no `{reason}`" if numbers else f"no {item} had a `{reason}`"

    def finished_places(self, event: Any, finished: set[Any]) -> set[Place]:
        """Return the places in an event whose items end with it, or are among those ``finished`` before."""
        places: set[Place] = set()
        if self._finish is not None:
            items, number, reason, _ = self._finish
            for at, item in enumerate(getattr(event, items, None) or ()):
                key = getattr(item, number, None)
                key = key if isinstance(key, int) else at
                if getattr(item, reason, None) is not None or key in finished:
                    places.add((items, key))
        return places


def _requested(request: Any, name: str) -> int:
    """Return the least number of items that a request body asks for: 1 if it does not say."""
    if not isinstance(request, bytes) or f'"{name}"'.encode() not in request:
        return 1
    try:
        count = json.loads(request).get(name)
    except (ValueError, AttributeError, RecursionError):
        return 1
    return count if type(count) is int else 1
