"""Extensions of other generators in a contract: pagination and streaming."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts import method

from onceward_generator import build_api
from onceward_generator.model import Api, EnumType, Prim, Primitive, Ref

CONTRACT = """
openapi: 3.1.0
info: {title: Extensions, version: "1"}
paths:
  /fern:
    get:
      operationId: fern
      x-fern-pagination: {cursor: $request.starting, next_cursor: $response.page.following, results: $response.things}
      parameters: [{name: starting, in: query, schema: {type: string}}]
      responses: &list
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                properties:
                  things: {type: array, items: {$ref: "#/components/schemas/Thing"}}
                  page: {type: object, properties: {following: {type: string}, count: {type: integer}}}
  /speakeasy:
    get:
      operationId: speakeasy
      x-speakeasy-pagination:
        type: offsetLimit
        inputs: [{name: number, in: parameters, type: page}, {name: most, in: parameters, type: limit}]
        outputs: {results: $.things, numPages: $.page.count}
      parameters:
        - {name: number, in: query, schema: {type: integer}}
        - {name: most, in: query, schema: {type: integer}}
      responses: *list
  /fern-stream:
    post:
      operationId: fernStream
      x-fern-streaming:
        stream-condition: $request.live
        response: {$ref: "#/components/schemas/Thing"}
        response-stream: {$ref: "#/components/schemas/Piece"}
      requestBody:
        content: {application/json: {schema: {type: object, properties: {live: {type: boolean}}}}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
components:
  schemas:
    Thing: {type: object, properties: {id: {type: string}}}
    Piece: {type: object, properties: {text: {type: string}}}
"""


def built(folder: Path) -> Api:
    (folder / "c.yaml").write_text(CONTRACT)
    return build_api(folder / "c.yaml")[0]


def test_pagination_of_fern(tmp_path: Path) -> None:
    pages = method(built(tmp_path), "fern.list").pages
    assert pages is not None
    assert (pages.style.value, pages.items, pages.cursor_param, pages.next) == (
        "cursor", ("things",), "starting", ("page", "following"),
    )  # fmt: skip


def test_pagination_of_speakeasy(tmp_path: Path) -> None:
    pages = method(built(tmp_path), "speakeasy.list").pages
    assert pages is not None
    assert (pages.style.value, pages.items, pages.cursor_param, pages.limit_param, pages.total_pages) == (
        "page", ("things",), "number", "most", ("page", "count"),
    )  # fmt: skip


def test_streaming_of_fern(tmp_path: Path) -> None:
    streams = method(built(tmp_path), "fern_stream.create").streams
    assert streams is not None
    assert (streams.flag, streams.event) == ("live", Ref("Piece"))


@pytest.mark.parametrize(
    "body",
    [
        "{type: object, properties: {stream: {type: boolean, enum: [false], default: false}}}",
        "{allOf: [{$ref: '#/components/schemas/Base'},"
        " {type: object, properties: {stream: {type: boolean, enum: [false], default: false}}}]}",
        "{allOf: [{$ref: '#/components/schemas/Base'}, {$ref: '#/components/schemas/Flag'}]}",
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_the_flag_of_a_merged_stream_can_be_true(tmp_path: Path, body: str, named: bool) -> None:
    head, components = CONTRACT.split("components:")
    text = (
        head
        + """  /talks:
    post:
      operationId: talk
      requestBody: {required: true, content: {application/json: {schema: TALK}}}
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
  /talks#stream:
    post:
      operationId: talkStream
      responses:
        "200": {description: ok, content: {text/event-stream: {schema: {$ref: "#/components/schemas/Piece"}}}}
components:"""
        + components
        + "    Base: {type: object, properties: {stream: {anyOf: [{type: boolean}, {type: 'null'}]}}}\n"
        + "    Flag: {type: object, properties: {stream: {type: boolean, const: false}}}\n"
        + f"    Talk: {body}\n"
    )
    talk = "{$ref: '#/components/schemas/Talk'}" if named else body
    (tmp_path / "c.yaml").write_text(text.replace("TALK", talk))
    found = method(build_api(tmp_path / "c.yaml")[0], "talks.create")
    assert found.streams is not None
    assert found.streams.flag == "stream"
    assert [param.type for param in found.params] == [Primitive(Prim.BOOLEAN)]


NAMED = """
openapi: 3.1.0
info: {title: Named, version: "1"}
x-speakeasy-retries:
  strategy: backoff
  backoff: {initialInterval: 250, maxInterval: 4000, maxElapsedTime: 60000, exponent: 3}
  statusCodes: ["5XX", 429]
paths:
  /a:
    post:
      operationId: a
      x-fern-retries: {disabled: true}
      parameters:
        - {name: X-Trace, in: query, x-fern-parameter-name: trail, schema: {type: string}}
        - {name: q, in: query, x-speakeasy-name-override: search_term, schema: {type: string}}
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/thing_v2"}}}}
  /b:
    get:
      operationId: b
      x-speakeasy-retries: {strategy: none}
      responses: {"204": {description: ok}}
components:
  schemas:
    Thing:
      type: object
      properties:
        _id: {type: string, x-fern-property-name: identifier}
        kind: {type: string, x-speakeasy-name-override: size}
        size: {type: integer}
    thing_v2:
      x-speakeasy-name-override: NewThing
      allOf:
        - $ref: "#/components/schemas/Base"
        - {type: object, properties: {grade: {$ref: "#/components/schemas/Grade"}}}
    Base: {x-fern-type-name: Root, type: object, properties: {a: {type: string}}}
    Grade:
      type: integer
      enum: [1, 2]
      x-speakeasy-enums: [First, Second]
      x-fern-enum: {"2": {name: Last, description: The end.}}
"""


def test_names_of_types_properties_parameters_and_enums(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(NAMED)
    api, found = build_api(tmp_path / "c.yaml")
    assert [one.code for one in found if one.code in {"N905", "W105"}] == []
    assert api.types["thing_v2"].name == ("new", "thing")
    assert api.types["Thing"].name == ("thing",)
    made = method(api, "a.create")
    names = {param.wire: "_".join(param.name) for param in made.params}
    assert names == {"X-Trace": "trail", "q": "search_term", "_id": "identifier", "kind": "kind", "size": "size"}
    grade = api.types["Grade"].type
    assert isinstance(grade, EnumType)
    assert [(one.value, one.name, one.description) for one in grade.members] == [
        (1, ("first",), ""), (2, ("last",), "The end."),
    ]  # fmt: skip


def test_retries_of_fern_and_speakeasy(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(NAMED)
    api, _ = build_api(tmp_path / "c.yaml")
    backoff = api.behaviour.backoff
    assert (backoff.initial, backoff.cap, backoff.factor) == (0.25, 4.0, 3.0)
    assert (api.behaviour.retry_statuses, api.behaviour.retry_status_from) == ((429,), 500)
    assert method(api, "a.create").retry.value == "never"
    assert method(api, "b.retrieve").retry.value == "never"
    (tmp_path / "s.yaml").write_text("version: 1\nbehaviour: {retries: {initial: 1}}\n")
    api, _ = build_api(tmp_path / "c.yaml", tmp_path / "s.yaml")
    assert (api.behaviour.backoff.initial, api.behaviour.backoff.factor) == (1.0, 3.0)


def test_waits_of_one_operation_are_reported(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(NAMED.replace("{strategy: none}", "{strategy: backoff}"))
    found = [one for one in build_api(tmp_path / "c.yaml")[1] if one.code == "N905"]
    assert [one.message for one in found] == ["the waits between the retries of one operation have no effect"]
