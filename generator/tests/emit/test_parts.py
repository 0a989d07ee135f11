"""The runtime in a package follows what its API uses, and the parts that are left out are errors that say so."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from onceward_generator import build_api
from onceward_generator.emit.python import PythonOptions, emit_python
from onceward_generator.emit.python.parts import PARTS
from onceward_generator.emit.python.runtime import runtime_files
from onceward_generator.plan.python.options import PART_NAMES, OptionError

CONTRACTS = Path(__file__).parents[1] / "contracts"
PETS = """
openapi: 3.0.3
info: {title: Pet Shop, version: 1.0.0}
servers: [{url: "https://pets.example"}]
paths:
  /pets:
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
      responses: {"201": {description: Made, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}}
  /pets/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {"200": {description: One, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}}
components:
  schemas:
    Pet:
      type: object
      required: [name]
      properties: {id: {type: integer}, name: {type: string}}
"""
ADDED = {
    "streams": 'get: {responses: {"200": {description: All, content: {text/event-stream: {schema: {type: object}}}}}}',
    "pages": "get: {parameters: [{name: page, in: query, schema: {type: integer}}, {name: per_page, in: query, schema: "
    '{type: integer}}], responses: {"200": {description: All, content: {application/json: {schema: {type: array, items:'
    ' {$ref: "#/components/schemas/Pet"}}}}}}}',
    "uploads": "put: {requestBody: {content: {image/png: {schema: {type: string, format: binary}}}}, responses: "
    '{"204": {description: Kept}}}',
    "alternatives": "put: {requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: "
    "string}}}}, application/x-www-form-urlencoded: {schema: {type: object, properties: {b: {type: string}}}}}}, "
    'responses: {"204": {description: Kept}}}',
}
"""Operations that each need one part."""
SCHEMES = {
    "credentials": "{type: http, scheme: bearer}",
    "oauth": "{type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {}}}}",
}
REST = {"transports", "testing", "_core", "_drivers"}


def _emit(folder: Path, contract: str, options: PythonOptions | None = None) -> dict[str, str]:
    source = folder / "contract.yaml"
    source.write_text(contract, encoding="utf-8")
    files = emit_python(build_api(source)[0], options)
    for path, text in files.items():
        target = folder / "out" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return files


def _runtime(files: dict[str, str]) -> set[str]:
    inner = {path.split("/", 2)[2] for path in files if path.startswith("src/") and path.endswith(".py")}
    return {path for path in inner if path.partition("/")[0] in REST}


def _run(folder: Path, code: str) -> str:
    env = {**os.environ, "PYTHONPATH": str(folder / "out" / "src")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_pet_shop_has_no_optional_part(tmp_path: Path) -> None:
    files = _emit(tmp_path, PETS)
    whole = runtime_files(gateway=False)
    absent = {file for part in PARTS for file in part.files}
    assert absent <= set(whole)
    assert _runtime(files) == set(whole) - absent
    copied = sum(files[f"src/pet_shop/{path}"].count("\n") for path in _runtime(files))
    everything = sum(text.count("\n") for text in whole.values())
    assert copied < 0.85 * everything, (copied, everything)
    table = files["src/pet_shop/__init__.py"]
    assert not re.findall(r"\b(?:Async)?Stream\b|StreamInterrupted|PaginationLoop|SyncPage|FileInput", table)


def test_a_pet_shop_works_and_imports_fast(tmp_path: Path) -> None:
    _emit(tmp_path, PETS)
    code = """
import json, time
start = time.process_time()
from pet_shop import PetShop
took = time.process_time() - start
from pet_shop.testing import FakeServer
with FakeServer() as server, PetShop(base_url=server.url) as client:
    server.respond_json({"id": 1, "name": "Rex"})
    names = [client.pets.create(name="Rex").name, client.pets.retrieve(1).name]
    try:
        client.request("GET", "/pets", stream=True)
    except Exception as error:
        print(json.dumps([took, names, type(error).__name__, str(error)]))
"""
    took, names, kind, message = json.loads(_run(tmp_path, code))
    assert took < 0.5
    assert names == ["Rex", "Rex"]
    assert kind == "ConfigError"
    assert message == "this package was generated without streams: in its API, no method streams"


def test_every_module_of_a_pet_shop_imports_and_has_types(tmp_path: Path) -> None:
    _emit(tmp_path, PETS)
    names = "(one.name for one in pkgutil.walk_packages(pet_shop.__path__, 'pet_shop.'))"
    _run(tmp_path, f"import pkgutil, importlib, pet_shop\nfor one in {names}: importlib.import_module(one)")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "src"]
    done = subprocess.run(command, cwd=tmp_path / "out", capture_output=True, text=True, check=False)
    assert done.stdout == ""


@pytest.mark.parametrize("name", ADDED)
def test_an_operation_brings_its_part(tmp_path: Path, name: str) -> None:
    path = "/other" if name != "pages" else "/cats"
    contract = PETS.replace("paths:\n", f"paths:\n  {path}:\n    {ADDED[name]}\n")
    part = next(part for part in PARTS if part.name == name)
    assert _parts_in(_emit(tmp_path, contract)) == {part.name}


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_brings_its_part(tmp_path: Path, name: str) -> None:
    contract = PETS.replace("components:\n", f"components:\n  securitySchemes: {{auth: {SCHEMES[name]}}}\n")
    assert _parts_in(_emit(tmp_path, f"{contract}security: [{{auth: []}}]\n")) == {"credentials", name}


def test_the_option_adds_a_part(tmp_path: Path) -> None:
    assert _parts_in(_emit(tmp_path, PETS, PythonOptions.of({"parts": ["streams"]}))) == {"streams"}
    assert _parts_in(_emit(tmp_path, PETS, PythonOptions.of({"parts": "streams,pages"}))) == {"streams", "pages"}
    with pytest.raises(OptionError, match="`parts` has 'x'"):
        PythonOptions.of({"parts": "x"})
    assert tuple(part.name for part in PARTS) == PART_NAMES


def test_hand_written_modules_may_import_every_part(tmp_path: Path) -> None:
    files = _emit(tmp_path, PETS, PythonOptions(exports={"X": "lib.x:X"}))
    assert _runtime(files) == set(runtime_files(gateway=False))


def test_a_client_loads_streams_and_pages_on_first_use(tmp_path: Path) -> None:
    _emit(tmp_path, (CONTRACTS / "parcels.yaml").read_text(encoding="utf-8"))
    code = "import sys\nfrom parcels import AsyncParcels, Parcels\nParcels(api_key='k-0123456789abc')\n"
    loaded = _run(tmp_path, f"{code}print(*sys.modules)").split()
    optional = [file.removesuffix(".py").replace("/", ".") for part in PARTS[:4] for file in part.files]
    assert not [name for name in optional if f"parcels.{name}" in loaded]


def test_the_table_in_the_documentation_is_that_of_the_generator() -> None:
    text = (Path(__file__).parents[3] / "docs" / "generator.md").read_text(encoding="utf-8")
    for part in PARTS:
        files = ", ".join(f"`{file}`" for file in part.files)
        assert f"| `{part.name}` | {part.reason} | {files} |" in text


def _parts_in(files: dict[str, str]) -> set[str]:
    """Return the parts that a package has, and check that it has each of them whole or not at all."""
    present = _runtime(files)
    found = {part.name for part in PARTS if present & set(part.files)}
    assert {part.name for part in PARTS if set(part.files) <= present} == found
    return found
