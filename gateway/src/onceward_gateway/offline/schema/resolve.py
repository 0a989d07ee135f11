"""Schemas made plain: references followed, `allOf` merged, and the least depth a value must have."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any
from urllib.parse import unquote

from .budget import spend

__all__ = ["Schema", "merge", "plain", "resolve", "types_of"]

Schema = Mapping[str, Any] | bool

_NAMES = ("null", "boolean", "integer", "number", "string", "array", "object")
# Bounds on what a schema made to be expensive may cost; what lies beyond them is left to the check of the value.
_MOST_COMBINE = 16
_MOST_BRANCHES = 64

_LARGER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
_SMALLER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")


def resolve(reference: str, root: Schema) -> Schema:
    """Return the schema that a reference within `root` names; one that leads nowhere accepts everything."""
    if not reference.startswith("#") or not isinstance(root, Mapping):
        return True
    if reference in ("#", "#/"):
        return root
    if not reference.startswith("#/"):
        return _anchored(reference[1:], root) or True
    node: Any = root
    for step in reference[2:].split("/"):
        key = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(node, Mapping) and key in node:
            node = node[key]
        elif isinstance(node, list) and key.isdigit() and int(key) < len(node):
            node = node[int(key)]
        else:
            return True
    return node if isinstance(node, Mapping | bool) else True


def _anchored(name: str, node: Any) -> Schema | None:
    spend()
    if isinstance(node, Mapping):
        if node.get("$anchor") == name or node.get("$dynamicAnchor") == name:
            return node
        children = list(node.values())
    elif isinstance(node, list):
        children = node
    else:
        return None
    return next((found for child in children if (found := _anchored(name, child)) is not None), None)


def plain(schema: Schema, root: Schema, depth: int = 0) -> Schema:
    """`schema` with its own reference and `allOf` merged into it; nested schemas are left as they are."""
    if depth > _MOST_COMBINE:
        return True
    seen: set[str] = set()
    while isinstance(schema, Mapping) and ("$ref" in schema or "$dynamicRef" in schema or "allOf" in schema):
        spend(1 + len(schema))
        rest = {key: value for key, value in schema.items() if key not in ("$ref", "$dynamicRef", "allOf")}
        merged: Schema = rest
        for key in ("$ref", "$dynamicRef"):
            reference = schema.get(key)
            if isinstance(reference, str):
                if reference in seen:
                    continue
                seen.add(reference)
                target = resolve(reference, root)
                if isinstance(target, Mapping) and target is root:
                    target = {name: value for name, value in target.items() if name not in ("$defs", "definitions")}
                merged = merge(target, merged)
        for part in schema.get("allOf") or ():
            merged = merge(merged, plain(part, root, depth + 1))
        schema = merged
    return schema


def merge(left: Schema, right: Schema) -> Schema:
    """Return a schema that accepts what both accept, as far as their keywords can be put together."""
    if isinstance(left, bool) or isinstance(right, bool):
        if left is False or right is False:
            return False
        return right if left is True else left
    spend(1 + len(left) + len(right))
    out: dict[str, Any] = dict(left)
    for key, value in right.items():
        out[key] = _combined(key, out[key], value) if key in out else value
    return out


def _combined(key: str, a: Any, b: Any) -> Any:
    """Return the value of a keyword that both schemas have; the second one's where the two cannot be put together."""
    if key in _LARGER and _number(a) and _number(b):
        return max(a, b)
    if key in _SMALLER and _number(a) and _number(b):
        return min(a, b)
    if key == "multipleOf" and isinstance(a, int) and isinstance(b, int):
        return math.lcm(a, b)
    combine = _COMBINE.get(key)
    return b if combine is None else combine(a, b)


def _common_values(a: Any, b: Any) -> list[Any]:
    spend(len(a) * len(b) // 16)
    return [value for value in a if value in b]


def _all_names(a: Any, b: Any) -> list[Any]:
    return list(dict.fromkeys([*a, *b]))


def _combined_properties(a: Any, b: Any) -> dict[str, Any]:
    return {**a, **b, **{name: merge(a[name], b[name]) for name in a.keys() & b.keys()}}


def _combined_schemas(a: Any, b: Any) -> Any:
    return b if isinstance(a, list) or isinstance(b, list) else {"allOf": [a, b]}


def _all_schemas(a: Any, b: Any) -> Any:
    return a if _equal(a, b) else a + b


def _combined_branches(a: Any, b: Any) -> Any:
    if _equal(a, b):
        return a
    return list(islice(({"allOf": [x, y]} for x in a for y in b), _MOST_BRANCHES))


def _either(a: Any, b: Any) -> dict[str, Any]:
    return {"anyOf": [a, b]}


def _equal(a: Any, b: Any) -> bool:
    """Equality whose steps are counted: merged schemas share their parts, and comparing those can take for ever."""
    spend()
    if a is b:
        return True
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    return type(a) is type(b) and bool(a == b)


def _common_types(a: Any, b: Any) -> Any:
    first, second = ([a] if isinstance(a, str) else list(a)), ([b] if isinstance(b, str) else list(b))
    both = [name for name in first if name in second]
    if "integer" not in both and (
        ("integer" in first and "number" in second) or ("integer" in second and "number" in first)
    ):
        both.append("integer")
    return both[0] if len(both) == 1 else both


_COMBINE: Mapping[str, Callable[[Any, Any], Any]] = {
    "type": _common_types,
    "enum": _common_values,
    "required": _all_names,
    "properties": _combined_properties,
    "patternProperties": _combined_properties,
    "items": _combined_schemas,
    "additionalProperties": _combined_schemas,
    "propertyNames": _combined_schemas,
    "allOf": _all_schemas,
    "anyOf": _combined_branches,
    "oneOf": _combined_branches,
    "if": _combined_branches,
    "not": _either,
}


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def types_of(schema: Mapping[str, Any]) -> list[str]:
    """Return the types that a plain schema accepts: said, or read from its keywords, or all."""
    said = schema.get("type")
    if isinstance(said, str):
        names = [said]
    elif isinstance(said, list):
        names = [name for name in said if isinstance(name, str)]
    else:
        names = _implied(schema)
    if schema.get("nullable") is True and "null" not in names:
        names.append("null")
    return names


def _implied(schema: Mapping[str, Any]) -> list[str]:
    signs = {
        "object": (
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
            "minProperties",
            "propertyNames",
        ),
        "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
        "string": ("minLength", "maxLength", "pattern", "format"),
        "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    }
    names = [name for name, keys in signs.items() if any(key in schema for key in keys)]
    return names or ["string", *(name for name in _NAMES if name != "string")]
