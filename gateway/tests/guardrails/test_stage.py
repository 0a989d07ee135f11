"""Answers through guardrails: no odd spelling or member of an answer goes past them."""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

import pytest

from headgate_gateway.emission import Answer
from headgate_gateway.guardrails.pii import Pii
from headgate_gateway.guardrails.stage import GuardStage
from headgate_gateway.once.sink import Sink

MAIL = "ann@example.com"


class Recorder:
    """The end of a stream: the events that went out."""

    def __init__(self) -> None:
        self.events: list[bytes] = []

    async def emit(self, data: bytes, event: str | None = None) -> None:
        self.events.append(data)


def stage() -> tuple[GuardStage, Recorder]:
    out = Recorder()
    return GuardStage(cast("Sink", out), lambda: [Pii({}).rewriter()]), out


DELTAS: list[list[dict[str, Any]]] = [
    [{"content": f"\ud83d {MAIL} "}],
    [{"content": "\ud83d"}, {"content": f"\ude00 {MAIL[:5]}"}, {"content": f"{MAIL[5:]} \ud800"}],
    [{"reasoning_content": f"\udfff {MAIL} "}],
    [{"tool_calls": [{"index": 0, "function": {"arguments": f'{{"to": "{MAIL}\ud800"}}'}}]}],
    [{"content": [{"type": "text", "text": MAIL}]}],
    [{"reasoning_details": [{"type": "reasoning.text", "text": MAIL}]}],
    [{"audio": {"transcript": MAIL, "data": "QUJD"}}],
    [{"annotations": [{"url_citation": {"title": MAIL}}]}],
]


@pytest.mark.parametrize("deltas", DELTAS)
def test_every_text_of_a_stream_is_rewritten(deltas: list[dict[str, Any]]) -> None:
    guarded, out = stage()

    async def run() -> None:
        for delta in [*deltas, {}]:
            choice = {"index": 0, "delta": delta, "finish_reason": None if delta else "stop"}
            await guarded.emit(json.dumps({"choices": [choice]}).encode())

    asyncio.run(run())
    said = b"".join(out.events).decode()
    assert "[EMAIL]" in said
    assert "example.com" not in said
    assert MAIL not in said


@pytest.mark.parametrize("deltas", DELTAS)
def test_every_text_of_a_whole_answer_is_rewritten(deltas: list[dict[str, Any]]) -> None:
    if len(deltas) > 1:
        deltas = [{"content": "".join(delta["content"] for delta in deltas)}]
    body = json.dumps({"choices": [{"index": 0, "message": deltas[0], "finish_reason": "stop"}]}).encode()
    said = stage()[0].guarded(Answer(body)).body.decode()
    assert "[EMAIL]" in said
    assert MAIL not in said


BESIDE: list[dict[str, Any]] = [
    {"choices": [{"index": 0, "message": {"content": MAIL}, "finish_reason": "stop"}]},
    {"choices": [{"index": 0, "delta": {}, "context": {"intent": MAIL}}]},
    {"choices": [{"index": 0, "delta": {}}], "citations": [MAIL]},
    {"choices": [], "search_results": [{"title": MAIL}]},
    {"text": "hi", "segments": [{"id": 0, "text": MAIL}]},
    {"data": [{"b64_json": "QUJD", "revised_prompt": MAIL}]},
]


@pytest.mark.parametrize("value", BESIDE)
def test_texts_beside_the_answer_are_rewritten(value: dict[str, Any]) -> None:
    body = json.dumps(value).encode()
    said = [stage()[0].guarded(Answer(body)).body]
    if "data" not in value:
        guarded, out = stage()
        asyncio.run(guarded.emit(body))
        said += out.events
    for one in said:
        assert b"[EMAIL]" in one
        assert MAIL.encode() not in one


def test_an_answer_without_anything_to_hide_goes_on_byte_for_byte() -> None:
    body = b'{"id": "c1",  "choices": [{"index": 0, "delta": {"content": ""}, "x": [1, null, "y"]}], "usage": {"a": 1}}'
    guarded, out = stage()
    asyncio.run(guarded.emit(body))
    assert out.events == [body]
