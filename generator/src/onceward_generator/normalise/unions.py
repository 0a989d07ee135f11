"""Unify unions: ``oneOf`` with at least two different members, none of them an anonymous union.

Some unions are simplified: strings with fixed values become one enum; an enum beside a free string an open enum
(``x-onceward-open: true``); an integer beside a number a number; anything beside "anything" becomes anything. If
several members of a union of mixed shapes are objects (or lists), these form a union of their own, so that the shape is
decided first and the content second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from onceward_generator.load import Map, Node, Seq

from .consts import kind_of
from .context import Context, component_key, map_schemas, remarks, schemas_of
from .nullable import collapse

__all__ = ["GROUP", "MEMBERS", "OPEN", "shape", "unions"]

OPEN = "x-onceward-open"
"""On an enum: unlisted values are expected."""

MEMBERS = "x-onceward-members"
"""On an enum: descriptions of single values."""

GROUP = "x-onceward-group"
"""On a union inside a union: the JSON type that its members share."""

_ANY: dict[str, Node] = {}
_SCALARS = ("string", "integer", "number", "boolean")
_RANGE = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")


def unions(document: Map, context: Context) -> Map:
    """Unify the unions of a document."""
    for _ in range(8):
        schemas = schemas_of(document)
        new = map_schemas(document, _visitor(schemas, context))
        if new == document:
            return document
        document = new
    return document


def _visitor(named: Map, context: Context) -> Callable[[Map], Node]:
    return lambda schema: _schema(schema, named, context)


def _schema(schema: Map, named: Map, context: Context) -> Map:
    key = "oneOf" if "oneOf" in schema else "anyOf"
    if key not in schema:
        return schema
    members = schema.maps(key)
    if any(member.get("nullable") for member in members):
        schema = schema.replace(nullable=True)
    members = _distinct([member.without("nullable") for member in _flat(members)])
    if not members or any(not set(member) - set(remarks(member)) for member in members):
        return Map({**remarks(schema), **_ANY}, schema.at, schema.spots)
    members = _scalars(members, named)
    if len(members) == 1:
        return collapse(schema.without("discriminator"), members[0])
    for kind in ("object", "array"):
        members = _grouped(members, schema, named, kind)
    rest = {k: v for k, v in schema.items() if k not in {"oneOf", "anyOf", "type"}}
    same = key == "oneOf" and "type" not in schema and schema["oneOf"] == members
    return schema if same else Map({"oneOf": Seq(members, schema.where(key)), **rest}, schema.at, schema.spots)


def _flat(members: list[Map]) -> list[Map]:
    """Replace members that are unions by their members, unless they have a discriminator of their own."""
    flat: list[Map] = []
    for member in members:
        key = "oneOf" if "oneOf" in member else "anyOf"
        if key in member and "discriminator" not in member and GROUP not in member:
            flat += member.maps(key)
        else:
            flat.append(member)
    return flat


def _distinct(members: list[Map]) -> list[Map]:
    """Remove members that allow the same values as another one."""
    kept: list[Map] = []
    for member in members:
        bare = member.without(*remarks(member))
        if not any(bare == other.without(*remarks(other)) for other in kept):
            kept.append(member)
    return kept


def _scalars(members: list[Map], named: Map) -> list[Map]:
    """Join the members of each scalar type."""
    for kind in _SCALARS:
        found = [(index, _looked_up(member, named)) for index, member in enumerate(members)]
        mine = [(index, schema) for index, schema in found if schema is not None and schema.get("type") == kind]
        if len(mine) < 2:
            continue
        first = mine[0][0]
        if kind == "string" and any(schema.get("format") in {"binary", "byte"} for _, schema in mine):
            continue
        joined = _joined([schema for _, schema in mine], kind, members[first])
        gone = {index for index, _ in mine[1:]}
        members = [joined if i == first else member for i, member in enumerate(members) if i not in gone]
    numbers = [member for member in members if member.get("type") == "number" and not {"enum", "const"} & set(member)]
    if numbers:
        alone = all(member.get("type") != "integer" for member in members)
        members = [m for m in members if m.get("type") != "integer"]
        if not alone:  # the bounds of one do not apply to the other
            members = [m.without(*_RANGE) if m in numbers else m for m in members]
    return members


def _looked_up(member: Map, named: Map) -> Map | None:
    """Return the scalar of a member, with references followed; None for anything else."""
    seen: set[str] = set()
    while (key := component_key(member)) is not None:
        target = named.map(key)
        if target is None or key in seen:
            return None
        seen.add(key)
        member = target
    return member if member.get("type") in _SCALARS else None


def _joined(schemas: list[Map], kind: str, at: Map) -> Map:
    values: dict[Node, str] = {}
    is_open = False
    for schema in schemas:
        if "const" in schema:
            values.setdefault(schema["const"], str(schema.get("description") or schema.get("title") or ""))
        elif "enum" in schema:
            descriptions: dict[str, Node] = schema.map(MEMBERS) or {}
            for value in schema["enum"]:
                values.setdefault(value, str(descriptions.get(str(value), "")))
            is_open = is_open or schema.get(OPEN) is True
        else:
            is_open = True
    if not values or (kind == "boolean" and is_open):
        formats = {schema.get("format") for schema in schemas}
        return Map(
            {"type": kind, **({"format": formats.pop()} if len(formats) == 1 and None not in formats else {})}, at.at
        )
    if len(values) == 1 and not is_open:
        return Map({"type": kind, "const": next(iter(values))}, at.at)
    said_of = {str(value): text for value, text in values.items() if text}
    enum: dict[str, Node] = {"type": kind, "enum": Seq(values, at.at)}
    if said_of:
        enum[MEMBERS] = Map(said_of, at.at)
    return Map({**enum, **({OPEN: True} if is_open else {}), **_lengths(schemas, values)}, at.at)


def _lengths(schemas: list[Map], values: Iterable[Node]) -> dict[str, Node]:
    """Return the length bounds of a union's only free text, if the known values satisfy them too."""
    free = [schema for schema in schemas if not {"const", "enum"} & set(schema)]
    if len(free) != 1:
        return {}
    least, most = free[0].get("minLength", 0), free[0].get("maxLength")
    lengths = [len(value) for value in values if isinstance(value, str)]
    if not isinstance(least, int) or any(length < least for length in lengths):
        return {}
    if most is not None and (not isinstance(most, int) or any(length > most for length in lengths)):
        return {}
    return dict(free[0].only("minLength", "maxLength").items())


def _grouped(members: list[Map], schema: Map, named: Map, kind: str) -> list[Map]:
    """Group several members of one shape in a mixed union into a union of their own."""
    alike = [member for member in members if shape(member, named) == {kind}]
    if len(alike) < 2 or len(alike) == len(members):
        return members
    discriminator: dict[str, Node] = schema.only("discriminator") if kind == "object" else {}
    group = Map({"oneOf": Seq(alike, schema.at), **discriminator, GROUP: kind}, schema.at)
    first = next(index for index, member in enumerate(members) if member is alike[0])
    others = [member for member in members if not any(member is one for one in alike)]
    return [*others[:first], group, *others[first:]]


def shape(schema: Map, named: Map, seen: frozenset[str] = frozenset()) -> set[str]:
    """Return the JSON types that a schema allows."""
    key = component_key(schema)
    if key is not None:
        target = named.map(key)
        return {"any"} if target is None or key in seen else shape(target, named, seen | {key})
    for union in ("oneOf", "anyOf"):
        if union in schema:
            return set().union(*(shape(member, named, seen) for member in schema.maps(union)))
    if "const" in schema:
        return {kind_of(schema["const"])}
    return {str(schema.get("type", "any"))}
