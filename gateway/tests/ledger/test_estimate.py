"""What is reserved is at least what a request can use, however it is written."""

from __future__ import annotations

from typing import Any

import pytest

from headgate_gateway.ledger.estimate import estimate


def output_of(kind: str = "chat", **data: Any) -> int:
    return estimate(kind, data, 30, 1000).output


@pytest.mark.parametrize(
    ("data", "tokens"),
    [
        ({}, 1000),
        ({"max_tokens": 7}, 7),
        ({"max_tokens": 7, "n": 3}, 21),
        ({"n": 3}, 3000),
        ({"max_tokens": 500, "max_completion_tokens": 1}, 500),
        ({"max_tokens": 500, "max_completion_tokens": 0}, 500),
        ({"max_tokens": 0}, 1000),
        ({"max_tokens": -5}, 1000),
        ({"max_tokens": True}, 1000),
        ({"max_tokens": 7, "n": 10**9}, 7 * 128),
        ({"max_tokens": 7, "num_predict": 500}, 500),
        ({"max_tokens": 7, "max_gen_len": "500"}, 500),
        ({"max_new_tokens": 5e2, "max_tokens": 7}, 500),
        ({"max_tokens": 7, "generationConfig": {"maxOutputTokens": 500, "candidateCount": 2}}, 1000),
        ({"max_tokens": 7, "thinking": {"type": "enabled", "budget_tokens": 500}}, 500),
        ({"max_tokens": 7, "reasoning": {"max_tokens": 500}}, 500),
        ({"max_tokens": 7, "options": {"num_predict": -1}}, 1000),
        ({"max_tokens": 100_000, "options": {"num_predict": -1}}, 100_000),
    ],
)
def test_answers_of_a_chat(data: dict[str, Any], tokens: int) -> None:
    assert output_of(**data) == tokens


@pytest.mark.parametrize(
    ("data", "tokens"),
    [
        ({"prompt": "a", "max_tokens": 7, "best_of": 4, "n": 2}, 28),
        ({"prompt": ["a", "b", "c"], "max_tokens": 7, "n": 2}, 42),
        ({"prompt": [1, 2, 3], "max_tokens": 7}, 7),
        ({"prompt": [[1, 2], [3]], "max_tokens": 7}, 14),
    ],
)
def test_texts_that_are_completed(data: dict[str, Any], tokens: int) -> None:
    assert output_of("completions", **data) == tokens


def test_a_picture_counts_as_one_wherever_it_is() -> None:
    def asked(*urls: str) -> dict[str, Any]:
        parts = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
        return {"messages": [{"role": "user", "content": [{"type": "text", "text": "Which?"}, *parts]}]}

    named = estimate("chat", asked(*["https://example.com/a.png"] * 10), 700, 1000).input
    inside = estimate("chat", asked(*["data:image/png;base64," + "A" * 100_000] * 10), 1_000_000, 1000).input
    assert 16_000 <= named < 17_000
    assert 16_000 <= inside < 17_000


def test_text_counts_at_least_a_token_for_three_bytes_and_a_file_by_what_it_is() -> None:
    long = {"messages": [{"role": "user", "content": "ä" * 6000}]}
    assert estimate("chat", long, 12_000, 1000).input >= 4000
    file = {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "file_1"}}]}]}
    assert estimate("chat", file, 90, 1000).input >= 8000
