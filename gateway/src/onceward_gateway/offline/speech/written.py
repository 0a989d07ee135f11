"""A transcript in the forms that clients ask for: text, json, verbose_json, srt, vtt."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from ...core.tokenizer import (
    count,
    encode,
    token_id,
)
from .listen import Heard, Word

__all__ = ["logprobs", "segments", "transcript"]

_LONGEST = 80


def segments(heard: Heard) -> list[tuple[float, float, str]]:
    """Start, end and text of each stretch: a sentence, or what fits 80 characters."""
    out: list[tuple[float, float, str]] = []
    held: list[Word] = []
    for word in heard.words:
        if held and sum(len(other.text) + 1 for other in held) + len(word.text) > _LONGEST:
            out.append(_joined(held))
            held = []
        held.append(word)
        if word.text[-1:] in ".!?":
            out.append(_joined(held))
            held = []
    if held:
        out.append(_joined(held))
    if not out and heard.text:
        out.append((0.0, heard.seconds, heard.text))
    return out


def _joined(words: list[Word]) -> tuple[float, float, str]:
    return words[0].start, words[-1].end, " ".join(word.text for word in words)


def transcript(
    heard: Heard,
    format: str,
    task: str,
    language: str | None,
    details: Collection[str] = (),
    *,
    hint: int = 0,
    temperature: float = 0.0,
    likely: bool = False,
) -> str | dict[str, Any]:
    """Return the answer's body: a text for `text`, `srt` and `vtt`, an object for `json` and `verbose_json`.

    `hint` is how many tokens the caller's prompt has; `likely` adds the probability of every token.
    """
    if format == "text":
        return heard.text + "\n"
    if format == "srt":
        blocks = [
            f"{at}\n{_time(a, ',')} --> {_time(b, ',')}\n{text}\n" for at, (a, b, text) in enumerate(segments(heard), 1)
        ]
        return "\n".join(blocks) + "\n"
    if format == "vtt":
        return (
            "WEBVTT\n\n"
            + "\n".join(f"{_time(a, '.')} --> {_time(b, '.')}\n{text}\n" for a, b, text in segments(heard))
            + "\n"
        )
    if format == "verbose_json":
        return _verbose(heard, task, language, details, temperature)
    tokens = max(1, math.ceil(heard.seconds * 10))
    spoken = count(heard.text)
    usage = {
        "type": "tokens",
        "input_tokens": tokens + hint,
        "output_tokens": spoken,
        "total_tokens": tokens + hint + spoken,
        "input_token_details": {"audio_tokens": tokens, "text_tokens": hint},
    }
    if task != "transcribe":
        return {"text": heard.text}
    more = {"logprobs": logprobs(heard)} if likely else {}
    return {"text": heard.text, "usage": usage, **more}


def logprobs(heard: Heard) -> list[dict[str, Any]]:
    """Return the probability of every token: the sound leaves no doubt about any."""
    return [
        {"token": piece, "bytes": list(piece.encode("utf-8", "replace")), "logprob": -0.01}
        for piece in encode(heard.text)
    ]


def _verbose(
    heard: Heard, task: str, language: str | None, details: Collection[str], temperature: float
) -> dict[str, Any]:
    out: dict[str, Any] = {
        "task": task,
        "language": language or "english",
        "duration": round(heard.seconds, 3),
        "text": heard.text,
    }
    if "word" in details and task == "transcribe":
        out["words"] = [{"word": word.text, "start": word.start, "end": word.end} for word in heard.words]
    if "segment" in details or "word" not in details:
        out["segments"] = [_segment(at, temperature, *stretch) for at, stretch in enumerate(segments(heard))]
    if task == "transcribe":
        out["usage"] = {"type": "duration", "seconds": math.ceil(heard.seconds)}
    return out


def _segment(number: int, temperature: float, start: float, end: float, text: str) -> dict[str, Any]:
    return {
        "id": number,
        "seek": int(start * 100),
        "start": start,
        "end": end,
        "text": text,
        "tokens": [token_id(piece) for piece in encode(text)],
        "temperature": temperature,
        "avg_logprob": -0.01,
        "compression_ratio": 1.0,
        "no_speech_prob": 0.0,
    }


def _time(seconds: float, point: str) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3600000:02}:{whole // 60000 % 60:02}:{whole // 1000 % 60:02}{point}{whole % 1000:03}"
