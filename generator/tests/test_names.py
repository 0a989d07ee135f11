"""Words and names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onceward_generator.words import apart, singular, split


@pytest.mark.parametrize(
    ("spelling", "words"),
    [
        ("ChatCompletionChunk", ("chat", "completion", "chunk")),
        ("HTTPServerError", ("http", "server", "error")),
        ("gpt-4o-mini", ("gpt", "4o", "mini")),
        ("userIDs", ("user", "ids")),
        ("x.y_z", ("x", "y", "z")),
        ("", ("empty",)),
        (">=", ("gt", "eq")),
        ("-1", ("minus", "1")),
        ("naïve", ("naive",)),
    ],
)
def test_split(spelling: str, words: tuple[str, ...]) -> None:
    assert split(spelling) == words


@pytest.mark.parametrize(
    ("many", "one"), [("messages", "message"), ("policies", "policy"), ("status", "status"), ("boxes", "box")]
)
def test_singular(many: str, one: str) -> None:
    assert singular(many) == one


@given(st.lists(st.text(max_size=8), unique=True, max_size=12))
def test_no_two_spellings_share_a_name(spellings: list[str]) -> None:
    names = apart(spellings)
    assert list(names) == spellings
    assert len({"".join(name) for name in names.values()}) == len(spellings)
    assert all(
        word and word.isascii() and word.isalnum() and word == word.lower() for name in names.values() for word in name
    )


@given(st.lists(st.text(max_size=8), unique=True, max_size=8))
def test_names_do_not_depend_on_order(spellings: list[str]) -> None:
    assert apart(spellings) == apart(reversed(spellings))
