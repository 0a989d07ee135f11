"""Determine which calls use which types, in which direction, and the resource family of each type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from onceward_generator.model import (
    ListType,
    MapType,
    Method,
    Nullable,
    ObjectType,
    Ref,
    Resource,
    Type,
    TypeDef,
    UnionType,
    Webhooks,
)

__all__ = ["SHARED", "reached"]

SHARED = "shared"
"""The family of types that several top-level resources use."""

WEBHOOKS = "webhooks"
"""The family of types that only webhooks use."""


def reached(
    defs: Mapping[str, TypeDef], resources: tuple[Resource, ...], webhooks: Webhooks | None = None
) -> dict[str, TypeDef]:
    """Return the directions and the family of each type that calls use."""
    edges = {key: tuple(dict.fromkeys(_refs(definition.type))) for key, definition in defs.items()}
    sent: set[str] = set()
    received: set[str] = set()
    families: dict[str, set[str]] = defaultdict(set)
    for top in resources:
        for method in _methods(top):
            for target, types in ((sent, _sent(method)), (received, list(method.received))):
                for key in _closure(types, edges):
                    target.add(key)
                    families[key].add("_".join(top.name))
    for key in _closure([webhooks.event, *(one.type for one in webhooks.events)] if webhooks else [], edges):
        received.add(key)
        if key not in families:
            families[key].add(WEBHOOKS)
    return {
        key: replace(
            definition,
            sent=key in sent,
            received=key in received,
            family=next(iter(families[key])) if len(families[key]) == 1 else SHARED,
        )
        for key, definition in defs.items()
        if key in sent or key in received
    }


def _methods(resource: Resource) -> Iterator[Method]:
    yield from (method for method in resource.methods if method.visible)
    for child in resource.children:
        yield from _methods(child)


def _sent(method: Method) -> list[Type]:
    parts = [part for body, params in method.forms for part in (*params, body)]
    return [part.type for part in parts if part is not None]


def _closure(types: list[Type], edges: Mapping[str, tuple[str, ...]]) -> set[str]:
    waiting = [key for type_ in types for key in _refs(type_)]
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting.extend(edges[key])
    return seen


def _refs(type_: Type) -> Iterator[str]:
    """Yield the keys that a type refers to directly."""
    match type_:
        case Ref(key):
            yield key
        case ListType(inner) | MapType(inner) | Nullable(inner):
            yield from _refs(inner)
        case ObjectType(fields, extra):
            for one in fields:
                yield from _refs(one.type)
            if extra is not None:
                yield from _refs(extra)
        case UnionType(variants):
            for variant in variants:
                yield from _refs(variant.type)
        case _:
            return
