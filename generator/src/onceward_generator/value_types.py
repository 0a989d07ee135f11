"""The types of values: parameters, fields, bodies and events. A part of the model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

__all__ = [
    "ByJsonType",
    "ByTag",
    "ByUniqueKey",
    "Check",
    "EnumType",
    "Field",
    "FileType",
    "JsonKind",
    "JsonType",
    "JsonValue",
    "ListType",
    "LiteralType",
    "MapType",
    "Member",
    "Name",
    "Nullable",
    "ObjectType",
    "Origin",
    "Prim",
    "Primitive",
    "Ranked",
    "Ref",
    "Type",
    "TypeDef",
    "UnionType",
    "Variant",
    "reachable",
    "references",
]

Name: TypeAlias = tuple[str, ...]
JsonValue: TypeAlias = bool | int | float | str | tuple["JsonValue", ...] | Mapping[str, "JsonValue"] | None


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in the contract: file, JSON pointer, line and column (both from 1)."""

    file: str
    pointer: str
    line: int
    column: int


class Prim(Enum):
    """The primitive types, and the formats that a language may map to a type of its own."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    BASE64 = "base64"
    DATE = "date"
    DATETIME = "datetime"
    UUID = "uuid"
    DECIMAL = "decimal"
    """A decimal number as a text."""
    DECIMAL_NUMBER = "decimal_number"
    URI = "uri"
    SECRET = "secret"
    """A text that must not appear in logs or printed values."""

    @property
    def is_text(self) -> bool:
        """True if the values are JSON strings."""
        return self not in {Prim.INTEGER, Prim.NUMBER, Prim.BOOLEAN, Prim.DECIMAL_NUMBER}


class JsonKind(Enum):
    """The seven JSON shapes that can be distinguished without looking inside a value."""

    NULL = "null"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    STRING = "string"
    ARRAY = "array"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Check:
    """Bounds of a value, checked at call time. ``None`` is unbounded.

    Lengths count the characters of a string, the items of a list, and the members of an object.
    """

    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    exclusive_maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Primitive:
    """A scalar of a primitive type."""

    kind: Prim


@dataclass(frozen=True, slots=True)
class LiteralType:
    """Exactly one JSON scalar."""

    value: str | int | float | bool


@dataclass(frozen=True, slots=True)
class Member:
    """A value of an enumeration. Names are unique within it and derived from the value."""

    value: str | int | float | bool
    name: Name
    description: str = ""


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enumeration. An open one allows unlisted values in requests, too; responses always allow them."""

    base: Prim
    members: tuple[Member, ...]
    open: bool = True


@dataclass(frozen=True, slots=True)
class ListType:
    """A list of items of one type."""

    item: Type
    check: Check | None = None
    """Bounds of each item."""


@dataclass(frozen=True, slots=True)
class MapType:
    """An object with arbitrary keys."""

    value: Type
    check: Check | None = None
    """Bounds of each value."""


@dataclass(frozen=True, slots=True)
class Nullable:
    """The inner type, or JSON null. Never nested."""

    inner: Type


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to a named type, by its key in `Api.types`."""

    key: str


@dataclass(frozen=True, slots=True)
class FileType:
    """Bytes that are uploaded as a file part, or sent and received as a raw body."""


@dataclass(frozen=True, slots=True)
class JsonType:
    """Any JSON value: a schema without constraints, or one that cannot be expressed."""


@dataclass(frozen=True, slots=True)
class Field:
    """A property of an object."""

    wire: str
    name: Name
    type: Type
    required: bool
    description: str = ""
    default: JsonValue = None
    has_default: bool = False
    check: Check | None = None
    undeclared: bool = False
    """True if the object requires the property without declaring it."""
    read_only: bool = False
    write_only: bool = False
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class ObjectType:
    """An object with named fields. Unknown keys are always kept; ``extra`` is their type where the contract has one."""

    fields: tuple[Field, ...]
    extra: Type | None = None
    extra_check: Check | None = None
    """Bounds of each value under an unknown key."""


@dataclass(frozen=True, slots=True)
class ByTag:
    """Selection by the value of one key: tag value -> index into the variants."""

    wire: str
    mapping: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ByJsonType:
    """Selection by JSON shape: kind -> index into the variants. Several object variants are one nested union."""

    mapping: tuple[tuple[JsonKind, int], ...]


@dataclass(frozen=True, slots=True)
class ByUniqueKey:
    """Selection by a required key that only one variant has: key -> index into the variants."""

    mapping: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Selection by trial: the variant with the most matching keys, the earlier one if equal."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant of a union."""

    name: Name
    type: Type
    check: Check | None = None
    """Bounds of a value of this variant."""


@dataclass(frozen=True, slots=True)
class UnionType:
    """One of several types. A received value that matches none is kept as an unknown variant, and can be sent again."""

    variants: tuple[Variant, ...]
    strategy: ByTag | ByJsonType | ByUniqueKey | Ranked


Type: TypeAlias = (
    Primitive
    | LiteralType
    | EnumType
    | ListType
    | MapType
    | Nullable
    | Ref
    | FileType
    | JsonType
    | ObjectType
    | UnionType
)


@dataclass(frozen=True, slots=True)
class TypeDef:
    """A named type. ``sent`` and ``received`` are the directions in which calls use it; both are possible."""

    key: str
    name: Name
    type: Type
    description: str
    origin: Origin
    sent: bool
    received: bool
    family: str
    """The resource family (first segment of the resource path) that uses the type alone, or ``shared``."""
    deprecated: bool = False


def references(type_: Type) -> Iterator[str]:
    """Yield the keys of the types that a type refers to directly."""
    match type_:
        case Ref(key):
            yield key
        case ListType(inner) | MapType(inner) | Nullable(inner):
            yield from references(inner)
        case UnionType(variants):
            for variant in variants:
                yield from references(variant.type)
        case ObjectType(fields, extra):
            for field in fields:
                yield from references(field.type)
            if extra is not None:
                yield from references(extra)
        case _:
            return


def reachable(start: Iterable[str], edges: Callable[[str], Iterable[str]]) -> set[str]:
    """Return some keys and all that can be reached from them, where `edges` returns the keys next to one."""
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting.extend(edges(key))
    return seen
