"""Determine how the variants of a union are distinguished, and record it as ``x-onceward-decide``.

In this order: the discriminator of the contract; a key whose fixed value differs between the variants; the JSON type; a
required key that only one variant has. If none of them works, the union is ranked, with a warning.
"""

from __future__ import annotations

from onceward_generator.load import Map, Node, Seq

from .context import Context, component_key, map_schemas, schemas_of
from .unions import shape

__all__ = ["DECIDE", "decide"]

DECIDE = "x-onceward-decide"

_USUAL = ("type", "object", "role", "kind", "event", "status", "action", "name", "format", "method")


def decide(document: Map, context: Context) -> Map:
    """Record the decision of every union."""
    named = schemas_of(document)

    def change(schema: Map) -> Node:
        if "oneOf" not in schema or DECIDE in schema:
            return schema
        return schema.without("discriminator").merged({DECIDE: _Decision(schema, named, context).decision()})

    return map_schemas(document, change)


class _Decision:
    def __init__(self, schema: Map, named: Map, context: Context) -> None:
        self._schema = schema
        self._named = named
        self._context = context
        self._variants = schema.maps("oneOf")

    def decision(self) -> Map:
        found = self._by_discriminator() or self._by_tag() or self._by_json_type() or self._by_unique_key()
        if found is None:
            at = self._schema.at
            self._context.report.add(
                "W203", "the variants of this union cannot be distinguished", at, "add a `discriminator`"
            )
            return Map({"by": "rank"}, at)
        return found

    def _by_discriminator(self) -> Map | None:
        tag = self._schema.map("discriminator")
        wire = tag.text("propertyName") if tag else None
        if tag is None or wire is None or not self._all("object"):
            return None
        mapping: dict[str, int] = {}
        for value, target in (tag.map("mapping") or {}).items():
            index = self._index_of(str(target))
            if index is None:
                at = tag["mapping"].where(value)
                self._context.report.add(
                    "W205", f"{target!r} is not a variant of this union", at, "the value is ignored"
                )
            else:
                mapping[value] = index
        explicit = set(mapping.values())
        for index, variant in enumerate(self._variants):
            values = self._values(variant, wire, frozenset())
            for value in sorted(values):
                mapping.setdefault(value, index)
            name = component_key(variant)
            if not values and index not in explicit and name is not None:
                mapping.setdefault(name, index)
        if set(mapping.values()) != set(range(len(self._variants))):
            at = tag.where("propertyName")
            self._context.report.add(
                "W205", f"`{wire}` does not distinguish all variants", at, "use a different value in each variant"
            )
            return None
        return self._tagged(wire, mapping)

    def _index_of(self, target: str) -> int | None:
        """Return the variant that a value of a mapping refers to, directly or inside a variant that is a union."""
        key = component_key(Map({"$ref": target}, self._schema.at)) or target
        for index, variant in enumerate(self._variants):
            if component_key(variant) == key:
                return index
        for index, variant in enumerate(self._variants):
            if key in self._names_inside(variant, frozenset()):
                return index
        return None

    def _names_inside(self, variant: Map, seen: frozenset[str]) -> set[str]:
        key = component_key(variant)
        if key in seen:
            return set()
        target = self._named.map(key) if key else variant
        names = {key} if key else set()
        for member in target.maps("oneOf") if target else ():
            names |= self._names_inside(member, seen | names)
        return names

    def _by_tag(self) -> Map | None:
        if not self._all("object"):
            return None
        for wire in self._candidates():
            mapping: dict[str, int] = {}
            for index, variant in enumerate(self._variants):
                values = self._values(variant, wire, frozenset())
                if not values or values & set(mapping):
                    break
                mapping.update(dict.fromkeys(sorted(values), index))
            else:
                return self._tagged(wire, mapping)
        return None

    def _candidates(self) -> list[str]:
        """Return the keys of the first variant, usual names first."""
        first = self._fields(self._variants[0], frozenset())
        return sorted(
            first, key=lambda key: (_USUAL.index(key) if key in _USUAL else len(_USUAL), list(first).index(key))
        )

    def _fields(self, variant: Map, seen: frozenset[str]) -> list[str]:
        key = component_key(variant)
        if key in seen:
            return []
        target = self._named.map(key) if key else variant
        if target is None:
            return []
        if "oneOf" in target:
            members = target.maps("oneOf")
            return self._fields(members[0], seen | {key or ""}) if members else []
        return list(target.map("properties") or ())

    def _values(self, variant: Map, wire: str, seen: frozenset[str]) -> set[str]:
        """Return the fixed values of a key in a variant; an empty set if they are not fixed."""
        key = component_key(variant)
        if key in seen:
            return set()
        target = self._named.map(key) if key else variant
        if target is None:
            return set()
        if "oneOf" in target:
            inner = [self._values(member, wire, seen | {key or ""}) for member in target.maps("oneOf")]
            return set().union(*inner) if all(inner) else set()
        fields = target.map("properties")
        field: Node = fields.get(wire) if fields else None
        followed: set[str] = set()
        while (name := component_key(field)) is not None and name not in followed:
            followed.add(name)
            field = self._named.get(name)
        if not isinstance(field, Map) or field.get("x-onceward-open") is True:
            return set()
        values = [field["const"]] if "const" in field else list(field.seq("enum") or ())
        return (
            {value for value in values if isinstance(value, str)} if all(isinstance(v, str) for v in values) else set()
        )

    def _by_json_type(self) -> Map | None:
        mapping: dict[str, Node] = {}
        for index, variant in enumerate(self._variants):
            kinds = shape(variant, self._named)
            if "any" in kinds or kinds & set(mapping) or ({"integer", "number"} <= (kinds | set(mapping))):
                return None
            mapping.update(dict.fromkeys(sorted(kinds), index))
        return self._written("json_type", mapping)

    def _by_unique_key(self) -> Map | None:
        if not self._all("object"):
            return None
        tables = [self._table(variant) for variant in self._variants]
        mapping: dict[str, Node] = {}
        for index, table in enumerate(tables):
            others: set[str] = set().union(*(set(t) for i, t in enumerate(tables) if i != index))
            unique = [key for key, required in table.items() if required and key not in others]
            if not unique:
                return None
            mapping[unique[0]] = index
        return self._written("unique_key", mapping)

    def _table(self, variant: Map) -> dict[str, bool]:
        """Return the properties of a variant, and whether each is required."""
        key = component_key(variant)
        target = (self._named.map(key) if key else variant) or Map({}, variant.at)
        required = set(target.seq("required") or ())
        return {name: name in required for name in target.map("properties") or ()}

    def _all(self, kind: str) -> bool:
        return all(shape(variant, self._named) == {kind} for variant in self._variants)

    def _tagged(self, wire: str, mapping: dict[str, int]) -> Map:
        return self._written("tag", dict(mapping), wire)

    def _written(self, by: str, mapping: dict[str, Node], wire: str | None = None) -> Map:
        at = self._schema.at
        pairs = Seq([Seq([value, index], at) for value, index in mapping.items()], at)
        return Map({"by": by, **({"wire": wire} if wire else {}), "mapping": pairs}, at)
