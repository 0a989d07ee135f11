"""Reading: positions, bundles of files, and errors with their position."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from contracts import NO_PUBLISHED, PUBLISHED, REFS, SMALL, SPLIT, bundled, methods_of
from hypothesis import given
from hypothesis import strategies as st

from onceward_generator import build_api
from onceward_generator.diagnostics import ContractError, Report
from onceward_generator.load import Map, Seq, bundle, read_text, write_yaml

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)


def test_every_node_knows_its_line_and_column() -> None:
    document = read_text("a:\n  b: [1,\n      x]\n", "f.yaml")
    assert isinstance(document, Map)
    inner = document["a"]
    assert (inner.where("b").line, inner.where("b").column, inner.where("b").pointer) == (2, 6, "/a/b")
    assert isinstance(inner["b"], Seq)
    assert (inner["b"].where(1).line, inner["b"].where(1).column) == (3, 7)


def test_words_that_yaml_1_1_took_for_booleans_are_words() -> None:
    document = read_text("{no: off, when: 2024-01-01, time: 12:30:00, n: 010, yes: true, empty: , hex: 0x10}", "f.yaml")
    expected = {"no": "off", "when": "2024-01-01", "time": "12:30:00", "n": 10, "yes": True, "empty": None, "hex": 16}
    assert document == expected


def test_a_version_is_what_is_written() -> None:
    document = read_text("openapi: 3.1\ninfo: {version: 1.10}", "f.yaml")
    assert document == {"openapi": "3.1", "info": {"version": "1.10"}}


def test_anchors_and_merge_keys() -> None:
    document = read_text("base: &b {x: 1, y: 2}\nmore: {<<: *b, y: 3}\nsame: *b", "f.yaml")
    assert document == {"base": {"x": 1, "y": 2}, "more": {"x": 1, "y": 3}, "same": {"x": 1, "y": 2}}


@pytest.mark.parametrize(
    ("text", "file", "code", "line", "column"),
    [
        ("a: 1\nb: [", "f.yaml", "E002", 3, 1),
        ('{"a": 1,\n "b": tru}', "f.json", "E002", 2, 7),
        ('{"a": "x\n"}', "f.json", "E002", 1, 9),
        ("a: *nowhere", "f.yaml", "E002", 1, 4),
    ],
)
def test_broken_text_is_named_with_its_place(text: str, file: str, code: str, line: int, column: int) -> None:
    with pytest.raises(ContractError) as caught:
        read_text(text, file)
    found = caught.value.diagnostic
    assert (found.code, found.origin.file, found.origin.line, found.origin.column) == (code, file, line, column)


@pytest.mark.parametrize(
    ("text", "file", "line", "column"),
    [("a: 1\nb: 2\na: 3", "f.yaml", 3, 1), ('{"a": 1,\n "b": 2, "a": 3}', "f.json", 2, 10)],
)
def test_of_two_equal_keys_the_last_is_used_with_a_warning(text: str, file: str, line: int, column: int) -> None:
    report = Report()
    assert read_text(text, file, report) == {"a": 3, "b": 2}
    [found] = report.diagnostics
    assert (found.code, found.origin.line, found.origin.column) == ("W112", line, column)


@given(documents)
def test_json_reads_as_the_standard_decoder_does(value: object) -> None:
    for indent in (None, 2):
        assert read_text(json.dumps(value, indent=indent), "f.json") == value


@given(documents)
def test_what_is_written_reads_back_the_same(value: object) -> None:
    text = write_yaml({"root": value})
    assert read_text(text, "f.yaml") == {"root": value}


def test_long_texts_are_written_as_blocks() -> None:
    text = write_yaml({"a": "one\ntwo\n", "b": "word " * 40 + "end", "c": "  leading\nspace"})
    assert text.startswith("a: |\n  one\n  two\nb: >-\n")


def test_files_are_joined_under_the_names_that_references_end_in() -> None:
    report = Report()
    document, sources = bundle(SPLIT, report)
    assert list(document["components"]["schemas"]) == ["Error", "Req", "Node"]
    assert document["paths"]["/v1/chat"]["post"]["parameters"] == [{"$ref": "#/components/parameters/Idem"}]
    assert document["components"]["schemas"]["Node"]["properties"]["next"] == {"$ref": "#/components/schemas/Node"}
    assert document["components"]["schemas"]["Req"].at.file == "paths/chat.yaml"
    assert sources.files == ("paths/chat.yaml", "root.yaml", "shared.yaml")
    [missing] = report.diagnostics
    assert (missing.code, missing.origin.file, missing.origin.line) == ("W103", "paths/chat.yaml", 11)


def test_two_foreign_schemas_of_one_name_stay_two(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("X: {type: string}")
    (tmp_path / "b.yaml").write_text("X: {type: integer}")
    root = "openapi: 3.1.0\ncomponents: {schemas: {P: {properties: {a: {$ref: 'a.yaml#/X'}, b: {$ref: 'b.yaml#/X'}}}}}"
    (tmp_path / "root.yaml").write_text(root)
    schemas = bundled(tmp_path / "root.yaml")["components"]["schemas"]
    assert schemas["X"] == {"type": "string"}
    assert schemas["b_X"] == {"type": "integer"}
    assert schemas["P"]["properties"]["b"] == {"$ref": "#/components/schemas/b_X"}


def test_a_chain_of_references_longer_than_the_stack(tmp_path: Path) -> None:
    links = [f"S{i}: {{properties: {{next: {{$ref: '#/S{i + 1}'}}}}}}" for i in range(3000)]
    (tmp_path / "far.yaml").write_text("\n".join([*links, "S3000: {type: string}"]))
    (tmp_path / "root.yaml").write_text("openapi: 3.1.0\ncomponents: {schemas: {A: {$ref: 'far.yaml#/S0'}}}")
    assert len(bundled(tmp_path / "root.yaml")["components"]["schemas"]) == 3001


def test_nothing_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "root.yaml").write_text(
        "openapi: 3.1.0\ncomponents: {schemas: {A: {properties: {x: {$ref: 'https://example.com/a.yaml#/A'}}}}}"
    )
    report = Report()
    bundle(tmp_path / "root.yaml", report)
    assert [found.code for found in report.diagnostics] == ["W103"]


@pytest.mark.parametrize("text", ["swagger: '2.0'", "[]", "openapi: 4.0.0", "openapi: [3]"])
def test_what_is_no_contract_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "root.yaml").write_text(text)
    with pytest.raises(ContractError, match="E003"):
        bundled(tmp_path / "root.yaml")


def test_swagger_2_is_refused_with_the_way_to_convert_it(tmp_path: Path) -> None:
    (tmp_path / "root.yaml").write_text("info: {title: Old}\nswagger: '2.0'\n")
    with pytest.raises(ContractError) as caught:
        bundled(tmp_path / "root.yaml")
    found = caught.value.diagnostic
    assert (found.code, found.origin.line, found.origin.column) == ("E003", 2, 1)
    assert "`swagger` is '2.0'" in found.message
    assert "swagger2openapi" in found.hint


def test_references_are_followed_wherever_they_are() -> None:
    report = Report()
    document, sources = bundle(REFS, report)
    assert (document["info"]["description"], document["servers"]) == ("# Hello\n", [{"url": "https://refs.example"}])
    item = document["paths"]["/a"]
    assert item["get"]["operationId"] == "getA"
    assert item["parameters"] == [{"name": "all", "in": "query", "schema": {"type": "string"}}]
    assert item["additionalOperations"]["COPY"]["operationId"] == "copyA"
    answer = item["get"]["responses"]["200"]
    assert answer["headers"]["X-A"] == {"$ref": "#/components/headers/header"}
    assert answer["links"]["next"] == {"$ref": "#/components/links/link"}
    assert answer["content"]["application/json"]["examples"]["one"] == {"$ref": "#/components/examples/example"}
    assert item["get"]["callbacks"]["done"] == {"$ref": "#/components/callbacks/callback"}
    assert document["paths"]["/b"]["post"]["responses"]["200"] == {"$ref": "#/components/responses/response"}
    schemas = document["components"]["schemas"]
    assert schemas["Pet"]["properties"]["named"] == {"$ref": "#/components/schemas/Named"}
    gone = document["components"]["responses"]["response"]["content"]["application/json"]["schema"]
    assert gone == {"$ref": "#/components/schemas/Local"}
    assert document["components"]["examples"]["example"]["value"] == {"$ref": "not-a-reference"}
    assert [found.code for found in report.diagnostics] == ["W111", "W111"]
    assert "text.md" in sources.files


def test_a_schema_in_place_of_a_body_is_the_schema_of_a_json_value() -> None:
    document = bundled(REFS)
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Local"}}}
    assert document["paths"]["/a"]["get"]["responses"]["default"]["content"] == content
    assert document["paths"]["/a"]["additionalOperations"]["COPY"]["requestBody"]["content"] == content


def test_every_operation_behind_a_reference_is_a_method() -> None:
    api, diagnostics = build_api(REFS)
    assert sorted((one.http, one.path) for one in methods_of(api)) == [("COPY", "/a"), ("GET", "/a"), ("POST", "/b")]
    assert [found.code for found in diagnostics if found.code[0] == "E"] == []


@pytest.mark.parametrize(
    "paths",
    [
        "/a: {get: {$ref: 'gone.yaml'}}",
        "/a: {$ref: 'gone.yaml#/a'}",
        '/a: {$ref: "\\0.yaml#/a"}',
        "/a: {$ref: '#/paths/~1a'}",
        "/a: {get: {$ref: '#/info/title'}}",
        "$ref: 'https://example.com/paths.yaml'",
    ],
)
def test_an_operation_that_would_be_lost_is_an_error_with_its_place(tmp_path: Path, paths: str) -> None:
    (tmp_path / "root.yaml").write_text(f"openapi: 3.1.0\ninfo: {{title: T}}\npaths:\n  {paths}\n")
    with pytest.raises(ContractError) as caught:
        bundled(tmp_path / "root.yaml")
    found = caught.value.diagnostic
    assert (found.code, found.origin.file, found.origin.line) == ("E004", "root.yaml", 4)
    assert found.origin.column > 2


def test_a_reference_to_another_kind_of_component_is_reported(tmp_path: Path) -> None:
    (tmp_path / "root.yaml").write_text(
        "openapi: 3.1.0\npaths: {/a: {get: {parameters: [{$ref: '#/components/schemas/A'}], responses: {}}}}\n"
        "components: {schemas: {A: {type: string}}}\n"
    )
    report = Report()
    bundle(tmp_path / "root.yaml", report)
    [found] = report.diagnostics
    assert (found.code, found.origin.line) == ("W103", 2)
    assert "is in `schemas`, not in `parameters`" in found.message


@pytest.mark.parametrize("path", [*SMALL, SPLIT, REFS], ids=lambda path: path.stem)
def test_a_bundle_reads_back_the_same(path: Path) -> None:
    document = bundled(path)
    assert read_text(write_yaml(document), "bundle.yaml") == document


@pytest.mark.skipif(not PUBLISHED, reason=NO_PUBLISHED)
@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_a_published_contract_reads_back_the_same(path: Path) -> None:
    document = bundled(path)
    assert read_text(write_yaml(document), "bundle.yaml") == document


@pytest.mark.parametrize("name", ["deep.yaml", "deep.json"])
def test_a_document_that_is_nested_too_deeply_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("[" * 5000 + "]" * 5000)
    with pytest.raises(ContractError, match="E002"):
        bundled(tmp_path / name)
