"""Texts that match a regular expression."""

from __future__ import annotations

import re
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

__all__ = ["matching"]

_LONG = 1000
_CLASSES = {
    codes.CATEGORY_DIGIT: "0", codes.CATEGORY_WORD: "a", codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_NOT_DIGIT: "a", codes.CATEGORY_NOT_WORD: "-", codes.CATEGORY_NOT_SPACE: "a",
}  # fmt: skip
_LIKELY = "a0-A _.~/:@"


def matching(pattern: str, least: int = 0, most: int | None = None) -> str | None:
    """Return a text that a pattern finds itself in, of a length in bounds; None if none was found."""
    try:
        parsed = parser.parse(pattern)
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None
    for extra in (0, 1, *range(2, min(least, _LONG) + 1)):
        text = _text(parsed, extra)
        if text is None or (most is not None and len(text) > most):
            return None
        if len(text) >= least and compiled.search(text):
            return text
    return None


def _text(parsed: Any, extra: int) -> str | None:
    """Return a text for parsed pieces, with `extra` more repetitions where a piece may be repeated."""
    pieces: list[str] = []
    for code, argument in parsed:
        piece = _piece(code, argument, extra)
        if piece is None:
            return None
        pieces.append(piece)
    return "".join(pieces)


def _piece(code: Any, argument: Any, extra: int) -> str | None:
    if code is codes.LITERAL:
        return chr(argument)
    if code is codes.NOT_LITERAL:
        return "a" if argument != ord("a") else "b"
    if code is codes.ANY:
        return "a"
    if code is codes.IN:
        return _member(argument)
    if code is codes.CATEGORY:
        return _CLASSES.get(argument)
    if code is codes.BRANCH:
        return next((text for option in argument[1] if (text := _text(option, extra)) is not None), None)
    if code is codes.SUBPATTERN:
        return _text(argument[3], extra)
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        low, high, inner = argument
        text = _text(inner, 0)
        return None if text is None else text * min(int(low) + extra, int(high), _LONG)
    if code is codes.AT or code in (codes.ASSERT, codes.ASSERT_NOT):
        return ""
    return None


def _member(items: Any) -> str | None:
    """Return a character of a set, a usual one where the set allows it."""
    negated = bool(items) and items[0][0] is codes.NEGATE
    for char in _LIKELY:
        if any(_in(item, char) for item in items[negated:]) != negated:
            return char
    code, argument = items[0]
    return chr(argument) if code is codes.LITERAL else chr(argument[0]) if code is codes.RANGE else None


def _in(item: Any, char: str) -> bool:
    code, argument = item
    if code is codes.LITERAL:
        return bool(chr(argument) == char)
    if code is codes.RANGE:
        return bool(argument[0] <= ord(char) <= argument[1])
    if code is codes.CATEGORY:
        return _in_category(argument, char)
    return False


def _in_category(category: Any, char: str) -> bool:
    tests = {
        codes.CATEGORY_DIGIT: char.isdigit(), codes.CATEGORY_SPACE: char.isspace(),
        codes.CATEGORY_WORD: char.isalnum() or char == "_",
    }  # fmt: skip
    opposites = {
        codes.CATEGORY_NOT_DIGIT: codes.CATEGORY_DIGIT, codes.CATEGORY_NOT_SPACE: codes.CATEGORY_SPACE,
        codes.CATEGORY_NOT_WORD: codes.CATEGORY_WORD,
    }  # fmt: skip
    return not tests[opposites[category]] if category in opposites else tests.get(category, False)
