"""Random contracts: the client sends what an independent reader and validator accept, and reads what was sent.

The reader knows only the specification: it takes the raw request apart by the declared styles.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_plus

import jsonschema
import pytest
from openapi_spec_validator import validate
from wire_server import Answer, Recorded

sys.path.insert(0, str(Path(__file__).parent))

from grammar import Case, make_case

SEEDS = range(24)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_sent_and_read_is_what_the_contract_says(wire: Any, seed: int) -> None:
    case = make_case(seed)
    text = json.dumps(case.document)
    validate(json.loads(text.replace("SERVER", "http://127.0.0.1")))
    sdk = wire.sdk(text)
    (path,) = case.document["paths"]
    wire.server.answer(Answer(json.dumps(case.answer).encode()))
    names = [p["name"] for p in case.parameters if p["in"] == "path"]
    by_name = {param.wire: "_".join(param.name) for param in _only_method(sdk).params}
    values = {by_name[name]: value for name, value in case.arguments.items() if name not in names}
    body = {by_name[name]: value for name, value in (case.body or {}).items()}
    got = sdk.method(sdk.client(), f"POST {path}")(*(case.arguments[name] for name in names), **values, **body)

    for parameter in case.parameters:
        assert _received(wire.last, path, parameter) == case.arguments[parameter["name"]], parameter
    if case.media_type is not None:
        _check_body(wire.last, case, path)
    jsonschema.validate(case.answer, _resolved(case.response_schema, case), cls=jsonschema.Draft202012Validator)
    assert got.to_dict() == case.answer


def _only_method(sdk: Any) -> Any:
    (resource,) = sdk.api.resources
    while resource.children:
        (resource,) = resource.children
    (method,) = resource.methods
    return method


# --- an independent reading of the request ---------------------------------------------------------------------------


def _check_body(request: Recorded, case: Case, path: str) -> None:
    assert request.header("content-type") == case.media_type
    (content,) = case.document["paths"][path]["post"]["requestBody"]["content"].values()
    schema = _resolved(content["schema"], case)
    if case.media_type == "application/json":
        body = request.json()
    else:
        fields = schema["properties"]
        pairs = [pair.partition("=") for pair in request.body.decode().split("&") if pair]
        body = {unquote_plus(name): _typed(unquote_plus(text), fields[unquote_plus(name)]) for name, _, text in pairs}
    jsonschema.validate(body, schema, cls=jsonschema.Draft202012Validator)
    assert body == case.body


def _resolved(schema: Any, case: Case) -> Any:
    """Return a schema for the validator: references replaced, and `nullable` of OpenAPI 3.0 as a type."""
    if isinstance(schema, list):
        return [_resolved(one, case) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(case.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], case)
    made = {key: _resolved(value, case) for key, value in schema.items() if key not in ("discriminator", "nullable")}
    return {**made, "type": [made["type"], "null"]} if schema.get("nullable") is True else made


def _received(request: Recorded, path: str, parameter: dict[str, Any]) -> Any:
    name, schema = parameter["name"], parameter["schema"]
    if parameter["in"] == "path":
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape("/root" + path))
        found = re.fullmatch(pattern, request.path)
        assert found, request.path
        return _of_path(found[name], parameter)
    if parameter["in"] == "query":
        pairs = [(unquote(key), text) for key, _, text in (pair.partition("=") for pair in request.query.split("&"))]
        return _of_query(pairs, parameter)
    if parameter["in"] == "header":
        text = request.header(name)
        assert text is not None
        return (
            _joined(text.split(","), schema, decode=False)
            if schema["type"] in ("array", "object")
            else _typed(text, schema)
        )
    cookies = dict(part.split("=", 1) for part in (request.header("cookie") or "").split("; "))
    return _of_text(cookies[name], schema)


def _of_text(text: str, schema: dict[str, Any]) -> Any:
    """Return the value of a text whose items are separated by commas."""
    if schema["type"] in ("array", "object"):
        return _joined(text.split(","), schema)
    return _typed(unquote(text), schema)


def _joined(items: list[str], schema: dict[str, Any], *, decode: bool = True) -> Any:
    texts = [unquote(item) if decode else item for item in items]
    if schema["type"] == "array":
        return [_typed(text, schema["items"]) for text in texts]
    pairs = zip(texts[::2], texts[1::2], strict=True)
    return {key: _typed(text, schema["properties"][key]) for key, text in pairs}


def _paired(items: list[str], schema: dict[str, Any]) -> Any:
    pairs = [item.partition("=") for item in items]
    return {unquote(key): _typed(unquote(text), schema["properties"][unquote(key)]) for key, _, text in pairs}


def _of_path(text: str, parameter: dict[str, Any]) -> Any:
    schema, style, explode = parameter["schema"], parameter["style"], parameter["explode"]
    if style == "matrix":
        return _of_matrix(text, parameter)
    if style == "label":
        assert text.startswith(".")
        text = text[1:]
    separator = "." if style == "label" and explode else ","
    if schema["type"] == "object" and explode:
        # Dots are not encoded in paths, so that the keys of the object tell where its members begin.
        return _paired(re.split(rf"{re.escape(separator)}(?=\w+=)", text), schema)
    if schema["type"] == "array" and separator == ".":
        return [_typed(unquote(item), schema["items"]) for item in _by_dots(text, schema["items"])]
    return _of_text(text, schema)


def _by_dots(text: str, schema: dict[str, Any]) -> list[str]:
    """Split at dots, which numbers contain, too."""
    if schema["type"] != "number":
        return text.split(".")
    return re.findall(r"-?\d+(?:\.\d+)?(?:e\+?\d+|e%2B\d+)?", text)


def _of_matrix(text: str, parameter: dict[str, Any]) -> Any:
    name, schema = parameter["name"], parameter["schema"]
    assert text.startswith(";")
    parts = [part.partition("=") for part in text[1:].split(";")]
    if schema["type"] == "object" and parameter["explode"]:
        return _paired([f"{key}={value}" for key, _, value in parts], schema)
    assert {key for key, _, _ in parts} == {name}
    if schema["type"] == "array" and parameter["explode"]:
        return [_typed(unquote(value), schema["items"]) for _, _, value in parts]
    return _of_text(parts[0][2], schema)


def _of_query(pairs: list[tuple[str, str]], parameter: dict[str, Any]) -> Any:
    name, schema, style = parameter["name"], parameter["schema"], parameter["style"]
    own = [text for key, text in pairs if key == name]
    if style == "deepObject":
        found = {key: text for key, text in pairs if key.startswith(f"{name}[")}
        return {key[len(name) + 1 : -1]: _typed(unquote(text), schema["properties"][key[len(name) + 1 : -1]])
                for key, text in found.items()}  # fmt: skip
    if style in ("pipeDelimited", "spaceDelimited"):
        separator = "|" if style == "pipeDelimited" else " "
        return _joined(unquote(own[0]).split(separator), schema, decode=False)
    if parameter["explode"] and schema["type"] == "object":
        return {
            key: _typed(unquote(text), schema["properties"][key]) for key, text in pairs if key in schema["properties"]
        }
    if parameter["explode"] and schema["type"] == "array":
        return [_typed(unquote(text), schema["items"]) for text in own]
    return _of_text(own[0], schema)


def _typed(text: str, schema: dict[str, Any]) -> Any:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    match kinds[0]:
        case "integer":
            return int(text)
        case "number":
            return float(text)
        case "boolean":
            return {"true": True, "false": False}[text]
        case _:
            return text
