"""Events of an upstream, however the network cuts them; and chunks folded into answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onceward_gateway.core.accumulate import accumulate_chat
from onceward_gateway.providers.sse import EventTooLarge, SseReader

LINE = st.sampled_from(["\n", "\r\n", "\r"])
# White space around the data of an event, which is JSON, says nothing and may be dropped.
DATA = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\x85"), max_size=12)
    .map(str.strip)
    .filter(bool)
)


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, list[tuple[str, bytes]]]:
    end, text, events = draw(LINE), "", list[tuple[str, bytes]]()
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(["data", "named", "comment", "retry"]))
        data = draw(DATA)
        if kind == "comment":
            text += f": {data}{end}{end}"
        elif kind == "retry":
            text += f"retry: 5{end}{end}"
        else:
            name = "delta" if kind == "named" else ""
            text += (f"event: {name}{end}" if name else "") + f"data: {data}{end}{end}"
            events.append((name, data.encode()))
    return text.encode(), events


@given(streams(), st.lists(st.integers(0, 400)))
def test_any_split_gives_the_same_events(stream: tuple[bytes, list[tuple[str, bytes]]], cuts: list[int]) -> None:
    data, events = stream
    reader, got, at = SseReader(1 << 20), list[tuple[str, bytes]](), 0
    for cut in [*sorted(cuts), len(data)]:
        if cut > at:
            got += reader.feed(data[at:cut])
            at = cut
    got += reader.close()
    assert got == events


def test_the_last_blank_line_may_be_missing() -> None:
    reader = SseReader(1 << 20)
    assert list(reader.feed(b"data: a\n\ndata: b\n")) == [("", b"a")]
    assert list(reader.close()) == [("", b"b")]


def chunk(index: int, delta: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return head | {"choices": [{"index": index, "delta": delta, "finish_reason": finish}]} | more


def test_chunks_fold() -> None:
    logprobs = {"content": [{"token": "a"}], "refusal": None}
    whole = accumulate_chat(
        [
            chunk(1, {"role": "assistant", "content": ""}),
            chunk(0, {"role": "assistant", "content": "He"}),
            chunk(0, {"content": "llo"}),
            chunk(
                1,
                {
                    "tool_calls": [
                        {"index": 0, "id": "t", "type": "function", "function": {"name": "f", "arguments": ""}}
                    ]
                },
            ),
            chunk(1, {"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]}),
            chunk(1, {"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]}),
            {**chunk(0, {"content": "!"}), "choices": [{"index": 0, "delta": {"content": "!"}, "logprobs": logprobs}]},
            chunk(0, {}, "stop", usage=None),
            chunk(1, {}, "tool_calls", usage=None),
            {**chunk(0, {}), "choices": [], "usage": {"total_tokens": 3}},
        ]
    )
    first, second = whole["choices"]
    assert first["message"]["content"] == "Hello!"
    assert first["logprobs"] == logprobs
    assert second["message"]["tool_calls"][0]["function"] == {"name": "f", "arguments": '{"a":1}'}
    assert (first["finish_reason"], second["finish_reason"]) == ("stop", "tool_calls")
    assert whole["usage"] == {"total_tokens": 3}
    assert whole["object"] == "chat.completion"


def test_usage_that_comes_late_under_a_known_head_is_kept() -> None:
    chunks = [chunk(0, {"content": "a"}, usage=None), chunk(0, {"content": "b"}, usage={"total_tokens": 9})]
    assert accumulate_chat(chunks)["usage"] == {"total_tokens": 9}


@pytest.mark.parametrize(
    ("delta", "more"),
    [
        ({"tool_calls": [{"index": 10**9, "id": "a"}]}, {"tool_calls": [{"id": "a"}]}),
        ({"tool_calls": [{"index": -3, "id": "a"}, "x", None]}, {"tool_calls": [{"id": "a"}]}),
        ({"tool_calls": [{"index": "0", "id": "a"}, {"id": "b"}]}, {"tool_calls": [{"id": "a"}, {"id": "b"}]}),
        ({"tool_calls": "x"}, {"tool_calls": []}),
        ({"audio": "x", "function_call": [3]}, {"audio": "x", "function_call": [3]}),
        ({"reasoning": "x"}, {"reasoning": "x"}),
        ({"content": 3}, {"content": "b"}),
        (
            {"content": [{"x": 1}]},
            {"content": [{"type": "text", "text": "a"}, {"x": 1}, {"type": "text", "text": "b"}]},
        ),
    ],
)
def test_a_delta_of_any_shape_is_folded(delta: dict[str, Any], more: dict[str, Any]) -> None:
    indexes: list[Any] = [0, None, 0.0, []]
    deltas: list[Any] = [{"content": "a"}, delta, {"content": "b"}, None]
    chunks = [{"choices": [{"index": index, "delta": one}]} for index, one in zip(indexes, deltas, strict=True)]
    (choice,) = accumulate_chat(chunks)["choices"]
    assert choice["message"] == {"role": "assistant", "content": "ab", "refusal": None} | more


def test_texts_of_many_events_are_joined_once() -> None:
    delta = {"reasoning": "a", "audio": {"data": "b"}, "tool_calls": [{"index": 0, "function": {"arguments": "c"}}]}
    message = accumulate_chat({"choices": [{"index": 0, "delta": delta}]} for _ in range(1000))["choices"][0]["message"]
    assert message["reasoning"] == "a" * 1000
    assert message["audio"] == {"data": "b" * 1000}
    assert message["tool_calls"] == [{"function": {"arguments": "c" * 1000}}]


def test_an_event_that_grows_byte_by_byte_is_held_in_place() -> None:
    reader = SseReader(1 << 20)
    assert list(reader.feed(b"data: 1\n\ndata: " + b"a" * 70_000)) == [("", b"1")]
    held = reader.pending
    assert not [event for _ in range(1000) for event in reader.feed(b"b")]
    assert reader.pending is held
    assert list(reader.feed(b"\n\ndata: 2\n\n")) == [("", b"a" * 70_000 + b"b" * 1000), ("", b"2")]


def test_an_event_of_too_many_lines_is_refused() -> None:
    with pytest.raises(EventTooLarge) as refused:
        list(SseReader(1 << 20).feed(b"data: 1\n" * 30_000 + b"\n"))
    assert refused.value.lines == 20_000
