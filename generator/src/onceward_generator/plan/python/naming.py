"""Assign Python classes and aliases to types, with module and direction.

A name follows from the type's own name. If two types have the same name, the one whose key is spelled exactly so keeps
it, and the other one gets its family or key as a prefix. Names have no counters, so a new type renames no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from onceward_generator.identifiers import PYTHON
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
    Primitive,
    Ref,
    Type,
    TypeDef,
    UnionType,
    all_methods,
    references,
)
from onceward_generator.words import digest

from .symbols import Symbol
from .words import class_name, module_name

__all__ = ["Naming", "is_scalar", "name_types"]


@dataclass(frozen=True, slots=True)
class Naming:
    """Symbols of types by key, in responses and in requests."""

    received: dict[str, Symbol]
    sent: dict[str, Symbol]
    taken: frozenset[str]


def is_scalar(api: Api, type_: Type) -> bool:
    """Report whether a type is the same in both directions: strings, numbers, literals and open enumerations."""
    match type_:
        case Primitive() | LiteralType():
            return True
        case EnumType(open=is_open):
            return is_open
        case Nullable(inner):
            return is_scalar(api, inner)
        case UnionType(variants, _):
            return all(is_scalar(api, variant.type) for variant in variants)
        case Ref(key):
            return is_scalar(api, api.types[key].type) if not isinstance(api.types[key].type, UnionType) else False
        case ListType() | MapType() | ObjectType() | FileType() | JsonType():
            return False


def name_types(api: Api, place: Callable[[TypeDef], str] | None = None) -> Naming:
    """Name everything that calls use, in both directions. ``place`` returns the module of a type."""
    place = place or (lambda definition: module_name(definition.family))
    received_roots = [key for key, definition in api.types.items() if definition.received]
    sent_roots: list[str] = []
    for method in all_methods(api.resources):
        received_roots.extend(key for type_ in method.received for key in references(type_))
        for body, params in method.forms:
            sent_roots.extend(key for param in params for key in references(param.type))
            # Values under names that the contract does not list have a type, but no parameter.
            if body is not None and isinstance(shape := api.resolve(body.type), ObjectType) and shape.extra is not None:
                sent_roots.extend(references(shape.extra))
    received_keys, sent_keys = api.closure(received_roots), api.closure(sent_roots)
    namer = _Namer()
    received: dict[str, Symbol] = {}
    sent: dict[str, Symbol] = {}
    order = sorted(api.types.values(), key=_precedence)
    for definition in order:
        if definition.key in received_keys:
            name = namer.give(_spelt(definition), definition)
            received[definition.key] = Symbol(f".types.{place(definition)}", name)
    for definition in order:
        if definition.key in sent_keys:
            sent[definition.key] = _sent_symbol(api, namer, definition, received, place(definition))
    return Naming(received, sent, frozenset(namer.taken))


def _precedence(definition: TypeDef) -> tuple[bool, bool, str]:
    """Return the sort key of a type: the contract's before lifted ones, exact spellings before converted ones."""
    return (definition.key.startswith("inline/"), class_name(definition.name) != definition.key, definition.key)


def _spelt(definition: TypeDef) -> str:
    """Return the contract's own spelling (``URLCitation``) if it is a class name, else the converted name."""
    ours = class_name(definition.name)
    return definition.key if definition.key.lower() == ours.lower() and definition.key[0].isupper() else ours


def _sent_symbol(api: Api, namer: _Namer, definition: TypeDef, received: dict[str, Symbol], place: str) -> Symbol:
    module = f".types.params.{place}"
    base = _spelt(definition)
    if is_scalar(api, definition.type):
        return received.get(definition.key) or Symbol(module, namer.give(base, definition))
    if isinstance(definition.type, EnumType) and definition.key not in received:
        return Symbol(module, namer.give(base, definition))
    wanted = base if base.endswith(("Param", "Params")) else f"{base}Param"
    if wanted in namer.taken:
        wanted = f"{base}Input"
    return Symbol(module, namer.give(wanted, definition))


class _Namer:
    def __init__(self) -> None:
        self.taken: set[str] = set(PYTHON.keywords | PYTHON.types)

    def give(self, wanted: str, definition: TypeDef) -> str:
        spelling = re.sub(r"\W", "_", definition.key)
        wishes = (wanted, class_name((definition.family,)) + wanted, f"{wanted}_{spelling}")
        unique = f"{wanted}_{digest(definition.key)}"
        name = next((name for name in wishes if name not in self.taken), unique)
        self.taken.add(name)
        return name
