"""Names: unusual ones are usable, colliding ones are distinguished, and a new type renames no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from onceward_generator.emit.python import OptionError, PythonOptions, emit_python
from onceward_generator.model import (
    Api,
    ByTag,
    Field,
    ListType,
    LiteralType,
    Nullable,
    ObjectType,
    Origin,
    Prim,
    Primitive,
    Ref,
    Type,
    TypeDef,
    UnionType,
    Variant,
)
from onceward_generator.plan.python import plan
from onceward_generator.plan.python.shapes import ModelDef

STRING = Primitive(Prim.STRING)


def define(key: str, name: tuple[str, ...], type_: Type, family: str = "shared") -> TypeDef:
    return TypeDef(key, name, type_, "", Origin("a.yaml", "", 1, 1), False, True, family)


def with_types(api: Api, *definitions: TypeDef) -> Api:
    return replace(api, types={**api.types, **{d.key: d for d in definitions}})


def names(api: Api) -> dict[str, list[str]]:
    """Return class -> field names, for all response models."""
    found: dict[str, list[str]] = {}
    for module in plan(api).types:
        for definition in module.definitions:
            if isinstance(definition, ModelDef):
                found[definition.symbol.name] = [field.name for field in definition.fields]
    return found


def record(*fields: tuple[str, tuple[str, ...]]) -> ObjectType:
    return ObjectType(tuple(Field(wire, name, STRING, False) for wire, name in fields))


def test_a_new_type_renames_no_other(api: Api) -> None:
    before = names(api)
    added = define("ChatUsage", ("usage",), record(("a", ("a",))), "chat")
    after = names(with_types(api, added))
    assert {name: fields for name, fields in after.items() if name in before} == before
    assert set(after) - set(before) == {"ChatUsage"}


def test_names_that_differ_in_case_alone_stay_apart(api: Api) -> None:
    first = define("run_step", ("run", "step"), record(("a", ("a",))))
    second = define("RunStep", ("run", "step"), record(("b", ("b",))))
    found = names(with_types(api, first, second))
    assert found["RunStep"] == ["b"]
    assert found["SharedRunStep"] == ["a"]


def test_a_class_keeps_the_spelling_of_the_contract(api: Api) -> None:
    assert "URLCitation" in names(with_types(api, define("URLCitation", ("url", "citation"), record(("a", ("a",))))))


@pytest.mark.parametrize(
    ("wire", "name", "expected"),
    [
        ("from", ("from",), "from_"),
        ("None", ("none",), "none"),
        ("copy", ("copy",), "copy_"),
        ("model_dump", ("model", "dump"), "model_dump_"),
        ("2fa", ("2fa",), "value_2fa"),
        ("$id", ("id",), "id"),
        ("_private", ("private",), "private"),
        ("", (), "value"),
    ],
)
def test_awkward_keys_become_attributes(api: Api, wire: str, name: tuple[str, ...], expected: str) -> None:
    assert names(with_types(api, define("Awkward", ("awkward",), record((wire, name)))))["Awkward"] == [expected]


def test_keys_with_one_name_stay_apart(api: Api) -> None:
    keys = record(
        ("maxTokens", ("max", "tokens")), ("max_tokens", ("max", "tokens")), ("max-tokens", ("max", "tokens"))
    )
    found = names(with_types(api, define("Twins", ("twins",), keys)))["Twins"]
    assert found[:2] == ["maxTokens", "max_tokens"]
    assert len(set(found)) == 3


@pytest.mark.process
@pytest.mark.parametrize("name", ["Model", "Literal", "Field", "TypeAlias", "Mapping", "UnknownVariant", "Annotated"])
def test_a_type_may_be_called_like_what_the_module_imports(api: Api, name: str) -> None:
    inner = define(name, (name.lower(),), ObjectType((Field("tag", ("tag",), STRING, True),)))
    outer = define("Outer", ("outer",), ObjectType((Field("inner", ("inner",), Nullable(Ref(name)), True),)))
    text = emit_python(with_types(api, inner, outer))["src/sample_api_sdk/types/shared.py"]
    assert "inner: " in text
    compile(text, "shared.py", "exec")


@pytest.mark.process
def test_an_object_that_is_nullable_by_definition_is_one_class(api: Api) -> None:
    maybe = define("Maybe", ("maybe",), Nullable(ObjectType((Field("a", ("a",), STRING, True),))))
    user = define("User", ("user",), ObjectType((Field("all", ("all",), ListType(Ref("Maybe")), True),)))
    text = emit_python(with_types(api, maybe, user))["src/sample_api_sdk/types/shared.py"]
    assert "class Maybe(Model)" in text
    assert "all: list[Maybe | None]" in text


@pytest.mark.process
def test_a_docstring_may_hold_anything(api: Api) -> None:
    nasty = 'ends with a quote "\n\nand has """ and \\n and a tab\tand a bell \x07 and a long ' + "word " * 60 + "\\"
    odd = replace(define("Odd", ("odd",), record(("a", ("a",)))), description=nasty)
    text = emit_python(with_types(api, odd))["src/sample_api_sdk/types/shared.py"]
    compile(text, "shared.py", "exec")
    assert max(map(len, text.splitlines())) <= 120


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(OptionError, match="`runtimes` is not an option"):
        PythonOptions.of({"runtimes": "x"})
    with pytest.raises(OptionError, match="'in-place'"):
        PythonOptions.of({"runtime": "elsewhere"})


def test_a_tag_with_a_default_decides_and_may_be_absent(api: Api, tmp_path: Path, make_project: Any) -> None:
    def tagged(value: str) -> ObjectType:
        tag = Field("kind", ("kind",), LiteralType(value), False, default=value, has_default=True)
        return ObjectType((tag, Field(value, (value,), STRING, True)))

    variants = tuple(Variant((name,), Ref(name)) for name in ("alpha", "beta"))
    union = UnionType(variants, ByTag("kind", (("alpha", 0), ("beta", 1))))
    listing = ObjectType((Field("all", ("all",), ListType(union), True),))
    alpha, beta = (define(name, (name,), tagged(name)) for name in ("alpha", "beta"))
    files = emit_python(with_types(api, alpha, beta, define("Listing", ("listing",), listing)))
    code = """
import json
from sample_api_sdk.types import Listing
sent = [{"kind": "beta", "beta": "b"}, {"alpha": "a"}, {"kind": "gamma", "g": 1}]
value = Listing.model_validate_json(json.dumps({"all": sent}))
print(json.dumps([[type(item).__name__ for item in value.all], value.to_dict()["all"] == sent, value.all[1].kind]))
"""
    assert make_project(tmp_path, files).run(code) == [["Beta", "Alpha", "UnknownVariant"], True, "alpha"]
