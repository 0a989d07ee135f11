"""Determine which calls use which types, in which direction, and the resource family of each type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from onceward_generator.model import (
    Method,
    Resource,
    Type,
    TypeDef,
    Webhooks,
    all_methods,
    reachable,
    references,
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
    edges = {key: tuple(dict.fromkeys(references(definition.type))) for key, definition in defs.items()}
    sent: set[str] = set()
    received: set[str] = set()
    families: dict[str, set[str]] = defaultdict(set)
    for top in resources:
        for method in all_methods([top]):
            if not method.visible:
                continue
            for target, types in ((sent, _sent(method)), (received, method.received)):
                for key in reachable(_keys(types), edges.__getitem__):
                    target.add(key)
                    families[key].add("_".join(top.name))
    of_webhooks = [webhooks.event, *(one.type for one in webhooks.events)] if webhooks else []
    for key in reachable(_keys(of_webhooks), edges.__getitem__):
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


def _keys(types: Iterable[Type]) -> list[str]:
    return [key for type_ in types for key in references(type_)]


def _sent(method: Method) -> list[Type]:
    parts = [part for body, params in method.forms for part in (*params, body)]
    return [part.type for part in parts if part is not None]
