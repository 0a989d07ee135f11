"""Work budgets: schemas that would run for minutes or for ever are refused after a fixed number of steps."""

from __future__ import annotations

import base64
import contextlib
import random
import re
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.media_info import payload_of
from onceward_gateway.core.tokenizer import count, encode
from onceward_gateway.offline.draw import Draw
from onceward_gateway.offline.echo import (
    Conversation,
    calls,
    choose,
    reply,
)
from onceward_gateway.offline.echo.conversation import Turn
from onceward_gateway.offline.models import BuiltIn
from onceward_gateway.offline.moderation import moderate
from onceward_gateway.offline.schema import budget as budgets
from onceward_gateway.offline.schema import fill
from onceward_gateway.offline.schema.budget import (
    TooComplex,
    Unfillable,
    budget,
    spend,
)

from .test_echo import CONTEXT, ask, chunks


def _doubling(keyword: str, levels: int = 30) -> dict[str, Any]:
    """Definitions each of which names the next one twice."""
    named = [f"#/$defs/d{at}" for at in range(levels + 1)]
    if keyword == "properties":
        bodies: list[Any] = [
            {"type": "object", "properties": {"a": {"$ref": to}, "b": {"$ref": to}}, "required": ["a", "b"]}
            for to in named[1:]
        ]
    elif keyword == "prefixItems":
        bodies = [{"type": "array", "prefixItems": [{"$ref": to}] * 2, "minItems": 2} for to in named[1:]]
    else:
        bodies = [{keyword: [{"$ref": to}, {"$ref": to, "minLength": 1}]} for to in named[1:]]
    ends = {"not": {}} if keyword in ("anyOf", "oneOf") else {"type": "string"}
    return {"$ref": named[0], "$defs": {f"d{at}": body for at, body in enumerate([*bodies, ends])}}


COSTLY: dict[str, Any] = {
    "reference to itself twice": {
        "$ref": "#/$defs/a",
        "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}]}},
    },
    "dynamic reference to itself": {"$dynamicAnchor": "a", "allOf": [{"$dynamicRef": "#a"}, {"$dynamicRef": "#a"}]},
    "doubling allOf": _doubling("allOf"),
    "doubling anyOf": _doubling("anyOf"),
    "doubling oneOf": _doubling("oneOf"),
    "doubling properties": _doubling("properties"),
    "doubling items": _doubling("prefixItems"),
    "recursive properties": {
        "type": "object",
        "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}, "c": {"$ref": "#"}},
        "required": ["a", "b", "c"],
    },
    "minLength": {"type": "string", "minLength": 1_000_000_000},
    "minItems": {"type": "array", "minItems": 1_000_000_000},
    "minContains": {"type": "array", "contains": {}, "minContains": 1_000_000_000},
    "unique items": {"type": "array", "uniqueItems": True, "minItems": 7_000, "items": {"type": "string"}},
    "required": {"required": [f"a{at}" for at in range(20_000)]},
    "many branches": {"anyOf": [{"not": {}}] * 50_000},
    "product of branches": {"allOf": [{"anyOf": [{"minLength": at} for at in range(3_000)]}] * 2, "not": {}},
    "long pattern": {"type": "string", "pattern": "x" * 100_000},
    "many patterns": {"allOf": [{"pattern": f"a{{{at}}}"} for at in range(500)]},
    "backtracking pattern": {"type": "string", "minLength": 50_000, "pattern": "(?!x)((a*)*)*b"},
}


@pytest.mark.parametrize("name", COSTLY)
def test_a_costly_schema_is_refused_within_seconds_of_computing(name: str) -> None:
    start = time.thread_time()
    with pytest.raises(Unfillable):
        fill(COSTLY[name])
    # About half a second; without a budget minutes, or for ever.
    assert time.thread_time() - start < 10


def test_a_schema_of_an_application_takes_a_small_part_of_it() -> None:
    person = {
        "type": "object",
        "properties": {
            **{f"text_{at}": {"type": "string", "minLength": 1} for at in range(10)},
            **{f"number_{at}": {"type": "integer", "minimum": at} for at in range(10)},
            "email": {"type": "string", "pattern": "^[a-z]+@[a-z]+\\.[a-z]{2,8}$"},
            "kind": {"enum": ["customer", "partner", "employee"]},
            "boss": {"anyOf": [{"$ref": "#/$defs/person"}, {"type": "null"}]},
            "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "minItems": 3},
        },
        "required": [f"text_{at}" for at in range(10)],
    }
    schema = {
        "type": "object",
        "properties": {"people": {"type": "array", "items": {"$ref": "#/$defs/person"}, "minItems": 5}},
        "required": ["people"],
        "$defs": {"person": person},
    }
    with budget(budgets.MOST_STEPS // 2):
        fill(schema)


def test_a_budget_holds_for_everything_inside() -> None:
    with budget(10), budget(1_000_000), pytest.raises(TooComplex):
        spend(11)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_KEYWORDS = [
    *("type", "enum", "const", "properties", "required", "items", "prefixItems", "minItems", "maxItems", "contains"),
    *("minLength", "maxLength", "pattern", "format", "minimum", "maximum", "multipleOf", "exclusiveMinimum", "not"),
    *("anyOf", "oneOf", "allOf", "if", "then", "$ref", "$defs", "patternProperties", "additionalProperties"),
    *("minProperties", "propertyNames", "dependentRequired", "uniqueItems", "default", "examples", "nullable"),
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.sampled_from(_KEYWORDS), _JSON | st.sampled_from(["string", "object", "array"]), max_size=4),
)
def test_any_json_is_filled_or_refused(schema: dict[str, Any]) -> None:
    with contextlib.suppress(Unfillable):
        fill(schema)


def test_a_long_text_is_cut_into_the_same_pieces_as_in_one_go() -> None:
    from onceward_gateway.core.tokenizer import _PIECE

    source = random.Random(3)
    text = "".join(source.choices(["word", " ", "\n", "\t", "  ", "123", "漢", "!?", "é", "a" * 30], k=120_000))
    assert encode(text) == _PIECE.findall(text)
    assert count(text) == len(_PIECE.findall(text))
    for length in (32_767, 32_768, 32_769, 32_790):
        assert encode(text[:length]) == _PIECE.findall(text[:length])


def test_a_long_text_is_moderated_as_a_short_one() -> None:
    filler = "the skill of killjoys " * 9_000
    for text in (filler, filler + "I will\n\n  KILL you", "murder " + filler, filler[: 65_536 - 3] + "murder"):
        body, _ = moderate({"input": text}, "m")
        low = re.sub(r"\s+", " ", text.lower())
        expected = bool(re.search(r"\b(kill|murder)\b", low))
        assert body["results"][0]["categories"]["violence"] is expected


def test_many_tools_are_read_once_for_all_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    scored: list[str] = []
    score = calls._Asked.score

    def count_score(asked: calls._Asked, tool: calls.Tool) -> float:
        scored.append(tool.name)
        return score(asked, tool)

    def refuse(*args: Any) -> None:
        raise AssertionError("a pattern is compiled for a caller's tool")

    names = [f"look_{at}" for at in range(1_000)]
    tools = [{"type": "function", "function": {"name": name, "description": "weather"}} for name in names]
    request = {"messages": [{"role": "user", "content": "the weather by look_7"}], "tools": tools, "n": 20}
    chunks(request)
    scored.clear()
    monkeypatch.setattr(calls._Asked, "score", count_score)
    monkeypatch.setattr(re._compiler, "compile", refuse)  # type: ignore[attr-defined]
    chunks(request)
    assert scored == names


def test_the_calls_of_a_conversation_are_not_searched_for_each_tool() -> None:
    class Name(str):
        compared = 0

        def __eq__(self, other: object) -> bool:
            Name.compared += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    turns = (Turn("user", "the weather"),)
    asked = Conversation((), turns, "", called=tuple((Name(f"tool_{at}"), "{}") for at in range(500)))
    tools = [{"type": "function", "function": {"name": f"weather_{at}"}} for at in range(500)]
    chosen = choose({"tools": tools, "messages": []}, asked)
    found = calls.calls_for(chosen, asked, Draw("echo"))
    assert len(found) == 8
    assert Name.compared < 2_000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tools", [{"type": "function", "function": {"name": "f", "description": "word " * 250_000}}]),
        (
            "response_format",
            {"type": "json_schema", "json_schema": {"name": "x", "schema": {"const": "a" * 1_100_000}}},
        ),
        ("prediction", {"type": "content", "content": "word " * 250_000}),
        ("mock_response", "word " * 250_000),
        ("stop", ["a" * 1_100_000]),
    ],
)
def test_a_text_longer_than_the_window_is_refused_in_every_field(field: str, value: Any) -> None:
    request = {"messages": [{"role": "user", "content": "hi"}], field: value}
    with pytest.raises(ApiError) as caught:
        chunks(request)
    assert (caught.value.param, caught.value.code) == (field, "context_length_exceeded")


def test_calls_of_tools_and_prompts_count_as_texts_of_the_window() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "word " * 250_000}}
    with pytest.raises(ApiError, match="`messages`"):
        chunks({"messages": [{"role": "assistant", "content": None, "tool_calls": [call]}]})
    with pytest.raises(ApiError, match="`prompt`"):
        list(BuiltIn("onceward/echo").complete({"prompt": ["word " * 130_000, "word " * 130_000]}, CONTEXT))


def test_only_as_much_of_an_answer_is_cut_into_tokens_as_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    original = reply.encode

    def count_characters(text: str) -> list[str]:
        seen.append(len(text))
        return original(text)

    monkeypatch.setattr(reply, "encode", count_characters)
    text = " wordily" * 50_000
    for limit in (1, 7, 1_000):
        said = ask("hi", mock_response=text, max_tokens=limit)
        assert said["choices"][0]["finish_reason"] == "length"
        assert said["choices"][0]["message"]["content"] == "".join(original(text)[:limit])
    assert max(seen) < 10_000


@pytest.mark.parametrize("line", [0, 76])
def test_a_long_file_of_base64_is_decoded_as_in_one_go(line: int) -> None:
    data = random.Random(5).randbytes(500_000)
    text = base64.b64encode(data).decode()
    if line:
        text = "\n".join(text[at : at + line] for at in range(0, len(text), line))
    assert payload_of("data:audio/wav;base64," + text) == data
    assert payload_of(text[:-5]) is None
