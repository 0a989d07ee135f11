"""Arguments on their way to the wire: every fault at once, and every value in its one clear form."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import pickle
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onceward._core.checks import explain
from onceward._core.encode import encode_json, encode_path, encode_query, query_pairs
from onceward._core.errors import ParameterError, SDKError
from onceward._core.models import Model
from onceward._core.operation import Body, Operation, Param
from onceward._core.params import split

from .rig import COMPLETION, MESSAGES, Reply, Rig

Make = Callable[..., Rig]

OPERATION = Operation(
    id="things.make",
    method="POST",
    path="/v1/things/{thing}",
    params={
        "thing": Param(wire="thing", place="path", required=True),
        "q": Param(wire="q", place="query"),
        "ids": Param(wire="ids", place="query", style="brackets"),
        "flag": Param(wire="X-Flag", place="header"),
        "from_": Param(wire="from"),
        "temperature": Param(wire="temperature", check=("within", "number", {"minimum": 0, "maximum": 2})),
        "above": Param(wire="above", check=("within", "number", {"exclusive_minimum": 0, "exclusive_maximum": 1})),
        "stop": Param(wire="stop", check=("union", "string", ("within", ("list", "string"), {"max_length": 4}))),
        "name": Param(wire="name", check=("within", "string", {"min_length": 1, "max_length": 3}), nullable=True),
        "messages": Param(wire="messages", required=True, check=("within", ("list", None), {"min_length": 1})),
    },
    body=Body(),
)


def test_parts_go_where_they_belong() -> None:
    parts = split(
        OPERATION,
        {
            "thing": "a/b",
            "q": [1, True],
            "ids": ["x"],
            "flag": True,
            "from_": "f",
            "messages": [1],
            "timeout": 3,
            "name": None,
        },
    )
    assert parts.path == "/v1/things/a%2Fb"
    assert parts.query == [("q", "1"), ("q", "true"), ("ids[]", "x")]
    assert parts.headers == [("X-Flag", "true")]
    assert parts.body == {"from": "f", "messages": [1], "name": None}
    assert parts.options == {"timeout": 3}


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(ParameterError) as caught:
        split(
            OPERATION,
            {
                "thing": "..", "temprature": 1, "temperature": 3, "above": 1, "stop": ["a"] * 5, "name": "long",
                "q": None, "flag": "a\nb", "frobnicate": 1,
            },
        )  # fmt: skip
    text = str(caught.value)
    assert len(caught.value.faults) == 10
    for part in (
        "`things.make`: 10 arguments are wrong",
        "`thing` is '..'",
        "`temprature` is unknown; did you mean `temperature`?",
        "`temperature` is 3; at most 2 allowed",
        "`above` is 1; less than 1 needed",
        "`stop` has 5 items; at most 4 allowed",
        "`name` has 4 characters; at most 3 allowed",
        "`q` is None; leave it out instead",
        "header `X-Flag` contains a line break",
        "`frobnicate` is unknown; a parameter that this version does not know goes into `extra_body`",
        "`messages` is missing",
    ):
        assert part in text
    assert isinstance(caught.value, (SDKError, ValueError, TypeError))
    assert pickle.loads(pickle.dumps(caught.value)).faults == caught.value.faults


def test_iterators_are_counted_and_kept() -> None:
    assert split(OPERATION, {"thing": "a", "messages": iter([1, 2])}).body["messages"] == [1, 2]
    with pytest.raises(ParameterError, match="0 items"):
        split(OPERATION, {"thing": "a", "messages": iter([])})


def test_text_is_not_counted_as_items() -> None:
    assert split(OPERATION, {"thing": "a", "messages": [1], "stop": "a long text"}).body["stop"] == "a long text"


def test_nothing_is_sent_where_arguments_are_wrong(rig: Make) -> None:
    r = rig([])
    with pytest.raises(ParameterError):
        r.create(temperature=9)
    assert r.requests == []


class Colour(enum.Enum):
    RED = "red"


class Size(str, enum.Enum):  # noqa: UP042 - the older way, which people still use
    BIG = "big"


@dataclasses.dataclass
class Point:
    x: int
    when: datetime.date


class Thing(Model):
    a: int
    b: str | None = None


def test_json_of_what_people_pass() -> None:
    value = {
        "model": Thing.model_validate({"a": 1, "extra": [1]}),
        "point": Point(1, datetime.date(2026, 1, 2)),
        "when": datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC),
        "colour": Colour.RED,
        "size": Size.BIG,
        "id": uuid.UUID(int=0),
        "walk": (n for n in [1, 2]),
        "text": "grüße",
        "nul": None,
    }
    assert json.loads(encode_json(value)) == {
        "model": {"a": 1, "extra": [1]},
        "point": {"x": 1, "when": "2026-01-02"},
        "when": "2026-01-02T00:00:00+00:00",
        "colour": "red",
        "size": "big",
        "id": "00000000-0000-0000-0000-000000000000",
        "walk": [1, 2],
        "text": "grüße",
        "nul": None,
    }
    assert "grüße".encode() in encode_json(value["text"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"x", "JSON has no bytes"),
        (float("nan"), "`x` is nan, which JSON cannot express"),
        (
            {"a": [0, {1, 2}]},
            r"`x\.a\[1\]`: a value of type `set` cannot be written as JSON; a set has no order: give a list",
        ),
        (frozenset("a"), "`x`: a value of type `frozenset`"),
        ({"a": {(1, 2): 3}}, r"`x\.a` has a name of type `tuple`, \(1, 2\); give a string"),
        (Thing, "a value, not a class"),
        (object(), "`object` cannot be written as JSON"),
    ],
)
def test_json_refuses_what_has_no_form(value: Any, text: str) -> None:
    with pytest.raises(ParameterError, match=text):
        encode_json({"x": value})


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_any_text_can_be_sent(text: str) -> None:
    assert json.loads(encode_json({"x": text})) == {"x": text}


LONE = "half \ud83d"


@pytest.mark.parametrize(
    ("call", "place"),
    [
        (lambda c: c.chat.completions.create(model="m", messages=[{"role": "user", "content": LONE}]),
         "messages[0].content"),
        (lambda c: c.chat.completions.create(model="m", messages=MESSAGES, metadata={"a": [1, {"b": LONE}]}),
         "metadata.a[1].b"),
        (lambda c: c.chat.completions.create(model="m", messages=MESSAGES, extra_body={"new": LONE}), "new"),
        (lambda c: c.models.retrieve(LONE), "model"),
        (lambda c: c.files.list(after=LONE), "after"),
        (lambda c: c.files.create(file=b"x", purpose="batch", extra_body={"p": LONE}), "extra_body.p"),
        (lambda c: c.audio.transcriptions.create(file=b"x", model="m", prompt=LONE), "prompt"),
        (lambda c: c.request("POST", "/v1/x", body={"y": LONE}), "y"),
    ],
)  # fmt: skip
def test_half_a_character_is_named_and_not_sent(rig: Make, call: Callable[[Any], Any], place: str) -> None:
    r = rig([])
    with pytest.raises(ParameterError) as caught:
        r.run(call)
    (fault,) = caught.value.faults
    assert fault.startswith(f"`{place}` contains an unpaired surrogate, '\\ud83d' at 5;")
    assert caught.value.__cause__ is None


def test_both_halves_of_a_character_are_that_character() -> None:
    assert json.loads(encode_json({"x": "\ud83d\ude00!"})) == {"x": "😀!"}


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_path_value_is_one_segment(text: str) -> None:
    from urllib.parse import unquote

    segment = encode_path(text)
    assert not set(segment) & set("/?#")
    assert segment.isascii()
    assert unquote(segment) == text


@pytest.mark.parametrize(
    ("style", "explode", "value", "expected"),
    [
        ("form", True, ["a", "b"], "x=a&x=b"),
        ("form", False, ["a", "b"], "x=a,b"),
        ("brackets", True, ["a", "b"], "x%5B%5D=a&x%5B%5D=b"),
        ("spaceDelimited", False, ["a", "b"], "x=a%20b"),
        ("pipeDelimited", False, ["a", "b"], "x=a%7Cb"),
        ("deepObject", True, {"k": 1, "l": {"m": True}}, "x%5Bk%5D=1&x%5Bl%5D%5Bm%5D=true"),
        ("form", True, {"k": 1}, "k=1"),
        ("form", True, None, ""),
        ("form", True, "a b&c=d", "x=a%20b%26c%3Dd"),
        ("form", True, Size.BIG, "x=big"),
        ("form", True, datetime.date(2026, 1, 2), "x=2026-01-02"),
        ("form", True, 1.5, "x=1.5"),
    ],
)
def test_query_styles(style: str, explode: bool, value: Any, expected: str) -> None:
    assert encode_query(query_pairs("x", value, style, explode)) == expected


def test_a_model_id_with_a_slash_is_one_segment(rig: Make) -> None:
    r = rig([Reply(body={"id": "openai/gpt-4o", "object": "model", "created": 1, "owned_by": "x"})])
    r.run(lambda client: client.models.retrieve("openai/gpt-4o"))
    assert r.requests[0].url == "http://gateway.test/v1/models/openai%2Fgpt-4o"


def test_extras_of_a_call(rig: Make) -> None:
    r = rig([Reply(body=COMPLETION)], default_headers={"X-A": "1", "X-B": "1"}, default_query={"tenant": "t"})
    r.create(
        extra_headers={"x-a": "2", "User-Agent": None}, extra_query={"debug": True},
        extra_body={"new": 1, "model": "other"}, request_id="mine", idempotency_key="key",
    )  # fmt: skip
    assert r.requests[0].url == "http://gateway.test/v1/chat/completions?tenant=t&debug=true"
    assert (r.header("x-a"), r.header("x-b"), r.header("user-agent")) == ("2", "1", None)
    assert (r.header("x-request-id"), r.header("idempotency-key")) == ("mine", "key")
    assert isinstance(r.requests[0].body, bytes)
    assert json.loads(r.requests[0].body) == {"model": "other", "messages": MESSAGES, "new": 1}


@pytest.mark.parametrize(
    "options",
    [
        {"max_retries": -1},
        {"timeout": -1},
        {"timeout": "soon"},
        {"extra_headers": {"a": "b\r\nc"}},
        {"extra_headers": {"x y": "b"}},
        {"extra_headers": {"": "b"}},
    ],
)
def test_options_are_checked(rig: Make, options: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        rig([]).create(**options)


@pytest.mark.parametrize("given", [{"arguments": {"city": "Rome"}}, {"arguments": None}, {}])
@pytest.mark.parametrize("kind", [{"type": "function"}, {"type": None}, {}])
def test_arguments_of_a_tool_call_may_be_an_object_or_nothing(given: dict[str, Any], kind: dict[str, Any]) -> None:
    call = {"id": "c1", **kind, "function": {"name": "weather", **given}}
    assert explain("chat:ChatCompletionMessageToolCallUnionParam", call, "call") == []
    wrong = {**call, "function": {"name": "weather", "arguments": 7}}
    assert explain("chat:ChatCompletionMessageToolCallUnionParam", wrong, "call")
    assert explain("chat:ChatCompletionContentPartParam", {"type": "text", "text": 7}, "part")


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"logit_bias": {1: 2, "1": 3}}, "`logit_bias` has the name '1' twice, as 1 and as '1'; give it only once"),
        ({"metadata": {True: "a", "true": "b"}}, "`metadata` has the name 'true' twice"),
        ({"messages": [{**MESSAGES[0], None: 1, "null": 2}]}, r"`messages\[0\]` has the name 'null' twice"),
        ({"tools": [{"type": "function", "function": {"name": "f", "parameters": {1: 1, "1": 2}}}]}, "parameters` has"),
        ({"provider_specific_params": {"a": [{"b": {1.5: 1, "1.5": 2}}]}}, r"`provider_specific_params.a\[0\].b` has"),
        ({"extra_body": {"a": {"b": {2: 1, "2": 2}}}}, "`extra_body.a.b` has the name '2' twice"),
    ],
)
def test_a_name_that_stands_twice_is_refused(rig: Make, arguments: dict[str, Any], fault: str) -> None:
    r = rig([])
    with pytest.raises(ParameterError, match=fault):
        r.create(**arguments)
    with pytest.raises(ParameterError, match=r"`body\.a` has the name '1' twice"):
        r.run(lambda client: client.request("POST", "/v1/x", body={"a": {1: 1, "1": 2}}))
    assert not r.requests


def test_names_that_are_numbers_are_texts_on_the_wire(rig: Make) -> None:
    r = rig([Reply(body=COMPLETION)])
    r.create(logit_bias={50256: -100, "11": 5})
    assert json.loads(r.requests[0].body)["logit_bias"] == {"50256": -100, "11": 5}  # type: ignore[arg-type]


def test_none_in_an_optional_member_is_left_out() -> None:
    method = ("object", {"type": "string", "rate": "number", "more": ("null", "string")}, ("type",))
    operation = Operation(
        id="x", method="POST", path="/x", params={"method": Param(wire="method", check=method)}, body=Body()
    )
    given = {"type": "a", "rate": None, "more": None, "other": None}
    assert split(operation, {"method": given}).body == {"method": {"type": "a", "more": None, "other": None}}
    with pytest.raises(ParameterError, match=r"`method\.type` is None; give a string"):
        split(operation, {"method": {**given, "type": None}})
