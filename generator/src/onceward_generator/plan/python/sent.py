"""Lower sent types: typed dictionaries, plain values, and the response models that are accepted in their place."""

from __future__ import annotations

from collections.abc import Iterator

from onceward_generator.model import (
    Api,
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
from .received import MOMENT, UNKNOWN, enum, scalar
from .shapes import AliasDef, Definition, KeyDef, TypedDictDef
from .symbols import Expr, Symbol, builtin, expr, optional, sub, text, typing, union
from .words import is_plain

__all__ = ["Sent"]

FILE_INPUT = Symbol("._core.files", "FileInput")
VALUES = {
    Prim.DATE: union(expr(Symbol("datetime", "date")), builtin("str")),
    Prim.UUID: union(expr(Symbol("uuid", "UUID")), builtin("str")),
    Prim.DECIMAL: union(expr(Symbol("decimal", "Decimal")), builtin("str")),
    Prim.DECIMAL_NUMBER: union(expr(Symbol("decimal", "Decimal")), builtin("float")),
}
SEQUENCE = expr(Symbol("collections.abc", "Sequence"))
MAPPING = expr(Symbol("collections.abc", "Mapping"))


class Sent:
    """Lowers types of requests."""

    def __init__(self, api: Api, naming: Naming, options: PythonOptions) -> None:
        self._api = api
        self._naming = naming
        self._options = options

    def define(self, definition: TypeDef) -> Definition:
        """Return the definition of a named type."""
        symbol = self._naming.sent[definition.key]
        if isinstance(definition.type, ObjectType):
            return self._typed_dict(symbol, definition, definition.type)
        value = union(self.lower(definition.type), *self._accepted(symbol.name))
        return AliasDef(symbol, definition.description, value, quoted=True)

    def _accepted(self, name: str) -> Iterator[Expr]:
        """Return the types that the configuration allows in place of a request type."""
        by_name = {symbol.name: symbol for symbol in self._naming.received.values()}
        for other in self._options.accepts.get(name, ()):
            module, _, there = other.partition(":")
            name, _, arguments = there.rstrip("]").partition("[")
            if name and self._options.has(module, name):
                symbol = expr(Symbol(f".{module}", name))
                words = [word.strip() for word in arguments.split(",")] if arguments else []
                yield sub(symbol, *(text(w) if w == "..." else typing(w) for w in words)) if words else symbol
            elif other in by_name:
                yield expr(by_name[other])

    def lower(self, type_: Type) -> Expr:
        """Return the annotation of a type."""
        match type_:
            case Primitive(Prim.DATETIME):
                return MOMENT
            case Primitive(kind) if kind in VALUES:
                return VALUES[kind]
            case Primitive() | LiteralType():
                return scalar(type_)
            case EnumType(open=is_open):
                return enum(type_, is_open)
            case ListType() | MapType() | Nullable():
                return self._container(type_)
            case Ref(key):
                return self._reference(key)
            case FileType() | JsonType():
                return expr(FILE_INPUT) if isinstance(type_, FileType) else builtin("object")
            case UnionType():
                return self._union(type_)
            case ObjectType():
                raise TypeError("inline object after `lift`, which names all of them")

    def _container(self, type_: ListType | MapType | Nullable) -> Expr:
        match type_:
            case ListType(item):
                return sub(SEQUENCE, self.lower(item))
            case MapType(value):
                return sub(MAPPING, builtin("str"), self.lower(value))
            case Nullable(inner):
                return optional(self.lower(inner))

    def _union(self, type_: UnionType) -> Expr:
        options = [self.lower(variant.type) for variant in type_.variants]
        twins = any(isinstance(v.type, Ref) and self._has_twin(v.type.key) for v in type_.variants)
        return union(*options, *([expr(UNKNOWN)] if twins else []))

    def _has_twin(self, key: str) -> bool:
        return key in self._naming.received and isinstance(self._api.types[key].type, ObjectType)

    def _reference(self, key: str) -> Expr:
        symbol = self._naming.sent[key]
        twin = [expr(self._naming.received[key])] if self._has_twin(key) else []
        is_object = isinstance(self._api.types[key].type, ObjectType)
        target = self._api.types[key].type
        # A typed dictionary cannot say that it has further keys, so that one with a type for them is also a mapping.
        more = [sub(MAPPING, builtin("str"), builtin("object"))] if _has_extra(target) else []
        return union(expr(symbol), *twin, *more, *(self._accepted(symbol.name) if is_object else ()))

    def _typed_dict(self, symbol: Symbol, definition: TypeDef, type_: ObjectType) -> Definition:
        fields = tuple(field for field in type_.fields if not field.read_only)
        if not fields:
            value = self.lower(type_.extra) if type_.extra is not None else builtin("object")
            return AliasDef(symbol, definition.description, sub(MAPPING, builtin("str"), value), quoted=True)
        keys = tuple(KeyDef(f.wire, self.lower(f.type), f.required, f.description) for f in fields)
        functional = not all(is_plain(key.name) for key in keys)
        return TypedDictDef(symbol, definition.description, keys, None, functional)


def _has_extra(type_: Type) -> bool:
    return isinstance(type_, ObjectType) and bool(type_.fields) and type_.extra is not None
