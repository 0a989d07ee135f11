"""Answers as types: every kind of type, and every way an answer can fail to be one."""

from __future__ import annotations

import gc
import pickle
import weakref
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import pytest
import typing_extensions
from pydantic import BaseModel, Field, TypeAdapter, create_model

from onceward import AsyncOnceward, Onceward, ParseError, SchemaError
from onceward.lib.chat.parse import format_of
from onceward.testing import FakeGateway

from .samples import MESSAGES, answer, call


class Person(BaseModel):
    name: str
    age: int


@dataclass
class Point:
    x: int
    y: int


class Movie(TypedDict):
    title: str
    cast: NotRequired[list[Actor]]


class Actor(TypedDict):
    name: str


class Modern(typing_extensions.TypedDict):
    title: str


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


def parse(gateway: FakeGateway, client: Onceward, form: Any, body: dict[str, Any]) -> Any:
    gateway.respond_json(body)
    return client.chat.completions.parse(model="m", messages=MESSAGES, response_format=form)


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        (Person, '{"name": "Ada", "age": 36}', Person(name="Ada", age=36)),
        (Point, '{"x": 1, "y": 2}', Point(1, 2)),
        (Movie, '{"title": "M", "cast": [{"name": "L"}]}', {"title": "M", "cast": [{"name": "L"}]}),
        (Modern, '{"title": "M"}', {"title": "M"}),
        (list[Point], '{"value": [{"x": 1, "y": 2}]}', [Point(1, 2)]),
        (list[Point], '[{"x": 1, "y": 2}]', [Point(1, 2)]),
        (list[Movie], '{"value": [{"title": "M"}]}', [{"title": "M"}]),
        (Person | Point, '{"value": {"x": 1, "y": 2}}', Point(1, 2)),
        (Pet, '{"value": {"kind": "dog", "name": "Rex"}}', Dog(kind="dog", name="Rex")),
        (TypeAdapter(list[int]), '{"value": [1, 2]}', [1, 2]),
        (int, '{"value": 3}', 3),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, '{"a": 1}', {"a": 1}),
        ({"type": "array", "items": {"type": "integer"}}, '{"value": [1]}', [1]),
        (Person, '```json\n{"name": "Ada", "age": 36}\n```', Person(name="Ada", age=36)),
    ],
)
def test_every_kind_of_type(gateway: FakeGateway, client: Onceward, form: Any, text: str, value: Any) -> None:
    parsed = parse(gateway, client, form, answer(text))
    assert parsed.error is None
    assert parsed.parsed == value
    assert parsed.unwrap() == value
    sent = gateway.requests[0].json()["response_format"]
    assert sent["type"] == "json_schema"
    assert sent["json_schema"]["strict"] is True
    assert sent["json_schema"]["schema"]["type"] == "object"
    assert parsed.usage.total_tokens == 3


@pytest.mark.parametrize(
    ("body", "reason", "words"),
    [
        (answer(None, refusal="I will not"), "refusal", "I will not"),
        (answer('{"name": "Ad', "length"), "length", "max_tokens"),
        (answer('{"name": "Ad', "stop"), "truncated", "cut short after 12 characters"),
        (answer('{"name": "Ada", "age": "old"}'), "invalid", "`age`"),
        (answer("Sure! Here you are"), "invalid", "Person"),
        (answer(None, "content_filter"), "content_filter", "content filter"),
        (answer(None, "tool_calls", tool_calls=[call("f", "{}")]), "tool_calls", "tools"),
        (answer(""), "empty", "no text"),
    ],
)
def test_what_is_no_person_is_told_and_not_thrown_away(
    gateway: FakeGateway, client: Onceward, body: dict[str, Any], reason: str, words: str
) -> None:
    parsed = parse(gateway, client, Person, body)
    assert parsed.parsed is None
    assert parsed.error is not None
    assert parsed.error.reason == reason
    assert words in str(parsed.error)
    with pytest.raises(ParseError) as caught:
        parsed.unwrap()
    assert caught.value.completion is parsed.completion
    assert caught.value.completion.usage.total_tokens == 3
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.reason, str(again), again.text) == (reason, str(caught.value), caught.value.text)


def test_a_type_that_cannot_be_strict_is_refused_before_anything_is_sent(
    gateway: FakeGateway, client: Onceward
) -> None:
    with pytest.raises(SchemaError, match="free keys"):
        client.chat.completions.parse(model="m", messages=MESSAGES, response_format=dict[str, int])
    assert gateway.requests == []
    gateway.respond_json(answer('{"a": 1}'))
    parsed = client.chat.completions.parse(model="m", messages=MESSAGES, response_format=dict[str, int], lossy=True)
    assert parsed.unwrap() == {"a": 1}
    assert gateway.requests[0].json()["response_format"]["json_schema"]["strict"] is False


def test_something_that_is_no_type_is_refused(client: Onceward) -> None:
    with pytest.raises(TypeError, match="response_format"):
        client.chat.completions.parse(model="m", messages=MESSAGES, response_format="Person")


def test_several_choices_are_parsed_each(gateway: FakeGateway, client: Onceward) -> None:
    body = answer('{"x": 1, "y": 2}')
    body["choices"].append({"index": 1, "message": {"role": "assistant", "content": "no"}, "finish_reason": "stop"})
    parsed = parse(gateway, client, Point, body)
    assert [choice.parsed for choice in parsed.choices] == [Point(1, 2), None]
    assert parsed.choices[1].error is not None


def test_no_choice_at_all(gateway: FakeGateway, client: Onceward) -> None:
    parsed = parse(gateway, client, Point, {**answer(), "choices": []})
    assert parsed.parsed is None
    with pytest.raises(ParseError, match="no choice"):
        parsed.unwrap()


async def test_async_twin(gateway: FakeGateway, aclient: AsyncOnceward) -> None:
    gateway.respond_json(answer('{"x": 1, "y": 2}'))
    parsed = await aclient.chat.completions.parse(model="m", messages=MESSAGES, response_format=Point)
    assert parsed.unwrap() == Point(1, 2)


def test_validators_are_made_once_and_go_with_their_type() -> None:
    assert format_of(Point) is format_of(Point)
    kept: list[weakref.ref[Any]] = []
    for number in range(20):
        made = create_model(f"Fresh{number}", name=(str, ...))
        for form in (made, list[made]):  # type: ignore[valid-type]
            text = '{"name": "a"}' if form is made else '{"value": [{"name": "a"}]}'
            assert format_of(form).read(text)[1] is None
        kept.append(weakref.ref(made))
        del made, form
    gc.collect()
    assert sum(ref() is not None for ref in kept) <= 1
