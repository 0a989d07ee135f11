"""Small contracts, each with one construct that once broke its package: it imports and passes a strict type check."""

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
CONTRACTS = {
    "a property without a name": """
    Thing: {type: object, properties: {"": {type: string}}}
""",
    "maps that contain each other": """
    Thing: {type: object, additionalProperties: {$ref: "#/components/schemas/Value"}}
    Value: {oneOf: [{type: string}, {$ref: "#/components/schemas/Left"}, {$ref: "#/components/schemas/Right"}]}
    Left: {type: object, additionalProperties: {$ref: "#/components/schemas/Value"}}
    Right: {type: object, additionalProperties: {oneOf: [{type: string}, {$ref: "#/components/schemas/Left"}]}}
""",
}


@pytest.mark.process
@pytest.mark.parametrize("name", CONTRACTS)
def test_the_package_imports_and_passes_a_strict_type_check(name: str, tmp_path: Path, make_project: Any) -> None:
    contract = tmp_path / "acme.yaml"
    contract.write_text(HEAD + CONTRACTS[name])
    project = make_project(tmp_path / "out", emit_python(build_api(contract)[0]))
    assert project.run("import acme.types; print(len([getattr(acme.types, name) for name in acme.types.__all__]))") > 0
    assert project.mypy("src/acme/types") == ""
