"""Read JSON into a tree with positions, which the standard decoder does not keep."""

from __future__ import annotations

import json
import re
from bisect import bisect_right

from onceward_generator.diagnostics import ContractError, Diagnostic, Report
from onceward_generator.model import Origin

from .tree import Map, Node, Seq, Spot, escape

__all__ = ["read_json"]

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_DECODER = json.JSONDecoder(strict=True)
_WORDS = {"true": True, "false": False, "null": None}


def read_json(source: str, file: str, report: Report) -> Node:
    """Read one document. Duplicate keys are reported. Raises `ContractError` on invalid text."""
    return _Reader(source, file, report).document()


class _Reader:
    def __init__(self, source: str, file: str, report: Report) -> None:
        self._report = report
        self._text = source
        self._file = file
        self._at = 0
        self._lines = [0, *(match.end() for match in re.finditer("\n", source))]

    def document(self) -> Node:
        """Return the whole document."""
        root = self._value("")
        if self._peek():
            raise self._error("unexpected text after the end of the document", "")
        return root

    def _value(self, pointer: str) -> Node:
        first = self._peek()
        if first == "{":
            return self._object(pointer)
        if first == "[":
            return self._array(pointer)
        if first == '"':
            return self._string(pointer)
        for word, value in _WORDS.items():
            if self._text.startswith(word, self._at):
                self._at += len(word)
                return value
        return self._number(pointer)

    def _object(self, pointer: str) -> Map:
        at = self._origin(pointer)
        items: dict[str, Node] = {}
        spots: dict[str, Spot] = {}
        self._at += 1
        while self._peek() != "}":
            if items:
                self._expect(",", pointer)
                self._peek()
            spot = self._spot()
            key = self._string(pointer)
            if key in items:
                at = Origin(self._file, pointer, *spot)
                self._report.add("W112", f"the key `{key}` occurs twice in one mapping", at, "the last one is used")
            self._expect(":", pointer)
            spots[key] = spot
            items[key] = self._value(f"{pointer}/{escape(key)}")
        self._at += 1
        return Map(items, at, spots)

    def _array(self, pointer: str) -> Seq:
        at = self._origin(pointer)
        items: list[Node] = []
        spots: list[Spot] = []
        self._at += 1
        while self._peek() != "]":
            if items:
                self._expect(",", pointer)
                self._peek()
            spots.append(self._spot())
            items.append(self._value(f"{pointer}/{len(items)}"))
        self._at += 1
        return Seq(items, at, spots)

    def _string(self, pointer: str) -> str:
        if self._peek() != '"':
            raise self._error("expected a string in double quotes", pointer)
        try:
            value, self._at = _DECODER.raw_decode(self._text, self._at)
        except json.JSONDecodeError as error:
            self._at = error.pos
            raise self._error(error.msg, pointer) from error
        return str(value)

    def _number(self, pointer: str) -> int | float:
        match = _NUMBER.match(self._text, self._at)
        if match is None:
            raise self._error("expected a value", pointer)
        self._at = match.end()
        return float(match[0]) if match[1] or match[2] else int(match[0])

    def _peek(self) -> str:
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._text[self._at : self._at + 1]

    def _expect(self, mark: str, pointer: str) -> None:
        if self._peek() != mark:
            raise self._error(f"expected `{mark}`", pointer)
        self._at += 1

    def _spot(self) -> Spot:
        line = bisect_right(self._lines, self._at)
        return line, self._at - self._lines[line - 1] + 1

    def _origin(self, pointer: str) -> Origin:
        return Origin(self._file, pointer, *self._spot())

    def _error(self, message: str, pointer: str) -> ContractError:
        return ContractError(Diagnostic("E002", f"invalid JSON: {message}", self._origin(pointer)))
