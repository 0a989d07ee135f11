"""An answer counts only when it is whole: streams whose choices have all finished, bodies that ended where they said.

Every row runs on every transport, synchronous and asynchronous, as in `test_field_table`.
"""

from __future__ import annotations

import gzip
import json
from itertools import product
from typing import Any

import pytest

import onceward
from onceward.testing import FakeGateway, Fault

from .conftest import CHUNKS, MESSAGES, MakeUser, User, chunk, completion
from .test_field_table import asked, texts


def two(index: int, text: str) -> dict[str, Any]:
    """A chunk of another choice than the first."""
    return {**chunk(), "choices": [{"index": index, "delta": {"content": text}, "finish_reason": None}]}


# ---- streams that say they are whole, and are not


BESIDE = {"code": 429, "message": "slow down"}


@pytest.mark.parametrize(
    ("events", "expected", "status"),
    [
        pytest.param(CHUNKS[:2], onceward.StreamInterrupted, None, id="no finish reason"),
        pytest.param([chunk("he"), two(1, "ho"), CHUNKS[2]], onceward.StreamInterrupted, None, id="one of two"),
        pytest.param([CHUNKS[0], chunk(finish="error")], onceward.ProviderError, None, id="finish reason error"),
        pytest.param([CHUNKS[0], {**CHUNKS[2], "error": BESIDE}], onceward.RateLimitError, 429, id="error beside"),
        pytest.param(
            [CHUNKS[0], {**CHUNKS[2], "choices": [{"index": 0, "delta": {}, "finish_reason": None, "error": BESIDE}]}],
            onceward.RateLimitError, 429, id="error in a choice",
        ),
        pytest.param([CHUNKS[0], {"error": {"code": "503", "message": "x"}}], onceward.InternalServerError, 503,
                     id="code in digits"),
        pytest.param([CHUNKS[0], {"error": ["x"]}], onceward.APIStatusError, None, id="error is a list"),
        pytest.param([CHUNKS[0], {"detail": "the worker died"}], onceward.APIStatusError, None, id="detail"),
        pytest.param([CHUNKS[0], {"object": "error", "message": "x", "code": 500}], onceward.InternalServerError, 500,
                     id="object is error"),
    ],
)  # fmt: skip
def test_a_stream_that_closes_in_good_order_but_is_not_whole_is_an_error(
    user: User, gateway: FakeGateway, events: list[Any], expected: type[onceward.APIError], status: int | None
) -> None:
    gateway.respond_sse(events)
    seen, error = user.stream()
    assert texts(seen).startswith("he")
    assert type(error) is expected
    assert error.status_code == status
    assert error.partial.choices[0].message.content.startswith("he")
    assert len(asked(gateway)) == 1


@pytest.mark.parametrize(
    ("asked_for", "sent", "expected"),
    [
        ({"n": 2}, CHUNKS, onceward.StreamInterrupted),
        ({"extra_body": {"n": 2}}, CHUNKS, onceward.StreamInterrupted),
        ({"n": 1, "metadata": {"n": "2"}}, CHUNKS, type(None)),
        ({"n": 2}, [*CHUNKS, {**CHUNKS[2], "choices": [{**CHUNKS[2]["choices"][0], "index": 1}]}], type(None)),
    ],
)
def test_a_stream_has_as_many_choices_as_were_asked_for(
    user: User, gateway: FakeGateway, asked_for: dict[str, Any], sent: list[Any], expected: type[Any]
) -> None:
    gateway.respond_sse(sent)
    seen, error = user.stream(**asked_for)
    assert texts(seen) == "hello"
    assert type(error) is expected


def test_a_last_event_without_its_blank_line_still_closes_the_stream(user: User, gateway: FakeGateway) -> None:
    gateway.respond_sse([*CHUNKS[:2], {**CHUNKS[2]}, b"data: [DONE]"], done=None)
    events, error = user.stream()
    assert (texts(events), events[-1].choices[0].finish_reason, error) == ("hello", "stop", None)


def test_a_character_cut_over_two_events_is_whole(user: User, gateway: FakeGateway) -> None:
    first = json.dumps(chunk("a@")).replace("@", "\\ud83d")
    second = json.dumps(chunk("@b")).replace("@", "\\ude00")
    gateway.respond_sse([first, second, CHUNKS[2]])
    events, error = user.stream()
    assert (texts(events), error) == ("a\U0001f600b", None)
    assert user.final().choices[0].message.content == "a\U0001f600b"


def lone(**members: Any) -> str:
    """A chunk as it comes over the wire; ``@`` stands for the first half of a character."""
    return json.dumps(chunk(**members)).replace("@", "\\ud83d")


CALL = {"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"x": "@'}}


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param([lone(text="a@"), CHUNKS[2]], id="before the finish reason"),
        pytest.param([lone(text="a@", finish="stop")], id="with the finish reason"),
        pytest.param([lone(text="a@"), chunk("", finish="stop")], id="before an empty text"),
        pytest.param([lone(text="a@"), {**CHUNKS[2], "choices": [], "usage": None}, CHUNKS[2]], id="before a ping"),
        pytest.param([chunk("a"), CHUNKS[2], lone(text="@")], id="after the finish reason"),
    ],
)
def test_half_a_character_at_the_very_end_comes_as_it_was_sent(
    user: User, gateway: FakeGateway, sent: list[Any]
) -> None:
    gateway.respond_sse(sent)
    events, error = user.stream()
    assert (texts(events), error) == ("a\ud83d", None)
    assert user.final().choices[0].message.content == "a\ud83d"


def test_half_a_character_at_the_end_of_arguments_comes_too(make_user: MakeUser, gateway: FakeGateway) -> None:
    gateway.respond_sse([lone(tool_calls=[CALL]), chunk(finish="tool_calls")])
    calls = make_user("sync-httpx2").final().choices[0].message.tool_calls
    assert calls[0].function.arguments == '{"x": "\ud83d'


def test_text_that_comes_in_parts_is_text_all_the_same(make_user: MakeUser, gateway: FakeGateway) -> None:
    def parts(*texts: str) -> dict[str, Any]:
        return chunk(content=[{"type": "text", "text": text} for text in texts])

    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    gateway.respond_sse([chunk(content=[thinking]), parts("a", "b"), chunk("c"), chunk("d"), parts("e"), CHUNKS[2]])
    user = make_user("sync-httpx2")
    with user.client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
        assert list(stream.text_stream) == ["ab", "c", "d", "e"]
        assert stream.text == "abcde"
        content = stream.final().choices[0].message.content
    assert [part.get("text") for part in content] == [None, "a", "b", "cd", "e"]
    parsed = user.client.chat.completions.stream(model="m", messages=MESSAGES, response_format=list[str])
    assert parsed.final().text == "abcde"


# ---- answers whose body is not whole


@pytest.mark.parametrize("status", [200, 402, 404, 429, 503])
@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("streaming", [False, True])
def test_an_answer_whose_body_was_cut_is_a_broken_connection_of_any_status(
    user: User, gateway: FakeGateway, status: int, framing: Any, streaming: bool
) -> None:
    cut = Fault(cut_at=12, framing=framing, times=1)
    body = completion() if status == 200 else {"error": {"message": "no"}}
    gateway.respond_json(body, status=status, headers={"x-should-retry": "false"}, times=1, fault=cut)
    gateway.respond_json(completion(), times=1) if not streaming else gateway.respond_sse(CHUNKS)
    if streaming:
        assert texts(user.stream()[0]) == "hello"
    else:
        assert user.create().choices[0].message.content == "hello"
    first, second = asked(gateway)
    assert first.header("idempotency-key") == second.header("idempotency-key")
    gateway.reset()
    gateway.respond_json(body, status=402, fault=Fault(cut_at=12, framing=framing))
    with pytest.raises(onceward.APIConnectionError, match="in the middle of the response"):
        user.create(max_retries=0, stream=streaming)


def test_a_compressed_answer_that_was_cut_is_a_broken_connection(user: User, gateway: FakeGateway) -> None:
    packed = gzip.compress(json.dumps(completion()).encode())
    headers = {"Content-Encoding": "gzip"}
    gateway.respond_bytes(packed[:-12], content_type="application/json", headers=headers, times=1)
    gateway.respond_bytes(packed, content_type="application/json", headers=headers)
    assert user.create().choices[0].message.content == "hello"
    assert len(gateway.requests) == 2


def test_a_paid_answer_that_nobody_can_read_is_not_paid_again(user: User, gateway: FakeGateway) -> None:
    for headers in ({"Content-Encoding": "br"}, {"Content-Encoding": "zstd"}):
        gateway.reset()
        gateway.respond_json(completion(), headers=headers)
        with pytest.raises(onceward.ResponseShapeError):
            user.create()
        assert len(gateway.requests) == 1


def test_an_answer_marked_not_to_be_retried_is_not(user: User, gateway: FakeGateway) -> None:
    for streaming, status in product((False, True), (429, 500, 502, 503)):
        gateway.reset()
        gateway.respond_error(status, headers={"x-should-retry": "false"})
        with pytest.raises(onceward.APIStatusError):
            user.create(stream=streaming)
        assert len(gateway.requests) == 1


@pytest.mark.parametrize("choices", [None, "hello", {}, [None], [{"index": 0, "message": None}]])
def test_an_answer_without_its_choices_is_a_typed_error(user: User, gateway: FakeGateway, choices: Any) -> None:
    gateway.respond_json({**completion(), "choices": choices})
    with pytest.raises(onceward.ResponseShapeError, match="choices"):
        user.create()
    assert len(gateway.requests) == 1


def test_an_answer_that_a_filter_stopped_is_an_error_when_asked(make_user: MakeUser, gateway: FakeGateway) -> None:
    stopped = {**completion("he"), "choices": [{**completion("he")["choices"][0], "finish_reason": "content_filter"}]}
    for name in ("sync-httpx2", "async-httpx2"):
        for asks in (False, True):
            gateway.reset()
            user = make_user(name, raise_on_content_filter=asks)
            gateway.respond_json(stopped, times=1)
            gateway.respond_sse([CHUNKS[0], chunk(finish="content_filter")])
            if not asks:
                assert user.create().choices[0].finish_reason == "content_filter"
                assert user.stream()[1] is None
                continue
            with pytest.raises(onceward.ContentFilterError) as caught:
                user.create()
            assert caught.value.partial.choices[0].message.content == "he"
            events, error = user.stream()
            assert texts(events) == "he"
            assert isinstance(error, onceward.ContentFilterError)
            assert error.partial.choices[0].message.content == "he"
            assert len(asked(gateway)) == 2
