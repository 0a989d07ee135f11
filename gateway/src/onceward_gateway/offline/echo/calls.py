"""The tools that an answer calls, and their arguments.

A tool is asked for when the request demands it (`tool_choice`), when the user names it, or when its name and
description share telling words with what the user said. Arguments are filled from the conversation and are valid for
the tool's schema; an optional argument is given only when the conversation says something about it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..calculate import find_sum
from ..common_words import COMMON_WORDS
from ..draw import Draw, hex_id
from ..schema import Hints, fill
from ..schema.budget import TooComplex, Unfillable
from ..schema.hints import words_of
from .conversation import Conversation
from .refusals import schema_too_complex
from .sentences import answer

__all__ = ["Chosen", "Tool", "ToolCall", "calls_for", "choose", "is_final", "name_in", "rank"]

_ENOUGH = 1.5
_LONGEST_SEARCH = 2000
_MOST_CALLS = 8
_ANSWERS = frozenset(["answer", "result", "response", "output", "final", "summary", "message", "text"])
_LONGEST_DESCRIPTION = 1000
_LONGEST_NAME = 200
_MOST_PLACES = 50
_SUMS = frozenset(["expression", "formula", "equation"])
_FINAL_NAME = re.compile(
    r"(?:give_|submit_|return_|provide_)?final_(?:answer|result|response|output)(?:_\w+)?|finish(?:_task|_conversation)?"
    r"|(?:task_complete|complete_task|attempt_completion|submit_answer|return_answer)"
)
_FINAL_ABOUT = re.compile(
    r"\bfinal (?:answer|result|response|output)\b.{0,60}\b(?:end|ends|finish|conversation|problem|task)"
    r"|\bprovides? (?:a|the) final answer\b"
    r"|\bcorrectly extracted\b",
    re.IGNORECASE,
)
_GENERIC = frozenset(
    [
        "get",
        "fetch",
        "list",
        "find",
        "do",
        "run",
        "tool",
        "function",
        "lookup",
        "look",
        "up",
        "make",
        "set",
        "current",
        "create",
        "my",
        "the",
        "a",
        "use",
        "by",
        "for",
        "of",
        "and",
    ]
)
_EMPTY = COMMON_WORDS | frozenset(
    [
        "about",
        "as",
        "current",
        "data",
        "function",
        "get",
        "gets",
        "given",
        "info",
        "information",
        "name",
        "return",
        "returns",
        "tool",
        "use",
        "used",
        "user",
        "value",
    ]
)
_KIN = {
    "weather": ("temperature", "forecast", "rain", "sunny", "warm", "cold"),
    "calculator": ("calculate", "compute", "plus", "minus", "times", "sum"),
    "calculate": ("compute", "plus", "minus", "times", "sum"),
    "add": ("plus", "sum", "+"),
    "sum": ("plus", "add", "+"),
    "subtract": ("minus",),
    "multiply": ("times", "product", "*"),
    "divide": ("divided", "/"),
    "time": ("clock", "hour"),
    "stock": ("share", "ticker"),
    "email": ("mail",),
    "temperature": ("weather", "warm", "cold"),
}


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call; `kind` is `function` (arguments are JSON) or `custom` (arguments are any text)."""

    id: str
    kind: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as the request defines it."""

    kind: str
    name: str
    description: str
    parameters: Any
    field: str = "tools"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The tools that an answer calls, best first, and how; the same for every choice of a request."""

    tools: Sequence[Tool]
    mode: str
    parallel: bool


def choose(request: Mapping[str, Any], conversation: Conversation) -> Chosen:
    """Choose the tools that answer `request`; none when it is answered in words."""
    tools, mode = _allowed(request)
    parallel = request.get("parallel_tool_calls") is not False and not request.get("functions")
    return Chosen(_chosen(tools, mode, conversation, parallel) if mode != "none" else [], mode, parallel)


def calls_for(chosen: Chosen, conversation: Conversation, draw: Draw) -> tuple[ToolCall, ...]:
    """Return the calls of one choice; none when it is in words."""
    mode = chosen.mode
    made = Counter(name for name, _ in conversation.called)
    done = set(conversation.called)
    filled: list[tuple[Tool, str]] = []
    for tool in chosen.tools:
        texts = _arguments(tool, _hints_for(tool, conversation, draw), draw, is_forced=mode != "auto")
        # A tool is called once for each thing that is asked of it, whatever its results then add to the conversation.
        if mode != "auto":
            filled += [(tool, text) for text in texts]
        elif made[tool.name] < len(texts):
            filled += [(tool, text) for text in texts if is_final(tool) or (tool.name, text) not in done]
        if len(filled) >= _MOST_CALLS:
            break
    filled = filled[: _MOST_CALLS if chosen.parallel and not any(is_final(tool) for tool, _ in filled) else 1]
    return tuple(
        ToolCall(hex_id("call_", conversation.name, at, tool.name, text), tool.kind, tool.name, text)
        for at, (tool, text) in enumerate(filled)
    )


def _hints_for(tool: Tool, conversation: Conversation, draw: Draw) -> Hints:
    """Return what fills a tool's arguments; a tool that ends a loop gets the answer in words."""
    properties = _properties(tool.parameters)
    if not is_final(tool) or not properties:
        return conversation.hints
    hints = conversation.hints
    for name, schema in properties.items():
        if _ANSWERS.intersection(words_of(name)) and isinstance(schema, Mapping) and _takes_text(schema):
            results = "\n".join(result.text for result in conversation.results)
            hints = hints.with_fixed(name, results or answer(conversation, draw))
    return hints


def _properties(parameters: Any) -> Mapping[str, Any]:
    """Return the properties of a schema; none where the caller wrote something else in their place."""
    found = parameters.get("properties") if isinstance(parameters, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _takes_text(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") in (None, "string", "any") and "enum" not in schema and "format" not in schema


def _chosen(tools: Sequence[Tool], mode: str, conversation: Conversation, parallel: bool) -> list[Tool]:
    """Return the tools to call next. A tool that ends an agent's loop is called when no other is left to call."""
    called = {name for name, _ in conversation.called}
    ranked = rank(tools, conversation.asked)
    ordinary = [tool for _, tool in ranked if not is_final(tool)]
    finals = [tool for _, tool in ranked if is_final(tool)]
    wanted = [tool for score, tool in ranked if score >= _ENOUGH and not is_final(tool)]
    if conversation.results and parallel:
        wanted = [] if finals or mode == "auto" else [tool for tool in wanted if tool.name not in called]
    elif mode != "auto":
        wanted = [tool for tool in wanted if tool.name not in called]
    if wanted and mode == "auto" and finals and all(tool.name in called for tool in wanted):
        wanted = []
    if wanted:
        return wanted if mode == "auto" else wanted[:1]
    if finals:
        return finals[:1]
    if mode == "auto":
        return []
    return [tool for tool in ordinary if tool.name not in called][:1] or ordinary[:1]


def is_final(tool: Tool) -> bool:
    """Return whether a tool ends an agent's loop: frameworks ask again until it is called."""
    return bool(_FINAL_NAME.fullmatch(tool.name[:_LONGEST_NAME].lower())) or bool(
        _FINAL_ABOUT.search(tool.description[:_LONGEST_DESCRIPTION])
    )


def _allowed(request: Mapping[str, Any]) -> tuple[list[Tool], str]:
    """Return the tools that may be called, and `none`, `auto` or `required`."""
    name = "tools" if request.get("tools") else "functions"
    tools = [
        tool for at, raw in enumerate(request.get(name) or ()) if (tool := _tool(raw, f"{name}[{at}]")) is not None
    ]
    choice = request.get("tool_choice")
    if choice is None:
        choice = request.get("function_call")
    if choice is None or isinstance(choice, str):
        return tools, {"none": "none", "required": "required", "any": "required"}.get(choice or "", "auto")
    if not isinstance(choice, Mapping):
        return tools, "auto"
    if choice.get("type") == "allowed_tools":
        inner = choice.get("allowed_tools") or choice
        names = {name_in(tool) for tool in inner.get("tools") or ()}
        return [tool for tool in tools if tool.name in names], "required" if inner.get("mode") == "required" else "auto"
    return [tool for tool in tools if tool.name == name_in(choice)], "required"


def name_in(choice: Mapping[str, Any]) -> str:
    """Return the name of a tool, in any of the forms in which one is given or chosen; empty where it has none."""
    body = choice.get("function") or choice.get("custom") or choice
    return str(body.get("name", "")) if isinstance(body, Mapping) else ""


def _tool(raw: Any, field: str) -> Tool | None:
    if not isinstance(raw, Mapping):
        return None
    kind = "custom" if raw.get("type") == "custom" else "function"
    body = raw.get("function") or raw.get("custom") or raw
    if not isinstance(body, Mapping) or not isinstance(body.get("name"), str):
        return None
    parameters = body.get("parameters") or body.get("input_schema") or {}
    field += ".function.parameters" if "function" in raw else ".parameters"
    return Tool(kind, body["name"], str(body.get("description") or ""), parameters, field)


def rank(tools: Sequence[Tool], asked: str) -> list[tuple[float, Tool]]:
    """Return the tools with their scores, best first."""
    words = _Asked(asked)
    return sorted(((words.score(tool), tool) for tool in tools), key=lambda ranked: -ranked[0])


class _Asked:
    """The words of the user's message, parsed once for all tools."""

    def __init__(self, asked: str) -> None:
        self._low = asked[:_LONGEST_SEARCH].lower()
        self._stems = {_stem(word) for word in re.findall(r"[^\W_]+|[-+*/]", self._low)}
        self._is_sum = find_sum(asked) is not None

    def score(self, tool: Tool) -> float:
        """Return how well a tool matches: 2 for each significant word of its name, 0.5 for one of its description."""
        if self._names(tool.name[:_LONGEST_NAME].lower()):
            return 10.0
        names = words_of(tool.name[:_LONGEST_NAME])
        telling = [word for word in names if word not in _GENERIC] or names
        score = sum(2.0 for word in telling if _said(word, self._stems))
        score += sum(1.0 for word in names if word in _GENERIC and word not in _EMPTY and _stem(word) in self._stems)
        found = re.findall(r"[^\W\d_]{3,}", tool.description[:_LONGEST_DESCRIPTION].lower())
        score += min(2.0, sum(0.5 for word in set(found) - _EMPTY if _stem(word) in self._stems))
        if self._is_sum and not _SUMS.isdisjoint(_properties(tool.parameters)):
            score += 2.0
        return score

    def _names(self, name: str) -> bool:
        """Return whether the user says a name, which is not within a longer word."""
        at = -1
        for _ in range(_MOST_PLACES):
            at = self._low.find(name, at + 1)
            if at < 0:
                return False
            end = at + len(name)
            if not _is_word(self._low[at - 1 : at] if at else "") and not _is_word(self._low[end : end + 1]):
                return True
        return False


def _is_word(character: str) -> bool:
    return character == "_" or character.isalnum()


def _said(word: str, said: set[str]) -> bool:
    return _stem(word) in said or any(_stem(kin) in said for kin in _KIN.get(word, ()))


def _stem(word: str) -> str:
    for ending in ("ation", "ings", "ing", "ies", "ers", "ed", "es", "er", "or", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _arguments(tool: Tool, hints: Hints, draw: Draw, *, is_forced: bool) -> list[str]:
    """The arguments of each call of one tool: as many calls as the user names places or people for its first text."""
    if tool.kind == "custom":
        return [next(iter(hints.candidates("input", ("string",))), "")]
    series = _series(tool.parameters, hints)
    sources = [hints.with_fixed(name, value) for name, value in series] or [hints]
    texts = [_filled(tool, source, draw) for source in sources]
    if is_forced and texts == ["{}"] and _properties(tool.parameters):
        # A request that forces a tool wants its arguments, like one that asks for an object through a tool.
        texts = [_filled(tool, hints, draw, is_sparse=False)]
    return list(dict.fromkeys(texts))


def _filled(tool: Tool, hints: Hints, draw: Draw, *, is_sparse: bool = True) -> str:
    schema = tool.parameters or {"type": "object", "properties": {}}
    try:
        value = fill(schema, hints, draw.child("arguments", tool.name), sparse=is_sparse)
    except TooComplex as error:
        raise schema_too_complex(tool.field, error) from None
    except Unfillable:
        value = {}
    return json.dumps(value, ensure_ascii=False)


def _series(parameters: Any, hints: Hints) -> Sequence[tuple[str, str]]:
    properties = _properties(parameters)
    required = parameters.get("required") if properties else None
    first = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    for name in [*first, *properties]:
        schema = properties.get(name)
        if isinstance(schema, Mapping) and schema.get("type") == "string" and "enum" not in schema:
            if not {"city", "location", "place", "country", "town", "name", "person"}.intersection(words_of(name)):
                return ()
            members = hints.series(name)
            return [(name, member) for member in members] if len(members) > 1 else ()
    return ()
