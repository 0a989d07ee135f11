"""Masking of texts: what is found, and that it does not matter where a text is cut."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onceward_gateway.config.table import ConfigError
from onceward_gateway.core.errors import ApiError
from onceward_gateway.guardrails.blocklist import Words
from onceward_gateway.guardrails.interface import TextGuardrail
from onceward_gateway.guardrails.pii import KINDS, Pii
from onceward_gateway.guardrails.rewrite import Pattern, PatternRewriter

PII = Pii({})


def rewritten(guardrail: TextGuardrail, *pieces: str) -> str:
    rewriter = guardrail.rewriter()
    return "".join([rewriter.feed(piece) for piece in pieces]) + rewriter.close()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to ann.lee+x@mail.example.co.uk.", "Write to [EMAIL]."),
        ("<bob@example.com>, eve@example.org!", "<[EMAIL]>, [EMAIL]!"),
        ("a@b and @here and a@b.c", "a@b and @here and a@b.c"),
        ("card 4111 1111 1111 1111 ok", "card [CARD] ok"),
        ("card 4111-1111-1111-1111.", "card [CARD]."),
        ("378282246310005", "[CARD]"),
        ("4111 1111 1111 1112 fails the sum", "4111 1111 1111 1112 fails the sum"),
        ("0000 0000 0000 0000", "0000 0000 0000 0000"),
        ("41111111111111111111111111", "41111111111111111111111111"),
        ("DE89 3704 0044 0532 0130 00 IS MINE", "[IBAN] IS MINE"),
        ("GB82WEST12345698765432", "[IBAN]"),
        ("BE68 5390 0754 7034 THEN", "[IBAN] THEN"),
        ("call +49 (0)30 901820 or +1-415-555-2671", "call [PHONE] or [PHONE]"),
        ("(415) 555-2671, 415-555-2671, 415.555.2671", "[PHONE], [PHONE], [PHONE]"),
        ("0049 30 901820", "[PHONE]"),
        ("from 192.168.0.1 to 10.0.0.1.", "from [IP] to [IP]."),
        ("version 1.2.3 and 1.2.3.4.5 and 300.1.1.1", "version 1.2.3 and 1.2.3.4.5 and 300.1.1.1"),
        ("at 2001:db8::8a2e:370:7334 and ::1", "at [IP] and [IP]"),
        ("std::vector at 12:30:45, a :: b", "std::vector at 12:30:45, a :: b"),
        ("In 2024 we sold 1,234,567 units for 99.95", "In 2024 we sold 1,234,567 units for 99.95"),
    ],
)
def test_matches_are_masked(text: str, masked: str) -> None:
    assert rewritten(PII, text) == masked
    assert rewritten(PII, *text) == masked


SEEDS = [
    "ann.lee@example.com",
    "4111 1111 1111 1111",
    "4111111111111111",
    "DE89 3704 0044 0532 0130 00",
    "GB82WEST12345698765432",
    "+49 30 901820",
    "(415) 555-2671",
    "415-555-2671",
    "192.168.0.1",
    "2001:db8::1",
    "::1",
    "00",
]
PIECES = st.one_of(st.sampled_from(SEEDS), st.text("aZ09 .@:+-()/_%\nDEé٣", max_size=6), st.text(max_size=3))
TEXTS = st.lists(PIECES, max_size=10).map("".join)


@st.composite
def cut(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> list[str]:
    text = draw(texts)
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


@settings(max_examples=1500, deadline=None)
@given(cut(TEXTS))
def test_it_does_not_matter_where_it_is_cut(pieces: list[str]) -> None:
    assert rewritten(PII, *pieces) == rewritten(PII, "".join(pieces))


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_character_by_character(text: str) -> None:
    assert rewritten(PII, *text) == rewritten(PII, text)


@settings(max_examples=300, deadline=None)
@given(cut(TEXTS), st.sampled_from(SEEDS[:-2]))
def test_a_complete_match_is_never_sent(pieces: list[str], secret: str) -> None:
    text = "".join(pieces) + " | " + secret + " | "
    assert secret not in rewritten(PII, *text).rpartition(" | ")[0].rpartition(" | ")[2]


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_streamed_output_is_a_prefix_of_the_final_text(text: str) -> None:
    rewriter, out = PII.rewriter(), ""
    whole = rewritten(PII, text)
    for char in text:
        out += rewriter.feed(char)
        assert whole.startswith(out)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Hello world. ", 0),
        ("Hello world", 5),
        ("It is 5 o'clock, ", 0),
        ("Mail me: ann@exam", 8),
        ("4111 1111 ", 10),
        ("x" * 65, 0),
        ("(see below) ", 0),
        ("A ", 0),
    ],
)
def test_only_a_possible_match_is_withheld(text: str, held: int) -> None:
    rewriter = PII.rewriter()
    assert isinstance(rewriter, PatternRewriter)
    out = rewriter.feed(text)
    assert (rewriter.held, out) == (held, text[: len(text) - held])


def test_the_withheld_text_is_bounded() -> None:
    for endless in ("a@" + "b." * 5000, "1" * 5000, "1 " * 5000, "DE" + "1" * 5000, "+1" + " 1" * 5000, "a:" * 5000):
        rewriter = PII.rewriter()
        assert isinstance(rewriter, PatternRewriter)
        for char in endless:
            rewriter.feed(char)
            assert rewriter.held < 800


def test_kinds_and_mask() -> None:
    only = Pii({"kinds": ["email"], "mask": "<{kind}>"})
    assert rewritten(only, "a@example.com 192.168.0.1") == "<EMAIL> 192.168.0.1"
    wrong_sum = "DE89 3704 0044 0532 0130 01"
    assert rewritten(Pii({"kinds": ["iban"]}), wrong_sum) == wrong_sum
    for options in ({"kinds": ["name"]}, {"kinds": "email"}, {"masks": 1}, {"mask": 7}):
        with pytest.raises(ConfigError):
            Pii(options)
    assert set(KINDS) == {"email", "phone", "card", "iban", "ip"}


WORDS = Words({"words": ["bad", "badly done", "ünding", "c++", "x"]})


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("A BAD badger, bad!", "A *** badger, ***!"),
        ("badly done, badly bad", "***, badly ***"),
        ("Ein ÜNDING in C++.", "Ein *** in ***."),
        ("xx x", "xx ***"),
        ("_bad_ bad_1 bad1 x_x", "_***_ ***_1 bad1 ***_***"),
    ],
)
def test_words(text: str, masked: str) -> None:
    assert rewritten(WORDS, text) == masked
    assert rewritten(WORDS, *text) == masked


@settings(max_examples=400, deadline=None)
@given(
    cut(st.lists(st.sampled_from(["bad", "badly", " ", "_", "done", "C+", "+", "ÜN", "ding", "x", "."])).map("".join))
)
def test_words_wherever_they_are_cut(pieces: list[str]) -> None:
    whole = "".join(pieces)
    expected = re.sub(r"(?<![^\W_])(?:badly done|ünding|bad|c\+\+|x)(?![^\W_])", "***", whole, flags=re.IGNORECASE)
    assert rewritten(WORDS, *pieces) == rewritten(WORDS, whole) == expected


def test_a_blocked_word_ends_it() -> None:
    rewriter = Words({"words": ["bad"], "action": "block"}).rewriter()
    assert rewriter.feed("good ba") == "good "
    with pytest.raises(ApiError) as raised:
        rewriter.feed("d ")
    assert raised.value.code == "content_blocked"
    assert "bad" not in raised.value.message


def test_long_phrases_and_wrong_options(tmp_path: Any) -> None:
    assert rewritten(Words({"words": ["y" * 100]}), "y" * 100) == "***"
    (tmp_path / "list").write_text("one\n\ntwo\n")
    assert rewritten(Words({"file": str(tmp_path / "list")}), "one or two") == "*** or ***"
    for options in (
        {},
        {"words": "bad"},
        {"words": ["y" * 101]},
        {"file": "/no/such"},
        {"words": ["a"], "action": "?"},
    ):
        with pytest.raises(ConfigError):
            Words(options)


class Counted:
    """A pattern that counts how often it was searched for."""

    def __init__(self, source: str) -> None:
        self._pattern, self.searches = re.compile(source), 0

    def search(self, text: str, at: int) -> re.Match[str] | None:
        self.searches += 1
        return self._pattern.search(text, at)


def test_a_text_is_searched_once_however_much_of_it_is_masked() -> None:
    sources = [Counted(source) for source in ("x", "nowhere", "never")]
    growing = [Counted(r"\Z") for _ in sources]
    patterns = [
        Pattern("p", cast("Any", found), cast("Any", grows), lambda found: "*")
        for found, grows in zip(sources, growing, strict=True)
    ]
    rewriter = PatternRewriter(patterns)
    assert rewriter.feed("x " * 500) + rewriter.close() == "* " * 500
    assert [one.searches for one in sources[1:] + growing] == [2, 2, 1, 1, 1]
    assert sources[0].searches <= 503
    assert PatternRewriter([]).feed("x") == "x"
