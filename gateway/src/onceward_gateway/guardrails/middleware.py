"""The guardrail middleware: rewrites the texts of an answer, whole or piece by piece.

Every text of an answer (each choice's content, refusal, reasoning, the arguments of each tool call) has its own
rewriters. An event without changes is passed on byte for byte; text that was held back is sent with the event that ends
its choice. Token probabilities contain the text again, so they are removed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ..core.answer import Answer
from ..core.errors import ApiError
from ..core.lenient_json import (
    Unreadable,
    decode,
    encode,
)
from ..core.response_writer import ResponseWriter, WriterMiddleware
from ..core.threads import LARGE_BODY, offload
from .embedded import is_text
from .escapes import Unescape
from .interface import Rewriter, whole_of
from .pieces import RewrittenText, joined_parts

__all__ = ["GuardFilter"]

_TEXTS = ("content", "refusal", "reasoning_content", "reasoning")
# Members without model output: protocol, ids and encoded bytes.
_NO_TEXTS = frozenset({"role", "id", "type", "data", "signature", "encrypted_content", "thought_signature", "format"})
_IN_PIECES = frozenset({*_TEXTS, "tool_calls", "function_call"})
# The members of a content part that continue in the parts of later events.
_PART_TEXTS = frozenset({"text", "refusal", "thinking", "reasoning", "content", "summary", "transcript"})
# Members of an answer and of a choice that are not texts, or are handled separately.
_HEAD = frozenset({"object", "created", "model", "system_fingerprint", "service_tier", "usage", "choices"})
_CHOICE = frozenset({"index", "text", "delta", "message", "logprobs", "finish_reason"})
_FUNCTION = frozenset({"name", "arguments"})
# Channels of JSON, where escapes may hide a text.
_JSON_CHANNELS = frozenset({"function_call", "function.arguments"})
Open = Callable[[], Sequence[Rewriter]]


class _Chain:
    """Several rewriters in sequence."""

    def __init__(self, rewriters: Sequence[Rewriter]) -> None:
        self._rewriters = rewriters

    def feed(self, text: str) -> str:
        for rewriter in self._rewriters:
            text = rewriter.feed(text)
        return text

    def close(self) -> str:
        text = ""
        for rewriter in self._rewriters:
            text = rewriter.feed(text) + rewriter.close()
        return text

    def whole(self, text: str) -> str:
        for rewriter in self._rewriters:
            text = whole_of(rewriter, text)
        return text


class GuardFilter(WriterMiddleware):
    """Middleware that rewrites an answer. `open` returns the rewriters of one text."""

    def __init__(self, inner: ResponseWriter, open: Open, *, streams: bool = True) -> None:
        super().__init__(inner)
        self._open = open
        self._streams = streams
        self._unnamed: dict[tuple[int, int], dict[str, Any]] = {}
        self._arguing: set[tuple[int, int]] = set()
        self._chains: dict[tuple[int, str, int], _Chain] = {}
        self._last: dict[str, Any] | None = None
        self._refused = False
        self._large: Answer | None = None

    # -- streams

    async def emit(self, data: bytes, event: str | None = None) -> None:
        """Rewrite the texts of one chunk and hand it on. Large chunks are rewritten in a thread."""
        chunk = _object(data)
        if chunk is None:
            await self._inner.emit(data, event)
            return
        choices = chunk.get("choices")
        try:
            head, changed = await offload(self._chunk, chunk) if len(data) > LARGE_BODY else self._chunk(chunk)
        except ApiError:
            self._refused = True
            raise
        if changed:
            self._last = head
        if head == chunk and (not changed or changed == choices):
            await self._inner.emit(data, event)
        elif not changed:
            await self._inner.emit(encode(head), event)
        elif head != chunk or chunk.get("usage") is not None or any(map(_has_content, changed)):
            await self._inner.emit(encode({**head, "choices": changed}), event)

    def _chunk(self, chunk: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        """Return the members of an event with their texts rewritten, and its choices."""
        head, choices = self._rewrite_members(chunk, _HEAD), chunk.get("choices")
        return head, [self._choice(choice) for choice in choices] if isinstance(choices, list) else []

    def _choice(self, choice: Any) -> Any:
        if not isinstance(choice, dict):
            return choice
        changed, index = self._rewrite_members(choice, _CHOICE), _index(choice)
        if isinstance(choice.get("text"), str):
            changed["text"] = self._feed(index, "text", 0, choice["text"])
        if choice.get("message") is not None:
            changed["message"] = self._nested(choice["message"])
        delta = choice.get("delta")
        if isinstance(delta, dict):
            changed["delta"] = self._delta(index, delta)
        if choice.get("logprobs") is not None:
            changed["logprobs"] = None
        if choice.get("finish_reason") is not None:
            self._close_choice(index, changed)
        return changed

    def _delta(self, index: int, delta: dict[str, Any]) -> dict[str, Any]:
        changed = dict(delta)
        for name, value in delta.items():
            in_parts = name in _TEXTS and not isinstance(value, str)
            if name not in _NO_TEXTS and (in_parts or name not in _IN_PIECES):
                changed[name] = self._pieces(index, name, value) if self._streams else self._nested(value)
        for name in _TEXTS:
            if isinstance(delta.get(name), str):
                changed[name] = self._feed(index, name, 0, delta[name])
        calls = delta.get("tool_calls")
        if isinstance(calls, list):
            called = [self._call(index, call) for call in calls]
            changed["tool_calls"] = [call for call in called if call is not None]
            if calls and not changed["tool_calls"]:
                del changed["tool_calls"]
        if isinstance(delta.get("function_call"), dict):
            changed["function_call"] = self._function(index, delta["function_call"])
        return changed

    def _function(self, index: int, function: dict[str, Any]) -> dict[str, Any]:
        """Rewrite a piece of the older form of a tool call. The rest of its name is sent when its arguments begin."""
        changed, channel = self._rewrite_members(function, _FUNCTION), (index, "function_call.name", 0)
        name, arguments = function.get("name"), function.get("arguments")
        if isinstance(name, str):
            changed["name"] = self._feed(*channel, name) if self._streams else self._whole(name)
        if isinstance(arguments, str):
            if arguments and channel in self._chains:
                changed["name"] = (changed.get("name") or "") + self._chains.pop(channel).close()
            changed["arguments"] = self._feed(index, "function_call", 0, arguments)
        return changed

    def _rewrite_members(self, value: dict[str, Any], known: frozenset[str]) -> dict[str, Any]:
        """Return an object with the texts of all members rewritten, except those in `known`."""
        return {
            name: item if name in known or name in _NO_TEXTS else self._nested(item) for name, item in value.items()
        }

    def _nested(self, value: Any) -> Any:
        """Return a member of an answer with each text in it rewritten, such as content in parts."""
        if isinstance(value, str):
            return str(value) if isinstance(value, RewrittenText) else self._whole(value)
        if isinstance(value, list):
            return [self._nested(item) for item in joined_parts(value, self._whole, keep=True)]
        if isinstance(value, dict):
            return {name: item if name in _NO_TEXTS else self._nested(item) for name, item in value.items()}
        return value

    def _pieces(self, index: int, name: str, value: Any) -> Any:
        """Return a member of a delta with its texts rewritten as continuations of earlier events."""
        if name in _TEXTS or not isinstance(value, dict):
            return self._parts(index, name, value)
        changed = self._rewrite_members(value, _PART_TEXTS)
        for field in _PART_TEXTS & value.keys():
            text = value[field]
            whole = not isinstance(text, str)
            changed[field] = self._nested(text) if whole else self._feed(index, f"{name}//{field}", 0, text)
        return changed

    def _parts(self, index: int, name: str, value: Any) -> Any:
        """Return content in parts, each text rewritten as a continuation of earlier parts of its type."""
        if isinstance(value, str):
            return self._feed(index, name, 0, value)
        if isinstance(value, list):
            return [self._parts(index, name, item) if _is_piece(name, item) else self._nested(item) for item in value]
        if not isinstance(value, dict):
            return value
        changed = self._rewrite_members(value, _PART_TEXTS)
        kind = str(value.get("type") or "text").replace("/", "|")
        for field in _PART_TEXTS & value.keys():
            path = f"{name}/{kind}/{field}"
            if isinstance(value[field], str):
                changed[field] = self._feed(index, path, _index(value), value[field])
            else:
                changed[field] = self._parts(index, path, value[field])
        return changed

    def _call(self, index: int, call: Any) -> Any:
        """Rewrite a piece of a tool call; return None while its name is undecided."""
        if not isinstance(call, dict):
            return call
        for kind, member in (("function", "arguments"), ("custom", "input")):
            inner = call.get(kind)
            if isinstance(inner, dict):
                return self._hold_until_named(
                    index, {**call, kind: self._rewritten_function(index, call, kind, member)}, kind, member
                )
        return call

    def _rewritten_function(self, index: int, call: dict[str, Any], kind: str, member: str) -> dict[str, Any]:
        """Return the function of a tool call with its name and its arguments rewritten."""
        inner = dict(call[kind])
        if isinstance(inner.get("name"), str):
            name = inner["name"]
            inner["name"] = (
                self._feed(index, f"{kind}.name", _index(call), name) if self._streams else self._whole(name)
            )
            if inner["name"] != name:
                self._unnamed.setdefault((index, _index(call)), {})
        if isinstance(inner.get(member), str):
            if inner[member]:
                self._arguing.add((index, _index(call)))
            inner[member] = self._feed(index, f"{kind}.{member}", _index(call), inner[member])
        return inner

    def _hold_until_named(self, index: int, call: dict[str, Any], kind: str, member: str) -> dict[str, Any] | None:
        """Hold a tool call back until its arguments begin, so that its name is sent whole."""
        place = index, _index(call)
        held_back = self._unnamed.pop(place, None)
        if held_back is None or not self._streams:
            return call
        inner = {**held_back.get(kind, {}), **call[kind]}
        inner["name"] = (held_back.get(kind, {}).get("name") or "") + (call[kind].get("name") or "")
        whole = {**held_back, **{key: value for key, value in call.items() if value is not None}, kind: inner}
        if place not in self._arguing:
            self._unnamed[place] = whole
            return None
        chain = self._chains.pop((index, f"{kind}.name", place[1]), None)
        inner["name"] += chain.close() if chain is not None else ""
        return whole

    def _feed(self, index: int, name: str, part: int, text: str) -> str:
        chain = self._chains.get((index, name, part))
        if chain is None:
            rewriters = self._open()
            if name in _JSON_CHANNELS:
                rewriters = (Unescape(), *rewriters)
            chain = self._chains[index, name, part] = _Chain(rewriters)
        return chain.feed(text)

    def _close_choice(self, index: int, choice: dict[str, Any]) -> bool:
        """Add the held back text of a choice to its last event; return whether there was any."""
        found = False
        for held_back in [held_back for held_back in self._unnamed if held_back[0] == index]:
            found = True
            delta = choice["delta"] = choice.get("delta") or {}
            delta["tool_calls"] = [*(delta.get("tool_calls") or ()), self._unnamed.pop(held_back)]
        for place in [place for place in self._chains if place[0] == index]:
            rest = self._chains.pop(place).close()
            if rest:
                found = True
                _add(choice, place[1], place[2], rest)
        return found

    async def flush(self) -> None:
        """Rewrite a large answer in a thread, or send the held back text of a stream without a last event."""
        if self._large is not None:
            answer, self._large = self._large, None
            self._inner.answer = await offload(self.guarded, answer)
        if self._refused or self._last is None:
            return
        for index in sorted({place[0] for place in self._chains}):
            choice: dict[str, Any] = {"index": index, "finish_reason": None}
            if self._close_choice(index, choice):
                chunk = {**self._last, "choices": [choice]}
                chunk.pop("usage", None)
                await self._inner.emit(encode(chunk))

    def rewritten(self, value: Any) -> Any:
        """Return the details that accompany an answer, with each text in them rewritten."""
        return self._nested(value)

    # -- whole answers

    @property
    def answer(self) -> Answer | None:
        """Return the whole answer, with its texts rewritten unless it is large and waits for `flush`."""
        return self._inner.answer if self._large is None else self._large

    @answer.setter
    def answer(self, value: Answer | None) -> None:
        if value is not None and len(value.body) > LARGE_BODY:
            self._large = value
        else:
            self._inner.answer = value if value is None else self.guarded(value)

    def guarded(self, answer: Answer) -> Answer:
        """Return the answer with its texts rewritten."""
        value = _object(answer.body) if "json" in answer.content_type else None
        if value is None:
            if answer.content_type.startswith("text/") or is_text(answer.body):
                return replace(answer, body=self._whole(answer.body.decode("utf-8", "replace")).encode())
            return answer
        changed = self._rewrite_members(value, _HEAD)
        if isinstance(value.get("choices"), list):
            changed["choices"] = [self._whole_choice(choice) for choice in value["choices"]]
        if isinstance(value.get("data"), list):
            changed["data"] = [self._image_item(item) for item in value["data"]]
        return answer if changed == value else replace(answer, body=encode(changed))

    def _whole(self, text: str) -> str:
        return _Chain(self._open()).whole(text)

    def _image_item(self, item: Any) -> Any:
        """Return an item of `data` with the prompt of its image rewritten; vectors have no texts."""
        if isinstance(item, dict) and isinstance(item.get("revised_prompt"), str):
            return {**item, "revised_prompt": self._whole(item["revised_prompt"])}
        return item

    def _whole_choice(self, choice: Any) -> Any:
        if not isinstance(choice, dict):
            return choice
        changed = self._rewrite_members(choice, _CHOICE)
        if isinstance(choice.get("text"), str):
            changed["text"] = self._whole(choice["text"])
        if choice.get("delta") is not None:
            changed["delta"] = self._nested(choice["delta"])
        message = choice.get("message")
        if isinstance(message, dict):
            whole_filter = GuardFilter(self._inner, self._open, streams=False)
            part = whole_filter._delta(0, _numbered(message))
            holder: dict[str, Any] = {"delta": part}
            whole_filter._close_choice(0, holder)
            changed["message"] = _unnumbered(part, message)
        if choice.get("logprobs") is not None:
            changed["logprobs"] = None
        return changed


def _numbered(message: dict[str, Any]) -> dict[str, Any]:
    """Return a whole message in the form of a delta, with numbered tool calls."""
    calls = message.get("tool_calls")
    if not isinstance(calls, list):
        return message
    return {**message, "tool_calls": [{**call, "index": at} for at, call in enumerate(calls) if isinstance(call, dict)]}


def _unnumbered(part: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    calls = message.get("tool_calls")
    if not isinstance(calls, list):
        return part
    out = []
    for call, own in zip(part["tool_calls"], [call for call in calls if isinstance(call, dict)], strict=True):
        out.append({name: value for name, value in call.items() if name != "index" or "index" in own})
    return {**part, "tool_calls": out}


def _add(choice: dict[str, Any], name: str, part: int, rest: str) -> None:
    """Append text to what the event already has of a channel."""
    if name == "text":
        choice["text"] = (choice.get("text") or "") + rest
        return
    delta = choice["delta"] = choice.get("delta") or {}
    kind, dot, field = name.partition(".")
    member, *path = name.split("/")
    if path and not path[0]:
        inner = delta[member] = dict(delta.get(member) or {})
        inner[path[1]] = (inner.get(path[1]) or "") + rest
    elif path:
        delta[member] = _with_part(delta.get(member), path, part, rest)
    elif name == "function_call.name":
        inner = delta[kind] = dict(delta.get(kind) or {})
        inner[field] = (inner.get(field) or "") + rest
    elif dot:
        calls = delta["tool_calls"] = list(delta.get("tool_calls") or ())
        call = next((one for one in calls if _index(one) == part), None)
        if call is None:
            call = {"index": part}
            calls.append(call)
        inner = call[kind] = dict(call.get(kind) or {})
        inner[field] = (inner.get(field) or "") + rest
    elif name == "function_call":
        inner = delta[name] = dict(delta.get(name) or {})
        inner["arguments"] = (inner.get("arguments") or "") + rest
    elif isinstance(delta.get(name), list):
        delta[name] = [*delta[name], rest]
    else:
        delta[name] = (delta.get(name) or "") + rest


def _is_piece(name: str, item: Any) -> bool:
    """Return whether later events continue this list item, unlike one with its own text, such as a citation."""
    return name in _TEXTS or not isinstance(item, str)


def _with_part(parts: Any, path: list[str], index: int, rest: str) -> list[Any]:
    """Return content in parts, with a part at its end that has the rest of a text."""
    if isinstance(parts, str):
        parts = [{"type": "text", "text": parts}] if parts else []
    elif isinstance(parts, dict):
        parts = [parts]
    kind, field, *inner = path
    part: dict[str, Any] = {"type": kind, field: _with_part(None, inner, index, rest) if inner else rest}
    if index:
        part["index"] = index
    return [*(parts or ()), part]


def _has_content(choice: Any) -> bool:
    """Return whether a rewritten choice still has any content."""
    if not isinstance(choice, dict) or choice.get("finish_reason") is not None or choice.get("text"):
        return True
    delta = choice.get("delta")
    if not isinstance(delta, dict):
        return False
    return any(_calls_have_content(value) if name == "tool_calls" else value for name, value in delta.items())


def _calls_have_content(calls: Any) -> bool:
    if not isinstance(calls, list):
        return bool(calls)
    for call in calls:
        inner = call.get("function") or call.get("custom") or {} if isinstance(call, dict) else {}
        if (
            not isinstance(call, dict)
            or call.get("id")
            or inner.get("name")
            or any(map(inner.get, ("arguments", "input")))
        ):
            return True
    return False


def _index(value: dict[str, Any]) -> int:
    index = value.get("index")
    return index if isinstance(index, int) else 0


def _object(data: bytes) -> dict[str, Any] | None:
    """Return the object in these bytes, read leniently: providers send halves of surrogate pairs, for instance."""
    try:
        value = decode(data)
    except Unreadable:
        return None
    return value if isinstance(value, dict) else None
