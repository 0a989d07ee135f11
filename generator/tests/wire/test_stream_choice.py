"""Operations with a stream beside a complete response: callers choose, and nothing is lost."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import Any, get_overloads

import pytest

HEAD = """
openapi: 3.1.0
info: {title: Runs, version: "1"}
servers: [{url: "SERVER"}]
components:
  schemas:
    Run: {type: object, required: [id], properties: {id: {type: string}}}
    Step: {type: object, required: [at], properties: {at: {type: integer}}}
    Runs:
      type: object
      required: [data, has_more]
      properties: {data: {type: array, items: {$ref: "#/components/schemas/Run"}}, has_more: {type: boolean}}
    Sent: {type: object, required: [kind, stream], properties: {kind: {const: sent}, stream: {type: boolean}}}
    Asked: {type: object, required: [kind], properties: {kind: {const: asked}, stream: {type: boolean}}}
paths:
"""
BOTH = """{description: ok, content: {
        application/json: {schema: {$ref: "#/components/schemas/Run"}},
        text/event-stream: {schema: {$ref: "#/components/schemas/Step"}}}}"""
PLAIN = f"""{HEAD}
  /runs/{{id}}:
    get:
      operationId: getRun
      parameters: [{{name: id, in: path, required: true, schema: {{type: string}}}}]
      responses: {{"200": {BOTH}}}
  /asked:
    get:
      operationId: askRun
      parameters: [{{name: stream, in: query, schema: {{type: boolean}}}}]
      responses: {{"200": {BOTH}}}
  /named:
    get:
      operationId: namedRun
      parameters: [{{name: stream, in: query, schema: {{type: string}}}}]
      responses: {{"200": {BOTH}}}
  /apart:
    post:
      operationId: apartRun
      requestBody: {{content: {{application/json: {{schema: {{type: object, properties: {{a: {{type: string}}}}}}}}}}}}
      responses:
        "200": {{description: ok, content: {{application/json: {{schema: {{$ref: "#/components/schemas/Run"}}}}}}}}
        "202": {{description: ok, content: {{application/x-ndjson: {{schema: {{$ref: "#/components/schemas/Step"}}}}}}}}
  /whole:
    post:
      operationId: wholeRun
      requestBody:
        required: true
        content:
          application/json:
            schema:
              oneOf: [{{$ref: "#/components/schemas/Sent"}}, {{$ref: "#/components/schemas/Asked"}}]
              discriminator: {{propertyName: kind}}
      responses: {{"200": {BOTH}}}
  /listed:
    get:
      operationId: listRuns
      parameters:
        - {{name: after, in: query, schema: {{type: string}}}}
        - {{name: limit, in: query, schema: {{type: integer}}}}
      responses:
        "200":
          description: ok
          content:
            application/json: {{schema: {{$ref: "#/components/schemas/Runs"}}}}
            application/x-ndjson: {{schema: {{$ref: "#/components/schemas/Run"}}}}
"""
RUN, STEPS = b'{"id": "r"}', b'data: {"at": 1}\n\ndata: {"at": 2}\n\n'

CASES = [
    ("GET /runs/{id}", ("r",), {"stream": True}, "text/event-stream", ""),
    ("GET /asked", (), {"stream": True}, "text/event-stream", "stream=true"),
    ("GET /named", (), {"as_stream": True, "stream": "s"}, "text/event-stream", "stream=s"),
    ("POST /whole", (), {"body": {"kind": "sent", "stream": True}}, "text/event-stream", ""),
    ("POST /apart", (), {"a": "b", "stream": True}, "application/x-ndjson", ""),
]


@pytest.mark.parametrize(("endpoint", "positional", "arguments", "accept", "query"), CASES)
def test_a_stream_is_chosen_by_an_argument(
    wire: Any, endpoint: str, positional: Any, arguments: Any, accept: str, query: str
) -> None:
    sdk = wire.sdk(PLAIN)
    assert "W204" not in sdk.codes
    body = STEPS if "event" in accept else b'{"at": 1}\n{"at": 2}\n'
    wire.answer(body, accept, status=202 if endpoint == "POST /apart" else 200)
    steps = list(sdk.call(endpoint, *positional, **arguments))
    assert [(type(step).__name__, step.at) for step in steps] == [("Step", 1), ("Step", 2)]
    assert wire.last.header("accept") == accept
    assert wire.last.query == query
    wire.answer(RUN)
    plain = {name: value for name, value in arguments.items() if value is not True}
    if "body" in plain:
        plain["body"] = {"kind": "asked"}
    run = sdk.call(endpoint, *positional, **plain)
    assert (type(run).__name__, run.id) == ("Run", "r")
    assert wire.last.header("accept") == "application/json"


def test_the_choice_is_typed(wire: Any) -> None:
    sdk = wire.sdk(PLAIN)
    method = type(sdk.method(sdk.client(), "GET /runs/{id}").__self__).__dict__[
        sdk.name("GET /runs/{id}").split(".")[-1]
    ]
    shown = [
        (str(one.__annotations__.get("stream")), str(one.__annotations__["return"])) for one in get_overloads(method)
    ]
    assert shown == [
        ("Literal[False]", "Run"), ("Literal[True]", "EventStream[Step]"), ("bool", "Run | EventStream[Step]"),
    ]  # fmt: skip
    assert "stream" in inspect.signature(sdk.method(sdk.client(), "GET /runs/{id}")).parameters


def test_a_list_may_be_a_stream(wire: Any) -> None:
    sdk = wire.sdk(PLAIN)
    wire.answer(b'{"id": "1"}\n{"id": "2"}\n', "application/x-ndjson")
    assert [run.id for run in sdk.call("GET /listed", stream=True)] == ["1", "2"]
    wire.answer(json.dumps({"data": [{"id": "3"}], "has_more": False}).encode())
    assert [run.id for run in sdk.call("GET /listed")] == ["3"]

    async def both() -> list[str]:
        async with sdk.module.AsyncWired(max_retries=0) as client:
            method = sdk.method(client, "GET /listed")
            wire.answer(b'{"id": "1"}\n{"id": "2"}\n', "application/x-ndjson")
            ids = [run.id async for run in await method(stream=True)]
            wire.answer(json.dumps({"data": [{"id": "3"}], "has_more": False}).encode())
            return ids + [run.id async for run in method()]

    assert asyncio.run(both()) == ["1", "2", "3"]


GUESSED = f"""{HEAD}
  /talks:
    post:
      operationId: talk
      requestBody:
        content: {{application/json: {{schema: {{type: object, properties: {{stream: {{type: boolean}}}}}}}}}}
      responses:
        "200":
          description: ok
          content:
            application/json: {{schema: {{$ref: "#/components/schemas/Talk"}}}}
            CONTENT
""".replace(
    "components:\n  schemas:", "components:\n  schemas:\n    Talk: {type: object}\n    TalkChunk: {type: object}"
)


@pytest.mark.parametrize("content", ["text/event-stream: {}", ""])
def test_events_that_are_guessed_are_reported(wire: Any, content: str) -> None:
    sdk = wire.sdk(GUESSED.replace("CONTENT", content))
    assert "W204" in sdk.codes
    assert any("`TalkChunk`" in found.message for found in sdk.diagnostics if found.code == "W204")
