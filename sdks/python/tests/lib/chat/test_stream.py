"""The stream helper as an application uses it, over a real socket."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from pydantic import BaseModel

from onceward import AsyncOnceward, Onceward, OncewardError, StreamInterrupted
from onceward.testing import FakeGateway, Fault

from .samples import MESSAGES, USAGE, answer, chunk, text_chunks, usage_chunk


class Person(BaseModel):
    name: str
    age: int


def test_events_in_order_and_a_final_object_like_the_unary_one(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_sse(text_chunks("Hel", "lo"), times=1)
    gateway.respond_json(answer("Hello"))
    with client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
        events = [event for event in stream if event.type != "chunk"]
    assert [event.type for event in events] == ["content.delta", "content.delta", "content.done", "finish", "usage"]
    assert events[1].type == "content.delta"
    assert events[1].snapshot == "Hello"
    final, unary = stream.final(), client.chat.completions.create(model="m", messages=MESSAGES)
    assert final.to_dict() == unary.to_dict()
    assert final._request_id is not None
    assert stream.usage is not None
    assert stream.usage.total_tokens == 3


def test_usage_is_asked_for_unless_the_caller_says_otherwise(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_sse(text_chunks("a"))
    client.chat.completions.stream(model="m", messages=MESSAGES).final()
    client.chat.completions.stream(model="m", messages=MESSAGES, stream_options={"include_usage": False}).final()
    first, second = (request.json() for request in gateway.requests)
    assert first["stream"] is True
    assert first["stream_options"] == {"include_usage": True}
    assert second["stream_options"] == {"include_usage": False}


def test_text_stream_needs_no_index(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_sse([*text_chunks("Hel", "lo"), chunk(index=1, content="other", finish="stop")])
    stream = client.chat.completions.stream(model="m", messages=MESSAGES, n=2)
    assert list(stream.text_stream) == ["Hel", "lo"]
    assert stream.snapshot.choices[1].message.content == "other"


def test_tool_calls_come_in_pieces_and_whole(gateway: FakeGateway, client: Onceward) -> None:
    pieces: list[dict[str, Any]] = [
        {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}},
        {"index": 0, "function": {"arguments": '{"x"'}},
        {"index": 0, "function": {"arguments": ": 1}"}},
    ]
    chunks = [chunk(role="assistant", content=None), *(chunk(tool_calls=[piece]) for piece in pieces)]
    gateway.respond_sse([*chunks, chunk(finish="tool_calls"), usage_chunk()])
    stream = client.chat.completions.stream(model="m", messages=MESSAGES)
    deltas = []
    for event in stream:
        if event.type == "tool_call.delta":
            deltas.append((event.name, event.delta, event.snapshot))
        if event.type == "tool_call.done":
            assert (event.id, event.name, event.parsed, event.error) == ("a", "f", {"x": 1}, None)
    assert deltas == [("f", "", ""), ("f", '{"x"', '{"x"'), ("f", ": 1}", '{"x": 1}')]


def test_arguments_cut_short_are_told_as_that(gateway: FakeGateway, client: Onceward) -> None:
    piece = {"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x": "abc'}}
    gateway.respond_sse([chunk(tool_calls=[piece]), chunk(finish="length")])
    done = [e for e in client.chat.completions.stream(model="m", messages=MESSAGES) if e.type == "tool_call.done"]
    assert done[0].parsed is None
    assert done[0].error is not None
    assert "cut short" in done[0].error


def test_reasoning_refusal_and_logprobs_are_events(gateway: FakeGateway, client: Onceward) -> None:
    logprob = {"token": "a", "logprob": -0.1, "bytes": None, "top_logprobs": []}
    with_logprobs = chunk(content="a")
    with_logprobs["choices"][0]["logprobs"] = {"content": [logprob], "refusal": None}
    gateway.respond_sse([chunk(reasoning_content="hm"), chunk(refusal="no"), with_logprobs, chunk(finish="stop")])
    types = [event.type for event in client.chat.completions.stream(model="m", messages=MESSAGES)]
    assert [one for one in types if one != "chunk"] == [
        "reasoning.delta", "refusal.delta", "content.delta", "logprobs.delta",
        "reasoning.done", "content.done", "refusal.done", "finish",
    ]  # fmt: skip


def test_a_cut_stream_carries_what_came(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_sse(text_chunks("Hel", "lo"), fault=Fault(cut_at=480))
    stream = client.chat.completions.stream(model="m", messages=MESSAGES)
    with pytest.raises(StreamInterrupted) as caught:
        stream.final()
    partial = caught.value.partial
    assert partial.choices[0].message.content == stream.text != ""
    assert partial.choices[0].finish_reason is None
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.partial.to_dict() == partial.to_dict()


def test_a_stream_without_its_end_is_no_answer(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_sse(text_chunks("Hel")[:2], done=None)
    with pytest.raises(StreamInterrupted) as caught:
        client.chat.completions.stream(model="m", messages=MESSAGES).final()
    assert caught.value.partial.choices[0].message.content == "Hel"


def test_a_cut_stream_heals_and_nobody_notices(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_sse(text_chunks("Hel", "lo"), resumable=True, fault=Fault(cut_at=480, times=1))
    final = client.chat.completions.stream(model="m", messages=MESSAGES).final()
    assert final.choices[0].message.content == "Hello"
    assert len(gateway.requests) == 2
    assert len(gateway.calls) == 1


def test_leaving_the_loop_closes_the_stream(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_sse(text_chunks(*"abcdefgh"))
    stream = client.chat.completions.stream(model="m", messages=MESSAGES)
    for _ in stream.text_stream:
        break
    assert "closed" in repr(stream)
    assert stream.snapshot.choices[0].message.content == "a"
    with pytest.raises(OncewardError, match="closed before its end"):
        stream.final()


def test_next_keeps_it_open(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_sse(text_chunks("Hel", "lo"))
    with client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
        assert next(stream).type == "chunk"
        assert stream.final().choices[0].message.content == "Hello"


def test_the_callers_own_exception_passes(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_sse(text_chunks("Hel", "lo"))

    class Mine(Exception):
        pass

    def read() -> None:
        with client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
            for _ in stream:
                raise Mine

    with pytest.raises(Mine):
        read()


def test_an_answer_as_a_type_while_it_streams(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_sse(text_chunks('{"name": "A', 'da", "age"', ": 36}"))
    partial = []
    with client.chat.completions.stream(model="m", messages=MESSAGES, response_format=Person) as stream:
        for event in stream:
            if event.type == "content.delta":
                partial.append(event.partial)
            if event.type == "content.done":
                assert event.parsed == Person(name="Ada", age=36)
    assert partial == [{"name": "A"}, {"name": "Ada"}, {"name": "Ada", "age": 36}]
    assert stream.parsed == Person(name="Ada", age=36)
    assert stream.final().unwrap().age == 36
    sent = gateway.requests[0].json()["response_format"]
    assert (sent["type"], sent["json_schema"]["strict"]) == ("json_schema", True)


def test_a_server_that_deviates_still_gives_its_answer(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_sse([{**one, "created": "yesterday"} for one in text_chunks("Hello")])
    final = client.chat.completions.stream(model="m", messages=MESSAGES).final()
    assert final.choices[0].message.content == "Hello"


async def test_async_twin(gateway: FakeGateway, aclient: AsyncOnceward) -> None:
    gateway.respond_sse(text_chunks("Hel", "lo"))
    async with aclient.chat.completions.stream(model="m", messages=MESSAGES) as stream:
        types = [event.type async for event in stream]
    assert [one for one in types if one != "chunk"] == [
        "content.delta", "content.delta", "content.done", "finish", "usage",
    ]  # fmt: skip
    assert (await stream.final()).usage is not None
    assert (await stream.final()).usage.to_dict() == USAGE  # type: ignore[union-attr]
    text = aclient.chat.completions.stream(model="m", messages=MESSAGES)
    assert [piece async for piece in text.text_stream] == ["Hel", "lo"]


async def test_async_cut_carries_what_came_and_leaving_closes(gateway: FakeGateway, aclient: AsyncOnceward) -> None:
    gateway.respond_sse(text_chunks("Hel", "lo")[:2], done=None, times=1)
    gateway.respond_sse(text_chunks(*"abcdef"))
    with pytest.raises(StreamInterrupted) as caught:
        await aclient.chat.completions.stream(model="m", messages=MESSAGES).final()
    assert caught.value.partial.choices[0].message.content == "Hel"
    async with aclient.chat.completions.stream(model="m", messages=MESSAGES) as stream:
        async for _ in stream:
            break
    assert "closed" in repr(stream)


async def test_async_answer_as_a_type(gateway: FakeGateway, aclient: AsyncOnceward) -> None:
    gateway.respond_sse(text_chunks('{"name": "Ada", "age": 36}'))
    async with aclient.chat.completions.stream(model="m", messages=MESSAGES, response_format=Person) as stream:
        assert stream.parsed is None
        assert (await stream.final()).unwrap() == Person(name="Ada", age=36)
    assert stream.parsed == Person(name="Ada", age=36)


def test_plain_events_that_are_cut_carry_what_came_too(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_sse(text_chunks("Hel", "lo")[:2], done=None)
    with pytest.raises(StreamInterrupted) as caught:
        list(client.chat.completions.create(model="m", messages=MESSAGES, stream=True))
    assert caught.value.partial.choices[0].message.content == "Hel"


def test_what_was_parsed_can_be_stored(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_json(answer('{"name": "Ada", "age": 36}'))
    parsed = client.chat.completions.parse(model="m", messages=MESSAGES, response_format=Person)
    again = pickle.loads(pickle.dumps(parsed))
    assert again.unwrap() == Person(name="Ada", age=36)
    assert again.completion.to_dict() == parsed.completion.to_dict()
