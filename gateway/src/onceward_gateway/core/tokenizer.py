"""The tokenizer of the offline models and of all token estimates.

A text is cut from left to right into pieces; a piece is the first of these that fits:

1. a word piece: one space if there is one, then 1 to 7 letters of an alphabet (`" gateway"`, `"stream"`);
2. a number piece: one space if there is one, then 1 to 3 digits;
3. one character of a script written without spaces (Han, Kana, Hangul);
4. a run of 1 to 4 line breaks;
5. a run of 2 to 8 spaces or tabs in front of another space or the end of the line;
6. one space if there is one, then 1 to 3 punctuation characters of ASCII;
7. any one character.

The pieces put together are the text, so a stream cut at pieces loses nothing, and no piece splits a UTF-8 character.
The count is the number of pieces. It is near what large models count for English prose, and it is the same wherever
Onceward counts offline: usage, limits, `max_tokens`, logprobs, embeddings.

A conversation costs 3 for the answer's start and, for each message, 3 plus its role, name, text, tool calls and
parts. An image costs 85 with `detail: low`, else 85 plus 170 for each started square of 512 pixels (at most 16), or
255 when its size cannot be read; audio costs 1 for each started 100 ms of WAV, or 1 for each started 1,000 bytes of
another format; a tool costs 8 plus its name, description and compact schema.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .media_info import (
    describe_audio,
    describe_image,
    payload_of,
)

__all__ = [
    "LONGEST_TOKEN",
    "content_length",
    "count",
    "count_content",
    "count_messages",
    "count_tools",
    "encode",
    "text_length",
    "token_id",
]

_PIECE = re.compile(
    r"""
      [ ]?[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,7}
    | [ ]?[0-9]{1,3}
    | [\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]
    | \n{1,4}
    | [ \t]{2,8}(?=[ \t\n]|$)
    | [ ]?[!-/:-@\[-`{-~]{1,3}
    | .
    """,
    re.VERBOSE | re.DOTALL,
)

LONGEST_TOKEN = 8
_WINDOW = 32_768
_EDGE = 16
_PER_MESSAGE = 3
_PER_ANSWER = 3
_PER_TOOL = 8
_IMAGE_BASE = 85
_IMAGE_TILE = 170
_TILE_SIDE = 512
_MAX_TILES = 16
# In characters of base64; the tokens of a longer file are estimated by its length.
_MAX_FILE = 4 << 20


def encode(text: str) -> list[str]:
    """Return the pieces of `text` in order; joined, they are `text`."""
    if len(text) <= _WINDOW:
        return _PIECE.findall(text)
    return [piece for pieces in _windows(text) for piece in pieces]


def count(text: str) -> int:
    """Return the number of tokens in `text`."""
    if len(text) <= _WINDOW:
        return len(_PIECE.findall(text))
    return sum(map(len, _windows(text)))


def _windows(text: str) -> Iterator[list[str]]:
    """Yield the pieces of a long text window by window: a search blocks all other threads."""
    at = 0
    while at < len(text):
        end = min(at + _WINDOW, len(text))
        pieces: list[str] = _PIECE.findall(text, at, end)
        if end < len(text):
            # Pieces at the edge may be different with the text that follows.
            edge = 0
            while edge < _EDGE:
                edge += len(pieces.pop())
            end -= edge
        yield pieces
        at = end


def token_id(piece: str) -> int:
    """Return the id of a piece, the same on every machine; two pieces may have the same id."""
    return zlib.crc32(piece.encode("utf-8", "surrogatepass")) % 100_000


def count_messages(messages: Sequence[Mapping[str, Any]]) -> int:
    """Return the tokens of a conversation as a prompt."""
    return _PER_ANSWER + sum(_count_message(message) for message in messages)


def _count_message(message: Mapping[str, Any]) -> int:
    total = _PER_MESSAGE + count(str(message.get("role", ""))) + count_content(message.get("content"))
    for key in ("name", "tool_call_id", "refusal"):
        value = message.get(key)
        if isinstance(value, str):
            total += count(value)
    calls = list(message.get("tool_calls") or ())
    if isinstance(message.get("function_call"), Mapping):
        calls.append({"function": message["function_call"]})
    for call in calls:
        body = call.get("function") or call.get("custom") or {} if isinstance(call, Mapping) else {}
        total += sum(count(value) for value in body.values() if isinstance(value, str))
    return total


def count_content(content: Any) -> int:
    """Return the tokens of a message's content: a text, a list of parts, or nothing."""
    if isinstance(content, str):
        return count(content)
    if isinstance(content, Sequence):
        return sum(_count_part(part) for part in content if isinstance(part, Mapping))
    return 0


def _count_part(part: Mapping[str, Any]) -> int:
    kind = part.get("type")
    if kind in ("image_url", "image", "input_image"):
        return _count_image(part)
    if kind == "input_audio":
        audio = part.get("input_audio")
        data = payload_of(audio.get("data")) if isinstance(audio, Mapping) else None
        return _count_audio(data or b"")
    if kind == "file":
        file = part.get("file")
        return _count_file(file) if isinstance(file, Mapping) else 0
    text = part.get("text") or part.get("refusal")
    return count(text) if isinstance(text, str) else 0


def _count_image(part: Mapping[str, Any]) -> int:
    source = part.get("image_url") or part.get("source") or {}
    detail = source.get("detail") if isinstance(source, Mapping) else None
    if detail == "low":
        return _IMAGE_BASE
    image = describe_image(part)
    if image is None or image.width is None or image.height is None:
        return _IMAGE_BASE + _IMAGE_TILE
    tiles = -(-image.width // _TILE_SIDE) * -(-image.height // _TILE_SIDE)
    return _IMAGE_BASE + _IMAGE_TILE * min(max(tiles, 1), _MAX_TILES)


def _count_audio(data: bytes) -> int:
    audio = describe_audio(data)
    if audio is None:
        return max(1, -(-len(data) // 1000))
    return max(1, -(-audio.frames * 10 // max(audio.rate, 1)))


def _count_file(file: Mapping[str, Any]) -> int:
    data = file.get("file_data")
    if not isinstance(data, str):
        return count(str(file.get("filename") or file.get("file_id") or ""))
    if len(data) <= _MAX_FILE:
        payload = payload_of(data.partition(",")[2] or data)
        try:
            return count(payload.decode()) if payload is not None else max(1, len(data) // 4)
        except ValueError:
            pass
    return max(1, len(data) // 4)


def content_length(message: Mapping[str, Any]) -> int:
    """Return the number of characters of a message's text: between one and eight times its tokens."""
    content, calls = message.get("content"), text_length(message.get("tool_calls") or ())
    if isinstance(content, str):
        return calls + len(content)
    parts = [part for part in content if isinstance(part, Mapping)] if isinstance(content, Sequence) else ()
    return calls + sum(len(part["text"]) for part in parts if isinstance(part.get("text"), str))


def text_length(value: Any) -> int:
    """Return the number of characters of all texts in a value, including names of members."""
    total, todo = 0, [value]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            total += len(one)
        elif isinstance(one, Mapping):
            todo += (*one, *one.values())
        elif isinstance(one, Sequence):
            todo += one
    return total


def count_tools(tools: Sequence[Mapping[str, Any]]) -> int:
    """Return the tokens that tool definitions add to a prompt; take tools and bare (legacy) functions."""
    total = 0
    for tool in tools:
        body = tool.get("function") or tool.get("custom") or tool
        if not isinstance(body, Mapping):
            continue
        total += _PER_TOOL + count(str(body.get("name", ""))) + count(str(body.get("description") or ""))
        schema = body.get("parameters")
        if schema:
            total += count(json.dumps(schema, ensure_ascii=False, separators=(",", ":")))
    return total
