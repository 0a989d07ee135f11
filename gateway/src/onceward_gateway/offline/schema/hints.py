"""The statements of a conversation about a property: values in its texts for a name such as `city` or `email`.

Nothing here understands language. It knows labels (`age: 36`, `name is Ada`), embedded JSON, the shapes of dates,
mails and addresses, and the words behind prepositions. That is enough for an application's tests and demos to see
their own words come back in tool calls and structured answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..calculate import find_sum
from ..json_objects import objects_in
from .budget import spend

__all__ = ["Hints", "words_of"]

# Searching takes time in the square of a text's length for some shapes: long texts are searched at their beginning.
_LONGEST_SEARCH = 2000
_MOST_TEXTS = 12
_LONGEST_JSON = 262_144
# Steps of the work budget: to search a text for a property, for one word, and to compile an expression for it.
_SEARCHING = 20
_OPTION = 4
_COMPILING = 200

_PLACES = frozenset(
    [
        "city",
        "location",
        "place",
        "town",
        "country",
        "region",
        "destination",
        "origin",
        "address",
        "capital",
        "state",
        "area",
    ]
)
_PEOPLE = frozenset(
    [
        "name",
        "person",
        "user",
        "customer",
        "author",
        "recipient",
        "contact",
        "attendee",
        "participant",
        "people",
        "who",
        "member",
    ]
)
_DATES = frozenset(["date", "day", "when", "deadline", "birthday", "due", "start", "end"])
_FREE = frozenset(
    [
        "query",
        "question",
        "prompt",
        "text",
        "message",
        "content",
        "input",
        "search",
        "topic",
        "subject",
        "body",
        "instruction",
        "task",
        "request",
        "keyword",
        "description",
        "sentence",
        "command",
        "code",
    ]
)
_DOTTED = frozenset(["email", "mail", "url", "uri", "link", "website", "href"])
_SUMS = frozenset(["expression", "formula", "equation", "calculation", "math", "sum"])

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(r"https?://[^\s\"'<>)]+")
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?\b")
_DAY = re.compile(
    r"\b(?:(?:next |last )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|today|tomorrow|yesterday"
    r"|(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+\d{1,2}(?:,?\s+\d{4})?"
    r"|\d{1,2}(?:st|nd|rd|th)?\s+(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+\d{4})\b",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\+?\d[\d ()-]{6,}\d")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w]|\.\d)")
_PROPER = r"[A-Z][\w'\u2019-]*(?: (?:de |of |la |the )?[A-Z][\w'\u2019-]*)*"
_SERIES = re.compile(rf"{_PROPER}(?:\s*(?:,\s*and|,|\band\b|&)\s*{_PROPER})*")
_BEHIND = re.compile(
    r"\b(in|at|for|near|from|to|of|with|named|called|is|am|by|between|meet|invite)\s+(?:the city of\s+)?"
)
_ASKING = re.compile(
    r"^(?:please\s+|can you\s+|could you\s+|would you\s+)*(?:search(?: the web)?|look ?up|find(?: out)?|google|query"
    r"|ask|tell me|extract|summari[sz]e)(?:\s+(?:for|about|me|up))*[:\s]+",
    re.IGNORECASE,
)
_BLANK = re.compile(r"\s*(?:\{[^{}]*\}|<[^<>]*>|\.{3}|\u2026)?\s*")
_QUOTED = re.compile(r"[\"\u201c'\u2018`]([^\"\u201d\u201c'\u2019`]{1,400})[\"\u201d'\u2019`]")
_NOT_NAMES = frozenset(
    [
        "I",
        "What",
        "Who",
        "Where",
        "When",
        "Why",
        "How",
        "Is",
        "Are",
        "The",
        "A",
        "An",
        "Please",
        "Can",
        "Could",
        "Would",
        "Call",
        "Use",
        "Get",
        "Tell",
        "Give",
        "Show",
        "My",
        "Do",
        "Does",
        "Find",
        "Extract",
        "Hello",
        "Generate",
        "Name",
        "List",
        "Classify",
        "Translate",
        "Summarize",
        "Provide",
        "Reply",
        "Respond",
        "Output",
        "Describe",
        "Explain",
        "Produce",
        "Given",
        "JSON",
        "Hi",
        "It",
        "This",
        "That",
        "Return",
        "Answer",
        "Add",
        "And",
        "Then",
        "Search",
        "Look",
        "Write",
        "Create",
        "Book",
        "Make",
        "Compare",
        "In",
        "On",
        "At",
        "For",
    ]
)


def words_of(name: str) -> list[str]:
    """Return the words of an identifier in lower case: `startDate`, `start_date` and `start-date` are two."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+", name)]


class Hints:
    """The statements of `texts`, the most telling first; `fixed` values win over everything found."""

    __slots__ = ("_fixed", "_low", "_objects", "texts")

    def __init__(self, texts: Sequence[str], fixed: Mapping[str, Any] | None = None) -> None:
        self.texts = tuple(text[:_LONGEST_SEARCH] for text in texts if text)[:_MOST_TEXTS]
        self._low = tuple(text.lower() for text in self.texts)
        self._fixed = dict(fixed or {})
        self._objects = [_said_in(found) for text in texts[:_MOST_TEXTS] for found in objects_in(text[:_LONGEST_JSON])]

    def with_fixed(self, name: str, value: Any) -> Hints:
        """Return hints in which `name` has `value` whatever the texts say. Parsed objects are shared with these."""
        other = Hints(self.texts, {**self._fixed, name: value})
        other._objects = self._objects
        return other

    def candidates(self, name: str, kinds: Sequence[str]) -> Iterator[Any]:
        """Values for a property, the likeliest first. The caller takes the first that its schema accepts."""
        spend(_SEARCHING * len(self.texts))
        if name in self._fixed:
            yield self._fixed[name]
        for found in self._objects:
            if name in found:
                yield found[name]
        if "string" in kinds:
            yield from self._strings(name)
        if "integer" in kinds or "number" in kinds:
            yield from self._numbers(name)
        if "boolean" in kinds:
            yield from self._booleans(name)

    def said(self, name: str, kinds: Sequence[str]) -> Iterator[Any]:
        """Values that the conversation gives this very property, by its name."""
        spend(_SEARCHING * len(self.texts))
        if name in self._fixed:
            yield self._fixed[name]
        yield from (found[name] for found in self._objects if name in found)
        if "string" in kinds:
            yield from self._labelled(words_of(name))
        if "integer" in kinds or "number" in kinds:
            yield from self._numbers(name)

    def labelled(self, name: str, kinds: Sequence[str]) -> Iterator[Any]:
        """Values that stand beside the property's own name, or in JSON under it; nothing that is merely likely."""
        spend(_SEARCHING * len(self.texts))
        if name in self._fixed:
            yield self._fixed[name]
        yield from (found[name] for found in self._objects if name in found)
        words = words_of(name)
        if "string" in kinds:
            yield from self._labelled(words)
            if not _FREE.intersection(words):
                yield from (value for text in self.texts[:1] for value in _shaped(words, text))
            if _PLACES.intersection(words) and self.texts:
                yield from (member for group in _proper_groups(self.texts[0], words) for member in group)
        if "integer" in kinds or "number" in kinds:
            yield from self._numbers(name)
        if "boolean" in kinds:
            yield from self._booleans(name)

    def mentioned(self, options: Sequence[Any]) -> Any:
        """Return the option whose text is in the conversation (the first said wins); None when none does."""
        spend(_OPTION * len(options) * len(self.texts))
        for text in self.texts:
            low = text.lower()
            found = [
                (at, item) for item in options if isinstance(item, str) and (at := _word_at(item.lower(), low)) >= 0
            ]
            if found:
                return min(found, key=lambda pair: pair[0])[1]
        return None

    def series(self, name: str) -> list[str]:
        """Several values said in one breath for a place or a person: `Paris, Rome and Oslo`."""
        spend(_SEARCHING * len(self.texts))
        words = words_of(name)
        for text in self.texts:
            for group in _proper_groups(text, words):
                return group
        return []

    def numbers(self) -> list[float | int]:
        """Every number said, in order."""
        spend(_SEARCHING * len(self.texts))
        return [_as_number(found) for text in self.texts for found in _NUMBER.findall(text)]

    def _strings(self, name: str) -> Iterator[str]:
        words = words_of(name)
        yield from self._labelled(words)
        for text in self.texts:
            yield from _shaped(words, text)
        for text in self.texts:
            if _PLACES.intersection(words) or _PEOPLE.intersection(words):
                for group in _proper_groups(text, words):
                    yield from group
            if _FREE.intersection(words):
                yield from (match.group(1) for match in _QUOTED.finditer(text))
                yield _ASKING.sub("", text).strip().rstrip("?.!") if _ASKING.match(text) else text.strip()

    def _naming(self, words: Sequence[str]) -> list[str]:
        """Return the texts that have all `words`: only there is an expression for them worth its compilation."""
        found = [text for text, low in zip(self.texts, self._low, strict=True) if all(word in low for word in words)]
        if found:
            spend(_COMPILING)
        return found

    def _labelled(self, words: Sequence[str]) -> Iterator[str]:
        texts = self._naming(words)
        if not texts:
            return
        if _DOTTED.intersection(words):  # A label's value ends at a dot; these hold dots.
            yield from (value for text in texts for value in _shaped(words, text))
        label = r"[\s_-]*".join(map(re.escape, words))
        value = r"(?:[\"\u201c'`]([^\"\u201d'`]+)[\"\u201d'`]|([^\n.,;!?]+?(?=\s+and\s|\s+with\s|\s+on\s|[.,;!?\n]|$)))"
        pattern = re.compile(
            rf"\b{label}s?\s*(?:\bis\b|\bare\b|\bof\b|\bshould be\b|\bwas\b|=|:)\s*{value}", re.IGNORECASE
        )
        for text in texts:
            for match in pattern.finditer(text):
                yield (match.group(1) or match.group(2)).strip()

    def _numbers(self, name: str) -> Iterator[float | int]:
        words = words_of(name)
        label = r"[\s_-]*".join(map(re.escape, words))
        between = r"\W+(?:\w+\W+){0,2}?" if len(name) > 1 else r"\s*(?:=|:|is)\s*"
        for text in self._naming([] if words == ["age"] else words):
            after = re.search(rf"\b{label}s?\b{between}(-?\d+(?:\.\d+)?)", text, re.IGNORECASE)
            before = re.search(rf"(-?\d+(?:\.\d+)?)\s*{label}s?\b", text, re.IGNORECASE) if len(name) > 1 else None
            years = re.search(r"(\d+)[ -]years?", text) if words == ["age"] else None
            yield from (_as_number(found.group(1)) for found in (after, before, years) if found)

    def _booleans(self, name: str) -> Iterator[bool]:
        words = words_of(name)
        label = r"[\s_-]*".join(map(re.escape, words))
        for text in self._naming(words):
            found = re.search(rf"\b{label}\W+(?:is\W+|should be\W+)?(true|false|yes|no)\b", text, re.IGNORECASE)
            if found:
                yield found.group(1).lower() in ("true", "yes")


def _said_in(found: dict[str, Any]) -> dict[str, Any]:
    """Return an object without the values that only hold a place: `{answer}`, `<name>`, `...`."""
    return {key: value for key, value in found.items() if not (isinstance(value, str) and _BLANK.fullmatch(value))}


def _word_at(word: str, text: str) -> int:
    match = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) if word else None
    return match.start() if match else -1


def _as_number(text: str) -> float | int:
    return float(text) if "." in text else int(text)


def _shaped(words: Sequence[str], text: str) -> Iterator[str]:
    """Values known by their shape: mails, addresses, dates, sums."""
    known = set(words)
    if known & {"email", "mail"}:
        yield from _EMAIL.findall(text)
    if known & {"url", "uri", "link", "website", "href"}:
        yield from _URL.findall(text)
    if known & _DATES:
        yield from _DATE.findall(text)
        yield from _DAY.findall(text)
    if known & {"phone", "telephone", "mobile"}:
        yield from _PHONE.findall(text)
    if known & _SUMS:
        found = find_sum(text)
        if found is not None:
            yield found[0]


def _proper_groups(text: str, words: Sequence[str]) -> Iterator[list[str]]:
    """Runs of proper names, those behind a fitting preposition first; each split into its members."""
    groups: list[tuple[int, int, list[str]]] = []
    for match in _SERIES.finditer(text):
        members = [part for part in re.split(r"\s*(?:,\s*and\b|,|\band\b|&)\s*", match.group()) if part]
        first = members[0].split(" ")
        if first[0] in _NOT_NAMES:
            members[0] = " ".join(first[1:])
        members = [member for member in members if member and member not in _NOT_NAMES]
        if members:
            groups.append((_fitness(text[: match.start()], words), match.start(), members))
    for _, _, members in sorted(groups, key=lambda group: (-group[0], group[1])):
        yield members


def _fitness(before: str, words: Sequence[str]) -> int:
    found = [match for match in _BEHIND.finditer(before) if match.end() == len(before)]
    word = found[-1].group(1) if found else ""
    known = set(words)
    if known & {"origin", "source", "departure"}:
        return 2 if word == "from" else 0
    if known & {"destination", "arrival"}:
        return 2 if word == "to" else 0
    if known & _PLACES:
        return 2 if word in ("in", "at", "near", "for", "of", "to", "from", "between") else 0
    return 2 if word in ("named", "called", "is", "am", "with", "by", "meet", "invite") else 1
