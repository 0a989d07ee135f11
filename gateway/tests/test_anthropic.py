"""Chat completions over the Anthropic protocol, with the `anthropic` package as the judge."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from anthropic.types import message_create_params
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from onceward_gateway.core.accumulate import accumulate_chat
from onceward_gateway.core.errors import ApiError
from onceward_gateway.providers.anthropic import (
    BrokenMessage,
    Chunks,
    completion,
    request,
)
from onceward_gateway.providers.meter import Meter

Launch = Callable[..., Any]
CHAT = "/v1/chat/completions"
PNG = "iVBORw0KGgo="
JUDGE = TypeAdapter(message_create_params.MessageCreateParamsNonStreaming)


def translated(**chat: Any) -> dict[str, Any]:
    made = request(
        {"model": "anthropic/claude", "messages": [{"role": "user", "content": "Hi"}]} | chat, "claude", 4096
    )
    JUDGE.validate_python({name: value for name, value in made.items() if name != "stream"})
    return made


def test_the_least() -> None:
    assert translated() == {
        "model": "claude",
        "max_tokens": 4096,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
    }


def test_a_conversation_with_tools_and_images() -> None:
    made = translated(
        messages=[
            {"role": "system", "content": "Be brief."},
            {
                "role": "developer",
                "content": [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}],
            },
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}", "detail": "low"}},
                    {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
                    {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBE"}},
                ],
            },
            {
                "role": "assistant",
                "content": "I look.",
                "reasoning_content": "hm",
                "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "sig"}],
                "tool_calls": [
                    {"id": "t1", "type": "function", "function": {"name": "look", "arguments": '{"at": 1}'}},
                    {"id": "t2", "type": "function", "function": {"name": "look", "arguments": ""}},
                ],
            },
            {"role": "tool", "tool_call_id": "t1", "content": "a cat"},
            {"role": "tool", "tool_call_id": "t2", "content": [{"type": "text", "text": "a dog"}]},
            {"role": "user", "content": "And now?"},
        ],
        tools=[
            {
                "type": "function",
                "function": {
                    "name": "look",
                    "description": "Looks.",
                    "parameters": {"type": "object", "properties": {}},
                },
            }
        ],
        tool_choice="required",
        parallel_tool_calls=False,
        stop=["END"],
        temperature=0.5,
        top_p=0.9,
        max_completion_tokens=100,
        user="u-1",
        reasoning_effort="high",
        thinking=True,
        response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
        provider_specific_params={"top_k": 3},
    )
    assert [block["text"] for block in made["system"]] == ["Be brief.", "Be kind."]
    assert [turn["role"] for turn in made["messages"]] == ["user", "assistant", "user"]
    assert made["messages"][0]["content"][1]["source"] == {"type": "base64", "media_type": "image/png", "data": PNG}
    assert [block["type"] for block in made["messages"][1]["content"]] == ["thinking", "text", "tool_use", "tool_use"]
    assert [block["type"] for block in made["messages"][2]["content"]] == ["tool_result", "tool_result", "text"]
    assert made["tool_choice"] == {"type": "any", "disable_parallel_tool_use": True}
    assert made["output_config"] == {"effort": "high", "format": {"type": "json_schema", "schema": {"type": "object"}}}
    assert made["thinking"]["type"] == "adaptive"
    assert made["metadata"] == {"user_id": "u-1"}
    assert made["top_k"] == 3
    assert made["max_tokens"] == 100


@pytest.mark.parametrize(
    ("chat", "params"),
    [
        ({"n": 2}, ["n"]),
        ({"seed": 1, "logprobs": True, "logit_bias": {"1": 2}}, ["seed", "logprobs", "logit_bias"]),
        ({"temperature": 1.5}, ["temperature"]),
        ({"presence_penalty": 0.5}, ["presence_penalty"]),
        ({"response_format": {"type": "json_object"}}, ["response_format"]),
        ({"modalities": ["text", "audio"], "audio": {"voice": "a", "format": "wav"}}, ["modalities", "audio"]),
        ({"something_new": 1}, ["something_new"]),
        ({"tools": [{"type": "custom", "custom": {"name": "x"}}]}, ["tools[0].type"]),
        ({"tool_choice": {"type": "allowed_tools"}}, ["tool_choice"]),
        ({"reasoning_effort": "minimal"}, ["reasoning_effort"]),
        (
            {"messages": [{"role": "user", "content": "a", "name": "x"}, {"role": "system", "content": "b"}]},
            ["messages[0].name", "messages[1].role"],
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]},
            ["messages[0].content[0].type"],
        ),
        ({"messages": [{"role": "function", "name": "x", "content": "y"}]}, ["messages[0].name", "messages[0].role"]),
    ],
)
def test_members_without_a_counterpart_are_refused_together(chat: dict[str, Any], params: list[str]) -> None:
    with pytest.raises(ApiError) as refused:
        request({"messages": [{"role": "user", "content": "Hi"}]} | chat, "claude", 4096)
    assert refused.value.status == 400
    assert [issue["param"] for issue in refused.value.extra["compat_issues"]] == params


def test_neutral_values_say_nothing() -> None:
    assert (
        translated(
            n=1, presence_penalty=0, frequency_penalty=0.0, logprobs=False, seed=None, store=False, modalities=["text"]
        )
        == translated()
    )


BLOCKS = st.lists(
    st.one_of(
        st.builds(lambda text: {"type": "text", "text": text}, st.text(min_size=1)),
        st.builds(lambda text: {"type": "thinking", "thinking": text, "signature": "s"}, st.text(min_size=1)),
        st.builds(lambda data: {"type": "redacted_thinking", "data": data}, st.text(min_size=1)),
        st.builds(
            lambda id, input: {"type": "tool_use", "id": id, "name": "f", "input": input},
            st.text(min_size=1),
            st.dictionaries(st.text(), st.integers() | st.text() | st.booleans(), max_size=3),
        ),
    ),
    max_size=6,
)


def message(blocks: list[dict[str, Any]], stop_reason: str = "end_turn") -> dict[str, Any]:
    usage = {"input_tokens": 5, "output_tokens": 7, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 2}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-x",
        "content": blocks,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": usage,
    }


def events_of(whole: dict[str, Any], cut: int = 3) -> list[dict[str, Any]]:
    """The stream that spells a message, its texts in pieces of `cut` characters."""
    first = {**whole, "content": [], "stop_reason": None, "usage": {**whole["usage"], "output_tokens": 1}}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": first}, {"type": "ping"}]
    for index, block in enumerate(whole["content"]):
        empty = {"text": {"text": ""}, "thinking": {"thinking": "", "signature": ""}, "tool_use": {"input": {}}}
        start = {**block, **empty.get(block["type"], {})}
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        deltas: list[dict[str, Any]] = []
        if block["type"] == "text":
            deltas = [{"type": "text_delta", "text": piece} for piece in pieces(block["text"], cut)]
        elif block["type"] == "thinking":
            deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(block["thinking"], cut)]
            deltas.append({"type": "signature_delta", "signature": block["signature"]})
        elif block["type"] == "tool_use" and block["input"]:
            text = json.dumps(block["input"], separators=(",", ":"), ensure_ascii=False)
            deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in ["", *pieces(text, cut)]]
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    events.append(
        {
            "type": "message_delta",
            "delta": {"stop_reason": whole["stop_reason"], "stop_sequence": None},
            "usage": {"output_tokens": whole["usage"]["output_tokens"]},
        }
    )
    return [*events, {"type": "message_stop"}]


def pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


@given(BLOCKS, st.integers(1, 5))
def test_a_stream_folds_to_the_whole_answer(blocks: list[dict[str, Any]], cut: int) -> None:
    whole = message(blocks, "tool_use" if any(b["type"] == "tool_use" for b in blocks) else "end_turn")
    chunks = Chunks("claude", 1)
    folded = accumulate_chat(chunk for event in events_of(whole, cut) for chunk in chunks.feed(event))
    assert chunks.ended
    wanted = completion(whole, "claude", 1, {})
    # Their usage is counted beside them.
    del wanted["usage"]
    assert normal(folded) == normal(wanted)


def normal(value: dict[str, Any]) -> dict[str, Any]:
    """Arguments as values: their white space is the provider's own."""
    for call in value["choices"][0]["message"].get("tool_calls", ()):
        call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    return value


def test_unknown_deltas_of_a_block_are_kept() -> None:
    chunks, start = Chunks("claude", 1), {"type": "message_start", "message": {"id": "m"}}
    events = [
        start,
        {"type": "content_block_start", "index": 0, "content_block": {"type": "summary", "content": None}},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
        *[
            {"type": "content_block_delta", "index": 0, "delta": {"type": "summary_delta", "content": part}}
            for part in ("Two ", "parts")
        ],
        {"type": "content_block_stop", "index": 0},
    ]
    *_, last = [chunk for event in events for chunk in chunks.feed(event)]
    assert last["choices"][0]["delta"] == {"provider_blocks": [{"type": "summary", "content": "Two parts"}]}
    unknown = {"type": "content_block_delta", "index": 1, "delta": {"type": "prose_delta", "text": "Once"}}
    with pytest.raises(BrokenMessage, match="prose_delta"):
        list(chunks.feed(unknown))


@pytest.mark.parametrize(
    ("parts", "given"),
    [(('{"query": ', '"Lisbon"}'), {"query": "Lisbon"}), (("",), {}), (('{"query": "Lis',), '{"query": "Lis')],
)
def test_the_input_of_a_tool_of_the_provider_is_kept(parts: tuple[str, ...], given: Any) -> None:
    block = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
    events = [
        {"type": "message_start", "message": {"id": "m"}},
        {"type": "content_block_start", "index": 0, "content_block": block},
        *[
            {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": part}}
            for part in parts
        ],
        {"type": "content_block_stop", "index": 0},
    ]
    chunks = Chunks("claude", 1)
    *_, last = [chunk for event in events for chunk in chunks.feed(event)]
    assert last["choices"][0]["delta"] == {"provider_blocks": [{**block, "input": given}]}


@given(BLOCKS)
def test_an_answer_told_back_is_the_same_turn(blocks: list[dict[str, Any]]) -> None:
    answer = completion(message(blocks), "claude", 1, {})["choices"][0]["message"]
    turns = translated(messages=[{"role": "user", "content": "Hi"}, answer])["messages"]
    texts = "".join(block["text"] for block in blocks if block["type"] == "text")
    told = turns[1]["content"] if len(turns) > 1 else []
    assert "".join(block["text"] for block in told if block["type"] == "text") == texts
    for kind in ("thinking", "redacted_thinking", "tool_use"):
        assert [b for b in told if b["type"] == kind] == [b for b in blocks if b["type"] == kind]


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
    ],
)
def test_the_reasons_to_end(reason: str, finish: str) -> None:
    assert completion(message([], reason), "m", 1, {})["choices"][0]["finish_reason"] == finish


def test_usage_counts_the_cache() -> None:
    meter = Meter(lambda: 1)
    meter.read(message([]))
    usage = meter.usage()
    assert usage["prompt_tokens"] == 10
    assert usage["prompt_tokens_details"] == {"cached_tokens": 3, "cache_write_tokens": 2}


# -- through the gateway


@pytest.fixture
async def client(launch: Launch, upstream: Any) -> AsyncIterator[openai.AsyncOpenAI]:
    config = f'[providers.anthropic]\nbase_url = "{upstream.url}"\napi_key = "sk-ant-operators"\n'
    async with openai.AsyncOpenAI(base_url=launch(config=config).url + "/v1", api_key="x", max_retries=0) as made:
        yield made


def sse(events: list[dict[str, Any]]) -> list[bytes]:
    return [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events]


SAID = message(
    [
        {"type": "thinking", "thinking": "They greet.", "signature": "sig"},
        {"type": "text", "text": "Hello, you."},
        {"type": "tool_use", "id": "toolu_1", "name": "wave", "input": {"hand": "left"}},
    ],
    "tool_use",
)


async def test_the_official_clients_agree(client: openai.AsyncOpenAI, upstream: Any) -> None:
    messages: Any = [{"role": "user", "content": "Hi"}]
    upstream.json(SAID)
    whole = await client.chat.completions.create(model="anthropic/claude-x", messages=messages)
    upstream.events(*sse(events_of(SAID)))
    async with client.chat.completions.stream(model="anthropic/claude-x", messages=messages) as stream:
        streamed = await stream.get_final_completion()
    async with (
        anthropic.AsyncAnthropic(base_url=upstream.url, api_key="x", max_retries=0) as direct,
        direct.messages.stream(model="claude-x", max_tokens=9, messages=messages) as judged,
    ):
        judge = await judged.get_final_message()
    for completion_ in (whole, streamed):
        choice = completion_.choices[0]
        assert choice.finish_reason == "tool_calls"
        assert choice.message.content == judge.content[1].text  # type: ignore[union-attr]
        assert choice.message.tool_calls is not None
        call: Any = choice.message.tool_calls[0]
        assert json.loads(call.function.arguments) == judge.content[2].input  # type: ignore[union-attr]
        assert call.id == "toolu_1"
        assert choice.message.thinking_blocks[0]["signature"] == "sig"  # type: ignore[attr-defined]
    assert whole.usage is not None
    assert whole.usage.total_tokens == 17
    sent = upstream.requests[0]
    assert sent["path"] == "/v1/messages"
    assert sent["headers"]["x-api-key"] == "sk-ant-operators"
    assert sent["headers"]["anthropic-version"] == "2023-06-01"
    assert "Authorization" not in sent["headers"]


async def test_errors_of_the_wire(client: openai.AsyncOpenAI, upstream: Any) -> None:
    messages: Any = [{"role": "user", "content": "Hi"}]
    said = {"type": "error", "error": {"type": "rate_limit_error", "message": "Slow down."}}
    upstream.json(said, 429, {"Retry-After": "3"})
    with pytest.raises(openai.RateLimitError, match="Slow down"):
        await client.chat.completions.create(model="anthropic/claude-x", messages=messages)
    overloaded = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    upstream.events(*sse(events_of(SAID)[:5]), *sse([overloaded]))
    answer = await post(client, stream=True)
    assert '"type":"overloaded_error"' in answer.text.split("event: error\n")[1]
    upstream.events(*sse(events_of(SAID)[:5]))
    answer = await post(client, stream=True)
    assert "provider_stream_cut" in answer.text.split("event: error\n")[1]
    assert "data: [DONE]" not in answer.text


async def post(client: openai.AsyncOpenAI, **more: Any) -> httpx2.Response:
    body = {"model": "anthropic/claude-x", "messages": [{"role": "user", "content": "Hi"}]} | more
    async with httpx2.AsyncClient() as http:
        return await http.post(f"{client.base_url}chat/completions", json=body)


async def test_a_refusal_reaches_the_caller(client: openai.AsyncOpenAI, upstream: Any) -> None:
    answer = await post(client, seed=4, n=3)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "not_translatable"
    assert {issue["param"] for issue in error["compat_issues"]} == {"seed", "n"}
    assert upstream.requests == []


TURN = {"role": "user", "content": "Hi"}


@pytest.mark.parametrize(
    "chat",
    [
        {"max_tokens": -1},
        {"tool_choice": "any", "tools": [{"type": "function", "function": {"name": "w", "parameters": None}}]},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "http://x/a.png"}]}]},
        {"messages": [{"role": "user", "content": [{"type": "document_url", "document_url": "http://x/a.pdf"}]}]},
        {"messages": [TURN, {"role": "assistant", "content": None, "refusal": None, "audio": None}, TURN]},
        {"messages": [TURN, {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "w"}}]}]},
        {
            "messages": [
                {"role": "tool", "tool_call_id": "c", "content": [{"type": "image_url", "image_url": "http://x"}]}
            ]
        },
        {"messages": [{"role": "assistant", "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}]}]},
        {"thinking": {"type": "enabled", "budget_tokens": 2000}, "top_k": 4},
    ],
)
def test_requests_of_the_contract_are_translated(chat: dict[str, Any]) -> None:
    made = request({"messages": [TURN]} | chat, "claude", 4096)
    assert made["max_tokens"] == 4096
    assert made["messages"]


@pytest.mark.parametrize(
    ("chat", "param"),
    [
        ({"max_tokens": 0}, "max_tokens"),
        (
            {"messages": [{"role": "user", "content": [{"type": "video_url", "video_url": "http://x"}]}]},
            "messages[0].content[0].type",
        ),
        ({"messages": [{"role": "user", "content": [{"type": "document"}]}]}, "messages[0].content[0].type"),
        (
            {"messages": [{"role": "system", "content": [{"type": "image_url", "image_url": "x"}]}]},
            "messages[0].content[0].type",
        ),
        (
            {"messages": [{"role": "assistant", "content": [{"type": "thinking", "thinking": [{"type": "text"}]}]}]},
            "messages[0].content[0].thinking",
        ),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tool_choice": {"type": "web_search"}}, "tool_choice"),
        ({"response_format": {"type": "grammar", "grammar": "x"}}, "response_format"),
        ({"extra_body": {"seed": 1}}, "extra_body.seed"),
    ],
)
def test_a_member_without_a_counterpart_is_named(chat: dict[str, Any], param: str) -> None:
    with pytest.raises(ApiError) as refused:
        request({"messages": [TURN]} | chat, "claude", 4096)
    assert refused.value.param == param
