"""Chunks folded into the answer that they spell."""

from __future__ import annotations

from typing import Any

import pytest

from onceward_gateway.core.accumulate import accumulate_chat


def chunk(**choice: Any) -> dict[str, Any]:
    return {"id": "c", "choices": [{"index": 0, "finish_reason": None, **choice}]}


HELLO = {"role": "assistant", "content": "Hello"}
CALLS = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{}"}}],
}


@pytest.mark.parametrize(
    ("chunks", "content"),
    [
        ([chunk(delta={"content": "Hel"}), chunk(delta={"content": "lo"}), chunk(delta={}, message=HELLO)], "Hello"),
        ([chunk(delta=HELLO, message=HELLO)], "Hello"),
        ([chunk(message=HELLO, delta=HELLO)], "Hello"),
        ([chunk(delta={"role": "assistant"}), chunk(delta={}, message=HELLO)], "Hello"),
        ([chunk(message=HELLO)], "Hello"),
        ([chunk(delta=CALLS), chunk(message=CALLS, finish_reason="tool_calls")], None),
    ],
)
def test_a_message_that_repeats_the_deltas_counts_once(chunks: list[dict[str, Any]], content: str | None) -> None:
    (choice,) = accumulate_chat(chunks)["choices"]
    assert choice["message"]["content"] == content
    assert len(choice["message"].get("tool_calls", ())) == (content is None)
