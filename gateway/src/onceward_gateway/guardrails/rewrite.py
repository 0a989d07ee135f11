"""Rewriting of a text that arrives in pieces, with the same result wherever it is split.

A pattern defines a match, and the ends of a text that could still become or extend a match. Text before the first such
end is final and is sent; the rest is held back. `growing` may match too much (then a little more is held back), but
must not match too little.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Pattern", "PatternRewriter"]

# The number of characters kept before the undecided text, for lookbehind patterns.
_BEHIND = 2


@dataclass(frozen=True, slots=True)
class Pattern:
    """`match` finds candidates, `accept` decides (by default all), `replace` returns the replacement."""

    name: str
    match: re.Pattern[str]
    growing: re.Pattern[str]
    replace: Callable[[str], str]
    accept: Callable[[str], bool] | None = None

    def find(self, text: str, start: int) -> re.Match[str] | None:
        """Return the first accepted match from `start` on."""
        found = self.match.search(text, start)
        while found is not None and self.accept is not None and not self.accept(found[0]):
            found = self.match.search(text, found.start() + 1)
        return found


class PatternRewriter:
    """Replaces the matches of all patterns. Of overlapping matches the first wins, then the first pattern."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        self._text = ""
        self._start = 0

    @property
    def held(self) -> int:
        """Return the number of characters held back."""
        return len(self._text) - self._start

    def feed(self, text: str) -> str:
        """Add the next piece, and return the text that is final. A possible match at the end is held back."""
        self._text += text
        return self._advance(final=False)

    def close(self) -> str:
        """End the text, and return the rest."""
        return self._advance(final=True)

    def _advance(self, *, final: bool) -> str:
        text, at = self._text, self._start
        out: list[str] = []
        found = [_Next(text, pattern.find, at) for pattern in self._patterns]
        growing = [] if final else [_Next(text, pattern.growing.search, at) for pattern in self._patterns]
        while True:
            undecided = min((one.start(at) for one in growing), default=len(text))
            starts = [one.start(at) for one in found]
            first = min(starts, default=len(text))
            if first >= undecided:
                break
            place = starts.index(first)
            match = found[place].match
            assert match is not None
            out += (text[at:first], self._patterns[place].replace(match[0]))
            at = match.end()
        if undecided > at:
            out.append(text[at:undecided])
            at = undecided
        keep = max(0, at - _BEHIND)
        self._text, self._start = text[keep:], at - keep
        return "".join(out)


class _Next:
    """The next match of a pattern in a text, cached while matches of other patterns precede it."""

    __slots__ = ("_find", "_text", "match")

    def __init__(self, text: str, find: Callable[[str, int], re.Match[str] | None], at: int) -> None:
        self._text, self._find = text, find
        self.match = find(text, at)

    def start(self, at: int) -> int:
        """Return the start of the first match from `at` on; the end of the text if there is none."""
        if self.match is not None and self.match.start() < at:
            self.match = self._find(self._text, at)
        return len(self._text) if self.match is None else self.match.start()
