"""Whole answers of the OpenAI protocol: validation, counting, and conversion to chunks and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..billing.token_count import (
    count_text,
    size_of_picture,
    size_of_speech,
)
from ..core.accumulate import accumulate_chat, accumulate_text
from ..core.lenient_json import Unreadable
from . import failures
from .chunks import (
    ChunkReader,
    as_delta,
    count_output,
    error_of,
)
from .large import (
    read_json,
    release,
    write_json,
)
from .meter import Meter
from .sse import EventTooLarge, SseReader
from .usage import is_clean, read_usage

__all__ = ["InvalidAnswer", "chunk_of", "count_answer", "events_in", "folded", "is_stream", "judged", "with_usage"]

_STREAMED = ("chat", "completions")
_LISTS = {"embeddings": "data", "moderations": "results"}
_SPACE = b" \t\r\n\xef\xbb\xbf"
# Of a whole answer that is a stream: the longest event, and how much is searched at once.
_MOST_EVENT = 1 << 24
_FED = 1 << 20


class InvalidAnswer(ValueError):
    """Raised for a value that is not an answer, with the reason."""


def judged(provider: str, kind: str | None, value: Any, meter: Meter) -> Mapping[str, Any]:
    """Return the answer in a value; raise an `ApiError` for a failure, and `InvalidAnswer` for anything else."""
    error = error_of(value)
    if error is not None:
        meter.refused = True
        if isinstance(value, dict):
            meter.read(value)
        raise failures.from_event(provider, error, whole=True)
    if not isinstance(value, dict) or not value:
        raise InvalidAnswer("no JSON object")
    try:
        if kind in _STREAMED:
            _choices(provider, value.get("choices"), meter)
    finally:
        # After the texts: the usage here covers all of them.
        meter.read(value)
    if kind in _LISTS and not isinstance(value.get(_LISTS[kind]), list):
        raise InvalidAnswer(f"`{_LISTS[kind]}` is missing")
    return value


def _choices(provider: str, choices: Any, meter: Meter) -> None:
    if not isinstance(choices, list) or not choices:
        raise InvalidAnswer("`choices` is missing or empty")
    failed: Any = None
    for choice in choices:
        if not isinstance(choice, dict):
            raise InvalidAnswer("a choice is not an object")
        message, text = choice.get("message"), choice.get("text")
        if not isinstance(message, dict) and not isinstance(text, str):
            raise InvalidAnswer("a choice has neither `message` nor `text`")
        count_output(message if isinstance(message, dict) else text, meter)
        if choice.get("error") or failures.is_failed(choice.get("finish_reason")):
            failed = choice.get("error") or f"the finish reason of a choice is {choice['finish_reason']!r}"
    if failed is not None:
        meter.refused = True
        raise failures.from_event(provider, failed, whole=True)


def count_answer(kind: str | None, request: Mapping[str, Any], value: Any, meter: Meter) -> None:
    """Count the output other than the text of a completion: images, speech, transcripts."""
    if kind == "images":
        pictures = value.get("data") if isinstance(value, dict) else None
        meter.unseen = size_of_picture(request) * (len(pictures) if isinstance(pictures, list) else 1)
    elif kind == "speech":
        meter.unseen = size_of_speech(request.get("input"))
    elif kind in ("transcription", "translation"):
        text = value.get("text") if isinstance(value, dict) else value
        meter.unseen = count_text(text) if isinstance(text, str) else 0
        if isinstance(value, dict):
            # A verbose answer contains the duration of the audio.
            meter.add_report(read_usage({"type": "duration", "seconds": value.get("duration")}))


def with_usage(value: Mapping[str, Any], body: bytes, usage: Mapping[str, Any]) -> bytes:
    """Return the body, with its usage in the standard form."""
    reported = value.get("usage")
    if "estimated" not in usage and (reported is None or is_clean(reported)):
        return body
    return write_json({**value, "usage": usage}, len(body))


# -- whole answers instead of streams, and the reverse


def chunk_of(value: Mapping[str, Any], kind: str | None) -> dict[str, Any]:
    """Return a whole answer as a single chunk."""
    choices = []
    for place, choice in enumerate(value["choices"]):
        made = {name: inner for name, inner in choice.items() if name != "message"}
        made.setdefault("index", place)
        message = choice.get("message")
        if isinstance(message, dict):
            made["delta"] = as_delta(message)
        made["finish_reason"] = choice.get("finish_reason") or "stop"
        choices.append(made)
    name = "text_completion" if kind == "completions" else "chat.completion.chunk"
    return {**value, "object": name, "choices": choices, "usage": None}


def is_stream(body: bytes) -> bool:
    """Return whether a body is a stream, although JSON was requested."""
    head = body[:64].lstrip(_SPACE)
    return head.startswith((b"data:", b"event:", b"id:", b"retry:", b": ", b":\n"))


def events_in(body: bytes) -> list[tuple[str, bytes]]:
    """Return the events in a body."""
    reader = SseReader(_MOST_EVENT)
    try:
        fed = [event for at in range(0, len(body), _FED) for event in reader.feed(body[at : at + _FED])]
        return [*fed, *reader.close()]
    except EventTooLarge:
        return []


def folded(
    provider: str, kind: str | None, events: Iterable[tuple[str, bytes]], choices: int, meter: Meter
) -> Mapping[str, Any]:
    """Accumulate events to a whole answer; raise the error of a stream that is incomplete."""
    reader, chunks, done = ChunkReader(provider, choices, meter), [], False
    for event, data in events:
        if data == b"[DONE]":
            done = True
        elif done:
            _read_late(data, meter)
        else:
            chunks.append(dict(reader.read(event, data).value))
    reader.end(done=done)
    value = (accumulate_text if kind == "completions" else accumulate_chat)(chunks)
    # Release only the chunks themselves: their members may be part of the value.
    release(chunks, 0)
    return value


def _read_late(data: bytes, meter: Meter) -> None:
    try:
        value, _ = read_json(data)
    except Unreadable:
        return
    if isinstance(value, dict):
        meter.read(value)
