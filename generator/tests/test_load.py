"""Reading: positions, bundles of files, and errors with their position."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from contracts import NO_PUBLISHED, PUBLISHED, SMALL, SPLIT, bundled
from hypothesis import given
from hypothesis import strategies as st

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
        ("a: 1\nb: 2\na: 3", "f.yaml", "E005", 3, 1),
        ('{"a": 1,\n "a": 2}', "f.json", "E005", 2, 5),
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


@pytest.mark.parametrize("text", ["swagger: '2.0'", "[]", "openapi: 4.0.0"])
def test_what_is_no_contract_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "root.yaml").write_text(text)
    with pytest.raises(ContractError, match="E003"):
        bundled(tmp_path / "root.yaml")


@pytest.mark.parametrize("path", [*SMALL, SPLIT], ids=lambda path: path.stem)
def test_a_bundle_reads_back_the_same(path: Path) -> None:
    document = bundled(path)
    assert read_text(write_yaml(document), "bundle.yaml") == document


@pytest.mark.skipif(not PUBLISHED, reason=NO_PUBLISHED)
@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_a_published_contract_reads_back_the_same(path: Path) -> None:
    document = bundled(path)
    assert read_text(write_yaml(document), "bundle.yaml") == document
