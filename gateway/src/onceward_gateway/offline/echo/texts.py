"""Operations on a text or list in a message: change, sort, summarize, count, extract."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from fractions import Fraction
from math import isqrt, prod

from ..calculate import shown
from ..lexicon import (
    members_of,
    opposite_of,
    with_digits,
)
from ..schema import Hints, fill
from ..schema.fill import Unfillable
from .formats import named_keys

__all__ = ["changed", "extracted", "listed", "reckoned", "summarized", "written_list"]

_MOST_ITEMS = 200
_CHANGED = re.compile(
    r"^(?:convert|make|turn|change|put|write|transform)\s+(?:this|the following|the (?:word|text|string"
    r"|sentence))?\s*(.*?)\s*(?:in|to|into|all)?\s*"
    r"(upper ?case|lower ?case|all caps|capital letters|title case)\s*(?::\s*(.+))?$",
    re.IGNORECASE | re.DOTALL,
)
_REVERSED = re.compile(
    r"^(?:reverse|spell|upper-?case|lower-?case|capitali[sz]e)\s+(?:the (?:word|text|string|following"
    r"|letters of|phrase|sentence)\s*)+:?\s*(.+)$"
    r"|^spell (.+?) backwards",
    re.IGNORECASE | re.DOTALL,
)
_SORT = re.compile(r"^(?:sort|order|alphabeti[sz]e)\b[^:\n]{0,80}:\s*(.+)$", re.IGNORECASE | re.DOTALL)
_DESCENDING = re.compile(r"\b(?:descending|largest first|highest first|reverse)\b", re.IGNORECASE)
_RECKON = re.compile(
    r"\b(largest|biggest|greatest|maximum|max|highest|smallest|minimum|min|lowest|least|sum|total"
    r"|average|mean|product|median)\b"
    r"(?:\s+(?:number|value))?(?:\s+(?:of|from|among|in))?(?:\s+(?:these|the|this|numbers?|list"
    r"|following|values))*\s*:?\s*\[?\s*"
    r"(-?\d+(?:\.\d+)?(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+)-?\d+(?:\.\d+)?)+)",
    re.IGNORECASE,
)
_STEPS = re.compile(
    r"\b(have|has|had|starts? with|buys?|bought|gets?|got|finds?|found|receives?|picks?|adds?|eats?|ate"
    r"|gives?|gave|loses?|lost|sells?|sold|uses?|used|takes?)"
    r"\s+(?:away |out |up |another )?(\d{1,9})\b",
    re.IGNORECASE,
)
_AWAY = re.compile(r"eat|ate|giv|gav|los|sell|sold|use|take", re.IGNORECASE)
_ROOT = re.compile(r"\bsquare root of\s+(\d{1,12}(?:\.\d{1,6})?)|\bsqrt\(?\s*(\d{1,12})", re.IGNORECASE)
_POWER = re.compile(r"(\d{1,9}) (squared|cubed)\b", re.IGNORECASE)
_DEGREES = re.compile(
    r"(-?\d+(?:\.\d+)?)\s*(?:degrees?\s*|°\s*)?(celsius|fahrenheit|c|f)\b\s*(?:in|to|into|=|as)\s*"
    r"(?:degrees?\s*|°\s*)?(celsius|fahrenheit|c|f)\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(
    r"\bhow many\s+(?:times does )?(?:the letter\s+)?[\"'`]?([a-z])[\"'`]?(?:'?s)?\s+(?:are |is |appear"
    r" )?(?:there )?(?:in|appear in)\s+(?:the word\s+)?[\"'`]?(\w+)",
    re.IGNORECASE,
)
_SEQUENCE = re.compile(r"(?:next|comes after|continue|complete)\b.*?(-?\d+(?:\s*,\s*-?\d+){2,})\s*,?", re.IGNORECASE)
_OPPOSITE = re.compile(r"\b(?:opposite|antonym) (?:of|for)\s+[\"'`]?(\w+)", re.IGNORECASE)
_SUMMARIZE = re.compile(r"^(?:summari[sz]e|tl;?dr|sum up|shorten)\b[^:\n]{0,120}:\s*(.+)$", re.IGNORECASE | re.DOTALL)
_LIST = re.compile(
    r"\b(?:list|name|give(?: me)?|write|suggest|show(?: me)?|tell me|what are|pick|choose|return"
    r"|generate|create|print|output)"
    r"(?:\s+(?:me|an? (?:json |python )?(?:array|list) of|some|any|all|the|of))*\s+"
    r"(?:(\d{1,3})\s+)?(?:(?:different|random|common|popular|famous)\s+)*"
    r"([a-z][a-z ]{1,30}?)(?=\s+(?:as|with|separated|under|please|and|or|that|which|on|to|in (?:a|json"
    r"|alphabetical))\b|[.,;:?!\n(]|$)",
    re.IGNORECASE,
)
_BULLETS = re.compile(r"\bbullet|\bmarkdown list\b", re.IGNORECASE)
_COMMAS = re.compile(r"\bcommas?\b|\bcsv\b|\bone line\b", re.IGNORECASE)
_ARRAY = re.compile(r"\bjson\b|\barray\b|\bpython list\b", re.IGNORECASE)


def _bare(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 2 and text[0] in "\"'`\u201c" and text.rstrip(".!")[-1:] in "\"'`\u201d" else text


def changed(asked: str) -> str | None:
    """Return a text in upper or lower case or reversed, however the order is worded."""
    found = _CHANGED.match(asked)
    if found is not None:
        text = _bare(found.group(3) or found.group(1))
        form = found.group(2).lower()
        if not text or text.lower() in ("this", "it", "that"):
            return None
        return text.lower() if form.startswith("lower") else text.title() if form == "title case" else text.upper()
    turned = _REVERSED.match(asked)
    if turned is None:
        return None
    text = _bare(turned.group(1) or turned.group(2))
    verb = asked[:7].lower()
    if verb.startswith("reverse") or turned.group(2):
        return text[::-1]
    if verb.startswith("spell"):
        return "-".join(text.upper())
    return text.upper() if verb.startswith("upper") else text.lower() if verb.startswith("lower") else text.title()


def summarized(asked: str) -> str | None:
    """Return the first sentence of the text that is to be summarized."""
    found = _SUMMARIZE.match(asked)
    if found is None:
        return None
    text = _bare(" ".join(found.group(1).split()))
    first = re.match(r".{1,400}?[.!?](?=\s|$)", text)
    return first.group() if first else text[:400]


def reckoned(asked: str) -> tuple[str, str] | None:
    """Sentence and value of what is reckoned from numbers or letters: the largest, a root, degrees, the next number."""
    for rule in (_of_numbers, _of_story, _of_root, _of_degrees, _of_letters, _of_sequence, _of_words):
        found = rule(asked)
        if found is not None:
            return found
    return None


def _of_numbers(asked: str) -> tuple[str, str] | None:
    found = _RECKON.search(asked)
    if found is None:
        return None
    numbers = [Fraction(text) for text in re.findall(r"-?\d+(?:\.\d+)?", found.group(2))][:_MOST_ITEMS]
    word = found.group(1).lower()
    value = _reckoning(word)(numbers)
    return f"The {word} is {shown(value)}.", shown(value)


def _reckoning(word: str) -> Callable[[list[Fraction]], Fraction]:
    if word in ("largest", "biggest", "greatest", "maximum", "max", "highest"):
        return max
    if word in ("smallest", "minimum", "min", "lowest", "least"):
        return min
    if word in ("average", "mean"):
        return lambda numbers: sum(numbers, Fraction(0)) / len(numbers)
    if word == "product":
        return lambda numbers: Fraction(prod(numbers))
    if word == "median":
        return lambda numbers: (sorted(numbers)[len(numbers) // 2] + sorted(numbers)[(len(numbers) - 1) // 2]) / 2
    return lambda numbers: sum(numbers, Fraction(0))


def _of_story(asked: str) -> tuple[str, str] | None:
    """Answer a sum in words, such as `I have 3 apples and buy 2 more. How many do I have?`."""
    text = with_digits(asked)
    if not re.search(r"\bhow many\b[^?]*\b(?:left|have|has|total|altogether|now|remain\w*)\b", text, re.IGNORECASE):
        return None
    steps = _STEPS.findall(text)
    if len(steps) < 2 or not re.match(r"ha(?:ve|s|d)|start", steps[0][0], re.IGNORECASE):
        return None
    total = int(steps[0][1])
    written = steps[0][1]
    for verb, number in steps[1:]:
        away = _AWAY.match(verb) is not None
        total += -int(number) if away else int(number)
        written += f" {'-' if away else '+'} {number}"
    return f"{written} = {total}", str(total)


def _of_root(asked: str) -> tuple[str, str] | None:
    found = _ROOT.search(asked)
    if found is not None:
        text = found.group(1) or found.group(2)
        number = Fraction(text)
        exact = number.denominator == 1 and isqrt(number.numerator) ** 2 == number
        value = str(isqrt(number.numerator)) if exact else f"{float(number) ** 0.5:.6g}"
        return f"The square root of {text} is {value}.", value
    raised = _POWER.search(asked)
    if raised is None:
        return None
    value = str(int(raised.group(1)) ** (2 if raised.group(2).lower() == "squared" else 3))
    return f"{raised.group()} is {value}.", value


def _of_degrees(asked: str) -> tuple[str, str] | None:
    found = _DEGREES.search(asked)
    if found is None or found.group(2)[0].lower() == found.group(3)[0].lower():
        return None
    degrees, warm = Fraction(found.group(1)), found.group(2)[0].lower() == "c"
    value = shown(degrees * 9 / 5 + 32 if warm else (degrees - 32) * 5 / 9)
    units = ("°C", "°F") if warm else ("°F", "°C")
    return f"{found.group(1)} {units[0]} is {value} {units[1]}.", value


def _of_letters(asked: str) -> tuple[str, str] | None:
    found = _LETTERS.search(asked)
    if found is None:
        return None
    number = found.group(2).lower().count(found.group(1).lower())
    return f"There {'is' if number == 1 else 'are'} {number} {found.group(1).lower()!r} in {found.group(2)!r}.", str(
        number
    )


def _of_sequence(asked: str) -> tuple[str, str] | None:
    found = _SEQUENCE.search(asked)
    if found is None:
        return None
    numbers = [int(text) for text in re.findall(r"-?\d+", found.group(1))][:_MOST_ITEMS]
    step = numbers[1] - numbers[0]
    pairs = list(itertools.pairwise(numbers))
    if all(second - first == step for first, second in pairs):
        value = numbers[-1] + step
    elif numbers[0] and all(
        first and Fraction(second, first) == Fraction(numbers[1], numbers[0]) for first, second in pairs
    ):
        value = int(numbers[-1] * Fraction(numbers[1], numbers[0]))
    elif len(numbers) > 3 and all(numbers[at] == numbers[at - 1] + numbers[at - 2] for at in range(2, len(numbers))):
        value = numbers[-1] + numbers[-2]
    else:
        return None
    return str(value), str(value)


def _of_words(asked: str) -> tuple[str, str] | None:
    found = _OPPOSITE.search(asked)
    other = opposite_of(found.group(1)) if found else None
    return (f"The opposite of {found.group(1)} is {other}.", other) if found and other else None


def listed(asked: str) -> list[str] | None:
    """Return the members of a kind that a message asks for (`three fruits`), or its own list, sorted."""
    own = _SORT.match(asked)
    if own is not None:
        parts = [
            part.strip(" .[]\"'") for part in re.split(r",\s*(?:and\s+)?|\n", own.group(1)) if part.strip(" .[]\"'")
        ]
        try:
            parts.sort(key=Fraction)
        except ValueError:
            parts.sort(key=str.lower)
        return parts[::-1] if _DESCENDING.search(asked) else parts
    for found in _LIST.finditer(with_digits(asked)):
        members = members_of(found.group(2).strip().lower())
        if members:
            number = int(found.group(1)) if found.group(1) else min(len(members), 10)
            return list(members[: max(1, number)])
    return None


def written_list(parts: list[str], asked: str, instructions: str) -> str:
    """Return a list in the form that is asked for: JSON, bullets, with commas, else numbered lines."""
    if _ARRAY.search(asked):
        numbers = all(re.fullmatch(r"-?\d+", part) for part in parts)
        return json.dumps([int(part) for part in parts] if numbers else parts, ensure_ascii=False)
    if _SORT.match(asked) or _COMMAS.search(asked) or _COMMAS.search(instructions):
        return ", ".join(parts)
    if len(parts) == 1:
        return parts[0]
    if _BULLETS.search(asked) or _BULLETS.search(instructions):
        return "\n".join(f"- {part}" for part in parts)
    return "\n".join(f"{at}. {part}" for at, part in enumerate(parts, 1))


_EXTRACT = re.compile(
    r"^(?:please )?(?:extract|find|get|pull out)\b[^:\n]{0,120}?\bfrom\b[^:\n]{0,60}:\s*(.+)$",
    re.IGNORECASE | re.DOTALL,
)


def extracted(asked: str) -> str | None:
    """`Extract the name and age from: ...`, one line for each that the text has."""
    found = _EXTRACT.match(asked)
    schema = named_keys(asked) if found else None
    if found is None or schema is None:
        return None
    try:
        value = fill(schema, Hints([found.group(1)]))
    except Unfillable:
        return None
    return "\n".join(f"{key.capitalize().replace('_', ' ')}: {item}" for key, item in value.items())
