"""Paths, parameters and schemas with awkward names: everything is generated, imports, and sends its own path."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from contracts import HERE

from onceward_generator import build_api
from onceward_generator.emit.python import emit_python
from onceward_generator.load import read_text
from onceward_generator.model import Api
from onceward_generator.plan.python import plan

CONTRACT = HERE / "contracts" / "awkward.yaml"


@pytest.fixture(scope="module")
def awkward() -> Api:
    return build_api(CONTRACT)[0]


@pytest.fixture(scope="module")
def project(awkward: Api, tmp_path_factory: pytest.TempPathFactory, make_project: Any) -> Any:
    return make_project(tmp_path_factory.mktemp("awkward"), emit_python(awkward))


@pytest.mark.process
def test_it_imports_and_passes_a_strict_type_check(awkward: Api, project: Any, type_checker: Any) -> None:
    code = """
import importlib, json, pkgutil, users
names = [found.name for found in pkgutil.walk_packages(users.__path__, "users.")]
for name in names:
    importlib.import_module(name)
print(json.dumps(len(names)))
"""
    assert project.run(code) > 20
    assert type_checker.check(awkward) == ""


@pytest.mark.process
def test_every_operation_sends_its_own_path(project: Any) -> None:
    document = read_text(CONTRACT.read_text(encoding="utf-8"), CONTRACT.name)
    code = """
import json, re
from users import Users
from users.testing import FakeServer
calls = re.findall(r"^- \\[`client\\.([^(]*)\\(([^)]*)\\)", PAGE, re.M)
with FakeServer() as server, Users(api_key="k-0123456789abc", base_url=server.url) as client:
    sent = []
    for path, arguments in calls:
        server.respond_json({})
        call = client
        for attribute in path.split("."):
            call = getattr(call, attribute)
        call(*("x" for argument in arguments.split(", ") if not argument.startswith("**")))
        sent.append(server.requests[-1].path)
print(json.dumps(sent))
"""
    sent = project.run(f"PAGE = {project.files['api.md']!r}\n{code}")
    declared = [path.replace("{True}", "x").replace("{编号}", "x").replace("{key}", "x") for path in document["paths"]]
    assert sorted(unquote(path) for path in sent) == sorted(declared)


def test_an_exact_name_is_kept(awkward: Api) -> None:
    odd = awkward.types["Odd"].type
    names = {field.wire: "_".join(field.name) for field in odd.fields}  # type: ignore[union-attr]
    assert names["foo_bar"] == "foo_bar"
    assert names["fooBar"] == "foo_upper_bar"
    assert len(set(names.values())) == len(names)


def test_names_are_unique_where_they_meet(awkward: Api) -> None:
    package = plan(awkward)
    tops = [module.root.name for module in package.resources]
    met = [*tops, *(f"Async{name}" for name in tops), package.client, f"Async{package.client}"]
    assert len(set(met)) == len(met)
    assert len({module.module for module in package.resources}) == len(package.resources)
    for module in package.resources:
        constants = [method.operation.constant for one in module.resources for method in one.methods]
        classes = [name for one in module.resources for name in (one.name, f"Async{one.name}")]
        assert len(set(constants)) == len(constants)
        assert len(set(classes)) == len(classes)


@pytest.mark.process
def test_unions_pass_a_strict_type_check(type_checker: Any) -> None:
    assert type_checker.check(build_api(HERE / "contracts" / "inheritance.yaml")[0]) == ""
