"""Facts about schemas that can be known before `allOf` is merged: shapes, properties, fixed values, ancestors."""

from __future__ import annotations

from dataclasses import dataclass

from onceward_generator.load import Map, Node

from .context import component_key, dereferenced, remarks

__all__ = ["Facts", "Known", "union_of"]


def union_of(schema: Map) -> str:
    """Return the keyword of a schema's union, ``oneOf`` or ``anyOf``; an empty text if it has none."""
    return next((key for key in ("oneOf", "anyOf") if key in schema), "")


@dataclass(frozen=True, slots=True)
class Known:
    """The known facts of a schema."""

    kinds: frozenset[str] = frozenset()
    """Its JSON types; empty if it allows any."""
    fields: frozenset[str] = frozenset()
    """Its properties."""
    fixed: tuple[tuple[str, frozenset[str]], ...] = ()
    """Its properties with fixed values, as texts."""
    ancestors: frozenset[str] = frozenset()
    """The named schemas that it extends through `allOf`, itself included."""


class Facts:
    """Looks up facts about schemas. Named schemas are looked at once."""

    def __init__(self, schemas: Map) -> None:
        self._schemas = schemas
        self._known: dict[str, Known] = {}

    def of(self, schema: Node) -> Known:
        """Return the facts of a schema."""
        if not isinstance(schema, Map):
            return Known()
        key = component_key(schema)
        if key is None:
            return self._inline(schema)
        if key not in self._known:
            self._known[key] = Known()  # a schema that contains itself adds nothing
            found = self.of(self._schemas.get(key))
            ancestors = found.ancestors | {key}
            self._known[key] = Known(found.kinds, found.fields, found.fixed, ancestors)
        return self._known[key]

    def _inline(self, schema: Map) -> Known:
        kinds = frozenset({schema["type"]}) if isinstance(schema.get("type"), str) else frozenset[str]()
        fields: dict[str, Node] = schema.map("properties") or {}
        fixed = {wire: values for wire, field in fields.items() if (values := self._values(field))}
        names = set(fields)
        ancestors: set[str] = set()
        for member in schema.maps("allOf"):
            known = self.of(member)
            kinds = kinds & known.kinds if kinds and known.kinds else kinds or known.kinds
            names |= known.fields
            ancestors |= known.ancestors
            for wire, values in known.fixed:
                fixed[wire] = fixed[wire] & values if wire in fixed else values
        union = [self.of(member) for member in schema.maps(union_of(schema))]
        if union and not kinds and all(known.kinds for known in union):
            kinds = frozenset[str]().union(*(known.kinds for known in union))
        return Known(kinds, frozenset(names), tuple(sorted(fixed.items())), frozenset(ancestors))

    def _values(self, field: Node) -> frozenset[str]:
        """Return the fixed values of a property."""
        field = dereferenced(field, self._schemas)
        if not isinstance(field, Map) or field.get("x-onceward-open") is True:
            return frozenset()
        return frozenset({str(field["const"])} if "const" in field else map(str, field.seq("enum") or ()))

    def variants(self, schema: Map) -> list[Map]:
        """Return the variants of a schema that is a union, or refers to one."""
        seen: set[str] = set()
        while (key := component_key(schema)) is not None:
            target = self._schemas.map(key)
            if target is None or key in seen:
                return []
            seen.add(key)
            schema = target
        return schema.maps(union_of(schema))

    def compatible(self, one: Map, other: Map) -> bool:
        """Report whether a value may satisfy both schemas, as far as shapes and fixed values tell."""
        left, right = self.of(one), self.of(other)
        if left.kinds and right.kinds and not left.kinds & right.kinds and {*left.kinds, *right.kinds} != _NUMBERS:
            return False
        fixed = dict(right.fixed)
        return all(wire not in fixed or values & fixed[wire] for wire, values in left.fixed)

    def narrower(self, one: Map, other: Map) -> Map | None:
        """Return the schema that extends, equals or is a variant of the other one; None if neither does."""
        if self._bare(one) == self._bare(other):
            return other
        for near, far in ((other, one), (one, other)):
            key = component_key(far)
            if key is not None and component_key(near) is not None and key in self.of(near).ancestors:
                return near
            if component_key(near) is not None and any(
                component_key(variant) == component_key(near) for variant in self.variants(far)
            ):
                return near
        return None

    def extends(self, variant: Map, other: Map) -> bool:
        """Report whether a variant already has everything of an object, so that a join would add nothing."""
        fields = other.map("properties")
        known = self.of(variant)
        if component_key(variant) is None or fields is None or not set(fields) <= known.fields:
            return False
        return all(self._same(variant, wire, field) for wire, field in fields.items())

    def _same(self, variant: Map, wire: str, field: Node) -> bool:
        """Report whether a variant declares a property, itself or in what it extends, exactly so."""
        target = self._schemas.map(component_key(variant) or "") or variant
        mine = target.map("properties")
        if mine is not None and wire in mine:
            return isinstance(field, Map) and self._bare(mine[wire]) == self._bare(field)
        return any(self._same(member, wire, field) for member in target.maps("allOf"))

    def _bare(self, schema: Node) -> Node:
        """Return a schema without annotations, behind its references."""
        schema = dereferenced(schema, self._schemas)
        return schema.without(*remarks(schema)) if isinstance(schema, Map) else schema


_NUMBERS = {"integer", "number"}
