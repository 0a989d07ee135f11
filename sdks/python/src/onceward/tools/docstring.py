"""Parse docstrings for the description of a function and of its parameters: Google, NumPy and reST style."""

from __future__ import annotations

import inspect
import re
from typing import NamedTuple

__all__ = ["Docstring", "read_docstring"]

_SECTIONS = (
    r"args|arguments|parameters|params|other parameters|keyword args|keyword arguments|returns?|yields?|raises"
    r"|examples?|notes?|see also|attributes|references|warns|warnings?|todo"
)
_GOOGLE = re.compile(rf"^(?:{_SECTIONS}):\s*$", re.IGNORECASE)
_NUMPY_RULE = re.compile(r"^-{3,}\s*$")
_REST = re.compile(r"^:(?P<kind>\w+)(?:\s+(?P<what>[^:]+))?:\s*(?P<text>.*)$")
_GOOGLE_ITEM = re.compile(r"^(?P<name>\*{0,2}\w+)\s*(?:\([^)]*\))?\s*:\s*(?P<text>.*)$")
_NUMPY_ITEM = re.compile(r"^(?P<names>\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?$")
_ARGUMENT_SECTIONS = frozenset(
    {"args", "arguments", "parameters", "params", "other parameters", "keyword args", "keyword arguments"}
)


class Docstring(NamedTuple):
    """The description of a function: the ``text`` before the first section, and ``params`` by parameter name."""

    text: str
    params: dict[str, str]


def read_docstring(doc: str | None) -> Docstring:
    """Parse a docstring; None is an empty one."""
    if not doc:
        return Docstring("", {})
    lines = inspect.cleandoc(doc).splitlines()
    text: list[str] = []
    params: dict[str, str] = {}
    place = 0
    while place < len(lines):
        line = lines[place]
        if _GOOGLE.match(line):
            place = _google(lines, place, params)
        elif place + 1 < len(lines) and line.strip() and _NUMPY_RULE.match(lines[place + 1]):
            place = _numpy(lines, place, params)
        elif _REST.match(line):
            place = _rest(lines, place, params)
        else:
            if not params:
                text.append(line)
            place += 1
    return Docstring("\n".join(text).strip(), params)


def _block(lines: list[str], place: int) -> int:
    """Return the end of the indented (or blank) lines from ``place`` on."""
    while place < len(lines) and (not lines[place].strip() or lines[place][0].isspace()):
        place += 1
    return place


def _google(lines: list[str], place: int, params: dict[str, str]) -> int:
    end = _block(lines, place + 1)
    if lines[place].strip().rstrip(":").lower() in _ARGUMENT_SECTIONS:
        body = inspect.cleandoc("\n".join(["", *lines[place + 1 : end]])).splitlines()
        name = ""
        for line in body:
            item = _GOOGLE_ITEM.match(line)
            if item:
                name = item["name"].lstrip("*")
                params[name] = item["text"].strip()
            elif name and line.strip():
                params[name] = f"{params[name]} {line.strip()}".strip()
    return end


def _numpy(lines: list[str], place: int, params: dict[str, str]) -> int:
    end = place + 2
    while end < len(lines) and not (end + 1 < len(lines) and lines[end].strip() and _NUMPY_RULE.match(lines[end + 1])):
        end += 1
    if lines[place].strip().lower() in _ARGUMENT_SECTIONS:
        names: list[str] = []
        for line in lines[place + 2 : end]:
            item = _NUMPY_ITEM.match(line)
            if item and not line[0].isspace():
                names = [name.strip().lstrip("*") for name in item["names"].split(",")]
                params.update(dict.fromkeys(names, ""))
            elif line.strip():
                for name in names:
                    params[name] = f"{params[name]} {line.strip()}".strip()
    return end


def _rest(lines: list[str], place: int, params: dict[str, str]) -> int:
    found = _REST.match(lines[place])
    end = _block(lines, place + 1)
    if found and found["kind"] in {"param", "parameter", "arg", "argument", "key", "keyword"} and found["what"]:
        name = found["what"].split()[-1].lstrip("*")
        rest = [line.strip() for line in lines[place + 1 : end] if line.strip()]
        params[name] = " ".join([found["text"].strip(), *rest]).strip()
    return end
