"""The fake server of a package: it answers from the contract's examples, and refuses invalid requests."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

CONTRACT = """
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: "SERVER"}]
paths:
  /pets:
    get:
      operationId: listPets
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 10}}
        - {name: kind, in: query, required: true, schema: {type: string, enum: [cat, dog]}}
        - {name: X-Shop, in: header, required: true, schema: {type: string}}
        - {name: tags, in: query, explode: false, schema: {type: array, items: {type: integer}}}
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Pet"}}}}
    post:
      operationId: createPet
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/NewPet"}}}}
      responses:
        "201":
          description: made
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Pet"}
              examples: {tom: {$ref: "#/components/examples/Tom"}}
  /pets/mine:
    get:
      operationId: getMine
      responses:
        "200": {description: ok, content: {text/plain: {schema: {type: string}, example: Tom}}}
  /pets/{id}:
    get:
      operationId: getPet
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}, example: {name: Rex}}}
    delete:
      operationId: deletePet
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {"204": {description: gone}}
  /news:
    get:
      operationId: watchNews
      responses:
        "200": {description: ok, content: {text/event-stream: {schema: {$ref: "#/components/schemas/Pet"}}}}
components:
  examples: {Tom: {value: {name: Tom}}}
  schemas:
    Pet: {type: object, required: [name], properties: {name: {type: string}}}
    NewPet:
      type: object
      required: [name]
      properties: {name: {type: string, minLength: 1}, age: {type: integer}}
"""


@pytest.fixture
def sdk(wire: Any) -> Any:
    return wire.sdk(CONTRACT)


@pytest.fixture
def server(sdk: Any) -> Iterator[Any]:
    with import_module(f"{sdk.module.__name__}.testing").FakeServer() as server:
        yield server


def call(sdk: Any, server: Any, endpoint: str, *arguments: Any, **keywords: Any) -> Any:
    return sdk.method(sdk.client(base_url=server.url), endpoint)(*arguments, **keywords)


def test_answers_are_the_examples_of_the_contract(sdk: Any, server: Any) -> None:
    assert call(sdk, server, "POST /pets", name="x").name == "Tom"
    assert call(sdk, server, "GET /pets/{id}", 4).name == "Rex"
    assert call(sdk, server, "GET /pets/mine") == "Tom"
    assert call(sdk, server, "DELETE /pets/{id}", 4) is None
    assert server.violations == []


def test_an_answer_without_an_example_is_a_sample_of_its_type(sdk: Any, server: Any) -> None:
    pets = list(call(sdk, server, "GET /pets", kind="cat", x_shop="1", tags=[1, 2]))
    assert pets
    assert all(isinstance(pet, sdk.module.types.Pet) for pet in pets)
    assert [event.name for event in call(sdk, server, "GET /news")] == [pets[0].name]
    assert server.violations == []


def test_a_scripted_answer_comes_before_an_example(sdk: Any, server: Any) -> None:
    server.respond_json({"name": "Ada"}, path="/pets/*")
    assert call(sdk, server, "GET /pets/{id}", 4).name == "Ada"


@pytest.mark.parametrize(
    ("method", "target", "body", "fault"),
    [
        ("GET", "/pets?kind=cat", None, "the header `X-Shop` is missing"),
        ("GET", "/pets", None, "the query parameter `kind` is missing"),
        ("GET", "/pets?kind=cow", None, "`kind` is 'cow'"),
        ("GET", "/pets?kind=cat&limit=11", None, "`limit` is 11"),
        ("GET", "/pets?kind=cat&limit=x", None, "`limit`"),
        ("GET", "/pets?kind=cat&tags=a,b", None, "`tags`"),
        ("GET", "/pets/x", None, "`id`"),
        ("POST", "/pets", None, "the body is missing"),
        ("POST", "/pets", b"{", "the body is not JSON"),
        ("POST", "/pets", b"[]", "the body is not an object"),
        ("POST", "/pets", b"{}", "`name` is missing"),
        ("POST", "/pets", b'{"name": "", "age": "1"}', "`age`"),
    ],
)
def test_a_request_that_the_contract_does_not_allow_is_refused(
    server: Any, method: str, target: str, body: bytes | None, fault: str
) -> None:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
    connection.request(method, target, body, {"Content-Type": "application/json"} if method == "POST" else {})
    response = connection.getresponse()
    said = json.loads(response.read())
    connection.close()
    assert response.status == 400
    assert fault in said["message"]
    assert any(fault in violation for violation in server.violations)


def test_an_unknown_path_is_not_answered(server: Any) -> None:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
    connection.request("GET", "/cats")
    assert connection.getresponse().status == 501
    connection.close()


GUARDED = """
openapi: 3.1.0
info: {title: Guarded, version: "1"}
servers: [{url: "SERVER"}]
security: [{token: []}, {key: [], cookie: []}]
paths:
  /secret: {get: {operationId: secret, responses: {"204": {description: ok}}}}
  /open: {get: {operationId: open, security: [], responses: {"204": {description: ok}}}}
  /either: {get: {operationId: either, security: [{}, {basic: []}], responses: {"204": {description: ok}}}}
  /basic: {get: {operationId: basic, security: [{basic: []}], responses: {"204": {description: ok}}}}
  /query: {get: {operationId: query, security: [{query: []}], responses: {"204": {description: ok}}}}
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
    basic: {type: http, scheme: basic}
    key: {type: apiKey, in: header, name: X-Key}
    cookie: {type: apiKey, in: cookie, name: sid}
    query: {type: apiKey, in: query, name: k}
"""


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        ("/secret", {}, 401),
        ("/secret", {"Authorization": "Bearer t"}, 204),
        ("/secret", {"Authorization": "Basic dDp0"}, 401),
        ("/secret", {"X-Key": "k"}, 401),
        ("/secret", {"X-Key": "k", "Cookie": "a=b; sid=1"}, 204),
        ("/open", {}, 204),
        ("/either", {}, 204),
        ("/basic", {}, 401),
        ("/basic", {"Authorization": "Basic dDp0"}, 204),
        ("/query", {}, 401),
        ("/query?k=1", {}, 204),
    ],
)
def test_a_request_without_its_credentials_is_refused(
    wire: Any, target: str, headers: dict[str, str], status: int
) -> None:
    testing = import_module(f"{wire.sdk(GUARDED).module.__name__}.testing")
    with testing.FakeServer() as server:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
        connection.request("GET", target, headers=headers)
        assert connection.getresponse().status == status
        connection.close()
        assert [violation.partition(": ")[2][:27] for violation in server.violations] == (
            ["the credentials are missing"] if status == 401 else []
        )


def test_an_example_that_does_not_fit_its_schema_is_not_sent(wire: Any) -> None:
    sdk = wire.sdk(
        CONTRACT.replace("example: {name: Rex}", "examples: {a: {value: {name: 1}}, b: {value: {name: Leo}}}")
    )
    assert "W132" in sdk.codes
    with import_module(f"{sdk.module.__name__}.testing").FakeServer() as server:
        assert call(sdk, server, "GET /pets/{id}", 4).name == "Leo"
    sdk = wire.sdk(CONTRACT.replace("example: {name: Rex}", "example: {name: [Rex]}"))
    with import_module(f"{sdk.module.__name__}.testing").FakeServer() as server:
        assert isinstance(call(sdk, server, "GET /pets/{id}", 4).name, str)


LISTS = """
openapi: 3.1.0
info: {title: Lists, version: "1"}
servers: [{url: "SERVER"}]
paths:
  /numbered:
    get:
      parameters:
        - {name: page, in: query, schema: {type: integer}}
        - {name: per_page, in: query, schema: {type: integer}}
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Items"}}}}}
  /skipped:
    get:
      parameters:
        - {name: offset, in: query, schema: {type: integer}}
        - {name: limit, in: query, schema: {type: integer}}
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema: {type: object, required: [items], properties: {items: {$ref: "#/components/schemas/Items"}}}
  /continued:
    get:
      parameters: [{name: cursor, in: query, schema: {type: string}}]
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                required: [items, next_cursor]
                properties: {items: {$ref: "#/components/schemas/Items"}, next_cursor: {type: [string, "null"]}}
              example: {items: [{id: a}], next_cursor: more}
components:
  schemas:
    Items: {type: array, items: {type: object, properties: {id: {type: string}}}, minItems: 1}
"""


@pytest.mark.parametrize("name", ["numbered", "skipped", "continued"])
def test_every_list_ends(wire: Any, name: str) -> None:
    """The example is the first page; a client that asks for more gets a page without items."""
    sdk = wire.sdk(LISTS)
    with import_module(f"{sdk.module.__name__}.testing").FakeServer() as server:
        pages = call(sdk, server, f"GET /{name}")
        assert len(list(pages)) == 1
        assert len(server.requests) == 2
        assert server.violations == []
