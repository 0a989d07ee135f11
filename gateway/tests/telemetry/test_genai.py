"""Conversations in spans: bodies for providers of the same protocol may have members of any type."""

from __future__ import annotations

import json
from typing import Any

import pytest

from onceward_gateway.telemetry import genai

NO_CALL = {"type": "tool_call", "id": None, "name": None, "arguments": ""}


@pytest.mark.parametrize(
    ("calls", "parts"),
    [
        (5, []),
        ("x", []),
        ({"id": "c1"}, []),
        ([5, None, {"function": "w"}, {"function": 5}], [NO_CALL, NO_CALL]),
        ([{"id": "c1", "function": {"name": "w", "arguments": {"a": 1}}}], [NO_CALL | {"id": "c1", "name": "w"}]),
    ],
)
def test_tool_calls_of_any_type(calls: Any, parts: list[dict[str, Any]]) -> None:
    found = genai.input_messages({"messages": [{"role": "assistant", "content": {"text": 5}, "tool_calls": calls}, 5]})
    ((message),) = json.loads(found or "")
    assert message["role"] == "assistant"
    assert [{**part, "arguments": ""} for part in message["parts"]] == parts


def test_answers_whose_message_is_a_text() -> None:
    body = json.dumps({"choices": [{"message": "x", "text": "Hi."}, {"message": {"tool_calls": 5}}]}).encode()
    first, second = json.loads(genai.output_messages(body) or "")
    assert first["parts"] == [{"type": "text", "content": "Hi."}]
    assert second["parts"] == []


def test_roles_and_types_are_cut_as_texts_are() -> None:
    long = {"x": "y" * 100_000}
    found = genai.input_messages({"messages": [{"role": long, "content": [{"type": long}]}]})
    assert len(found or "") < 40_000
