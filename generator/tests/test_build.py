"""Models of contracts: completeness, names and unusual schemas."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from contracts import HERE, NO_PUBLISHED, PUBLISHED, PUBLISHED_FOLDER, SMALL, bundled, method, methods_of
from decode import from_json

from onceward_generator import build_api
from onceward_generator.canonical import to_json
from onceward_generator.load import METHODS
from onceward_generator.model import (
    Api,
    BodyKind,
    ByJsonType,
    ByTag,
    ByUniqueKey,
    Check,
    EnumType,
    FileType,
    JsonType,
    ListType,
    LiteralType,
    MapType,
    Nullable,
    ObjectType,
    PageStyle,
    Place,
    Prim,
    Primitive,
    Ranked,
    Ref,
    ResultKind,
    RetryClass,
    Type,
    UnionType,
)

COUNTS = {"openai": 288, "mistral": 173, "hanzo": 18, "hanzo-gateway": 28}


def read(name: str) -> Api:
    return build_api(HERE / "contracts" / f"{name}.yaml")[0]


def field(api: Api, key: str, wire: str) -> Type:
    shape = api.types[key].type
    assert isinstance(shape, ObjectType)
    return next(one.type for one in shape.fields if one.wire == wire)


def endpoints_in(path: Path) -> list[str]:
    paths = bundled(path)["paths"]
    return [f"{http.upper()} {route}" for route, item in paths.items() for http in item if http in METHODS]


@pytest.mark.skipif(not PUBLISHED, reason=NO_PUBLISHED)
@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_no_operation_of_a_published_contract_is_dropped(path: Path) -> None:
    api, diagnostics = build_api(path)
    methods = list(methods_of(api))
    reached = len(methods) + sum(len(one.aliases) for one in methods)
    assert reached == len(endpoints_in(path)) == COUNTS.get(path.stem, reached)
    assert len({one.id for one in methods}) == len(methods)
    assert all(found.origin.line > 0 and found.origin.file for found in diagnostics)
    assert not [found for found in diagnostics if found.code in {"W101", "W103"}]
    _assert_sound(api)


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_small_contracts_give_sound_models(path: Path) -> None:
    api, _ = build_api(path)
    methods = list(methods_of(api))
    assert len(methods) + sum(len(one.aliases) for one in methods) == len(endpoints_in(path))
    _assert_sound(api)


def _assert_sound(api: Api) -> None:
    """References have targets, names are unique in every case, and the canonical form is faithful."""
    names = ["".join(one.name) for one in api.types.values()]
    assert len(set(names)) == len(names)
    for one in api.types.values():
        assert one.sent or one.received
        assert one.family
        _assert_type(api, one.type)
    for call in methods_of(api):
        arguments = ["".join(param.name) for param in call.params]
        assert len(set(arguments)) == len(arguments), call.id
        for param in call.params:
            _assert_type(api, param.type)
    assert from_json(to_json(api)) == api


def _assert_type(api: Api, one: Type) -> None:
    match one:
        case Ref(key):
            assert key in api.types
        case Nullable(inner):
            assert not isinstance(inner, Nullable)
            _assert_type(api, inner)
        case ObjectType(fields):
            spelled = ["".join(item.name) for item in fields]
            assert len(set(spelled)) == len(spelled)
            for item in fields:
                _assert_type(api, item.type)
        case UnionType(variants, strategy):
            assert len(variants) > 1
            assert len({"".join(item.name) for item in variants}) == len(variants)
            if isinstance(strategy, ByTag | ByJsonType | ByUniqueKey):
                assert {index for _, index in strategy.mapping} == set(range(len(variants)))
        case EnumType(_, members):
            assert len({"".join(item.name) for item in members}) == len(members)
        case _:
            pass


def test_the_old_dialect_reads_like_the_new_one() -> None:
    api = read("legacy")
    assert field(api, "Pet", "name") == Nullable(Primitive(Prim.STRING))
    assert field(api, "Pet", "owner") == Nullable(Ref("Owner"))
    assert field(api, "Pet", "friend") == Nullable(Ref("Pet"))
    assert field(api, "Pet", "kind") == Nullable(Ref("PetKind"))
    assert [one.id for one in methods_of(api)] == [
        "pets.list", "pets.create", "pets.retrieve", "pets.delete", "pets.cancel",
    ]  # fmt: skip
    assert method(api, "pets.delete").result.kind is ResultKind.EMPTY


def test_nothing_is_sent_twice_where_the_contract_knows_no_key() -> None:
    without, with_keys = read("legacy"), read("streams")
    assert method(without, "pets.list").retry is RetryClass.SAFE
    assert method(without, "pets.create").retry is RetryClass.NEVER
    keyed = method(with_keys, "flag.create")
    assert keyed.retry is RetryClass.KEYED
    assert all(param.place is not Place.HEADER for param in keyed.params)


def test_the_path_of_the_server_stays_in_the_base_url() -> None:
    api = read("legacy")
    assert api.servers[0].url == api.brand.base_url == "https://eu.example.com/api/v1"
    assert method(api, "pets.list").path == "/pets"


def test_names_that_collide_are_told_apart_by_what_differs() -> None:
    api = read("oddities")
    run = method(api, "models.run")
    assert [(param.wire, param.name) for param in run.params] == [
        ("model", ("model",)),
        ("model", ("body", "model")),
        ("Id", ("upper", "id")),
        ("id", ("id",)),
        ("x-y", ("x", "minus", "y")),
        ("x_y", ("x", "y")),
        ("from", ("from",)),
        ("", ("empty",)),
    ]
    assert api.types["a.b.Thing"].name == ("a", "dot", "b", "dot", "thing")
    assert api.types["a-b-Thing"].name == ("a", "b", "thing")


def test_paths_with_queries_slashes_and_undeclared_parameters() -> None:
    api, diagnostics = build_api(HERE / "contracts" / "oddities.yaml")
    assert method(api, "beta.things.retrieve").path == "/things/{thing.id}?beta=true"
    rest = method(api, "files.raw.retrieve").params[1]
    assert (rest.wire, rest.multi_segment, rest.place) == ("rest", True, Place.PATH)
    assert "oddities.yaml:21:7: W108" in "\n".join(map(str, diagnostics))


def test_query_styles_come_through() -> None:
    found = {param.wire: (param.style, param.explode) for param in method(read("oddities"), "things.retrieve").params}
    assert found["filter"] == ("deepObject", True)
    assert found["tags[]"] == ("form", True)
    assert found["ids"] == ("form", False)


def test_a_body_with_files_is_multipart_beside_its_json() -> None:
    upload = method(read("oddities"), "uploads.create")
    assert upload.body is not None
    assert upload.body.kind is BodyKind.JSON
    (files,) = upload.alternatives
    assert files.body.kind is BodyKind.MULTIPART
    assert files.params[0].required
    assert {param.wire: param.style for param in files.params} == {"files": "brackets", "labels[]": "content"}
    raw = method(read("oddities"), "raw.create")
    assert (raw.params[0].place, raw.params[0].type) == (Place.WHOLE_BODY, FileType())
    assert raw.result.kind is ResultKind.TEXT


def test_odd_enum_values_have_names() -> None:
    api = read("oddities")
    shape = api.types["SizesSizeChoice"].type
    assert isinstance(shape, EnumType)
    assert {member.value: "_".join(member.name) for member in shape.members} == {
        "256x256": "256x256", "": "empty", "+1": "plus_1", "1.5": "1_dot_5", "15": "15", "ünïcode": "unicode",
        "no": "no", "yes": "yes",
    }  # fmt: skip
    assert field(api, "Sizes", "only") == LiteralType("one")


def test_what_leads_nowhere_becomes_an_open_type_with_a_warning() -> None:
    api, diagnostics = build_api(HERE / "contracts" / "oddities.yaml")
    assert method(api, "nodes.update").result.type == JsonType()
    [ghost] = [found for found in diagnostics if found.code == "W103"]
    assert (ghost.origin.line, ghost.origin.column) == (58, 82)


@pytest.mark.parametrize(
    ("wire", "strategy"),
    [
        ("explicit", ByTag("kind", (("c", 0), ("d", 1)))),
        ("implicit", ByTag("kind", (("Cat", 0), ("Dog", 1)))),
        ("tagged", ByTag("type", (("text", 0), ("image", 1)))),
        ("keyed", ByUniqueKey((("url", 0), ("id", 1)))),
        ("ranked", Ranked()),
        ("distributed", ByTag("type", (("text", 0), ("image", 1)))),
    ],
)
def test_unions_are_decided_before_anything_is_tried(wire: str, strategy: object) -> None:
    api = read("unions")
    shape = field(api, "All", wire)
    union = api.resolve(shape.inner if isinstance(shape, Nullable) else shape)
    assert isinstance(union, UnionType)
    assert union.strategy == strategy


def test_in_a_mixed_union_the_shape_decides_first() -> None:
    api = read("unions")
    mixed = api.resolve(field(api, "All", "mixed"))
    assert isinstance(mixed, UnionType)
    assert isinstance(mixed.strategy, ByJsonType)
    inner = api.resolve(mixed.variants[1].type)
    assert isinstance(inner, UnionType)
    assert isinstance(inner.strategy, ByTag)


def test_bounds_of_a_list_in_a_union_are_kept_apart_from_those_of_a_text() -> None:
    api = read("unions")
    [shaped] = [param for param in method(api, "unions.send").params if param.wire == "shaped"]
    union = api.resolve(shaped.type)
    assert isinstance(union, UnionType)
    assert (shaped.check, [variant.check for variant in union.variants]) == (None, [None, Check(max_length=4)])


def test_what_is_inside_another_type_keeps_its_bounds() -> None:
    api = read("unions")
    [bounded] = [param for param in method(api, "unions.send").params if param.wire == "bounded"]
    one = api.resolve(bounded.type)
    assert isinstance(one, MapType)
    assert bounded.check == Check(min_length=1)
    items = api.resolve(one.value)
    assert isinstance(items, ListType)
    assert (one.check, items.check) == (Check(max_length=3), Check(min_length=1, pattern="^[a-z]+$"))
    union = api.resolve(field(api, "All", "mixed_bounds"))
    assert isinstance(union, UnionType)
    assert [variant.check for variant in union.variants] == [Check(min_length=2), Check(exclusive_minimum=0)]


def test_open_enums_are_open_and_say_what_their_values_mean() -> None:
    api = read("unions")
    opened, consts = (api.resolve(field(api, "All", wire)) for wire in ("open", "consts"))
    assert isinstance(opened, EnumType)
    assert opened.open
    assert isinstance(consts, EnumType)
    assert not consts.open
    assert [member.description for member in consts.members] == ["Switched on.", ""]


@pytest.mark.parametrize(
    ("id_", "flag", "event", "done", "terminal"),
    [
        ("both.create", "stream", Ref("Event"), "[DONE]", ()),
        ("flag.create", "stream", Ref("AnswerChunk"), "[DONE]", ()),
        ("always.watch", None, Ref("Event"), "[DONE]", ()),
        ("apart.start", "stream", Ref("Event"), "[DONE]", ()),
        ("lines.export", None, Ref("Chunk"), None, ()),
        ("unknown.create", "stream", JsonType(), None, ()),
    ],
)
def test_streams_are_found(
    id_: str, flag: str | None, event: Type, done: str | None, terminal: tuple[str, ...]
) -> None:
    found = method(read("streams"), id_).streams
    assert found is not None
    assert (found.flag, found.event, found.done, found.terminal) == (flag, event, done, terminal)
    assert found.framed_end == (id_ in {"always.watch", "lines.export", "unknown.create"})


@pytest.mark.parametrize(
    ("id_", "style", "items", "param", "following"),
    [
        ("after.list", PageStyle.AFTER, ("data",), "after", None),
        ("cursor.list", PageStyle.CURSOR, ("results",), "cursor", ("pagination", "next_cursor")),
        ("numbered.list", PageStyle.PAGE, ("data",), "page", None),
        ("offset.list", PageStyle.OFFSET, (), "offset", None),
        ("linked.list", PageStyle.URL, ("items",), None, ("next",)),
        ("plain.list", PageStyle.NONE, ("data",), None, None),
    ],
)
def test_pages_are_found(
    id_: str, style: PageStyle, items: tuple[str, ...], param: str | None, following: tuple[str, ...] | None
) -> None:
    found = method(read("streams"), id_).pages
    assert found is not None
    assert (found.style, found.items, found.cursor_param, found.next) == (style, items, param, following)
    assert found.item == Ref("Chunk")


def test_twins_that_are_the_same_are_one() -> None:
    assert list(read("twins").types) == ["Same", "Other-Input", "Other-Output"]


def test_a_new_operation_renames_nothing(tmp_path: Path) -> None:
    text = (HERE / "contracts" / "unions.yaml").read_text()
    answer = "{'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Cat'}}}}}"
    more = f"  /a_first:\n    get: {{responses: {answer}}}\n"
    (tmp_path / "more.yaml").write_text(text.replace("paths:\n", f"paths:\n{more}"))
    before, after = read("unions"), build_api(tmp_path / "more.yaml")[0]
    assert {key: one.name for key, one in before.types.items()}.items() <= {
        k: o.name for k, o in after.types.items()
    }.items()
    assert {one.id for one in methods_of(before)} < {one.id for one in methods_of(after)}


DETERMINISM = PUBLISHED_FOLDER / "mistral.yaml" if PUBLISHED else HERE / "contracts" / "unions.yaml"


def test_the_model_does_not_depend_on_hash_seed_folder_or_locale(tmp_path: Path) -> None:
    outputs = set()
    for seed, folder, locale in (("0", tmp_path, "C"), ("1", Path.cwd(), "C.UTF-8"), ("77", Path("/"), "POSIX")):
        command = [sys.executable, "-m", "onceward_generator", "model", str(DETERMINISM)]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale}
        ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
        outputs.add(ran.stdout)
    assert len(outputs) == 1


def test_parameters_of_a_path_have_one_type_for_all_its_operations(tmp_path: Path) -> None:
    path = tmp_path / "shared.yaml"
    path.write_text(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /v1/pets/{id}:\n    parameters:\n"
        "      - {name: id, in: path, required: true, schema: {type: string}}\n"
        "      - {name: view, in: query, schema: {type: string, enum: [full, short]}}\n"
        "    get: {responses: {'204': {description: ok}}}\n    delete: {responses: {'204': {description: ok}}}\n"
    )
    api, _ = build_api(path)
    assert list(api.types) == ["PetsView"]
