"""Decoding of JSON escapes whose character is also valid unescaped, so that guardrails can match it."""

from __future__ import annotations

import re

__all__ = ["Unescape"]

# An odd number of backslashes: an even one is backslashes alone.
_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u(?!00[01]|0022|005[cC]|[dD][89a-fA-F])([0-9A-Fa-f]{4})")
# The beginning of an escape.
_INCOMPLETE = re.compile(r"(?<!\\)\\+(?:u[0-9A-Fa-f]{0,3})?\Z")


class Unescape:
    """Decodes escapes in JSON that arrives in pieces, without changing its meaning."""

    def __init__(self) -> None:
        self._held_back = ""

    def feed(self, text: str) -> str:
        """Return the next piece with its escapes decoded. An escape that is cut waits for the next piece."""
        text = self._held_back + text
        found = _INCOMPLETE.search(text)
        at = len(text) if found is None else found.start()
        self._held_back = text[at:]
        return _ESCAPE.sub(lambda match: match[1] + chr(int(match[2], 16)), text[:at])

    def close(self) -> str:
        """Return the rest: an escape that was never completed."""
        rest, self._held_back = self._held_back, ""
        return rest
