"""Answers without an end: memory has a bound, and the error says what came."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from onceward._core import call, streaming
from onceward._core.errors import InternalServerError, ResponseShapeError
from onceward._core.jsonlines import JSONLinesDecoder

from .rig import COMPLETION, Reply, Rig, event, stream

Make = Callable[..., Rig]
BOUND = 4096
FOR_EVER = 100
"""Chunks of 512 bytes: far more than the bound."""
ENDLESS = {
    "one line": b"x" * 512,
    "lines of data": b"\ndata: x" * 64,
    "comments in one event": b"\n: here " * 64,
    "comments": b"\n\n: ping" * 64,
    "events without data": b"\n\nevent:" * 64,
    "line ends": b"\r\n" * 256,
}


@pytest.fixture(autouse=True)
def bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "_MOST_EVENT", BOUND)
    monkeypatch.setattr(call, "_MOST_ERROR", BOUND)
    monkeypatch.setattr(call, "_MOST_JSON", BOUND)


def left(r: Rig) -> int:
    return len(r.responses[-1]._left)  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("first", [[], [event(1)]], ids=["before content", "after content"])
@pytest.mark.parametrize("part", ENDLESS.values(), ids=ENDLESS)
def test_a_stream_that_brings_no_event_ends_in_an_error(rig: Make, part: bytes, first: list[bytes]) -> None:
    r = rig([stream(*first, b"data: ", *[part] * FOR_EVER)], timeout=None)
    with pytest.raises(ResponseShapeError, match=f"{BOUND} bytes came without a new event") as caught:
        r.events()
    assert len(r.seen) == len(first)
    assert len(r.requests) == 1, "what such a server sends once it sends again"
    assert caught.value.status_code == 200
    assert left(r) >= FOR_EVER - 2 * BOUND // 512
    assert r.responses[-1].closed


def test_a_resumed_stream_that_repeats_itself_for_ever_ends_in_an_error(rig: Make) -> None:
    r = rig([stream(event(1), event(2)), stream(*[event(1) + event(2)] * FOR_EVER)])
    with pytest.raises(ResponseShapeError, match=f"{BOUND} bytes came without a new event"):
        r.events()
    assert len(r.seen) == 2


def test_pings_between_events_are_no_fault(rig: Make) -> None:
    quiet = [b": ping\n\n"] * (BOUND // 16)
    r = rig([stream(*quiet, event(1), *quiet, event(2), *quiet, event(3), b"data: [DONE]\n\n")])
    assert len(r.events()) == 3


def test_a_line_of_json_lines_has_the_same_bound(rig: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "framing_decoder", lambda spec: JSONLinesDecoder())  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    r = rig([stream(*[b"x" * 512] * FOR_EVER)])
    with pytest.raises(ResponseShapeError, match=f"{BOUND} bytes came without a new event"):
        r.events()


@pytest.mark.parametrize("body", ["x" * 512, " " * 512])
def test_an_error_without_an_end_is_told_by_its_status_and_its_beginning(rig: Make, body: str) -> None:
    r = rig([Reply(status=500, chunks=[body.encode()] * FOR_EVER)], max_retries=0)
    with pytest.raises(InternalServerError) as caught:
        r.create()
    assert caught.value.status_code == 500
    assert len(caught.value.body) <= BOUND
    assert left(r) >= FOR_EVER - 2 * BOUND // 512
    assert r.responses[-1].closed


def test_a_json_answer_without_an_end_is_a_shape_error(rig: Make) -> None:
    r = rig([Reply(headers={"content-type": "application/json"}, chunks=[b'{"id": "', *[b"x" * 512] * FOR_EVER])])
    with pytest.raises(ResponseShapeError, match=f"longer than {BOUND} bytes and has not ended"):
        r.create()
    assert len(r.requests) == 1, "it was paid for"
    assert r.responses[-1].closed


def test_a_page_without_an_end_in_place_of_a_stream_is_a_shape_error(rig: Make) -> None:
    r = rig([Reply(headers={"content-type": "text/html"}, chunks=[b"<p>" * 170] * FOR_EVER)])
    with pytest.raises(ResponseShapeError, match="not a stream of events"):
        r.events()
    assert left(r) >= FOR_EVER - 2 * BOUND // 510


def test_a_file_may_be_longer(rig: Make) -> None:
    r = rig([Reply(headers={"content-length": str(2 * BOUND)}, chunks=[b"x" * 512] * (2 * BOUND // 512))])
    content = r.run(lambda client: client.files.content("file-1"))
    assert len(content.read()) == 2 * BOUND


def test_a_long_answer_that_says_its_length_is_read(rig: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "_MOST_JSON", 1 << 20)
    body = json.dumps({**COMPLETION, "note": "x" * 70_000}).encode()
    r = rig([Reply(headers={"content-length": str(len(body))}, chunks=[body])])
    assert r.create().choices[0].message.content == "hello"
