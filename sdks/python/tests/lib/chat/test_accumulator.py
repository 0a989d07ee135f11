"""The law of the accumulator, and the streams of servers that do as they please."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onceward.lib.chat.accumulator import ChatAccumulator, accumulate
from onceward.types.chat import ChatCompletion, ChatCompletionChunk

from .pieces import chunks_of, completions


def put_together(*deltas: dict[str, Any], **more: Any) -> dict[str, Any]:
    accumulator = ChatAccumulator()
    for delta in deltas:
        accumulator.add({"id": "c", "created": 1, "model": "m", "choices": [{"index": 0, "delta": delta, **more}]})
    message: dict[str, Any] = accumulator.to_dict()["choices"][0]["message"]
    return message


def calls_of(*pieces: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    made = put_together(*({"tool_calls": piece} for piece in pieces))["tool_calls"]
    return [(call["id"], call["function"]["name"], call["function"]["arguments"]) for call in made]


@settings(max_examples=300, deadline=None)
@given(completions(), st.integers())
def test_any_split_gives_the_unary_object(completion: dict[str, Any], seed: int) -> None:
    accumulator = ChatAccumulator()
    for chunk in chunks_of(completion, seed):
        accumulator.add(chunk)
    assert accumulator.to_dict() == completion


@settings(max_examples=100, deadline=None)
@given(completions(), st.integers())
def test_decoded_chunks_and_stored_ones_give_the_same(completion: dict[str, Any], seed: int) -> None:
    stored = chunks_of(completion, seed)
    decoded = [ChatCompletionChunk.model_validate(chunk) for chunk in stored]
    unary = ChatCompletion.model_validate(completion)
    assert accumulate(decoded) == unary
    assert accumulate(stored) == unary
    assert accumulate(decoded).to_dict() == unary.to_dict()


def test_two_fragments_of_one_call_in_one_chunk() -> None:
    first = {"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x"'}}
    assert calls_of([first, {"index": 0, "function": {"arguments": ":1}"}}]) == [("a", "f", '{"x":1}')]


def test_fragments_without_index_follow_their_id_or_the_last_call() -> None:
    assert calls_of(
        [{"id": "a", "function": {"name": "f", "arguments": "{"}}],
        [{"function": {"arguments": "}"}}],
        [{"id": "b", "function": {"name": "g", "arguments": "["}}],
        [{"id": "a", "function": {"arguments": " "}}],
        [{"id": "b", "function": {"arguments": "]"}}],
    ) == [("a", "f", "{} "), ("b", "g", "[]")]


def test_whole_calls_without_index_and_id_stay_apart() -> None:
    assert [name for _, name, _ in calls_of(
        [{"function": {"name": "f", "arguments": "{}"}}, {"function": {"name": "g", "arguments": "{}"}}]
    )] == ["f", "g"]  # fmt: skip


def test_two_calls_under_one_index_stay_apart() -> None:
    assert calls_of(
        [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}],
        [{"index": 0, "id": "b", "function": {"name": "g", "arguments": "{}"}}],
    ) == [("a", "f", "{}"), ("b", "g", "{}")]


def test_a_fresh_id_in_every_fragment_makes_no_new_calls() -> None:
    assert calls_of(
        [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{"}}],
        [{"index": 0, "id": "other", "function": {"name": None, "arguments": "}"}}],
    ) == [("a", "f", "{}")]


def test_calls_that_arrive_out_of_order_are_ordered_by_index() -> None:
    assert calls_of(
        [{"index": 1, "id": "b", "function": {"name": "g", "arguments": "{}"}}],
        [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}],
    ) == [("a", "f", "{}"), ("b", "g", "{}")]


def test_a_name_repeated_in_every_fragment_is_one_name() -> None:
    assert calls_of(
        [{"index": 0, "id": "a", "function": {"name": "find", "arguments": "{"}}],
        [{"index": 0, "id": "a", "function": {"name": "find", "arguments": "}"}}],
    ) == [("a", "find", "{}")]


def test_arguments_sent_as_an_object_become_their_text() -> None:
    assert calls_of([{"index": 0, "id": "a", "function": {"name": "f", "arguments": {"x": 1}}}]) == [
        ("a", "f", '{"x": 1}')
    ]


def test_a_role_repeated_in_every_chunk_is_said_once() -> None:
    assert put_together({"role": "assistant", "content": "a"}, {"role": "assistant", "content": "b"}) == {
        "role": "assistant", "content": "ab",
    }  # fmt: skip


def test_role_only_and_null_content() -> None:
    assert put_together({"role": "assistant"}, {"content": None}) == {"role": "assistant", "content": None}


def test_an_empty_opening_piece_is_no_content_beside_tool_calls() -> None:
    call = {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    assert put_together({"role": "assistant", "content": ""}, {"tool_calls": [call]})["content"] is None


def test_unknown_delta_members_are_kept_and_joined() -> None:
    message = put_together(
        {"x_text": "a", "x_object": {"t": "1", "id": "i"}},
        {"x_text": "b", "x_object": {"t": "2", "id": "i"}, "x_list": [1]},
    )
    assert message["x_text"] == "ab"
    assert message["x_object"] == {"t": "12", "id": "i"}
    assert message["x_list"] == [1]


def test_content_in_parts_is_kept_in_parts() -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    assert put_together({"content": [thinking]}, {"content": "yes"})["content"] == [
        thinking,
        {"type": "text", "text": "yes"},
    ]


def test_chunks_without_choices_index_or_delta() -> None:
    accumulator = ChatAccumulator()
    accumulator.add({"id": "", "model": "", "created": 0, "choices": [], "prompt_filter_results": [1]})
    accumulator.add({"id": "c", "model": "m", "created": 5, "choices": [{"delta": {"content": "a"}}]})
    accumulator.add(
        {"id": "c", "model": "m", "created": 5, "choices": [{"index": 0, "delta": None, "finish_reason": "stop"}]}
    )
    made = accumulator.to_dict()
    assert (made["id"], made["model"], made["created"]) == ("c", "m", 5)
    assert made["prompt_filter_results"] == [1]
    assert made["choices"][0]["finish_reason"] == "stop"


def test_a_whole_message_in_one_chunk() -> None:
    accumulator = ChatAccumulator()
    accumulator.add(
        {
            "id": "c",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "all"}, "finish_reason": "stop"}],
        }
    )
    assert accumulator.text == "all"


def test_padding_is_not_part_of_the_completion() -> None:
    accumulator = ChatAccumulator()
    accumulator.add({"id": "c", "choices": [], "obfuscation": "xxxx"})
    assert "obfuscation" not in accumulator.to_dict()


def test_nothing_at_all() -> None:
    assert ChatAccumulator().to_dict() == {
        "object": "chat.completion",
        "choices": [],
        "id": "",
        "created": 0,
        "model": "",
    }


@pytest.mark.parametrize("junk", [{"choices": None}, {}, {"choices": [{}]}])
def test_poor_chunks_do_not_break_it(junk: dict[str, Any]) -> None:
    accumulator = ChatAccumulator()
    accumulator.add(junk)
    accumulator.to_dict()
