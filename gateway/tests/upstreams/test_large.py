"""Large answers of upstreams: read in pieces to what they are in one go, and passed on as they are."""

from __future__ import annotations

import asyncio
import json
import math
import threading
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onceward_gateway.core import json_parts, long_strings
from onceward_gateway.core.lenient_json import Unreadable, readable
from onceward_gateway.core.threads import LARGE_BODY, in_thread_if_large
from onceward_gateway.providers import large
from onceward_gateway.providers.answers import (
    events_in,
    folded,
    judged,
    with_usage,
)
from onceward_gateway.providers.anthropic import completion
from onceward_gateway.providers.chunks import texts_of
from onceward_gateway.providers.large import (
    as_text,
    read_json,
    release,
    write_json,
)
from onceward_gateway.providers.meter import Meter

_CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
_NAMES = st.sampled_from(["choices", "usage", "logprobs", "x", "[", '"', "\\", "é"]) | st.text(max_size=9)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 1000) | st.floats(allow_infinity=False) | st.text(max_size=90),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_NAMES, inner, max_size=5),
    max_leaves=30,
)
_OBJECTS = st.dictionaries(_NAMES, _VALUES, min_size=1, max_size=5)
# Answers as upstreams give them: lists whose items have what nobody reads, and members behind these.
_ITEMS = st.lists(
    st.fixed_dictionaries(
        {"index": st.integers(0, 9)}, optional={"logprobs": _VALUES, "embedding": _VALUES, "x": _VALUES}
    )
    | _VALUES,
    max_size=9,
)
_ANSWERS = st.fixed_dictionaries(
    {"data": _ITEMS, "x": _VALUES, "model": st.text(max_size=20), "choices": _ITEMS, "usage": _OBJECTS},
    optional={"service_tier": st.text(max_size=9), "vendor": _VALUES},
)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer is a large one, and every piece of it is small."""
    for module in (json_parts, long_strings, large):
        monkeypatch.setattr(module, "PIECE", 7)
    for name, size in (("LARGE_BODY", 8), ("SINGLE", 8), ("LONG", 10)):
        monkeypatch.setattr(large, name, size)
    monkeypatch.setattr(long_strings, "_STRING_BYTES", 30)


def plain(value: Any) -> Any:
    """A value with what JSON cannot say as nothing."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def opened(value: Any) -> Any:
    """A value with the bytes in it read, each as one value."""
    if isinstance(value, msgspec.Raw):
        return plain(json.loads(bytes(value)))
    if isinstance(value, dict):
        return {name: opened(inner) for name, inner in value.items()}
    return [opened(inner) for inner in value] if isinstance(value, list) else plain(value)


@pytest.fixture(params=[7, 40, 200])
def pieces(request: pytest.FixtureRequest, tiny: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of several items, and of one."""
    for module in (json_parts, long_strings, large):
        monkeypatch.setattr(module, "PIECE", request.param)
    monkeypatch.setattr(large, "SINGLE", request.param + 1)


@settings(max_examples=30, deadline=None, suppress_health_check=_CHECKS)
@given(value=_OBJECTS | _ANSWERS, short=st.sampled_from([0, 30, 10**9]), odd=st.sampled_from([b"", b" junk", b"\n"]))
def test_pieces_are_what_the_whole_is(pieces: None, value: Any, short: int, odd: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large, "_SHORT", short)
        try:
            raw = json.dumps(value, ensure_ascii=False).encode() + odd
        except UnicodeEncodeError:
            return
        found, standard = read_json(raw)
        assert opened(found) == plain(readable(raw)[0])
        assert (standard is raw) == (readable(raw)[1] is raw)
        assert json.loads(standard) == plain(readable(raw)[0])
        assert plain(msgspec.json.decode(write_json(found, len(raw)))) == plain(readable(raw)[0])


@settings(max_examples=30, deadline=None, suppress_health_check=_CHECKS)
@given(value=_ANSWERS)
def test_members_of_a_large_answer_are_decoded_when_read(pieces: None, value: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large, "_SHORT", 0)
        found, _ = read_json(json.dumps(value).encode())
    value = plain(value)
    assert list(found) == list(value)
    assert (found["usage"], found["model"]) == (value["usage"], value["model"])
    for name in ("data", "choices"):
        assert len(found[name]) == len(value[name])
        for item, told in zip(found[name], value[name], strict=True):
            assert type(item) is type(told)
            if isinstance(told, dict):
                assert item.get("index") == told.get("index")
                assert item.get("x") == told.get("x")


@settings(max_examples=100, deadline=None, suppress_health_check=_CHECKS)
@given(raw=st.binary(min_size=9, max_size=80) | st.text('{}[]",:\\ud8c0a1 ', min_size=9, max_size=60).map(str.encode))
def test_any_bytes_are_an_answer_or_unreadable(tiny: None, raw: bytes) -> None:
    try:
        _, standard = read_json(raw)
    except Unreadable:
        return
    json.loads(standard)


def test_members_that_are_not_read_stay_encoded() -> None:
    body = b'{"choices":[{"index":0}],"x":[' + b"[]," * 1_000_000 + b'0],"usage":{"prompt_tokens":3}}'
    value, standard = read_json(body)
    assert (value["choices"], value["usage"]) == ([{"index": 0}], {"prompt_tokens": 3})
    assert isinstance(value["x"], msgspec.Raw)
    assert standard is body


def test_a_small_member_of_any_name_is_decoded() -> None:
    body = b'{"choices":[{"index":0}],"x":[' + b"[]," * 100_000 + b'0],"y":{"a":1},"meta":{"tokens":{"n":1}}}'
    value, _ = read_json(body)
    assert (value["y"], value["meta"]) == ({"a": 1}, {"tokens": {"n": 1}})


EMBEDDED = {"prompt_tokens": 1000, "total_tokens": 1000}


@pytest.mark.parametrize(
    ("count", "size", "more"),
    [(200, 3072, {}), (400, 1536, {}), (2048, 256, {}), (520, 1024, {"id": "e-1"})],
)
def test_embeddings_are_billed_as_told(count: int, size: int, more: dict[str, Any]) -> None:
    numbers = msgspec.Raw(json.dumps([at / 7919 for at in range(size)]).encode())
    data = [{"object": "embedding", "index": at, "embedding": numbers} for at in range(count)]
    body = msgspec.json.encode(
        {"object": "list", "data": data, "model": "text-embedding-3-large", "usage": EMBEDDED, **more}
    )
    meter = Meter(lambda: 777)
    meter.asked = meter.answered = True
    value, standard = read_json(body)
    answer = judged("up", "embeddings", value, meter)
    usage = meter.usage()
    assert (len(answer["data"]), meter.model) == (count, "text-embedding-3-large")
    assert usage == {**EMBEDDED, "completion_tokens": 0}
    assert with_usage(answer, standard, usage) is body
    # If the usage must be rewritten, everything else is unchanged.
    other = with_usage(answer, standard, {**usage, "estimated": True})
    assert other.count(b'"usage"') == 1
    assert msgspec.json.decode(other) == {**msgspec.json.decode(body), "usage": {**usage, "estimated": True}}


@pytest.fixture(scope="module")
def many_choices() -> dict[str, Any]:
    """128 choices with log probabilities: more than half a million values."""
    top = [{"token": f"t{at}", "logprob": -0.125 * at, "bytes": [116, 48 + at]} for at in range(20)]
    likely = {"content": [{**top[0], "top_logprobs": top}] * 120, "refusal": None}
    choices = [
        {
            "index": at,
            "message": {"role": "assistant", "content": f"No {at}."},
            "logprobs": likely,
            "finish_reason": "stop",
        }
        for at in range(128)
    ]
    usage = {"prompt_tokens": 10, "completion_tokens": 15360, "total_tokens": 15370}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": choices, "usage": usage}


def test_every_one_of_many_choices_is_delivered(many_choices: dict[str, Any]) -> None:
    body = msgspec.json.encode(many_choices)
    meter = Meter(lambda: 777)
    meter.asked = meter.answered = True
    value, standard = read_json(body)
    answer = judged("up", "chat", value, meter)
    assert [choice["message"]["content"] for choice in answer["choices"]] == [f"No {at}." for at in range(128)]
    assert meter.usage() == many_choices["usage"]
    assert with_usage(answer, standard, meter.usage()) is body
    assert all(isinstance(choice["logprobs"], msgspec.Raw) for choice in answer["choices"])


def test_a_large_event_of_a_whole_answer_is_folded_with_its_log_probabilities(many_choices: dict[str, Any]) -> None:
    first = many_choices["choices"][0]
    piece = {"index": 0, "delta": first["message"], "logprobs": first["logprobs"], "finish_reason": "stop"}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [piece]}
    body = b"data: " + json.dumps(chunk).encode() + b"\n\ndata: [DONE]\n\n"
    assert len(body) > LARGE_BODY
    value = folded("up", "chat", events_in(body), 1, Meter(lambda: 777))
    assert value["choices"][0]["logprobs"] == first["logprobs"]


def test_text_is_decoded_across_pieces() -> None:
    text = "漢字" * 300_000
    assert as_text(text.encode() + b"\xff") == text + "\ufffd"


async def test_a_client_that_leaves_does_not_stop_the_count_of_an_answer() -> None:
    began, go_on, counted = threading.Event(), threading.Event(), list[str]()

    def count() -> None:
        began.set()
        go_on.wait(30)
        counted.append("all of it")

    task = asyncio.ensure_future(in_thread_if_large(bytes(LARGE_BODY + 1), count))
    await asyncio.to_thread(began.wait, 30)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert counted == ["all of it"]


@pytest.mark.parametrize("given", [{"a": [[], {"b": "\\u00e9"}] * 20_000}, "a text " * 60_000])
def test_large_arguments_of_a_tool_are_passed_on_as_they_were_written(given: Any) -> None:
    block = {"type": "tool_use", "id": "t", "name": "f", "input": given}
    raw = json.dumps({"type": "message", "content": [block, {"type": "text", "text": "hi"}]}).encode()
    message, _ = read_json(raw, unread=frozenset({"input"}))
    assert isinstance(message["content"][0]["input"], msgspec.Raw)
    assert len("".join(texts_of(message["content"]))) > 100_000
    function = completion(message, "claude", 1, {})["choices"][0]["message"]["tool_calls"][0]["function"]
    assert (function["arguments"] if isinstance(given, str) else json.loads(function["arguments"])) == given


def test_a_large_value_is_let_go_in_steps() -> None:
    kept = {"text": "a"}
    value = {"choices": [kept, {"texts": ["b"] * 5000}], "x": [kept] * 5000}
    release(value)
    assert value == {"choices": [{"text": "a"}, {"texts": []}], "x": []}
