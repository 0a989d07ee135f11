"""Check values that a contract gives as examples against the types of the model."""

from __future__ import annotations

from collections.abc import Mapping

from onceward_generator.model import (
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

__all__ = ["misfit"]

_NUMBERS = frozenset({Prim.NUMBER, Prim.DECIMAL_NUMBER})


def misfit(type_: Type, value: object, defs: Mapping[str, TypeDef], path: str = "") -> str | None:
    """Return the first fault of a received value, with its path; None if it fits. Bounds are not checked."""
    match type_:
        case JsonType():
            return None
        case Ref(key):
            return misfit(defs[key].type, value, defs, path)
        case Nullable(inner):
            return None if value is None else misfit(inner, value, defs, path)
        case ListType(item):
            if not isinstance(value, list | tuple):
                return _fault(path, "a list")
            return _members(item, dict(enumerate(value)), defs, path)
        case MapType(member):
            return _members(member, value, defs, path) if isinstance(value, Mapping) else _fault(path, "an object")
        case ObjectType():
            return _object(type_, value, defs, path)
        case UnionType(variants):
            faults = [misfit(variant.type, value, defs, path) for variant in variants]
            return None if None in faults or not faults else _fault(path, "one of the variants of its union")
        case _:
            return None if _is_scalar(type_, value) else _fault(path, _wanted(type_))


def _object(type_: ObjectType, value: object, defs: Mapping[str, TypeDef], path: str) -> str | None:
    if not isinstance(value, Mapping):
        return _fault(path, "an object")
    known = {field.wire: field for field in type_.fields}
    for wire, field in known.items():
        optional = not field.required or field.write_only or isinstance(_target(field.type, defs), Nullable)
        if wire not in value and not optional:
            return f"`{_join(path, wire)}` is missing"
        if wire in value and (fault := misfit(field.type, value[wire], defs, _join(path, wire))) is not None:
            return fault
    rest = {wire: one for wire, one in value.items() if wire not in known}
    return None if type_.extra is None else _members(type_.extra, rest, defs, path)


def _members(type_: Type, members: Mapping[object, object], defs: Mapping[str, TypeDef], path: str) -> str | None:
    faults = (misfit(type_, member, defs, _join(path, key)) for key, member in members.items())
    return next((fault for fault in faults if fault is not None), None)


def _target(type_: Type, defs: Mapping[str, TypeDef]) -> Type:
    while isinstance(type_, Ref):
        type_ = defs[type_.key].type
    return type_


def _is_scalar(type_: Type, value: object) -> bool:
    match type_:
        case LiteralType(known):
            return _equal(known, value)
        case EnumType(members=members):
            return any(_equal(member.value, value) for member in members)
        case Primitive(Prim.BOOLEAN):
            return isinstance(value, bool)
        case Primitive(Prim.INTEGER):
            return not isinstance(value, bool) and isinstance(value, int | float) and value == int(value)
        case Primitive(kind) if kind in _NUMBERS:
            return not isinstance(value, bool) and isinstance(value, int | float)
        case Primitive() | FileType():
            return isinstance(value, str)
        case _:
            return True


def _equal(known: object, value: object) -> bool:
    return known == value and isinstance(known, bool) == isinstance(value, bool)


def _wanted(type_: Type) -> str:
    match type_:
        case LiteralType(known):
            return repr(known)
        case EnumType():
            return "a value of its enumeration"
        case Primitive(Prim.BOOLEAN):
            return "a boolean"
        case Primitive(Prim.INTEGER):
            return "a whole number"
        case Primitive(kind) if kind in _NUMBERS:
            return "a number"
        case _:
            return "a text"


def _fault(path: str, wanted: str) -> str:
    return f"`{path}` is not {wanted}" if path else f"it is not {wanted}"


def _join(path: str, part: object) -> str:
    return f"{path}.{part}" if path else str(part)
