"""The files of a project: a README that runs, metadata, a licence, and files that belong to their owner."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from onceward import APIStatusError
from onceward_generator import build_api
from onceward_generator.cli import main
from onceward_generator.emit.python import PythonOptions, emit_python

CONTRACT = Path(__file__).parents[1] / "contracts" / "parcels.yaml"

RUN = """
import json, os, sys
from parcels.testing import FakeServer
blocks = json.loads(sys.argv[1])
parcel = {"id": "p1", "status": "sent"}
with FakeServer() as server:
    server.respond_json({"data": [parcel], "has_more": False}, method="GET", path="/parcels")
    server.respond_json(parcel, status=201, method="POST", path="/parcels")
    server.respond_json({"id": "l1"}, path="/labels")
    server.respond_bytes(b"png", content_type="image/png", path="/labels/*/image")
    server.respond_sse([{"place": "Rome"}], done=None, path="/parcels/*/events")
    os.environ["PARCELS_BASE_URL"] = server.url
    os.environ["PARCELS_API_KEY"] = "k-0123456789abcdef"
    scope = {}
    for block in blocks:
        exec(block, scope)
    print(json.dumps([f"{request.method} {request.path}" for request in server.requests]))
"""


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return emit_python(build_api(CONTRACT)[0], PythonOptions(version="2.0.1", homepage="https://parcels.example"))


@pytest.fixture(scope="module")
def folder(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parcels")
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def test_every_code_block_of_the_readme_runs(files: dict[str, str], folder: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", files["README.md"], re.DOTALL)
    env = {**os.environ, "PYTHONPATH": str(folder / "src")}
    kept = [block.replace('api_key="..."', 'api_key="k-0123456789abcdef"') for block in blocks]
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(kept)], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout.splitlines()[-1])) == {
        "GET /parcels", "POST /parcels", "POST /labels", "GET /labels/text/image", "GET /parcels/text/events",
    }  # fmt: skip
    assert (folder / "download.bin").read_bytes() == b"png"


def test_the_readme_has_the_sections_that_the_api_needs(files: dict[str, str]) -> None:
    headings = re.findall(r"^## (.*)$", files["README.md"], re.MULTILINE)
    assert headings == [
        "Install", "First call", "Authentication", "Errors", "Pages", "Streams", "Uploads", "Downloads", "Tests",
        "Licence",
    ]  # fmt: skip
    text = files["README.md"]
    assert "# Parcels API for Python" in text
    assert "Send parcels and follow them.\n" in text
    assert "| 422 | `UnprocessableEntityError` |" in text
    assert "| 404 |" not in text, "the contract declares no 404"


def test_the_readme_leaves_out_what_the_api_does_not_have(tmp_path: Path) -> None:
    contract = tmp_path / "small.yaml"
    contract.write_text(
        "openapi: 3.1.0\ninfo: {title: Small, version: '1'}\nsecurity: []\npaths:\n"
        "  /things: {get: {operationId: getThing, security: [], responses: {'200': {description: ok, content: "
        "{application/json: {schema: {type: object, properties: {a: {type: string}}}}}}}}}\n"
    )
    text = emit_python(build_api(contract)[0])["README.md"]
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Install", "First call", "Errors", "Tests", "Licence"]
    assert "api_key" not in text


def test_the_metadata_is_complete(files: dict[str, str]) -> None:
    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert (project["name"], project["license"]) == ("parcels", "Apache-2.0")
    assert project["urls"] == {"Homepage": "https://parcels.example"}
    assert "pytest>=8" in project["optional-dependencies"]["test"]
    assert "## Unreleased" in files["CHANGELOG.md"]
    assert "src/parcels/py.typed" in files
    assert files["LICENSE"] == files["src/parcels/_core/LICENSE"]


def test_the_readme_names_attributes_that_errors_have(files: dict[str, str]) -> None:
    error = APIStatusError("refused")
    section = re.search(r"^## Errors\n(.*?)^## ", files["README.md"], re.DOTALL | re.MULTILINE)
    assert section is not None
    listed = re.search(r"with (`.*?`) and (`.*?`);", section[1])
    assert listed is not None
    names = [*re.findall(r"`(\w+)`", listed[0]), *re.findall(r"error\.(\w+)", section[1])]
    assert [name for name in names if not hasattr(error, name)] == []


def test_the_readme_shows_webhooks(tmp_path: Path) -> None:
    contract = tmp_path / "hooks.yaml"
    contract.write_text(
        "openapi: 3.1.0\ninfo: {title: Hooks, version: '1'}\npaths: {}\nwebhooks: {made: {post: {requestBody: "
        "{content: {application/json: {schema: {type: object, properties: {id: {type: string}}}}}}}}}\n"
    )
    text = emit_python(build_api(contract)[0])["README.md"]
    assert "## Webhooks" in text
    assert "event = hooks.parse_webhook(body)" in text


def test_a_new_package_passes_its_own_checks(files: dict[str, str], folder: Path) -> None:
    ruff = Path(sys.executable).with_name("ruff")
    for arguments in (["check"], ["format", "--check"]):
        command = [str(ruff), *arguments, "--no-cache", "."]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    project = tomllib.loads(files["pyproject.toml"])["project"]["optional-dependencies"]
    assert set(project["fast"]) <= set(project["test"]), "mypy reads the optional transport, too"
    assert "__pycache__/" in files[".gitignore"]


def test_every_docstring_says_what_a_method_calls(files: dict[str, str]) -> None:
    assert not [path for path, text in files.items() if '"""Returns:' in text or '"""Args:' in text]


def test_another_licence_is_the_owners_to_add() -> None:
    files = emit_python(build_api(CONTRACT)[0], PythonOptions(license='MIT "or" so'))
    assert tomllib.loads(files["pyproject.toml"])["project"]["license"] == 'MIT "or" so'
    assert "LICENSE" not in files
    assert "Apache License" in files["src/parcels/_core/LICENSE"]


def test_files_of_the_owner_are_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(CONTRACT), "--out", str(tmp_path), "--quiet"]
    assert main(arguments) == 0
    for name in ("CHANGELOG.md", "LICENSE", ".github/workflows/ci.yml"):
        (tmp_path / name).write_text("mine")
    (tmp_path / "src" / "parcels" / "extra.py").write_text("mine")
    assert main([*arguments, "--check"]) == 0
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert main(arguments) == 0
    assert "0 written, 0 removed" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before
    assert (tmp_path / "CHANGELOG.md").read_text() == "mine"
    (tmp_path / "LICENSE").unlink()
    assert main([*arguments, "--check"]) == 1


HELPERS = """
class ParcelsHelpers:
    def wait(self, id: str) -> str:
        return f"waited for {id}"


class AsyncParcelsHelpers:
    async def wait(self, id: str) -> str:
        return f"waited for {id}"
"""


def test_hand_written_helpers_belong_to_a_brand(tmp_path: Path) -> None:
    sdk = tmp_path / "sdk.yaml"
    sdk.write_text("resources: {parcels: {helpers: parcels}}")
    out = tmp_path / "out"
    arguments = [str(CONTRACT), "--sdk", str(sdk), "--out", str(out), "--quiet"]
    arguments += ["--option", "helpers=parcels.lib"]
    assert main(arguments) == 0, "without the module there are no helpers"
    lib = out / "src" / "parcels" / "lib"
    lib.mkdir()
    (lib / "__init__.py").write_text("")
    (lib / "parcels.py").write_text(HELPERS)
    assert main(arguments) == 0
    assert main([*arguments, "--check"]) == 0
    assert (lib / "parcels.py").read_text() == HELPERS
    code = "import parcels; print(parcels.Parcels(api_key='k-0123456789').parcels.wait('p1'))"
    env = {**os.environ, "PYTHONPATH": str(out / "src")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "waited for p1\n"
