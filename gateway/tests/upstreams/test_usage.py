"""Usage in the formats of vendors, and estimates for missing usage."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onceward_gateway.billing.prices import PriceBook, UnitPrice
from onceward_gateway.billing.token_count import (
    TextCounter,
    count_prompt,
    count_text,
)
from onceward_gateway.config.load import Price
from onceward_gateway.core.clock import SystemClock
from onceward_gateway.core.usage import tokens_of
from onceward_gateway.providers.chunks import count_foreign
from onceward_gateway.providers.meter import Meter
from onceward_gateway.providers.usage import read_usage

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        *("prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "output_tokens"),
        *("prompt_tokens_details", "completion_tokens_details", "cached_tokens", "reasoning_tokens"),
        *("cache_creation", "cache_read_input_tokens", "promptTokenCount", "candidatesTokenCount"),
        *("thoughtsTokenCount", "cost", "billed_units", "tokens", "prompt_cache_hit_tokens", "audio_tokens"),
    ]
)


def read(answer: dict[str, Any], text: str = "") -> dict[str, Any]:
    """The usage of an answer, for a prompt that counts 40."""
    meter = Meter(lambda: 40)
    if text:
        meter.produced(text)
    meter.read(answer)
    return meter.usage()


@pytest.mark.parametrize(
    ("answer", "prompt", "completion", "details"),
    [
        (
            {"usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13, "prompt_cache_hit_tokens": 6}},
            9,
            4,
            {"cached_tokens": 6},
        ),
        (
            {"usage": {"prompt_cache_hit_tokens": 6, "prompt_cache_miss_tokens": 3, "completion_tokens": 4}},
            9,
            4,
            {"cached_tokens": 6},
        ),
        ({"usage": {"prompt_tokens": 9, "completion_tokens": 4, "cached_tokens": 5}}, 9, 4, {"cached_tokens": 5}),
        ({"usage": {"inputTokens": 9, "outputTokens": 4, "cachedInputTokens": 5}}, 9, 4, {"cached_tokens": 5}),
        ({"usage": {"promptTokens": 9, "completionTokens": 4, "cachedTokens": 5}}, 9, 4, {"cached_tokens": 5}),
        (
            {"usage": {"PromptTokens": 9, "CompletionTokens": 4, "PromptTokensDetails": {"CachedTokens": 5}}},
            9,
            4,
            {"cached_tokens": 5},
        ),
        (
            {"choices": [{"usage": {"prompt_tokens": 9, "completion_tokens": 4, "cached_tokens": 5}}]},
            9,
            4,
            {"cached_tokens": 5},
        ),
        (
            {
                "usage": {
                    "input_tokens": 2,
                    "cache_read_input_tokens": 3,
                    "cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 4},
                    "output_tokens": 4,
                }
            },
            10,
            4,
            {"cached_tokens": 3, "cache_write_tokens": 5, "cache_write_1h_tokens": 4},
        ),
        (
            {
                "usageMetadata": {
                    "promptTokenCount": 9,
                    "cachedContentTokenCount": 2,
                    "candidatesTokenCount": 3,
                    "thoughtsTokenCount": 4,
                    "totalTokenCount": 16,
                }
            },
            9,
            7,
            {"cached_tokens": 2, "reasoning_tokens": 4},
        ),
        ({"meta": {"billed_units": {"input_tokens": 9, "output_tokens": 4}}}, 9, 4, {}),
        ({"usage": {"billed_units": {"input_tokens": 9}, "tokens": {"input_tokens": 9, "output_tokens": 4}}}, 9, 4, {}),
        ({"x_groq": {"usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}}}, 9, 4, {}),
        (
            {
                "usage": {
                    "prompt_tokens": 9,
                    "completion_tokens": 4,
                    "total_tokens": 33,
                    "completion_tokens_details": {"reasoning_tokens": 20},
                }
            },
            9,
            24,
            {"reasoning_tokens": 20},
        ),
        (
            {"usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13, "reasoning_tokens": 3}},
            9,
            4,
            {"reasoning_tokens": 3},
        ),
        ({"usage": {"inputTokens": 2, "cacheReadInputTokens": 7, "outputTokens": 4}}, 9, 4, {"cached_tokens": 7}),
        ({"prompt_eval_count": 9, "eval_count": 4}, 9, 4, {}),
        ({"usage": {"prompt_tokens": "9", "completion_tokens": 4.0}}, 9, 4, {}),
        ({"usage": [{"prompt_tokens": [9], "completion_tokens": {"tokens": 3.5}}]}, 9, 4, {}),
        ({"usage": {"prompt_tokens": 9, "total_tokens": 13}}, 9, 4, {}),
    ],
)
def test_vendors_are_understood(answer: dict[str, Any], prompt: int, completion: int, details: dict[str, int]) -> None:
    usage = read(answer)
    assert (usage["prompt_tokens"], usage["completion_tokens"]) == (prompt, completion)
    told = {**usage.get("prompt_tokens_details", {}), **usage.get("completion_tokens_details", {})}
    assert told == details
    assert "estimated" not in usage


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        [],
        "many",
        7,
        {"prompt_tokens": None},
        {"prompt_tokens": -3, "completion_tokens": True},
        {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        {"prompt_tokens": 1e300, "completion_tokens": 10**40},
    ],
)
def test_missing_token_counts_are_estimated(usage: Any) -> None:
    counted = read({"usage": usage}, "Hello there, you two.")
    assert counted["prompt_tokens"] == 40
    assert counted["completion_tokens"] == count_text("Hello there, you two.") > 4
    assert counted["estimated"] is True


@pytest.mark.parametrize("count", [10**400, -(10**400), 1e300, float("inf"), float("nan"), "7", None, True])
def test_counts_of_any_size_are_read(count: Any) -> None:
    usage = {"prompt_tokens": count, "completion_tokens": 1, "total_tokens": count}
    assert 0 <= tokens_of(usage).prompt <= 1 << 53


def test_usage_of_the_middle_of_a_stream_does_not_hide_its_rest() -> None:
    meter = Meter(lambda: 40)
    meter.read({"usage": {"prompt_tokens": 9, "completion_tokens": 1}})
    meter.produced("word " * 2000)
    assert meter.usage()["completion_tokens"] >= 2000
    assert meter.usage()["prompt_tokens"] == 9
    assert meter.usage()["estimated"] is True
    meter.read({"usage": {"prompt_tokens": 9, "completion_tokens": 1990}})
    assert meter.usage()["completion_tokens"] == 1990
    assert "estimated" not in meter.usage()


@given(st.dictionaries(NAMES, JSON) | JSON)
def test_no_usage_is_a_fault(usage: Any) -> None:
    told = read({"usage": usage, "choices": usage, "meta": usage, "x_groq": {"usage": usage}}, "Hello")
    assert all(type(told[name]) is int and told[name] >= 0 for name in ("prompt_tokens", "completion_tokens"))
    assert told["prompt_tokens"] > 0
    book = PriceBook({"m": Price(input=1, output=2)}, SystemClock())
    assert (book.cost("p", "m", told) or 0) >= 0


def test_caches_cost_what_they_cost() -> None:
    book = PriceBook({}, SystemClock(), lambda name: UnitPrice(3_000_000, 15_000_000, 300_000, 3_750_000, 6_000_000))
    details = {"cached_tokens": 10, "cache_write_tokens": 30, "cache_write_1h_tokens": 20}
    usage = {"prompt_tokens": 100, "completion_tokens": 1, "prompt_tokens_details": details}
    assert book.cost("offline", "m", usage) == 60 * 3000 + 10 * 300 + 10 * 3750 + 20 * 6000 + 15000


def test_a_cost_that_is_told_is_for_models_without_a_price() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.0125}
    assert PriceBook({}, SystemClock()).cost("nobody", "no-such-model-at-all", usage) == 12_500_000
    assert PriceBook({"m": Price(input=1000, output=1000)}, SystemClock()).cost("nobody", "m", usage) == 2


def test_long_texts_are_counted_in_a_bounded_time_and_nearly_right() -> None:
    text = "The gate is open, and the road behind it is clear. " * 40_000
    exact = 40 * count_text(text[: len(text) // 40])
    assert abs(count_text(text) - exact) < exact / 20
    pieces = TextCounter()
    for at in range(0, len(text), 1000):
        pieces.add(text[at : at + 1000])
    assert abs(pieces.tokens - exact) < exact / 20
    data = {"messages": [{"role": "user", "content": text}, {"role": "user", "content": text}]}
    assert abs(count_prompt("chat", data, 0) - 2 * exact) < exact / 10


@pytest.mark.parametrize(
    ("kind", "data", "least", "most"),
    [
        (
            "chat",
            {"messages": [{"role": "user", "content": "Hello"}], "tools": [{"function": {"name": "look"}}]},
            10,
            40,
        ),
        ("completions", {"prompt": ["one two", "three"]}, 3, 6),
        ("completions", {"prompt": [[1, 2, 3], [4]]}, 4, 4),
        ("embeddings", {"input": [1, 2, 3]}, 3, 3),
        ("embeddings", {"input": ["a b", "c"]}, 3, 3),
        ("moderations", {"input": [{"type": "text", "text": "a b c"}]}, 3, 3),
        ("speech", {"input": "a b c"}, 3, 3),
        ("images", {"prompt": "a b c"}, 3, 3),
        ("transcription", {}, 64, 64),
        ("chat", {"messages": 7}, 1, 10),
    ],
)
def test_prompts_of_every_kind_are_counted(kind: str, data: dict[str, Any], least: int, most: int) -> None:
    assert least <= count_prompt(kind, data, 0) <= most


def test_a_meter_owes_nothing_for_what_was_refused() -> None:
    meter = Meter(lambda: 40)
    assert not meter.owed
    meter.asked = meter.refused = True
    assert not meter.owed
    meter.produced("word")
    assert meter.owed


def test_sound_has_its_own_price() -> None:
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "prompt_tokens_details": {"audio_tokens": 90},
        "completion_tokens_details": {"audio_tokens": 40},
    }
    prices = PriceBook({}, SystemClock(), lambda name: UnitPrice(4000, 16000, 400, 4000, None, 32000, 64000))
    assert prices.cost("offline", "m", usage) == 10 * 4 + 90 * 32 + 10 * 16 + 40 * 64
    assert prices.cost("openai", "gpt-realtime", usage) == (10 * 4 + 90 * 32 + 10 * 16 + 40 * 64) * 1000


@pytest.mark.parametrize(
    ("provider", "model", "usage", "nano"),
    [
        ("openai", "whisper-1", {"audio_seconds": 3600}, 360_000_000),
        ("openai", "tts-1", {"input_characters": 1_000_000}, 15_000_000_000),
        ("anthropic", "claude-sonnet-4-5", {"web_searches": 100}, 1_000_000_000),
        ("perplexity", "sonar", {}, 12_000_000),
        ("openai", "gpt-image-1", {"prompt_tokens": 10, "prompt_tokens_details": {"image_tokens": 10}}, 100_000),
    ],
)
def test_usage_other_than_text_tokens_is_priced(provider: str, model: str, usage: dict[str, Any], nano: int) -> None:
    prices = PriceBook({}, SystemClock())
    assert prices.cost(provider, model, {"prompt_tokens": 0, "completion_tokens": 0, **usage}) == nano
    assert not prices.is_partial(provider, model, usage)


def test_a_service_tier_has_its_own_price() -> None:
    prices, usage = PriceBook({}, SystemClock()), {"prompt_tokens": 1000, "completion_tokens": 0}
    plain = prices.cost("openai", "gpt-5", usage)
    flex = prices.cost("openai", "gpt-5", {**usage, "service_tier": "flex"})
    assert plain is not None
    assert flex is not None
    assert flex < plain
    assert not prices.is_partial("openai", "gpt-5", {**usage, "service_tier": "flex"})
    assert prices.is_partial("openai", "gpt-5", {**usage, "service_tier": "turbo"})
    assert not prices.is_partial("openai", "gpt-5", {**usage, "service_tier": "default"})


def test_a_model_that_is_listed_without_a_price_is_free() -> None:
    price = PriceBook({}, SystemClock()).unit("openai", "omni-moderation-latest")
    assert price is not None
    assert price.input == price.output == 0


def test_searches_that_are_told_as_none_cost_nothing() -> None:
    meter = Meter(lambda: 5)
    meter.searches = 1
    meter.read({"usage": {"prompt_tokens": 5, "completion_tokens": 2, "num_search_queries": 0}})
    usage = meter.usage()
    assert "web_searches" not in usage
    assert "estimated" not in usage


@pytest.mark.parametrize(
    "value",
    [
        {"type": "text_chunk", "text": "Once"},
        {"type": "completion", "completion": "Once"},
        {"choices": [{"index": 0, "delta": {"content": "Once"}}]},
        {"candidates": [{"content": {"parts": [{"text": "Once"}]}}]},
        {"token": {"text": "Once"}},
    ],
)
def test_texts_of_other_wires_are_found(value: dict[str, Any]) -> None:
    meter = Meter(lambda: 1)
    assert count_foreign(value, meter) == next(name for name in value if name != "type")
    assert meter.usage()["completion_tokens"] == count_text("Once")


@pytest.mark.parametrize(
    "value",
    [
        {"type": "status", "message": "queued"},
        {"delta": {"stop_reason": "end_turn"}, "content": "", "item": {"id": "text"}},
        {"choices": [], "prompt_filter_results": [{"content_filter_results": {"hate": {"severity": "safe"}}}]},
        {"response": {"id": "resp", "status": "in_progress", "output": []}, "content": None, "token": 7},
    ],
)
def test_values_that_are_not_text_of_a_model_are_not_counted(value: dict[str, Any]) -> None:
    meter = Meter(lambda: 1)
    assert not count_foreign(value, meter)
    assert not meter.usage()["completion_tokens"]


def test_tiers_that_nobody_has_a_price_for_are_priced_as_one() -> None:
    prices = PriceBook({}, SystemClock())
    usage = {"prompt_tokens": 1000, "completion_tokens": 10}
    plain = prices.cost("openai", "gpt-5", usage)
    kept = len(prices._known)
    for number in range(50):
        odd = {**usage, "service_tier": f"tier-{number}"}
        assert prices.cost("openai", "gpt-5", odd) == plain
        assert prices.is_partial("openai", "gpt-5", odd)
        assert prices.is_partial("nobody", "no-such-model-at-all", odd)
    assert len(prices._known) <= kept + 1
    assert not prices.is_partial("nobody", "no-such-model-at-all", {**odd, "cost": 0.1})


COUNTS = st.integers(0, 50) | st.integers() | st.booleans() | st.none() | st.text(max_size=2)
DETAILS = st.none() | st.dictionaries(
    st.sampled_from(
        ["cached_tokens", "audio_tokens", "reasoning_tokens", "accepted_prediction_tokens", "image_tokens"]
    ),
    COUNTS,
    max_size=3,
)


@given(
    st.integers(0, 30),
    st.integers(0, 30),
    COUNTS,
    st.fixed_dictionaries({}, optional={"prompt_tokens_details": DETAILS, "completion_tokens_details": DETAILS}),
)
def test_a_usage_in_the_usual_form_is_read_as_by_the_search_for_every_name(
    prompt: int, completion: int, total: Any, details: dict[str, Any]
) -> None:
    for sum_of_both in (total, prompt + completion):
        usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": sum_of_both, **details}
        # A name that nobody reports leads past the short way.
        assert read_usage(usage) == read_usage({**usage, "unknown": None})
