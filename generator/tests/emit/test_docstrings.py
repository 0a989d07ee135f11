"""Docstrings and signatures of generated methods: what is particular to a method, and nothing that all share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from onceward_generator import build_api
from onceward_generator.emit.python import emit_python

CONTRACT = """
openapi: 3.1.0
info: {title: Parcels, version: "1"}
servers: [{url: "https://parcels.example"}]
paths:
  /parcels:
    get:
      operationId: listParcels
      summary: List parcels
      responses: &a {"200": {description: ok}, "401": {description: no}}
    post: {operationId: createParcel, summary: Create a parcel, responses: *a}
  /parcels/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: getParcel, responses: *a}
    patch:
      operationId: updateParcel
      description: Update a parcel.
      parameters:
        - {name: color, in: query, description: "The color. Any CSS name.", schema: {type: string, default: red}}
        - {name: size, in: query, schema: {type: integer, default: 3}}
        - {name: weight, in: query, schema: {type: integer}}
      responses: {"200": {description: ok}, "401": {description: no}, "409": {description: conflict}}
"""

SHOW = """
import inspect, json
from parcels import Parcels
client = Parcels(api_key="k-0123456789abcdef", base_url="http://127.0.0.1:9")
methods = {name: getattr(client.parcels, name) for name in ("list", "create", "retrieve", "update")}
options = {"extra_headers", "extra_query", "extra_body", "timeout", "max_retries", "idempotency_key", "request_id",
    "on_progress"}
print(json.dumps([
    {name: inspect.getdoc(method) for name, method in methods.items()},
    {name: [str(p) for p in inspect.signature(method).parameters.values() if p.name not in options]
        for name, method in methods.items()},
]))
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, make_project: Any) -> Any:
    folder: Path = tmp_path_factory.mktemp("docstrings")
    (folder / "parcels.yaml").write_text(CONTRACT)
    return make_project(folder, emit_python(build_api(folder / "parcels.yaml")[0])).run(SHOW)


def test_docstrings_say_what_is_particular(shown: Any) -> None:
    assert shown[0] == {
        "list": "List parcels.",
        "create": "Create a parcel.",
        "retrieve": "`GET /parcels/{id}`",
        "update": "Update a parcel.\n\nArgs:\n    color: The color. Default: 'red'.\n    size: Default: 3.\n\n"
        "Raises:\n    ConflictError: Status 409.",
    }


def test_signatures_have_the_arguments_of_the_contract(shown: Any) -> None:
    assert shown[1] == {
        "list": [],
        "create": [],
        "retrieve": ["id: str"],
        "update": ["id: str", "color: str = UNSET", "size: int = UNSET", "weight: int = UNSET"],
    }
