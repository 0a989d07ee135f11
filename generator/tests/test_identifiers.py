"""Identifiers of every language: what any words become, and who keeps a contested name."""

from __future__ import annotations

import builtins
import keyword
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onceward_generator.identifiers import (
    GO,
    LANGUAGES,
    PYTHON,
    RUST,
    TYPESCRIPT,
    Case,
    Language,
    distinct,
    file_stem,
    identifier,
    package_name,
)
from onceward_generator.identifiers.languages import DEVICES
from onceward_generator.words import split

EVERY = list(LANGUAGES.values())
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def spelled(language: Language, spelling: str, case: Case = Case.SNAKE) -> str:
    return identifier(language, split(spelling), case)


@pytest.mark.parametrize("case", Case)
@pytest.mark.parametrize("language", EVERY, ids=lambda language: language.name)
@given(
    spelling=st.text(max_size=12) | st.sampled_from(["2.0", "2010-04-01", "", "class", "None", "self", "type", "用户"])
)
def test_any_text_becomes_an_identifier(language: Language, case: Case, spelling: str) -> None:
    name = spelled(language, spelling, case)
    assert PLAIN.fullmatch(name.removeprefix(language.raw_prefix))
    assert name not in language.keywords


@pytest.mark.parametrize("language", EVERY, ids=lambda language: language.name)
def test_every_reserved_word_is_escaped(language: Language) -> None:
    for word in language.keywords - {"_", "__debug__"}:
        for case in Case:
            assert identifier(language, (word.lower(),), case) not in language.keywords
    for word in language.types:
        assert spelled(language, word, Case.PASCAL) not in language.types


def test_the_keywords_of_python_are_those_of_the_interpreter() -> None:
    assert set(keyword.kwlist) <= PYTHON.keywords
    assert set(keyword.softkwlist) & PYTHON.keywords == set()
    assert {name for name in PYTHON.types if hasattr(builtins, name)} == PYTHON.types - {"Any"}


def test_no_package_is_hidden_by_the_standard_library() -> None:
    public = {name for name in sys.stdlib_module_names if not name.startswith("_")}
    for name in public:
        assert package_name(PYTHON, split(name)) not in public


@pytest.mark.parametrize(
    ("language", "spelling", "case", "expected"),
    [
        (PYTHON, "2fa", Case.SNAKE, "value_2fa"),
        (PYTHON, "2fa", Case.PASCAL, "Value2fa"),
        (PYTHON, "from", Case.SNAKE, "from_"),
        (PYTHON, "none", Case.PASCAL, "None_"),
        (PYTHON, "", Case.SNAKE, "empty"),
        (PYTHON, "chat_completion", Case.UPPER, "CHAT_COMPLETION"),
        (TYPESCRIPT, "user_id", Case.CAMEL, "userId"),
        (TYPESCRIPT, "delete", Case.CAMEL, "delete_"),
        (TYPESCRIPT, "promise", Case.PASCAL, "Promise_"),
        (TYPESCRIPT, "1-clicks", Case.CAMEL, "value1Clicks"),
        (GO, "user_id", Case.PASCAL, "UserID"),
        (GO, "http_url", Case.CAMEL, "httpURL"),
        (GO, "type", Case.CAMEL, "type_"),
        (GO, "error", Case.CAMEL, "error_"),
        (GO, "type", Case.PASCAL, "Type"),
        (RUST, "type", Case.SNAKE, "r#type"),
        (RUST, "self", Case.SNAKE, "self_"),
        (RUST, "option", Case.PASCAL, "Option_"),
        (RUST, "2.0", Case.PASCAL, "Value2_0"),
    ],
)
def test_each_language_spells_a_name_its_own_way(language: Language, spelling: str, case: Case, expected: str) -> None:
    assert spelled(language, spelling, case) == expected


def test_a_name_that_is_taken_gets_an_underscore() -> None:
    assert identifier(PYTHON, ("timeout",), Case.SNAKE, frozenset({"timeout", "timeout_"})) == "timeout__"
    assert identifier(RUST, ("type",), Case.SNAKE, frozenset({"type"})) == "type_"


@pytest.mark.parametrize("language", EVERY, ids=lambda language: language.name)
def test_every_system_accepts_the_name_of_a_file(language: Language) -> None:
    for device in DEVICES:
        assert file_stem(language, (device,)) not in DEVICES
    assert file_stem(RUST, ("type",)) == "type_"
    for ending in GO.file_endings:
        assert not file_stem(GO, ("users", ending)).endswith(f"_{ending}")


@pytest.mark.parametrize(
    ("language", "title", "expected"),
    [
        (PYTHON, "Platform", "platform_api"),
        (PYTHON, "Class", "class_"),
        (PYTHON, "2Captcha", "api_2_captcha"),
        (PYTHON, "Parcel Post", "parcel_post"),
        (GO, "Parcel Post", "parcelpost"),
        (GO, "Time", "timeapi"),
        (RUST, "Core", "core_api"),
        (RUST, "Async", "async_"),
    ],
)
def test_a_package_can_be_imported(language: Language, title: str, expected: str) -> None:
    assert package_name(language, split(title)) == expected


def test_the_exact_name_wins_over_an_escaped_one() -> None:
    names = [("2fa",), ("value", "2fa"), ("class",)]
    found = distinct(names, lambda name: identifier(PYTHON, name, Case.SNAKE))
    assert found == {("2fa",): "value_2fa_", ("value", "2fa"): "value_2fa", ("class",): "class_"}
    assert found == distinct(reversed(names), lambda name: identifier(PYTHON, name, Case.SNAKE))
