"""Sample values of types: required members only in requests, all members near the top in answers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from onceward_generator.model import (
    Api,
    ByTag,
    Check,
    EnumType,
    Field,
    FileType,
    JsonType,
    ListType,
    LiteralType,
    MapType,
    Method,
    Nullable,
    ObjectType,
    Param,
    Place,
    Prim,
    Primitive,
    Ref,
    Streams,
    Type,
    UnionType,
)

from .patterns import matching

__all__ = ["NoSample", "SampleFile", "answer_of", "arguments_of", "ending_of"]

_OPTIONAL_DEPTH = 2
_TEXTS = {
    Prim.STRING: "text", Prim.BASE64: "aGVsbG8=", Prim.DATE: "2026-01-02", Prim.DATETIME: "2026-01-02T03:04:05Z",
    Prim.UUID: "123e4567-e89b-12d3-a456-426614174000", Prim.URI: "https://example.com/",
    Prim.SECRET: "secret-0123456789", Prim.DECIMAL: "12.50",
}  # fmt: skip


class NoSample(Exception):  # noqa: N818 - a result, not a failure
    """No valid value was found, such as a text for a pattern that is too hard."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A file to upload."""

    name: str = "file.txt"
    content: bytes = b"content"


def arguments_of(api: Api, method: Method) -> dict[str, tuple[Param, Any]]:
    """Return a value for each required argument of a method, by the key of the parameter. Raises `NoSample`."""
    maker, of_path = _Maker(api, sent=True), _Maker(api, sent=True, may_be_empty=False)
    found: dict[str, tuple[Param, Any]] = {}
    for param in method.params:
        if param.required:
            chosen = of_path if param.place is Place.PATH else maker
            found[f"{param.place.value} {param.wire}"] = (param, chosen.value(param.type, param.check))
    if not found and method.body is not None and method.body.required:
        first = next((p for p in method.params if p.place in {Place.BODY, Place.WHOLE_BODY}), None)
        if first is not None:
            found[f"{first.place.value} {first.wire}"] = (first, maker.value(first.type, first.check))
    return found


def answer_of(api: Api, type_: Type) -> Any:
    """Return a JSON answer of a type, or a file if it is one. Raises `NoSample`."""
    found = _Maker(api, sent=False).value(type_, None)
    return found if isinstance(found, SampleFile) else _as_json(found)


def _as_json(value: Any) -> Any:
    """Return a value of JSON, in which a file is a text."""
    if isinstance(value, SampleFile):
        return value.content.decode()
    if isinstance(value, dict):
        return {key: _as_json(item) for key, item in value.items()}
    return [_as_json(item) for item in value] if isinstance(value, list) else value


def ending_of(api: Api, streams: Streams) -> Any:
    """Return the data of an event that ends a stream, or of any event if none has to. Raises `NoSample`."""
    if not streams.terminal:
        return answer_of(api, streams.event)
    for type_ in _variants(api, streams.event):
        try:
            value = answer_of(api, type_)
        except NoSample:
            continue
        if isinstance(value, dict) and value.get(streams.tag or "type") in streams.terminal:
            return value
    raise NoSample("no event was found that ends the stream")


def _variants(api: Api, type_: Type) -> Iterator[Type]:
    resolved = api.resolve(type_)
    if isinstance(resolved, UnionType):
        for variant in resolved.variants:
            yield from _variants(api, variant.type)
    else:
        yield type_


class _Maker:
    """Makes values. An object that may not be empty gets an optional member where it has no required one."""

    def __init__(self, api: Api, *, sent: bool, may_be_empty: bool = True) -> None:
        self._api = api
        self._sent = sent
        self._may_be_empty = may_be_empty
        self._inside: list[str] = []

    def value(self, type_: Type, check: Check | None) -> Any:
        match type_:
            case Primitive(kind):
                return self._primitive(kind, check)
            case LiteralType() | EnumType() | FileType() | JsonType():
                return _fixed(type_)
            case ListType() | MapType() | Nullable():
                return self._container(type_, check)
            case Ref(key):
                return self._named(key, check)
            case UnionType():
                return self._union(type_)
            case ObjectType():
                return self._object(type_)

    def _container(self, type_: ListType | MapType | Nullable, check: Check | None) -> Any:
        match type_:
            case ListType(item, inner):
                return self._list(item, inner, check)
            case MapType(value, inner):
                return self._map(value, inner, check)
            case Nullable(inner_type):
                return self._nullable(inner_type, check)

    def _primitive(self, kind: Prim, check: Check | None) -> Any:
        if kind is Prim.BOOLEAN:
            return True
        if kind in {Prim.INTEGER, Prim.NUMBER, Prim.DECIMAL_NUMBER}:
            return _number(check or Check(), whole=kind is Prim.INTEGER)
        return _text(_TEXTS.get(kind, "text"), check or Check())

    def _named(self, key: str, check: Check | None) -> Any:
        if self._inside.count(key) > 1:
            raise NoSample(f"`{key}` contains itself")
        self._inside.append(key)
        try:
            return self.value(self._api.types[key].type, check)
        finally:
            self._inside.pop()

    def _nullable(self, inner: Type, check: Check | None) -> Any:
        try:
            return self.value(inner, check)
        except NoSample:
            return None

    def _list(self, item: Type, inner: Check | None, check: Check | None) -> list[Any]:
        least = (check.min_length if check else None) or 0
        if check is not None and check.max_length == 0:
            return []
        try:
            return [self.value(item, inner)] * max(least, 1)
        except NoSample:
            if least:
                raise
            return []

    def _map(self, value: Type, inner: Check | None, check: Check | None) -> dict[str, Any]:
        least = (check.min_length if check else None) or 0
        try:
            return {f"key{number or ''}": self.value(value, inner) for number in range(max(least, 1))}
        except NoSample:
            if least:
                raise
            return {}

    def _object(self, type_: ObjectType) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for field in type_.fields:
            if (field.read_only if self._sent else field.write_only) and not (field.required and not self._sent):
                continue
            if field.required:
                made[field.wire] = self.value(field.type, field.check)
            elif not self._sent and len(self._inside) <= _OPTIONAL_DEPTH and not field.deprecated:
                self._add_optional(made, field)
        for field in type_.fields:
            if made or self._may_be_empty:
                break
            if not field.read_only:
                self._add_optional(made, field)
        return made

    def _add_optional(self, made: dict[str, Any], field: Field) -> None:
        try:
            made[field.wire] = self.value(field.type, field.check)
        except NoSample:
            return

    def _union(self, type_: UnionType) -> Any:
        """Return a value of the first variant that has one, with its tag."""
        problem = NoSample("a union without variants")
        tags = type_.strategy.mapping if isinstance(type_.strategy, ByTag) else ()
        files_first = sorted(enumerate(type_.variants), key=lambda one: not isinstance(one[1].type, FileType))
        for index, variant in files_first:
            try:
                value = self.value(variant.type, variant.check)
            except NoSample as error:
                problem = error
                continue
            tag = next((tag for tag, at in tags if at == index), None)
            if tag is not None and isinstance(value, dict) and isinstance(type_.strategy, ByTag):
                value = {**value, type_.strategy.wire: value.get(type_.strategy.wire, tag)}
                if value[type_.strategy.wire] not in [known for known, at in tags if at == index]:
                    value[type_.strategy.wire] = tag
            return value
        raise problem


def _fixed(type_: LiteralType | EnumType | FileType | JsonType) -> Any:
    match type_:
        case LiteralType(value):
            return value
        case EnumType(_, members):
            return members[0].value if members else "text"
        case FileType():
            return SampleFile()
        case JsonType():
            return {"any": "value"}


def _number(check: Check, *, whole: bool) -> float:
    """Return a number in bounds: 1 if it is, else the nearest one."""
    low, high = _limits(check, whole)
    chosen = min(max(1, low), high)
    if chosen < low:
        raise NoSample("no number is in these bounds")
    return int(chosen) if whole or chosen == int(chosen) else chosen


def _limits(check: Check, whole: bool) -> tuple[float, float]:
    step = 1 if whole else 0.5
    lows = [check.minimum, None if check.exclusive_minimum is None else check.exclusive_minimum + step]
    highs = [check.maximum, None if check.exclusive_maximum is None else check.exclusive_maximum - step]
    low = max((value for value in lows if value is not None), default=-math.inf)
    high = min((value for value in highs if value is not None), default=math.inf)
    return (math.ceil(low), math.floor(high)) if whole and math.isfinite(low) and math.isfinite(high) else (low, high)


def _text(plain: str, check: Check) -> str:
    least = check.min_length or 0
    if check.pattern is not None:
        found = matching(check.pattern, least, check.max_length)
        if found is None:
            raise NoSample(f"no text was found that matches {check.pattern!r}")
        return found
    longer = plain + "x" * (least - len(plain))
    return longer if check.max_length is None or len(longer) <= check.max_length else longer[: check.max_length]
