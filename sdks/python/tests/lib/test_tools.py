"""Tools from functions: what the model is shown, and what becomes of the arguments it writes."""

from __future__ import annotations

import asyncio
import functools
import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal, TypedDict

import pytest
from pydantic import BaseModel, Field

import onceward
from onceward import Onceward, SchemaError, Tool, ToolArgumentError, tool
from onceward.testing import FakeGateway
from onceward.tools.docstring import read_docstring
from onceward.tools.tool import result_text

from .chat.samples import MESSAGES, answer


class Unit(Enum):
    celsius = "c"
    fahrenheit = "f"


class Place(BaseModel):
    lat: float
    lon: float


@dataclass
class Window:
    start: date
    days: int = 1


class Note(TypedDict):
    text: str


@tool
def weather(
    city: Annotated[str, "Name of the city"],
    at: Place,
    unit: Unit,
    window: Window,
    notes: list[Note],
    mode: Literal["now", "later"] = "now",
    limit: Annotated[int, Field(ge=1, description="How many")] = 3,
) -> str:
    """The weather.

    It may rain.

    Args:
        city: never used, since the annotation says it
        at: Where it is,
            as coordinates.
        unit (Unit): Of the temperature.

    Returns:
        The weather, in words.
    """
    return f"{city} {at.lat} {unit.name} {window.days} {notes[0]['text']} {mode} {limit}"


ARGUMENTS = {
    "city": "Oslo",
    "at": {"lat": 59.9, "lon": 10.7},
    "unit": "c",
    "window": {"start": "2026-01-02"},
    "notes": [{"text": "n"}],
}


def test_the_model_is_shown_the_signature() -> None:
    sent = weather.to_dict()["function"]
    assert sent["name"] == "weather"
    assert sent["description"] == "The weather.\n\nIt may rain."
    properties = sent["parameters"]["properties"]
    assert list(properties) == ["city", "at", "unit", "window", "notes", "mode", "limit"]
    assert sent["parameters"]["required"] == ["city", "at", "unit", "window", "notes"]
    assert properties["city"]["description"] == "Name of the city"
    assert properties["at"]["description"] == "Where it is, as coordinates."
    assert properties["unit"]["description"] == "Of the temperature."
    assert properties["mode"] == {"default": "now", "enum": ["now", "later"], "type": "string"}
    assert properties["limit"]["minimum"] == 1
    assert "title" not in json.dumps(sent)


def test_arguments_become_python_values_and_defaults_stay_the_functions_own() -> None:
    assert weather.arguments(json.dumps(ARGUMENTS)) == {
        "city": "Oslo",
        "at": Place(lat=59.9, lon=10.7),
        "unit": Unit.celsius,
        "window": Window(date(2026, 1, 2)),
        "notes": [{"text": "n"}],
    }
    assert weather.call(ARGUMENTS) == "Oslo 59.9 celsius 1 n now 3"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "`city` is missing"),
        ('{"city": ', "cut short"),
        ("[]", "must be a JSON object"),
        (json.dumps({**ARGUMENTS, "unit": "k"}), "`unit`: Input should be 'c' or 'f', not \"k\""),
        (json.dumps({**ARGUMENTS, "limit": 0}), "`limit`"),
        (json.dumps({**ARGUMENTS, "town": 1}), "`town` is not an argument"),
    ],
)
def test_wrong_arguments_are_explained_to_the_model(given: str, words: str) -> None:
    with pytest.raises(ToolArgumentError) as caught:
        weather.call(given)
    assert words in str(caught.value)


def test_the_function_is_still_the_function() -> None:
    @tool(name="add_numbers", description="Adds.")
    def add(a: int, b: int) -> int:
        return a + b

    assert add(1, 2) == 3
    assert add.name == "add_numbers"
    assert add.to_dict()["function"]["description"] == "Adds."
    assert add.__name__ == "add"
    assert pickle.loads(pickle.dumps(weather)) is weather
    assert tool(weather) is weather
    assert "city" in repr(weather)


def test_strict_by_itself_where_nothing_is_lost() -> None:
    @tool
    def plain(a: int) -> int:
        return a

    @tool
    def with_default(a: int = 1) -> int:
        return a

    @tool(strict=True)
    def asked(a: int = 1) -> int:
        return a

    @tool
    def loose(a: dict[str, int]) -> int:
        return len(a)

    assert plain.to_dict()["function"]["strict"] is True
    assert "strict" not in with_default.to_dict()["function"]
    assert asked.to_dict()["function"]["parameters"]["required"] == ["a"]
    assert "strict" not in loose.to_dict()["function"]
    with pytest.raises(SchemaError, match=r"lost\.a"):
        tool(name="lost", strict=True)(loose.function).to_dict()


def test_what_a_model_cannot_fill_is_refused_at_once() -> None:
    def many(*values: int) -> None: ...
    def any_name(**values: int) -> None: ...
    def by_place(value: int, /) -> None: ...

    for function in (many, any_name, by_place):
        with pytest.raises(TypeError, match="value"):
            tool(function)
    with pytest.raises(ValueError, match="name"):
        tool(name="not a name")(weather.function)


def test_names_that_pydantic_uses_itself_and_defaults_that_are_no_json() -> None:
    nothing = object()

    @tool
    def odd(schema: int, model_config: str, copy: int = 1, other: Any = nothing) -> bool:
        return other is nothing

    assert list(odd.parameters["properties"]) == ["schema", "model_config", "copy", "other"]
    assert odd.call({"schema": 1, "model_config": "a"}) is True


class Counter:
    def __init__(self) -> None:
        self.count = 0

    @tool
    def add(self, step: int) -> int:
        """Count on."""
        self.count += step
        return self.count


def test_methods() -> None:
    counter = Counter()
    assert counter.add.call({"step": 2}) == 2
    assert list(counter.add.parameters["properties"]) == ["step"]
    assert tool(counter.add).name == "add"


async def test_async_functions() -> None:
    @tool
    async def slow(a: int) -> int:
        return a + 1

    assert slow.is_async
    assert await slow.call({"a": 1}) == 2


def test_results_as_text() -> None:
    assert result_text("as it is") == "as it is"
    assert result_text(None) == "null"
    assert json.loads(result_text({"at": Place(lat=1, lon=2), "unit": Unit.celsius})) == {
        "at": {"lat": 1.0, "lon": 2.0}, "unit": "c",
    }  # fmt: skip


def test_a_tool_goes_into_a_plain_call(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_json(answer("hi"))
    client.chat.completions.create(model="m", messages=MESSAGES, tools=[weather])
    assert gateway.requests[0].json()["tools"] == [weather.to_dict()]


GOOGLE = """Does it.

Args:
    a: The first,
        on two lines.
    b (int): The second.
    *c: More.

Raises:
    ValueError: never
"""
NUMPY = """Does it.

Parameters
----------
a : int
    The first,
    on two lines.
b, c : int
    The others.

Returns
-------
int
    Something.
"""
REST = """Does it.

:param a: The first,
    on two lines.
:param int b: The second.
:returns: something
"""


@pytest.mark.parametrize("doc", [GOOGLE, NUMPY, REST])
def test_docstrings_of_three_styles(doc: str) -> None:
    found = read_docstring(doc)
    assert found.text == "Does it."
    assert found.params["a"] == "The first, on two lines."
    assert found.params["b"]


def test_docstrings_that_say_nothing() -> None:
    assert read_docstring(None) == ("", {})
    assert read_docstring("Args:") == ("", {})


def test_a_tool_is_a_tool() -> None:
    assert isinstance(weather, Tool)


def unresolved(city: NoSuchType) -> str:  # type: ignore[name-defined]  # noqa: F821  # pyright: ignore
    return city


def calling(back: Callable[[int], int]) -> str:
    return str(back(1))


class Weather:
    """Objects of it can be called."""

    async def __call__(self, city: str, *, user: int = 0) -> str:
        """The weather."""
        return f"{city} for {user}"


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (unresolved, "`unresolved`: its annotations cannot be read"),
        (calling, "`calling` has a parameter that a model cannot give as JSON"),
        (max, "`max` has no readable signature"),
        (print, "`print` takes `*args`"),
    ],
)
def test_a_function_that_is_no_tool_is_a_typed_error_everywhere(function: Any, words: str) -> None:
    client = onceward.Onceward(base_url="http://localhost:1")
    asked: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "tools": [function]}
    for method in (client.chat.completions.create, client.chat.completions.stream):
        with pytest.raises(onceward.ParameterError) as caught:
            method(**asked)
        assert words in str(caught.value)
    with pytest.raises(onceward.ParameterError):
        onceward.tool(function).to_dict()


@pytest.mark.parametrize("tools", [7, "weather", {"type": "function"}, [7], [Weather]])
def test_what_is_no_list_of_tools_is_a_fault_in_the_helpers_too(tools: Any) -> None:
    client = onceward.Onceward(base_url="http://localhost:1")
    asked: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    with pytest.raises(onceward.ParameterError, match="`tools"):
        client.chat.completions.parse(**asked, response_format=str, tools=tools)
    with (
        pytest.raises(onceward.ParameterError, match="`stream_options`"),
        client.chat.completions.stream(**asked, stream_options=7),
    ):
        pass
    with pytest.raises(onceward.ParameterError, match="`stream` is set by this method"):
        client.chat.completions.parse(**asked, response_format=str, stream=True)


def test_a_partial_is_a_tool_without_what_it_has_filled() -> None:
    made = onceward.tool(functools.partial(Weather(), user=7))
    assert (made.name, made.description, made.is_async) == ("Weather", "The weather.", True)
    assert list(made.parameters["properties"]) == ["city"]
    assert asyncio.run(made.call('{"city": "Rome"}')) == "Rome for 7"
    with pytest.raises(onceward.ToolArgumentError, match="`user` is not an argument"):
        made.call('{"city": "Rome", "user": 8}')
    given = onceward.tool(functools.partial(forecast, "Rome"))
    assert (given.name, list(given.parameters["properties"]), given.call({})) == ("forecast", ["days"], "Rome 1")


def forecast(city: str, days: int = 1) -> str:
    return f"{city} {days}"
