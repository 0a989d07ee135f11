"""Small contracts, each with one construct that is easily got wrong: the package imports, and type-checks strictly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from onceward_generator import build_api
from onceward_generator.emit.python import emit_python

HEAD = """
openapi: 3.1.0
info: {title: Acme, version: "1"}
paths:
  /things:
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
components:
  schemas:
"""
FORM = """
openapi: 3.1.0
info: {title: Acme, version: "1"}
paths:
  /things:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              properties: {file: {type: string, format: binary}}
              additionalProperties: {type: object, properties: {size: {type: integer}}}
      responses: {"204": {description: done}}
"""
TAGS = """
openapi: 3.1.0
info: {title: Acme, version: "1"}
paths:
  /basic-auth: {get: {tags: [BasicAuth], responses: {"204": {description: done}}}}
  /clock: {get: {tags: [Clock], responses: {"204": {description: done}}}}
  /session/{id}/message/{number}:
    get:
      operationId: session.message.get
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: number, in: path, required: true, schema: {type: integer}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/SessionMessage"}}}}
components:
  securitySchemes: {login: {type: http, scheme: basic}}
  schemas:
    SessionMessage: {type: object, properties: {text: {type: string}}}
"""
CONTRACTS = {
    "a property without a name": HEAD
    + """
    Thing: {type: object, properties: {"": {type: string}}}
""",
    "maps that contain each other": HEAD
    + """
    Thing: {type: object, additionalProperties: {$ref: "#/components/schemas/Value"}}
    Value: {oneOf: [{type: string}, {$ref: "#/components/schemas/Left"}, {$ref: "#/components/schemas/Right"}]}
    Left: {type: object, additionalProperties: {$ref: "#/components/schemas/Value"}}
    Right: {type: object, additionalProperties: {oneOf: [{type: string}, {$ref: "#/components/schemas/Left"}]}}
""",
    "a form with typed values under any names": FORM,
    "resources and types with the names of the client's own": TAGS,
}


@pytest.mark.process
@pytest.mark.parametrize("name", CONTRACTS)
def test_the_package_imports_and_passes_a_strict_type_check(
    name: str, tmp_path: Path, make_project: Any, type_checker: Any
) -> None:
    contract = tmp_path / "acme.yaml"
    contract.write_text(CONTRACTS[name])
    api, _ = build_api(contract)
    project = make_project(tmp_path / "out", emit_python(api))
    assert project.run("import acme.types; print(len([getattr(acme.types, name) for name in acme.types.__all__]))") > 0
    assert type_checker.check(api) == ""
