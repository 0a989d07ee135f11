"""Requests that providers accept match the contract: provider-specific parts, tools, bounds and nulls."""

from __future__ import annotations

from typing import Any

import pytest

from .test_answers import ASK, CONTRACT, fits

USER = {"role": "user", "content": "Hi"}
FUNCTION = {"name": "w", "arguments": "{}"}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "x"}


def parts(*content: Any, role: str = "user") -> dict[str, Any]:
    return {"messages": [{"role": role, "content": list(content)}]}


def called(**call: Any) -> dict[str, Any]:
    return {"messages": [USER, {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", **call}]}, RESULT]}


@pytest.mark.parametrize(
    "change",
    [
        {"n": 20},
        {"stop": list("abcde")},
        {"max_tokens": -1},
        {"max_tokens": 0},
        {"max_completion_tokens": 0},
        {"top_logprobs": 50},
        {"seed": 2**63, "logit_bias": {"1": 500.5}},
        {"top_k": 40, "min_p": 0.1, "repetition_penalty": 1.2},
        {"tool_choice": "any"},
        {"tool_choice": {"type": "web_search"}},
        {"tools": [{"type": "builtin_function", "function": {"name": "$web_search"}}]},
        {"tools": [{"type": "web_search"}, {"type": "mcp", "server_label": "a"}]},
        {"tools": [{"type": "function", "function": {"name": "w", "parameters": None, "strict": None}}]},
        {"tools": [{"type": "function", "function": {"name": "w", "description": None}, "cache_control": None}]},
        {"response_format": {"type": "grammar", "grammar": "x"}},
        {"response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": None, "schema": None, "strict": None}}},
        parts({"type": "video_url", "video_url": {"url": "http://x/a.mp4", "fps": 2}}),
        parts({"type": "video_url", "video_url": "http://x/a.mp4"}),
        parts({"type": "audio_url", "audio_url": {"url": "http://x/a.mp3"}}),
        parts({"type": "document_url", "document_url": "http://x/a.pdf", "document_name": None}),
        parts({"type": "image_url", "image_url": "http://x/a.png"}),
        parts({"type": "image_url", "image_url": {"url": "http://x/a.png", "detail": None}}),
        parts({"type": "file", "file": {"file_id": "f", "file_data": None, "filename": None}}),
        parts({"type": "of_the_future", "what": [1]}),
        parts({"type": "text", "text": "x"}, {"type": "of_the_future"}, role="system"),
        parts({"type": "thinking", "thinking": [{"type": "text", "text": "x"}]}, role="assistant"),
        parts({"type": "thinking", "thinking": "x", "signature": "s"}, {"type": "reference"}, role="assistant"),
        {"messages": [USER, {**RESULT, "content": [{"type": "image_url", "image_url": {"url": "http://x/a.png"}}]}]},
        called(function=FUNCTION),
        called(type=None, function=FUNCTION),
        called(type="function", function={"name": "w", "arguments": {"a": 1}}),
        called(type="builtin_function", function=FUNCTION),
        {"messages": [{"role": "assistant", "content": "x", "reasoning": None, "reasoning_content": "y"}]},
        {"messages": [{"role": "assistant", "content": None, "refusal": None, "audio": None, "function_call": None}]},
        {"messages": [{"role": "assistant", "content": "x", "audio": {"id": "a", "data": "", "expires_at": 1}}]},
        {"web_search_options": {"search_context_size": None, "user_location": None}},
        {"prediction": {"type": "content", "content": [{"type": "text", "text": "x"}]}, "service_tier": None},
    ],
)
def test_what_providers_accept_fits(change: dict[str, Any]) -> None:
    assert fits("ChatCompletionRequest", {**ASK, **change})


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("ChatCompletion", {"messages": [USER]}),
        ("Completion", {"prompt": "x", "n": 20, "best_of": 40, "logprobs": 10, "max_tokens": -1}),
        ("Embedding", {"input": "x"}),
    ],
)
def test_the_deployment_forms_take_a_null_model(name: str, body: dict[str, Any]) -> None:
    assert fits(f"{name}DeploymentRequest", {**body, "model": None})
    assert not fits(f"{name}DeploymentRequest", {**body, "model": ""})
    assert not fits(f"{name}Request", {**body, "model": None})
    assert fits(f"{name}Request", {**body, "model": "m"})


def schemas_under(schema: dict[str, Any], seen: set[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return every object schema reachable from a schema, with the name of its component."""
    found: list[tuple[str, dict[str, Any]]] = []
    todo: list[tuple[str, Any]] = [("", schema)]
    while todo:
        name, one = todo.pop()
        if isinstance(one, list):
            todo += [(name, item) for item in one]
        elif isinstance(one, dict):
            reference = one.get("$ref")
            if isinstance(reference, str) and reference not in seen:
                seen.add(reference)
                name = reference.rpartition("/")[2]
                todo.append((name, CONTRACT["components"]["schemas"][name]))
            if isinstance(one.get("properties"), dict):
                found.append((name, one))
            todo += [(name, value) for key, value in one.items() if key not in ("discriminator", "example", "not")]
    return found


def takes_null(schema: dict[str, Any]) -> bool:
    if "$ref" in schema:
        return takes_null(CONTRACT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "const" in schema:
        return False
    kinds = schema.get("type", [])
    return "null" in ([kinds] if isinstance(kinds, str) else kinds) or any(
        takes_null(one) for word in ("anyOf", "oneOf") for one in schema.get(word, ())
    )


@pytest.mark.parametrize("name", ["ChatCompletionRequest", "CompletionRequest", "EmbeddingRequest"])
def test_every_optional_member_may_be_null(name: str) -> None:
    reached = schemas_under({"$ref": f"#/components/schemas/{name}"}, set())
    assert len(reached) >= 3
    stubborn = [
        f"{component}.{member}"
        for component, schema in reached
        for member, of in schema["properties"].items()
        if member not in schema.get("required", ()) and not takes_null(of)
    ]
    assert stubborn == []
