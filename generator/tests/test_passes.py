"""Each pass: its purpose and its idempotence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from contracts import HERE, NO_PUBLISHED, PUBLISHED, REFS, SMALL, SPLIT, bundled, context, schema_document
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onceward_generator import build_api
from onceward_generator.diagnostics import ContractError
from onceward_generator.load import Map, read_text, write_yaml
from onceward_generator.model import ListType, Nullable, Ref
from onceward_generator.normalise import PASSES
from onceward_generator.normalise.context import each_schema, schemas_of
from onceward_generator.plan.python import plan

PASS = dict(PASSES)


def after(*names: str, schema: str, others: str = "") -> Any:
    """Return the schema `A` after some passes."""
    document = schema_document(f"{{A: {schema}, {others}}}")
    for name in names:
        document = PASS[name](document, context())
    return schemas_of(document)["A"]


SCHEMA_PASSES = ("dialect", "nullable", "consts", "inheritance", "all_of", "unions")


def canonical(schema: str, others: str = "") -> Any:
    return after(*SCHEMA_PASSES, schema=schema, others=others)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{type: [string]}", {"type": "string"}),
        ("{properties: {x: true}}", {"properties": {"x": {}}, "type": "object"}),
        ("{type: number, minimum: 0, exclusiveMinimum: true}", {"type": "number", "exclusiveMinimum": 0}),
        ("{type: file}", {"type": "string", "format": "binary"}),
        ("{items: {type: string}}", {"type": "array", "items": {"type": "string"}}),
        ("{$ref: '#/components/schemas/A', type: object}", {"$ref": "#/components/schemas/A"}),
        (
            "{properties: {a: {$recursiveRef: '#'}}}",
            {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}}},
        ),
    ],
)
def test_dialect(written: str, read: object) -> None:
    assert after("dialect", schema=written) == read


@pytest.mark.parametrize(
    "written",
    [
        "{type: string, nullable: true}",
        "{type: [string, 'null']}",
        "{anyOf: [{type: string}, {type: 'null'}]}",
        "{oneOf: [{type: 'null'}, {type: string, nullable: true}]}",
    ],
)
def test_every_way_of_saying_null_is_one_bit(written: str) -> None:
    holder = after("dialect", "nullable", schema=f"{{type: object, properties: {{x: {written}}}}}")
    assert holder["properties"]["x"] == {"type": "string", "nullable": True}


def test_a_nullable_named_schema_makes_its_references_nullable() -> None:
    schema = "{type: object, properties: {x: {$ref: '#/components/schemas/B'}}}"
    holder = after("dialect", "nullable", schema=schema, others="B: {type: [object, 'null']}")
    assert holder["properties"]["x"] == {"$ref": "#/components/schemas/B", "nullable": True}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{enum: [one]}", {"type": "string", "const": "one"}),
        ("{type: string, enum: [1, true, no]}", {"type": "string", "enum": ["1", "true", "no"]}),
        ("{enum: [1, 2.5]}", {"type": "number", "enum": [1, 2.5]}),
        ("{enum: [true, false]}", {"type": "boolean"}),
        ("{const: 3}", {"type": "integer", "const": 3}),
        ("{type: string, enum: [a, a, b]}", {"type": "string", "enum": ["a", "b"]}),
    ],
)
def test_consts(written: str, read: object) -> None:
    assert after("dialect", "nullable", "consts", schema=written) == read


def test_all_of_joins_objects_field_by_field() -> None:
    merged = canonical(
        "{allOf: [{$ref: '#/components/schemas/B'}, {properties: {y: {type: string}}, required: [y]}], description: D}",
        "B: {type: object, required: [x], properties: {x: {type: string}}, description: not this}",
    )
    assert merged == {
        "type": "object",
        "properties": {"x": {"type": "string"}, "y": {"type": "string"}},
        "required": ["x", "y"],
        "description": "D",
    }


def test_all_of_one_is_that_one() -> None:
    schema = "{allOf: [{$ref: '#/components/schemas/B'}], nullable: true, description: D}"
    holder = canonical(f"{{type: object, properties: {{x: {schema}}}}}", "B: {type: string}")
    assert holder["properties"]["x"] == {"$ref": "#/components/schemas/B", "nullable": True, "description": "D"}


def test_all_of_a_schema_that_is_part_of_itself() -> None:
    assert (
        canonical("{allOf: [{$ref: '#/components/schemas/A'}, {properties: {x: {type: string}}}]}")["type"] == "object"
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{anyOf: [{type: string}, {enum: [a, b]}]}", {"type": "string", "enum": ["a", "b"], "x-onceward-open": True}),
        ("{oneOf: [{const: a}, {const: b}]}", {"type": "string", "enum": ["a", "b"]}),
        ("{anyOf: [{type: integer}, {type: number}]}", {"type": "number"}),
        ("{anyOf: [{type: string}, {}]}", {}),
        ("{anyOf: [{type: string}]}", {"type": "string"}),
        (
            "{anyOf: [{type: string}, {oneOf: [{type: integer}, {type: string}]}]}",
            {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        ),
        (
            "{type: object, properties: {a: {type: string}}, anyOf: [{required: [a]}, {required: [b]}]}",
            {"type": "object", "properties": {"a": {"type": "string"}}},
        ),
    ],
)
def test_unions(written: str, read: object) -> None:
    assert canonical(written) == read


@pytest.mark.parametrize("path", [*SMALL, SPLIT, REFS], ids=lambda path: path.stem)
def test_each_pass_changes_nothing_the_second_time(path: Path) -> None:
    _assert_idempotent(bundled(path))


@pytest.mark.skipif(not PUBLISHED, reason=NO_PUBLISHED)
@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_each_pass_changes_nothing_the_second_time_on_published_contracts(path: Path) -> None:
    _assert_idempotent(bundled(path))


def _assert_idempotent(document: Map) -> None:
    for name, run in PASSES:
        before = write_yaml(document)
        once = run(document, context())
        assert run(once, context()) == once, f"`{name}` is not idempotent"
        assert write_yaml(document) == before, f"`{name}` wrote into its input"
        document = once


names = st.sampled_from(["A", "B", "C"])
plain = st.sampled_from(
    [
        {"type": "string"}, {"type": "integer"}, {"type": "null"}, {"type": ["string", "null"]}, {"enum": ["a", "b"]},
        {"enum": ["a", None]}, {"const": "k"}, {"type": "object"}, {}, {"type": "string", "nullable": True},
        {"enum": [1, "a"]},
        {"type": "number", "exclusiveMinimum": True, "minimum": 1},
    ]
) | names.map(lambda name: {"$ref": f"#/components/schemas/{name}"})  # fmt: skip


def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, min_size=1, max_size=3)
    fields = st.dictionaries(st.sampled_from(["x", "y", "type"]), inner, max_size=3)
    return st.one_of(
        some.map(lambda members: {"anyOf": members}),
        some.map(lambda members: {"oneOf": members}),
        some.map(lambda members: {"allOf": members}),
        fields.map(lambda properties: {"type": "object", "properties": properties, "required": ["x"]}),
        inner.map(lambda items: {"type": "array", "items": items}),
        inner.map(lambda extra: {"type": "object", "additionalProperties": extra}),
        st.tuples(fields, some).map(lambda pair: {"properties": pair[0], "oneOf": pair[1]}),
    )


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


_ROUND = {
    "A": {
        "oneOf": [
            {"type": "object", "properties": {"x": _ref("B")}, "required": ["x"]},
            {"type": "object", "properties": {"x": {"const": "b"}, "y": {}}, "required": ["x", "y"]},
        ]
    },
    "B": _ref("C"),
    "C": _ref("B"),
}


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys("ABC", st.recursive(plain, grown, max_leaves=8))))
@example(_ROUND)
def test_any_schemas_normalise_and_stay_normalised(schemas: dict[str, Any]) -> None:
    body = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}
    operation = {"requestBody": body, "responses": {"200": {"description": "", "content": body["content"]}}}
    tree = {"openapi": "3.1.0", "paths": {"/a": {"post": operation}}, "components": {"schemas": schemas}}
    document = read_text(write_yaml(tree), "any.yaml")
    _assert_idempotent(document)


def test_a_nullable_union_that_holds_itself_comes_to_an_end() -> None:
    assert "nullable" not in canonical("{oneOf: [{$ref: '#/components/schemas/A'}, {enum: [a, null]}]}")


def test_all_of_over_a_union_that_holds_itself_comes_to_an_end() -> None:
    union = "B: {oneOf: [{$ref: '#/components/schemas/B'}, {properties: {x: {type: string}}}]}"
    merged = canonical("{allOf: [{properties: {y: {type: string}}}, {$ref: '#/components/schemas/B'}]}", union)
    assert set(merged["properties"]) == {"x", "y"}


def typed(path: Path) -> dict[str, Any]:
    """Return the types of a contract by key, and check that they are at most twice what the contract writes down."""
    api, _ = build_api(path)
    written = sum(
        bool({"properties", "enum", "oneOf", "anyOf", "allOf"} & set(one)) for one in each_schema(bundled(path))
    )
    assert len(api.types) <= 2 * written
    return {key: one.type for key, one in api.types.items()}


def test_a_property_that_is_declared_again_is_the_narrower_declaration() -> None:
    types = typed(HERE / "contracts" / "inheritance.yaml")
    fields = {field.wire: field.type for field in types["BigBox"].fields}
    assert fields["content"] == ListType(Ref("SameEvent"))
    assert fields["animal"] == Ref("Cow")
    assert fields["size"] == Ref("Size")
    assert [member.value for member in types[fields["label"].key].members] == ["a", "b"]
    assert [field.wire for field in types[fields["place"].key].fields] == ["shelf", "row"]


def test_unions_of_properties_are_not_multiplied(tmp_path: Path) -> None:
    names = [f"V{index}" for index in range(12)]
    variants = ", ".join(
        f"{n}: {{type: object, properties: {{t: {{const: {n}}}, {n}: {{type: string}}}}}}" for n in names
    )
    links = ", ".join(f"{{$ref: '#/components/schemas/{n}'}}" for n in names)
    unions = ", ".join(f"U{index}: {{oneOf: [{links}]}}" for index in range(6))
    field = "{{type: array, items: {{$ref: '#/components/schemas/U{}'}}}}"
    levels = "L0: {type: object, properties: {items: " + field.format(0) + "}}"
    for index in range(1, 6):
        own = f"{{type: object, properties: {{items: {field.format(index)}}}}}"
        levels += f", L{index}: {{allOf: [{{$ref: '#/components/schemas/L{index - 1}'}}, {own}]}}"
    answer = "{description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/L5'}}}}"
    path = tmp_path / "blowup.yaml"
    path.write_text(
        f"openapi: 3.1.0\ninfo: {{title: B}}\npaths: {{/a: {{get: {{responses: {{'200': {answer}}}}}}}}}\n"
        f"components: {{schemas: {{{variants}, {unions}, {levels}}}}}\n"
    )
    types = typed(path)
    assert types["L5"].fields[0].type == ListType(Ref("U5"))
    assert len(types) == 12 + 1 + 1


def test_two_unions_in_one_all_of_are_the_variants_that_fit_together() -> None:
    others = (
        "B: {type: object, properties: {t: {const: b}}},"
        "C: {type: object, properties: {t: {const: c}}}, U: {oneOf: [{$ref: '#/components/schemas/B'},"
        "{$ref: '#/components/schemas/C'}]}, V: {oneOf: [{$ref: '#/components/schemas/C'},"
        "{$ref: '#/components/schemas/D'}]}, D: {type: object, properties: {t: {const: d}}}"
    )
    met = canonical("{allOf: [{$ref: '#/components/schemas/U'}, {$ref: '#/components/schemas/V'}]}", others)
    assert met == {"$ref": "#/components/schemas/C"}


def test_unions_that_do_not_fit_together_are_reported() -> None:
    document = schema_document(
        "{A: {allOf: [{oneOf: [{$ref: '#/components/schemas/B'}, {$ref: '#/components/schemas/C'}]},"
        "{oneOf: [{$ref: '#/components/schemas/D'}, {$ref: '#/components/schemas/E'}]}]},"
        "B: {properties: {b: {}}}, C: {properties: {c: {}}}, D: {properties: {d: {}}}, E: {properties: {e: {}}}}"
    )
    found = context()
    for name in ("dialect", "nullable", "consts", "inheritance", "all_of"):
        document = PASS[name](document, found)
    assert [one.code for one in found.report.diagnostics] == ["W101"]
    links = [member["$ref"].rpartition("/")[2] for member in schemas_of(document)["A"]["oneOf"]]
    assert links == ["D", "E"]


def test_copies_of_one_declaration_share_one_type(tmp_path: Path) -> None:
    parameter = "{$ref: '#/components/parameters/order'}"
    answer = "{$ref: '#/components/responses/Page'}"
    paths = ", ".join(
        f"/p{index}: {{get: {{operationId: get{index}, parameters: [{parameter}], responses: {{'200': {answer}}}}}}}"
        for index in range(9)
    )
    child = "{allOf: [{$ref: '#/components/schemas/Base'}, {type: object, properties: {own: {type: string}}}]}"
    children = ", ".join(f"C{index}: {child}" for index in range(9))
    fields = ", ".join(f"c{index}: {{$ref: '#/components/schemas/C{index}'}}" for index in range(9))
    path = tmp_path / "shared.yaml"
    path.write_text(
        f"openapi: 3.0.3\ninfo: {{title: S}}\npaths: {{{paths}}}\ncomponents:\n"
        "  parameters: {order: {name: order, in: query, schema: {type: string, enum: [up, down]}}}\n"
        "  responses: {Page: {description: p, content: {application/json: {schema: "
        f"{{properties: {{{fields}}}}}}}}}}}}}\n"
        "  schemas: {Base: {type: object, properties: {meta: {nullable: true, properties: {a: {type: string}}}, state:"
        f" {{type: array, items: {{type: string, enum: [on, off]}}}}}}}}, {children}}}\n"
    )
    types = typed(path)
    assert set(types) == {"Order", "Page", "BaseMeta", "BaseStateItem", *(f"C{index}" for index in range(9))}
    fields_of_one = {field.wire: field.type for field in types["C3"].fields}
    assert fields_of_one["meta"] == Nullable(Ref("BaseMeta"))


@pytest.mark.parametrize("kinds", ["null", "[string, null]"])
def test_the_type_null_without_quotes_is_the_type(kinds: str) -> None:
    found = context()
    document = PASS["malformed"](schema_document(f"{{A: {{type: {kinds}}}}}"), found)
    read = schemas_of(document)["A"]["type"]
    assert read == ("null" if kinds == "null" else ["string", "null"])
    assert [one.code for one in found.report.diagnostics] == ["W113"]


JUNK: list[Any] = [
    None,
    "text",
    0,
    1.5,
    True,
    [],
    {},
    ["a"],
    {"$ref": "#/components/schemas/Gone"},
    {"a": 1},
    [None],
    [{}],
]


@cache
def _json_of(path: Path) -> str:
    return json.dumps(read_text(path.read_text(encoding="utf-8"), path.name))


def _places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in entries:
        yield (*path, key)
        yield from _places(child, (*path, key))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(SMALL), st.randoms(use_true_random=False), st.lists(st.sampled_from(JUNK), min_size=1, max_size=3)
)
def test_a_malformed_contract_is_an_error_or_a_warning_and_never_a_traceback(
    path: Path, random: Random, values: list[Any]
) -> None:
    tree = json.loads(_json_of(path))
    # Each value is copied by itself: copied together, equal ones would stay one object, which could get into itself.
    for value in map(deepcopy, values):
        places = list(_places(tree))
        *parents, last = random.choice(places)
        node = tree
        for key in parents:
            node = node[key]
        node[last] = value
    try:
        api, _ = build_api("a.json", read=lambda _: json.dumps(tree).encode())
    except ContractError:
        return
    plan(api)
