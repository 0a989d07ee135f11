"""Texts and numbers for a schema's bounds: formats, lengths, patterns, ranges, multiples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ..draw import Draw
from .budget import TooComplex
from .hints import Hints, words_of
from .pattern import matches, text_for

__all__ = ["number_for", "string_for"]

_FORMATS = {
    "date-time": "2025-01-15T09:30:00Z",
    "date": "2025-01-15",
    "time": "09:30:00Z",
    "duration": "PT15M",
    "email": "ada@example.com",
    "idn-email": "ada@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "iri": "https://example.com/",
    "url": "https://example.com/",
    "uri-reference": "/example",
    "iri-reference": "/example",
    "uri-template": "/example/{id}",
    "json-pointer": "/example",
    "relative-json-pointer": "0/example",
    "regex": "^example$",
    "byte": "ZXhhbXBsZQ==",
    "binary": "example",
    "color": "#3366cc",
    "phone": "+1-202-555-0143",
    "password": "example-password",
}

_SAMPLES = {
    "name": "Ada Lovelace",
    "first": "Ada",
    "last": "Lovelace",
    "author": "Ada Lovelace",
    "city": "Paris",
    "location": "Paris",
    "country": "France",
    "street": "1 Example Street",
    "zip": "75001",
    "language": "English",
    "currency": "EUR",
    "color": "blue",
    "colour": "blue",
    "email": "ada@example.com",
    "url": "https://example.com/",
    "date": "2025-01-15",
    "time": "09:30",
    "phone": "+1-202-555-0143",
    "unit": "celsius",
    "step": "Look at what is asked, and answer it.",
    "id": "id-1",
    "category": "general",
    "company": "Example Ltd",
    "department": "Engineering",
    "gender": "female",
    "isbn": "978-3-16-148410-0",
    "job": "engineer",
    "label": "example",
    "occupation": "engineer",
    "organization": "Example Ltd",
    "postcode": "75001",
    "priority": "medium",
    "product": "Notebook",
    "role": "engineer",
    "sentiment": "positive",
    "severity": "low",
    "sku": "SKU-1",
    "state": "active",
    "status": "active",
    "surname": "Lovelace",
    "symbol": "EX",
    "tag": "example",
    "timezone": "Europe/Paris",
    "username": "ada",
    "version": "1.0.0",
}
# More than fits into the longest answer of an offline model.
_LONGEST_TEXT = 100_000
_FILLER = "lorem ipsum dolor sit amet "


def string_for(node: Mapping[str, Any], name: str, hints: Hints, draw: Draw) -> str | None:
    """Return a text for the keywords of `node`; None when none is found."""
    least, most = int(node.get("minLength", 0)), node.get("maxLength", math.inf)
    pattern = node.get("pattern")
    if least > _LONGEST_TEXT:
        raise TooComplex(f"`minLength` asks for {least} characters, and no answer holds more than {_LONGEST_TEXT}")
    for text in _proposals(node, name, hints, draw, least):
        if text is not None and least <= len(text) <= most and (pattern is None or matches(pattern, text)):
            return text
    if pattern is not None:
        return None
    text = _sample(name, hints)
    if len(text) < least:
        text += " " + _FILLER * (least // len(_FILLER) + 1)
        text = text[:least]
    return text if len(text) <= most else text[: int(most)]


def _proposals(node: Mapping[str, Any], name: str, hints: Hints, draw: Draw, least: int) -> list[str | None]:
    out: list[str | None] = []
    form, pattern = node.get("format"), node.get("pattern")
    if form == "uuid":
        digits = draw.child("uuid").integer(0, (1 << 128) - 1).to_bytes(16, "big").hex()
        out.append(f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}")
    if isinstance(form, str):
        out.append(_FORMATS.get(form))
    for example in node.get("examples") or ():
        out.append(example if isinstance(example, str) else None)
    if isinstance(pattern, str):
        out.append(_sample(name, hints) if name else None)
        out += [text_for(pattern, draw.child("pattern", at, draw.integer(0, 1 << 30)), least) for at in range(6)]
    return out


def _sample(name: str, hints: Hints) -> str:
    words = words_of(name)
    for word in reversed(words):
        if word in _SAMPLES:
            return _SAMPLES[word]
    topic = " ".join(hints.texts[0].split()[:12]) if hints.texts else ""
    label = " ".join(words)
    if label and topic:
        return f"{label}: {topic}"
    return label or topic or "text"


def number_for(node: Mapping[str, Any], whole: bool, draw: Draw) -> float | int | None:
    """A number within the bounds of `node`, a small round one where there is a choice; None when there is none."""
    low, high, above, below = _bounds(node)
    step = node.get("multipleOf")
    unit = Fraction(str(step)) if step else Fraction(1) if whole else None
    if whole and unit is not None:
        unit = unit if unit.denominator == 1 else Fraction(unit.numerator)
    if unit is None:
        return _between(low, high, above, below)
    first = math.ceil(low / unit) if low is not None else None
    last = math.floor(high / unit) if high is not None else None
    if first is not None and above and first * unit == low:
        first += 1
    if last is not None and below and last * unit == high:
        last -= 1
    if first is not None and last is not None and first > last:
        return None
    start = _comfortable(first, last, draw)
    for offset in range(200):
        for number in (start + offset, start - offset):
            if (first is None or number >= first) and (last is None or number <= last):
                value = number * unit
                if value.denominator == 1:
                    return value.numerator
                if (float(value) / float(unit)).is_integer():
                    return float(value)
    return None


def _comfortable(first: int | None, last: int | None, draw: Draw) -> int:
    if first is None and last is None:
        return draw.integer(1, 42)
    if first is None:
        return min(last or 0, 42)
    if last is None:
        return max(first, 1) if first <= 1 else first
    return first + draw.integer(0, min(last - first, 9))


def _between(low: Fraction | None, high: Fraction | None, above: bool, below: bool) -> float | int | None:
    if low is not None and high is not None:
        if low > high or (low == high and (above or below)):
            return None
        value = (low + high) / 2
        round_value = Fraction(round(value, 2))
        if (low < round_value or (low == round_value and not above)) and (
            round_value < high or (round_value == high and not below)
        ):
            value = round_value
    elif low is not None:
        value = max(low + 1, Fraction(3, 2)) if low < Fraction(3, 2) else low + 1
    elif high is not None:
        value = min(high - 1, Fraction(3, 2))
    else:
        value = Fraction(3, 2)
    try:
        return value.numerator if value.denominator == 1 and abs(value) >= 1 << 53 else float(value)
    except OverflowError:
        return int(value)


def _bounds(node: Mapping[str, Any]) -> tuple[Fraction | None, Fraction | None, bool, bool]:
    """Lowest, highest, and whether each itself is excluded; in the spellings of draft 4 and of 2020-12."""
    low, high = _fraction(node.get("minimum")), _fraction(node.get("maximum"))
    above, below = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
    out_above, out_below = above is True, below is True
    other = _fraction(above)
    if other is not None and (low is None or other >= low):
        low, out_above = other, True
    other = _fraction(below)
    if other is not None and (high is None or other <= high):
        high, out_below = other, True
    return low, high, out_above, out_below


def _fraction(value: Any) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return Fraction(str(value))
