"""The workspace: one lock for all packages, free of any machine's configuration."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
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
