"""The workspace: its lock, its generated files, its hooks and its targets."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}


@pytest.fixture(scope="module")
def locked() -> list[dict[str, Any]]:
    packages: list[dict[str, Any]] = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    return packages


def addresses(package: dict[str, Any]) -> Iterator[str]:
    if "registry" in package["source"]:
        yield package["source"]["registry"]
    for file in [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]:
        yield file["url"]


def test_the_lock_names_only_the_public_index(locked: list[dict[str, Any]]) -> None:
    hosts = {urlsplit(address).netloc for package in locked for address in addresses(package)}
    assert hosts == PUBLIC_HOSTS


def test_every_package_of_the_workspace_is_locked_as_editable(locked: list[dict[str, Any]]) -> None:
    workspace = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["workspace"]["members"]
    editable = {package["source"]["editable"] for package in locked if "editable" in package["source"]}
    assert editable == set(workspace)
    assert {str(path.parent.relative_to(ROOT)) for path in ROOT.glob("*/pyproject.toml")} | {"sdks/python"} == editable


def test_every_generated_file_is_marked_as_such_in_gitattributes() -> None:
    written = json.loads((ROOT / "sdks/python/onceward-generate.lock").read_text())["files"]
    gateway = (ROOT / "gateway/src/onceward_gateway").rglob("*")
    generated = [
        *(f"sdks/python/{name}" for name in written),
        *(str(path.relative_to(ROOT)) for path in gateway if path.suffix == ".json" or path.name == "new_file.sql"),
        "contract/openapi.yaml",
        "uv.lock",
    ]
    command = ["git", "check-attr", "linguist-generated", *generated]
    lines = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(lines) == len(generated)
    assert [line for line in lines if not line.endswith(": set")] == []


def test_hooks_of_commits_run_tools_of_the_environment() -> None:
    repositories = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]
    hooks = repositories[0]["hooks"]
    assert {hook["language"] for hook in hooks} == {"system"}
    for hook in hooks:
        program = hook["entry"].split()[0]
        assert (ROOT / program).exists() or (BIN / Path(program).name).exists(), program


def test_make_help_lists_every_target() -> None:
    targets = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    shown = subprocess.run(["make", "-s", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert [line.split()[0] for line in shown.splitlines()] == targets
