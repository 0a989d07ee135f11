"""The chat model: what it answers, what it calls, and that a stream and an answer are one thing."""

from __future__ import annotations

import base64
import contextlib
import json
import time
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onceward_gateway.core.accumulate import accumulate_chat, accumulate_text
from onceward_gateway.core.answer import Delay, ModelContext
from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.tokenizer import count
from onceward_gateway.offline.image import draw
from onceward_gateway.offline.learned import Example, Memory
from onceward_gateway.offline.models import BuiltIn
from onceward_gateway.offline.speech import listen, speak

CONTEXT = ModelContext("call_1", 1_700_000_000, "gpt-4", 1, None, "req", "me")

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Current weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
TIME = {
    "type": "function",
    "function": {
        "name": "get_time",
        "description": "The time of day",
        "parameters": {"type": "object", "properties": {}},
    },
}


def chunks(request: dict[str, Any], model: str = "onceward/echo") -> list[dict[str, Any]]:
    return [emission for emission in BuiltIn(model).chat(request, CONTEXT) if isinstance(emission, dict)]


def ask(text: str | list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": text}] if isinstance(text, str) else text
    return accumulate_chat(chunks({"messages": messages, **more}))


def said(text: str | list[dict[str, Any]], **more: Any) -> str:
    return str(ask(text, **more)["choices"][0]["message"]["content"])


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("Say this is a test", "this is a test"),
        ('Please say "hello, world" and nothing else.', "hello, world"),
        ("Reply with exactly one word: pong", "pong"),
        ("repeat after me: one two", "one two"),
        ("Repeat hey 3 times", "hey hey hey"),
        ("Count from 3 to 6", "3, 4, 5, 6"),
        ("What is 17 * 23?", "17 * 23 = 391"),
        ("two hundred is a number", "You said: two hundred is a number"),
        ("What is 2 plus 3 times 4?", "2 + 3 * 4 = 14"),
        ("Compute (1 + 2) / 4", "(1 + 2) / 4 = 0.75"),
        ("ping", "pong"),
        ("reverse: abc", "cba"),
    ],
)
def test_plain_instructions_are_followed(asked: str, answered: str) -> None:
    assert said(asked, seed=None).replace("You wrote", "You said").replace("I heard", "You said") == answered


def test_it_remembers() -> None:
    talk = [
        {"role": "user", "content": "My name is Ada and my favourite colour is teal."},
        {"role": "assistant", "content": "Noted."},
        {"role": "user", "content": "What is my favourite colour?"},
    ]
    assert said(talk) == "Your favourite colour is teal."
    assert "Ada" in said([*talk[:2], {"role": "user", "content": "What did I say first?"}])


def test_the_whole_conversation_counts() -> None:
    first = [
        {"role": "user", "content": "red"},
        {"role": "assistant", "content": "ok"},
        {"role": "user", "content": "tell me more"},
    ]
    second = [{"role": "user", "content": "blue"}, *first[1:]]
    assert said(first) != said(second)
    assert said([{"role": "system", "content": "Be kind."}, *first]) != said(first)


def test_exactly_as_many_words_as_asked() -> None:
    assert len(said("Write 120 words about the sea").split()) == 120


@settings(max_examples=80, deadline=None)
def _without_what_stands_alone(request: dict[str, Any]) -> dict[str, Any]:
    """The request without members that are refused where another one is missing."""
    needs = {"top_logprobs": "logprobs", "tool_choice": "tools"}
    return {name: value for name, value in request.items() if needs.get(name, name) in request}


@given(
    st.text(max_size=60),
    st.fixed_dictionaries(
        {},
        optional={
            "n": st.integers(1, 3),
            "max_tokens": st.integers(1, 12),
            "stop": st.sampled_from([["a"], " ", ["e", "x"]]),
            "seed": st.integers(0, 5),
            "logprobs": st.just(True),
            "top_logprobs": st.integers(0, 5),
            "reasoning_effort": st.sampled_from(["low", "high", "none"]),
            "tools": st.just([WEATHER, TIME]),
            "tool_choice": st.sampled_from(["auto", "none", "required"]),
        },
    ).map(_without_what_stands_alone),
)
def test_usage_is_what_was_said(text: str, request: dict[str, Any]) -> None:
    whole = {"messages": [{"role": "user", "content": text}], **request}
    answer = accumulate_chat(chunks(whole))
    assert answer == accumulate_chat(chunks(whole))
    assert len(answer["choices"]) == request.get("n", 1)
    spoken = 0
    for choice in answer["choices"]:
        message = choice["message"]
        pieces = sum(count(message.get(key) or "") for key in ("content", "reasoning_content"))
        pieces += sum(count(call["function"]["arguments"]) for call in message.get("tool_calls") or ())
        spoken += pieces
        assert pieces <= request.get("max_tokens", 10_000)
        for stop in [request["stop"]] if isinstance(request.get("stop"), str) else request.get("stop", []):
            assert stop not in (message["content"] or "")
        if choice["finish_reason"] == "tool_calls":
            assert all(json.loads(call["function"]["arguments"]) is not None for call in message["tool_calls"])
        if request.get("logprobs") and message["content"]:
            assert "".join(token["token"] for token in choice["logprobs"]["content"]) == message["content"]
    usage = answer["usage"]
    assert abs(usage["completion_tokens"] - spoken) <= 2 * len(
        answer["choices"]
    )  # a piece cut by the limit may be counted as one
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_a_truncated_answer_has_the_finish_reason_length() -> None:
    choice = ask("Count to 50", max_completion_tokens=5)["choices"][0]
    assert choice["finish_reason"] == "length"
    assert choice["message"]["content"] == "1, 2, 3"


def test_a_seed_varies_the_wording() -> None:
    answers = {said("Tell me a story about foxes", seed=seed) for seed in range(5)}
    assert len(answers) > 1
    assert said("Tell me a story about foxes", seed=3) == said("Tell me a story about foxes", seed=3)


def test_it_thinks_when_asked() -> None:
    answer = ask("What is 2 + 2?", reasoning_effort="medium")
    message = answer["choices"][0]["message"]
    assert "2 + 2" in message["reasoning_content"]
    assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] == count(message["reasoning_content"])
    assert "reasoning_content" not in ask("What is 2 + 2?")["choices"][0]["message"]
    assert ask("hi", thinking=True)["choices"][0]["message"]["reasoning_content"]
    assert ask("hi", provider_specific_params={"thinking": {"type": "enabled"}})["choices"][0]["message"][
        "reasoning_content"
    ]
    first = [
        next(iter(c["choices"][0]["delta"]))
        for c in chunks({"messages": [{"role": "user", "content": "hi"}], "thinking": True})[1:-2]
    ]
    assert first == sorted(first, reverse=True)  # reasoning before content


def test_a_tool_is_called_and_its_result_is_used() -> None:
    answer = ask("What is the weather in Paris and Rome?", tools=[WEATHER, TIME])
    choice = answer["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    calls = choice["message"]["tool_calls"]
    assert [json.loads(call["function"]["arguments"]) for call in calls] == [{"city": "Paris"}, {"city": "Rome"}]
    results = [
        {"role": "tool", "tool_call_id": call["id"], "content": f'{{"temperature": {at + 20}}}'}
        for at, call in enumerate(calls)
    ]
    told = said(
        [{"role": "user", "content": "What is the weather in Paris and Rome?"}, choice["message"], *results],
        tools=[WEATHER],
    )
    assert "Paris" in told
    assert "temperature is 20" in told
    assert "temperature is 21" in told


def test_one_call_at_a_time() -> None:
    talk: list[dict[str, Any]] = [{"role": "user", "content": "What is the weather in Paris and Rome?"}]
    cities = []
    for _ in range(2):
        message = ask(talk, tools=[WEATHER], parallel_tool_calls=False)["choices"][0]["message"]
        (call,) = message["tool_calls"]
        cities.append(json.loads(call["function"]["arguments"])["city"])
        talk += [message, {"role": "tool", "tool_call_id": call["id"], "content": "fine"}]
    assert cities == ["Paris", "Rome"]
    assert said(talk, tools=[WEATHER], parallel_tool_calls=False) != "None"


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("none", []),
        ("auto", []),
        ("required", ["get_weather"]),
        ({"type": "function", "function": {"name": "get_time"}}, ["get_time"]),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "required",
                    "tools": [{"type": "function", "function": {"name": "get_time"}}],
                },
            },
            ["get_time"],
        ),
    ],
)
def test_the_forms_of_tool_choice(choice: Any, names: list[str]) -> None:
    message = ask("Good evening to all of you", tools=[WEATHER, TIME], tool_choice=choice)["choices"][0]["message"]
    assert [call["function"]["name"] for call in message.get("tool_calls") or []] == names


@pytest.mark.parametrize("choice", ["auto", "required"])
@pytest.mark.parametrize("field", ["tools", "functions"])
@pytest.mark.parametrize(
    "parameters",
    [
        *({"type": "object", "properties": odd} for odd in (True, 7, 1.5, "x", [None], [{}], ["expression"], [["x"]])),
        *(
            {"properties": {"city": {"type": "string"}}, "required": odd}
            for odd in (7, "city", [{}], [["a"]], {"a": 1})
        ),
        {"properties": {"city": 7}, "required": ["city", None]},
        [{}],
        "x",
    ],
)
def test_invalid_tool_parameters_are_tolerated(parameters: Any, field: str, choice: str) -> None:
    for name in ("weather", "final_answer"):
        function = {"name": name, "parameters": parameters}
        tools = [{"type": "function", "function": function}] if field == "tools" else [function]
        message = ask("What is the weather, and 2+2?", **{field: tools}, tool_choice=choice)["choices"][0]["message"]
        calls = message.get("tool_calls") or [{"function": message.get("function_call") or {"arguments": "{}"}}]
        assert isinstance(json.loads(calls[0]["function"]["arguments"]), dict)


def test_custom_tools_and_functions() -> None:
    custom = {"type": "custom", "custom": {"name": "run_python", "description": "Runs code"}}
    call = ask("run_python `print(1)`", tools=[custom])["choices"][0]["message"]["tool_calls"][0]
    assert call["type"] == "custom"
    assert call["custom"] == {"name": "run_python", "input": "print(1)"}
    choice = ask("the weather in Oslo", functions=[WEATHER["function"]])["choices"][0]
    assert choice["finish_reason"] == "function_call"
    assert json.loads(choice["message"]["function_call"]["arguments"]) == {"city": "Oslo"}


def test_structured_answers() -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "n": {"type": "integer"}},
        "required": ["city", "n"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    value = json.loads(said("I live in Lima with 3 cats", response_format=form))
    jsonschema.validate(value, schema)
    assert value == {"city": "Lima", "n": 3}
    assert isinstance(json.loads(said("Tell me", response_format={"type": "json_object"})), dict)
    assert set(json.loads(said("JSON with keys name and age please", response_format={"type": "json_object"}))) == {
        "name",
        "age",
    }
    assert ask("Refuse this", response_format=form)["choices"][0]["message"]["refusal"]


def test_a_schema_without_values_is_a_400() -> None:
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"enum": []}}}
    with pytest.raises(ApiError) as caught:
        ask("x", response_format=form)
    assert (caught.value.status, caught.value.param) == (400, "response_format")


def test_it_handles_audio_and_images() -> None:
    answer = ask("Say good day", modalities=["text", "audio"], audio={"voice": "alloy", "format": "wav"})
    audio = answer["choices"][0]["message"]["audio"]
    assert audio["transcript"] == "good day"
    assert listen(base64.b64decode(audio["data"])).text == "good day"
    assert answer["usage"]["completion_tokens_details"]["audio_tokens"] > 0
    spoken = {
        "type": "input_audio",
        "input_audio": {"data": base64.b64encode(speak("Say seven")).decode(), "format": "wav"},
    }
    assert said([{"role": "user", "content": [spoken]}]) == "seven"
    picture = {
        "type": "image_url",
        "image_url": {"url": "data:image/png;base64," + base64.b64encode(draw("x", 30, 20)).decode()},
    }
    assert "PNG picture of 30 x 20" in said(
        [{"role": "user", "content": [{"type": "text", "text": "What is this?"}, picture]}]
    )


def test_prediction_is_counted() -> None:
    details = ask("Say one two three", prediction={"type": "content", "content": "one two four"})["usage"][
        "completion_tokens_details"
    ]
    assert (details["accepted_prediction_tokens"], details["rejected_prediction_tokens"]) == (2, 1)


def test_pace_and_mock() -> None:
    emissions = list(
        BuiltIn("onceward/echo").chat(
            {
                "messages": [{"role": "user", "content": "hi"}],
                "mock_response": "canned",
                "provider_specific_params": {"pace": 0.5},
            },
            CONTEXT,
        )
    )
    assert emissions[0] == Delay(0.5)
    assert accumulate_chat(e for e in emissions if isinstance(e, dict))["choices"][0]["message"]["content"] == "canned"


def test_legacy_completions() -> None:
    request = {"prompt": ["Say one", "Count to 3"], "echo": True, "n": 2, "best_of": 3, "logprobs": 2, "max_tokens": 50}
    answer = accumulate_text(c for c in BuiltIn("onceward/echo").complete(request, CONTEXT) if isinstance(c, dict))
    assert [choice["index"] for choice in answer["choices"]] == [0, 1, 2, 3]
    assert answer["choices"][0]["text"] == "Say oneone"
    assert answer["choices"][2]["text"] == "Count to 31, 2, 3"
    logprobs = answer["choices"][0]["logprobs"]
    assert "".join(logprobs["tokens"]) == "Say oneone"
    assert logprobs["text_offset"] == [0, 3, 7]
    assert answer["usage"]["completion_tokens"] == 3 * (1 + 5)


def test_learned_examples_are_recalled() -> None:
    memory = Memory.of(
        [Example("How do I reset my password?", "Open Settings."), Example("Where is my order?", "In the mail.")]
    )
    model = BuiltIn("ft:onceward/echo:x:1", memory)

    def tell(text: str) -> Any:
        request = {"messages": [{"role": "user", "content": text}]}
        return accumulate_chat(c for c in model.chat(request, CONTEXT) if isinstance(c, dict))["choices"][0]["message"][
            "content"
        ]

    assert tell("how to reset the password") == "Open Settings."
    assert tell("WHERE is  my order?") == "In the mail."
    assert tell("What is 2 + 2?") == "2 + 2 = 4"


def test_a_prompt_longer_than_the_window_is_refused() -> None:
    for text in ("word " * 130_000, "x" * 10_000_000):
        with pytest.raises(ApiError) as caught:
            ask(text)
        assert (caught.value.code, caught.value.param) == ("context_length_exceeded", "messages")
    with pytest.raises(ApiError):
        BuiltIn("onceward/embed").embed({"input": ["a", "b c " * 40_000]}, CONTEXT)


@pytest.mark.parametrize(
    "text",
    [
        "1 " * 50_000,
        "-" * 50_000,
        " " * 50_000,
        "1+" * 50_000,
        "say " + " " * 50_000 + "x",
        "Aa " * 20_000,
        "a@" * 20_000,
        "keys a," * 5000,
        "{" * 20_000,
    ],
    ids=lambda text: repr(text[:5]),
)
def test_no_text_keeps_it_busy(text: str) -> None:
    started = time.process_time()
    ask(text, tools=[WEATHER], response_format={"type": "json_object"})
    ask(text, tools=[WEATHER], tool_choice="required")
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "schema",
    [
        {
            "type": "object",
            "properties": {"text": {"type": "string", "pattern": "^(a+)+$", "minLength": 300}},
            "required": ["text"],
        },
        {"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}},
        {"allOf": [{"anyOf": [{"minLength": at}, {"maxLength": 0}, {"type": "integer"}]} for at in range(12)]},
        {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]},
        {"type": "array", "minItems": 1_000_000, "items": {"type": "integer"}},
        {"type": "string", "pattern": "((a{90}){90}){90}"},
    ],
    ids=lambda schema: str(schema)[:40],
)
def test_no_schema_keeps_it_busy(schema: dict[str, Any]) -> None:
    started = time.process_time()
    with contextlib.suppress(ApiError):
        said("a" * 300, response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": schema}})
    assert time.process_time() - started < 3
