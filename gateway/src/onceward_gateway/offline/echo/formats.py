"""The form of an answer that a prompt asks for in words: a JSON schema in the text, an example, or names of keys."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..json_objects import objects_in
from ..lexicon import members_of, squeezed

__all__ = ["named_keys", "schema_in"]

_LONGEST_SEARCH = 20_000
_DEMAND = re.compile(
    r"\b(?:respond|reply|answer|return|output|outputs|provide|produce|generate|give|write|formatted"
    r"|format|conforms?|extract|in|as|use|using|valid)\b"
    r"[^.\n]{0,80}?\bJSON\b|\bJSON[- ](?:schema|object|format|only|instance)\b|\bjson_schema\b",
    re.IGNORECASE,
)
_NAME = r"[\"'`]?[A-Za-z_]\w*[\"'`]?"
_KIND = r"(?:\s*\((?:a |an )?[\w ]{1,30}\))?"
_KEYS = re.compile(
    rf"\b(?:keys?|fields?|properties|attributes|members)\b(?:\s+(?:named|called|of|are|being))*\s*:?\s*"
    rf"({_NAME}{_KIND}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+){_NAME}{_KIND})*)",
    re.IGNORECASE,
)
_BRACED = re.compile(rf"\{{\s*({_NAME}(?:\s*,\s*{_NAME})*)\s*,?\s*\}}")
_EXTRACTED = re.compile(
    rf"\b(?:extract|with|containing|including|has|return|give me)\s+(?:the |a |an |its |their )?"
    rf"((?:{_NAME})(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+)(?:the |a |an )?{_NAME})*)"
    r"(?=\s+(?:from|of|for|in|as)\b|\s*[.:;!?\n]|$)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:^|[,;.\n])[ \t]*(?:([A-Za-z]\w{0,20}):[ \t]*\w|(age|year|price|count|id|quantity) (?=\d))", re.IGNORECASE
)
_NO_KEYS = frozenset(
    [
        "json",
        "and",
        "or",
        "the",
        "it",
        "only",
        "this",
        "that",
        "valid",
        "text",
        "following",
        "information",
        "data",
        "object",
    ]
)
_ONE_KEY = re.compile(r"([A-Za-z_]\w*)[\"'`]?(?:\s*\((?:a |an )?([\w ]+)\))?")
_MEMBER = re.compile(
    r"[\"']?([A-Za-z_]\w*)[\"']?\s*:\s*[\"'<]?\s*(string|str|text|number|float|integer|int|boolean|bool"
    r"|array|list|object)\b\s*(\[\])?",
    re.IGNORECASE,
)
_KINDS = {
    "str": "string",
    "text": "string",
    "string": "string",
    "float": "number",
    "number": "number",
    "decimal": "number",
    "int": "integer",
    "integer": "integer",
    "bool": "boolean",
    "boolean": "boolean",
    "list": "array",
    "array": "array",
    "object": "object",
    "date": "string",
}


def schema_in(texts: Sequence[str], *, demanded: bool = False) -> Mapping[str, Any] | None:
    """Return the schema of the JSON that the texts ask for, the first that asks; None where none does.

    With `demanded` the request itself wants JSON, and the texts need not say so.
    """
    for text in texts:
        text = squeezed(text[:_LONGEST_SEARCH])
        if not text or not (demanded or _DEMAND.search(text)):
            continue
        found = _schema(text) or _example(text) or _pseudo(text) or _keys(text)
        if found is not None:
            return found
    return None


def _schema(text: str) -> Mapping[str, Any] | None:
    """Return the last JSON schema of a text: prompts explain schemas by an example first."""
    found = [value for value in objects_in(text) if _is_schema(value)]
    return found[-1] if found else None


def _is_schema(value: Mapping[str, Any]) -> bool:
    properties = value.get("properties")
    if (
        isinstance(properties, Mapping)
        and properties
        and all(isinstance(part, Mapping) for part in properties.values())
    ):
        return True
    return ("$schema" in value or "$defs" in value) and ("type" in value or "$ref" in value or "anyOf" in value)


def _example(text: str) -> Mapping[str, Any] | None:
    """Return a schema for an object that a text shows as its example: `{"name": "...", "age": 0}`."""
    if not re.search(
        r"\b(?:like|example|format|form|shape|structure|schema|following|follows|this)\b", text, re.IGNORECASE
    ):
        return None
    found = [value for value in objects_in(text) if value]
    return _schema_of(found[-1]) if found else None


def _schema_of(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        properties = {str(key): _schema_of(item) for key, item in value.items()}
        return {"type": "object", "properties": properties, "required": list(properties)}
    if isinstance(value, list):
        return {"type": "array", "items": _schema_of(value[0]) if value else {"type": "string"}, "minItems": 1}
    if isinstance(value, str):
        kind = _KINDS.get(value.strip(" <>.").lower())
        options = [part.strip() for part in value.split("|")]
        if len(options) > 1 and all(options):
            return {"type": "string", "enum": options}
        return {"type": kind} if kind is not None and kind not in ("array", "object") else {"type": "string"}
    kinds = {bool: "boolean", int: "integer", float: "number"}
    return {"type": kinds[type(value)]} if type(value) in kinds else {}


def _pseudo(text: str) -> Mapping[str, Any] | None:
    """Return the schema of `{"city": string, "population": number}`, a form that is not JSON."""
    at = text.find("{")
    members = _MEMBER.findall(text[at:]) if at >= 0 else []
    if not members:
        return None
    properties: dict[str, Any] = {}
    for name, kind, many in members:
        one = {"type": _KINDS.get(kind.lower(), "string")}
        properties[name] = {"type": "array", "items": one, "minItems": 1} if many else one
    return {"type": "object", "properties": properties, "required": list(properties)}


def _keys(text: str) -> Mapping[str, Any] | None:
    """`Answer as JSON with keys name, age (integer) and email`."""
    found = _KEYS.search(text) or _BRACED.search(text)
    return named_keys(text) or _labelled_keys(text) if found is None else _object_of(found.group(1))


def _labelled_keys(text: str) -> Mapping[str, Any] | None:
    """Return a schema for the labels of a text that is to become JSON: `Name: Bob, age 30. Return JSON`."""
    labels = [first or second for first, second in _LABEL.findall(text)]
    return _object_of(", ".join(dict.fromkeys(label.lower() for label in labels))) if labels else None


def named_keys(text: str) -> Mapping[str, Any] | None:
    """Return a schema for what a text asks to extract, or wants an object with: `the name and age`."""
    for found in _EXTRACTED.finditer(text):
        listed = re.sub(r"\b(?:the|an?)\s+(?=\w)", "", found.group(1), flags=re.IGNORECASE)
        if not _NO_KEYS.intersection(re.findall(r"\w+", re.sub(r"\band\b", ",", listed.lower()))):
            return _object_of(listed)
    return None


def _object_of(listed: str) -> Mapping[str, Any] | None:
    properties: dict[str, Any] = {}
    for name, kind in _ONE_KEY.findall(listed):
        if name.lower() not in ("and", "the", "or"):
            known = next((_KINDS[word] for word in kind.lower().split() if word in _KINDS), None)
            properties[name] = {"type": known} if known else _guessed(name)
    return {"type": "object", "properties": properties, "required": list(properties)} if properties else None


def _guessed(name: str) -> dict[str, Any]:
    """Return the type of a key by its name, where nothing else says it."""
    from ..schema.hints import words_of
    from ..schema.known import numbers_named

    numbers = numbers_named(name)
    words = words_of(name)
    if numbers and words[-1] != "id":
        return {"type": "integer" if isinstance(numbers[0], int) else "number"}
    if words[:1] and words[0] in ("is", "has", "can", "should"):
        return {"type": "boolean"}
    if name.endswith("s") and members_of(name.replace("_", " ")):
        return {"type": "array", "items": {"type": "string"}, "minItems": 1}
    return {"type": "string"}
