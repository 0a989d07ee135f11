"""The check of a value against a schema: the assertions of JSON Schema 2020-12 that the filler must look ahead for.

Formats are not asserted (2020-12 makes them annotations); references to other documents accept everything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from .budget import spend
from .pattern import matches
from .resolve import Schema, resolve

__all__ = ["fits", "same"]

_MOST_STEPS = 100


def same(a: Any, b: Any) -> bool:
    """Equality as JSON sees it: 1 and 1.0 are one value, 1 and true are two."""
    spend()
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return bool(a == b)


def fits(value: Any, schema: Schema, root: Schema, steps: int = 0) -> bool:
    """Return whether `value` is valid under `schema`, whose local references are read in `root`."""
    spend()
    if isinstance(schema, bool):
        return schema
    if steps > _MOST_STEPS:
        return True
    if "$ref" in schema and not fits(value, resolve(str(schema["$ref"]), root), root, steps + 1):
        return False
    if not _type_fits(value, schema):
        return False
    if value is None and schema.get("nullable") is True:
        return True
    if "const" in schema and not same(value, schema["const"]):
        return False
    if "enum" in schema and not any(same(value, item) for item in schema["enum"]):
        return False
    check = _BY_TYPE.get(type(value))
    if check is not None and not check(value, schema, root, steps):
        return False
    return _combined(value, schema, root, steps)


def _combined(value: Any, schema: Mapping[str, Any], root: Schema, steps: int) -> bool:
    def good(part: Schema) -> bool:
        return fits(value, part, root, steps + 1)

    if not all(good(part) for part in schema.get("allOf") or ()):
        return False
    if "anyOf" in schema and not any(good(part) for part in schema["anyOf"]):
        return False
    if "oneOf" in schema and sum(good(part) for part in schema["oneOf"]) != 1:
        return False
    if "not" in schema and good(schema["not"]):
        return False
    if "if" in schema:
        branch = schema.get("then", True) if good(schema["if"]) else schema.get("else", True)
        return good(branch)
    return True


def _type_fits(value: Any, schema: Mapping[str, Any]) -> bool:
    said = schema.get("type")
    if said is None:
        return True
    names = [said] if isinstance(said, str) else said
    if value is None and schema.get("nullable") is True:
        return True
    return any(_is(value, name) for name in names)


def _is(value: Any, name: str) -> bool:
    if name == "integer":
        return not isinstance(value, bool) and (
            isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        )
    if name == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    kinds: dict[str, type] = {"null": type(None), "boolean": bool, "string": str, "array": list, "object": dict}
    return isinstance(value, kinds.get(name, object))


def _string_fits(value: str, schema: Mapping[str, Any], root: Schema, steps: int) -> bool:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", math.inf):
        return False
    return "pattern" not in schema or matches(schema["pattern"], value)


def _number_fits(value: float, schema: Mapping[str, Any], root: Schema, steps: int) -> bool:
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    above, below = schema.get("exclusiveMinimum", -math.inf), schema.get("exclusiveMaximum", math.inf)
    if above is True:
        above = low
    if below is True:
        below = high
    if value < low or value > high:
        return False
    if (above is not False and value <= above) or (below is not False and value >= below):
        return False
    step = schema.get("multipleOf")
    return not step or Fraction(str(value)) % Fraction(str(step)) == 0


def _array_fits(value: list[Any], schema: Mapping[str, Any], root: Schema, steps: int) -> bool:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", math.inf):
        return False
    if schema.get("uniqueItems") and any(same(a, b) for at, a in enumerate(value) for b in value[:at]):
        return False
    first, rest = schema.get("prefixItems"), schema.get("items", True)
    if first is None and isinstance(rest, list):
        first, rest = rest, schema.get("additionalItems", True)
    first = first or []
    if not all(fits(item, part, root, steps + 1) for item, part in zip(value, first, strict=False)):
        return False
    if not all(fits(item, rest, root, steps + 1) for item in value[len(first) :]):
        return False
    if "contains" in schema:
        found = sum(fits(item, schema["contains"], root, steps + 1) for item in value)
        return bool(schema.get("minContains", 1) <= found <= schema.get("maxContains", math.inf))
    return True


def _object_fits(value: dict[str, Any], schema: Mapping[str, Any], root: Schema, steps: int) -> bool:
    if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", math.inf):
        return False
    if any(name not in value for name in schema.get("required") or ()):
        return False
    properties, patterns = schema.get("properties") or {}, schema.get("patternProperties") or {}
    others = schema.get("additionalProperties", True)
    for name, item in value.items():
        parts = [properties[name]] if name in properties else []
        parts += [part for pattern, part in patterns.items() if matches(pattern, name)]
        if not all(fits(item, part, root, steps + 1) for part in parts or [others]):
            return False
        if "propertyNames" in schema and not fits(name, schema["propertyNames"], root, steps + 1):
            return False
    for name, needed in (schema.get("dependentRequired") or {}).items():
        if name in value and any(other not in value for other in needed):
            return False
    for name, part in (schema.get("dependentSchemas") or {}).items():
        if name in value and not fits(value, part, root, steps + 1):
            return False
    return True


_BY_TYPE: dict[type, Callable[[Any, Mapping[str, Any], Schema, int], bool]] = {
    str: _string_fits,
    int: _number_fits,
    float: _number_fits,
    list: _array_fits,
    dict: _object_fits,
}
