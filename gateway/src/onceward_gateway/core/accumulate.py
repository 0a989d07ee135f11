"""Accumulation of the chunks of a stream into the object that the unary call returns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["ChatAccumulator", "TextAccumulator", "accumulate_chat", "accumulate_text"]

_META = ("id", "created", "model", "system_fingerprint", "service_tier")
_PLAIN = {*_META, "object", "choices"}
_LISTS = ("content", "refusal")
_MAX_INDEX = 1e6


def accumulate_chat(chunks: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the `chat.completion` of a stream of `chat.completion.chunk`s."""
    accumulator = ChatAccumulator()
    for chunk in chunks:
        accumulator.add(chunk)
    return accumulator.result()


class ChatAccumulator:
    """Accumulates `chat.completion.chunk`s to a `chat.completion`."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {"id": "", "object": "chat.completion", "created": 0, "model": ""}
        self._extra: dict[str, Any] = {}
        self._choices: dict[int, dict[str, Any]] = {}
        self._texts: dict[int, list[str]] = {}
        self._names: Any = None

    def add(self, chunk: dict[str, Any]) -> None:
        """Merge the next chunk. Texts are collected as pieces and joined only in the result."""
        if chunk.keys() != self._names:
            # The chunks of a stream repeat their head: it is only read again if it may have more members.
            self._names = chunk.keys() if chunk.keys() <= _PLAIN else None
            _add_head(chunk, self._head, self._extra)
        for piece in chunk.get("choices") or ():
            text, index = _bare_text(piece), piece.get("index")
            if text is not None and type(index) is int and index in self._texts:
                self._texts[index].append(text)
            else:
                _join_texts(self._choices, self._texts)
                _add_choice(self._choices, piece)
                self._texts.setdefault(_index(piece), [])

    def result(self) -> dict[str, Any]:
        """Return the whole completion, as the call without `stream` would. To be called once, after the last chunk."""
        _join_texts(self._choices, self._texts)
        usage = self._extra.pop("usage", None)
        choices = [_finished(self._choices[index]) for index in sorted(self._choices)]
        result = {**self._head, "choices": choices, **self._extra}
        if usage is not None:
            result["usage"] = usage
        return result


def _add_head(chunk: dict[str, Any], head: dict[str, Any], extra: dict[str, Any]) -> None:
    for name, value in chunk.items():
        if name in _META:
            if value is not None:
                head[name] = value
        elif name not in ("object", "choices") and not (name == "usage" and value is None):
            extra[name] = value


def _bare_text(piece: dict[str, Any]) -> str | None:
    """Return the text of a piece with no other member, as nearly all are; None for another piece."""
    delta = piece.get("delta")
    if (
        not isinstance(delta, dict)
        or len(delta) != 1
        or piece.get("finish_reason") is not None
        or piece.get("logprobs") is not None
    ):
        return None
    text = delta.get("content")
    return text if isinstance(text, str) else None


class _Text(list[str]):
    """The pieces of a text, which are joined at the end."""


def _index(piece: dict[str, Any]) -> int:
    """Return the index of a choice. Anything but a number means the first, as in the validation of streams."""
    index = piece.get("index")
    return int(index) if isinstance(index, int | float) and abs(index) < _MAX_INDEX else 0


def _join_texts(choices: dict[int, dict[str, Any]], texts: dict[int, list[str]]) -> None:
    for index, pieces in texts.items():
        if pieces:
            _append(choices[index]["message"], "content", pieces)
            pieces.clear()


def _append(into: dict[str, Any], name: str, pieces: list[str]) -> None:
    """Append pieces of text to a member, which may be a list of blocks."""
    current = into.get(name)
    if isinstance(current, _Text):
        current.extend(pieces)
    elif isinstance(current, list):
        current.append({"type": "text", "text": "".join(pieces)})
    else:
        into[name] = _Text([current, *pieces] if isinstance(current, str) else pieces)


def _extend(into: dict[str, Any], name: str, items: list[Any]) -> None:
    """Append items to a list, after the text that may have come before."""
    current = into.get(name)
    if isinstance(current, _Text):
        current = [{"type": "text", "text": "".join(current)}]
    if not isinstance(current, list):
        current = []
    current.extend(items)
    into[name] = current


def _add_choice(choices: dict[int, dict[str, Any]], piece: dict[str, Any]) -> None:
    index = _index(piece)
    choice = choices.get(index)
    if choice is None:
        message: dict[str, Any] = {"role": "assistant", "content": None}
        choice = choices[index] = {"index": index, "message": message, "logprobs": None, "finish_reason": None}
    for name, value in piece.items():
        if name == "delta":
            delta = {"content": value} if isinstance(value, str) else value
            _add_delta(choice["message"], delta if isinstance(delta, dict) else {})
        elif name == "logprobs":
            _add_logprobs(choice, value)
        elif name not in ("index", "message") and value is not None:
            choice[name] = value
    whole = piece.get("message")
    if isinstance(whole, dict) and not any(value for name, value in choice["message"].items() if name != "role"):
        # If there were deltas, the message only repeats them.
        _add_delta(choice["message"], whole)


def _add_delta(message: dict[str, Any], delta: dict[str, Any]) -> None:
    for name, value in delta.items():
        if value is None:
            message.setdefault(name, None)
        elif name == "role":
            message["role"] = value
        elif name == "tool_calls":
            _add_tool_calls(message, value)
        elif name == "audio":
            _merge(message, name, value, appended=("data", "transcript"))
        elif name == "function_call":
            _merge(message, name, value, appended=("arguments", "name"))
        elif isinstance(value, str):
            _append(message, name, [value])
        elif isinstance(value, list):
            _extend(message, name, value)
        else:
            message[name] = value


def _add_tool_calls(message: dict[str, Any], pieces: Any) -> None:
    """Add the pieces of tool calls, which are stored by index until the end."""
    calls = message.get("tool_calls")
    if not isinstance(calls, dict):
        calls = message["tool_calls"] = {}
    for piece in pieces if isinstance(pieces, list) else ():
        if isinstance(piece, dict):
            index = piece.get("index")
            _add_tool_call(calls.setdefault(index if isinstance(index, int) else max(calls, default=-1) + 1, {}), piece)


def _add_tool_call(call: dict[str, Any], piece: dict[str, Any]) -> None:
    for name, value in piece.items():
        if name == "index" or value is None:
            continue
        if isinstance(value, dict):
            _merge(call, name, value, appended=("arguments", "input"))
        else:
            call[name] = value


def _merge(into: dict[str, Any], name: str, piece: Any, *, appended: tuple[str, ...]) -> None:
    current = into.get(name)
    if not isinstance(piece, dict):
        if not isinstance(current, dict):
            into[name] = piece
        return
    if not isinstance(current, dict):
        current = into[name] = {}
    for inner, value in piece.items():
        if inner in appended and isinstance(value, str):
            _append(current, inner, [value])
        elif value is not None:
            current[inner] = value


def _add_logprobs(choice: dict[str, Any], value: Any) -> None:
    if not isinstance(value, dict):
        return
    current: dict[str, Any] = choice["logprobs"] or {}
    for name in _LISTS:
        pieces = value.get(name)
        if isinstance(pieces, list):
            _extend(current, name, pieces)
        else:
            current.setdefault(name, None)
    choice["logprobs"] = current


def _finished(choice: dict[str, Any]) -> dict[str, Any]:
    message = choice["message"]
    message.setdefault("refusal", None)
    calls = message.get("tool_calls")
    if isinstance(calls, dict):
        message["tool_calls"] = [_joined(calls[index]) for index in sorted(calls) if calls[index]]
    _joined(message)
    return choice


def _joined(members: dict[str, Any]) -> dict[str, Any]:
    """Join the pieces of the texts in these members, and one level deeper."""
    for name, value in members.items():
        if isinstance(value, _Text):
            members[name] = "".join(value)
        elif isinstance(value, dict):
            for inner, text in value.items():
                if isinstance(text, _Text):
                    value[inner] = "".join(text)
    return members


def accumulate_text(chunks: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the `text_completion` of a stream of chunks."""
    accumulator = TextAccumulator()
    for chunk in chunks:
        accumulator.add(chunk)
    return accumulator.result()


class TextAccumulator:
    """Accumulates chunks to a `text_completion`."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {"id": "", "object": "text_completion", "created": 0, "model": ""}
        self._choices: dict[int, dict[str, Any]] = {}
        self._texts: dict[int, list[str]] = {}
        self._usage: Any = None

    def add(self, chunk: dict[str, Any]) -> None:
        """Merge the next chunk. Texts are collected as pieces and joined only in the result."""
        self._head.update({name: chunk[name] for name in _META if chunk.get(name) is not None})
        self._usage = chunk.get("usage") or self._usage
        for piece in chunk.get("choices") or ():
            index, text = _index(piece), piece.get("text")
            choice = self._choices.setdefault(
                index, {"text": "", "index": index, "logprobs": None, "finish_reason": None}
            )
            self._texts.setdefault(index, []).append(text if isinstance(text, str) else "")
            if piece.get("finish_reason") is not None:
                choice["finish_reason"] = piece["finish_reason"]
            _add_text_logprobs(choice, piece.get("logprobs"))

    def result(self) -> dict[str, Any]:
        """Return the whole completion, as the call without `stream` would. To be called once, after the last chunk."""
        for index, texts in self._texts.items():
            self._choices[index]["text"] = "".join(texts)
        result = {**self._head, "choices": [self._choices[index] for index in sorted(self._choices)]}
        if self._usage is not None:
            result["usage"] = self._usage
        return result


def _add_text_logprobs(choice: dict[str, Any], value: Any) -> None:
    if not isinstance(value, dict):
        return
    current: dict[str, Any] = choice["logprobs"] or {}
    for name, pieces in value.items():
        if isinstance(pieces, list):
            _extend(current, name, pieces)
        else:
            current[name] = pieces
    choice["logprobs"] = current
