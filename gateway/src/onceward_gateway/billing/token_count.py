"""Token counts that no provider reported: of a text by the tokenizer, of a request by its texts and media.

The time is bounded: long texts are sampled and extrapolated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..core import tokenizer
from .audio_length import tokens_of_sound
from .estimate import weigh

__all__ = ["TOKENS_OF_PICTURE", "TextCounter", "count_prompt", "count_text", "size_of_picture", "size_of_speech"]

_COUNTED_WHOLE = 65_536
_SAMPLES = 16
_SAMPLE = _COUNTED_WHOLE // _SAMPLES
_HELD = 8192
_PICTURE_TOKENS = {"low": 272, "medium": 1056, "high": 4160}
TOKENS_OF_PICTURE = _PICTURE_TOKENS["medium"]
_SQUARE = 1024 * 1024
_MEDIA = frozenset({"url", "data", "file_data", "image_url", "audio_url", "video_url", "document_url", "file_url"})
_SIZE = re.compile(r"(\d{2,5})x(\d{2,5})")
_TOKENS_OF_SPEECH = 4 / 3


def count_text(text: str) -> int:
    """Return the tokens of a text."""
    if len(text) <= _COUNTED_WHOLE:
        return tokenizer.count(text)
    step = len(text) // _SAMPLES
    counted = sum(tokenizer.count(text[at * step : at * step + _SAMPLE]) for at in range(_SAMPLES))
    return -(-counted * len(text) // (_SAMPLES * _SAMPLE))


class TextCounter:
    """Counts the tokens of a text that arrives in pieces, without storing it."""

    __slots__ = ("_counted", "_held", "_pieces", "_read")

    def __init__(self) -> None:
        self._counted = 0
        self._pieces: list[str] = []
        self._held = 0
        # The buffered size at the last count, and its tokens.
        self._read = (0, 0)

    def add(self, text: str) -> None:
        """Add the next piece; long texts are counted on the way."""
        self._pieces.append(text)
        self._held += len(text)
        if self._held > _HELD:
            self._settle()

    def has_room(self, size: int) -> bool:
        """Return whether `size` more characters are counted together with those before."""
        return self._held + size <= _HELD

    def add_all(self, texts: list[str]) -> None:
        """Add several pieces, with the same result as one after the other."""
        for text in texts:
            self.add(text)

    def _settle(self) -> None:
        self._counted += count_text("".join(self._pieces))
        self._pieces.clear()
        self._held, self._read = 0, (0, 0)

    @property
    def tokens(self) -> int:
        """Return the tokens of all pieces."""
        if self._read[0] != self._held:
            self._read = (self._held, count_text("".join(self._pieces)))
        return self._counted + self._read[1]

    @property
    def empty(self) -> bool:
        """Return True if no text was added."""
        return not self._counted and not self._held


def count_prompt(kind: str | None, data: Mapping[str, Any], max_upload_bytes: int, seconds: int = 0) -> int:
    """Return the prompt tokens of a request with `seconds` of sound."""
    if kind in ("transcription", "translation"):
        return tokens_of_sound(seconds) + _texts(data.get("prompt"))
    try:
        if kind == "chat":
            return max(1, _chat(data))
        named = ("prompt", "suffix") if kind in ("completions", "images") else ("input", "instructions")
        return max(1, sum(_texts(data.get(name)) for name in named)) + (max_upload_bytes // 1600)
    except (RecursionError, TypeError, ValueError, AttributeError):
        return max(1, _proportional(data))


def _chat(data: Mapping[str, Any]) -> int:
    bytes_of_text, media = weigh(data)
    if bytes_of_text > _COUNTED_WHOLE:
        return _proportional(data, bytes_of_text) + media
    messages = [message for message in data.get("messages") or () if isinstance(message, dict)]
    total = tokenizer.count_messages(messages)
    for name in ("tools", "functions"):
        tools = data.get(name)
        if isinstance(tools, list):
            total += tokenizer.count_tools([tool for tool in tools if isinstance(tool, dict)])
    return total


def _proportional(data: Mapping[str, Any], bytes_of_text: int | None = None) -> int:
    """Return the tokens of a long request, extrapolated from some of its texts."""
    sample, size = TextCounter(), 0
    stack: list[Any] = [data.get("messages") or data]
    while stack and size < _COUNTED_WHOLE:
        value = stack.pop()
        if isinstance(value, str):
            piece = value[:_COUNTED_WHOLE]
            sample.add(piece)
            size += len(piece.encode("utf-8", "replace"))
        elif isinstance(value, dict):
            stack += [inner for name, inner in value.items() if name not in _MEDIA]
        elif isinstance(value, list):
            stack += value
    whole = size if bytes_of_text is None else bytes_of_text
    return round(sample.tokens * max(whole, size) / size) if size else max(1, whole // 4)


def _texts(value: Any) -> int:
    """Return the tokens of a prompt or an input: a text, a list of texts, a list of tokens, or a list of those."""
    if isinstance(value, str):
        return count_text(value)
    if isinstance(value, int):
        return 1
    if isinstance(value, dict):
        return sum(_texts(inner) for name, inner in value.items() if name not in ("type", "image_url", "url"))
    if isinstance(value, list):
        if value and all(isinstance(item, int) for item in value):
            return len(value)
        return sum(map(_texts, value))
    return 0


def size_of_picture(data: Mapping[str, Any]) -> int:
    """Return the tokens of one requested picture."""
    quality, size = data.get("quality"), data.get("size")
    tokens = _PICTURE_TOKENS.get(quality if isinstance(quality, str) else "", _PICTURE_TOKENS["medium"])
    found = _SIZE.fullmatch(size) if isinstance(size, str) else None
    return tokens if found is None else max(1, tokens * int(found[1]) * int(found[2]) // _SQUARE)


def size_of_speech(text: Any) -> int:
    """Return the tokens of the speech of a text."""
    return round(len(text) * _TOKENS_OF_SPEECH) if isinstance(text, str) else 0
