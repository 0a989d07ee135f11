"""Docstrings of methods: meaning, arguments, result and errors."""

from __future__ import annotations

import re
from collections import Counter

from onceward_generator.model import Api, Method, Nullable, Param, Ref, ResultKind, Type, all_methods

from .words import class_name

__all__ = ["common_errors", "first_sentence", "method_doc"]

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\[*])")

_FEW = 3


def first_sentence(description: str) -> str:
    """Return the first sentence, on one line, for a list of arguments."""
    paragraph = " ".join(description.strip().split("\n\n", 1)[0].split())
    return _closed(SENTENCE.split(paragraph, maxsplit=1)[0])


def _closed(sentence: str) -> str:
    return f"{sentence}." if sentence[-1:].isalnum() or sentence[-1:] in ("`", ")") else sentence


def method_doc(api: Api, method: Method, arguments: dict[str, Param], common: frozenset[int]) -> str:
    """Return the docstring of a method, with sections in Google's style.

    It contains only what is particular to the method: neither arguments without a description, nor the ``common``
    errors, which most methods of the API declare.
    """
    sections = [_closed(" ".join(method.summary.split())), method.description.strip()]
    if method.summary.strip().rstrip(".") == method.description.strip().rstrip("."):
        sections = sections[1:]
    if not any(sections):
        sections = [f"`{method.http} {method.path}`"]
    if method.deprecated:
        sections.append("Deprecated.")
    lines = [line for name, param in arguments.items() if (line := _argument(api, name, param))]
    if lines:
        sections.append("Args:\n" + "\n".join(lines))
    returned = _returns(method, arguments)
    if returned:
        sections.append(f"Returns:\n    {returned}")
    raised = _raises(api, method, common)
    if raised:
        sections.append("Raises:\n" + "\n".join(raised))
    return "\n\n".join(section for section in sections if section)


def _argument(api: Api, name: str, param: Param) -> str:
    has_note = param.has_default and isinstance(param.default, str | int | float | bool)
    note = f"Default: {param.default!r}." if has_note else ""
    meaning = first_sentence(param.description or _type_description(api, param.type))
    text = " ".join(piece for piece in (meaning, note) if piece)
    return f"    {name}: {text}" if text else ""


def _type_description(api: Api, type_: Type) -> str:
    """Return the description of a parameter's type, for a parameter without one."""
    inner = type_.inner if isinstance(type_, Nullable) else type_
    return api.types[inner.key].description if isinstance(inner, Ref) else ""


def _returns(method: Method, arguments: dict[str, Param]) -> str:
    if method.pages is not None:
        page = "The first page; iterate over it for the items of all pages."
        flag = _flag(method, arguments)
        return page if flag is None else f"{page} With `{flag}=True`, the stream of events."
    if method.streams is not None and method.streams.flag is None:
        return "The stream of events."
    if method.streams is not None:
        return f"The complete response, or the stream of events with `{_flag(method, arguments)}=True`."
    results = [(answer.kind, answer.type) for answer in method.answers]
    if any(result != results[0] for result in results):
        return "The response. Its type depends on its status and media type."
    return {
        ResultKind.TEXT: "The text of the response.",
        ResultKind.BINARY: "The bytes of the response.",
        ResultKind.JSON_LINES: "The lines of the response, decoded.",
    }.get(method.result.kind, "")


def _flag(method: Method, arguments: dict[str, Param]) -> str | None:
    """Return the argument that requests the stream of a method, or the member of its body."""
    if method.streams is None:
        return None
    wire, place = method.streams.flag, method.streams.flag_place
    return next((name for name, param in arguments.items() if param.wire == wire and param.place is place), wire)


def _raises(api: Api, method: Method, common: frozenset[int]) -> list[str]:
    """Return the errors by status that this method declares and most methods of the API do not."""
    classes = {status: error for error in reversed(api.behaviour.errors) for status in error.statuses}
    special = sorted(set(method.errors) - common)
    return [f"    {class_name(classes[status].name)}Error: Status {status}." for status in special if status in classes]


def common_errors(api: Api) -> frozenset[int]:
    """Return the statuses that at least half of the methods declare, in an API of more than a few."""
    every = list(all_methods(api.resources))
    counts = Counter(status for method in every for status in set(method.errors))
    return frozenset(status for status, count in counts.items() if 2 * count >= len(every) > _FEW)
