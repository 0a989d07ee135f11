"""Read YAML into a tree with positions.

The reader uses the events of libyaml, which are fast and have positions. Plain scalars follow the core schema of YAML
1.2, as OpenAPI requires: ``no`` and ``on`` are strings, ``12:30:00`` is not a number, and a date is a string.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import inf, nan
from typing import Any

import yaml

from onceward_generator.diagnostics import ContractError, Diagnostic, Report
from onceward_generator.model import Origin

from .tree import Map, Node, Seq, Spot, escape

__all__ = ["read_yaml"]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = {".inf": inf, "+.inf": inf, "-.inf": -inf, ".nan": nan}
_FIRST = frozenset("0123456789+-.~nNtTfF")
_TEXTS = frozenset({"/openapi", "/swagger", "/info/version"})
"""Pointers to values that are texts even where they look like numbers: version 1.10 is not 1.1."""


def read_yaml(source: str, file: str, report: Report) -> Node:
    """Read one document. Duplicate keys are reported.

    Raises `ContractError` on invalid text and keys that are not scalars.
    """
    try:
        return _Reader(source, file, report).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = f"invalid YAML: {error.problem}"
        raise ContractError(Diagnostic("E002", problem, Origin(file, "", line, column))) from error
    except yaml.YAMLError as error:
        raise ContractError(Diagnostic("E002", f"invalid YAML: {error}", Origin(file, "", 1, 1))) from error


class _Reader:
    def __init__(self, source: str, file: str, report: Report) -> None:
        self._report = report
        self._file = file
        self._events: Iterator[Any] = iter(yaml.parse(source, Loader=_LOADER))
        self._anchors: dict[str, Node] = {}
        self._build: dict[type, Callable[[Any, str], Node]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._mapping,
            yaml.SequenceStartEvent: self._sequence,
            yaml.AliasEvent: self._alias,
        }

    def document(self) -> Node:
        """Return the whole document."""
        for event in self._events:
            if type(event) in self._build:
                root = self._build[type(event)](event, "")
                for rest in self._events:
                    if isinstance(rest, yaml.DocumentStartEvent):
                        raise self._error("E002", "a second YAML document in the file", rest, "")
                return root
        return None

    def _node(self, event: Any, pointer: str) -> Node:
        return self._build[type(event)](event, pointer)

    def _scalar(self, event: Any, pointer: str) -> Node:
        value = _resolve(event) if pointer not in _TEXTS else event.value
        if event.anchor:
            self._anchors[event.anchor] = value
        return value

    def _alias(self, event: Any, pointer: str) -> Node:
        if event.anchor not in self._anchors:
            raise self._error("E002", f"the alias `{event.anchor}` has no anchor before it", event, pointer)
        return self._anchors[event.anchor]

    def _sequence(self, event: Any, pointer: str) -> Seq:
        items: list[Node] = []
        spots: list[Spot] = []
        for child in self._events:
            if type(child) is yaml.SequenceEndEvent:
                break
            spots.append(_spot(child))
            items.append(self._node(child, f"{pointer}/{len(items)}"))
        node = Seq(items, self._origin(event, pointer), spots)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _mapping(self, event: Any, pointer: str) -> Map:
        items: dict[str, Node] = {}
        spots: dict[str, Spot] = {}
        inherited: list[Node] = []
        for key in self._events:
            if type(key) is yaml.MappingEndEvent:
                break
            name = self._key(key, pointer)
            if name == "<<" and not key.style:
                inherited.append(self._node(next(self._events), f"{pointer}/<<"))
                continue
            if name in items:
                problem = f"the key `{name}` occurs twice in one mapping"
                self._report.add("W112", problem, self._origin(key, pointer), "the last one is used")
            spots[name] = _spot(key)
            items[name] = self._node(next(self._events), f"{pointer}/{escape(name)}")
        for parent in inherited:
            for source in parent if isinstance(parent, Seq) else (parent,):
                items = {**source, **items} if isinstance(source, Map) else items
        node = Map(items, self._origin(event, pointer), spots)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _key(self, event: Any, pointer: str) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise self._error("E002", "a key must be a scalar", event, pointer)
        return str(event.value)

    def _origin(self, event: Any, pointer: str) -> Origin:
        line, column = _spot(event)
        return Origin(self._file, pointer, line, column)

    def _error(self, code: str, message: str, event: Any, pointer: str) -> ContractError:
        return ContractError(Diagnostic(code, message, self._origin(event, pointer)))


def _spot(event: Any) -> Spot:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


def _resolve(event: Any) -> str | int | float | bool | None:
    value: str = event.value
    if event.style or (event.tag is not None and event.tag.endswith(":str")):
        return value
    if value and value[0] not in _FIRST:
        return value
    if value in _NULLS:
        return None
    if value in _BOOLS:
        return _BOOLS[value]
    if value.lower() in _SPECIAL:
        return _SPECIAL[value.lower()]
    if _INTEGER.fullmatch(value):
        return int(value)
    if _BASED.fullmatch(value):
        return int(value, 0)
    if _FLOAT.fullmatch(value):
        return float(value)
    return value
