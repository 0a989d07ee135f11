"""Events of an upstream, however the network cuts them; and chunks folded into answers."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from headgate_gateway.fold import fold
from headgate_gateway.providers.sse import SseReader

LINE = st.sampled_from(["\n", "\r\n", "\r"])
DATA = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\x85"), min_size=1, max_size=12
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
    whole = fold(
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
    assert fold(chunks)["usage"] == {"total_tokens": 9}
