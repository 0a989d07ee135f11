"""One choice of an answer as data, already cut to `stop` and to the limit of tokens."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...core.tokenizer import LONGEST_TOKEN, encode
from ..catalog import MOST_TOKENS
from ..draw import Draw
from ..schema import Hints, fill
from ..schema.check import fits
from ..schema.fill import Unfillable
from .agents import (
    agent_code,
    agent_fields,
    agent_text,
)
from .calls import (
    Chosen,
    ToolCall,
    calls_for,
    choose,
)
from .conversation import Conversation
from .formats import schema_in
from .sentences import (
    answer,
    answer_for,
    answer_to_order,
    think,
)

__all__ = ["Part", "EchoReply", "effort_of", "reply_to", "stops_of"]

_MOST_ANSWERS = 16
_STEPS = {"none": 0, "minimal": 1, "low": 2, "medium": 4, "high": 7, "xhigh": 8, "max": 8}
# Characters behind a cut that may change where the last piece before it ends.
_EDGE = 16
_REFUSE = re.compile(r"^(?:please\s+)?refuse\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of an answer as pieces: `kind` is reasoning, content, refusal or call (then `call` says which)."""

    kind: str
    pieces: tuple[str, ...]
    call: int = -1

    @property
    def text(self) -> str:
        """Return the pieces joined."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class EchoReply:
    """Everything one choice says, in the order in which it is said."""

    index: int
    parts: tuple[Part, ...]
    calls: tuple[ToolCall, ...]
    finish: str
    matched: str | None = None

    def text(self, kind: str) -> str:
        """Return the text of all parts of `kind`, joined."""
        return "".join(part.text for part in self.parts if part.kind == kind)

    def tokens(self, kind: str | None = None) -> int:
        """Return the number of tokens of the parts of `kind`, or of all parts. Each piece counts as one token."""
        return sum(len(part.pieces) for part in self.parts if kind is None or part.kind == kind)


def reply_to(
    request: Mapping[str, Any],
    conversation: Conversation,
    index: int,
    learned: str | None = None,
    chosen: Chosen | None = None,
) -> EchoReply:
    """Return the choice `index`.

    `chosen` are the tools to call, where they were chosen before. `learned` is what a fine-tuned model knows to say.
    Raises `Unfillable` for a schema without values.
    """
    draw = Draw("echo", request.get("seed"), index)
    steps = _STEPS.get(effort_of(request), 4)
    limit = _limit(request)
    calls: tuple[ToolCall, ...] = ()
    said: str | None = None
    if isinstance(request.get("mock_response"), str):
        said, steps = request["mock_response"], 0
    elif learned is not None:
        said = learned
    else:
        calls = calls_for(chosen or choose(request, conversation), conversation, draw)
    parts: list[Part] = []
    if steps:
        parts.append(Part("reasoning", tuple(encode(think(conversation, steps)))))
    matched: str | None = None
    if calls:
        parts += [Part("call", tuple(encode(call.arguments)), at) for at, call in enumerate(calls)]
    else:
        kind, text = ("content", said) if said is not None else _content(request, conversation, draw)
        text, matched = _stopped(text, stops_of(request)) if kind == "content" else (text, None)
        parts.append(Part(kind, tuple(encode(text[: (limit + 1) * LONGEST_TOKEN + _EDGE]))))
    finish = (
        "stop"
        if not calls
        else "function_call"
        if request.get("functions") and not request.get("tools")
        else "tool_calls"
    )
    return _limited(EchoReply(index, tuple(parts), calls, finish, matched), limit)


def _content(request: Mapping[str, Any], conversation: Conversation, draw: Draw) -> tuple[str, str]:
    """Kind and text of an answer in words or in JSON."""
    form = request.get("response_format")
    kind = form.get("type") if isinstance(form, Mapping) else None
    if kind in ("json_schema", "json_object") and _REFUSE.match(conversation.asked):
        return "refusal", "I was asked to refuse, so I do."
    if kind == "json_schema" and isinstance(form, Mapping):
        schema = (form.get("json_schema") or {}).get("schema") or {"type": "object"}
        fields = agent_fields(conversation, draw)
        if fields is not None and fits(fields, schema, schema):
            return "content", json.dumps(fields, ensure_ascii=False)
        hints = _answering(schema, _coding(schema, conversation, draw), conversation, draw)
        return "content", json.dumps(fill(schema, hints, draw.child("schema")), ensure_ascii=False)
    if kind == "json_object":
        return "content", json.dumps(_object(conversation, draw), ensure_ascii=False)
    said = answer_to_order(conversation, draw)
    if said is None:
        said = agent_text(conversation, draw)
    if said is None and (wanted := _wanted(conversation, draw, demanded=False)) is not None:
        said = json.dumps(wanted, ensure_ascii=False)
    return "content", answer(conversation, draw) if said is None else said


def _coding(schema: Any, conversation: Conversation, draw: Draw) -> Hints:
    """Return the conversation's hints; for an agent that writes code as JSON with that code."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping) or not {"thought", "code"} <= properties.keys():
        return conversation.hints
    step = agent_code(conversation, draw)
    if step is None:
        return conversation.hints
    return conversation.hints.with_fixed("thought", step[0]).with_fixed("code", step[1])


def _answering(schema: Any, hints: Hints, conversation: Conversation, draw: Draw) -> Hints:
    """The hints with what the conversation answers, for properties that are named for it, or list what is asked for."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping):
        return hints
    question = conversation.question
    for name, node in list(properties.items())[:_MOST_ANSWERS]:
        if not isinstance(node, Mapping) or not isinstance(name, str) or "enum" in node:
            continue
        kind = node.get("type", "string")
        if (
            kind in ("string", "array", "integer", "number", "boolean")
            and (said := answer_for(name, kind, question, draw)) is not None
        ):
            hints = hints.with_fixed(name, said)
    return hints


def _object(conversation: Conversation, draw: Draw) -> Any:
    """JSON mode without a schema: the form that the conversation asks for, or one `answer`."""
    fields = agent_fields(conversation, draw)
    wanted = _wanted(conversation, draw, demanded=True) if fields is None else fields
    return {"answer": answer(conversation, draw)} if wanted is None else wanted


def _wanted(conversation: Conversation, draw: Draw, *, demanded: bool) -> Any:
    """Return what the conversation asks for as JSON, filled; None where it asks for none, or for what cannot be."""
    schema = schema_in((conversation.asked, conversation.instructions), demanded=demanded)
    if schema is None:
        return None
    try:
        return fill(schema, _answering(schema, conversation.plain_hints, conversation, draw), draw)
    except Unfillable:
        return None


def effort_of(request: Mapping[str, Any]) -> str:
    """Return the effort that is spent on reasoning.

    `reasoning_effort`, or what `thinking` (in any provider's form) amounts to; else `none`.
    """
    extra = request.get("provider_specific_params")
    sources: Sequence[Mapping[str, Any]] = [request, extra] if isinstance(extra, Mapping) else [request]
    for source in sources:
        effort = source.get("reasoning_effort")
        if isinstance(effort, str):
            return effort
        reasoning = source.get("reasoning")
        if isinstance(reasoning, Mapping) and isinstance(reasoning.get("effort"), str):
            return str(reasoning["effort"])
        thinking = source.get("thinking", source.get("enable_thinking"))
        if thinking is True or (isinstance(thinking, Mapping) and thinking.get("type") in ("enabled", "adaptive")):
            return "medium"
    return "none"


def stops_of(request: Mapping[str, Any]) -> list[str]:
    """Return the stop sequences of a request, which gives one string or a list; empty ones are ignored."""
    stop = request.get("stop")
    return [stop] if isinstance(stop, str) and stop else [text for text in stop or () if text]


def _stopped(text: str, stops: Sequence[str]) -> tuple[str, str | None]:
    """Return the text before the first stop, and which one it was."""
    found = [(at, stop) for stop in stops if (at := text.find(stop)) >= 0]
    if not found:
        return text, None
    at, stop = min(found)
    return text[:at], stop


def _limit(request: Mapping[str, Any]) -> int:
    for key in ("max_completion_tokens", "max_tokens"):
        wanted = request.get(key)
        if isinstance(wanted, int):
            # Some servers take a number below 0 for no bound.
            return MOST_TOKENS if wanted < 0 else min(wanted, MOST_TOKENS)
    return MOST_TOKENS


def _limited(reply: EchoReply, limit: int) -> EchoReply:
    if reply.tokens() <= limit:
        return reply
    left, parts = limit, []
    for part in reply.parts:
        if left <= 0:
            break
        parts.append(replace(part, pieces=part.pieces[:left]))
        left -= len(part.pieces)
    begun = {part.call for part in parts if part.kind == "call"}
    calls = tuple(call for at, call in enumerate(reply.calls) if at in begun)
    return replace(reply, parts=tuple(parts), calls=calls, finish="length", matched=None)
