"""The chat model through the official client: parsed answers, tool loops, faults on demand, odd names."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import openai
import pytest
from pydantic import BaseModel


class Event(BaseModel):
    name: str
    date: str
    participants: list[str]


class Step(BaseModel):
    explanation: str
    output: str


class Reasoned(BaseModel):
    steps: list[Step]
    final_answer: str
    next: Reasoned | None


def ask(text: str) -> Any:
    return [{"role": "user", "content": text}]


def test_an_answer_is_parsed(client: openai.OpenAI) -> None:
    asked = ask("Alice and Bob are going to a science fair on Friday.")
    event = (
        client.chat.completions.parse(model="gpt-4o", messages=asked, response_format=Event).choices[0].message.parsed
    )
    assert event is not None
    assert (event.date, event.participants) == ("Friday", ["Alice", "Bob"])
    nested = client.chat.completions.parse(model="gpt-4o", messages=ask("8x = 16"), response_format=Reasoned)
    assert nested.choices[0].message.parsed is not None
    with client.chat.completions.stream(model="gpt-4o", messages=asked, response_format=Event) as stream:
        assert stream.get_final_completion().choices[0].message.parsed == event


def test_a_tool_loop_ends(client: openai.OpenAI) -> None:
    tools: Any = [
        {
            "type": "function",
            "function": {
                "name": "get_weather",
                "parameters": {
                    "type": "object",
                    "properties": {"city": {"type": "string"}},
                    "required": ["city"],
                    "additionalProperties": False,
                },
                "strict": True,
            },
        }
    ]
    talk = ask("What is the weather in Paris and Rome?")
    rounds = 0
    while rounds < 4:
        message = client.chat.completions.create(model="gpt-4o", messages=talk, tools=tools).choices[0].message
        if not message.tool_calls:
            break
        rounds += 1
        talk.append(message)
        for call in message.tool_calls:
            assert call.type == "function"
            city = json.loads(call.function.arguments)["city"]
            talk.append(
                {"role": "tool", "tool_call_id": call.id, "content": json.dumps({"forecast": f"sun in {city}"})}
            )
    assert rounds == 1
    assert message.content is not None
    assert "sun in Paris" in message.content
    assert "sun in Rome" in message.content


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("rate-limit", openai.RateLimitError),
        ("overloaded", openai.InternalServerError),
        ("error:404", openai.NotFoundError),
        ("cut", (openai.APIConnectionError, httpx2.TransportError)),
        ("break", openai.APIError),
    ],
)
def test_faults_are_what_they_are_called(client: openai.OpenAI, fault: str, error: Any) -> None:
    with pytest.raises(error):
        list(client.chat.completions.create(model="onceward/fault-" + fault, messages=ask("Count to 50"), stream=True))


def test_an_answer_lost_to_a_fault_is_replayed_with_its_key(gateway: str) -> None:
    body = {"model": "onceward/fault-cut:4", "messages": ask("Count to 9")}
    with pytest.raises(httpx2.TransportError):
        httpx2.post(gateway + "/v1/chat/completions", json=body, headers={"Idempotency-Key": "cut-once"})
    again = httpx2.post(gateway + "/v1/chat/completions", json=body, headers={"Idempotency-Key": "cut-once"})
    assert again.json()["choices"][0]["message"]["content"] == "1, 2, 3, 4, 5, 6, 7, 8, 9"


@pytest.mark.parametrize("name", ["a\u0001b\u007f", "模型", "x\r\ny: z", "ft:nothing"])
def test_hostile_model_names_do_not_inject_headers(gateway: str, name: str) -> None:
    answer = httpx2.post(gateway + "/v1/chat/completions", json={"model": name, "messages": ask("hi")})
    assert answer.status_code in (200, 404)
    assert "y" not in answer.headers
