"""Name the variants of a union after their content, not after their position."""

from __future__ import annotations

import json

from onceward_generator.load import Map, Node
from onceward_generator.model import Name
from onceward_generator.words import apart, digest, snake, split

from .consts import kind_of
from .context import component_key

__all__ = ["labels"]

_KINDS = {
    "string": "text",
    "array": "list",
    "number": "number",
    "integer": "integer",
    "boolean": "flag",
    "object": "object",
}


def labels(variants: list[Map], named: Map) -> list[Name]:
    """Return a unique name for each variant."""
    candidates = [_candidate(variant, named) for variant in variants]
    for index, candidate in enumerate(candidates):
        if candidates.count(candidate) > 1:
            candidates[index] = f"{candidate} {_difference(variants[index], variants)}"
    for index, candidate in enumerate(candidates):
        if candidates.count(candidate) > 1:
            candidates[index] = f"{candidate} {digest(json.dumps(variants[index], sort_keys=True, default=str))}"
    unique = apart(candidates)
    return [unique[candidate] for candidate in candidates]


def _candidate(variant: Map, named: Map) -> str:
    key = component_key(variant)
    if key is not None:
        return key
    if variant.text("title"):
        return str(variant["title"])
    if "const" in variant:
        return str(variant["const"])
    fields = variant.map("properties")
    for field in (fields or {}).values():
        if isinstance(field, Map) and isinstance(field.get("const"), str):
            return str(field["const"])
    if variant.get("type") == "array":
        item = variant.get("items")
        return f"{snake(split(_candidate(item, named)))} list" if isinstance(item, Map) and item else "list"
    if "oneOf" in variant:
        return (
            "object"
            if variant.get("x-onceward-group") == "object"
            else "list"
            if "x-onceward-group" in variant
            else "choice"
        )
    if "enum" in variant:
        return "choice" if kind_of(variant["enum"][0]) == "string" else "number choice"
    if variant.get("type") == "string" and variant.get("format") in {"binary", "date-time", "date", "uri", "uuid"}:
        return str(variant["format"])
    return _KINDS.get(str(variant.get("type")), "other")


def _difference(variant: Map, variants: list[Map]) -> str:
    """Return a key that only this variant has, preferably a required one."""
    fields: dict[str, Node] = variant.map("properties") or {}
    others: set[str] = set()
    for other in variants:
        if other is not variant:
            others |= set(other.map("properties") or {})
    required: list[Node] = list(variant.seq("required") or ())
    for key in (*required, *fields):
        if key in fields and key not in others:
            return str(key)
    return ""
