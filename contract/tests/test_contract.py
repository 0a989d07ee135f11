"""The contract follows its own rules: valid OpenAPI, valid examples, one error format, idempotency keys."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

__all__: list[str] = []

ROOT = Path(__file__).parent.parent
CONTRACT: dict[str, Any] = yaml.load((ROOT / "openapi.yaml").read_bytes(), Loader=yaml.CSafeLoader)
SDK: dict[str, Any] = yaml.load((ROOT / "sdk.yaml").read_bytes(), Loader=yaml.CSafeLoader)
REGISTRY: Registry[Any] = Registry().with_resource("urn:contract", DRAFT202012.create_resource(CONTRACT))
VERBS = ("get", "put", "post", "delete", "patch")
STATUSES = (400, 401, 402, 403, 404, 405, 408, 409, 410, 412, 413, 422, 429, 500, 502, 503, 504, 529)
IMPERATIVES = {
    *("Add", "Block", "Calculate", "Cancel", "Check", "Count", "Create", "Delete", "Edit", "Flush"),
    *("List", "Regenerate", "Remove", "Reset", "Retrieve", "Transform", "Unblock", "Update", "Upload"),
}
ENVELOPE = {"$ref": "#/components/schemas/ErrorResponse"}


def operations() -> dict[str, dict[str, Any]]:
    """Return every operation by ``METHOD path``, with the parameters of its path added."""
    found: dict[str, dict[str, Any]] = {}
    for path, item in CONTRACT["paths"].items():
        for verb in VERBS:
            if verb in item:
                parameters = [*item.get("parameters", ()), *item[verb].get("parameters", ())]
                found[f"{verb.upper()} {path}"] = {**item[verb], "parameters": parameters}
    return found


OPERATIONS = operations()


def resolve(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = CONTRACT
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def pointer(*keys: str) -> str:
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)


def walk(node: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield every mapping of the contract with its place, except inside examples."""
    if isinstance(node, dict):
        yield at, node
        for key, value in node.items():
            if key not in ("example", "examples") or at[-1:] == ("properties",):
                yield from walk(value, (*at, str(key)))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, (*at, str(index)))


def examples() -> Iterator[tuple[str, str, Any]]:
    """Yield every example, with the place of its schema."""
    for at, node in walk(CONTRACT):
        schema = pointer(*at, "schema") if "schema" in node else pointer(*at)
        if "example" in node and at[-1:] != ("properties",):
            yield pointer(*at, "example"), schema, node["example"]
        if "examples" in node and "schema" in node:
            for name, example in node["examples"].items():
                yield pointer(*at, "examples", name), schema, example["value"]


EXAMPLES = {place: (schema, value) for place, schema, value in examples()}


def test_bundle_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(CONTRACT).validate()


def test_bundle_is_what_the_source_says(tmp_path: Path) -> None:
    out = tmp_path / "openapi.yaml"
    program = str(Path(sys.executable).with_name("onceward-generate"))
    command = [program, "bundle", str(ROOT / "source" / "root.yaml"), "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert out.read_bytes() == (ROOT / "openapi.yaml").read_bytes()


def test_component_names_are_unique_over_all_files() -> None:
    seen: dict[tuple[str, str], str] = {}
    for file in sorted((ROOT / "source").glob("*.yaml")):
        components = yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader).get("components", {})
        for kind, members in components.items():
            for name, value in members.items():
                if "$ref" not in value or not value["$ref"].startswith("./"):
                    assert (kind, name) not in seen, f"`{name}` is in {file.name} and in {seen[kind, name]}"
                    seen[kind, name] = file.name
    bundled = {(kind, name) for kind, members in CONTRACT["components"].items() for name in members}
    assert set(seen) == bundled


def test_source_files_are_short_enough_to_read() -> None:
    for file in (ROOT / "source").glob("*.yaml"):
        lines = file.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 600, file.name
        assert max(map(len, lines)) <= 120, file.name


def test_servers_have_no_version_segment() -> None:
    assert not [server["url"] for server in CONTRACT["servers"] if re.search(r"/v\d", server["url"])]


@pytest.mark.parametrize("place", EXAMPLES)
def test_example_fits_its_schema(place: str) -> None:
    schema, value = EXAMPLES[place]
    jsonschema.Draft202012Validator({"$ref": f"urn:contract#{schema}"}, registry=REGISTRY).validate(value)


@pytest.mark.parametrize("endpoint", OPERATIONS)
def test_operation_says_what_it_is(endpoint: str) -> None:
    operation = OPERATIONS[endpoint]
    assert operation["summary"].split()[0] in IMPERATIVES
    assert not operation["summary"].endswith(".")
    assert operation["description"].endswith(".")
    assert len(operation["tags"]) == 1
    names = [resolve(parameter)["name"] for parameter in operation["parameters"]]
    assert len(names) == len(set(names))
    assert "X-Request-Id" in names


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("endpoint", OPERATIONS)
def test_key_is_taken_wherever_a_repeat_would_cost_or_change(endpoint: str) -> None:
    names = [resolve(parameter)["name"] for parameter in OPERATIONS[endpoint]["parameters"]]
    assert ("Idempotency-Key" in names) == (not endpoint.startswith("GET "))


@pytest.mark.parametrize("endpoint", OPERATIONS)
def test_every_failure_is_the_one_envelope(endpoint: str) -> None:
    responses = OPERATIONS[endpoint]["responses"]
    names = [resolve(parameter)["name"] for parameter in OPERATIONS[endpoint]["parameters"]]
    of_ranges = {"206", "416"} if "Range" in names else set[str]()
    assert {str(status) for status in STATUSES} | {"default", "200"} | of_ranges == set(responses)
    for status, response in responses.items():
        if status not in ("200", "206"):
            content = resolve(response)["content"]
            assert list(content) == ["application/json"]
            assert content["application/json"]["schema"] == ENVELOPE


@pytest.mark.parametrize("endpoint", OPERATIONS)
def test_successes_are_typed_and_have_an_example(endpoint: str) -> None:
    response = OPERATIONS[endpoint]["responses"]["200"]
    assert "x-request-id" in response["headers"]
    for media_type, content in response["content"].items():
        assert content["schema"]
        binary = content["schema"].get("format") == "binary"
        assert binary or "example" in content or "examples" in content, media_type


@pytest.mark.parametrize("endpoint", OPERATIONS)
def test_bodies_have_an_example_and_take_unknown_fields(endpoint: str) -> None:
    for content in OPERATIONS[endpoint].get("requestBody", {}).get("content", {}).values():
        assert "example" in content or "examples" in content


def test_no_object_refuses_unknown_fields() -> None:
    closed = [pointer(*at) for at, node in walk(CONTRACT) if node.get("additionalProperties") is False]
    assert not [place for place in closed if "/schemas/" in place]


def test_open_enums_take_what_they_do_not_list() -> None:
    for at, node in walk(CONTRACT["components"]["schemas"]):
        if node.get("x-open-enum"):
            validator = jsonschema.Draft202012Validator(
                {"$ref": f"urn:contract#/components/schemas{pointer(*at)}"}, registry=REGISTRY
            )
            validator.validate("something-new")


def test_discriminators_name_every_variant_by_its_tag() -> None:
    for at, node in walk(CONTRACT["components"]["schemas"]):
        if isinstance(node.get("discriminator"), dict) and "oneOf" in node:
            mapping = node["discriminator"]["mapping"]
            assert set(mapping.values()) == {variant["$ref"] for variant in node["oneOf"]}, pointer(*at)
            for value, ref in mapping.items():
                tag = resolve({"$ref": ref})["properties"][node["discriminator"]["propertyName"]]
                assert tag["const"] == value


@pytest.mark.parametrize("endpoint", [name for name, operation in OPERATIONS.items() if "x-stream" in operation])
def test_streams_declare_flag_event_and_end(endpoint: str) -> None:
    operation = OPERATIONS[endpoint]
    stream = operation["x-stream"]
    assert "text/event-stream" in operation["responses"]["200"]["content"]
    assert stream["terminator"] or stream["terminal_events"]
    (body,) = operation["requestBody"]["content"].values()
    schema = resolve(body["schema"])
    properties = {**schema.get("properties", {})}
    for part in schema.get("allOf", ()):
        properties |= resolve(part).get("properties", {})
    assert stream["flag"] in properties
    assert "Last-Event-ID" in [resolve(parameter)["name"] for parameter in operation["parameters"]]
