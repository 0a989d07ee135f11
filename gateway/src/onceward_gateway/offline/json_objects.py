"""JSON objects in the middle of a text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

__all__ = ["objects_in"]

_MOST_OBJECTS = 32


def objects_in(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects in a text; a text with many braces is searched at its beginning only."""
    decoder, at = json.JSONDecoder(), text.find("{")
    for _ in range(_MOST_OBJECTS):
        if at < 0:
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            if isinstance(value, dict):
                yield value
        at = text.find("{", end)
