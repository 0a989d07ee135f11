"""Management requests take what the contract names and nothing else: a restriction is never dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from onceward_gateway.entry.app import App
from onceward_gateway.entry.services import Services
from onceward_gateway.http.request import Access

from ..databases import settings_for
from .contract_requests import DOCUMENT, followed
from .kit import World

TYPO = "max_budgett"


def example(schema: Any) -> Any:
    """The smallest value with every declared object in it, so that each depth can be given an unknown member."""
    schema = followed(schema)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    merged: dict[str, Any] = {}
    for branch in schema.get("allOf", ()):
        merged |= example(branch)
    for name, part in schema.get("properties", {}).items():
        merged[name] = example(part)
    if merged:
        return merged
    for word in ("anyOf", "oneOf"):
        for branch in schema.get(word, ()):
            return example(branch)
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return {"one": example(schema["additionalProperties"])}
    if kind == "array":
        return [example(schema.get("items", {}))]
    return {"string": "x", "integer": 1, "number": 1, "boolean": True, "null": None, "object": {}}[kind]


def objects(value: Any, schema: Any, at: str = "") -> Iterator[tuple[dict[str, Any], str]]:
    """The objects in an example that declare their members, and where they are."""
    schema = followed(schema)
    for word in ("anyOf", "oneOf"):
        if word in schema and "properties" not in schema:
            yield from objects(value, schema[word][0], at)
            return
    parts = [followed(part) for part in (schema, *map(followed, schema.get("allOf", ())))]
    declared: dict[str, Any] = {}
    for part in parts:
        for inner in (part, *map(followed, part.get("allOf", ()))):
            declared |= inner.get("properties", {})
    if isinstance(value, dict) and schema.get("additionalProperties") is True:
        return
    if isinstance(value, dict) and declared:
        yield value, at
        for name, part in declared.items():
            yield from objects(value.get(name), part, f"{at}.{name}" if at else name)
    elif isinstance(value, dict) and isinstance(schema.get("additionalProperties"), dict):
        yield from objects(value["one"], schema["additionalProperties"], f"{at}.one")
    elif isinstance(value, list):
        yield from objects(value[0], schema.get("items", {}), f"{at}[0]")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    made = App(Services(settings_for(tmp_path_factory.mktemp("app"), auth_mode="required")))
    yield made
    asyncio.run(made.gateway.db.close())


def writes(app: App) -> Iterator[tuple[str, str, Any]]:
    """Every management write that the contract has: method, path and the schema of its body."""
    for route in app.table.routes:
        spec = DOCUMENT["paths"].get(route.path, {}).get(route.method.lower())
        if route.access is Access.PLATFORM and route.method != "GET" and spec is not None:
            content = followed(spec.get("requestBody") or {}).get("content", {})
            yield route.method, route.path, content.get("application/json", {}).get("schema")


def test_every_management_write_refuses_unknown_members_at_every_depth(app: App, world: World) -> None:
    """A write that is added later is found here by its access, without being named."""
    checked = 0
    for method, path, schema in writes(app):
        url = path.replace("{key}", "key_x").replace("{credential_name}", "x")
        count = 1 if schema is None else len(list(objects(example(schema), schema)))
        for number in range(count):
            body: Any = {} if schema is None else example(schema)
            held, at = (body, "") if schema is None else list(objects(body, schema))[number]
            held[TYPO] = 5
            answer = world.master.request(method, url, body)
            place = f"{at}.{TYPO}" if at else TYPO
            assert answer.status_code == 400, (method, path, at, answer.text)
            error = answer.json()["error"]
            assert (error["code"], error["param"]) == ("unknown_parameter", place), (method, path, at, error)
            assert f"`{place}`" in error["message"]
            checked += 1
        answer = world.master.request(method, url, minimal(schema), dry_run="true")
        assert answer.json()["error"]["param"] == "dry_run", (method, path, answer.text)
    assert checked > 60


def minimal(schema: Any) -> dict[str, Any]:
    """A body with the required members alone."""
    if schema is None:
        return {}
    found: dict[str, Any] = {}
    for part in (followed(schema), *map(followed, followed(schema).get("allOf", ()))):
        for inner in (part, *map(followed, part.get("allOf", ()))):
            for name in inner.get("required", ()):
                found[name] = example(inner["properties"][name])
    return found


def test_all_unknown_members_are_named_with_suggestions(world: World) -> None:
    error = world.master.refused(
        "/key/generate", 400, max_budgett=5, permissions={}, enforced_params=None, Models=["onceward/echo"]
    )
    message = error["message"]
    assert "`max_budgett` is not a field of this request; did you mean `max_budget`?" in message
    assert "did you mean `models`?" in message
    for name in ("permissions", "enforced_params"):
        assert f"`{name}`" in message
    assert message.endswith("Nothing was changed. Correct or remove them.")


def test_a_member_given_twice_is_refused(world: World) -> None:
    """Readers differ in whether the first or the last of the two counts."""
    raw = b'{"max_budget": 1, "max_budget": 1000000, "metadata": {}}'
    answer = world.master.client.post("/key/generate", content=raw, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "duplicate_parameter"


def test_metadata_stays_the_callers_own(world: World) -> None:
    made = world.master.made("/key/generate", metadata={"max_budgett": {"deep": [{"x": 1}]}})
    assert made["metadata"] == {"max_budgett": {"deep": [{"x": 1}]}}


def test_an_unknown_filter_is_refused_rather_than_ignored(world: World) -> None:
    answer = world.master.get("/key/list", teamid="team_x")
    assert answer.status_code == 400
    assert "did you mean `team_id`?" in answer.json()["error"]["message"]
