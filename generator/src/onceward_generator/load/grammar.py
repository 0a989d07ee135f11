"""The structure of OpenAPI documents: the kinds of nodes and where each kind occurs.

`CHILDREN` maps a kind to the keys with child nodes, and each key to the kind and shape of the child: ``one`` node, a
``map`` of nodes, or a ``list`` of nodes. Other keys contain neither references nor schemas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .tree import Map, Node, Seq

__all__ = ["CHILDREN", "METHODS", "SECTIONS", "Visit", "operations_of", "rebuild", "with_operations"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")

_SCHEMA = {
    **dict.fromkeys(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"), ("schema", "map")),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), ("schema", "list")),
    **dict.fromkeys(("items", "additionalProperties", "unevaluatedProperties", "propertyNames"), ("schema", "one")),
    **dict.fromkeys(("contains", "not", "if", "then", "else", "contentSchema"), ("schema", "one")),
}
_VALUE = {"schema": ("schema", "one"), "content": ("media_type", "map"), "examples": ("example", "map")}

CHILDREN: dict[str, dict[str, tuple[str, str]]] = {
    "document": {
        "paths": ("path_item", "map"),
        "webhooks": ("path_item", "map"),
        "x-webhooks": ("path_item", "map"),
        "components": ("components", "one"),
    },
    "components": {
        "schemas": ("schema", "map"),
        "responses": ("response", "map"),
        "parameters": ("parameter", "map"),
        "examples": ("example", "map"),
        "requestBodies": ("request_body", "map"),
        "headers": ("header", "map"),
        "securitySchemes": ("security_scheme", "map"),
        "links": ("link", "map"),
        "callbacks": ("callback", "map"),
        "pathItems": ("path_item", "map"),
        "mediaTypes": ("media_type", "map"),
    },
    "path_item": {
        "parameters": ("parameter", "list"),
        **dict.fromkeys(METHODS, ("operation", "one")),
        "additionalOperations": ("operation", "map"),
    },
    "operation": {
        "parameters": ("parameter", "list"),
        "requestBody": ("request_body", "one"),
        "responses": ("response", "map"),
        "callbacks": ("callback", "map"),
    },
    "parameter": _VALUE,
    "header": _VALUE,
    "request_body": {"content": ("media_type", "map")},
    "response": {"headers": ("header", "map"), "content": ("media_type", "map"), "links": ("link", "map")},
    "media_type": {
        "schema": ("schema", "one"),
        "itemSchema": ("schema", "one"),
        "examples": ("example", "map"),
        "encoding": ("encoding", "map"),
        "itemEncoding": ("encoding", "one"),
        "prefixEncoding": ("encoding", "list"),
    },
    "encoding": {"headers": ("header", "map"), "encoding": ("encoding", "map")},
    "schema": _SCHEMA,
}

SECTIONS = {kind: section for section, (kind, _) in CHILDREN["components"].items()}
"""Kind of node -> the section of `components` that may contain it."""

Visit = Callable[[Node, str], Node]
"""A function from a node and its kind to the replacement of the node."""


def operations_of(item: Map) -> dict[str, Map]:
    """Return the operations of a path item by HTTP method, those with methods of their own included."""
    others: dict[str, Node] = item.map("additionalOperations") or {}
    found = {http: item[http] for http in item if http in METHODS}
    return {http: node for http, node in {**others, **found}.items() if isinstance(node, Map)}


def with_operations(item: Map, operations: Mapping[str, Map]) -> Map:
    """Return a path item with some of its operations replaced."""
    changed: dict[str, Node] = {http: node for http, node in operations.items() if http in METHODS and http in item}
    others = item.map("additionalOperations")
    if others is not None:
        own = {http: node for http, node in operations.items() if http not in changed}
        changed["additionalOperations"] = others.merged(own)
    return item.merged(changed)


def rebuild(node: Node, kind: str, visit: Visit) -> Node:
    """Return a node with `visit` applied to each child; the same object if no child changed."""
    if not isinstance(node, Map):
        return node
    if kind == "callback":
        return _child(node, "path_item", "map", visit)
    changed: dict[str, Node] = {}
    for key, (child_kind, shape) in CHILDREN.get(kind, {}).items():
        child = node.get(key)
        if child is None:
            continue
        new = _child(child, child_kind, shape, visit)
        if new is not child:
            changed[key] = new
    return node.merged(changed) if changed else node


def _child(child: Node, kind: str, shape: str, visit: Visit) -> Node:
    if shape == "map" and isinstance(child, Map):
        values = {key: visit(value, kind) for key, value in child.items()}
        same = all(values[key] is value for key, value in child.items())
        return child if same else Map(values, child.at, child.spots)
    if isinstance(child, Seq):
        members = [visit(member, kind) for member in child]
        same = all(new is old for new, old in zip(members, child, strict=True))
        return child if same else Seq(members, child.at, child.spots)
    return visit(child, kind) if shape == "one" else child
