r"""Texts that a regular expression accepts, for the expressions found in schemas.

Understands literals, classes, `\d \w \s` and their opposites, `.`, groups, alternation, anchors and quantifiers.
An expression that it does not understand (look-around, back-references) gives None. The caller checks every
text that it gets, so that a wrong guess costs an attempt and never gives a wrong answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from jsonschema_rs import Draft202012Validator, FancyRegexOptions, RegexOptions, ValidationError

from ..draw import Draw
from .budget import (
    TooComplex,
    is_new_pattern,
    spend,
)

__all__ = ["matches", "text_for"]

_DIGITS = "0123456789"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = _LETTERS + _LETTERS.upper() + _DIGITS + "_"
_PRINTABLE = "".join(map(chr, range(33, 127)))
_CLASSES = {"d": _DIGITS, "w": _WORD, "s": " "}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
_LARGEST = 1 << 18
_MOST_BACK = 10_000
# Steps of the budget: for a new pattern, for each of its characters, and for each character that it is tried at.
_COMPILING = 1_000
_A_CHARACTER = 2
_TRIED_LINEAR = 1
_TRIED_BACKTRACKING = 20
_LONGEST_PATTERN = 4_096
_MOST_ATOMS = 4_000


class _Unsupported(ValueError):
    pass


def matches(pattern: str, text: str) -> bool:
    """Return whether `pattern` is found in `text`; an expression that no engine reads accepts everything."""
    _admit(pattern)
    check, is_linear = _compiled(pattern)
    if check is None:
        return True
    spend(len(text) * (_TRIED_LINEAR if is_linear else _TRIED_BACKTRACKING))
    return check.is_valid(text)


def _admit(pattern: str) -> None:
    if is_new_pattern(pattern):
        if len(pattern) > _LONGEST_PATTERN:
            raise TooComplex(f"one of its patterns is longer than {_LONGEST_PATTERN} characters")
        spend(_COMPILING + _A_CHARACTER * len(pattern))


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> tuple[Draft202012Validator | None, bool]:
    """Return a check whose time no expression can stretch, and whether it is linear.

    One that is not (look-around) has a limit on going back.
    """
    linear, limited = (
        RegexOptions(size_limit=_LARGEST),
        FancyRegexOptions(backtrack_limit=_MOST_BACK, size_limit=_LARGEST),
    )
    for options in (linear, limited):
        try:
            return Draft202012Validator({"pattern": pattern}, pattern_options=options), options is linear
        except ValidationError:
            continue
    return None, True


def text_for(pattern: str, draw: Draw, least: int = 0) -> str | None:
    """A text in which `pattern` is found, at least `least` long if the pattern allows it; None if it says too much."""
    _admit(pattern)
    for stretch in (0, least, least * 2):
        try:
            parser = _Parser(pattern, draw, stretch)
            text = parser.alternatives()
        except (_Unsupported, IndexError, RecursionError):
            return None
        if parser.at != len(pattern):
            return None
        if len(text) >= least and matches(pattern, text):
            return text
    return None


@dataclass(slots=True)
class _Parser:
    """Recursive descent over the expression that writes the text as it reads; `stretch` lengthens open repetitions."""

    pattern: str
    draw: Draw
    stretch: int
    at: int = 0
    atoms: int = 0

    def alternatives(self) -> str:
        options = [self._sequence()]
        while self.at < len(self.pattern) and self.pattern[self.at] == "|":
            self.at += 1
            options.append(self._sequence())
        return options[self.draw.integer(0, len(options) - 1)]

    def _sequence(self) -> str:
        out: list[str] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            start = self.at
            first = self._atom()
            end = self.at
            low, high = self._quantifier()
            times = low if high is None or high > low else high
            if high is None or high > low:
                times = min(high if high is not None else _MOST_ATOMS, max(low, self.stretch, min(1, high or 1)))
            out.append(self._again(start, end, first, times))
        return "".join(out)

    def _again(self, start: int, end: int, first: str, times: int) -> str:
        """`times` texts of one atom, each drawn anew so that `[a-z]{8}` is not a single letter eight times."""
        after = self.at
        texts = [first] if times else []
        for _ in range(times - 1):
            self.at = start
            texts.append(self._atom())
        assert times <= 1 or self.at == end
        self.at = after
        return "".join(texts)

    def _quantifier(self) -> tuple[int, int | None]:
        rest = self.pattern[self.at :]
        low, high = 1, 1
        found: tuple[int, int | None] = (low, high)
        if rest[:1] in ("*", "+", "?"):
            found = {"*": (0, None), "+": (1, None), "?": (0, 1)}[rest[0]]
            self.at += 1
        elif match := re.match(r"\{(\d*)(,?)(\d*)\}", rest):
            least, comma, most = match.groups()
            if least or most:
                low = int(least or 0)
                found = (low, int(most) if most else None) if comma else (low, low)
                self.at += match.end()
        else:
            return found
        if self.pattern[self.at : self.at + 1] in ("?", "+"):
            self.at += 1
        return found

    def _atom(self) -> str:
        self.atoms += 1
        spend(4)
        if self.atoms > _MOST_ATOMS:
            raise _Unsupported(self.pattern)
        char = self.pattern[self.at]
        self.at += 1
        if char in "^$":
            return ""
        if char == "(":
            return self._group()
        if char == "[":
            return self.draw.choice(self._class())
        if char == ".":
            return self.draw.choice(_LETTERS)
        if char == "\\":
            return self._escape()
        if char in "*+?":
            raise _Unsupported(self.pattern)
        return char

    def _group(self) -> str:
        rest = self.pattern[self.at :]
        if rest.startswith("?"):
            match = re.match(r"\?(?::|P?<[A-Za-z_]\w*>)", rest)
            if match is None:
                raise _Unsupported(self.pattern)
            self.at += match.end()
        text = self.alternatives()
        if self.pattern[self.at] != ")":
            raise _Unsupported(self.pattern)
        self.at += 1
        return text

    def _escape(self) -> str:
        char = self.pattern[self.at]
        self.at += 1
        if char in _CLASSES:
            return self.draw.choice(_CLASSES[char])
        if char in "DWS":
            return self.draw.choice({"D": _LETTERS, "W": "-", "S": _LETTERS}[char])
        if char in "bBAZz":
            return ""
        if char in "xu":
            return self._code_point(2 if char == "x" else 4)
        if char.isalnum() and char not in _ESCAPES:
            raise _Unsupported(self.pattern)
        return _ESCAPES.get(char, char)

    def _code_point(self, digits: int) -> str:
        text = self.pattern[self.at : self.at + digits]
        if not re.fullmatch(r"[0-9A-Fa-f]+", text):
            raise _Unsupported(self.pattern)
        self.at += digits
        return chr(int(text, 16))

    def _class(self) -> str:
        negated = self.pattern[self.at] == "^"
        self.at += negated
        chars, first = "", True
        while first or self.pattern[self.at] != "]":
            first = False
            chars += self._class_member()
        self.at += 1
        if negated:
            chars = "".join(char for char in _LETTERS + _PRINTABLE if char not in chars)
        if not chars:
            raise _Unsupported(self.pattern)
        return chars

    def _class_member(self) -> str:
        char = self.pattern[self.at]
        self.at += 1
        if char == "\\":
            kind = self.pattern[self.at]
            if kind in _CLASSES:
                self.at += 1
                return _CLASSES[kind]
            char = self._escape()
        if self.pattern[self.at] == "-" and self.pattern[self.at + 1] != "]":
            self.at += 1
            last = self.pattern[self.at]
            self.at += 1
            if last == "\\":
                last = self._escape()
            if ord(last) - ord(char) > 0x10000 or last < char:
                raise _Unsupported(self.pattern)
            return "".join(map(chr, range(ord(char), min(ord(last), ord(char) + 255) + 1)))
        return char
