"""Replies as `chat.completion.chunk` objects, piece by piece, and the usage that closes them."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from ...core.tokenizer import (
    count_messages,
    count_tools,
    encode,
    token_id,
)
from ..draw import Draw, hex_id
from ..speech.speak import encoded, samples
from ..speech.tones import RATE
from .reply import EchoReply, Part

__all__ = ["FINGERPRINT", "chat_chunks", "logprob", "usage_of"]

FINGERPRINT = "fp_onceward_echo_1"
_AUDIO_CHUNK = 12_000
_AUDIO_LIFE = 3600
# As many characters as the speech route takes; what comes behind them is written and not spoken.
_LONGEST_SPOKEN = 4096
_LIKELIEST = -0.0001
_MOST_ALTERNATIVES = 100


def chat_chunks(
    request: Mapping[str, Any], replies: Sequence[EchoReply], *, id: str, created: int, model: str
) -> Iterator[dict[str, Any]]:
    """Yield the stream of an answer; choices take turns, and the last chunk holds the usage."""
    frame: dict[str, Any] = {
        "id": id,
        "object": "chat.completion.chunk",
        "created": created,
        "model": model,
        "system_fingerprint": FINGERPRINT,
    }
    tier = request.get("service_tier")
    if isinstance(tier, str):
        frame["service_tier"] = "default" if tier == "auto" else tier
    streams = [_choice_chunks(request, reply, created) for reply in replies]
    for turn in zip_longest(*streams):
        for choice in turn:
            if choice is not None:
                yield {**frame, "choices": [choice]}
    yield {**frame, "choices": [], "usage": usage_of(request, replies)}


def _choice_chunks(request: Mapping[str, Any], reply: EchoReply, created: int) -> Iterator[dict[str, Any]]:
    def choice(delta: Mapping[str, Any], finish: str | None = None, logprobs: Any = None) -> dict[str, Any]:
        return {"index": reply.index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}

    spoken = _spoken(request, reply)
    first: dict[str, Any] = {"role": "assistant", "refusal": None}
    first["content"] = None if spoken or reply.calls else ""
    yield choice(first)
    position = 0
    for part in reply.parts:
        if part.kind == "content" and spoken:
            yield from (choice({"audio": audio}) for audio in _audio(request, reply, part, created))
            continue
        if part.kind == "call":
            yield from map(choice, _call_deltas(reply, part))
            continue
        key, likely = _KEYS[part.kind], request.get("logprobs") and part.kind != "reasoning"
        for piece in part.pieces:
            yield choice({key: piece}, logprobs=_logprobs(request, piece, position, part.kind) if likely else None)
            position += 1
    yield choice({}, reply.finish)


_KEYS = {"reasoning": "reasoning_content", "content": "content", "refusal": "refusal"}


def _call_deltas(reply: EchoReply, part: Part) -> Iterator[dict[str, Any]]:
    call = reply.calls[part.call]
    if reply.finish == "function_call":
        yield {"function_call": {"name": call.name, "arguments": ""}}
        for piece in part.pieces:
            yield {"function_call": {"arguments": piece}}
        return
    field = "input" if call.kind == "custom" else "arguments"
    yield {
        "tool_calls": [
            {"index": part.call, "id": call.id, "type": call.kind, call.kind: {"name": call.name, field: ""}}
        ]
    }
    for piece in part.pieces:
        yield {"tool_calls": [{"index": part.call, call.kind: {field: piece}}]}


def _spoken(request: Mapping[str, Any], reply: EchoReply) -> bool:
    return "audio" in (request.get("modalities") or ()) and any(part.kind == "content" for part in reply.parts)


def _audio(request: Mapping[str, Any], reply: EchoReply, part: Part, created: int) -> Iterator[dict[str, Any]]:
    """Sound in slices of whole base64 groups, so that the slices' texts put together are the base64 of the whole."""
    wanted = request.get("audio") or {}
    data = samples(part.text[:_LONGEST_SPOKEN], _voice(wanted.get("voice")))
    data = encoded(data, str(wanted.get("format") or "wav"))
    yield {"id": hex_id("audio_", part.text, reply.index), "transcript": "", "expires_at": created + _AUDIO_LIFE}
    for piece in part.pieces:
        yield {"transcript": piece}
    for at in range(0, len(data), _AUDIO_CHUNK):
        yield {"data": base64.b64encode(data[at : at + _AUDIO_CHUNK]).decode()}


def _voice(voice: Any) -> str:
    return str(voice.get("id", "alloy")) if isinstance(voice, Mapping) else str(voice or "alloy")


def logprob(piece: str, position: int, alternatives: int) -> list[tuple[str, float]]:
    """Return the piece itself, then `alternatives - 1` others, each less likely; a function of piece and position."""
    draw = Draw("logprob", piece, position)
    out = [(piece, round(_LIKELIEST - draw.unit() * 0.3, 6))]
    value = out[0][1] - 1
    for at in range(1, min(max(1, alternatives), _MOST_ALTERNATIVES)):
        value = round(value - 0.5 - draw.unit(), 6)
        word = (
            "the",
            "a",
            "and",
            "of",
            "to",
            "is",
            "in",
            "that",
            "it",
            "for",
            "as",
            "was",
            "on",
            "are",
            "be",
            "this",
            "or",
            "an",
            "by",
            "at",
        )
        text = word[(token_id(piece) + at) % len(word)]
        out.append((" " + text if piece != " " + text else text, value))
    return out


def _logprobs(request: Mapping[str, Any], piece: str, position: int, kind: str) -> dict[str, Any]:
    wanted = max(0, int(request.get("top_logprobs") or 0))
    ranked = [
        {"token": text, "logprob": value, "bytes": list(text.encode("utf-8", "replace"))}
        for text, value in logprob(piece, position, wanted)
    ]
    entry = {**ranked[0], "top_logprobs": ranked[:wanted]}
    return {"content": None, "refusal": [entry]} if kind == "refusal" else {"content": [entry], "refusal": None}


def usage_of(request: Mapping[str, Any], replies: Iterable[EchoReply]) -> dict[str, Any]:
    """Return the usage of the call: the prompt once, the answers of all choices."""
    replies = list(replies)
    prompt = count_messages(request.get("messages") or ()) + count_tools(
        request.get("tools") or request.get("functions") or ()
    )
    audio = sum(_audio_tokens(reply) for reply in replies if _spoken(request, reply))
    completion = sum(reply.tokens() for reply in replies) + audio
    accepted, rejected = _predicted(request, replies[0]) if replies else (0, 0)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion + rejected,
        "total_tokens": prompt + completion + rejected,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": sum(reply.tokens("reasoning") for reply in replies),
            "audio_tokens": audio,
            "accepted_prediction_tokens": accepted,
            "rejected_prediction_tokens": rejected,
        },
    }


def _audio_tokens(reply: EchoReply) -> int:
    """One for each started 100 ms of sound."""
    length = len(samples(reply.text("content")[:_LONGEST_SPOKEN])) // 2
    return -(-length * 10 // RATE)


def _predicted(request: Mapping[str, Any], reply: EchoReply) -> tuple[int, int]:
    """Return the number of pieces of `prediction` that came true, and of those that did not; both are billed."""
    prediction = request.get("prediction")
    content = prediction.get("content") if isinstance(prediction, Mapping) else None
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    if not isinstance(content, str):
        return 0, 0
    guessed, said = encode(content), encode(reply.text("content"))
    good = 0
    while good < min(len(guessed), len(said)) and guessed[good] == said[good]:
        good += 1
    return good, len(guessed) - good
