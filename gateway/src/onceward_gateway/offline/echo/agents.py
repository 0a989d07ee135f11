"""Agents that loop over text: what the echo says where a prompt asks for `Action:` and `Observation:`, or for code.

Frameworks write these prompts (LangChain, LlamaIndex, CrewAI, smolagents, DSPy). A step calls the tool that the
question names, once; when an observation is there, the answer is given and the loop ends.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..calculate import find_sum
from ..draw import Draw
from ..labels import chosen
from ..schema import Hints, fill
from ..schema.fill import Unfillable
from .calls import Tool, rank
from .conversation import Conversation, text_of
from .sentences import answer

__all__ = ["agent_code", "agent_fields", "agent_text"]

_ENOUGH = 1.5
_LONGEST_PROMPT = 50_000
_LONGEST_STEP = 20_000
_LONGEST_BLOCK = 1500
_MOST_TOOLS = 32
_REACT = re.compile(r"^[ \t]*Action:", re.MULTILINE)
_INPUT = re.compile(r"^[ \t]*Action Input:(.{0,200})", re.MULTILINE)
_QUESTION = re.compile(r"^[ \t]*(?:Question|Current Task|New task|Task):[ \t]*\n?[ \t]*([^\n]+)", re.MULTILINE)
_OBSERVED = re.compile(r"^[ \t]*Observation:[ \t]*", re.MULTILINE)
# An agent without tools (CrewAI).
_ANSWER_ONLY = re.compile(r"^[ \t]*Thought:[^\n]{0,200}\n+[ \t]*Final Answer:", re.MULTILINE)
_NEXT = re.compile(r"^[ \t]*(?:Thought|Action|Observation|Question)[ \t]*:", re.MULTILINE)
_NAMES = re.compile(
    r"one (?:name )?of\s*:?\s*\[([^\]\n]{1,2000})\]|\(one of ([^)\n]{1,2000})\)"
    r"|Valid \"action\" values: \"Final Answer\" or ([^\n]{1,2000})"
)
_WORK = re.compile(r"\n\s*(?=This was your previous work|\(reminder|```|Thought:|Action:|Observation:)")
_CODE = re.compile(r"opened with '([^'\n]{1,40})', and closed with '([^'\n]{1,40})'")
_DEFINED = re.compile(r"^[ \t]*def (\w+)\(([^()\n]{0,500})\)[^\n]*:\n\s+\"\"\"([^\"]{0,1000})", re.MULTILINE)
_FIELD = re.compile(r"\[\[ ## (\w+) ## \]\]")
_ENUMERATED = re.compile(
    r"\(\d+\) (\w+), whose description is <desc>([^<]{0,1000})</desc>\. It takes arguments (\{[^\n]*\})"
)
_ANSWERS = frozenset(["answer", "response", "output", "result", "reply", "summary", "text"])
_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "list": "array", "dict": "object"}


@dataclass(frozen=True, slots=True)
class _Task:
    """The task of an agent: its prompt, the question, and what its tools gave back so far."""

    prompt: str
    question: str
    steps: str
    observations: tuple[str, ...]


def agent_text(conversation: Conversation, draw: Draw) -> str | None:
    """Return the next step of an agent; None where the prompt is none's."""
    prompt = conversation.instructions or conversation.asked
    prompt = prompt[:_LONGEST_PROMPT]
    if "## completed ##" in prompt or _FIELD.search(conversation.asked[-_LONGEST_STEP:]):
        return _fields(conversation, prompt, draw)
    tags = _CODE.search(prompt) if "final_answer" in prompt else None
    if tags is not None:
        thought, code = _code(_task(conversation, prompt), draw)
        return f"Thought: {thought}\n{tags.group(1)}\n{code}\n{tags.group(2)}"
    if '"action_input"' in prompt and '"action"' in prompt:
        return _blob(_task(conversation, prompt), draw)
    if _REACT.search(prompt) and _INPUT.search(prompt):
        return _react(_task(conversation, prompt), draw)
    if _ANSWER_ONLY.search(prompt):
        return f"Thought: I now can give a great answer\nFinal Answer: {_answer(_task(conversation, prompt), draw)}"
    return None


def agent_code(conversation: Conversation, draw: Draw) -> tuple[str, str] | None:
    """Thought and code for an agent that asks for them as JSON; None where the prompt is none's."""
    prompt = conversation.instructions[:_LONGEST_PROMPT]
    return _code(_task(conversation, prompt), draw) if "final_answer" in prompt else None


def _task(conversation: Conversation, prompt: str) -> _Task:
    whole = conversation.asked[-_LONGEST_STEP:]
    begun = whole.rfind("Begin!")
    tail = whole[begun:] if begun >= 0 and _QUESTION.search(whole, begun) else whole
    found = list(_QUESTION.finditer(tail))
    if found:
        question, steps = found[-1].group(1).strip(), tail[found[-1].end() :]
    else:
        question, *work = _WORK.split(whole, maxsplit=1)
        question, steps = question.strip(), "\n".join(work)
    since = conversation.since_asked()
    steps += "".join(f"\n{text_of(message)}" for message in since)
    observations = [*_observed(steps[-_LONGEST_STEP:])]
    observations += [result.text for result in conversation.results if result.text not in observations]
    return _Task(prompt, question, steps, tuple(observations))


def _observed(steps: str) -> list[str]:
    out: list[str] = []
    for match in _OBSERVED.finditer(steps):
        end = _NEXT.search(steps, match.end())
        text = steps[match.end() : end.start() if end else len(steps)].strip()
        if text:
            out.append(text)
    return out


# --- Thought, Action, Action Input


def _react(task: _Task, draw: Draw) -> str:
    lead = "" if task.prompt.rstrip().endswith("Thought:") or task.question == "" else "Thought: "
    ending = "Final Answer" if "Final Answer:" in task.prompt else "Answer"
    tool, arguments = _step(task, draw)
    if tool is None:
        known = (
            "I now know the final answer" if ending == "Final Answer" else "I can answer without using any more tools."
        )
        return f"{lead}{known}\n{ending}: {_answer(task, draw)}"
    about = _INPUT.search(task.prompt)
    form = about.group(1).lower() if about else ""
    if "json" in form or "dict" in form or len(arguments) > 1:
        given = json.dumps(arguments, ensure_ascii=False)
    else:
        given = str(next(iter(arguments.values()), task.question))
    return f"{lead}I need {tool.name} to answer this.\nAction: {tool.name}\nAction Input: {given}"


def _blob(task: _Task, draw: Draw) -> str:
    """Return the form of LangChain's structured chat: a JSON object with `action` and `action_input`."""
    tool, arguments = _step(task, draw)
    step: dict[str, Any] = (
        {"action": "Final Answer", "action_input": _answer(task, draw)}
        if tool is None
        else {"action": tool.name, "action_input": arguments}
    )
    return f"```json\n{json.dumps(step, ensure_ascii=False)}\n```"


def _step(task: _Task, draw: Draw) -> tuple[Tool | None, dict[str, Any]]:
    """Return the tool to call and its arguments; none when something was observed already or no tool is asked for."""
    if task.observations:
        return None, {}
    return _best(_tools(task.prompt), task.question, draw)


def _best(tools: Sequence[Tool], question: str, draw: Draw) -> tuple[Tool | None, dict[str, Any]]:
    score, tool = next(iter(rank(tools, question)), (0.0, None))
    if tool is None or score < _ENOUGH:
        return None, {}
    return tool, _filled(tool, question, draw)


def _filled(tool: Tool, question: str, draw: Draw) -> dict[str, Any]:
    properties = tool.parameters.get("properties")
    if not properties:
        found = find_sum(question)
        return {"input": found[0] if found else question}
    try:
        value = fill(tool.parameters, Hints([question]), draw.child("step", tool.name), sparse=True)
    except Unfillable:
        return {}
    return value if isinstance(value, dict) else {}


def _answer(task: _Task, draw: Draw) -> str:
    if task.observations:
        return task.observations[-1]
    return answer(Conversation.read([{"role": "user", "content": task.question}]), draw)


# --- the tools that a prompt describes


def _tools(prompt: str) -> list[Tool]:
    lists = [group for found in _NAMES.finditer(prompt) for group in found.groups() if group]
    names = [name.strip(" '\"`") for text in lists for name in text.split(",")]
    names += re.findall(r"Tool Name:\s*([\w.-]+)", prompt)
    names = list(dict.fromkeys(name for name in names if name))[:_MOST_TOOLS]
    return [_described(name, prompt, names) for name in names]


def _described(name: str, prompt: str, names: Sequence[str]) -> Tool:
    """Return a tool by the text behind its name, up to the next tool's."""
    found = re.search(rf"^[^\n]{{0,40}}(?<!\w){re.escape(name)}(?!\w)\s*[(:,\n-]", prompt, re.MULTILINE)
    if found is None:
        return Tool("function", name, "", {})
    block = prompt[found.start() : found.start() + _LONGEST_BLOCK]
    at = block.find(name) + len(name)
    ends = [end for other in names if other != name and (end := block.find(f"{other}(", at)) > 0]
    ends += [end for mark in ("\n\n", "Tool Name:", "> Tool") if (end := block.find(mark, at)) > 0]
    block = block[: min(ends)] if ends else block
    return Tool("function", name, block[at:], _parameters(block, name))


def _parameters(block: str, name: str) -> dict[str, Any]:
    signature = re.search(rf"(?<!\w){re.escape(name)}\(([^()\n]*)\)", block)
    if signature is not None:
        return _signature(signature.group(1))
    at = block.find("{")
    described = _literal(block[at : block.rfind("}") + 1]) if at >= 0 else None
    if described is None:
        return {}
    properties = described.get("properties", described)
    if not isinstance(properties, Mapping):
        return {}
    shown = {key: _typed(value) for key, value in properties.items() if isinstance(key, str)}
    return {"type": "object", "properties": shown, "required": list(shown)}


def _signature(text: str) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    for part in text.split(","):
        found = re.match(r"\s*(\w+)\s*(?::\s*([\w.]+))?[^=]*(=)?", part)
        if found is None or found.group(1) in ("self", "args", "kwargs"):
            continue
        properties[found.group(1)] = {"type": _kind(found.group(2) or "str")}
        if found.group(3) is None:
            required.append(found.group(1))
    return {"type": "object", "properties": properties, "required": required}


def _typed(value: Any) -> dict[str, Any]:
    kind = value.get("type") if isinstance(value, Mapping) else value
    return {"type": _kind(str(kind))}


def _kind(name: str) -> str:
    """Return the JSON type of a type's name in Python or in JSON."""
    return _TYPES.get(name, name if name in _TYPES.values() else "string")


def _literal(text: str) -> dict[str, Any] | None:
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(value, dict):
            return value
    return None


# --- code


def _code(task: _Task, draw: Draw) -> tuple[str, str]:
    if task.observations:
        return "I know the final answer.", f"final_answer({task.observations[-1]!r})"
    tools = [
        Tool("function", name, about, _signature(parameters))
        for name, parameters, about in _DEFINED.findall(task.prompt)[:_MOST_TOOLS]
        if name != "final_answer"
    ]
    tool, arguments = _best(tools, task.question, draw)
    if tool is not None:
        given = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
        return f"I need {tool.name} to answer this.", f"result = {tool.name}({given})\nfinal_answer(result)"
    found = find_sum(task.question)
    if found is not None:
        return "I calculate it.", f"final_answer({found[0].replace('^', '**')})"
    return "I can answer this myself.", f"final_answer({_answer(task, draw)!r})"


# --- fields between marks, as DSPy writes them


def _fields(conversation: Conversation, prompt: str, draw: Draw) -> str | None:
    asked = conversation.asked[-_LONGEST_STEP:]
    at = asked.rfind("Respond with the corresponding output fields")
    wanted = [name for name in dict.fromkeys(_FIELD.findall(asked[at:])) if name != "completed"] if at >= 0 else []
    if not wanted:
        return None
    values = _values(wanted, asked[:at], asked[at:], prompt, draw)
    lines = [f"[[ ## {name} ## ]]\n{_written(values[name])}" for name in wanted]
    return "\n\n".join([*lines, "[[ ## completed ## ]]"])


def agent_fields(conversation: Conversation, draw: Draw) -> dict[str, Any] | None:
    """Return the same fields as an object, where they are asked for as JSON; None where the prompt is none's."""
    asked = conversation.asked[-_LONGEST_STEP:]
    at = asked.rfind("Respond with a JSON object in the following order of fields")
    wanted = list(dict.fromkeys(re.findall(r"`(\w+)`", asked[at:]))) if at >= 0 else []
    if not wanted:
        return None
    return _values(wanted, asked[:at], asked[at:], conversation.instructions[:_LONGEST_PROMPT], draw)


def _values(wanted: Sequence[str], given: str, demand: str, prompt: str, draw: Draw) -> dict[str, Any]:
    fields = _given(given)
    observations = tuple(text for name, text in fields.items() if name.startswith("observation_"))
    if not observations and '"observation_' in fields.get("trajectory", ""):
        observations = tuple(re.findall(r'"observation_\d+": "([^"]{0,2000})', fields["trajectory"]))
    # The last observation of a loop that ended by the tool `finish` says nothing of the question.
    telling = tuple(text for text in observations if text.strip() != "Completed.")
    task = _Task(prompt, next(iter(fields.values()), ""), "", telling)
    tools = [
        Tool("function", name, about, _parameters(arguments, name))
        for name, about, arguments in _ENUMERATED.findall(prompt)[:_MOST_TOOLS]
        if name != "finish"
    ]
    tool, arguments = (None, {}) if observations else _best(tools, task.question, draw)
    known: dict[str, Any] = {
        "reasoning": "I follow what is asked.",
        "next_thought": f"I need {tool.name}." if tool else "I know the answer.",
        "next_tool_name": tool.name if tool else "finish",
        "next_tool_args": arguments,
    }
    return {name: known[name] if name in known else _field(name, task, demand, draw) for name in wanted}


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _field(name: str, task: _Task, demand: str, draw: Draw) -> Any:
    """The value of an output field: of its type where one is demanded, else what its name or the question asks for."""
    listed = re.search(
        rf"{re.escape(name)}(?: ## \]\])?`? \(must [^\n()]{{0,80}}(?:\([^\n()]*\) )?"
        r"(?:one of: ([^\n)]+)|Literal\[([^\n\]]+)\])",
        demand,
    )
    if listed is not None:
        parts = re.split(r"[;,]", listed.group(1) or listed.group(2))
        return chosen([part.strip(" '\"") for part in parts if part.strip(" '\"")][:_MOST_TOOLS], task.question)
    typed = re.search(rf"{re.escape(name)}(?: ## \]\])?`? \(must be formatted as a valid Python (\w+)", demand)
    kind = _kind(typed.group(1)) if typed else "string"
    if kind == "string" and name.lower() in _ANSWERS:
        return _answer(task, draw)
    schema = {"type": "object", "properties": {name: {"type": kind}}, "required": [name]}
    hints = Hints([*reversed(task.observations), task.question])
    return fill(schema, hints, draw.child("field"))[name]


def _given(text: str) -> dict[str, str]:
    marks = list(_FIELD.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return {mark.group(1): text[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)}
