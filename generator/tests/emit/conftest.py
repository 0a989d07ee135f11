"""A package generated from the sample API in a temporary folder, shared by all tests of the emitter."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from onceward_generator.emit.python import emit_python
from onceward_generator.model import Api


def _load_sample() -> Any:
    spec = importlib.util.spec_from_file_location("sample_api", Path(__file__).parent / "sample_api.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(files: Mapping[str, str], folder: Path) -> Path:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    return folder


class Project:
    """A generated project, used from other processes."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        self.folder = folder
        self.files = files

    def run(self, code: str, *flags: str) -> Any:
        """Run code with the package on the path, and return its last line of output, decoded as JSON."""
        env = {**os.environ, "PYTHONPATH": str(self.folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, "-W", "error", *flags, "-c", code], env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def mypy(self, *targets: str) -> str:
        env = {**os.environ, "MYPYPATH": str(self.folder / "src")}
        command = [sys.executable, "-m", "mypy", "--strict", "--python-version=3.11", "--no-error-summary", *targets]
        done = subprocess.run(command, env=env, cwd=self.folder, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr


@pytest.fixture(scope="session")
def api() -> Api:
    found: Api = _load_sample().sample_api()
    return found


class TypeChecker:
    """Checks the types of packages in one folder and under one name, so that the runtime in them is checked once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self, api: Api) -> str:
        """Return the errors of `mypy --strict` in the package of an API."""
        files = emit_python(replace(api, brand=replace(api.brand, package="checked")))
        shutil.rmtree(self._folder / "src", ignore_errors=True)
        return Project(write(files, self._folder), files).mypy("src/checked")


@pytest.fixture(scope="session")
def type_checker(tmp_path_factory: pytest.TempPathFactory) -> TypeChecker:
    return TypeChecker(tmp_path_factory.mktemp("checked"))


@pytest.fixture(scope="session")
def make_project() -> Callable[[Path, Mapping[str, str]], Project]:
    return lambda folder, files: Project(write(files, folder), files)


@pytest.fixture(scope="session")
def project(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Project:
    files = emit_python(api)
    return Project(write(files, tmp_path_factory.mktemp("project")), files)
