"""Folding: the chunks of a stream into the object that the unary call gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["ChatFold", "TextFold", "fold", "fold_text"]

_META = ("id", "created", "model", "system_fingerprint", "service_tier")
_PLAIN = {*_META, "object", "choices"}
_LISTS = ("content", "refusal")


def fold(chunks: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The `chat.completion` that these `chat.completion.chunk`s spell."""
    folding = ChatFold()
    for chunk in chunks:
        folding.add(chunk)
    return folding.result()


class ChatFold:
    """A `chat.completion` that grows by `chat.completion.chunk`s."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {"id": "", "object": "chat.completion", "created": 0, "model": ""}
        self._extra: dict[str, Any] = {}
        self._choices: dict[int, dict[str, Any]] = {}
        self._texts: dict[int, list[str]] = {}
        self._names: Any = None

    def add(self, chunk: dict[str, Any]) -> None:
        if chunk.keys() != self._names:
            # Chunks of one stream repeat their head: it is read again where it may say more.
            self._names = chunk.keys() if chunk.keys() <= _PLAIN else None
            _fold_head(chunk, self._head, self._extra)
        for piece in chunk.get("choices") or ():
            text = _bare_text(piece)
            if text is not None and piece["index"] in self._texts:
                self._texts[piece["index"]].append(text)
            else:
                _spell(self._choices, self._texts)
                _fold_choice(self._choices, piece)
                self._texts.setdefault(piece.get("index", 0), [])

    def result(self) -> dict[str, Any]:
        _spell(self._choices, self._texts)
        usage = self._extra.pop("usage", None)
        choices = [_finished(self._choices[index]) for index in sorted(self._choices)]
        result = {**self._head, "choices": choices, **self._extra}
        if usage is not None:
            result["usage"] = usage
        return result


def _fold_head(chunk: dict[str, Any], head: dict[str, Any], extra: dict[str, Any]) -> None:
    for name, value in chunk.items():
        if name in _META:
            if value is not None:
                head[name] = value
        elif name not in ("object", "choices") and not (name == "usage" and value is None):
            extra[name] = value


def _bare_text(piece: dict[str, Any]) -> str | None:
    """The text of a piece that is nothing else: nearly all are, and they are only joined."""
    delta = piece.get("delta")
    if delta is None or len(delta) != 1 or piece.get("finish_reason") is not None or piece.get("logprobs") is not None:
        return None
    text = delta.get("content")
    return text if isinstance(text, str) else None


def _spell(choices: dict[int, dict[str, Any]], texts: dict[int, list[str]]) -> None:
    for index, pieces in texts.items():
        if pieces:
            message = choices[index]["message"]
            message["content"] = (message.get("content") or "") + "".join(pieces)
            pieces.clear()


def _fold_choice(choices: dict[int, dict[str, Any]], piece: dict[str, Any]) -> None:
    index = piece.get("index", 0)
    choice = choices.get(index)
    if choice is None:
        message: dict[str, Any] = {"role": "assistant", "content": None}
        choice = choices[index] = {"index": index, "message": message, "logprobs": None, "finish_reason": None}
    for name, value in piece.items():
        if name == "delta":
            _fold_delta(choice["message"], value or {})
        elif name == "logprobs":
            _fold_logprobs(choice, value)
        elif name != "index" and value is not None:
            choice[name] = value


def _fold_delta(message: dict[str, Any], delta: dict[str, Any]) -> None:
    for name, value in delta.items():
        if value is None:
            message.setdefault(name, None)
        elif name == "role":
            message["role"] = value
        elif name == "tool_calls":
            for call in value:
                _fold_tool_call(message.setdefault("tool_calls", []), call)
        elif name == "audio":
            _merge(message.setdefault("audio", {}), value, appended=("data", "transcript"))
        elif name == "function_call":
            _merge(message.setdefault("function_call", {}), value, appended=("arguments", "name"))
        elif isinstance(value, str):
            message[name] = (message.get(name) or "") + value
        elif isinstance(value, list):
            message[name] = [*(message.get(name) or []), *value]
        else:
            message[name] = value


def _fold_tool_call(calls: list[dict[str, Any]], piece: dict[str, Any]) -> None:
    index = piece.get("index", len(calls))
    while len(calls) <= index:
        calls.append({})
    call = calls[index]
    for name, value in piece.items():
        if name == "index" or value is None:
            continue
        if isinstance(value, dict):
            _merge(call.setdefault(name, {}), value, appended=("arguments", "input"))
        else:
            call[name] = value


def _merge(into: dict[str, Any], piece: dict[str, Any], *, appended: tuple[str, ...]) -> None:
    for name, value in piece.items():
        if name in appended and isinstance(value, str):
            into[name] = into.get(name, "") + value
        elif value is not None:
            into[name] = value


def _fold_logprobs(choice: dict[str, Any], value: dict[str, Any] | None) -> None:
    if value is None:
        return
    held: dict[str, Any] = choice["logprobs"] or {}
    for name in _LISTS:
        pieces = value.get(name)
        if pieces is not None:
            held[name] = held.get(name) or []
            held[name] += pieces
        else:
            held.setdefault(name, None)
    choice["logprobs"] = held


def _finished(choice: dict[str, Any]) -> dict[str, Any]:
    message = choice["message"]
    message.setdefault("refusal", None)
    if "tool_calls" in message:
        message["tool_calls"] = [call for call in message["tool_calls"] if call]
    return choice


def fold_text(chunks: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The `text_completion` that its chunks spell."""
    folding = TextFold()
    for chunk in chunks:
        folding.add(chunk)
    return folding.result()


class TextFold:
    """A `text_completion` that grows by its chunks."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {"id": "", "object": "text_completion", "created": 0, "model": ""}
        self._choices: dict[int, dict[str, Any]] = {}
        self._texts: dict[int, list[str]] = {}
        self._usage: Any = None

    def add(self, chunk: dict[str, Any]) -> None:
        self._head.update({name: chunk[name] for name in _META if chunk.get(name) is not None})
        self._usage = chunk.get("usage") or self._usage
        for piece in chunk.get("choices") or ():
            index = piece.get("index", 0)
            choice = self._choices.setdefault(
                index, {"text": "", "index": index, "logprobs": None, "finish_reason": None}
            )
            self._texts.setdefault(index, []).append(piece.get("text") or "")
            if piece.get("finish_reason") is not None:
                choice["finish_reason"] = piece["finish_reason"]
            _fold_text_logprobs(choice, piece.get("logprobs"))

    def result(self) -> dict[str, Any]:
        for index, texts in self._texts.items():
            self._choices[index]["text"] = "".join(texts)
        result = {**self._head, "choices": [self._choices[index] for index in sorted(self._choices)]}
        if self._usage is not None:
            result["usage"] = self._usage
        return result


def _fold_text_logprobs(choice: dict[str, Any], value: dict[str, Any] | None) -> None:
    if value is None:
        return
    held: dict[str, Any] = choice["logprobs"] or {}
    for name, pieces in value.items():
        if isinstance(pieces, list):
            held[name] = held.get(name) or []
            held[name] += pieces
        else:
            held[name] = pieces
    choice["logprobs"] = held
