"""The types of the helpers. Never run: `mypy --strict` and `pyright` hold every `assert_type`."""

from __future__ import annotations

from typing import Any, assert_type

from pydantic import BaseModel

from onceward import AsyncOnceward, Onceward, Tool, tool
from onceward.lib.chat.parse import ParsedChatCompletion
from onceward.lib.chat.stream import AsyncParsedChatStream, ChatStream, ParsedChatStream
from onceward.types.chat import ChatCompletion

__all__: list[str] = []


class Person(BaseModel):
    name: str


@tool
def double(number: int) -> str:
    return str(number * 2)


def streams(client: Onceward, aclient: AsyncOnceward) -> None:
    chat = client.chat.completions
    plain = chat.stream(
        model="m", messages=[{"role": "user", "content": "x"}], tools=[double, len, {"type": "function"}]
    )
    assert_type(plain, ChatStream[ChatCompletion])
    assert_type(plain.final(), ChatCompletion)
    for event in plain:
        if event.type == "content.delta":
            assert_type(event.delta, str)
        if event.type == "tool_call.done":
            assert_type(event.parsed, dict[str, Any] | None)
    wire = chat.stream(model="m", messages=[{"role": "user", "content": "x"}], response_format={"type": "json_object"})
    assert_type(wire, ChatStream[ChatCompletion])
    typed = chat.stream(model="m", messages=[{"role": "user", "content": "x"}], response_format=Person)
    assert_type(typed, ParsedChatStream[Person])
    assert_type(typed.parsed, Person | None)
    assert_type(typed.final().unwrap(), Person)
    twin = aclient.chat.completions.stream(
        model="m", messages=[{"role": "user", "content": "x"}], response_format=list[Person]
    )
    assert_type(twin, AsyncParsedChatStream[list[Person]])


def answers(client: Onceward) -> None:
    chat = client.chat.completions
    parsed = chat.parse(model="m", messages=[{"role": "user", "content": "x"}], response_format=Person)
    assert_type(parsed, ParsedChatCompletion[Person])
    assert_type(chat.model("m").user("x").parse(Person).parsed, Person | None)
    assert_type(chat.model("m").user("x").execute(), ChatCompletion)
    assert_type(client.embeddings.create(model="m", input="a").data[0].embedding, list[float])


def tools(client: Onceward) -> None:
    assert_type(double(1), str)
    given: Tool[..., Any] = double
    answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}], tools=[given])
    client.chat.completions.create(model="m", messages=[answer.choices[0].message])
