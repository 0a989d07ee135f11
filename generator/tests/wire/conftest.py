"""Contracts generated into a temporary folder, imported, and played against a server that records the bytes."""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from contracts import methods_of
from wire_server import Answer, Recorded, WireServer

from onceward_generator import build_api
from onceward_generator.diagnostics import Diagnostic
from onceward_generator.emit.python import PythonOptions, emit_python
from onceward_generator.model import Api


@dataclass
class Sdk:
    """A generated package, imported."""

    api: Api
    diagnostics: list[Diagnostic]
    folder: Path
    module: ModuleType
    clients: list[Any] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        """The codes of the diagnostics, without notes."""
        return [found.code for found in self.diagnostics if not found.code.startswith("N")]

    def method(self, client: Any, endpoint: str) -> Any:
        """Return the method of ``METHOD path`` of a client, whatever its name is."""
        for name in self.name(endpoint).split("."):
            client = getattr(client, name)
        return client

    def name(self, endpoint: str) -> str:
        """Return the dotted name of the method of ``METHOD path``."""
        return next(one.id for one in methods_of(self.api) if f"{one.http} {one.path}" == endpoint)

    def call(self, endpoint: str, *arguments: Any, **keywords: Any) -> Any:
        """Call the method of ``METHOD path`` with a new client."""
        return self.method(self.client(), endpoint)(*arguments, **keywords)

    def client(self, **options: Any) -> Any:
        """Return a client for the contract's own server, closed after the test."""
        name = "".join(word.capitalize() for word in self.api.brand.name)
        made = getattr(self.module, name)(**{"max_retries": 0, **options})
        self.clients.append(made)
        return made


class Wire:
    """The server, and the generator. ``SERVER`` in a contract stands for the server's URL."""

    def __init__(self, server: WireServer, folder: Path) -> None:
        self.server = server
        self._folder = folder
        self._made: dict[str, Sdk] = {}

    def sdk(self, contract: str, **options: Any) -> Sdk:
        """Generate and import the package of a contract, which is generated only once."""
        text = contract.replace("SERVER", self.server.url)
        key = hashlib.sha256(repr((text, options)).encode()).hexdigest()[:12]
        if key not in self._made:
            self._made[key] = self._generate(text, f"wire_{key}", options)
        return self._made[key]

    def _generate(self, text: str, package: str, options: dict[str, Any]) -> Sdk:
        folder = self._folder / package
        folder.mkdir()
        (folder / "contract.yaml").write_text(text)
        api, diagnostics = build_api(folder / "contract.yaml")
        api = replace(
            api, brand=replace(api.brand, package=package, env_prefix=package.upper(), name=("wired",), spelling=())
        )
        for path, content in emit_python(api, PythonOptions.of(options)).items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
        sys.path.insert(0, str(folder / "src"))
        try:
            module = importlib.import_module(package)
        finally:
            sys.path.remove(str(folder / "src"))
        return Sdk(api, diagnostics, folder, module)

    def client(self, contract: str, **options: Any) -> Any:
        """Return a client of a contract."""
        return self.sdk(contract).client(**options)

    def call(self, contract: str, endpoint: str, *positional: Any, **arguments: Any) -> Any:
        """Call the method for an endpoint with a new client of a contract."""
        sdk = self.sdk(contract)
        return sdk.method(sdk.client(), endpoint)(*positional, **arguments)

    # what was received, and what is answered

    @property
    def last(self) -> Recorded:
        return self.server.last

    @property
    def requests(self) -> list[Recorded]:
        return self.server.requests

    def answer(self, body: bytes, content_type: str = "application/json", **parts: Any) -> None:
        """Prepare the answer of one more request."""
        self.server.answer(Answer(body, headers=[("Content-Type", content_type)], **parts))

    def reset(self) -> None:
        """Close the clients of a test, and forget what was recorded."""
        for sdk in self._made.values():
            while sdk.clients:
                sdk.clients.pop().close()
        self.server.forget()


@pytest.fixture(scope="session")
def _wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    server = WireServer()
    yield Wire(server, tmp_path_factory.mktemp("wire"))
    server.close()


@pytest.fixture
def wire(_wire: Wire) -> Iterator[Wire]:
    yield _wire
    _wire.reset()


@pytest.fixture
def make_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that writes and imports the files of a package."""

    def make(files: dict[str, str], name: str) -> ModuleType:
        for path, content in files.items():
            target = tmp_path / "package" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
        monkeypatch.syspath_prepend(str(tmp_path / "package" / "src"))
        return importlib.import_module(name)

    return make
