"""Argument checks as data, which the runtime compiles on first use, in the forms of `_core.checks`."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from onceward_generator.model import (
    Api,
    Check,
    EnumType,
    FileType,
    JsonType,
    ListType,
    LiteralType,
    MapType,
    Nullable,
    ObjectType,
    Prim,
    Primitive,
    Ref,
    Type,
    TypeDef,
    UnionType,
)

from .naming import Naming
from .options import PythonOptions
from .shapes import ChecksModule

__all__ = ["Checks"]

Data: TypeAlias = Any
"""Strings, numbers, tuples and dictionaries."""

_PRIMITIVES = {
    Prim.INTEGER: "integer",
    Prim.NUMBER: "number",
    Prim.BOOLEAN: "boolean",
    Prim.SECRET: "secret",
    Prim.DECIMAL: "decimal",
    Prim.DECIMAL_NUMBER: "decimal_number",
}
_BOUNDS = ("minimum", "maximum", "exclusive_minimum", "exclusive_maximum")
_LENGTHS = ("min_length", "max_length")
_FOREIGN = re.compile(r"\\[pPuckwWdDsSbB]|\(\?(?!:)|\$(?=.)|\[\[|&&|--|\|\||~~")
"""Parts of ECMAScript patterns that Python reads differently or does not support."""


class Checks:
    """Lowers request types to checks, and collects the named types that they refer to."""

    def __init__(self, api: Api, naming: Naming, options: PythonOptions) -> None:
        self._api = api
        self._naming = naming
        self._options = options

    def modules(self) -> tuple[ChecksModule, ...]:
        """Return all named checks, by module."""
        found: dict[str, dict[str, Data]] = {}
        for key, symbol in self._naming.sent.items():
            if self._is_named(self._api.types[key].type):
                family, name = self._reference(key).split(":")
                found.setdefault(family, {})[name] = self._defined(self._api.types[key], symbol.name)
        return tuple(
            ChecksModule(f"._checks.{family}", dict(sorted(found[family].items()))) for family in sorted(found)
        )

    def of(self, type_: Type, check: Check | None = None) -> Data:
        """Return the constraints on a value of a type; None for a value without constraints."""
        return self._within(self._of(type_), check, type_)

    def _of(self, type_: Type) -> Data:
        match type_:
            case Primitive(kind):
                return _PRIMITIVES.get(kind, "string")
            case LiteralType(value):
                return ("is", value)
            case EnumType():
                return _enum(type_)
            case ListType(inner, check) | MapType(inner, check):
                return ("list" if isinstance(type_, ListType) else "map", self.of(inner, check))
            case Nullable(inner):
                return self._nullable(inner)
            case Ref(key):
                named = self._api.types[key].type
                return self._reference(key) if self._is_named(named) else self._of(named)
            case UnionType():
                return self._union(type_)
            case ObjectType():
                return self._object(type_)
            case FileType() | JsonType():
                return None

    def _nullable(self, inner: Type) -> Data:
        check = self._of(inner)
        return None if check is None else ("null", check)

    def _union(self, type_: UnionType) -> Data:
        checks = [self.of(variant.type, variant.check) for variant in type_.variants]
        return None if None in checks else ("union", *checks)

    def _object(self, type_: ObjectType) -> Data:
        fields = [field for field in type_.fields if not field.read_only]
        checks = {field.wire: self.of(field.type, field.check) for field in fields}
        required = tuple(field.wire for field in fields if field.required)
        extra = None if type_.extra is None else self.of(type_.extra, type_.extra_check)
        known = {wire: check for wire, check in checks.items() if check is not None or extra is not None}
        return ("object", known, required) if extra is None else ("object", known, required, extra)

    def _defined(self, definition: TypeDef, name: str) -> Data:
        made = self._of(definition.type)
        maker = self._options.converters.get(name)
        if maker is None or not self._options.has(*maker.split(":")):
            return made
        return ("made", made, maker)

    def _within(self, made: Data, check: Check | None, type_: Type) -> Data:
        if check is None or made is None:
            return made
        whole = _is_whole(self._api, type_)
        bounds = {name: _bound(getattr(check, name), whole or name in _LENGTHS) for name in (*_BOUNDS, *_LENGTHS)}
        limits: dict[str, Data] = {name: value for name, value in bounds.items() if value is not None}
        if check.pattern is not None and (pattern := _python_pattern(check.pattern)) is not None:
            limits["pattern"] = pattern
        if not limits:
            return made
        null = isinstance(made, tuple) and made[0] == "null"
        return ("null", ("within", made[1], limits)) if null else ("within", made, limits)

    def _is_named(self, type_: Type) -> bool:
        """Report whether a type is written once and referred to; scalars are written in place."""
        match type_:
            case Nullable(inner):
                return self._is_named(inner)
            case ObjectType() | ListType() | MapType():
                return True
            case UnionType(variants, _):
                return any(self._is_named(variant.type) or isinstance(variant.type, Ref) for variant in variants)
            case _:
                return False

    def _reference(self, key: str) -> str:
        symbol = self._naming.sent[key]
        return f"{symbol.module.rsplit('.', 1)[1]}:{symbol.name}"


def _enum(type_: EnumType) -> Data:
    if type_.open:
        return _PRIMITIVES.get(type_.base, "string")
    return ("enum", *(member.value for member in type_.members))


def _bound(value: float | None, whole: bool) -> float | None:
    return None if value is None else int(value) if whole and value == int(value) else value


def _python_pattern(pattern: str) -> str | None:
    """Return a pattern of a contract for Python; None if the two may interpret it differently."""
    if _FOREIGN.search(pattern):
        return None
    ended = f"{pattern[:-1]}\\Z" if pattern.endswith("$") and not pattern.endswith("\\$") else pattern
    try:
        re.compile(ended)
    except re.error:
        return None
    return ended


def _is_whole(api: Api, type_: Type) -> bool:
    resolved = api.resolve(type_)
    inner = api.resolve(resolved.inner) if isinstance(resolved, Nullable) else resolved
    return inner == Primitive(Prim.INTEGER)
