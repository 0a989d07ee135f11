"""Escapes of JSON, undone where the character may stand for itself: what is behind them is seen."""

from __future__ import annotations

import re

__all__ = ["Unescape"]

# An odd number of backslashes: an even one is backslashes alone.
_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u(?!00[01]|0022|005[cC]|[dD][89a-fA-F])([0-9A-Fa-f]{4})")
# What may still become one.
_BEGUN = re.compile(r"(?<!\\)\\+(?:u[0-9A-Fa-f]{0,3})?\Z")


class Unescape:
    """A rewriter of JSON that comes in pieces; the JSON says the same as before."""

    def __init__(self) -> None:
        self._kept = ""

    def feed(self, text: str) -> str:
        text = self._kept + text
        found = _BEGUN.search(text)
        at = len(text) if found is None else found.start()
        self._kept = text[at:]
        return _ESCAPE.sub(lambda match: match[1] + chr(int(match[2], 16)), text[:at])

    def close(self) -> str:
        rest, self._kept = self._kept, ""
        return rest
