"""Merge ``allOf``: replace it by one equivalent schema.

One member with annotations around it becomes that member. Objects are joined field by field. A union among the members
is distributed: all of ``A`` and one of ``B`` or ``C`` becomes one of ``A and B`` or ``A and C``.
"""

from __future__ import annotations

from onceward_generator.load import Map, Node, Seq, rebuild

from .context import Context, component_key, remarks, schemas_of
from .nullable import collapse

__all__ = ["all_of"]

_WIDEST = 64
"""The maximum number of variants that a distribution may produce."""

_DEEPEST = 16
_MOST = 2000
"""Bounds of one merge: the depth of nested joins, and the number of joins."""


def all_of(document: Map, context: Context) -> Map:
    """Merge every ``allOf`` of a document."""
    result: Map = _Merger(document, context)(document, "document")
    return result


class _Merger:
    def __init__(self, document: Map, context: Context) -> None:
        self._schemas = schemas_of(document)
        self._context = context
        self._merged: dict[str, Node] = {}
        self._open: list[str] = []
        self._spread: list[str] = []
        self._joins = 0
        self._depth = 0

    def __call__(self, node: Node, kind: str) -> Node:
        node = rebuild(node, kind, self)
        if kind == "schema" and isinstance(node, Map) and "allOf" in node:
            return self._merge(node)
        return node

    def _merge(self, schema: Map) -> Map:
        members = schema.maps("allOf")
        own = schema.without("allOf", *remarks(schema))
        if set(own) - {"type"}:
            members = [*members, own]
        shaping = [member for member in members if set(member) - set(remarks(member))]
        annotations = {k: v for member in members for k, v in remarks(member).items() if k not in {"title", "nullable"}}
        outer = Map({**(annotations if len(shaping) != 1 else {}), **remarks(schema)}, schema.at, schema.spots)
        if len(shaping) == 1:
            return collapse(outer, shaping[0])
        if not shaping:
            return outer
        joined = self._expanded(shaping[0], schema)
        for member in shaping[1:]:
            joined = self._join(joined, self._expanded(member, schema), schema)
        plain = {k: v for k, v in joined.items() if k not in remarks(joined) or k in {"x-onceward-open"}}
        return Map({**plain, **remarks(outer)}, schema.at, schema.spots)

    def _expanded(self, member: Map, at: Map) -> Map:
        """Return a member, or the target of a reference with its own `allOf` merged."""
        seen: set[str] = set()
        while (key := component_key(member)) is not None:
            if key in self._open or key in seen or key not in self._schemas:
                self._context.report.add("W104", f"`{key}` contains itself through `allOf`", at.at)
                return Map({"type": "object"}, at.at)
            seen.add(key)
            member = self._component(key)
        return member

    def _component(self, key: str) -> Map:
        if key not in self._merged:
            self._open.append(key)
            self._merged[key] = self(self._schemas[key], "schema")
            self._open.pop()
        found: Map = self._merged[key]
        return found

    def _join(self, left: Map, right: Map, at: Map) -> Map:
        """Join two schemas. The work is bounded: a merge beyond the bounds is cut off with a warning."""
        self._joins = self._joins + 1 if self._depth else 0
        if self._joins > _MOST or self._depth > _DEEPEST:
            self._context.report.add("W101", "this `allOf` is nested too deeply to be merged", at.at)
            return right
        self._depth += 1
        joined = self._joined(left, right, at)
        self._depth -= 1
        return joined

    def _joined(self, left: Map, right: Map, at: Map) -> Map:
        for one, other in ((left, right), (right, left)):
            for key in ("oneOf", "anyOf"):
                if key in one:
                    return self._distribute(one, key, other, at, first=one is left)
        kinds = {schema["type"] for schema in (left, right) if "type" in schema}
        if kinds == {"integer", "number"}:
            return Map({**left, **right, "type": "integer"}, at.at)
        if len(kinds) > 1:
            self._context.report.add("W104", f"`allOf` combines the types {' and '.join(sorted(kinds))}", at.at)
            return right
        if kinds == {"object"}:
            return self._objects(left, right, at)
        return self._narrowest(left, right, at)

    def _objects(self, left: Map, right: Map, at: Map) -> Map:
        ours, theirs = (schema.map("properties") or Map({}, at.at) for schema in (left, right))
        fields = {key: self._property(ours.get(key), theirs.get(key), at) for key in dict.fromkeys((*ours, *theirs))}
        required = dict.fromkeys([*(left.seq("required") or ()), *(right.seq("required") or ())])
        joined: dict[str, Node] = {**left.without("discriminator"), **right.without("discriminator")}
        if fields:
            joined["properties"] = Map(fields, ours.at, {**ours.spots, **theirs.spots})
        if required:
            joined["required"] = Seq(required, at.at)
        extras = [schema["additionalProperties"] for schema in (left, right) if "additionalProperties" in schema]
        typed = [extra for extra in extras if isinstance(extra, Map)]
        joined.pop("additionalProperties", None)
        if extras:
            joined["additionalProperties"] = typed[-1] if typed else extras[-1]
        return Map(joined, at.at)

    def _property(self, left: Node, right: Node, at: Map) -> Node:
        if left is None or right is None or left == right:
            return right if left is None else left
        if component_key(left) is not None and component_key(left) == component_key(right):
            return left.merged(remarks(right))
        annotations = {**remarks(left), **remarks(right)}
        if any(not side.get("nullable") for side in (left, right) if set(side) - set(remarks(side))):
            # Every member has to allow null.
            annotations.pop("nullable", None)
        return self._merge(Map({"allOf": Seq([left, right], at.at), **annotations}, right.at))

    def _narrowest(self, left: Map, right: Map, at: Map) -> Map:
        """Join scalars or lists: all keywords together, the smaller set of values."""
        joined = {**left, **right}
        for one, other in ((left, right), (right, left)):
            if "const" in one:
                joined.pop("enum", None)
                joined["const"] = one["const"]
            elif "enum" in one and "enum" in other and set(one["enum"]) <= set(other["enum"]):
                joined["enum"] = one["enum"]
        if isinstance(left.get("items"), Map) and isinstance(right.get("items"), Map):
            joined["items"] = self._property(left["items"], right["items"], at)
        return Map(joined, at.at)

    def _distribute(self, union: Map, key: str, other: Map, at: Map, first: bool) -> Map:
        variants = union.maps(key)
        if all(not set(variant) - {"required", "type", "properties", *remarks(variant)} for variant in variants):
            bare = [v for v in variants if not v.map("properties")]
            if len(bare) == len(variants) and other.get("type") == "object":
                return other
        if not set(other) - {"type", *remarks(other)}:
            return union
        if len(variants) > _WIDEST:
            self._context.report.add("W101", f"`allOf` over a union of {len(variants)} cannot be expressed", at.at)
            return union
        joined: list[Node] = []
        for variant in variants:
            name = component_key(variant)
            if name is not None and name in self._spread:
                continue
            self._spread.append(name or "")
            parts = (self._expanded(variant, at), other) if first else (other, self._expanded(variant, at))
            new = self._join(*parts, Map({}, variant.at))
            self._spread.pop()
            title = {"title": name} if name else variant.only("title")
            joined.append(
                Map({**new.without("title", "description"), **title, **variant.only("description")}, variant.at)
            )
        if not joined:
            return other
        rest = {k: v for k, v in remarks(union).items() if k != "discriminator"}
        return Map({"oneOf": Seq(joined, union.where(key)), **rest}, at.at)
