"""Accumulate the chunks of a streamed chat completion to the completion. Without I/O; also for stored chunks.

Terms:
    *chunk*     one event of the stream, as a `ChatCompletionChunk` or as the JSON object it was decoded from.
    *piece*     the part of a text, of a tool call's arguments or of an object that one chunk brings.
    *call*      one tool call that the model requests.

Invariant: however a completion is cut into chunks, the result equals the completion of the unary call. The accumulator
never fails on a chunk that is an object; members that it does not know are kept.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..._core.narrow import is_list, is_mapping
from ._merge import as_number, as_text, join_base64, members, merge, merge_lists, plain, text_of

if TYPE_CHECKING:
    from ...types.chat import ChatCompletion, ChatCompletionChunk
    from ...types.shared import CompletionUsage

__all__ = [
    "CallPiece",
    "CallState",
    "ChatAccumulator",
    "ChoiceState",
    "ChunkLike",
    "Step",
    "accumulate",
    "accumulate_async",
]

ChunkLike: TypeAlias = "ChatCompletionChunk | Mapping[str, Any]"

_TEXTS = ("content", "refusal", "reasoning_content", "reasoning")
_FIRST = frozenset({"id", "model", "created"})
_NOISE = frozenset({"obfuscation"})


@dataclass(slots=True, eq=False)
class CallState:
    """An incomplete tool call. ``arguments`` are the pieces in the order of arrival."""

    position: int
    """The position in the order of arrival within the choice."""
    index: int | None
    """The index that the server sent, if any."""
    id: str = ""
    type: str | None = None
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])
    rest: dict[str, Any] = field(default_factory=dict[str, Any])
    function_rest: dict[str, Any] = field(default_factory=dict[str, Any])
    custom: dict[str, Any] | None = None
    has_function: bool = False

    @property
    def place(self) -> int:
        """The number of the call in its choice: the server's index, or else the position in the order of arrival."""
        return self.position if self.index is None else self.index

    @property
    def arguments_text(self) -> str:
        """The arguments so far."""
        return "".join(self.arguments)

    def add(self, piece: Mapping[str, Any]) -> str:
        """Add a piece to the call. Return the piece of its arguments."""
        fragment = ""
        for name, value in piece.items():
            if value is None or name == "index":
                continue
            if name == "id":
                self.id = self.id or as_text(value)
            elif name == "type":
                self.type = value or self.type
            elif name == "function":
                fragment = self._add_function(members(value))
            elif name == "custom":
                fragment = self._add_custom(members(value))
            else:
                merge(self.rest, {name: value})
        return fragment

    def _add_function(self, function: Mapping[str, Any]) -> str:
        self.has_function = True
        fragment = ""
        for name, value in function.items():
            if value is None:
                continue
            if name == "arguments":
                # Some servers send the arguments as an object instead of text.
                fragment = value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)
                if fragment:
                    self.arguments.append(fragment)
            elif name == "name":
                # A name may come in pieces; servers that repeat the whole name in every piece are common too.
                if isinstance(value, str) and value != self.name:
                    self.name += value
            else:
                merge(self.function_rest, {name: value})
        return fragment

    def _add_custom(self, custom: Mapping[str, Any]) -> str:
        self.custom = self.custom if self.custom is not None else {}
        given = custom.get("input")
        merge(self.custom, custom)
        return given if isinstance(given, str) else ""

    def continues(self, call_id: str, name: str) -> bool:
        """Return whether a piece with this id and name belongs to this call.

        A different id is not enough for a new call: some servers make a new id for every piece. A new call has a
        function name,
        so a piece with another id and a name, when this call has both, is a call of its own.
        """
        return not (call_id and name and self.id and self.name and call_id != self.id)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as the JSON object of the unary response."""
        made: dict[str, Any] = {"id": self.id}
        made["type"] = self.type or ("custom" if self.custom is not None else "function")
        if self.custom is not None:
            made["custom"] = plain(self.custom)
        if self.has_function or self.custom is None:
            made["function"] = {"name": self.name, "arguments": self.arguments_text, **plain(self.function_rest)}
        return {**made, **plain(self.rest)}


class CallPiece(NamedTuple):
    """A piece of a call's arguments; ``pieces`` is their number including this one."""

    call: CallState
    fragment: str
    pieces: int


@dataclass(slots=True, eq=False)
class ChoiceState:
    """An incomplete choice."""

    index: int
    role: str = "assistant"
    texts: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    nulls: set[str] = field(default_factory=set[str])
    calls: list[CallState] = field(default_factory=list[CallState])
    audio: dict[str, Any] | None = None
    audio_data: list[str] = field(default_factory=list[str])
    message_rest: dict[str, Any] = field(default_factory=dict[str, Any])
    rest: dict[str, Any] = field(default_factory=dict[str, Any])
    logprobs: dict[str, Any] | None = None
    finish_reason: str | None = None
    has_calls: bool = False
    parts: list[Any] | None = None
    """The content as a list of parts, if the server sent one. Its text is in ``texts`` too."""
    _plain_part: dict[str, Any] | None = None

    def text(self, name: str) -> str:
        """Return a text of the message so far: ``content``, ``refusal``, ``reasoning_content``, ``reasoning``."""
        return "".join(self.texts.get(name, ()))

    def add_delta(self, delta: Mapping[str, Any]) -> list[CallPiece]:
        """Add a delta to the message. Return the tool calls that it continued, each with its piece of arguments."""
        touched: list[CallPiece] = []
        for name, value in delta.items():
            if name in _TEXTS and isinstance(value, str):
                if name == "content" and self.parts is not None:
                    self._add_text(value, self.parts)
                self.texts.setdefault(name, []).append(value)
            elif name == "content" and is_list(value):
                self._add_parts(value)
            elif name == "tool_calls":
                touched = self._add_calls(value if is_list(value) else ())
            elif value is None:
                self.nulls.add(name)
            elif name == "role":
                self.role = value or self.role
            elif name == "audio":
                self._add_audio(members(value))
            elif name == "function_call":
                self._add_function_call(members(value))
            else:
                merge(self.message_rest, {name: value})
        return touched

    def _add_parts(self, pieces: list[Any]) -> None:
        if self.parts is None:
            self.parts = []
            self._add_text(self.text("content"), self.parts)
        merge_lists(self.parts, pieces)
        if text := text_of(pieces):
            self.texts.setdefault("content", []).append(text)

    def _add_text(self, text: str, parts: list[Any]) -> None:
        """Add plain text after parts. Servers that stream thinking as parts continue with plain text, in one part."""
        if text and self._plain_part is not None and parts[-1] is self._plain_part:
            self._plain_part["text"] += text
        elif text:
            self._plain_part = {"type": "text", "text": text}
            parts.append(self._plain_part)

    def _add_calls(self, pieces: Iterable[Any]) -> list[CallPiece]:
        touched: list[CallPiece] = []
        for piece in pieces:
            self.has_calls = True
            given = members(piece)
            call = self._call_of(given)
            touched.append(CallPiece(call, call.add(given), len(call.arguments)))
        return touched

    def _call_of(self, piece: Mapping[str, Any]) -> CallState:
        """Return the call that a piece continues: by index, else by id, else the latest."""
        index, call_id = as_number(piece.get("index")), as_text(piece.get("id"))
        name = as_text(members(piece.get("function")).get("name"))
        existing: CallState | None = None
        if index is not None:
            existing = next((call for call in reversed(self.calls) if call.index == index), None)
        elif call_id and (existing := next((call for call in self.calls if call.id == call_id), None)) is not None:
            return existing
        elif self.calls and not (name and self.calls[-1].name and self.calls[-1].arguments):
            existing = self.calls[-1]
        if existing is not None and existing.continues(call_id, name):
            return existing
        self.calls.append(CallState(position=len(self.calls), index=index))
        return self.calls[-1]

    def _add_audio(self, audio: Mapping[str, Any]) -> None:
        self.audio = self.audio if self.audio is not None else {}
        data = audio.get("data")
        if isinstance(data, str) and data:
            self.audio_data.append(data)
        merge(self.audio, {name: value for name, value in audio.items() if name != "data"})

    def _add_function_call(self, piece: Mapping[str, Any]) -> None:
        existing = self.message_rest.setdefault("function_call", {"name": "", "arguments": ""})
        existing["name"] = existing["name"] or as_text(piece.get("name"))
        existing["arguments"] += as_text(piece.get("arguments"))

    def add_logprobs(self, logprobs: Mapping[str, Any]) -> None:
        """Add the log probabilities of new tokens."""
        self.logprobs = self.logprobs if self.logprobs is not None else {}
        merge(self.logprobs, logprobs)

    def ordered_calls(self) -> list[CallState]:
        """Return the calls in the order of their index; those without one keep their position."""
        return sorted(self.calls, key=lambda call: (call.place, call.position))

    def message(self) -> dict[str, Any]:
        """Return the message so far as the JSON object of the unary response."""
        made: dict[str, Any] = {"role": self.role, "content": None}
        made.update(dict.fromkeys(self.nulls))
        for name in self.texts:
            made[name] = self.text(name)
        made.update({name: plain(value) for name, value in self.message_rest.items() if name not in self.texts})
        if self.parts is not None:
            made["content"] = plain(self.parts)
        if self.has_calls:
            made["tool_calls"] = [call.to_dict() for call in self.ordered_calls()]
        if self.audio is not None:
            made["audio"] = {**self.audio, "data": join_base64(self.audio_data)}
        if made["content"] == "" and (
            self.has_calls or made.get("refusal") or made.get("audio") or made.get("function_call")
        ):
            # An empty first piece only opens the message. The unary response has null if there is something else.
            made["content"] = None
        return made

    def to_dict(self) -> dict[str, Any]:
        """Return the choice so far as the JSON object of the unary response."""
        return {
            **plain(self.rest),
            "index": self.index,
            "message": self.message(),
            "logprobs": plain(self.logprobs),
            "finish_reason": self.finish_reason,
        }


class Step(NamedTuple):
    """The effect of one chunk on one choice: its members and delta in the chunk, and the tool calls continued."""

    choice: ChoiceState
    given: Mapping[str, Any]
    delta: Mapping[str, Any]
    calls: list[CallPiece]


class ChatAccumulator:
    """Accumulates a chat completion, chunk by chunk.

    Example::

        accumulator = ChatAccumulator()
        for chunk in client.chat.completions.create(model=..., messages=..., stream=True):
            accumulator.add(chunk)
        completion = accumulator.completion()
    """

    __slots__ = ("_choices", "_top")

    def __init__(self) -> None:
        self._top: dict[str, Any] = {}
        self._choices: dict[int, ChoiceState] = {}

    def add(self, chunk: ChunkLike) -> None:
        """Add one chunk."""
        self.take(chunk)

    def take(self, chunk: ChunkLike) -> list[Step]:
        """Add one chunk. Return its effect on each choice in it."""
        seen: list[Step] = []
        for name, value in members(chunk).items():
            if name == "choices":
                for position, choice in enumerate(value if is_list(value) else ()):
                    seen.append(self._take_choice(members(choice), position))
            elif name in _FIRST:
                self._top[name] = self._top.get(name) or value
            elif name not in _NOISE and (value is not None or name not in self._top):
                self._top[name] = value
        return seen

    def _take_choice(self, choice: Mapping[str, Any], position: int) -> Step:
        index = as_number(choice.get("index"))
        index = position if index is None else index
        state = self._choices.get(index)
        if state is None:
            state = self._choices[index] = ChoiceState(index)
        # A server that cannot stream sends the whole message at once.
        given = choice.get("delta")
        given = choice.get("message") if given is None else given
        delta: Mapping[str, Any] = {} if given is None else members(given)
        touched = state.add_delta(delta) if delta else []
        for name, value in choice.items():
            if name in {"index", "delta", "message"} or (value is None and name in {"finish_reason", "logprobs"}):
                continue
            if name == "finish_reason":
                state.finish_reason = value
            elif name == "logprobs":
                state.add_logprobs(members(value))
            elif value is not None or name not in state.rest:
                state.rest[name] = plain(value)
        return Step(state, choice, delta, touched)

    @property
    def choices(self) -> list[ChoiceState]:
        """The choices so far, in the order of their index."""
        return [self._choices[index] for index in sorted(self._choices)]

    @property
    def text(self) -> str:
        """The text of the first choice so far."""
        state = self._choices.get(0)
        return state.text("content") if state is not None else ""

    @property
    def usage(self) -> CompletionUsage | None:
        """The usage, once the server has sent it."""
        given = self._top.get("usage")
        return self.completion().usage if is_mapping(given) else given

    def to_dict(self) -> dict[str, Any]:
        """Return the completion so far as the JSON object of the unary response."""
        made = {name: plain(value) for name, value in self._top.items()}
        made["object"] = "chat.completion"
        made["choices"] = [choice.to_dict() for choice in self.choices]
        for name, default in (("id", ""), ("created", 0), ("model", "")):
            made[name] = made.get(name) or default
        return made

    def completion(self) -> ChatCompletion:
        """Return the completion so far. After the last chunk it equals the unary response."""
        from ._models import completion_from

        return completion_from(self.to_dict())


def accumulate(chunks: Iterable[ChunkLike]) -> ChatCompletion:
    """Return the completion that these chunks make. Takes decoded chunks and stored JSON objects.

    Example::

        completion = onceward.accumulate(json.loads(line) for line in open("chunks.jsonl"))
    """
    accumulator = ChatAccumulator()
    for chunk in chunks:
        accumulator.take(chunk)
    return accumulator.completion()


async def accumulate_async(chunks: AsyncIterable[ChunkLike]) -> ChatCompletion:
    """Return the completion that asynchronous chunks make."""
    accumulator = ChatAccumulator()
    async for chunk in chunks:
        accumulator.take(chunk)
    return accumulator.completion()
