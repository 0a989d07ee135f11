"""The builder: every step, what it refuses, and that it never changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from onceward import AsyncOnceward, Onceward, ParameterError, tool
from onceward.testing import FakeGateway

from .samples import answer, call, text_chunks

PNG = b"\x89PNG\r\n\x1a\n rest"


@tool
def double(number: int) -> int:
    """Twice the number."""
    return number * 2


class Person(BaseModel):
    name: str


def test_every_step_is_in_the_request(client: Onceward) -> None:
    built = (
        client.chat.completions.model("m")
        .system("s").developer("d").user("u").assistant("a").tool_result("call_1", {"x": 1})
        .message({"role": "user", "content": "v"})
        .temperature(0).top_p(0.5).max_tokens(5).max_completion_tokens(6).n(2).stop("x", "y").seed(1)
        .presence_penalty(1).frequency_penalty(-1).logit_bias({"1": 5}).logprobs(3)
        .tools(double).tool_choice(double).parallel_tool_calls(False).response_format(Person)
        .reasoning_effort("low").thinking().verbosity("low").speech("alloy").prediction("p")
        .metadata(a="b").tags("t").tags("u").end_user("me").provider_params(top_k=4).mock_response("mock")
        .timeout(3).max_retries(1).idempotency_key("k").extra_headers({"x-a": "b"}).set(store=True)
        .build()
    )  # fmt: skip
    assert [message["role"] for message in built["messages"]] == [
        "system", "developer", "user", "assistant", "tool", "user",
    ]  # fmt: skip
    assert built["messages"][4]["content"] == '{"x": 1}'
    assert built["tools"] == [double.to_dict()]
    assert built["tool_choice"] == {"type": "function", "function": {"name": "double"}}
    assert built["response_format"]["json_schema"]["name"] == "Person"
    assert built["tags"] == ["t", "u"]
    assert built["top_logprobs"] == 3
    assert built["stop"] == ["x", "y"]
    assert built["store"] is True
    assert built["modalities"] == ["text", "audio"]


@pytest.mark.parametrize(
    ("step", "value", "words"),
    [
        ("temperature", 3, "`temperature` is 3"),
        ("top_p", 1.5, "`top_p`"),
        ("max_tokens", 1.5, "`max_tokens`"),
        ("n", 0, "`n`"),
        ("presence_penalty", 3, "`presence_penalty`"),
    ],
)
def test_a_wrong_value_is_refused_at_its_step(client: Onceward, step: str, value: Any, words: str) -> None:
    builder = client.chat.completions.model("m")
    with pytest.raises(ParameterError) as caught:
        getattr(builder, step)(value)
    assert words in str(caught.value)


def test_stop_and_unknown_and_missing(client: Onceward) -> None:
    builder = client.chat.completions.builder()
    with pytest.raises(ParameterError, match=r"`stop\[1\]` is 7; give a string"):
        builder.stop("a", 7)  # type: ignore[arg-type]
    for given in ((double, double), ([double, double],), ((double,), double.to_dict())):
        assert len(builder.tools(*given).model("m").user("hi").build()["tools"]) == 2
    with pytest.raises(ParameterError, match="did you mean `temperature`"):
        builder.set(temprature=1)
    with pytest.raises(ParameterError) as caught:
        builder.execute()
    assert len(caught.value.faults) == 2
    with pytest.raises(ParameterError):
        builder.assistant()
    with pytest.raises(ParameterError, match="tool call"):
        builder.tool_result(5, "x")
    with pytest.raises(ParameterError, match="no type"):
        builder.model("m").user("hi").parse()


def test_no_step_changes_the_builder(client: Onceward) -> None:
    base = client.chat.completions.model("m").user("one")
    first, second = base.user("two").tools(double), base.temperature(1).metadata(a="b")
    assert len(base.build()["messages"]) == 1
    assert len(first.build()["messages"]) == 2
    assert "temperature" not in first.build()
    assert "tools" not in second.build()
    assert "1 messages" in repr(base)


def test_pictures_and_sounds_join_what_the_user_said(client: Onceward, tmp_path: Path) -> None:
    picture = tmp_path / "cat.png"
    picture.write_bytes(PNG)
    builder = client.chat.completions.model("m").user("look").image("https://example.com/a.png", detail="low")
    message = builder.image(picture).image(PNG).input_audio(b"RIFF").file("file-1").build()["messages"]
    assert len(message) == 1
    parts = message[0]["content"]
    assert [part["type"] for part in parts] == ["text", "image_url", "image_url", "image_url", "input_audio", "file"]
    assert parts[1]["image_url"] == {"url": "https://example.com/a.png", "detail": "low"}
    assert parts[2]["image_url"]["url"] == parts[3]["image_url"]["url"]
    assert parts[2]["image_url"]["url"].startswith("data:image/png;base64,")
    alone = client.chat.completions.model("m").image(PNG).build()["messages"]
    assert alone[0]["role"] == "user"
    with pytest.raises(ParameterError, match="not a PNG, JPEG, GIF or WebP picture"):
        builder.image(b"what is this")
    with pytest.raises(ParameterError, match="cannot read"):
        builder.image(tmp_path / "none.png")


def test_the_last_steps(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_json(answer('{"name": "Ada"}'), times=3)
    builder = client.chat.completions.model("m").user("hi").temperature(0)
    assert builder.execute().choices[0].message.content == '{"name": "Ada"}'
    assert builder.parse(Person).unwrap() == Person(name="Ada")
    assert builder.response_format(Person).parse().unwrap() == Person(name="Ada")
    gateway.reset()
    gateway.respond_sse(text_chunks('{"name": ', '"Ada"}'))
    assert list(builder.stream().text_stream) == ['{"name": ', '"Ada"}']
    with builder.stream_as(Person) as stream:
        assert stream.final().unwrap() == Person(name="Ada")
    assert gateway.requests[0].json()["temperature"] == 0
    gateway.reset()
    gateway.respond_json(answer(None, "tool_calls", tool_calls=[call("double", '{"number": 4}')]), times=1)
    gateway.respond_json(answer("8"))
    assert builder.tools(double).run_tools().final().results[0].output == "8"


async def test_async_twin(gateway: FakeGateway, aclient: AsyncOnceward) -> None:
    gateway.respond_json(answer('{"name": "Ada"}'), times=2)
    builder = aclient.chat.completions.model("m").system("s").user("hi").temperature(0)
    assert (await builder.execute()).choices[0].message.content == '{"name": "Ada"}'
    assert (await builder.parse(Person)).unwrap() == Person(name="Ada")
    gateway.reset()
    gateway.respond_sse(text_chunks("a", "b"))
    assert [piece async for piece in builder.stream().text_stream] == ["a", "b"]
    with pytest.raises(ParameterError):
        builder.temperature(9)
