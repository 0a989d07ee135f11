"""Estimates: the reservation is at least what a request can use, in every spelling."""

from __future__ import annotations

import json
from typing import Any

import pytest

from onceward_gateway.billing.estimate import estimate, searches_asked, weigh
from onceward_gateway.billing.prices import PriceBook
from onceward_gateway.core.clock import SystemClock


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
        ({"max_tokens": 7, "n": 200}, 7 * 200),
        ({"max_tokens": 7, "n": 10**9}, 7 << 20),
        ({"max_tokens": 7, "n": 50.0}, 7 * 50),
        ({"max_tokens": 7, "options": {"num_completions": "50"}}, 7 * 50),
        ({"max_tokens": 7, "num_predict": 500}, 500),
        ({"max_tokens": 7, "max_gen_len": "500"}, 500),
        ({"max_new_tokens": 5e2, "max_tokens": 7}, 500),
        ({"max_tokens": 7, "generationConfig": {"maxOutputTokens": 500, "candidateCount": 2}}, 1000),
        ({"max_tokens": 7, "thinking": {"type": "enabled", "budget_tokens": 500}}, 500),
        ({"max_tokens": 7, "reasoning": {"max_tokens": 500}}, 500),
        ({"max_tokens": 7, "options": {"num_predict": -1}}, 1000),
        ({"max_tokens": 7, "fallbacks": ["m", {"model": "m", "max_tokens": 500, "n": 2}]}, 1000),
        ({"max_tokens": 100_000, "options": {"num_predict": -1}}, 100_000),
        ({"max_tokens": 7, "options": {"MAX_TOKENS": 500}}, 500),
        ({"max_tokens": 7, "thinking_budget": 500}, 500),
        ({"max_tokens": 7, "google": {"thinking_config": {"thinking_budget": 500}}}, 500),
        ({"max_tokens": 7, "nvext": {"max_thinking_tokens": 500}}, 500),
        ({"max_tokens": 7, "max_out_tokens": 500}, 500),
        ({"max_tokens": 7, "unknown": [{"deep": {"token-limit": 500}}]}, 500),
        ({"max_tokens": 7, "best_of": 500}, 3500),
        ({"max_tokens": 7, "num_generations": 5}, 35),
        ({"max_tokens": 7, "max_input_tokens": 500, "truncate_prompt_tokens": 500}, 7),
        ({"max_tokens": 7, "metadata": {"max_tokens": 500}, "tools": [{"max_tokens": 500}]}, 7),
        ({"max_tokens": 7, "max_gen_len": 10**30, "best_of": 10**30}, 1 << 60),
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
        ({"prompt": [1, "b", "c"], "max_tokens": 7}, 21),
        ({"prompt": ["a", "b"], "max_tokens": 10**30, "n": 10**30}, 1 << 60),
    ],
)
def test_texts_that_are_completed(data: dict[str, Any], tokens: int) -> None:
    assert output_of("completions", **data) == tokens


@pytest.mark.parametrize(
    ("kind", "least"),
    [("image_url", 1600), ("audio_url", 8000), ("document_url", 8000), ("video_url", 32_000)],
)
@pytest.mark.parametrize("is_object", [True, False])
@pytest.mark.parametrize("url", ["https://example.com/a", "data:application/octet-stream;base64," + "A" * 100_000])
def test_content_counts_by_its_kind(kind: str, least: int, url: str, *, is_object: bool) -> None:
    part = {"type": kind, kind: {"url": url} if is_object else url}
    data = {"messages": [{"role": "user", "content": [part]}]}
    assert least <= estimate("chat", data, len(url) + 100, 1000).input < least + 100


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (
            "chat",
            {"messages": [{"role": "user", "content": {"type": "image_url", "image_url": {"url": "http://x/y"}}}]},
        ),
        ("embeddings", {"input": [{"image": "http://x/y"}]}),
        ("embeddings", {"input": ["x", {"image_url": {"url": "http://x/y"}}]}),
        ("completions", {"prompt": [{"type": "image_url", "image_url": {"url": "http://x/y"}}]}),
    ],
)
def test_a_picture_counts_as_one_where_the_contract_has_a_text(kind: str, data: dict[str, Any]) -> None:
    found = estimate(kind, data, len(json.dumps(data)), 1000)
    assert 1600 <= found.input < 1700
    assert found.media == (kind == "chat")


def test_the_pictures_of_a_request_are_bounded() -> None:
    assert output_of("images", prompt="x", n=10**30) == 6300 << 20


def test_sound_counts_as_a_file_where_only_its_address_is_given() -> None:
    def tokens_of(data: str) -> int:
        part = {"type": "input_audio", "input_audio": {"data": data, "format": "mp3"}}
        return estimate("chat", {"messages": [{"role": "user", "content": [part]}]}, 200, 1000).input

    assert 8000 <= tokens_of("https://example.com/a.mp3") < 8100
    assert tokens_of("A" * 100) < 100


def test_a_schema_with_a_property_of_that_name_has_no_picture() -> None:
    schema = {"type": "object", "properties": {"image": {"type": "string"}, "file": {"type": "string"}}}
    tools = [{"type": "function", "function": {"name": "f", "parameters": schema}}]
    assert weigh({"tools": tools})[1] == 0


@pytest.mark.parametrize("kind", ["chat", "completions", "embeddings", "images", "moderations"])
def test_a_member_of_another_operation_may_have_any_value(kind: str) -> None:
    for value in (5, True, "x", {"content": [{}]}, [5, [5]]):
        assert estimate(kind, {"messages": value, "input": value, "prompt": value}, 100, 1000).input > 0


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


def test_a_large_body_is_estimated_by_its_size() -> None:
    class Counted(dict[str, Any]):
        walked = 0

        def items(self) -> Any:
            Counted.walked += 1
            return super().items()

    tools = [{"type": "function", "function": Counted(name="f", parameters=Counted(type="object"))} for _ in range(50)]
    turns: list[dict[str, Any]] = [{"role": "user", "content": [{"type": "text", "text": "x" * 300}]}] * 100
    body = {"model": "m", "messages": turns, "tools": tools}
    assert estimate("chat", body, 41_000, 1000).input == 13_667
    assert Counted.walked == 0


@pytest.mark.parametrize("holder", ["message", "body"])
def test_a_large_member_that_may_be_sound_or_a_file_counts_by_what_it_is(holder: str) -> None:
    message: dict[str, Any] = {"role": "user", "content": "Listen."}
    body: dict[str, Any] = {"model": "m", "messages": [message]}
    (message if holder == "message" else body)["audio"] = {"data": "A" * 1_000_000}
    assert estimate("chat", body, 1_000_200, 1000).input < 10_000


@pytest.mark.parametrize(
    ("data", "count"),
    [
        ({}, 0),
        ({"web_search_options": {}}, 10),
        ({"tools": [{"type": "function", "function": {"name": "web_search"}}]}, 0),
        ({"tools": [{"type": "web_search_20250305", "name": "web_search", "max_uses": 3}]}, 3),
        ({"tools": [{"type": "web_search"}, {"google_search": {}}]}, 20),
        ({"plugins": [{"id": "web", "max_results": 4}]}, 4),
        ({"search_parameters": {"mode": "auto"}}, 20),
        ({"search_parameters": {"mode": "off"}}, 0),
        ({"tools": 7, "plugins": [None], "search_parameters": "x"}, 0),
    ],
)
def test_web_searches_that_a_request_permits_are_counted(data: dict[str, Any], count: int) -> None:
    assert searches_asked(data) == count


@pytest.mark.parametrize(
    ("provider", "model", "kind", "data", "usage"),
    [
        ("openai", "gpt-5", "chat", {"max_tokens": 50, "service_tier": "priority"}, {"service_tier": "priority"}),
        ("anthropic", "claude-opus-4-6", "chat", {"max_tokens": 50, "speed": "fast"}, {"service_tier": "fast"}),
        ("anthropic", "claude-sonnet-4-5", "chat", {"max_tokens": 50, "web_search_options": {}}, {"web_searches": 10}),
        (
            *("openai", "gpt-4o-audio-preview", "chat", {"max_tokens": 50, "modalities": ["audio"]}),
            {"completion_tokens_details": {"audio_tokens": 50}},
        ),
        ("openai", "gpt-4o-mini-tts", "speech", {"input": "a" * 50}, {}),
        ("openai", "whisper-1", "transcription", {}, {"audio_seconds": 60}),
    ],
)
def test_the_estimate_is_at_least_the_billed_cost(
    provider: str, model: str, kind: str, data: dict[str, Any], usage: dict[str, Any]
) -> None:
    book, expected = PriceBook({}, SystemClock()), estimate(kind, data, 30, 1000, 60)
    units = [book.unit(provider, model, tier) for tier in ("", expected.tier)]
    reserved = max(expected.price_at(unit, None) for unit in units if unit is not None) // 1000
    billed = book.cost(provider, model, {"prompt_tokens": 10, "completion_tokens": 50, **usage})
    plain = book.cost(provider, model, {"prompt_tokens": 10, "completion_tokens": 50})
    assert billed is not None
    assert plain is not None
    assert reserved >= billed >= plain
