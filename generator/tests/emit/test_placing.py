"""Packages whose modules would be too long are split along resources, and work all the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from onceward_generator import build_api
from onceward_generator.emit.python import client as client_module
from onceward_generator.emit.python import emit_python
from onceward_generator.plan.python import placing
from onceward_generator.plan.python.layers import layers

CONTRACTS = Path(__file__).parents[1] / "contracts"
NESTED = """
openapi: 3.1.0
info: {title: Nested, version: "1"}
servers: [{url: "https://nested.example"}]
paths:
  /houses: {get: {operationId: listHouses, responses: &h {"200": {description: ok, content: {application/json: {schema:
    {$ref: "#/components/schemas/House"}}}}}}}
  /houses/{h}/rooms: {parameters: &p [{name: h, in: path, required: true, schema: {type: string}}],
    get: {operationId: getRooms, responses: &r {"200": {description: ok, content: {application/json: {schema:
    {$ref: "#/components/schemas/Room"}}}}}}}
  /houses/{h}/rooms/chairs: {parameters: *p, get: {operationId: getChairs, responses: {"200": {description: ok,
    content: {application/json: {schema: {$ref: "#/components/schemas/Chair"}}}}}}}
  /houses/{h}/garden: {parameters: *p, get: {operationId: getGarden, responses: *r}}
  /streets: {get: {operationId: getStreet, responses: *h}}
components:
  schemas:
    House: {type: object, properties: {rooms: {type: array, items: {$ref: "#/components/schemas/Room"}},
      next: {$ref: "#/components/schemas/House"}}}
    Room: {type: object, properties: {name: {type: string}, size: {$ref: "#/components/schemas/Size"}}}
    Size: {type: object, properties: {width: {type: integer}}}
    Chair: {type: object, properties: {legs: {type: integer}, seat: {$ref: "#/components/schemas/Seat"}}}
    Seat: {type: object, properties: {soft: {type: boolean}}}
"""


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "_MOST_LINES", 12)
    monkeypatch.setattr(client_module, "_MOST_NAMES", 1)


def test_modules_follow_resources(tight: None, tmp_path: Path, make_project: Any, type_checker: Any) -> None:
    (tmp_path / "c.yaml").write_text(NESTED)
    api, _ = build_api(tmp_path / "c.yaml")
    files = emit_python(api)
    names = {path.removeprefix("src/nested/") for path in files}
    assert {
        "resources/houses.py", "resources/houses_rooms.py", "resources/houses_rooms_chairs.py",
        "resources/houses_garden.py",
    } <= names  # fmt: skip
    assert "class Chair(" in files["src/nested/types/houses_rooms_chairs.py"]
    assert "client.houses.rooms.chairs.list(" in files["api.md"] + files["surface.txt"]
    project = make_project(tmp_path, files)
    code = """
import json, nested, nested.types
client = nested.Nested(api_key="k-0123456789abcdef", base_url="http://127.0.0.1:9")
print(json.dumps([type(client.houses.rooms.chairs).__name__, nested.types.Chair.__module__, sorted(dir(nested.types))]))
"""
    resource, module, found = project.run(code)
    assert (resource, module) == ("HousesRoomsChairs", "nested.types.houses_rooms_chairs")
    assert set(found) >= {"Chair", "House", "Room", "Seat", "Size"}
    assert type_checker.check(api) == ""


@pytest.mark.process
@pytest.mark.parametrize("name", ["unions", "awkward", "streams"])
def test_a_package_that_is_split_passes_its_tests(tight: None, name: str, tmp_path: Path) -> None:
    for path, text in emit_python(build_api(CONTRACTS / f"{name}.yaml")[0]).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", "tests"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_types_of_a_layer_consist_of_those_below(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(NESTED)
    api, _ = build_api(tmp_path / "c.yaml")
    order = layers(api, api.types)
    at = {key: index for index, group in enumerate(order) for key in group}
    assert sorted(at) == sorted(api.types), json.dumps(order)
    assert at["Size"] < at["Room"] < at["House"]
    assert at["Seat"] < at["Chair"]
