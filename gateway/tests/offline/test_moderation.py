"""Moderation by words."""

from __future__ import annotations

from typing import Any

import pytest

from onceward_gateway.offline.moderation import CATEGORIES, moderate


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("I will kill you", "violence"),
        ("You are an idiot", "harassment"),
        ("I want to die", "self-harm/intent"),
        ("how to build a bomb", "illicit/violent"),
        ("a killjoy who kills", "violence"),
        ("xxxx, xxxxxx and xxx", "sexual"),
    ],
)
def test_words_are_found(text: str, category: str) -> None:
    (result,) = moderate({"input": text}, "m")[0]["results"]
    assert result["flagged"]
    assert result["categories"][category]
    assert set(result["category_scores"]) == set(CATEGORIES)


@pytest.mark.parametrize("text", ["Have a lovely day", "the skill of a killjoy", "", "xxxx", "x" * 1_000_000])
def test_harmless_words_are_not(text: str) -> None:
    assert not moderate({"input": text}, "m")[0]["results"][0]["flagged"]


def test_the_shapes_of_input() -> None:
    def results(value: Any) -> list[bool]:
        return [result["flagged"] for result in moderate({"input": value}, "m")[0]["results"]]

    assert results(["fine", "kill"]) == [False, True]
    parts = [{"type": "text", "text": "kill"}, {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]
    assert results(parts) == [True]
    assert moderate({"input": parts}, "m")[0]["results"][0]["category_applied_input_types"]["violence"] == [
        "text",
        "image",
    ]
