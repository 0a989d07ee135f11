"""Every response of an upstream becomes a response or a described error: no other exception is raised."""

from __future__ import annotations

import contextlib
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onceward_gateway.core.errors import ApiError, envelope
from onceward_gateway.core.lenient_json import (
    Unreadable,
    encode,
    readable,
)
from onceward_gateway.providers import failures
from onceward_gateway.providers.answers import (
    InvalidAnswer,
    chunk_of,
    count_answer,
    events_in,
    folded,
    judged,
    with_usage,
)
from onceward_gateway.providers.anthropic import (
    BrokenMessage,
    Chunks,
    completion,
)
from onceward_gateway.providers.chunks import ChunkReader
from onceward_gateway.providers.meter import Meter
from onceward_gateway.providers.sse import SseReader

TEXT = st.text(st.characters(codec=None, categories=None)) | st.sampled_from(["\ud83d", "stop", "error", "502", "\xb2"])
SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from([10**400, 429, 502])
NAMES = st.sampled_from(
    [
        *("error", "choices", "message", "delta", "content", "text", "tool_calls", "function", "arguments", "index"),
        *("finish_reason", "usage", "code", "detail", "type", "input", "name", "id", "status", "retry_after"),
        *("content_block", "stop_reason", "data", "object", "prompt_tokens", "completion_tokens", "metadata"),
    ]
)
KINDS = ("message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta")
VALUE: st.SearchStrategy[Any] = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
ANSWER = st.dictionaries(NAMES, VALUE, max_size=5) | VALUE
EVENT = st.fixed_dictionaries({"type": st.sampled_from((*KINDS, "message_stop", "ping"))}, optional={
    "index": st.integers(0, 2) | SCALAR,
    "message": ANSWER,
    "content_block": st.fixed_dictionaries({"type": st.sampled_from(["text", "tool_use", "thinking", "odd"])}) | ANSWER,
    "delta": st.fixed_dictionaries({"type": st.sampled_from(["text_delta", "input_json_delta", "odd"])}) | ANSWER,
    "usage": ANSWER,
})  # fmt: skip


def written(value: Any) -> bytes:
    """A value as an upstream may write it: `NaN`, halves of pairs and all."""
    return json.dumps(value).encode()


def told(error: ApiError) -> None:
    """Check that the error can be described, with any content."""
    body = json.loads(envelope(error, "req_1"))["error"]
    assert body["status"] >= 400
    assert error.status != 500
    assert error.retry_after is None or math.isfinite(error.retry_after)
    assert all(value.isprintable() for _, value in error.all_headers())


def meter() -> Meter:
    return Meter(lambda: 10)


@given(st.binary(), st.sampled_from([None, "latin-1", "utf-16", "no-such", "base64"]))
def test_any_bytes_are_read_or_refused(data: bytes, charset: str | None) -> None:
    with contextlib.suppress(Unreadable):
        value, standard = readable(data, charset)
        json.loads(standard)
        encode(value)


@given(ANSWER, st.sampled_from(["chat", "completions", "embeddings", "images", "moderations", "transcription"]))
def test_any_whole_answer(value: Any, kind: str) -> None:
    counted = meter()
    try:
        value, body = readable(written(value))
        answer = judged("up", kind, value, counted)
        count_answer(kind, {}, answer, counted)
        json.loads(with_usage(answer, body, counted.usage()))
        if kind in ("chat", "completions"):
            json.loads(encode(chunk_of(answer, kind)))
    except InvalidAnswer:
        told(failures.broken_answer("up", written(value)))
    except ApiError as error:
        told(error)
    encode(counted.usage())


@given(st.lists(ANSWER, max_size=4), st.binary(max_size=40), st.sampled_from([b"", b"event: error\n", b"event: x\n"]))
def test_any_stream(values: list[Any], garbage: bytes, name: bytes) -> None:
    body = b"".join(name + b"data: " + written(value) + b"\n\n" for value in values) + garbage + b"\n\ndata: [DONE]\n\n"
    reader, counted = ChunkReader("up", 1, meter()), meter()
    try:
        for event, data in SseReader(1 << 20).feed(body):
            if data != b"[DONE]":
                json.loads(reader.read(event, data).data)
        reader.end(done=True)
    except ApiError as error:
        told(error)
    try:
        encode(dict(folded("up", "chat", events_in(body), 1, counted)))
    except ApiError as error:
        told(error)


@given(st.lists(EVENT, max_size=6))
def test_any_message_and_its_events(events: list[Any]) -> None:
    chunks = Chunks("claude", 1)
    with contextlib.suppress(BrokenMessage):
        for event in events:
            for chunk in chunks.feed(readable(written(event))[0]):
                json.loads(encode(chunk))
    for event in events:
        with contextlib.suppress(BrokenMessage):
            json.loads(encode(completion(event, "claude", 1, {})))


@given(
    st.integers(300, 999),
    TEXT | st.floats().map(str) | st.datetimes().map(str),
    st.binary(max_size=60) | ANSWER.map(written),
)
def test_any_refusal(status: int, wait: str, body: bytes) -> None:
    for name in ("retry-after", "retry-after-ms"):
        error = failures.from_status("up", status, {name: wait}, body, now=1e9)
        told(error)


@pytest.mark.parametrize(
    ("value", "status", "wait"),
    [
        ({"code": 502}, 502, None),
        ({"code": "429", "retry_after": 7}, 429, 7.0),
        ({"code": 429, "metadata": {"retry_after_ms": 250}}, 429, 0.25),
        ({"code": 503.0}, 503, None),
        ({"type": "overloaded_error"}, 529, None),
        ({"code": 418}, 502, None),
        ({"code": 200}, 502, None),
        ("it broke", 502, None),
    ],
)
def test_codes_of_events_keep_their_meaning(value: Any, status: int, wait: float | None) -> None:
    error = failures.from_event("up", value)
    assert (error.status, error.retry_after) == (status, wait)
