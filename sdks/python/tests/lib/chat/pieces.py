"""Completions, and every way of cutting them into the chunks of a stream."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

__all__ = ["chunks_of", "completions"]

_TOP = ("id", "created", "model", "system_fingerprint", "service_tier")

texts = st.text(max_size=30)
names = st.text("abcdefgh_", min_size=1, max_size=12)
extras = st.dictionaries(st.sampled_from(["x_note", "x_more"]), st.text(min_size=1, max_size=8), max_size=1)


@st.composite
def messages(draw: st.DrawFn) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None, **draw(extras)}
    if draw(st.booleans()):
        message["reasoning_content"] = draw(st.text(min_size=1, max_size=20))
    kind = draw(st.sampled_from(["text", "refusal", "calls", "text and calls", "audio", "annotated"]))
    if kind in {"text", "annotated"}:
        message["content"] = draw(texts)
    if kind == "text and calls":
        message["content"] = draw(st.text(min_size=1, max_size=20))
    if kind == "refusal":
        message["refusal"] = draw(st.text(min_size=1, max_size=20))
    if "calls" in kind:
        count = draw(st.integers(1, 4))
        message["tool_calls"] = [draw(calls(place)) for place in range(count)]
    if kind == "audio":
        data = draw(st.binary(min_size=1, max_size=40))
        message["audio"] = {
            "id": "audio_1",
            "expires_at": 99,
            "data": base64.b64encode(data).decode(),
            "transcript": draw(texts),
        }
    if kind == "annotated":
        message["annotations"] = [
            {"type": "url_citation", "url_citation": {"start_index": 0, "end_index": 1, "url": "u", "title": "t"}}
        ] * draw(st.integers(1, 3))
    return message


@st.composite
def calls(draw: st.DrawFn, place: int) -> dict[str, Any]:
    if draw(st.integers(0, 4)) == 0:
        return {"id": f"call_{place}", "type": "custom", "custom": {"name": draw(names), "input": draw(texts)}}
    arguments = json.dumps(draw(st.dictionaries(names, st.one_of(texts, st.integers(), st.booleans()), max_size=4)))
    return {"id": f"call_{place}", "type": "function", "function": {"name": draw(names), "arguments": arguments}}


@st.composite
def completions(draw: st.DrawFn) -> dict[str, Any]:
    logprobs = st.none() | st.integers(1, 4).map(
        lambda count: {
            "content": [{"token": "t", "logprob": -0.5, "bytes": [116], "top_logprobs": []}] * count,
            "refusal": None,
        }
    )
    choices = [
        {
            "index": index,
            "message": draw(messages()),
            "logprobs": draw(logprobs),
            "finish_reason": draw(st.sampled_from(["stop", "length", "tool_calls"])),
        }
        for index in range(draw(st.integers(1, 3)))
    ]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "onceward/echo",
        "choices": choices,
        "usage": {
            "prompt_tokens": 3,
            "completion_tokens": 4,
            "total_tokens": 7,
            "prompt_tokens_details": {"cached_tokens": 0},
        },
        **draw(st.sampled_from([{}, {"system_fingerprint": "fp"}, {"service_tier": "default"}])),
    }


def chunks_of(completion: dict[str, Any], seed: int) -> list[dict[str, Any]]:
    """One way of streaming the completion: pieces of any size, choices interleaved, tool calls interleaved."""
    dice = random.Random(seed)
    queues = [_choice_chunks(choice, dice) for choice in completion["choices"]]
    head: dict[str, Any] = {"object": "chat.completion.chunk"}
    head.update((name, completion[name]) for name in _TOP if name in completion)
    chunks: list[dict[str, Any]] = []
    while any(queues):
        queue = dice.choice([queue for queue in queues if queue])
        taken = [queue.pop(0)]
        other = [one for one in queues if one and one is not queue]
        if other and dice.random() < 0.2:
            taken.append(dice.choice(other).pop(0))
        chunks.append({**head, "choices": taken, "usage": None})
    chunks.append({**head, "choices": [], "usage": completion["usage"]})
    return chunks


def _choice_chunks(choice: dict[str, Any], dice: random.Random) -> list[dict[str, Any]]:
    message = choice["message"]
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": message["content"] and ""}]
    plain: list[dict[str, Any]] = [
        {name: piece} for name in message if name.startswith("x_") for piece in _cut(message[name], dice)
    ]
    for name in ("reasoning_content", "content", "refusal"):
        plain += [{name: piece} for piece in _cut(message.get(name) or "", dice)]
    if message["content"] == "":
        plain.append({"content": ""})
    plain += [{"annotations": [one]} for one in message.get("annotations", ())]
    plain += [{"audio": piece} for piece in _audio(message["audio"], dice)] if "audio" in message else []
    deltas += _mix([plain, *_call_pieces(message.get("tool_calls", ()), dice)], dice)
    chunks = [{"index": choice["index"], "delta": delta, "finish_reason": None, "logprobs": None} for delta in deltas]
    _spread_logprobs(chunks, choice["logprobs"], dice)
    chunks.append({"index": choice["index"], "delta": {}, "finish_reason": choice["finish_reason"], "logprobs": None})
    return chunks


def _call_pieces(calls: Iterable[dict[str, Any]], dice: random.Random) -> list[list[dict[str, Any]]]:
    queues: list[list[dict[str, Any]]] = []
    for index, call in enumerate(calls):
        kind = call["type"]
        text = "input" if kind == "custom" else "arguments"
        first = {"index": index, "id": call["id"], "type": kind, kind: {"name": call[kind]["name"], text: ""}}
        pieces = [first] + [{"index": index, kind: {text: piece}} for piece in _cut(call[kind][text], dice)]
        grouped: list[dict[str, Any]] = []
        while pieces:
            size = 2 if dice.random() < 0.3 else 1
            grouped.append({"tool_calls": pieces[:size]})
            pieces = pieces[size:]
        queues.append(grouped)
    return queues


def _audio(audio: dict[str, Any], dice: random.Random) -> list[dict[str, Any]]:
    data = base64.b64decode(audio["data"])
    pieces: list[dict[str, Any]] = [{"id": audio["id"]}]
    if dice.random() < 0.5:
        pieces += [{"data": base64.b64encode(piece).decode()} for piece in _cut(data, dice)]
    else:
        pieces += [{"data": piece} for piece in _cut(audio["data"].rstrip("="), dice)]
        pieces[-1]["data"] += "=" * (len(audio["data"]) - len(audio["data"].rstrip("=")))
    return [
        *pieces,
        *({"transcript": piece} for piece in _cut(audio["transcript"], dice) or [""]),
        {"expires_at": audio["expires_at"]},
    ]


def _spread_logprobs(chunks: list[dict[str, Any]], logprobs: dict[str, Any] | None, dice: random.Random) -> None:
    if logprobs is None:
        return
    left = list(logprobs["content"])
    for chunk in chunks:
        size = dice.randint(0, len(left))
        if size or chunk is chunks[-1]:
            size = len(left) if chunk is chunks[-1] else size
            chunk["logprobs"] = {"content": left[:size], "refusal": None}
            left = left[size:]


def _mix(queues: list[list[dict[str, Any]]], dice: random.Random) -> list[dict[str, Any]]:
    mixed: list[dict[str, Any]] = []
    while any(queues):
        mixed.append(dice.choice([queue for queue in queues if queue]).pop(0))
    return mixed


def _cut(whole: Any, dice: random.Random) -> list[Any]:
    pieces: list[Any] = []
    while whole:
        size = dice.randint(1, max(1, min(len(whole), 7)))
        pieces.append(whole[:size])
        whole = whole[size:]
    return pieces
