"""Filling of JSON schemas: whatever the schema, what comes out is valid, and it holds words of the conversation."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onceward_gateway.offline.schema import (
    Hints,
    fill,
    fits,
)
from onceward_gateway.offline.schema.fill import Unfillable

from .schemas import schemas

TALK = Hints(
    [
        "I am Ada Lovelace (ada@example.org), 36 years old, from London and Paris. Add 2 and 3 on Friday.",
        '{"x": "said"}',
    ]
)


@settings(max_examples=400, deadline=None)
@given(schemas, st.sampled_from([Hints(()), TALK]))
def test_every_value_is_valid(schema: Any, hints: Hints) -> None:
    value = json.loads(json.dumps(fill(schema, hints)))
    jsonschema.Draft202012Validator(schema).validate(value)


@settings(max_examples=200, deadline=None)
@given(
    schemas,
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=5)),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["name", "city", "kind", "x"]), inner, max_size=3)
        ),
    ),
)
def test_the_look_ahead_agrees_with_the_reference(schema: Any, value: Any) -> None:
    assert fits(value, schema, schema) == jsonschema.Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "number", "multipleOf": 0.01, "minimum": 0.05, "maximum": 0.05},
        {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001},
        {"type": "string", "minLength": 200, "maxLength": 200},
        {"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": True, "minItems": 3},
        {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True, "minItems": 2},
        {"not": {"type": "string"}},
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}},
            "required": ["a"],
            "not": {"properties": {"a": {"minimum": 5}}},
        },
        {
            "type": "object",
            "properties": {"kind": {"enum": ["x", "y"]}},
            "required": ["kind"],
            "if": {"properties": {"kind": {"const": "x"}}},
            "then": {"required": ["only_x"]},
        },
        {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 2.5}]},
        {"type": "object", "propertyNames": {"pattern": "^[a-z]{4}$"}, "minProperties": 3},
        {
            "type": "object",
            "patternProperties": {"^v[0-9]$": {"type": "null"}},
            "additionalProperties": False,
            "minProperties": 2,
        },
        {"type": "object", "properties": {"a": {}, "b": {}}, "dependentRequired": {"a": ["b", "c"]}},
        {"type": "array", "contains": {"const": 7}, "minContains": 2, "maxContains": 3},
        {
            "$ref": "#/$defs/tree",
            "$defs": {"tree": {"type": "array", "items": {"$ref": "#/$defs/tree"}, "minItems": 0}},
        },
        {"allOf": [{"type": "integer", "minimum": 10}, {"maximum": 12}, {"multipleOf": 4}]},
        {"anyOf": [{"type": "string", "pattern": "(?=never)x"}, {"type": "null"}]},
    ],
    ids=str,
)
def test_corners(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(schema).validate(fill(schema))


@pytest.mark.parametrize(
    "schema", [False, {"enum": []}, {"type": "integer", "minimum": 3, "maximum": 2}, {"not": {}}], ids=str
)
def test_a_schema_without_values_is_an_error(schema: Any) -> None:
    with pytest.raises(Unfillable):
        fill(schema)


def test_the_spellings_of_openapi_30() -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer", "nullable": True, "minimum": 0, "exclusiveMinimum": True}},
        "required": ["n"],
    }
    assert fill(schema)["n"] is None or fill(schema)["n"] > 0


def test_values_come_from_the_conversation() -> None:
    event = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "date": {"type": "string"},
            "participants": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["name", "date", "participants"],
    }
    value = fill(event, Hints(["Alice and Bob are going to a science fair on Friday."]))
    assert value["date"] == "Friday"
    assert value["participants"] == ["Alice", "Bob"]


@pytest.mark.parametrize(
    ("text", "name", "schema", "wanted"),
    [
        ("The order number is 4711.", "order_number", {"type": "integer"}, 4711),
        ("Write to grace@example.com today", "email", {"type": "string"}, "grace@example.com"),
        ("Set the unit to fahrenheit", "unit", {"enum": ["celsius", "fahrenheit"]}, "fahrenheit"),
        ('Take {"colour": "teal"} please', "colour", {"type": "string"}, "teal"),
        ("It is 36 years old", "age", {"type": "integer", "minimum": 0}, 36),
        ("What is the weather in New York?", "location", {"type": "string"}, "New York"),
        ("title: The Sea", "title", {"type": "string"}, "The Sea"),
        ("urgent: yes", "urgent", {"type": "boolean"}, True),
        ("deadline 2025-03-01", "deadline", {"type": "string", "format": "date"}, "2025-03-01"),
    ],
)
def test_values_in_the_prompt_are_used(text: str, name: str, schema: dict[str, Any], wanted: Any) -> None:
    whole = {"type": "object", "properties": {name: schema}, "required": [name]}
    assert fill(whole, Hints([text])) == {name: wanted}


def test_numbers_are_taken_in_order() -> None:
    whole = {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}, "required": ["a", "b"]}
    assert fill(whole, Hints(["add 2 and 3.5"])) == {"a": 2, "b": 3.5}


def test_the_same_request_gives_the_same_value() -> None:
    schema = {"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}, "n": {"type": "integer"}}}
    assert fill(schema) == fill(schema)


@pytest.mark.parametrize(
    ("asked", "properties", "expected"),
    [
        ("Tell me about France", ["capital", "country", "population"], ["Paris", "France", 68000000]),
        ("Give me the capital and population of France", ["capital", "population"], ["Paris", 68000000]),
        ("Tell me about Lisbon", ["country", "population"], ["Portugal", 545000]),
        ("Tell me about Lisbon", ["city", "country", "population"], ["Lisbon", "Portugal", 545000]),
    ],
)
def test_facts_are_of_what_the_object_is_about(asked: str, properties: list[str], expected: list[Any]) -> None:
    kinds = {name: {"type": "integer" if name == "population" else "string"} for name in properties}
    found = fill({"type": "object", "properties": kinds, "required": properties}, Hints([asked]))
    assert [found[name] for name in properties] == expected


@pytest.mark.parametrize(
    ("form", "asked", "expected"),
    [
        ("date", "The date is 2024-05-06.", "2024-05-06"),
        ("date-time", "The date is 2024-05-06.", "2024-05-06T09:30:00Z"),
        ("date", "Dinner on 5 May 2026", "2026-05-05"),
        ("date", "Dinner on May 5, 2026", "2026-05-05"),
        ("date", "Dinner on Friday", "2025-01-15"),
        ("email", "The date: bob", "ada@example.com"),
        ("uuid", "date: 5", None),
    ],
)
def test_words_are_written_in_the_format_of_a_property(form: str, asked: str, expected: str | None) -> None:
    schema = {"type": "object", "properties": {"date": {"type": "string", "format": form}}, "required": ["date"]}
    found = fill(schema, Hints([asked]))["date"]
    assert found == expected if expected is not None else len(found) == 36
