"""Random JSON schemas that have values, for the filler's property test."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

__all__ = ["schemas"]

Schema = dict[str, Any]
_names = st.sampled_from(
    [
        "name",
        "city",
        "age",
        "email",
        "count",
        "is_open",
        "items",
        "next",
        "tags",
        "x",
        "ünit",
        "start_date",
        "$odd",
        "a/b",
    ]
)
_texts = st.text(max_size=8)
_patterns = st.sampled_from(
    [
        "^[a-z]+$",
        "^[A-Z]{3}-[0-9]{4}$",
        r"^\d{3}$",
        "^(foo|bar)(-(baz|qux))?$",
        r"^\w+@\w+\.com$",
        "^[^a-f]{2,5}$",
        "ab*c",
        "^#[0-9a-fA-F]{6}$",
    ]
)
_formats = st.sampled_from(
    ["date-time", "date", "time", "email", "uri", "uuid", "ipv4", "ipv6", "hostname", "duration", "unheard-of"]
)


@st.composite
def _strings(draw: st.DrawFn) -> Schema:
    out: Schema = {"type": "string"}
    kind = draw(st.integers(0, 3))
    if kind == 1:
        low = draw(st.integers(0, 30))
        out["minLength"] = low
        if draw(st.booleans()):
            out["maxLength"] = low + draw(st.integers(0, 10))
    elif kind == 2:
        out["pattern"] = draw(_patterns)
    elif kind == 3:
        out["format"] = draw(_formats)
    return out


@st.composite
def _numbers(draw: st.DrawFn) -> Schema:
    whole = draw(st.booleans())
    out: Schema = {"type": "integer" if whole else "number"}
    if draw(st.booleans()):
        low = draw(st.integers(-1000, 1000))
        out[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = low
        if draw(st.booleans()):
            out[draw(st.sampled_from(["maximum", "exclusiveMaximum"]))] = low + draw(st.integers(10, 500))
    elif draw(st.booleans()):
        out["maximum"] = draw(st.integers(-50, 50))
    if draw(st.booleans()):
        out["multipleOf"] = draw(st.integers(1, 5)) if whole else draw(st.sampled_from([1, 2, 5, 0.5, 0.25]))
    return out


_plain = st.sampled_from(
    [{"type": "boolean"}, {"type": "null"}, {}, True, {"type": ["string", "null"]}, {"type": ["integer", "string"]}]
)
_options = st.lists(st.one_of(_texts, st.integers(), st.none(), st.booleans()), min_size=1, max_size=4).map(
    lambda values: {"enum": values}
)
_consts = st.one_of(_texts, st.integers(), st.lists(st.integers(), max_size=2)).map(lambda value: {"const": value})
_leaves: st.SearchStrategy[Any] = st.one_of(_strings(), _numbers(), _plain, _options, _consts)


@st.composite
def _objects(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> Schema:
    properties = draw(st.dictionaries(_names, inner, max_size=4))
    out: Schema = {"type": "object", "properties": properties}
    out["required"] = draw(st.lists(st.sampled_from(sorted(properties)), unique=True)) if properties else []
    kind = draw(st.integers(0, 4))
    if kind == 0:
        out["additionalProperties"] = False
    elif kind == 1:
        out["additionalProperties"] = draw(inner)
        out["minProperties"] = draw(st.integers(0, len(properties) + 2))
    elif kind == 2 and properties:
        out["maxProperties"] = max(1, len(out["required"]))
    elif kind == 3:
        out["patternProperties"] = {"^extra_": {"type": "integer"}}
    return out


@st.composite
def _arrays(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> Schema:
    low = draw(st.integers(0, 3))
    out: Schema = {"type": "array", "items": draw(inner), "minItems": low}
    if draw(st.booleans()):
        out["maxItems"] = low + draw(st.integers(0, 3))
    kind = draw(st.integers(0, 4))
    if kind == 0:
        out["items"] = draw(
            st.one_of(
                _strings().filter(lambda s: "pattern" not in s and "format" not in s and s.get("maxLength", 9) > 3),
                _plain_integers,
            )
        )
        out["uniqueItems"] = True
    elif kind == 1:
        out["prefixItems"] = draw(st.lists(inner, min_size=1, max_size=2))
        out["minItems"] = min(low, len(out["prefixItems"]))
    elif kind == 2:
        out = {"type": "array", "contains": {"type": "integer"}}
    return out


_plain_integers = st.just({"type": "integer"})


def _branches(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    some = st.lists(inner, min_size=1, max_size=3)
    tagged = st.lists(st.dictionaries(_names, inner, max_size=2), min_size=2, max_size=3).map(
        lambda parts: {
            "oneOf": [
                {"type": "object", "properties": {"kind": {"const": f"k{at}"}, **part}, "required": ["kind"]}
                for at, part in enumerate(parts)
            ]
        }
    )
    both = st.tuples(_objects(inner), st.dictionaries(st.sampled_from(["added", "more"]), inner, min_size=1)).map(
        lambda pair: {
            "allOf": [
                {**pair[0], "additionalProperties": True, "maxProperties": 99},
                {"properties": pair[1], "required": sorted(pair[1])},
            ]
        }
    )
    return st.one_of(some.map(lambda parts: {"anyOf": parts}), tagged, both)


def _recursive(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    return st.tuples(inner, st.booleans()).map(
        lambda pair: (
            {
                "$ref": "#/$defs/Node",
                "$defs": {
                    "Node": {
                        "type": "object",
                        "properties": {
                            "value": pair[0],
                            "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
                            "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
                        },
                        "required": ["value", "next", "children"],
                        "additionalProperties": False,
                    }
                },
            }
            if pair[1]
            else {
                "type": "object",
                "properties": {
                    "first": {"$ref": "#/$defs/part"},
                    "again": {"$ref": "#"},
                    "list": {"type": "array", "items": {"$ref": "#"}},
                },
                "required": ["first"],
                "$defs": {"part": pair[0]},
            }
        )
    )


_nested: st.SearchStrategy[Any] = st.recursive(
    _leaves, lambda inner: st.one_of(_objects(inner), _arrays(inner), _branches(inner)), max_leaves=12
)
schemas: st.SearchStrategy[Any] = st.one_of(_nested, _recursive(_nested))
