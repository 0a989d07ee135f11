"""Requests that providers accept are answered by offline models, or refused by name."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

USER = {"role": "user", "content": "ping"}
FUNCTION = {"name": "w", "arguments": "{}"}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "x"}
PICTURE = {"type": "image_url", "image_url": "http://x/a.png"}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


def parts(*content: Any, role: str = "user") -> dict[str, Any]:
    return {"messages": [{"role": role, "content": list(content)}, USER]}


def called(**call: Any) -> dict[str, Any]:
    return {"messages": [USER, {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", **call}]}, RESULT]}


def ask(gateway: str, body: dict[str, Any], path: str = "/v1/chat/completions") -> httpx2.Response:
    return httpx2.post(gateway + path, json={"model": "m", "messages": [USER]} | body, timeout=30)


@pytest.mark.parametrize(
    "body",
    [
        {"n": 20},
        {"stop": list("vwxyz")},
        {"max_tokens": -1},
        {"logprobs": True, "top_logprobs": 10**9, "max_tokens": 2},
        {"seed": 2**70},
        {"tools": [{"type": "builtin_function", "function": {"name": "$web_search"}}]},
        {"tools": [{"type": "web_search"}], "tool_choice": "any"},
        {"tools": [{"type": "function", "function": {"name": "w", "parameters": None}}], "tool_choice": "any"},
        {"response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": None, "schema": None}}},
        parts({"type": "video_url", "video_url": {"url": "http://x/a.mp4"}}),
        parts({"type": "audio_url", "audio_url": "http://x/a.mp3"}),
        parts({"type": "document_url", "document_url": "http://x/a.pdf"}),
        parts(PICTURE, {"type": "image_url", "image_url": {"url": "http://x/a.png", "detail": None}}),
        parts({"type": "of_the_future", "what": [1]}, role="system"),
        parts({"type": "thinking", "thinking": [{"type": "text", "text": "x"}]}, role="assistant"),
        {"messages": [USER, {**RESULT, "content": [PICTURE]}]},
        called(function=FUNCTION),
        called(type=None, function={"name": "w", "arguments": {"a": 1}}),
        called(type="function", function={"name": "w", "arguments": None}),
    ],
)
def test_it_is_answered(gateway: str, body: dict[str, Any]) -> None:
    answer = ask(gateway, body)
    assert answer.status_code == 200, answer.text
    choices = answer.json()["choices"]
    assert len(choices) == body.get("n", 1)
    assert all(choice["message"]["content"] or choice["message"].get("tool_calls") for choice in choices)


def test_no_tokens_are_an_answer_without_text(gateway: str) -> None:
    answer = ask(gateway, {"max_tokens": 0}).json()
    assert not answer["choices"][0]["message"]["content"]
    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["usage"]["completion_tokens"] == 0


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"response_format": {"type": "grammar", "grammar": "x"}}, "response_format.type"),
        ({"n": 10**6}, "n"),
    ],
)
def test_it_is_refused_by_name(gateway: str, body: dict[str, Any], param: str) -> None:
    answer = ask(gateway, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert f"`{param}`" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/openai/deployments/m/chat/completions", "/engines/m/chat/completions"])
def test_a_null_model_means_the_deployment_of_the_path(gateway: str, path: str) -> None:
    answer = ask(gateway, {"model": None}, path)
    assert answer.status_code == 200, answer.text
    assert answer.json()["model"] == "m"
