"""Docstrings: what a method means, what its arguments mean, what it gives and what it raises."""

from __future__ import annotations

import re

from headgate_generator.model import Api, Method, Param, ResultKind

from .words import class_name

__all__ = ["first_sentence", "method_doc"]

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\[*])")


def first_sentence(description: str) -> str:
    """The first sentence, on one line: what fits into a list of arguments."""
    paragraph = " ".join(description.strip().split("\n\n", 1)[0].split())
    return SENTENCE.split(paragraph, 1)[0]


def method_doc(api: Api, method: Method, arguments: dict[str, Param]) -> str:
    """The docstring of a method, its sections in Google's form."""
    sections = [method.summary.strip(), method.description.strip()]
    if method.summary.strip().rstrip(".") == method.description.strip().rstrip("."):
        sections = sections[1:]
    if method.deprecated:
        sections.append("Deprecated.")
    lines = [_argument(name, param) for name, param in arguments.items()]
    if lines:
        sections.append("Args:\n" + "\n".join(lines))
    returned = _returns(method)
    if returned:
        sections.append(f"Returns:\n    {returned}")
    raised = _raises(api, method)
    if raised:
        sections.append("Raises:\n" + "\n".join(raised))
    body = "\n\n".join(section for section in sections if section)
    return body or f"`{method.http} {method.path}`"


def _argument(name: str, param: Param) -> str:
    meaning = first_sentence(param.description)
    notes = [] if meaning else ["no description in the contract"]
    if param.has_default and isinstance(param.default, str | int | float | bool):
        notes.append(f"default {param.default!r}")
    note = f" ({', '.join(notes)})" if meaning and notes else ", ".join(notes).capitalize() + "." if notes else ""
    return f"    {name}: {meaning}{note}"


def _returns(method: Method) -> str:
    if method.pages is not None:
        return "A page of the list; iterating over it walks through all pages."
    if method.streams is not None and method.streams.flag is None:
        return "The stream of events."
    if method.streams is not None:
        return f"The whole answer, or the stream of events with `{method.streams.flag}=True`."
    return {
        ResultKind.TEXT: "The answer's text.",
        ResultKind.BINARY: "The answer's bytes.",
        ResultKind.JSON_LINES: "The answer's lines, each decoded.",
    }.get(method.result.kind, "")


def _raises(api: Api, method: Method) -> list[str]:
    classes = {status: error for error in reversed(api.behaviour.errors) for status in error.statuses}
    return [f"    {class_name(classes[s].name)}Error: The server answered {s}." for s in method.errors if s in classes]
