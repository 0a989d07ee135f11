"""A chat request read once: who said what, what was shown, what the tools gave back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ...core.media_info import (
    Picture,
    describe_image,
    payload_of,
)
from ..draw import digest
from ..lexicon import squeezed
from ..schema import Hints
from ..speech.listen import listen

__all__ = ["Conversation", "ToolResult", "Turn", "text_of"]

_INSTRUCTING = ("system", "developer")
_LONGEST_STEP = 4000
_FORM = re.compile(r"\bJSON\b|\bschema\b|^\s*```", re.IGNORECASE)
# The words that demand a form: the end of a sentence (`... as JSON with keys a and b`), or a sentence of its own.
_FORM_BEHIND = re.compile(r"\s*\b(?:as|in|using)\s+(?:an? |valid )*JSON\b.*$", re.IGNORECASE | re.MULTILINE)
_FORM_ALONE = re.compile(r"(?:(?<=[.?!\n])|^)[^.?!\n]*\bJSON\b[^.?!\n]*(?:\{[^{}]*\})?[.!]?", re.IGNORECASE)
_BARE_KEYS = re.compile(r"\{[\w\s,\"'`]{1,200}\}")
_TASK = re.compile(r"^\s*New task:\s*")
_OBSERVED = re.compile(r"\s*Observation:\s*")
_ACTION = re.compile(r"Action:[ \t]*([\w.-]+)|['\"]name['\"]:\s*['\"]([\w.-]+)")
_LONG_TEXT = 65_536
_MEDIA = {"video_url": "video", "audio_url": "audio", "document_url": "document"}
_LONGEST_URL = 200


@dataclass(frozen=True, slots=True)
class Turn:
    """The words of one message; for an assistant the names of the tools that it called as well."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The result of a tool, with the name and the arguments of the call it answers (empty when it is not known)."""

    name: str
    arguments: str
    text: str


@dataclass(frozen=True)
class Conversation:
    """The messages of a request. `since_user` are the messages after the last one of the user."""

    messages: tuple[Mapping[str, Any], ...]
    turns: tuple[Turn, ...]
    instructions: str
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[str, ...] = ()
    results: tuple[ToolResult, ...] = ()
    called: tuple[tuple[str, str], ...] = field(default=())

    @classmethod
    def read(cls, messages: Sequence[Mapping[str, Any]]) -> Conversation:
        """Build the conversation from the `messages` of a chat request."""
        messages = _with_observations(messages)
        turns = [Turn(str(message.get("role", "user")), text_of(message)) for message in messages]
        since = _index_after_last_user(messages)
        last = messages[since - 1] if since else {}
        parts = [part for part in _parts(last) if isinstance(part, Mapping)]
        pictures = [picture for part in parts if (picture := describe_image(part)) is not None]
        return cls(
            messages=tuple(messages),
            turns=tuple(turn for turn in turns if turn.role not in _INSTRUCTING),
            instructions="\n".join(turn.text for turn in turns if turn.role in _INSTRUCTING),
            pictures=tuple(pictures),
            attachments=tuple(note for part in parts if (note := _attachment(part))),
            results=tuple(_results(messages[since:])),
            called=tuple(_called(messages[since:])),
        )

    @cached_property
    def asked(self) -> str:
        """The last words of the user; without a user's message the last words of all."""
        said = [turn.text for turn in self.turns if turn.role == "user"]
        if said:
            return _TASK.sub("", said[-1])
        return self.turns[-1].text if self.turns else self.instructions

    @cached_property
    def question(self) -> Conversation:
        """The same conversation without the sentences that demand a form of the answer."""
        asked = whole = squeezed(self.asked[:_LONGEST_STEP])
        for form in (_FORM_BEHIND, _FORM_ALONE):
            asked = form.sub("", asked).strip(" \n-,;:") or asked
        asked = asked if len(asked.split()) > 1 else whole
        return Conversation(
            messages=(), turns=(*self.turns[:-1], Turn("user", asked)), instructions="", results=self.results
        )

    def since_asked(self) -> Sequence[Mapping[str, Any]]:
        """Return the messages after the last one of the user."""
        return self.messages[_index_after_last_user(self.messages) :]

    @cached_property
    def earlier(self) -> tuple[str, ...]:
        """The earlier messages of the user, oldest first."""
        return tuple(turn.text for turn in self.turns if turn.role == "user" and turn.text)[:-1]

    @cached_property
    def hints(self) -> Hints:
        """The texts in the order in which they tell: the last question, tool results, what came before."""
        texts = [self.asked, *(result.text for result in self.results), *reversed(self.earlier), self.instructions]
        return Hints(texts)

    @cached_property
    def plain_hints(self) -> Hints:
        """The hints without what the texts show as the form of an answer: a schema in a prompt says nothing of it."""
        texts = [self.asked, *(result.text for result in self.results), *reversed(self.earlier), self.instructions]
        return Hints([_without_braces(text) for text in texts])

    @cached_property
    def name(self) -> bytes:
        """A digest of all that was said and shown."""
        return digest(*(repr(_shortened(message)) for message in self.messages))


def _shortened(value: Any) -> Any:
    """`value` with digests in the place of its long texts."""
    if isinstance(value, str):
        return value if len(value) <= _LONG_TEXT else digest(value).hex()
    if isinstance(value, Mapping):
        return {name: _shortened(item) for name, item in value.items()}
    return [_shortened(item) for item in value] if isinstance(value, list) else value


def _without_braces(text: str) -> str:
    """Return a text up to its first brace and from its last one on, without the lines that demand JSON."""
    text = _BARE_KEYS.sub(" ", text[:_LONG_TEXT]) + text[_LONG_TEXT:]
    first, last = text.find("{"), text.rfind("}")
    if 0 <= first < last:
        text = f"{text[:first]}\n{text[last + 1 :]}"
    kept = [line for line in text.splitlines() if not _FORM.search(line[:_LONGEST_STEP]) or "?" in line]
    return "\n".join(kept) if any(len(line.split()) > 1 for line in kept) else text


def _with_observations(messages: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return the messages, with what agents send back as a user's `Observation: ...` as the result of a tool."""
    if not any(message.get("role") == "user" and _OBSERVED.match(_written(message)) for message in messages[1:]):
        return messages
    out: list[Mapping[str, Any]] = []
    for at, message in enumerate(messages):
        text = _written(message) if message.get("role") == "user" and at else ""
        observed = _OBSERVED.match(text)
        if observed is None:
            out.append(message)
            continue
        called = _ACTION.search(_written(messages[at - 1])[-_LONGEST_STEP:])
        name = next((group for group in called.groups() if group), "") if called else ""
        out.append({"role": "function", "name": name, "content": text[observed.end() :].strip()})
    return out


def _written(message: Mapping[str, Any]) -> str:
    """Return the text of a message, without what is heard in it."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "\n".join(
        part["text"] for part in _parts(message) if isinstance(part, Mapping) and isinstance(part.get("text"), str)
    )


def text_of(message: Mapping[str, Any]) -> str:
    """Return the words of a message: text, text parts, and what can be heard in audio parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    words: list[str] = []
    for part in _parts(message):
        if not isinstance(part, Mapping):
            continue
        text = part.get("text") or part.get("refusal")
        if isinstance(text, str):
            words.append(text)
        heard = _heard(part)
        if heard:
            words.append(heard)
    audio = message.get("audio")
    if not words and isinstance(audio, Mapping):
        words.append(str(audio.get("transcript") or ""))
    return "\n".join(words)


def _parts(message: Mapping[str, Any]) -> Sequence[Any]:
    content = message.get("content")
    return content if isinstance(content, list | tuple) else ()


def _heard(part: Mapping[str, Any]) -> str:
    audio = part.get("input_audio")
    data = payload_of(audio.get("data")) if isinstance(audio, Mapping) else None
    return listen(data).text if data else ""


def _attachment(part: Mapping[str, Any]) -> str | None:
    kind = part.get("type")
    if kind in _MEDIA:
        source = part.get(str(kind))
        url = source.get("url") if isinstance(source, Mapping) else source
        shown = "given as data" if str(url).startswith("data:") else f"at {str(url)[:_LONGEST_URL]!r}"
        return f"the {_MEDIA[str(kind)]} {shown}"
    file = part.get("file")
    if kind != "file" or not isinstance(file, Mapping):
        return None
    data = payload_of(file.get("file_data"))
    name = file.get("filename") or file.get("file_id") or "unnamed"
    return f"the file {name!r}" + (f" of {len(data)} bytes" if data is not None else "")


def _index_after_last_user(messages: Sequence[Mapping[str, Any]]) -> int:
    for at in range(len(messages) - 1, -1, -1):
        if messages[at].get("role") == "user":
            return at + 1
    return 0


def _calls(message: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Id, name and arguments of each call in an assistant's message, in the three shapes they have."""
    out: list[tuple[str, str, str]] = []
    for call in message.get("tool_calls") or ():
        body = call.get("function") or call.get("custom") or {}
        arguments = body.get("arguments") or body.get("input") or ""
        text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        out.append((str(call.get("id", "")), str(body.get("name", "")), text))
    legacy = message.get("function_call")
    if isinstance(legacy, Mapping):
        out.append(("", str(legacy.get("name", "")), str(legacy.get("arguments", ""))))
    return out


def _called(messages: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Name and arguments of each call; of a result that came back as an observation at least the name."""
    made = [(name, arguments) for message in messages for _, name, arguments in _calls(message)]
    known = {name for name, _ in made}
    observed = [str(message.get("name") or "") for message in messages if message.get("role") == "function"]
    return made + [(name, "") for name in observed if name and name not in known]


def _results(messages: Sequence[Mapping[str, Any]]) -> list[ToolResult]:
    known = {call_id: (name, arguments) for message in messages for call_id, name, arguments in _calls(message)}
    by_name = dict(known.values())
    out: list[ToolResult] = []
    for message in messages:
        if message.get("role") == "tool":
            name, arguments = known.get(str(message.get("tool_call_id", "")), (str(message.get("name") or ""), ""))
        elif message.get("role") == "function":
            name = str(message.get("name") or "")
            arguments = by_name.get(name, "")
        else:
            continue
        out.append(ToolResult(name, arguments, text_of(message)))
    return out
