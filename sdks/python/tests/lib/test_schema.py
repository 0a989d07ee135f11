"""Strict schemas: their content, and the report of what they cannot express."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Literal

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from onceward import SchemaError
from onceward.lib.chat.parse import format_of
from onceward.tools.strict_schema import to_strict


class Address(BaseModel):
    street: str
    zip: str | None = None


class Color(Enum):
    red = "red"
    blue = "blue"


class Person(BaseModel):
    """A person."""

    name: str = Field(min_length=1, description="Full name")
    born: date
    color: Color = Color.red
    address: Address
    old: list[Address] = []
    kind: Literal["a", "b"]


class Node(BaseModel):
    value: int
    children: list[Node]


def losses(form: Any) -> list[str]:
    return [str(one) for one in to_strict(TypeAdapter(form).json_schema()).losses]


def every_object(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for item in node for found in every_object(item)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") == "object" else []
    return own + [found for value in node.values() for found in every_object(value)]


def test_a_model_becomes_strict_and_says_what_it_could_not_enforce() -> None:
    strict = to_strict(Person.model_json_schema())
    assert strict.losses == ()
    for one in every_object(strict.schema):
        assert one["additionalProperties"] is False
        assert one["required"] == list(one["properties"])
    assert strict.schema["properties"]["name"]["description"] == "Full name (at least 1 characters)"
    assert "default" not in json.dumps(strict.schema)
    assert [note.path for note in strict.notes if "may be left out" in note.reason] == [
        "Person.color", "Person.old", "Address.zip",
    ]  # fmt: skip
    jsonschema.Draft202012Validator.check_schema(strict.schema)


def test_recursion_keeps_its_references_and_the_root_is_an_object() -> None:
    strict = to_strict(Node.model_json_schema())
    assert strict.losses == ()
    assert strict.schema["type"] == "object"
    jsonschema.validate({"value": 1, "children": [{"value": 2, "children": []}]}, strict.schema)


@pytest.mark.parametrize(
    ("form", "place", "reason"),
    [
        (dict[str, int], "Answer", "free keys"),
        (tuple[int, str], "Answer", "by position"),
        (list[Any], "Answer[]", "any value"),
    ],
)
def test_what_cannot_be_said_is_told_with_its_place(form: Any, place: str, reason: str) -> None:
    found = losses(form)
    assert any(one.startswith(f"`{place}`") and reason in one for one in found), found


def test_the_error_names_the_field_and_the_way_out() -> None:
    class Bag(BaseModel):
        name: str
        counts: dict[str, int]

    with pytest.raises(SchemaError) as caught:
        format_of(Bag)
    assert "`Bag.counts`" in str(caught.value)
    assert "lossy=True" in str(caught.value)
    format = format_of(Bag, lossy=True)
    assert format.param["json_schema"]["strict"] is False
    assert format.param["json_schema"]["schema"]["properties"]["counts"]["additionalProperties"] == {"type": "integer"}
    assert format.read('{"name": "a", "counts": {"x": 1}}') == (Bag(name="a", counts={"x": 1}), None)


def test_extra_allow_is_taken() -> None:
    class Open(BaseModel):
        model_config = ConfigDict(extra="allow")
        name: str

    strict = to_strict(Open.model_json_schema())
    assert strict.losses == ()
    assert strict.schema["additionalProperties"] is False


def test_all_of_and_one_of_are_resolved() -> None:
    schema = {
        "title": "Both",
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"$ref": "#/$defs/More"},
        ],
        "$defs": {"More": {"type": "object", "properties": {"b": {"oneOf": [{"type": "string"}, {"type": "null"}]}}}},
    }
    strict = to_strict(schema)
    assert strict.losses == ()
    assert list(strict.schema["properties"]) == ["a", "b"]
    assert "anyOf" in strict.schema["properties"]["b"]


def test_a_plain_object_without_members_is_a_loss_in_the_users_schema() -> None:
    assert to_strict({"type": "object"}).losses
    assert not to_strict({"type": "object", "properties": {}}).losses


def test_too_deep_is_told() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(12):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    assert any("nested deeper" in loss.reason for loss in to_strict(schema).losses)


@dataclass
class Point:
    x: int
    y: int | None = None


names = st.sampled_from(["a", "b", "c"])
scalars = st.sampled_from(
    [{"type": "string"}, {"type": "integer", "minimum": 0}, {"type": "boolean"}, {"enum": ["x", "y"]}]
)
schemas = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.builds(lambda item: {"type": "array", "items": item}, inner),
        st.builds(
            lambda members: {"type": "object", "properties": members, "required": sorted(members)[:1]},
            st.dictionaries(names, inner, min_size=1),
        ),
        st.builds(lambda one, other: {"anyOf": [one, other]}, inner, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(schemas)
def test_whatever_is_compiled_is_a_valid_strict_schema(schema: dict[str, Any]) -> None:
    strict = to_strict(schema, "Answer")
    assert strict.losses == ()
    jsonschema.Draft202012Validator.check_schema(strict.schema)
    assert strict.schema["type"] == "object"
    assert to_strict(strict.schema, "Answer").schema == strict.schema
