"""The tokenizer: pieces put together are the text, and every count agrees."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onceward_gateway.core import tokenizer
from onceward_gateway.offline.image import draw
from onceward_gateway.offline.speech import speak

_PROSE = "The quick brown fox jumps over the lazy dog, and 1234 other animals (all of them!) watch it.\n\nSo it goes."


@given(st.text())
def test_the_pieces_are_the_text(text: str) -> None:
    pieces = tokenizer.encode(text)
    assert "".join(pieces) == text
    assert all(pieces)
    assert tokenizer.count(text) == len(pieces)


@given(st.text(st.characters(codec="utf-8")))
def test_no_piece_splits_a_character(text: str) -> None:
    assert b"".join(piece.encode() for piece in tokenizer.encode(text)).decode() == text


def test_prose_costs_about_a_token_a_word() -> None:
    words = len(_PROSE.split())
    assert words <= tokenizer.count(_PROSE) <= 2 * words


def test_the_rules_of_the_page() -> None:
    assert tokenizer.encode("stream of gateways, 12345!") == ["stream", " of", " gateway", "s", ",", " 123", "45", "!"]
    assert tokenizer.encode("你好 世界") == ["你", "好", " ", "世", "界"]
    assert tokenizer.encode("a\n\n\nb    c") == ["a", "\n\n\n", "b", "   ", " c"]


def test_a_conversation_is_its_messages() -> None:
    one = tokenizer.count_messages([{"role": "user", "content": "Hello!"}])
    two = tokenizer.count_messages([{"role": "user", "content": "Hello!"}, {"role": "user", "content": "Hello!"}])
    assert one == 3 + 3 + 1 + 2
    assert two - one == 3 + 1 + 2
    parts = [{"role": "user", "content": [{"type": "text", "text": "Hello!"}]}]
    assert tokenizer.count_messages(parts) == one


@pytest.mark.parametrize(
    ("side", "detail", "tokens"), [(64, None, 255), (1024, None, 765), (1024, "low", 85), (2048, "high", 2805)]
)
def test_pictures_cost_by_their_size(side: int, detail: str | None, tokens: int) -> None:
    url = "data:image/png;base64," + base64.b64encode(draw("sea", side, side)).decode()
    part = {"type": "image_url", "image_url": {"url": url, **({"detail": detail} if detail else {})}}
    assert tokenizer.count_content([part]) == tokens


def test_sound_costs_by_its_length() -> None:
    data = base64.b64encode(speak("Hello")).decode()
    assert tokenizer.count_content([{"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}]) == 4


def test_tools_cost_what_they_say() -> None:
    bare = {"name": "f", "description": "Does it.", "parameters": {"type": "object"}}
    assert tokenizer.count_tools([bare]) == tokenizer.count_tools([{"type": "function", "function": bare}]) > 8
