"""The tests of generated packages pass, and fail if the package or the server is at fault."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from onceward_generator import build_api
from onceward_generator.emit.python import emit_python
from onceward_generator.model import all_methods
from onceward_generator.samples import matching

pytestmark = pytest.mark.process

SMALL = sorted((Path(__file__).parents[1] / "contracts").glob("*.yaml"))


def written(contract: Path, folder: Path) -> int:
    """Write a package, and return the number of its methods."""
    api, _ = build_api(contract)
    for path, text in emit_python(api).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    return sum(method.visible for method in all_methods(api.resources))


def run_tests(folder: Path) -> str:
    env = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", "tests"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("contract", SMALL, ids=lambda path: path.stem)
def test_the_generated_tests_pass(contract: Path, tmp_path: Path) -> None:
    methods = written(contract, tmp_path)
    if methods == 0:
        pytest.skip("the contract has no operations")
    report = run_tests(tmp_path)
    last = report.splitlines()[-1]
    assert "failed" not in last, report
    assert "error" not in last, report
    assert int(last.split(" passed")[0].split()[-1]) >= methods * 3 // 4, report


def test_the_generated_tests_fail_for_a_wrong_path(tmp_path: Path) -> None:
    written(next(path for path in SMALL if path.stem == "oddities"), tmp_path)
    [resource] = (tmp_path / "src" / "oddities" / "resources").glob("uploads.py")
    resource.write_text(resource.read_text().replace('path="/uploads"', 'path="/upload"'))
    assert "1 failed" in run_tests(tmp_path).splitlines()[-1]


@pytest.mark.parametrize(
    ("pattern", "least"),
    [
        ("^[a-z0-9-]+$", 5), (r"^\d{4}-\d{2}$", 0), ("^(?:a|bc)+x?$", 0), (r"^[^/]+/[^/]+$", 0), ("^[A-Z]{2,5}$", 3),
        (r"^\S*$", 2), ("[_.]", 0), ("^$", 0), (r"^[\w.-]{1,64}$", 1), ("^pi_", 0),
    ],
)  # fmt: skip
def test_a_text_for_a_pattern(pattern: str, least: int) -> None:
    import re

    found = matching(pattern, least)
    assert found is not None
    assert re.search(pattern, found)
    assert len(found) >= least


def test_no_text_for_a_pattern_that_excludes_everything() -> None:
    assert matching("a^b") is None
    assert matching("^a{3}$", least=5) is None
    assert matching("[") is None


def test_files_inside_of_json_and_events_are_texts(tmp_path: Path) -> None:
    file = "{type: string, format: binary}"
    inside = f"{{type: object, required: [f], properties: {{f: {file}}}}}"
    answers = {
        "event": f"text/event-stream: {{schema: {file}}}",
        "events": f"text/event-stream: {{schema: {inside}}}",
        "value": f"application/json: {{schema: {inside}}}",
    }
    paths = "".join(
        f"  /{name}: {{get: {{responses: {{'200': {{description: ok, content: {{{content}}}}}}}}}}}\n"
        for name, content in answers.items()
    )
    contract = tmp_path / "files.yaml"
    contract.write_text(f"openapi: 3.1.0\ninfo: {{title: Files, version: '1'}}\npaths:\n{paths}")
    written(contract, tmp_path / "package")
    assert "2 passed, 1 skipped" in run_tests(tmp_path / "package")


def test_the_samples_of_a_path_are_not_empty(tmp_path: Path) -> None:
    contract = tmp_path / "places.yaml"
    place = "{type: object, properties: {id: {type: integer, readOnly: true}, x: {type: integer}, y: {type: integer}}}"
    contract.write_text(
        "openapi: 3.1.0\ninfo: {title: Places, version: '1'}\nservers: [{url: 'https://places.example'}]\npaths:\n"
        f"  /at/{{place}}: {{get: {{parameters: [{{name: place, in: path, required: true, schema: {place}}}], "
        "responses: {'204': {description: done}}}}\n"
    )
    assert written(contract, tmp_path / "out") == 1
    assert run_tests(tmp_path / "out").splitlines()[-1].startswith("1 passed")
