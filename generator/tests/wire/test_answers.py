"""Answers: a type for each status and media type, `Accept`, and errors with the bodies that the contract declares."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from wire_server import Answer

JSON = "application/json"
A, B, E = ({"$ref": f"#/components/schemas/{name}"} for name in "ABE")
TEXT, FILE = {"type": "string"}, {"type": "string", "format": "binary"}
HOLDER = {"type": "object", "required": ["holder"], "properties": {"holder": TEXT}}
RESPONSES: dict[str, dict[str, dict[str, Any]]] = {
    "GET /range": {"2XX": {JSON: A}, "4xx": {JSON: E}},
    "GET /dflt": {"default": {JSON: A}},
    "POST /two": {"200": {JSON: A}, "201": {JSON: B}, "202": {}},
    "DELETE /nobody": {"204": {}, "default": {"application/problem+json": E}},
    "GET /wild": {"200": {"*/*": A}},
    "GET /vnd": {"200": {"application/vnd.acme.v1+json; charset=utf-8": A}},
    "GET /hal": {"200": {"application/hal+json": A, JSON: B}},
    "GET /xmlfirst": {"200": {"application/xml": TEXT, JSON: TEXT}},
    "GET /both": {"200": {"application/xml": A, "text/plain": A, JSON: A}},
    "GET /xmlonly": {"200": {"application/xml": A}},
    "GET /text": {"200": {"text/plain": {"type": "integer"}}},
    "GET /csv": {"200": {"text/csv": TEXT}},
    "GET /table": {"200": {"text/csv": {"type": "array", "items": A}}},
    "GET /deep": {"200": {JSON: {"$ref": "#/components/schemas/Deep"}}},
    "GET /img": {"200": {"image/*": FILE}},
    "GET /pdf": {"200": {"application/pdf": None}},
    "GET /either": {"200": {"application/octet-stream": FILE, JSON: A}},
    "GET /redirect": {"302": {}},
    "GET /null": {"200": {JSON: {"type": ["null", "object"], "properties": {"a": TEXT}}}},
    "POST /job": {"200": {JSON: A}},
    "GET /free": {"200": {JSON: {"type": "object"}}},
    "GET /inline": {"200": {}, "409": {JSON: HOLDER}, "5XX": {JSON: E}},
}


def _response(content: dict[str, Any]) -> dict[str, Any]:
    entries = {kind: {} if schema is None else {"schema": schema} for kind, schema in content.items()}
    return {"description": "x", **({"content": entries} if entries else {})}


CONTRACT = json.dumps(
    {
        "openapi": "3.1.0",
        "info": {"title": "Acme", "version": "1"},
        "servers": [{"url": "SERVER"}],
        "paths": {
            endpoint.partition(" ")[2]: {
                endpoint.partition(" ")[0].lower(): {
                    "operationId": endpoint.replace(" /", "_").lower(),
                    "responses": {status: _response(content) for status, content in responses.items()},
                }
            }
            for endpoint, responses in RESPONSES.items()
        },
        "components": {
            "schemas": {
                "A": {"type": "object", "properties": {"a": TEXT}},
                "B": {"type": "object", "required": ["b"], "properties": {"b": {"type": "integer"}}},
                "Deep": {
                    "type": "object",
                    "properties": {"x": {"type": "array", "items": {"$ref": "#/components/schemas/Deep"}}, "n": TEXT},
                },
                "E": {"type": "object", "required": ["why"], "properties": {"why": TEXT}},
            }
        },
    },
    indent=1,
)


@pytest.fixture
def sdk(wire: Any) -> Any:
    return wire.sdk(CONTRACT)


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/range", "application/json"),
        ("/wild", "application/json, */*;q=0.9"),
        ("/vnd", "application/vnd.acme.v1+json"),
        ("/hal", "application/json, application/hal+json;q=0.9"),
        ("/both", "application/json"),
        ("/csv", "text/csv"),
        ("/img", "image/*"),
        ("/pdf", "application/pdf"),
        ("/either", "application/json, application/octet-stream;q=0.9"),
        ("/xmlonly", "application/xml"),
    ],
)
def test_accept_lists_what_is_declared_with_json_first(wire: Any, sdk: Any, path: str, accept: str) -> None:
    wire.answer(b'{"b": 1}', accept.partition(",")[0].replace("*", "png"))
    sdk.call(f"GET {path}")
    assert wire.last.header("accept") == accept


def test_each_status_has_its_own_type(wire: Any, sdk: Any) -> None:
    types = sdk.module.types
    wire.answer(b'{"a": "x"}')
    assert isinstance(sdk.call("POST /two"), types.A)
    wire.answer(b'{"b": 1}', status=201)
    assert isinstance(sdk.call("POST /two"), types.B)
    wire.answer(b"", status=202)
    assert sdk.call("POST /two") is None


def test_a_range_and_a_default_are_successes_if_there_is_no_other(wire: Any, sdk: Any) -> None:
    for path in ("/range", "/dflt"):
        wire.answer(b'{"a": "x"}', status=203)
        assert isinstance(sdk.call(f"GET {path}"), sdk.module.types.A)


def test_no_body_is_no_error_after_the_request_succeeded(wire: Any, sdk: Any) -> None:
    wire.answer(b"", status=202)
    assert sdk.call("POST /job") is None
    wire.answer(b"", status=204)
    assert sdk.call("DELETE /nobody") is None
    assert len(wire.requests) == 2


def test_no_body_where_the_contract_has_one_is_an_error(wire: Any, sdk: Any) -> None:
    for status in (200, 204, 205):
        wire.answer(b"", status=status)
        with pytest.raises(sdk.module.ResponseShapeError):
            sdk.call("POST /job")
    wire.answer(b"", status=204)
    assert sdk.call("POST /two") is None  # it has an answer without a body


def test_the_media_type_of_the_response_selects_its_type(wire: Any, sdk: Any) -> None:
    types = sdk.module.types
    wire.answer(b'{"a": "x"}', "application/hal+json; charset=utf-8")
    assert isinstance(sdk.call("GET /hal"), types.A)
    wire.answer(b'{"b": 1}', "application/json")
    assert isinstance(sdk.call("GET /hal"), types.B)
    wire.answer(b"\xff\x00", "application/octet-stream")
    assert sdk.call("GET /either") == b"\xff\x00"
    wire.answer(b'{"a": "x"}')
    assert isinstance(sdk.call("GET /either"), types.A)


def test_json_is_preferred_over_the_media_type_that_is_listed_first(wire: Any, sdk: Any) -> None:
    wire.answer(b'"x"', "application/json")
    assert sdk.call("GET /xmlfirst") == "x"
    assert str(wire.last.header("accept")).startswith("application/json")
    wire.answer(b"<x/>", "application/xml")
    assert sdk.call("GET /xmlfirst") == "<x/>"


def test_text_bytes_and_values_in_text_are_read_as_such(wire: Any, sdk: Any) -> None:
    wire.answer("ü;1".encode("latin-1"), "text/csv; charset=iso-8859-1")
    assert sdk.call("GET /csv") == "ü;1"
    wire.answer("ü".encode("latin-1"), 'text/csv; header=absent; Charset="ISO-8859-1"')
    assert sdk.call("GET /csv") == "ü"
    wire.answer(b"a\n1\n", "text/csv")
    assert sdk.call("GET /table") == "a\n1\n"
    wire.answer(b"41", "text/plain")
    assert sdk.call("GET /text") == 41
    wire.answer(b"\x89PNG", "image/png")
    assert sdk.call("GET /img") == b"\x89PNG"
    wire.answer(b"null")
    assert sdk.call("GET /null") is None


@pytest.mark.parametrize("leaf", [b'{"n": "text"}', b'{"n": 1}'])
@pytest.mark.parametrize("depth", [50, 200, 400, 3000])
def test_a_response_that_is_nested_too_deeply_is_an_error_of_the_package(
    wire: Any, sdk: Any, leaf: bytes, depth: int
) -> None:
    wire.answer(b'{"x": [' * depth + leaf + b"]}" * depth)
    try:
        sdk.call("GET /deep")
    except sdk.module.ResponseShapeError as error:
        assert "nested too deeply" in str(error)  # noqa: PT017 - whether it is one depends on the stack
        assert depth > 50


def test_xml_that_cannot_be_decoded_is_text_with_a_warning(wire: Any, sdk: Any) -> None:
    wire.answer(b"<a>1</a>", "application/xml")
    assert sdk.call("GET /xmlonly") == "<a>1</a>"
    warning, table = [found for found in sdk.diagnostics if found.code == "W131"]
    assert "text/csv" in table.message
    assert "application/xml" in CONTRACT.split("\n")[warning.origin.line - 1]


def test_another_encoding_of_the_same_value_is_left_out_with_a_warning(sdk: Any) -> None:
    [warning] = [found for found in sdk.diagnostics if found.code == "W107"]
    assert "application/xml or text/plain" in warning.message


def test_a_redirect_is_followed_and_its_target_is_bytes(wire: Any, sdk: Any) -> None:
    wire.server.answer(Answer(b"", 302, [("Location", "/target")]))
    wire.answer(b"found", "application/zip")
    assert sdk.call("GET /redirect") == b"found"
    assert [request.target for request in wire.requests] == ["/redirect", "/target"]
    assert "W130" in sdk.codes


def test_a_value_named_error_is_a_value(wire: Any, sdk: Any) -> None:
    wire.answer(b'{"error": "nothing", "detail": "x"}')
    assert sdk.call("GET /free") == {"error": "nothing", "detail": "x"}


@pytest.mark.parametrize(
    ("endpoint", "status", "name"),
    [
        ("GET /range", 404, "NotFoundError"), ("GET /range", 429, "RateLimitError"),
        ("GET /range", 400, "BadRequestError"), ("GET /range", 418, "APIStatusError"),
        ("DELETE /nobody", 409, "ConflictError"), ("GET /inline", 503, "InternalServerError"),
    ],
)  # fmt: skip
def test_errors_have_the_body_that_the_contract_declares(
    wire: Any, sdk: Any, endpoint: str, status: int, name: str
) -> None:
    wire.answer(b'{"why": "full"}', status=status)
    with pytest.raises(sdk.module.APIStatusError) as caught:
        sdk.call(endpoint)
    assert type(caught.value).__name__ == name
    assert isinstance(caught.value.body, sdk.module.types.E)
    assert (caught.value.body.why, caught.value.status_code) == ("full", status)


def test_an_inline_schema_of_an_error_has_a_name(wire: Any, sdk: Any) -> None:
    wire.answer(b'{"holder": "me"}', status=409)
    with pytest.raises(sdk.module.ConflictError) as caught:
        sdk.call("GET /inline")
    assert type(caught.value.body).__name__.endswith("ConflictError")
    assert caught.value.body.holder == "me"


def test_a_body_that_is_not_the_declared_error_is_kept_as_it_came(wire: Any, sdk: Any) -> None:
    for body, kept in ((b'{"other": 1}', {"other": 1}), (b"<h1>no</h1>", "<h1>no</h1>")):
        wire.answer(body, status=404)
        with pytest.raises(sdk.module.NotFoundError) as caught:
            sdk.call("GET /range")
        assert caught.value.body == kept


def test_the_types_of_results_are_in_the_signatures(sdk: Any) -> None:
    results = {
        "POST /two": "A | B | None",
        "GET /either": "A | Content",
        "GET /hal": "B | A",
        "DELETE /nobody": "None",
        "GET /both": "A",
        "GET /xmlfirst": "str",
    }
    package = sdk.module.__name__
    lines = ["from typing import assert_type", f"from {package} import Content, Wired"]
    lines += [f"from {package}.types import A, B", "client = Wired()"]
    lines += [f"assert_type(client.{sdk.name(endpoint)}(), {result})" for endpoint, result in results.items()]
    (sdk.folder / "use.py").write_text("\n".join(lines))
    command = [sys.executable, "-m", "mypy", "--strict", "use.py"]
    env = {**os.environ, "MYPYPATH": "src"}
    done = subprocess.run(command, cwd=sdk.folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
