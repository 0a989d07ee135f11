"""Public contracts: each package can be imported, builds its models, and passes strict type checks.

The documents are public, but not all carry a licence to be copied: they are read from the folder that the environment
variable ``ONCEWARD_SPECS`` names, or from ``shared/reference/specs`` beside the repository.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from onceward_generator import build_api
from onceward_generator.emit.python import emit_python
from onceward_generator.model import all_methods

pytestmark = pytest.mark.slow

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "reference" / "specs"
FOLDER = Path(os.environ.get("ONCEWARD_SPECS") or BESIDE)
CONTRACTS = ["hanzo", "hanzo-gateway", "mistral", "openai"]

BUILD_ALL = """
import importlib, json, pkgutil
package = importlib.import_module(PACKAGE)
names = [m.name for m in pkgutil.walk_packages(package.__path__, PACKAGE + ".")]
for name in names:
    importlib.import_module(name)
from pydantic import BaseModel, TypeAdapter
built = 0
for name in names:
    if not name.startswith(PACKAGE + ".types.") or ".params" in name:
        continue
    module = importlib.import_module(name)
    for public in module.__all__:
        TypeAdapter(getattr(module, public))
        built += 1
client = getattr(package, CLIENT)(api_key="sk-0123456789abcdef", base_url="http://127.0.0.1:9")
print(json.dumps([len(names), built, type(client).__name__]))
"""


@pytest.fixture(scope="module", params=CONTRACTS)
def foreign(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, make_project: Any) -> Any:
    contract = FOLDER / f"{request.param}.yaml"
    if not contract.exists():
        pytest.skip(f"no public contract at {contract}; set ONCEWARD_SPECS to the folder that has it")
    api, _ = build_api(contract)
    return api, make_project(tmp_path_factory.mktemp("foreign"), emit_python(api))


def test_it_imports_builds_every_model_and_makes_a_client(foreign: Any) -> None:
    api, project = foreign
    client = "".join(api.brand.spelling)
    code = f"PACKAGE, CLIENT = {api.brand.package!r}, {client!r}\n{BUILD_ALL}"
    modules, built, made = project.run(code)
    assert modules > 20
    assert built > 10
    assert made == client


def test_it_passes_a_strict_type_check(foreign: Any, type_checker: Any) -> None:
    assert type_checker.check(foreign[0]) == ""


def test_no_operation_is_dropped(foreign: Any) -> None:
    api, project = foreign
    page = project.files["api.md"]
    methods = [method for method in all_methods(api.resources) if method.visible]
    assert page.count("\n- [`client.") == len(methods)
    for method in methods:
        assert f"`{method.http} {method.path}`" in page
