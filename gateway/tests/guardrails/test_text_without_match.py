"""Guardrails do not change text without a match, regardless of the text around it."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onceward_gateway.guardrails.blocklist import Words
from onceward_gateway.guardrails.chat import map_texts
from onceward_gateway.guardrails.pieces import joined_parts
from onceward_gateway.guardrails.pii import Pii

PII = Pii({})
PICTURE = {"type": "image_url", "image_url": {"url": "https://x/y.png"}}


def user(content: Any, **members: Any) -> dict[str, Any]:
    return {"role": "user", "content": content, **members}


def text(said: str, **members: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, **members}


def sent(guardrail: Pii | Words, *messages: dict[str, Any]) -> list[Any]:
    changed: list[Any] = map_texts({"model": "m", "messages": list(messages)}, guardrail._whole)["messages"]
    return changed


def test_a_number_among_many_words_leaves_the_others() -> None:
    said = [*["hello"] * 60, "call", "+1 415", "555", "0132", *["bye"] * 10]
    words = [{"word": word, "start": at} for at, word in enumerate(said)]
    found = joined_parts(words, PII._whole, keep=True)
    assert [one["start"] for one in found] == [*range(74)]
    assert [one["word"] for one in found] == [*["hello"] * 60, "call", "[PHONE]", "", "", *["bye"] * 10]


def test_a_message_of_many_parts_keeps_its_order() -> None:
    captions = [part for at in range(55) for part in (text(f"picture {at}"), PICTURE)]
    (changed,) = sent(PII, user([*captions, text("by ann@exam"), PICTURE, text("ple.com, 2026")]))
    assert changed["content"] == [*captions, text("by [EMAIL]"), PICTURE, text(", 2026")]


@pytest.mark.parametrize("mask", ["redacted@example.com", "[EMAIL]", "", "x"])
def test_a_mask_that_looks_like_a_match_takes_nothing_beside_it(mask: str) -> None:
    guardrail = Pii({"mask": mask})
    (changed,) = sent(guardrail, user([text("a@b.com"), text("hello"), PICTURE, text("bye")]))
    assert changed["content"] == [text(mask), text("hello"), PICTURE, text("bye")]
    assert sent(guardrail, user("to a@b.com"), user("hello")) == [user(f"to {mask}"), user("hello")]


def test_a_mask_that_holds_the_word_is_put_once() -> None:
    guardrail = Words({"words": ["acme"], "mask": "[acme removed]"})
    assert sent(guardrail, user("acme is"), user("hello")) == [user("[acme removed] is"), user("hello")]
    split = user([text("the ac"), PICTURE, text("me is", cache_control={"type": "ephemeral"})])
    kept = text(" is", cache_control={"type": "ephemeral"})
    assert sent(guardrail, split) == [user([text("the [acme removed]"), PICTURE, kept])]


def test_messages_keep_their_members_where_a_word_goes_over_them() -> None:
    guardrail = Words({"words": ["Voldemort", "project x"]})
    cached = {"cache_control": {"type": "ephemeral"}}
    changed = sent(guardrail, user("Lord Volde"), user("mort", **cached), user("", n=1), user(" ok"))
    assert changed == [user("Lord ***"), user("***", **cached), user("", n=1), user(" ok")]
    changed = sent(guardrail, user([text("Lord Volde")]), user([text("mort", **cached), text(" ok")]))
    assert changed == [user([text("Lord ***")]), user([text("***", **cached), text(" ok")])]


@pytest.mark.parametrize(
    "messages",
    [
        [user("my card 4111 1111"), user("1111 1111")],
        [user("Order number 4012888"), user("888881881 units")],
        [{"role": "system", "content": "version 1.2."}, {"role": "system", "content": "3.4 is the most."}],
        [user("I am at 10.0."), user("0.1")],
        [user("Volde", name="ann"), user("mort", name="bob")],
        [user("the project"), user(" x is done")],
        [user(str(number)) for number in range(70)],
    ],
)
def test_messages_that_are_one_text_by_chance_only_stay(messages: list[dict[str, Any]]) -> None:
    for guardrail in (PII, Words({"words": ["Voldemort", "project x"]})):
        assert sent(guardrail, *messages) == messages


def test_lists_other_than_content_are_not_joined() -> None:
    cells: list[dict[str, Any]] = [
        {"text": number, "row": row} for row, number in enumerate(("4012", "8888", "8888", "1881"))
    ]
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": json.dumps({"content": cells})}}
    body = {
        "model": "m",
        "messages": [{"role": "assistant", "content": None, "tool_calls": [call]}],
        "documents": cells,
        "input": [text(one["text"]) for one in cells],
        "metadata": {"content": cells},
    }
    assert map_texts(body, PII._whole) == body


def test_only_the_word_that_hides_something_is_revealed() -> None:
    page = '<a href="/s?q=a%20b&amp;x=1">&lt;b&gt;</a>\nconst r = /\\u0041\\x2b/;\nfull ｗｉｄｔｈ '  # noqa: RUF001
    assert sent(PII, user(page + "https://x/?mail=ann%40example.com")) == [user(page + "https://x/?mail=[EMAIL]")]
    phone = "+81&#32;90&#32;1234 5678"
    assert sent(PII, user(f"&lt;b&gt;\n{phone}")) == [user("&lt;b&gt;\n[PHONE]")]


@pytest.mark.parametrize("cut", range(1, 27))
def test_a_number_that_holds_another_one_is_masked_whole(cut: int) -> None:
    iban = "DE89 3704 0044 0532 0130 00"
    (changed,) = sent(PII, user([text(f"to {iban[:cut]}"), PICTURE, text(f"{iban[cut:]} and ann@example.com, ok")]))
    assert changed["content"] == [text("to [IBAN]"), PICTURE, text(" and [EMAIL], ok")]


HARMLESS = st.lists(
    st.sampled_from(
        ["see", "acmes", "hello", "Ünit", "1.2.", "3.4", "%20", "&lt;", "\\u0041", "@", "\u200b", "ﬁ", "\n"]
    ),
    max_size=4,
).map(" ".join)
PARTS = st.lists(st.one_of(HARMLESS.map(lambda said: f" {said} ").map(text), st.just(PICTURE)), max_size=6)
MESSAGES = st.lists(
    st.builds(
        lambda role, content: {"role": role, "content": content},
        st.sampled_from(["user", "system", "assistant"]),
        st.one_of(HARMLESS, PARTS),
    ),
    max_size=6,
)
NUMBERS = st.lists(st.integers(10_000, 99_999).map(lambda number: {"text": str(number)}), max_size=5)


@given(MESSAGES, PARTS, NUMBERS)
@settings(max_examples=60, deadline=None)
def test_a_request_that_hides_nothing_is_sent_as_it_is(
    messages: list[dict[str, Any]], parts: list[Any], numbers: list[Any]
) -> None:
    arguments = json.dumps({"cells": numbers, "content": parts})
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": arguments}}
    called = {"role": "assistant", "content": None, "tool_calls": [call]}
    body = {"model": "m", "messages": [*messages, called], "documents": numbers, "system": parts, "stop": ["a", "cme"]}
    before = json.dumps(body)
    guardrails = (Pii({"mask": "redacted@example.com"}), Words({"words": ["acme"], "mask": "[acme removed]"}))
    for guardrail in guardrails:
        assert json.dumps(map_texts(body, guardrail._whole)) == before


@given(st.lists(st.sampled_from(["see", "acme", "hello", " ", "the acme is"]), max_size=6), st.randoms())
@settings(max_examples=60, deadline=None)
def test_each_part_is_rewritten_once(said: list[str], choose: random.Random) -> None:
    guardrail = Words({"words": ["acme"], "mask": "[acme removed]"})
    parts = [choose.choice((text(one), text(one, cache_control={}))) for one in said]
    alone = [{**part, "text": guardrail._whole(part["text"])} for part in parts]
    assert sent(guardrail, user(parts)) == [user(alone)]
    assert sent(guardrail, *(user(one) for one in said)) == [user(guardrail._whole(one)) for one in said]
