"""Large JSON bodies: decoded in pieces to what they are in one go, bounded before they are decoded."""

from __future__ import annotations

import json
import time
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from onceward_gateway.config.load import RequestLimits
from onceward_gateway.core import json_parts, long_strings
from onceward_gateway.core.effective_body import OWN
from onceward_gateway.core.errors import ApiError
from onceward_gateway.http import json_body
from onceward_gateway.http.contract import load_contract
from onceward_gateway.http.json_body import parse_json
from onceward_gateway.http.narrow import narrow
from onceward_gateway.http.validation import Contract
from onceward_gateway.providers import openai

LIMITS = RequestLimits()
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 1000) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
    max_leaves=30,
)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every body is a large one, and every piece of it is small."""
    for name, size in (("LARGE_BODY", 8), ("PIECE", 7), ("SINGLE", 8)):
        monkeypatch.setattr(json_body, name, size)
    monkeypatch.setattr(long_strings, "_STRING_BYTES", 30)
    monkeypatch.setattr(long_strings, "PIECE", 7)
    monkeypatch.setattr(json_parts, "PIECE", 7)
    monkeypatch.setattr(long_strings, "LONG", 10)
    monkeypatch.setattr(openai, "LONG", 10)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=_VALUES, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]))
def test_pieces_are_what_the_whole_is(tiny: None, value: Any, ascii_only: bool, indent: int | None) -> None:
    try:
        raw = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
        expected = msgspec.json.decode(raw)
    except (UnicodeEncodeError, msgspec.DecodeError):
        return
    assert parse_json(raw, LIMITS) == expected
    if isinstance(expected, dict):
        sent = msgspec.json.decode(openai.prepare(raw, "m", stream=False))
        assert sent == {**{name: item for name, item in expected.items() if name not in OWN}, "model": "m"}


@pytest.mark.parametrize(
    "text", ["\\" * 90, "😀" * 40, "中文" * 50, '"' * 77, "a😀\\\n" * 30, "\U0001f600\\u" * 20, "é" * 61 + "\\"]
)
@pytest.mark.parametrize("shift", range(8))
def test_a_long_string_is_cut_between_characters(tiny: None, text: str, shift: int) -> None:
    for ascii_only in (True, False):
        value = {"a": ["x" * shift + text]}
        assert parse_json(json.dumps(value, ensure_ascii=ascii_only).encode(), LIMITS) == value


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(min_size=9, max_size=80) | st.text('{}[]",:\\ud8c0a1 ', min_size=9, max_size=60).map(str.encode))
def test_any_bytes_are_a_value_or_an_error_of_the_caller(tiny: None, raw: bytes) -> None:
    try:
        expected = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        with pytest.raises(ApiError) as caught:
            parse_json(raw, LIMITS)
        assert caught.value.status == 400
    else:
        assert parse_json(raw, LIMITS) == expected


HOSTILE = {
    "open brackets": b'{"x":' + b"[" * 25_000_000,
    "wide arrays": b'{"x":[' + b"[]," * 8_000_000 + b"0]}",
    "nested arrays": b'{"x":' + b"[" * 12_000_000 + b"]" * 12_000_000 + b"}",
    "objects": b'{"x":[' + b'{"a":1},' * 3_000_000 + b"0]}",
    "numbers": b'{"x":[' + b"1," * 12_000_000 + b"0]}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_refused_before_it_is_decoded(name: str) -> None:
    start = time.thread_time()
    with pytest.raises(ApiError) as caught:
        parse_json(HOSTILE[name], LIMITS)
    assert caught.value.code in ("payload_too_large", "too_deep")
    # Decoding takes seconds.
    assert time.thread_time() - start < 0.5


@pytest.mark.parametrize("byte", [b"\x80", b"\xbf", b"\xff", b"\xe6"])
def test_a_long_string_of_bytes_that_are_no_text_is_refused(byte: bytes) -> None:
    # Looked through for the begin of a character, it kept a thread busy for ever.
    with pytest.raises(ApiError) as caught:
        parse_json(b'{"model":"' + byte * 3_000_000 + b'"}', LIMITS)
    assert (caught.value.status, caught.value.code) == (400, "invalid_json")


def test_many_members_and_much_white_space_are_read() -> None:
    value = {f"k{at}": at for at in range(240_000)}
    space = b" " * 20_000_000
    assert parse_json(space + json.dumps({"x": value}).encode() + space, LIMITS) == {"x": value}


def test_brackets_in_texts_are_no_nesting() -> None:
    value = {"x": "[{" * 1_000_000 + '"\\,', "y": ["]}"] * 1000}
    assert parse_json(json.dumps(value).encode(), LIMITS) == value


CONTRACT = Contract(load_contract())
FAULTY: dict[str, tuple[str, dict[str, Any], str]] = {
    "items": ("/v1/completions", {"model": "a", "prompt": [1.5] * 400_000}, "prompt[0]"),
    "one of many items": ("/v1/completions", {"model": "a", "prompt": [*["x"] * 99_000, 1.5]}, "prompt[99000]"),
    "messages": (
        "/v1/chat/completions",
        {"model": "a", "messages": [{"role": "usera", "content": 3}] * 50_000},
        "messages[0].role",
    ),
    "the last message": (
        "/v1/chat/completions",
        {"model": "a", "messages": [*[{"role": "user", "content": "x"}] * 50_000, {"role": "user", "content": 3}]},
        "messages[50000].content",
    ),
    "parts": (
        "/v1/chat/completions",
        {"model": "a", "messages": [{"role": "user", "content": [{"type": "text", "text": 7}] * 50_000}]},
        "messages[0].content[0]",
    ),
}


@pytest.mark.parametrize("name", FAULTY)
def test_the_fault_of_a_large_value_is_found_soon(name: str) -> None:
    path, value, place = FAULTY[name]
    spec = CONTRACT.find("POST", path)
    assert spec is not None
    spec.check_json({"model": "a", "prompt": "x", "messages": [{"role": "user", "content": "x"}]})
    start = time.thread_time()
    with pytest.raises(ApiError) as caught:
        spec.check_json(value, is_large=True)
    assert (caught.value.param or "").startswith(place)
    # Describing every fault takes minutes.
    assert time.thread_time() - start < 5


def test_one_of_many_members_is_found() -> None:
    schema = {"properties": {"known": {"type": "string"}}, "additionalProperties": {"type": "integer"}}
    check = Draft202012Validator(schema).is_valid
    value: dict[str, Any] = {"known": "x"} | {f"k{at}": at for at in range(50_000)} | {"k31000": "much"}
    narrowed = narrow(value, check, {"known"})
    assert narrowed.value == {"known": "x", "k31000": "much"}


def test_an_array_that_is_too_long_is_told_from_one_with_a_wrong_item() -> None:
    check = Draft202012Validator({"properties": {"a": {"items": {"type": "integer"}, "maxItems": 1000}}}).is_valid
    assert narrow({"a": list(range(5000))}, check, {"a"}).too_long == ("a",)
    narrowed = narrow({"a": [*range(5000), "x"]}, check, {"a"})
    assert narrowed.too_long == ("a",)
    narrowed = narrow({"a": [*range(900), "x", *range(50)]}, check, {"a"})
    assert (narrowed.value, narrowed.place(("a", 0))) == ({"a": ["x"]}, ("a", 900))


NESTED: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | st.text(st.sampled_from('"\\\\[]{}aé')),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.sampled_from('"\\\\[]{}a')), inner, max_size=3)
    ),
    max_leaves=30,
)


def depth_of(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


@given(NESTED, st.booleans(), st.sampled_from([None, 1]))
def test_the_depth_of_a_body_is_that_of_its_containers(value: Any, ascii: bool, indent: int | None) -> None:
    raw = json.dumps({"a": value}, ensure_ascii=ascii, indent=indent).encode()
    depth = depth_of(value) + 1
    assert parse_json(raw, RequestLimits(max_depth=depth)) == {"a": value}
    if depth > 1:
        with pytest.raises(ApiError) as refused:
            parse_json(raw, RequestLimits(max_depth=depth - 1))
        assert refused.value.code == "too_deep"
