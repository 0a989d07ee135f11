"""The contract accepts what compatible servers and clients send: nulls, absent members, new values, unknown members."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from referencing import Registry
from referencing.jsonschema import DRAFT202012

__all__: list[str] = []

CONTRACT: dict[str, Any] = yaml.load(
    (Path(__file__).parent.parent / "openapi.yaml").read_bytes(), Loader=yaml.CSafeLoader
)
REGISTRY: Registry[Any] = Registry().with_resource("urn:contract", DRAFT202012.create_resource(CONTRACT))

CHOICE = {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
ANSWER = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [CHOICE]}
CHUNK = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
SILENT = {"role": "assistant", "content": None, "tool_calls": None, "audio": None}
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
ASK = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


def fits(name: str, value: Any) -> bool:
    schema = {"$ref": f"urn:contract#/components/schemas/{name}"}
    return bool(jsonschema.Draft202012Validator(schema, registry=REGISTRY).is_valid(value))


@pytest.mark.parametrize(
    "value",
    [
        ANSWER,
        {**ANSWER, "usage": None, "system_fingerprint": None, "service_tier": None},
        {**ANSWER, "choices": [{**CHOICE, "finish_reason": "eos", "logprobs": None, "stop_reason": None}]},
        {**ANSWER, "choices": [{**CHOICE, "message": SILENT}]},
        {**ANSWER, "usage": {**USAGE, "prompt_tokens_details": None}},
        {**ANSWER, "usage": {**USAGE, "queue_time": 0.1}},
        {**ANSWER, "provider": "somebody", "citations": ["https://example.com"]},
    ],
)
def test_answers_of_compatible_servers(value: Any) -> None:
    assert fits("ChatCompletion", value)


@pytest.mark.parametrize(
    "value",
    [
        {**CHUNK, "choices": []},
        {**CHUNK, "choices": [{"index": 0, "delta": {}}], "usage": None},
        {**CHUNK, "choices": [{"index": 0, "delta": {"role": "assistant", "content": None}, "finish_reason": None}]},
        {**CHUNK, "choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "function": {"arguments": "{"}}]}}]},
        {**CHUNK, "choices": [{"index": 0, "delta": {"content": "", "reasoning_content": "Hm"}}]},
    ],
)
def test_chunks_of_compatible_servers(value: Any) -> None:
    assert fits("ChatCompletionChunk", value)


@pytest.mark.parametrize(
    "change",
    [
        {
            "temperature": None,
            "top_p": None,
            "n": None,
            "stop": None,
            "max_tokens": None,
            "tools": None,
            "tool_choice": None,
        },
        {"stop": "a"},
        {"stop": ["a", "b", "c", "d"]},
        {"tool_choice": "required"},
        {"tool_choice": {"type": "function", "function": {"name": "f"}}},
        {"reasoning_effort": "xhigh", "verbosity": "low", "thinking": True, "service_tier": "flex"},
        {
            "messages": [
                {"role": "developer", "content": "a"},
                {"role": "user", "content": [{"type": "text", "text": "b"}]},
            ]
        },
        {
            "messages": [
                {
                    "role": "assistant",
                    "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": ""}}],
                }
            ]
        },
        {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {}, "strict": True}}},
        {"modalities": ["text", "audio"], "audio": {"voice": {"id": "v"}, "format": "pcm16"}},
        {"metadata": {"a": {"b": 1}}, "tags": ["x"], "mock_response": "y", "top_k": 4},
        {
            "provider_specific_params": {"thinking": {"type": "enabled"}},
            "extra_body": {"top_k": 1},
            "virtual_model_id": "v",
        },
    ],
)
def test_requests_that_clients_send(change: dict[str, Any]) -> None:
    assert fits("ChatCompletionRequest", {**ASK, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 2.1},
        {"temperature": -0.1},
        {"top_p": 1.5},
        {"n": 0},
        {"max_tokens": 1.5},
        {"stop": 7},
        {"messages": []},
        {"messages": [{}]},
        {"messages": [{"role": "nobody", "content": "x"}]},
        {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": 7}]}]},
        {"messages": [{"role": "user", "content": [{"text": "no type"}]}]},
        {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "no id"}}]}]},
        {"messages": [{"role": "assistant", "content": [{"type": "thinking"}]}]},
        {"tools": [{"type": "function"}]},
        {"tools": [{"type": "custom"}]},
        {"tools": [{"name": "no type"}]},
        {"tool_choice": "sometimes"},
        {"tool_choice": {"type": "function"}},
        {"response_format": {"type": "json_schema"}},
        {"response_format": {"grammar": "no type"}},
        {"model": 7},
        {"model": None},
    ],
)
def test_requests_that_are_refused(change: dict[str, Any]) -> None:
    assert not fits("ChatCompletionRequest", {**ASK, **change})


def test_the_deployment_form_needs_no_model() -> None:
    assert fits("ChatCompletionDeploymentRequest", {"messages": ASK["messages"]})
    assert not fits("ChatCompletionRequest", {"messages": ASK["messages"]})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TranscriptionCreateResponse", {"text": "a"}),
        ("TranscriptionCreateResponse", {"text": "a", "duration": "8.47", "language": "english", "segments": []}),
        (
            "CreateEmbeddingResponse",
            {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": "AAAA"}], "model": "m"},
        ),
        (
            "ModerationCreateResponse",
            {
                "id": "x",
                "model": "m",
                "results": [{"flagged": False, "categories": {"x": True}, "category_scores": {}}],
            },
        ),
        ("Model", {"id": "a/b", "object": "model"}),
        ("FileList", {"object": "list", "data": []}),
        (
            "Batch",
            {
                "id": "b",
                "object": "batch",
                "endpoint": "/v1/x",
                "input_file_id": "f",
                "completion_window": "1h",
                "status": "new",
                "created_at": 1,
            },
        ),
        ("ErrorResponse", {"error": {"message": "m", "type": "auth_error", "code": None, "param": None, "extra": {}}}),
    ],
)
def test_other_answers(name: str, value: Any) -> None:
    assert fits(name, value)
