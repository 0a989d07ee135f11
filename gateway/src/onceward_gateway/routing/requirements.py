"""What a request asks of the model that is to answer it. Pure functions over the request's body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Needs", "needs_of"]

_ASSUMED_OUTPUT = 512


@dataclass(frozen=True, slots=True)
class Needs:
    """Abilities by the names of `Deployment.able`, and sizes in tokens by estimate."""

    kind: str
    abilities: frozenset[str] = frozenset()
    input_tokens: int = 0
    output_tokens: int = _ASSUMED_OUTPUT
    region: str | None = None
    tags: frozenset[str] = frozenset()


def needs_of(
    kind: str,
    data: Mapping[str, Any],
    body_bytes: int,
    *,
    region: str | None = None,
    tags: frozenset[str] = frozenset(),
) -> Needs:
    """The needs of a request of `kind`. Tokens are estimated at four bytes each, without what media weigh."""
    abilities: set[str] = set()
    media = 0
    if kind == "chat":
        if data.get("tools") or data.get("functions"):
            abilities.add("tools")
            if data.get("parallel_tool_calls") is True:
                abilities.add("parallel_tools")
        answer_format = data.get("response_format")
        if isinstance(answer_format, dict) and answer_format.get("type") == "json_schema":
            abilities.add("structured_output")
        if data.get("reasoning_effort") not in (None, "none") or _thinks(data.get("thinking")):
            abilities.add("reasoning")
        if "audio" in (data.get("modalities") or ()):
            abilities.add("audio_output")
        for message in data.get("messages") or ():
            media += _media(message, abilities)
    output = data.get("max_completion_tokens") or data.get("max_tokens")
    if kind == "embeddings":
        output = 0
    return Needs(
        kind,
        frozenset(abilities),
        max(1, (body_bytes - media) // 4),
        output if isinstance(output, int) else _ASSUMED_OUTPUT,
        region,
        tags,
    )


def _thinks(thinking: Any) -> bool:
    return thinking.get("type") != "disabled" if isinstance(thinking, dict) else bool(thinking)


def _media(message: Any, abilities: set[str]) -> int:
    """Bytes of the media in a message; what they ask for goes into `abilities`."""
    parts = message.get("content") if isinstance(message, dict) else None
    weight = 0
    for part in parts if isinstance(parts, list) else ():
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "image_url":
            abilities.add("vision")
            image = part.get("image_url")
            url = image.get("url") if isinstance(image, dict) else image
            weight += len(url) if isinstance(url, str) else 0
        elif kind == "input_audio":
            abilities.add("audio_input")
            audio = part.get("input_audio")
            weight += len(str(audio.get("data", ""))) if isinstance(audio, dict) else 0
        elif kind == "file":
            abilities.add("documents")
            file = part.get("file")
            weight += len(str(file.get("file_data", ""))) if isinstance(file, dict) else 0
    return weight
