"""Answers through guardrails: no odd spelling or member of an answer goes past them."""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

import pytest

from onceward_gateway.core.answer import Answer
from onceward_gateway.core.response_writer import ResponseWriter
from onceward_gateway.guardrails.blocklist import Words
from onceward_gateway.guardrails.middleware import GuardFilter
from onceward_gateway.guardrails.pii import Pii

MAIL = "ann@example.com"


class Recorder:
    """The end of a stream: the events that went out."""

    def __init__(self) -> None:
        self.events: list[bytes] = []

    async def emit(self, data: bytes, event: str | None = None) -> None:
        self.events.append(data)


def stage() -> tuple[GuardFilter, Recorder]:
    out = Recorder()
    return GuardFilter(cast("ResponseWriter", out), lambda: [Pii({}).rewriter()]), out


DELTAS: list[list[dict[str, Any]]] = [
    [{"content": f"\ud83d {MAIL} "}],
    [{"content": "\ud83d"}, {"content": f"\ude00 {MAIL[:5]}"}, {"content": f"{MAIL[5:]} \ud800"}],
    [{"reasoning_content": f"\udfff {MAIL} "}],
    [{"tool_calls": [{"index": 0, "function": {"arguments": f'{{"to": "{MAIL}\ud800"}}'}}]}],
    [{"content": [{"type": "text", "text": MAIL}]}],
    [{"reasoning_details": [{"type": "reasoning.text", "text": MAIL}]}],
    [{"audio": {"transcript": MAIL, "data": "QUJD"}}],
    [{"annotations": [{"url_citation": {"title": MAIL}}]}],
    [{"content": [MAIL]}],
]


def streamed(deltas: list[dict[str, Any]]) -> str:
    """The events of a stream of these deltas, behind the guardrails."""
    guarded, out = stage()

    async def run() -> None:
        for delta in [*deltas, {}]:
            choice = {"index": 0, "delta": delta, "finish_reason": None if delta else "stop"}
            await guarded.emit(json.dumps({"choices": [choice]}).encode())

    asyncio.run(run())
    return b"".join(out.events).decode()


@pytest.mark.parametrize("deltas", DELTAS)
def test_every_text_of_a_stream_is_rewritten(deltas: list[dict[str, Any]]) -> None:
    said = streamed(deltas)
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


CALLS: list[list[dict[str, Any]]] = [
    [{"function_call": {"name": MAIL, "arguments": ""}}, {"function_call": {"arguments": "{}"}}],
    [
        {"function_call": {"name": MAIL[:5]}},
        {"function_call": {"name": MAIL[5:]}},
        {"function_call": {"arguments": "{"}},
    ],
    [
        {"function_call": {"name": "f", "arguments": r'{"a": "ann\u0040exam'}},
        {"function_call": {"arguments": 'ple.com"}'}},
    ],
    [
        {"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": '{"a": "ann\\'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": "u00"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '40example.com"}'}}]},
    ],
]


@pytest.mark.parametrize("deltas", CALLS)
def test_calls_in_pieces_are_rewritten(deltas: list[dict[str, Any]]) -> None:
    said = streamed(deltas)
    assert "[EMAIL]" in said
    assert "ann" not in said
    assert "example" not in said


@pytest.mark.parametrize(
    "message",
    [
        {"function_call": {"name": MAIL, "arguments": "{}"}},
        {"function_call": {"name": "f", "arguments": r'{"a": "ann\u0040example.com"}'}},
        {"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": r'{"a": "ann\u0040example.com"}'}}]},
    ],
)
def test_calls_of_a_whole_answer_are_rewritten(message: dict[str, Any]) -> None:
    body = json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()
    changed = json.loads(stage()[0].guarded(Answer(body)).body)["choices"][0]["message"]
    said = json.dumps(changed)
    assert "[EMAIL]" in said
    assert "example" not in said
    assert changed.keys() == message.keys()


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


def test_an_answer_without_a_match_is_sent_byte_for_byte() -> None:
    body = b'{"id": "c1",  "choices": [{"index": 0, "delta": {"content": ""}, "x": [1, null, "y"]}], "usage": {"a": 1}}'
    guarded, out = stage()
    asyncio.run(guarded.emit(body))
    assert out.events == [body]


def _names(delta: dict[str, Any]) -> str:
    return "".join(call["function"].get("name") or "" for call in delta.get("tool_calls", ()))


def _parts(delta: dict[str, Any]) -> str:
    return "".join(part["text"] for part in delta.get("content") or ())


def _thoughts(delta: dict[str, Any]) -> str:
    return "".join(text["text"] for part in delta.get("content") or () for text in part["thinking"])


def _called(piece: str, first: bool) -> dict[str, Any]:
    call = {"index": 0, "function": {"name": piece}}
    return {"tool_calls": [{**call, "id": "call_1", "type": "function"} if first else call]}


SPLIT: list[tuple[Any, Any]] = [
    (lambda piece, first: {"content": [{"type": "text", "text": piece}]}, _parts),
    (
        lambda piece, first: {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": piece}]}]},
        _thoughts,
    ),
    (_called, _names),
]


@pytest.mark.parametrize(("delta", "read"), SPLIT)
@pytest.mark.parametrize(
    ("rewriter", "secret", "mask"),
    [(Pii({}).rewriter, MAIL, "[EMAIL]"), (Words({"words": ["falcon"]}).rewriter, "falcon", "***")],
)
def test_parts_and_names_are_rewritten_wherever_they_are_cut(
    rewriter: Any, secret: str, mask: str, delta: Any, read: Any
) -> None:
    text = f"to {secret} now"
    for at in range(1, len(text)):
        out = Recorder()
        guarded = GuardFilter(cast("ResponseWriter", out), lambda: [rewriter()])

        async def run(guarded: GuardFilter, at: int) -> None:
            for piece, first in ((text[:at], True), (text[at:], False)):
                choice: dict[str, Any] = {"index": 0, "delta": delta(piece, first), "finish_reason": None}
                await guarded.emit(json.dumps({"choices": [choice]}).encode())
            await guarded.emit(b'{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}')

        asyncio.run(run(guarded, at))
        deltas = [json.loads(event)["choices"][0]["delta"] for event in out.events]
        assert "".join(map(read, deltas)) == f"to {mask} now", at


def test_a_tool_call_goes_out_with_its_whole_name_when_its_arguments_begin() -> None:
    guarded, out = stage()
    pieces = [_called("get_", first=True), _called("mail", first=False)]
    pieces += [{"tool_calls": [{"index": 0, "id": None, "function": {"arguments": "{ }"}}]}, {}]

    async def run() -> None:
        for delta in pieces:
            choice = {"index": 0, "delta": delta, "finish_reason": None if delta else "tool_calls"}
            await guarded.emit(json.dumps({"choices": [choice]}).encode())

    asyncio.run(run())
    call = json.loads(out.events[0])["choices"][0]["delta"]["tool_calls"][0]
    assert (call["id"], call["type"], call["function"]["name"]) == ("call_1", "function", "get_mail")
    assert _names(json.loads(out.events[-1])["choices"][0]["delta"]) == ""


PIECES: list[Any] = [
    lambda piece: {"thoughts": piece},
    lambda piece: {"audio": {"id": "audio_1", "transcript": piece}},
    lambda piece: {"reasoning_details": [{"type": "reasoning.text", "text": piece}]},
    lambda piece: {"reasoning_details": [{"type": "reasoning.summary", "summary": piece}]},
]


@pytest.mark.parametrize("delta", PIECES)
@pytest.mark.parametrize("cut", [1, 3, 7])
def test_texts_of_unknown_members_are_rewritten_over_events(delta: Any, cut: int) -> None:
    said = streamed([delta(MAIL[:cut]), delta(MAIL[cut:] + " ")])
    assert "[EMAIL]" in said
    assert f'"{MAIL[:cut]}"' not in said
    assert "example.com" not in said


HALVES = [{"text": "ann@exam"}, {"text": "ple.com"}]
TOGETHER: list[dict[str, Any]] = [
    {"choices": [{"index": 0, "message": {"content": HALVES}}]},
    {"choices": [{"index": 0, "message": {"content": [HALVES[0], {"type": "image_url"}, HALVES[1]]}}]},
    {"choices": [{"index": 0, "message": {"reasoning_details": HALVES}}]},
    {"choices": [{"index": 0, "message": {"content": "hi"}, "delta": {"content": MAIL}}]},
    {"text": "hi", "segments": HALVES},
    {"text": "hi", "words": [{"word": "+1 415"}, {"word": "555"}, {"word": "0132"}]},
]


@pytest.mark.parametrize("value", TOGETHER)
def test_matches_across_the_parts_of_an_answer_are_rewritten(value: dict[str, Any]) -> None:
    said = stage()[0].guarded(Answer(json.dumps(value).encode())).body.decode()
    assert "[EMAIL]" in said or "[PHONE]" in said
    assert not any(piece in said for piece in ("ann@", "ple.com", "0132"))


def test_a_text_under_another_content_type_is_rewritten() -> None:
    said = stage()[0].guarded(Answer(MAIL.encode(), content_type="application/octet-stream"))
    assert said.body == b"[EMAIL]"
    sound = Answer(b"RIFF\0\0 " + MAIL.encode(), content_type="application/octet-stream")
    assert stage()[0].guarded(sound) == sound
