"""The meter of an answer and the decoding of its body, without a server."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from onceward_gateway.billing.token_count import TextCounter
from onceward_gateway.core import tokenizer
from onceward_gateway.core.errors import ApiError
from onceward_gateway.providers.chunks import ChunkReader
from onceward_gateway.providers.encodings import decoder_of
from onceward_gateway.providers.meter import Meter

TEXT = "A text of a few words, which is counted. "


def test_nothing_is_counted_where_the_upstream_told_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def counted(*_: object) -> int:
        raise AssertionError("it was counted")

    monkeypatch.setattr(tokenizer, "count", counted)
    meter = Meter(lambda: counted())
    meter.produced(TEXT)
    meter.read({"usage": {"prompt_tokens": 7, "completion_tokens": 9, "total_tokens": 16}})
    assert meter.usage() == {"prompt_tokens": 7, "completion_tokens": 9, "total_tokens": 16}


def test_a_usage_of_the_beginning_is_not_that_of_an_answer_that_broke_off() -> None:
    meter = Meter(lambda: 40)
    meter.produced("word " * 2000)
    meter.read({"usage": {"prompt_tokens": 7, "completion_tokens": 1}})
    assert meter.usage()["completion_tokens"] == 1
    cut = meter.usage(cut=True)
    assert cut["completion_tokens"] >= 2000
    assert cut["estimated"] is True
    meter.read({"usage": {"prompt_tokens": 7, "completion_tokens": 1900}})
    assert meter.usage(cut=True) == {"prompt_tokens": 7, "completion_tokens": 1900, "total_tokens": 1907}


def test_asking_for_tokens_changes_no_count() -> None:
    asked, left = TextCounter(), TextCounter()
    for _ in range(600):
        asked.add(TEXT)
        left.add(TEXT)
        assert asked.tokens == asked.tokens > 0
    assert asked.tokens == left.tokens


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
def test_every_member_of_a_gzip_body_is_read(size: int) -> None:
    body = gzip.compress(b'{"a": ') + gzip.compress(b'"b"}')
    decoder = decoder_of("gzip")
    assert decoder is not None
    pieces = [piece for at in range(0, len(body), size) for piece in decoder.feed(body[at : at + size])]
    assert b"".join([*pieces, *decoder.close()]) == b'{"a": "b"}'


@pytest.mark.parametrize(
    "event",
    [
        {"error": {"message": "overloaded", "code": 529}},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "error"}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "ERROR"}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "abort"}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "insufficient_system_resource"}]},
        {"choices": ["none"]},
    ],
)
def test_a_usage_beside_an_error_in_a_stream_is_paid(event: dict[str, Any]) -> None:
    meter = Meter(lambda: 40)
    meter.asked = True
    told = event | {"usage": {"prompt_tokens": 7, "completion_tokens": 9, "total_tokens": 16}}
    with pytest.raises(ApiError):
        ChunkReader("acme", 1, meter).read("", json.dumps(told).encode())
    assert meter.owed
    assert meter.usage()["completion_tokens"] == 9


def _event(**choice: Any) -> bytes:
    return json.dumps({"choices": [{"index": 0, "finish_reason": None, **choice}]}).encode()


def test_a_message_in_a_chunk_is_paid_and_delivered_as_a_delta() -> None:
    meter = Meter(lambda: 40)
    meter.asked = True
    reader = ChunkReader("acme", 1, meter)
    chunk = reader.read("", _event(message={"role": "assistant", "content": TEXT}, finish_reason="stop"))
    reader.end(done=True)
    (choice,) = json.loads(chunk.data)["choices"]
    assert choice == {"index": 0, "finish_reason": "stop", "delta": {"role": "assistant", "content": TEXT}}
    assert meter.usage()["completion_tokens"] > 5


def test_a_message_that_repeats_the_deltas_is_paid_once() -> None:
    meter = Meter(lambda: 40)
    meter.asked = True
    reader = ChunkReader("acme", 1, meter)
    reader.read("", _event(delta={"content": TEXT}))
    said = meter.usage()["completion_tokens"]
    last = _event(message={"role": "assistant", "content": TEXT}, finish_reason="stop")
    assert reader.read("", last).data == last
    reader.end(done=True)
    assert meter.usage()["completion_tokens"] == said


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["The quick ", "brown fox"], ["The quick ", "brown fox"]),
        (["The quick ", "The quick brown fox"], ["The quick ", "brown fox"]),
        (["The quick ", "brown fox", "The quick brown fox"], ["The quick ", "brown fox", ""]),
        (["", "The quick brown fox", "The quick brown fox"], ["", "The quick brown fox", ""]),
    ],
)
def test_messages_in_chunks_are_paid_and_delivered_by_what_they_add(texts: list[str], told: list[str]) -> None:
    meter = Meter(lambda: 40)
    meter.asked = True
    reader = ChunkReader("acme", 1, meter)
    chunks = [reader.read("", _event(message={"role": "assistant", "content": text})) for text in texts]
    deltas = [json.loads(chunk.data)["choices"][0].get("delta") or {} for chunk in chunks]
    assert [delta.get("content", "") for delta in deltas] == told
    assert meter.usage()["completion_tokens"] == 4
