"""Render the project files of a package with its own brand: metadata, README, licence, changelog, checks in CI."""

from __future__ import annotations

import json
from pathlib import Path

from onceward_generator.files import Once
from onceward_generator.plan.python import Package, PythonOptions

from .readme import distribution, render_readme

__all__ = ["project_files"]

PYPROJECT = """# Generated from the contract by onceward-generate.
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = {name}
dynamic = ["version"]
description = {description}
readme = "README.md"
license = {license}
requires-python = ">=3.11"
dependencies = ["httpx2>=2.16,<3", "pydantic>=2.11,<3"]
classifiers = ["Typing :: Typed"]

[project.optional-dependencies]
fast = ["pyreqwest>=0.15,<0.16"]
test = ["mypy>=1.15", "pyreqwest>=0.15,<0.16", "pytest>=8"]
{urls}
[tool.hatch.version]
path = "src/{folder}/_version.py"

[tool.hatch.build.targets.wheel]
packages = ["src/{folder}"]

[tool.mypy]
strict = true
files = ["src"]

[tool.pytest.ini_options]
testpaths = ["tests"]

[tool.ruff]
line-length = 120
src = ["src"]

[tool.ruff.lint]
select = ["B", "E", "F", "I", "UP", "W"]
"""

GITIGNORE = """# Written once by onceward-generate; edit it as you like.
__pycache__/
*.egg-info/
.venv/
.mypy_cache/
.pytest_cache/
.ruff_cache/
build/
dist/
"""

CI = """# Written once by onceward-generate; edit it as you like.
name: ci
on:
  push: {branches: [main]}
  pull_request:

jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python: ["3.11", "3.12", "3.13", "3.14"]
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {python-version: "${{ matrix.python }}"}
      - run: pip install -e '.[test]'
      - run: mypy
      - run: pytest
"""

CHANGELOG = """# Changelog

Versions follow semantic versioning. `onceward-generate diff OLD NEW` writes the entry of a new version.

## Unreleased

- First version.
"""

_DATA = Path(__file__).parent / "data"


def project_files(package: Package, options: PythonOptions) -> dict[str, str]:
    """Return the project files of a package. Those of class `Once` are only written where none exist."""
    brand = package.brand
    words = " ".join(package.api.title.split())
    licence = (_DATA / "LICENSE").read_text(encoding="utf-8")
    folder = brand.package.replace(".", "/")
    files = {
        "pyproject.toml": PYPROJECT.format(
            name=_quoted(distribution(package)),
            description=_quoted(words),
            license=_quoted(options.license),
            urls=f"\n[project.urls]\nHomepage = {_quoted(options.homepage)}\n" if options.homepage else "",
            folder=folder,
        ),
        "README.md": render_readme(package),
        "CHANGELOG.md": Once(CHANGELOG),
        ".gitignore": Once(GITIGNORE),
        ".github/workflows/ci.yml": Once(CI),
        f"src/{folder}/_core/LICENSE": licence,
    }
    return files | ({"LICENSE": Once(licence)} if options.license == "Apache-2.0" else {})


def _quoted(text: str) -> str:
    """Return a text as a string of TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
