"""Requirements: the abilities and sizes that a request asks of a model. Pure functions over its body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Requirements", "requirements_of"]

_ASSUMED_OUTPUT = 512


@dataclass(frozen=True, slots=True)
class Requirements:
    """Abilities by the names of `Deployment.abilities`, and estimated sizes in tokens."""

    kind: str
    abilities: frozenset[str] = frozenset()
    input_tokens: int = 0
    output_tokens: int = _ASSUMED_OUTPUT
    region: str | None = None
    tags: frozenset[str] = frozenset()


def requirements_of(
    kind: str,
    data: Mapping[str, Any],
    body_bytes: int,
    *,
    region: str | None = None,
    tags: frozenset[str] = frozenset(),
) -> Requirements:
    """Return the requirements of a request of `kind`. A token is estimated at four bytes; media are not counted."""
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
    return Requirements(
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
    """Return the bytes of the media in a message; add the abilities that they require to `abilities`."""
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
