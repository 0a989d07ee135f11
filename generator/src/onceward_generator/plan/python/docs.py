"""Docstrings of methods: meaning, arguments, result and errors."""

from __future__ import annotations

import re

from onceward_generator.model import Api, Method, Nullable, Param, Ref, ResultKind, Type

from .words import class_name

__all__ = ["first_sentence", "method_doc"]

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\[*])")


def first_sentence(description: str) -> str:
    """Return the first sentence, on one line, for a list of arguments."""
    paragraph = " ".join(description.strip().split("\n\n", 1)[0].split())
    return _closed(SENTENCE.split(paragraph, maxsplit=1)[0])


def _closed(sentence: str) -> str:
    return f"{sentence}." if sentence[-1:].isalnum() or sentence[-1:] in ("`", ")") else sentence


def method_doc(api: Api, method: Method, arguments: dict[str, Param]) -> str:
    """Return the docstring of a method, with sections in Google's style."""
    sections = [_closed(" ".join(method.summary.split())), method.description.strip()]
    if method.summary.strip().rstrip(".") == method.description.strip().rstrip("."):
        sections = sections[1:]
    if method.deprecated:
        sections.append("Deprecated.")
    lines = [_argument(api, name, param) for name, param in arguments.items()]
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


def _argument(api: Api, name: str, param: Param) -> str:
    meaning = first_sentence(param.description or _type_description(api, param.type)) or f"`{param.wire}`."
    has_note = param.has_default and isinstance(param.default, str | int | float | bool)
    return f"    {name}: {meaning}" + (f" Default: {param.default!r}." if has_note else "")


def _type_description(api: Api, type_: Type) -> str:
    """Return the description of a parameter's type, for a parameter without one."""
    inner = type_.inner if isinstance(type_, Nullable) else type_
    return api.types[inner.key].description if isinstance(inner, Ref) else ""


def _returns(method: Method) -> str:
    if method.pages is not None:
        return "The first page of the list. Iterate over it to get the items of all pages."
    if method.streams is not None and method.streams.flag is None:
        return "The stream of events."
    if method.streams is not None:
        return f"The complete response, or the stream of events with `{method.streams.flag}=True`."
    return {
        ResultKind.TEXT: "The text of the response.",
        ResultKind.BINARY: "The bytes of the response.",
        ResultKind.JSON_LINES: "The lines of the response, decoded.",
    }.get(method.result.kind, "")


def _raises(api: Api, method: Method) -> list[str]:
    """Return the errors to expect: the caller's own, the server's by status, and those of the network."""
    classes = {status: error for error in reversed(api.behaviour.errors) for status in error.statuses}
    named = [f"{class_name(classes[s].name)}Error ({s})" for s in sorted(set(method.errors)) if s in classes]
    by_status = f": {', '.join(named)}" if named else ""
    return [
        "    ParameterError: An argument is missing, unknown or invalid. Nothing was sent.",
        f"    APIStatusError: The server returned an error{by_status}.",
        "    APIConnectionError: No complete response was received, even after retries.",
    ]
