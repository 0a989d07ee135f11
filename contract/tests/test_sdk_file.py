"""``sdk.yaml`` refers only to what the contract has, and covers all of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

import onceward
from onceward._brand import BRAND
from onceward._core.behaviour import LOGGED_HEADERS
from onceward_generator.behaviour import LOGGED, Behaviour, Clocks

__all__: list[str] = []

ROOT = Path(__file__).parent.parent
CONTRACT: dict[str, Any] = yaml.load((ROOT / "openapi.yaml").read_bytes(), Loader=yaml.CSafeLoader)
SDK: dict[str, Any] = yaml.load((ROOT / "sdk.yaml").read_bytes(), Loader=yaml.CSafeLoader)
VERBS = ("get", "put", "post", "delete", "patch")
ENDPOINTS = {f"{verb.upper()} {path}" for path, item in CONTRACT["paths"].items() for verb in VERBS if verb in item}
ENTRIES: dict[str, dict[str, Any]] = {
    endpoint: {"name": entry} if isinstance(entry, str) else entry for endpoint, entry in SDK["methods"].items()
}
SKIPPED = [endpoint for endpoint, entry in ENTRIES.items() if entry.get("skip")]
METHODS = {endpoint: entry for endpoint, entry in ENTRIES.items() if endpoint not in SKIPPED}


def operation(endpoint: str) -> tuple[dict[str, Any], dict[str, Any]]:
    verb, path = endpoint.split(" ")
    item: dict[str, Any] = CONTRACT["paths"][path]
    return item, item[verb.lower()]


def resolve(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        _, _, kind, name = node["$ref"].split("/")
        node = CONTRACT["components"][kind][name]
    return node


def parameters(endpoint: str) -> dict[str, dict[str, Any]]:
    item, own = operation(endpoint)
    found = [resolve(parameter) for parameter in (*item.get("parameters", ()), *own.get("parameters", ()))]
    return {parameter["name"]: parameter for parameter in found}


def body_properties(endpoint: str) -> dict[str, Any]:
    """Return the top-level members of the body; none if the operation has no body."""
    body = operation(endpoint)[1].get("requestBody")
    if body is None:
        return {}
    (content,) = body["content"].values()
    schema = resolve(content["schema"])
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        found |= resolve(part).get("properties", {})
    return found


def test_every_operation_is_a_method_or_an_alias_and_nothing_else_is() -> None:
    named = [*METHODS, *SKIPPED, *(alias for entry in METHODS.values() for alias in entry.get("aliases", ()))]
    assert len(named) == len(set(named))
    assert set(named) == ENDPOINTS


def test_method_names_are_unique() -> None:
    names = [entry["name"] for entry in METHODS.values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("endpoint", METHODS)
def test_aliases_point_at_the_method_in_the_contract_too(endpoint: str) -> None:
    for alias in METHODS[endpoint].get("aliases", ()):
        assert operation(alias)[1]["x-alias-of"] == operation(endpoint)[1]["operationId"]
        assert operation(alias)[1]["responses"].keys() == operation(endpoint)[1]["responses"].keys()


@pytest.mark.parametrize("endpoint", SKIPPED)
def test_what_is_skipped_is_a_method_by_another_verb(endpoint: str) -> None:
    own = operation(endpoint)[1]
    (same,) = [name for name in METHODS if operation(name)[1]["operationId"] == own["x-alias-of"]]
    assert same.split(" ")[1] == endpoint.split(" ")[1]
    assert operation(same)[1]["requestBody"] == own["requestBody"]
    assert operation(same)[1]["responses"] == own["responses"]


@pytest.mark.parametrize("endpoint", METHODS)
def test_streams_are_those_of_the_contract(endpoint: str) -> None:
    declared = operation(endpoint)[1].get("x-stream")
    name = METHODS[endpoint].get("stream")
    assert (name is None) == (declared is None)
    if declared is None:
        return
    stream = SDK["streams"][name]
    assert stream["flag"] == declared["flag"]
    assert stream.get("done") == declared["terminator"]
    assert stream.get("terminal", []) == declared["terminal_events"]
    assert stream["resumable"] == declared["resumable"]
    event = operation(endpoint)[1]["responses"]["200"]["content"]["text/event-stream"]["schema"]["$ref"]
    assert stream["event"] == event.rsplit("/", 1)[1]
    variants = {
        resolve(variant)["properties"][stream["tag"]]["const"]
        for variant in CONTRACT["components"]["schemas"][stream["event"]].get("oneOf", ())
    }
    assert set(stream.get("terminal", ())) <= variants


@pytest.mark.parametrize("endpoint", METHODS)
def test_pages_are_those_of_the_contract(endpoint: str) -> None:
    (content, *_) = operation(endpoint)[1]["responses"]["200"]["content"].values()
    schema = resolve(content["schema"])
    properties = schema.get("properties", {})
    walked = {"data", "has_more", "next_cursor", "total_pages"} & set(properties)
    name = METHODS[endpoint].get("pages")
    assert (name is not None) or not (endpoint.startswith("GET ") and walked)
    if name is None:
        return
    assert endpoint.startswith("GET ")
    page = SDK["pages"][name]
    for key in ("items", "has_more", "last_id", "next", "total", "total_pages"):
        if page.get(key):
            assert page[key] in properties, key
    for key in ("cursor_param", "limit_param"):
        if page.get(key):
            assert parameters(endpoint)[page[key]]["in"] == "query"


@pytest.mark.parametrize("endpoint", METHODS)
def test_text_answers_are_declared(endpoint: str) -> None:
    has_text = "text/plain" in operation(endpoint)[1]["responses"]["200"]["content"]
    when = METHODS[endpoint].get("text_when", {})
    assert has_text == bool(when)
    assert set(when) <= set(body_properties(endpoint) if when else ())


def test_noted_params_exist() -> None:
    for endpoint, notes in SDK["params"].items():
        assert set(notes) <= set(parameters(endpoint)) | set(body_properties(endpoint))


def test_resources_are_those_of_the_methods() -> None:
    paths = {entry["name"].rpartition(".")[0] for entry in METHODS.values()}
    with_parents = paths | {path.rsplit(".", count)[0] for path in paths for count in range(1, path.count(".") + 1)}
    assert set(SDK["resources"]) == with_parents


def test_auth_is_a_scheme_of_the_contract() -> None:
    assert SDK["auth"] in CONTRACT["components"]["securitySchemes"]


def test_header_parameters_are_carried_by_the_client_or_have_a_plain_name() -> None:
    owned = {name.lower() for name in SDK["behaviour"]["headers"]["owned"]}
    prefixes = tuple(name[:-1] for name in owned if name.endswith("*"))
    for endpoint in METHODS:
        for name, parameter in parameters(endpoint).items():
            if parameter["in"] == "header" and name.lower() not in owned:
                named = name in SDK["params"].get(endpoint, {})
                assert named or name.lower().startswith(prefixes), f"{endpoint}: {name}"


def test_no_header_that_carries_a_secret_is_logged() -> None:
    logged = SDK["behaviour"]["headers"]["logged"]
    assert logged == sorted(logged)
    secret = {
        scheme["name"].lower() for scheme in CONTRACT["components"]["securitySchemes"].values() if "name" in scheme
    }
    assert not [name for name in logged if name in secret or "key-" in name or name in ("authorization", "cookie")]


def test_errors_cover_every_status_and_type() -> None:
    errors: dict[str, dict[str, Any]] = SDK["behaviour"]["errors"]
    assert all(entry.get("parent", "api_status") in errors for entry in errors.values())
    statuses = [status for entry in errors.values() for status in entry.get("statuses", ())]
    assert len(statuses) == len(set(statuses))
    assert {400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 502, 529} <= set(statuses)
    types = [
        name for entry in errors.values() for key in ("types", "types_without_status") for name in entry.get(key, ())
    ]
    assert len(types) == len(set(types))
    assert set(CONTRACT["components"]["schemas"]["ErrorType"]["anyOf"][0]["enum"]) <= set(types)


def test_behaviour_is_that_of_the_python_sdk_and_the_default_of_the_generator() -> None:
    client = onceward.Onceward(api_key="sk-x")
    assert SDK["behaviour"]["clocks"] == dataclasses.asdict(onceward.Timeout()) == dataclasses.asdict(Clocks())
    retries, backoff, default = SDK["behaviour"]["retries"], onceward.Backoff(), Behaviour()
    config = client._settings.config
    assert retries["max"] == client.max_retries == default.max_retries
    assert retries["initial"] == backoff.base == default.backoff.initial
    assert retries["cap"] == backoff.cap == default.backoff.cap
    assert retries["factor"] == backoff.delay(1, Largest()) / backoff.delay(0, Largest()) == default.backoff.factor
    assert set(retries["statuses"]) == BRAND.behaviour.retry_statuses == set(default.retry_statuses)
    assert retries["max_retry_after"] == config.max_retry_after == default.backoff.max_retry_after
    assert frozenset(LOGGED) == LOGGED_HEADERS


class Largest(Random):
    """Draws the largest value, so that a delay is its upper bound."""

    def random(self) -> float:
        return 1.0
