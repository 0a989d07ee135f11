"""Turn every form of "or null" into one flag: ``nullable: true``.

Contracts write ``nullable: true`` (3.0, and many 3.1 documents), a member ``{type: null}`` of a union, or ``null``
among the values of an enum. A named schema is never nullable itself: references to it are.
"""

from __future__ import annotations

from collections.abc import Callable

from onceward_generator.load import Map, Node

from .context import Context, component_key, map_schemas, remarks, schemas_of, with_schemas

__all__ = ["collapse", "nullable"]


def nullable(document: Map, context: Context) -> Map:
    """Unify the nullable schemas of a document."""
    document = map_schemas(document, _schema)
    known: set[str] = set()
    while True:
        named = schemas_of(document)
        marked = {key for key, s in named.items() if isinstance(s, Map) and s.get("nullable") is True}
        if not marked:
            return document
        bare = {key: s.without("nullable") if isinstance(s, Map) else s for key, s in named.items()}
        # A recursive schema would mark its own reference again and again, so each schema is passed on once.
        document = map_schemas(with_schemas(document, bare), _marker(marked - known))
        known |= marked


def _marker(keys: set[str]) -> Callable[[Map], Map]:
    """Mark references to a schema that was nullable."""
    return lambda schema: _schema(schema.replace(nullable=True) if component_key(schema) in keys else schema)


def _schema(schema: Map) -> Map:
    if "nullable" in schema and schema["nullable"] is not True:
        schema = schema.without("nullable")
    if schema.get("type") == "null" or ("const" in schema and schema["const"] is None):
        return Map({**remarks(schema), "nullable": True}, schema.at, schema.spots)
    values = schema.seq("enum")
    if values is not None and None in values:
        schema = schema.replace(enum=values.of(v for v in values if v is not None), nullable=True)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            schema = _union(schema, key)
    return schema


def _union(schema: Map, key: str) -> Map:
    members = schema.maps(key)
    rest = [member.without("nullable") for member in members if not _is_null(member)]
    if len(rest) == len(members) and not any(member.get("nullable") for member in members):
        return schema
    if not rest:
        return Map({**remarks(schema), "nullable": True}, schema.at, schema.spots)
    if len(rest) == 1 and not set(schema) & {"properties", "allOf", *({"anyOf", "oneOf"} - {key})}:
        return collapse(schema, rest[0]).replace(nullable=True)
    return schema.merged({key: schema[key].of(rest), "nullable": True})


def collapse(outer: Map, inner: Map) -> Map:
    """Replace a union of one member by that member; annotations of the union have priority."""
    annotations = remarks(outer)
    bounds = {k: v for k, v in outer.items() if k.startswith(("min", "max", "exclusive")) and "$ref" not in inner}
    return Map({**inner, **bounds, **annotations}, inner.at if "$ref" not in inner else outer.at, inner.spots)


def _is_null(member: Node) -> bool:
    """Report whether a schema is ``{type: null}``, before or after its conversion into a flag."""
    return isinstance(member, Map) and member.get("nullable") is True and not set(member) - {*remarks(member)}
