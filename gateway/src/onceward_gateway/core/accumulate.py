"""Folding: the chunks of a stream into the object that the unary call gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["ChatFold", "TextFold", "fold", "fold_text"]

_META = ("id", "created", "model", "system_fingerprint", "service_tier")
_PLAIN = {*_META, "object", "choices"}
_LISTS = ("content", "refusal")
_MOST_INDEX = 1e6


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
            text, index = _bare_text(piece), piece.get("index")
            if text is not None and type(index) is int and index in self._texts:
                self._texts[index].append(text)
            else:
                _spell(self._choices, self._texts)
                _fold_choice(self._choices, piece)
                self._texts.setdefault(_index(piece), [])

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
    """A text that grows: its pieces, which are joined at the end."""


def _index(piece: dict[str, Any]) -> int:
    """Return the number of a choice. Anything but a number means the first, as in the checks of streams."""
    index = piece.get("index")
    return int(index) if isinstance(index, int | float) and abs(index) < _MOST_INDEX else 0


def _spell(choices: dict[int, dict[str, Any]], texts: dict[int, list[str]]) -> None:
    for index, pieces in texts.items():
        if pieces:
            _append(choices[index]["message"], "content", pieces)
            pieces.clear()


def _append(into: dict[str, Any], name: str, pieces: list[str]) -> None:
    """Add pieces of text to a member, behind the blocks that it may be a list of."""
    held = into.get(name)
    if isinstance(held, _Text):
        held.extend(pieces)
    elif isinstance(held, list):
        held.append({"type": "text", "text": "".join(pieces)})
    else:
        into[name] = _Text([held, *pieces] if isinstance(held, str) else pieces)


def _extend(into: dict[str, Any], name: str, items: list[Any]) -> None:
    """Add items to a list, behind the text that may have come before."""
    held = into.get(name)
    if isinstance(held, _Text):
        held = [{"type": "text", "text": "".join(held)}]
    if not isinstance(held, list):
        held = []
    held.extend(items)
    into[name] = held


def _fold_choice(choices: dict[int, dict[str, Any]], piece: dict[str, Any]) -> None:
    index = _index(piece)
    choice = choices.get(index)
    if choice is None:
        message: dict[str, Any] = {"role": "assistant", "content": None}
        choice = choices[index] = {"index": index, "message": message, "logprobs": None, "finish_reason": None}
    for name, value in piece.items():
        if name == "delta":
            delta = {"content": value} if isinstance(value, str) else value
            _fold_delta(choice["message"], delta if isinstance(delta, dict) else {})
        elif name == "logprobs":
            _fold_logprobs(choice, value)
        elif name not in ("index", "message") and value is not None:
            choice[name] = value
    whole = piece.get("message")
    if isinstance(whole, dict) and not any(value for name, value in choice["message"].items() if name != "role"):
        # Elsewhere a message repeats what the deltas said.
        _fold_delta(choice["message"], whole)


def _fold_delta(message: dict[str, Any], delta: dict[str, Any]) -> None:
    for name, value in delta.items():
        if value is None:
            message.setdefault(name, None)
        elif name == "role":
            message["role"] = value
        elif name == "tool_calls":
            _fold_tool_calls(message, value)
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


def _fold_tool_calls(message: dict[str, Any], pieces: Any) -> None:
    """Add the pieces of tool calls, which are kept by their numbers until the end."""
    calls = message.get("tool_calls")
    if not isinstance(calls, dict):
        calls = message["tool_calls"] = {}
    for piece in pieces if isinstance(pieces, list) else ():
        if isinstance(piece, dict):
            index = piece.get("index")
            _fold_tool_call(
                calls.setdefault(index if isinstance(index, int) else max(calls, default=-1) + 1, {}), piece
            )


def _fold_tool_call(call: dict[str, Any], piece: dict[str, Any]) -> None:
    for name, value in piece.items():
        if name == "index" or value is None:
            continue
        if isinstance(value, dict):
            _merge(call, name, value, appended=("arguments", "input"))
        else:
            call[name] = value


def _merge(into: dict[str, Any], name: str, piece: Any, *, appended: tuple[str, ...]) -> None:
    held = into.get(name)
    if not isinstance(piece, dict):
        if not isinstance(held, dict):
            into[name] = piece
        return
    if not isinstance(held, dict):
        held = into[name] = {}
    for inner, value in piece.items():
        if inner in appended and isinstance(value, str):
            _append(held, inner, [value])
        elif value is not None:
            held[inner] = value


def _fold_logprobs(choice: dict[str, Any], value: Any) -> None:
    if not isinstance(value, dict):
        return
    held: dict[str, Any] = choice["logprobs"] or {}
    for name in _LISTS:
        pieces = value.get(name)
        if isinstance(pieces, list):
            _extend(held, name, pieces)
        else:
            held.setdefault(name, None)
    choice["logprobs"] = held


def _finished(choice: dict[str, Any]) -> dict[str, Any]:
    message = choice["message"]
    message.setdefault("refusal", None)
    calls = message.get("tool_calls")
    if isinstance(calls, dict):
        message["tool_calls"] = [_spelled(calls[index]) for index in sorted(calls) if calls[index]]
    _spelled(message)
    return choice


def _spelled(members: dict[str, Any]) -> dict[str, Any]:
    """Join the texts that grew among these members, and one level deeper."""
    for name, value in members.items():
        if isinstance(value, _Text):
            members[name] = "".join(value)
        elif isinstance(value, dict):
            for inner, text in value.items():
                if isinstance(text, _Text):
                    value[inner] = "".join(text)
    return members


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
            index, text = _index(piece), piece.get("text")
            choice = self._choices.setdefault(
                index, {"text": "", "index": index, "logprobs": None, "finish_reason": None}
            )
            self._texts.setdefault(index, []).append(text if isinstance(text, str) else "")
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


def _fold_text_logprobs(choice: dict[str, Any], value: Any) -> None:
    if not isinstance(value, dict):
        return
    held: dict[str, Any] = choice["logprobs"] or {}
    for name, pieces in value.items():
        if isinstance(pieces, list):
            _extend(held, name, pieces)
        else:
            held[name] = pieces
    choice["logprobs"] = held
