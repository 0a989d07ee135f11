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

from headgate_gateway import json_parts, long_strings
from headgate_gateway.offload import LARGE_BODY, in_thread_if_large
from headgate_gateway.providers import large
from headgate_gateway.providers.large import as_text, read_json, write_json
from headgate_gateway.providers.lenient import Unreadable, readable

_NAMES = st.sampled_from(["choices", "usage", "logprobs", "x", "[", '"', "\\", "é"]) | st.text(max_size=9)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 1000) | st.floats(allow_infinity=False) | st.text(max_size=90),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_NAMES, inner, max_size=5),
    max_leaves=30,
)
_OBJECTS = st.dictionaries(_NAMES, _VALUES, min_size=1, max_size=5)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer is a large one, and every piece of it is small."""
    for module in (json_parts, long_strings, large):
        monkeypatch.setattr(module, "PIECE", 7)
    for name, size in (("LARGE_BODY", 8), ("SINGLE", 8), ("LONG", 10)):
        monkeypatch.setattr(large, name, size)
    monkeypatch.setattr(long_strings, "_STRING_BYTES", 30)


def plain(value: Any) -> Any:
    """A value with the bytes in it read, and what JSON cannot say as nothing."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=_OBJECTS, most=st.sampled_from([3, 20, 10**9]), odd=st.sampled_from([b"", b" junk", b"\n"]))
def test_pieces_are_what_the_whole_is(tiny: None, value: Any, most: int, odd: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large, "_MOST_VALUES", most)
        try:
            raw = json.dumps(value, ensure_ascii=False).encode() + odd
        except UnicodeEncodeError:
            return
        found, standard = read_json(raw)
        assert json.loads(standard) == plain(readable(raw)[0])
        assert plain(msgspec.json.decode(write_json(found, len(raw)))) == plain(readable(raw)[0])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(min_size=9, max_size=80) | st.text('{}[]",:\\ud8c0a1 ', min_size=9, max_size=60).map(str.encode))
def test_any_bytes_are_an_answer_or_unreadable(tiny: None, raw: bytes) -> None:
    try:
        _, standard = read_json(raw)
    except Unreadable:
        return
    json.loads(standard)


def test_what_nobody_reads_stays_in_its_bytes() -> None:
    body = b'{"choices":[{"index":0}],"x":[' + b"[]," * 1_000_000 + b'0],"usage":{"prompt_tokens":3}}'
    value, standard = read_json(body)
    assert (value["choices"], value["usage"]) == ([{"index": 0}], {"prompt_tokens": 3})
    assert isinstance(value["x"], msgspec.Raw)
    assert standard is body


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
