"""Drafts of answers: the normal answer of an upstream to a request, in parts that a quirk can change.

Tokens are words here, each with the space before it, and punctuation marks: a rule that a test can count by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from ..faults import Fault
from ..replies import RecordedRequest, Reply

__all__ = ["MISSING", "Asked", "Draft", "Kind", "Wire", "count_tokens", "drafted", "object_of"]

Wire = Literal["openai", "anthropic"]
Kind = Literal["chat", "completions", "embeddings", "images", "speech", "transcription", "moderations", "messages"]

MISSING: Any = object()
"""The result of a function given to `Draft.use` that removes the usage."""

_TOKEN = re.compile(r"\w+|[^\w\s]")
_FIELD = re.compile(rb'name="([^"]+)"(?:; filename="[^"]*")?[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--', re.DOTALL)
_PATHS: tuple[tuple[str, Kind], ...] = (
    ("/chat/completions", "chat"),
    ("/completions", "completions"),
    ("/embeddings", "embeddings"),
    ("/images/generations", "images"),
    ("/images/edits", "images"),
    ("/audio/speech", "speech"),
    ("/audio/transcriptions", "transcription"),
    ("/audio/translations", "transcription"),
    ("/moderations", "moderations"),
    ("/messages", "messages"),
)


def count_tokens(text: str) -> int:
    """Return the number of tokens in ``text`` for this upstream: its words and punctuation marks."""
    return len(_TOKEN.findall(text))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as an upstream understands it. ``kind`` is None if it is not for a model."""

    kind: Kind | None
    model: str
    stream: bool
    shows_usage: bool
    choices: int
    prompt_tokens: int
    tool: str | None
    text: str

    @property
    def wire(self) -> Wire:
        """The wire format of the request."""
        return "anthropic" if self.kind == "messages" else "openai"

    @classmethod
    def of(cls, request: RecordedRequest, text: str) -> Asked:
        """Parse a request. A body that is not a JSON object is not for a model."""
        kind: Kind | None = next((kind for path, kind in _PATHS if request.path.endswith(path)), None)
        given = _fields(request)
        count = given.get("n")
        options = given.get("stream_options")
        tools = given.get("tools")
        return cls(
            kind=kind if request.method == "POST" else None,
            model=str(given.get("model", "")),
            stream=given.get("stream") in (True, "true") and kind in ("chat", "completions", "messages"),
            shows_usage=isinstance(options, dict) and cast("dict[str, Any]", options).get("include_usage") is True,
            choices=count if isinstance(count, int) and 0 < count < 129 and kind in ("chat", "completions") else 1,
            prompt_tokens=max(1, count_tokens(_texts(given))),
            tool=_tool(tools[0]) if isinstance(tools, list) and tools else None,  # pyright: ignore[reportUnknownArgumentType]
            text=text,
        )


def _fields(request: RecordedRequest) -> dict[str, Any]:
    if "multipart/form-data" in (request.header("content-type") or ""):
        found = {name.decode("latin-1"): value for name, value in _FIELD.findall(request.body)}
        return {name: value.decode("latin-1") for name, value in found.items() if len(value) < 10_000}
    try:
        value = json.loads(request.body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _texts(value: Any, name: str = "") -> str:
    """Iterate over every text that a model would read."""
    if isinstance(value, str):
        return "" if name in ("model", "role", "type", "url", "data", "encoding_format") else value
    if isinstance(value, dict):
        return " ".join(_texts(inner, key) for key, inner in cast("dict[str, Any]", value).items())
    return " ".join(_texts(inner, name) for inner in cast("list[object]", value)) if isinstance(value, list) else ""


def _tool(tool: Any) -> str | None:
    if not isinstance(tool, dict):
        return None
    given = cast("dict[str, Any]", tool)
    function = given.get("function", given)
    return str(cast("dict[str, Any]", function).get("name")) if isinstance(function, dict) else None


@dataclass(slots=True)
class Draft:
    """An answer before it is sent. ``body`` is that of a unary call, ``events`` are those of a stream.

    An event is bytes (sent as they are), an ``(event, data)`` pair, or a JSON value. ``raw`` replaces the body that
    ``body``
    or ``events`` would give.
    """

    asked: Asked
    body: Any
    events: list[Any]
    streamed: bool
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    content_type: str | None = None
    framing: Literal["length", "chunked", "close"] | None = None
    fault: Fault = field(default_factory=Fault)
    raw: bytes | None = None
    completion_tokens: int = 0

    def use(self, change: Callable[[dict[str, Any]], Any]) -> None:
        """Change the usage wherever the answer has it; `MISSING` removes it."""
        for place in (self.body, *self.events):
            holder = object_of(place)
            if holder is not None:
                _use(holder, change)
                message = object_of(holder.get("message"))
                if message is not None:
                    _use(message, change)
        self.events = [event for event in self.events if object_of(event) != {}]

    def chunk(self, *choices: dict[str, Any], **members: Any) -> dict[str, Any]:
        """Return a chunk of this stream."""
        return _chunk(self.asked, *choices, **members)

    def json(self) -> bytes:
        """Return the unary body as bytes."""
        body: bytes = (
            self.body if isinstance(self.body, bytes) else json.dumps(self.body, separators=(",", ":")).encode()
        )
        return body

    def sse(self) -> bytes:
        """Return the stream as bytes."""
        return b"".join(self.pieces())

    def pieces(self) -> list[bytes]:
        """Return the events as bytes, one chunk each."""
        return [_event(event) for event in self.events]

    def reply(self) -> Reply:
        """Return the answer as it is sent."""
        body: bytes | list[bytes]
        if self.raw is not None:
            body = self.raw
        else:
            body = self.pieces() if self.streamed else self.json()
        binary = self.asked.kind == "speech" and self.status < 300
        usual = "text/event-stream" if self.streamed else "audio/mpeg" if binary else "application/json"
        kind = usual if self.content_type is None else self.content_type or None
        framing = self.framing or ("chunked" if self.streamed else "length")
        return Reply(status=self.status, headers=self.headers, body=body, content_type=kind, framing=framing)


def object_of(event: Any) -> dict[str, Any] | None:
    """Return the object of an event (or a body), or None if it has none."""
    value = _data(event)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _data(event: Any) -> Any:
    return cast("tuple[str, Any]", event)[1] if isinstance(event, tuple) else event


def _event(event: Any) -> bytes:
    if isinstance(event, bytes):
        return event
    name = f"event: {cast('tuple[str, Any]', event)[0]}\n" if isinstance(event, tuple) else ""
    return f"{name}data: {json.dumps(_data(event), separators=(',', ':'))}\n\n".encode()


def _use(holder: dict[str, Any], change: Callable[[dict[str, Any]], Any]) -> None:
    usage = holder.get("usage")
    if isinstance(usage, dict):
        changed = change(dict(cast("dict[str, Any]", usage)))
        if changed is MISSING:
            del holder["usage"]
            if holder.get("choices") == []:
                holder.clear()  # A chunk with nothing but the usage is left out completely.
        else:
            holder["usage"] = changed


# ---- normal answers


def drafted(asked: Asked) -> Draft:
    """Return the normal answer to a request."""
    if asked.kind == "messages":
        draft = Draft(asked, _message(asked), _message_events(asked), asked.stream)
    elif asked.kind in ("chat", "completions"):
        draft = Draft(asked, _completion(asked), _chunks(asked), asked.stream)
    else:
        draft = Draft(asked, _other(asked), [], streamed=False)
    produces = asked.kind in ("chat", "completions", "messages", "transcription")
    draft.completion_tokens = _written(asked) if produces else 0
    return draft


def _written(asked: Asked) -> int:
    return asked.choices * count_tokens(_arguments(asked) if asked.tool else asked.text)


def _arguments(asked: Asked) -> str:
    return json.dumps({"text": asked.text})


def _pieces(text: str) -> list[str]:
    return re.findall(r"\s*\S+", text)


def _usage(asked: Asked) -> dict[str, Any]:
    written = _written(asked)
    if asked.kind == "messages":
        return {"input_tokens": asked.prompt_tokens, "output_tokens": written}
    return {
        "prompt_tokens": asked.prompt_tokens,
        "completion_tokens": written,
        "total_tokens": asked.prompt_tokens + written,
    }


def _completion(asked: Asked) -> dict[str, Any]:
    choices: list[dict[str, Any]] = []
    for index in range(asked.choices):
        if asked.kind == "completions":
            choices.append({"index": index, "text": asked.text, "logprobs": None, "finish_reason": "stop"})
        else:
            message: dict[str, Any] = {"role": "assistant", "content": asked.text, "refusal": None}
            if asked.tool:
                function = {"name": asked.tool, "arguments": _arguments(asked)}
                message |= {"content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": function}]}
            finish = "tool_calls" if asked.tool else "stop"
            choices.append({"index": index, "message": message, "logprobs": None, "finish_reason": finish})
    name = "text_completion" if asked.kind == "completions" else "chat.completion"
    head = {"id": "quirk-1", "object": name, "created": 1, "model": asked.model}
    return {**head, "choices": choices, "usage": _usage(asked)}


def _chunk(asked: Asked, *choices: dict[str, Any], **members: Any) -> dict[str, Any]:
    name = "text_completion" if asked.kind == "completions" else "chat.completion.chunk"
    head = {"id": "quirk-1", "object": name, "created": 1, "model": asked.model}
    return {**head, "choices": list(choices), **members}


def _chunks(asked: Asked) -> list[Any]:
    events: list[Any] = []
    for index in range(asked.choices):
        if asked.kind == "completions":
            events += [
                _chunk(asked, {"index": index, "text": piece, "finish_reason": None}) for piece in _pieces(asked.text)
            ]
            events.append(_chunk(asked, {"index": index, "text": "", "finish_reason": "stop"}))
            continue
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        if asked.tool:
            function = {"name": asked.tool, "arguments": ""}
            deltas.append({"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": function}]})
            for piece in _pieces(_arguments(asked)):
                deltas.append({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
        else:
            deltas += [{"content": piece} for piece in _pieces(asked.text)]
        events += [_chunk(asked, {"index": index, "delta": delta, "finish_reason": None}) for delta in deltas]
        finish = "tool_calls" if asked.tool else "stop"
        events.append(_chunk(asked, {"index": index, "delta": {}, "finish_reason": finish}))
    if asked.shows_usage:
        events.append(_chunk(asked, usage=_usage(asked)))
    return [*events, b"data: [DONE]\n\n"]


def _message(asked: Asked) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "text", "text": asked.text}
    if asked.tool:
        block = {"type": "tool_use", "id": "toolu_1", "name": asked.tool, "input": {"text": asked.text}}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": [block],
        "stop_reason": "tool_use" if asked.tool else "end_turn",
        "stop_sequence": None,
        "usage": _usage(asked),
    }


def _message_events(asked: Asked) -> list[Any]:
    usage = _usage(asked)
    start: dict[str, Any] = {
        **_message(asked),
        "content": [],
        "stop_reason": None,
        "usage": {**usage, "output_tokens": 1},
    }
    block: dict[str, Any] = {"type": "text", "text": ""}
    deltas: list[dict[str, Any]] = [{"type": "text_delta", "text": piece} for piece in _pieces(asked.text)]
    if asked.tool:
        block = {"type": "tool_use", "id": "toolu_1", "name": asked.tool, "input": {}}
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in _pieces(_arguments(asked))]
    ending = {"stop_reason": "tool_use" if asked.tool else "end_turn", "stop_sequence": None}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": block},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ending, "usage": {"output_tokens": usage["output_tokens"]}},
        {"type": "message_stop"},
    ]
    return [(str(event["type"]), event) for event in events]


def _other(asked: Asked) -> Any:
    prompt = asked.prompt_tokens
    if asked.kind == "embeddings":
        data = [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5, 0.75]}]
        usage: dict[str, Any] = {"prompt_tokens": prompt, "total_tokens": prompt}
        return {"object": "list", "data": data, "model": asked.model, "usage": usage}
    if asked.kind == "images":
        usage = {"input_tokens": prompt, "output_tokens": 1056, "total_tokens": prompt + 1056}
        return {"created": 1, "data": [{"b64_json": "iVBORw0KGgo="}], "usage": usage}
    if asked.kind == "transcription":
        written = count_tokens(asked.text)
        usage = {"type": "tokens", "input_tokens": 14, "output_tokens": written, "total_tokens": 14 + written}
        return {"text": asked.text, "usage": usage}
    if asked.kind == "moderations":
        result = {"flagged": False, "categories": {"violence": False}, "category_scores": {"violence": 0.01}}
        return {"id": "modr-1", "model": asked.model, "results": [result]}
    if asked.kind == "speech":
        return b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(256)
    return {"object": "list", "data": [{"id": "quirks", "object": "model", "created": 1, "owned_by": "quirks"}]}
