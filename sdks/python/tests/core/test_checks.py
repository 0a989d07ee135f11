"""Arguments are checked at every depth before anything is sent, and no further than the contract goes."""

from __future__ import annotations

import dataclasses
import enum
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import partial
from types import MappingProxyType
from typing import Any

import pydantic
import pytest

import onceward
from onceward._core.checks import compiled, explain

from .rig import COMPLETION, MESSAGES, Reply, Rig

Make = Callable[..., Rig]
USER = {"role": "user", "content": "hi"}
FEW = "`hyperparameters.n_epochs` is 0; at least 1 needed"
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def weather(city: str) -> str:
    """The weather."""
    return city


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"messages": "hello"}, "`messages` is 'hello'; give a list"),
        ({"messages": b"hello"}, "`messages`: a value of type `bytes`"),
        ({"messages": USER}, "`messages` is {"),
        ({"messages": [USER, "x"]}, "`messages[1]` is 'x'; give an object"),
        ({"messages": [[USER]]}, "`messages[0]` is [{"),
        ({"messages": [None]}, "`messages[0]` is None"),
        ({"messages": [{}]}, "`messages[0].role` is missing; give one of 'developer', 'system', 'user'"),
        (
            {"messages": [{"rol": "user", "content": "x"}]},
            "`messages[0].role` is missing (did you mean this by `rol`?)",
        ),
        ({"messages": [{"role": "usr", "content": "x"}]}, "`messages[0].role` is 'usr'; did you mean 'user'?"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "`messages[0].role` is 'robot'; give one of"),
        ({"messages": [{"role": ["user"], "content": "x"}]}, "`messages[0].role` is ['user']"),
        ({"messages": [{"role": "user"}]}, "`messages[0].content` is missing"),
        ({"messages": [{"role": "user", "content": None}]}, "`messages[0].content` is None; give a string or a list"),
        ({"messages": [{"role": "user", "content": 7}]}, "`messages[0].content` is 7; give a string or a list"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "`messages[0].content[0]` is 'x'; give an object"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": 1}]}]},
            "`messages[0].content[0].text` is 1; give a string",
        ),
        ({"messages": [{"role": "tool", "content": "x"}]}, "`messages[0].tool_call_id` is missing"),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{**CALL, "function": {"name": "f", "arguments": 7}}]}]},
            "`messages[0].tool_calls[0].function.arguments` is 7; give a string",
        ),
        ({"model": 7}, "`model` is 7; give a string"),
        ({"model": ""}, "`model` has 0 characters; at least 1 needed"),
        ({"stop": 7}, "`stop` is 7; give a string or a list"),
        ({"stop": ["a", 1]}, "`stop[1]` is 1; give a string"),
        ({"stream": "yes"}, "`stream` is 'yes'; give True or False"),
        ({"stream": 1}, "`stream` is 1; give True or False"),
        ({"temperature": "hot"}, "`temperature` is 'hot'; give a number"),
        ({"temperature": "0.5"}, "`temperature` is '0.5'; give a number"),
        ({"temperature": True}, "`temperature` is True; give a number"),
        ({"temperature": float("nan")}, "`temperature` is nan"),
        ({"temperature": float("inf")}, "`temperature` is inf"),
        ({"temperature": 3}, "`temperature` is 3; at most 2 allowed"),
        ({"max_tokens": 1.5}, "`max_tokens` is 1.5; give a whole number"),
        ({"seed": True}, "`seed` is True; give a whole number"),
        ({"logit_bias": [1]}, "`logit_bias` is [1]; give an object"),
        ({"logit_bias": {"7": "much"}}, "`logit_bias.7` is 'much'; give a number"),
        ({"metadata": "x"}, "`metadata` is 'x'; give an object"),
        ({"tool_choice": "banana"}, "`tool_choice` is 'banana'; give one of 'none', 'auto', 'required'"),
        ({"tool_choice": "requird"}, "`tool_choice` is 'requird'; did you mean 'required'?"),
        ({"tools": {}}, "`tools` is {}; give a list"),
        ({"tools": [{"type": "function"}]}, "`tools[0].function` is missing"),
        ({"tools": [{"type": "function", "function": {}}]}, "`tools[0].function.name` is missing"),
        ({"tools": ["weather"]}, "`tools[0]` is 'weather'; give a function, or an object"),
        ({"tools": [weather, lambda *a: a]}, "`tools[1]`: "),
        (
            {"response_format": {"type": "jsn_object"}},
            "`response_format.type` is 'jsn_object'; did you mean 'json_object'",
        ),
        ({"response_format": {"type": "json"}}, "`response_format.type` is 'json'; give one of"),
        ({"response_format": "json"}, "`response_format` is 'json'; give an object"),
        ({"response_format": {"type": "json_schema"}}, "`response_format.json_schema` is missing"),
        ({"stream_options": True}, "`stream_options` is True; give an object"),
        ({"user": lambda: 1}, "`user` is of type `function`; give a string"),
        ({"metadata": {"a": {1, 2}}}, "`metadata.a`: a value of type `set` cannot be written as JSON"),
        ({"metadata": {"a": [b"x"]}}, "`metadata.a[0]`: a value of type `bytes` cannot be written as JSON"),
        ({"metadata": {"a": float("inf")}}, "`metadata.a` is inf, which JSON cannot express"),
        ({"stop": {"a"}}, "`stop`: a value of type `set` cannot be written as JSON"),
        ({"user": object()}, "`user`: a value of type `object` cannot be written as JSON"),
        ({"extra_headers": [1]}, "`extra_headers` is [1]; give a mapping"),
        ({"extra_headers": {"a": 1}}, "`extra_headers`: 'a' is 1; give a string"),
        ({"extra_body": "x"}, "`extra_body` is 'x'; give a mapping"),
        ({"idempotency_key": 7}, "`idempotency_key` is 7; give a string"),
    ],
)
def test_a_wrong_argument_is_named_and_not_sent(rig: Make, arguments: dict[str, Any], fault: str) -> None:
    r = rig([Reply(body=COMPLETION)])
    with pytest.raises(onceward.ParameterError) as caught:
        r.run(lambda client: client.chat.completions.create(**{"model": "m", "messages": MESSAGES, **arguments}))
    assert [one for one in caught.value.faults if one.startswith(fault)], caught.value.faults
    assert len(caught.value.faults) == 1
    assert r.requests == []


def test_the_faults_of_all_depths_are_one_error(rig: Make) -> None:
    r = rig([])
    with pytest.raises(onceward.ParameterError) as caught:
        r.create(
            messages=[{"role": "usr", "content": "x"}, {"role": "tool"}], temperature="hot", stop=[1, 2], frob=1,
            timeout=-1,
        )  # fmt: skip
    places = [fault.split("`")[1] for fault in caught.value.faults]
    assert places == [
        "messages[0].role", "messages[1].content", "messages[1].tool_call_id", "temperature", "stop[0]", "stop[1]",
        "frob", "timeout",
    ]  # fmt: skip


def test_many_faults_are_told_up_to_a_bound() -> None:
    assert len(explain(("list", "string"), list(range(10_000)), "stop")) == 20


class Part(pydantic.BaseModel):
    type: str = "text"
    text: str


@dataclasses.dataclass
class Message:
    role: str
    content: str


class Role(enum.Enum):
    USER = "user"


class Count(enum.IntEnum):
    TWO = 2


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({"messages": (USER,)}, id="tuple"),
        pytest.param({"messages": deque([USER])}, id="deque"),
        pytest.param({"messages": [OrderedDict(USER)]}, id="mapping"),
        pytest.param({"messages": [MappingProxyType(USER)]}, id="proxy"),
        pytest.param({"messages": [Message("user", "hi")]}, id="dataclass"),
        pytest.param({"messages": [{"role": Role.USER, "content": [Part(text="x", type="text")]}]}, id="model"),
        pytest.param({"messages": [{"role": "user", "content": "x", "new": 1}]}, id="unknown member"),
        pytest.param({"messages": [{"role": "user", "content": [{"type": "text", "text": "x", "new": 1}]}]}, id="deep"),
        pytest.param({"messages": [{"role": "assistant", "content": None, "tool_calls": None}]}, id="nulls"),
        pytest.param({"messages": [USER], "n": Count.TWO, "max_tokens": 5.0}, id="whole numbers"),
        pytest.param({"messages": [USER], "response_format": {"type": "grammar", "grammar": "x"}}, id="other format"),
        pytest.param({"messages": [USER], "tools": [{"type": "web_search"}]}, id="other tool"),
        pytest.param({"messages": [USER], "tools": [{"type": "auto"}]}, id="other tool with nothing but a kind"),
        pytest.param({"messages": [USER], "n": 11, "stop": ["a", "b", "c", "d", "e"]}, id="more than one provider's"),
        pytest.param({"messages": [USER], "service_tier": "of tomorrow"}, id="open enum"),
        pytest.param({"messages": [USER], "verbosity": "of tomorrow"}, id="open enum too"),
        pytest.param({"messages": [USER], "metadata": {"a": [1, None]}}, id="any"),
        pytest.param({"messages": [USER], "temperature": None, "stop": None, "tools": None}, id="nullable"),
    ],
)
def test_what_the_server_takes_is_not_refused(rig: Make, arguments: dict[str, Any]) -> None:
    r = rig([Reply(body=COMPLETION)])
    r.run(lambda client: client.chat.completions.create(**{"model": "vendor/of-tomorrow", **arguments}))
    assert len(r.requests) == 1


def test_an_iterator_is_walked_once(rig: Make) -> None:
    r = rig([Reply(body=COMPLETION)])
    r.create(messages=(message for message in [USER]))
    assert b'"messages":[{"role":"user"' in bytes(r.requests[0].body or b"")
    with pytest.raises(onceward.ParameterError, match="0 items"):
        r.create(messages=iter([]))


def test_iterators_inside_arguments_are_sent_and_not_used_up_by_the_checks(rig: Make) -> None:
    part = {"type": "text", "text": "hi"}
    r = rig([Reply(body=COMPLETION)])
    r.create(messages=[{"role": "user", "content": (one for one in [part])}], stop=[], tools=map(dict, []))
    assert b'"content":[{"type":"text","text":"hi"}]' in bytes(r.requests[0].body or b"")
    with pytest.raises(onceward.ParameterError, match=r"`messages\[0\].role` is "):
        r.create(messages=[{"role": iter(["user"]), "content": "hi"}])


@pytest.mark.parametrize("value", [10**400, -(10**5000)], ids=["400 digits", "5000 digits"])
def test_a_huge_number_is_refused_in_a_short_sentence(rig: Make, value: int) -> None:
    with pytest.raises(onceward.ParameterError, match="`temperature` is ") as caught:
        rig([]).create(temperature=value)
    assert len(str(caught.value)) < 200


class Kit:
    def method(self, city: str) -> str:
        """A method."""
        return city


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(weather, id="function"),
        pytest.param(onceward.tool(weather), id="tool"),
        pytest.param(onceward.tool(weather).to_dict(), id="object"),
        pytest.param(Kit().method, id="method"),
    ],
)
@pytest.mark.parametrize("container", [list, tuple, iter])
def test_a_function_may_stand_for_a_tool(rig: Make, given: Any, container: Any) -> None:
    import json

    r = rig([Reply(body=COMPLETION)])
    r.create(tools=container([given]))
    sent = json.loads(r.requests[0].body or b"")["tools"]
    assert sent[0]["function"]["parameters"]["required"] == ["city"]


def test_arguments_that_travel_as_text_may_be_text(rig: Make) -> None:
    empty = {"object": "list", "data": [], "has_more": False}
    r = rig([Reply(body=empty)] * 2)
    r.run(lambda client: client.files.list(limit="20"))
    r.run(lambda client: client.files.list(limit=20))
    assert [request.url.partition("?")[2] for request in r.requests] == ["limit=20"] * 2
    with pytest.raises(onceward.ParameterError, match="`limit` is 'many'; give a whole number"):
        r.run(lambda client: client.files.list(limit="many"))


def test_other_operations_are_checked_too(rig: Make) -> None:
    r = rig([])
    for call, fault in (
        (lambda c: c.embeddings.create(model="m", input=7), "`input` is 7; give a string or a list"),
        (lambda c: c.embeddings.create(model="m", input=[]), "`input` has 0 items; at least 1 needed"),
        (
            lambda c: c.key.generate(budget_duration="soon"),
            "`budget_duration` is 'soon'; give a string that matches `^",
        ),
        (lambda c: c.key.generate(key="sk-x"), "`key` does not match the pattern; give a string that matches `^sk-"),
        (lambda c: c.key.generate(aliases={"a": ""}), "`aliases.a` has 0 characters; at least 1 needed"),
        (lambda c: c.key.generate(model_rpm_limit={"m": -1}), "`model_rpm_limit.m` is -1; at least 0 needed"),
        (lambda c: c.fine_tuning.jobs.create(model="m", training_file="f", hyperparameters={"n_epochs": 0}), FEW),
        (lambda c: c.embeddings.create(model="m", input=[1, "a"]), "`input[1]` is 'a'; give a whole number"),
        (lambda c: c.embeddings.create(model="m", input=["a", 1]), "`input[1]` is 1; give a string"),
        (lambda c: c.key.generate(max_budget="much"), "`max_budget` is 'much'; give a number"),
        (lambda c: c.key.generate(models="gpt"), "`models` is 'gpt'; give a list"),
        (lambda c: c.team.create(metadata=[1]), "`metadata` is [1]; give an object"),
    ):
        with pytest.raises(onceward.ParameterError) as caught:
            r.run(call)
        assert caught.value.faults == (caught.value.faults[0],)
        assert caught.value.faults[0].startswith(fault)
    assert r.requests == []


def test_a_value_that_holds_itself_is_refused(rig: Make) -> None:
    r = rig([])
    ring: dict[str, Any] = {"type": "object"}
    ring["properties"] = {"again": ring}
    tool = {"type": "function", "function": {"name": "f", "parameters": ring}}
    with pytest.raises(onceward.ParameterError, match="body cannot be written as JSON"):
        r.create(tools=[tool])
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(onceward.ParameterError, match="body cannot be written as JSON"):
        r.create(metadata={"deep": deep})
    while deep:  # taken apart by hand: freeing it at once would nest as deeply
        deep = deep[0]


def test_a_union_asks_the_variant_that_is_meant() -> None:
    cat = ("object", {"kind": ("is", "cat"), "lives": "integer"}, ("kind", "lives"))
    free = ("object", {"kind": "string"}, ("kind",))
    node = compiled(("union", cat, free))
    assert node.ok({"kind": "cat", "lives": 9})
    assert node.ok({"kind": "newt"})
    assert not node.ok({"kind": "cat"})
    assert explain(("union", cat, free), {"kind": "cat"}, "pet") == ["`pet.lives` is missing"]
    assert explain(("union", cat, free), {}, "pet") == ["`pet.kind` is missing"]
    assert partial(explain, ("union", cat, ("map", None)))({"x": 1}, "pet") == []
