"""Every bound of every JSON request in the contract: the SDK and the gateway allow the same values."""

from __future__ import annotations

import copy
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

import onceward
import onceward.resources
from onceward._core.operation import Operation
from onceward._core.params import split
from onceward_gateway.core.errors import ApiError
from onceward_gateway.http.contract import load_contract
from onceward_gateway.http.validation import Contract, Specification

DOCUMENT = load_contract()
CONTRACT = Contract(DOCUMENT)
UNIONS = ("oneOf", "anyOf", "allOf")
SPECIAL = {
    r"^[1-9][0-9]{0,5}(s|m|h|d|w|mo|y)$": ("30d", ["", "x", "0d", "30d\n", "1mo"]),
    "^sk-[A-Za-z0-9_-]{43}$": (f"sk-{'a' * 43}", ["sk-", f"sk-{'a' * 44}"]),
}
ONE = "one"
"""The place of an item of a list, or of a value under a free name of an object."""

Step = str | tuple[str, Any]


def operations() -> Iterator[tuple[Operation, Specification, dict[str, Any]]]:
    for info in pkgutil.walk_packages(onceward.resources.__path__, "onceward.resources."):
        for operation in vars(importlib.import_module(info.name)).values():
            if not isinstance(operation, Operation) or operation.body is None or operation.body.kind != "json":
                continue
            specification = CONTRACT.find(operation.method, operation.path)
            if specification is not None:
                body = DOCUMENT["paths"][operation.path][operation.method.lower()]["requestBody"]
                yield operation, specification, CONTRACT.resolve(body)["content"]["application/json"]["schema"]


def members(schema: Any) -> dict[str, Any]:
    schema = CONTRACT.resolve(schema)
    found: dict[str, Any] = {}
    for part in schema.get("allOf", ()):
        found.update(members(part))
    return {**found, **schema.get("properties", {})}


def required(schema: Any) -> list[str]:
    schema = CONTRACT.resolve(schema)
    return [*schema.get("required", ()), *(name for part in schema.get("allOf", ()) for name in required(part))]


def valid(schema: Any) -> Any:
    """A small value that the schema allows."""
    schema = CONTRACT.resolve(schema)
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    for word in ("oneOf", "anyOf"):
        if word in schema:
            return valid(schema[word][0])
    kind = schema.get("type", "object")
    kind = kind if isinstance(kind, str) else kind[0]
    if kind == "string":
        return SPECIAL.get(schema.get("pattern", ""), ("x" * max(1, schema.get("minLength", 0)), []))[0]
    if kind in ("integer", "number"):
        return min(schema.get("minimum", 0) + 1, schema.get("maximum", 1))
    if kind == "array":
        return [valid(schema["items"])] * max(1, schema.get("minItems", 0))
    if kind in ("boolean", "null"):
        return True if kind == "boolean" else None
    if schema.get("minProperties"):
        return {"k": valid(schema["additionalProperties"])}
    return {name: valid(members(schema)[name]) for name in required(schema)}


def places(schema: Any, path: tuple[Step, ...] = (), seen: frozenset[str] = frozenset()) -> Iterator[tuple[Any, Any]]:
    """Each schema below one, and the way to it. A step into an object brings the other members that it must have."""
    name = schema.get("$ref", "")
    if len(path) > 8 or name in seen:
        return
    seen |= {name} - {""}
    schema = CONTRACT.resolve(schema)
    yield path, schema
    for word in UNIONS:
        for part in schema.get(word, ()):
            yield from places(part, path, seen)
    whole = {one: valid(members(schema)[one]) for one in required(schema) if one in members(schema)}
    for member, part in members(schema).items():
        yield from places(part, (*path, (member, whole)), seen)
    for word, step in (("items", ONE), ("additionalProperties", ("k", {}))):
        if isinstance(schema.get(word), dict):
            yield from places(schema[word], (*path, step), seen)


def placed(path: tuple[Step, ...], value: Any) -> Any:
    for step in reversed(path):
        value = [value] if isinstance(step, str) else {**copy.deepcopy(step[1]), step[0]: value}
    return value


def probes(schema: Any) -> Iterator[Any]:
    """Values at each bound of a schema, and just beyond it."""
    yield None
    for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        if word in schema:
            yield from (schema[word] + step for step in (-1, -0.01, 0, 0.01, 1))
    for word in ("minLength", "maxLength"):
        if schema.get(word, 10**6) < 100_000:
            yield from ("x" * max(0, schema[word] + step) for step in (-1, 0, 1))
    for word in ("minItems", "maxItems"):
        if schema.get(word, 10**6) < 3_000:
            yield from ([valid(schema["items"])] * max(0, schema[word] + step) for step in (-1, 0, 1))
    if "minProperties" in schema:
        yield from ({}, {"k": "x"})
    if "pattern" in schema:
        right, wrong = SPECIAL.get(schema["pattern"], ("", []))
        yield from (right, *wrong)


def sent_by_sdk(operation: Operation, body: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """Return the first fault, and the body that is sent: without optional members that are None and may not be."""
    names = {param.wire: name for name, param in operation.params.items() if param.place == "body"}
    arguments = {names[wire]: value for wire, value in body.items()}
    elsewhere = {n: "x" for n, param in operation.params.items() if param.place != "body" and param.required}
    try:
        parts = split(operation, {**elsewhere, **arguments})
    except onceward.ParameterError as error:
        return error.faults[0], body
    return None, parts.body


def refused_by_gateway(specification: Specification, body: dict[str, Any]) -> str | None:
    try:
        specification.check_json(body)
    except ApiError as error:
        return str(error)
    return None


OPERATIONS = {operation.id: (operation, specification, schema) for operation, specification, schema in operations()}


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_sdk_and_the_gateway_have_the_same_bounds(name: str) -> None:
    operation, specification, schema = OPERATIONS[name]
    assert refused_by_gateway(specification, valid(schema)) is None
    names = {param.wire for param in operation.params.values() if param.place == "body"}
    for path, place in places(schema):
        if not path or path[0][0] not in names:
            continue
        for value in probes(place):
            body = placed(path, value)
            ours, sent = sent_by_sdk(operation, body)
            theirs = refused_by_gateway(specification, sent)
            assert sent == body or value is None
            assert (ours is None) == (theirs is None), (path, value, ours, theirs)


def test_the_table_holds_the_bounds_that_the_contract_has() -> None:
    rows = [row for _, _, schema in OPERATIONS.values() for _, place in places(schema) for row in probes(place)]
    assert len([row for row in rows if row is not None]) > 500
