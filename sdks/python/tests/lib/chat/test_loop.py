"""The tool loop: calls run, results go back, and it ends."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from pydantic import BaseModel

from onceward import AsyncOnceward, Onceward, tool
from onceward.lib.chat.loop import ToolCall
from onceward.testing import FakeGateway

from .samples import MESSAGES, answer, call, chunk, text_chunks, usage_chunk


@tool
def double(number: int) -> int:
    """Twice the number."""
    return number * 2


def calling(*calls: dict[str, Any]) -> dict[str, Any]:
    return answer(None, "tool_calls", tool_calls=list(calls))


def sent_messages(gateway: FakeGateway, place: int) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = gateway.requests[place].json()["messages"]
    return messages


def test_calls_are_run_and_told_until_the_model_answers(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_json(calling(call("double", '{"number": 4}')), times=1)
    gateway.respond_json(answer("It is 8"))
    result = client.chat.completions.run_tools(model="m", messages=MESSAGES, tools=[double]).final()
    assert (result.text, result.stopped, result.turns) == ("It is 8", "answered", 2)
    assert result.usage is not None
    assert result.usage.total_tokens == 6
    assert sent_messages(gateway, 0) == MESSAGES
    assert sent_messages(gateway, 1)[1:] == [
        {"role": "assistant", "content": None, "tool_calls": [call("double", '{"number": 4}')]},
        {"role": "tool", "tool_call_id": "call_1", "content": "8"},
    ]
    assert result.messages[-1] == {"role": "assistant", "content": "It is 8"}
    assert gateway.requests[0].json()["tools"][0]["function"]["name"] == "double"


def test_calls_of_one_turn_run_at_the_same_time(gateway: FakeGateway, client: Onceward) -> None:
    both = threading.Barrier(2, timeout=10)

    @tool
    def meet(name: str) -> str:
        both.wait()
        return name

    gateway.respond_json(calling(call("meet", '{"name": "a"}'), call("meet", '{"name": "b"}', "call_2")), times=1)
    gateway.respond_json(answer("met"))
    result = client.chat.completions.run_tools(model="m", messages=MESSAGES, tools=[meet]).final()
    assert [(one.call.id, one.output) for one in result.results] == [("call_1", "a"), ("call_2", "b")]


def test_what_goes_wrong_is_told_to_the_model(gateway: FakeGateway, client: Onceward) -> None:
    def breaks(x: int) -> int:
        raise ValueError(f"no {x}")

    calls = [
        call("breaks", '{"x": 1}', "a"),
        call("double", '{"number": "many"}', "b"),
        call("triple", "{}", "c"),
        call("double", '{"num', "d"),
    ]
    gateway.respond_json(calling(*calls), times=1)
    gateway.respond_json(answer("sorry"))
    result = client.chat.completions.run_tools(model="m", messages=MESSAGES, tools=[double, breaks]).final()
    told = {one.call.id: one.output for one in result.results}
    assert told["a"] == "`breaks` failed: ValueError: no 1"
    assert "`number`" in told["b"]
    assert told["c"] == "There is no tool `triple`. There are: `double`, `breaks`."
    assert "cut short" in told["d"]
    assert isinstance(result.results[0].error, ValueError)


def test_a_person_can_refuse(gateway: FakeGateway, client: Onceward) -> None:
    seen: list[ToolCall] = []

    def ask(one: ToolCall) -> bool | str | None:
        seen.append(one)
        return {"a": None, "b": False, "c": "Not today."}[one.id]

    calls = [call("double", '{"number": 1}', name) for name in "abc"]
    gateway.respond_json(calling(*calls), times=1)
    gateway.respond_json(answer("ok"))
    result = client.chat.completions.run_tools(model="m", messages=MESSAGES, tools=[double], on_tool_call=ask).final()
    assert [one.output for one in result.results] == ["2", "The user did not allow this call.", "Not today."]
    assert [one.refused for one in result.results] == [False, True, True]
    assert seen[0].name == "double"


def test_it_ends_after_so_many_turns(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_json(calling(call("double", '{"number": 1}')))
    result = client.chat.completions.run_tools(model="m", messages=MESSAGES, tools=[double], max_turns=3).final()
    assert (result.stopped, result.turns, len(gateway.requests)) == ("max_turns", 3, 3)
    with pytest.raises(ValueError, match="max_turns"):
        client.chat.completions.run_tools(model="m", messages=MESSAGES, tools=[double], max_turns=0)


def test_a_tool_that_is_not_here_ends_it(gateway: FakeGateway, client: Onceward) -> None:
    theirs = {"type": "function", "function": {"name": "theirs", "parameters": {"type": "object"}}}
    gateway.respond_json(calling(call("theirs", "{}")))
    result = client.chat.completions.run_tools(model="m", messages=MESSAGES, tools=[double, theirs]).final()
    assert (result.stopped, result.turns) == ("unanswered_tools", 1)


def test_two_tools_of_one_name_are_refused(client: Onceward) -> None:
    with pytest.raises(ValueError, match="double"):
        client.chat.completions.run_tools(model="m", messages=MESSAGES, tools=[double, double.function])


def test_events_of_every_turn(gateway: FakeGateway, client: Onceward) -> None:
    piece = {"index": 0, **call("double", '{"number": 4}')}
    gateway.respond_sse([chunk(tool_calls=[piece]), chunk(finish="tool_calls"), usage_chunk()], times=1)
    gateway.respond_sse(text_chunks("It is", " 8"))
    run = client.chat.completions.run_tools(model="m", messages=MESSAGES, tools=[double])
    types = [event.type for event in run if event.type != "chunk"]
    assert types == [
        "tool_call.delta", "tool_call.done", "finish", "usage", "turn.done", "tool.result",
        "content.delta", "content.delta", "content.done", "finish", "usage", "turn.done",
    ]  # fmt: skip
    assert run.final().text == "It is 8"
    assert len(gateway.requests) == 2


def test_the_last_answer_can_be_a_type(gateway: FakeGateway, client: Onceward) -> None:
    class Answer(BaseModel):
        value: int

    gateway.respond_json(calling(call("double", '{"number": 4}')), times=1)
    gateway.respond_json(answer('{"value": 8}'))
    result = client.chat.completions.run_tools(
        model="m", messages=MESSAGES, tools=[double], response_format=Answer
    ).final()
    assert result.parsed == Answer(value=8)
    assert all(one.json()["response_format"]["type"] == "json_schema" for one in gateway.requests)


def test_an_async_tool_in_a_synchronous_run(gateway: FakeGateway, client: Onceward) -> None:
    @tool
    async def later(x: int) -> int:
        return x + 1

    gateway.respond_json(calling(call("later", '{"x": 1}')), times=1)
    gateway.respond_json(answer("2"))
    result = client.chat.completions.run_tools(model="m", messages=MESSAGES, tools=[later]).final()
    assert result.results[0].output == "2"


async def test_async_twin(gateway: FakeGateway, aclient: AsyncOnceward) -> None:
    @tool
    async def later(x: int) -> int:
        return x + 1

    async def ask(one: ToolCall) -> bool:
        return one.id != "no"

    calls = [call("later", '{"x": 1}'), call("double", '{"number": 2}', "b"), call("double", '{"number": 2}', "no")]
    gateway.respond_json(calling(*calls), times=1)
    gateway.respond_json(answer("done"))
    run = aclient.chat.completions.run_tools(model="m", messages=MESSAGES, tools=[later, double], on_tool_call=ask)
    result = await run.final()
    assert [one.output for one in result.results] == ["2", "4", "The user did not allow this call."]
    gateway.reset()
    gateway.respond_sse(text_chunks("Hel", "lo"))
    streamed = aclient.chat.completions.run_tools(model="m", messages=MESSAGES, tools=[later])
    pieces = [event.delta async for event in streamed if event.type == "content.delta"]
    assert pieces == ["Hel", "lo"]
    assert (await streamed.final()).text == "Hello"
