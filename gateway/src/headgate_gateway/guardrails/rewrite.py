"""Rewriting of a text that comes in pieces: the same result wherever it is cut.

A pattern says two things: what a match is, and which ends of a text could still become or lengthen one. Text before
the first such end is decided and goes out; the rest is held back. `growing` may name too much (then a little more is
held back) and must not name too little.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Pattern", "PatternRewriter"]

# So many characters before the undecided text are kept, for patterns that look behind.
_BEHIND = 2


@dataclass(frozen=True, slots=True)
class Pattern:
    """`match` finds candidates, `accept` decides (absent: all are), `replace` gives what stands for one."""

    name: str
    match: re.Pattern[str]
    growing: re.Pattern[str]
    replace: Callable[[str], str]
    accept: Callable[[str], bool] | None = None

    def find(self, text: str, start: int) -> re.Match[str] | None:
        """The first accepted match from `start` on."""
        found = self.match.search(text, start)
        while found is not None and self.accept is not None and not self.accept(found[0]):
            found = self.match.search(text, found.start() + 1)
        return found


class PatternRewriter:
    """Replaces the matches of all patterns. Of matches that overlap the first wins, then the pattern named first."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        self._text = ""
        self._start = 0

    @property
    def held(self) -> int:
        """How many characters are held back."""
        return len(self._text) - self._start

    def feed(self, text: str) -> str:
        self._text += text
        return self._advance(final=False)

    def close(self) -> str:
        return self._advance(final=True)

    def _advance(self, *, final: bool) -> str:
        text, at = self._text, self._start
        out: list[str] = []
        while True:
            undecided = len(text) if final else self._undecided(text, at)
            found = self._first(text, at)
            if found is None or found[1].start() >= undecided:
                break
            pattern, match = found
            out += (text[at : match.start()], pattern.replace(match[0]))
            at = match.end()
        if undecided > at:
            out.append(text[at:undecided])
            at = undecided
        keep = max(0, at - _BEHIND)
        self._text, self._start = text[keep:], at - keep
        return "".join(out)

    def _undecided(self, text: str, at: int) -> int:
        """Where the text begins that could still become a match, or a longer one."""
        earliest = len(text)
        for pattern in self._patterns:
            found = pattern.growing.search(text, at)
            if found is not None and found.start() < earliest:
                earliest = found.start()
        return earliest

    def _first(self, text: str, at: int) -> tuple[Pattern, re.Match[str]] | None:
        best: tuple[Pattern, re.Match[str]] | None = None
        for pattern in self._patterns:
            found = pattern.find(text, at)
            if found is not None and (best is None or found.start() < best[1].start()):
                best = pattern, found
        return best
