"""Sums in a sentence: `17 * 23`, `2 plus 3 times 4`, `(1 + 2) / 4`, `20% of 50`, `2 to the power of 10`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from fractions import Fraction

__all__ = ["calculate", "find_sum", "shown"]

_WORDS = tuple(
    (re.compile(pattern, re.IGNORECASE), sign)
    for pattern, sign in (
        (r"\bplus\b|\badded to\b", "+"),
        (r"\bminus\b|\bless\b", "-"),
        (r"\btimes\b|\bmultiplied by\b|[\u00d7\u00b7]|(?<=\d)\s*x\s*(?=\d)", "*"),
        (r"\bdivided by\b|\bover\b|\u00f7", "/"),
        (r"\bto the power of\b|\*\*", "^"),
        (r"(\d+(?:\.\d+)?)\s*%\s*of\b", r"\1 / 100 *"),
        (r"(?<=\d),(?=\d{3}\b)", ""),
        (r"\u2212|\u2013", "-"),
    )
)
_RUN = re.compile(r"[\d\s.()+\-*/^]{3,}")
_DATE_LIKE = re.compile(r"\d{4}-\d{1,2}(?:-\d{1,2})?|\d{1,3}(?:-\d+)+|\d{1,2}/\d{1,2}/\d{2,4}")
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?|\.\d+)|([-+*/^()]))")
_LONGEST_SEARCH = 500
_LARGEST_POWER = 512
_DIGITS_SHOWN = 12


def find_sum(text: str) -> tuple[str, Fraction] | None:
    """Return the first sum in the beginning of a text and its result; None without one, or for a division by zero."""
    text = text[:_LONGEST_SEARCH]
    for pattern, sign in _WORDS:
        text = pattern.sub(sign, text)
    for match in _RUN.finditer(text):
        said = match.group().strip(" \t\r\n.+*/^")
        if text[match.start() - 1 : match.start()].isalpha() and not match.group()[0].isspace():
            said = said.lstrip("-0123456789.").strip()
        said = said.rstrip("-( \n")
        for bracketed in (said, said.strip("() ")):
            if not re.search(r"\d\)*\s*[-+*/^]\s*[-(]*\s*[.\d]", bracketed) or _DATE_LIKE.fullmatch(bracketed):
                continue
            try:
                return re.sub(r"\s+", " ", bracketed), calculate(bracketed)
            except (ValueError, ArithmeticError, RecursionError):
                continue
    return None


def shown(number: Fraction) -> str:
    """Return a number as a person writes it: whole, or with as many decimals as it needs (12 at most)."""
    if number.denominator == 1:
        return str(number.numerator)
    return f"{float(number):.{_DIGITS_SHOWN}g}"


def calculate(text: str) -> Fraction:
    """Return the result of a sum in `+ - * / ^ ( )`; raise ValueError for any other text."""
    tokens = _tokens(text)
    value, at = _terms(tokens, 0)
    if at != len(tokens):
        raise ValueError(f"{text!r} is not a sum")
    return value


def _tokens(text: str) -> list[str]:
    out: list[str] = []
    at, text = 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"{text[at:]!r} is not a part of a sum")
        out.append(match.group(1) or match.group(2))
        at = match.end()
    return out


_ADDING: dict[str, Callable[[Fraction, Fraction], Fraction]] = {"+": operator.add, "-": operator.sub}
_SCALING: dict[str, Callable[[Fraction, Fraction], Fraction]] = {"*": operator.mul, "/": operator.truediv}


def _terms(tokens: list[str], at: int) -> tuple[Fraction, int]:
    value, at = _factors(tokens, at)
    while at < len(tokens) and tokens[at] in _ADDING:
        sign = tokens[at]
        right, at = _factors(tokens, at + 1)
        value = _ADDING[sign](value, right)
    return value, at


def _factors(tokens: list[str], at: int) -> tuple[Fraction, int]:
    value, at = _power(tokens, at)
    while at < len(tokens) and tokens[at] in _SCALING:
        sign = tokens[at]
        right, at = _power(tokens, at + 1)
        value = _SCALING[sign](value, right)
    return value, at


def _power(tokens: list[str], at: int) -> tuple[Fraction, int]:
    if at < len(tokens) and tokens[at] == "-":
        value, at = _power(tokens, at + 1)
        return -value, at
    base, at = _single(tokens, at)
    if at < len(tokens) and tokens[at] == "^":
        exponent, at = _power(tokens, at + 1)
        if exponent.denominator != 1 or abs(exponent) > _LARGEST_POWER or base.numerator.bit_length() > _LARGEST_POWER:
            raise ValueError("the power is too large")
        return Fraction(base**exponent.numerator), at
    return base, at


def _single(tokens: list[str], at: int) -> tuple[Fraction, int]:
    if at >= len(tokens):
        raise ValueError("the sum breaks off")
    if tokens[at] == "(":
        value, at = _terms(tokens, at + 1)
        if at >= len(tokens) or tokens[at] != ")":
            raise ValueError("a bracket is not closed")
        return value, at + 1
    return Fraction(tokens[at]), at + 1
