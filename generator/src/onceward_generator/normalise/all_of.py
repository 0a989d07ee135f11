"""Merge ``allOf``: replace it by one equivalent schema.

One member with annotations around it becomes that member. Objects are joined field by field. A union among the members
is distributed: all of ``A`` and one of ``B`` or ``C`` becomes one of ``A and B`` or ``A and C``.

A property that several members declare has the narrower declaration, or the later one: unions of properties are not
multiplied, so that the number of types is bounded by the number of schemas that the contract itself writes down.
"""

from __future__ import annotations

from onceward_generator.load import Map, Node, Seq, rebuild

from .context import Context, component_key, each_schema, remarks, schemas_of
from .facts import Facts, union_of
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
        self._facts = Facts(self._schemas)
        self._left = sum("properties" in schema or bool(union_of(schema)) for schema in each_schema(document))
        """The number of variants that distributions may still add: at most one for each schema with a structure."""

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
                self._context.report.add(
                    "W104", f"`{key}` contains itself through `allOf`", at.at, "remove the reference from its `allOf`"
                )
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
            self._context.report.add(
                "W101", "this `allOf` is nested too deeply to be merged", at.at, "join some of the schemas"
            )
            return right
        self._depth += 1
        joined = self._joined(left, right, at)
        self._depth -= 1
        return joined

    def _joined(self, left: Map, right: Map, at: Map) -> Map:
        if union_of(left) and union_of(right):
            return self._meet(left, right, at)
        for one, other in ((left, right), (right, left)):
            if key := union_of(one):
                return self._distribute(one, key, other, at, first=one is left)
        kinds = {schema["type"] for schema in (left, right) if "type" in schema}
        if kinds == {"integer", "number"}:
            return Map({**left, **right, "type": "integer"}, at.at)
        if len(kinds) > 1:
            self._context.report.add(
                "W104",
                f"`allOf` combines the types {' and '.join(sorted(kinds))}",
                at.at,
                "declare one type in all members",
            )
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
        chosen = self._chosen(left, right)
        if chosen is not None:
            return Map({**chosen.without(*remarks(chosen)), **annotations}, right.at, chosen.spots)
        return self._merge(Map({"allOf": Seq([left, right], at.at), **annotations}, right.at))

    def _chosen(self, left: Map, right: Map) -> Map | None:
        """Return one of two declarations of a property that replaces the other; None if the two have to be joined."""
        for near, far in ((left, right), (right, left)):
            only_typed = set(far) - set(remarks(far)) == {"type"}
            if component_key(near) and only_typed and self._facts.of(near).kinds == {far["type"]}:
                return near
        named = component_key(left) is not None and component_key(right) is not None
        unions = [side for side in (left, right) if self._facts.variants(side)]
        if not all(set(side) - set(remarks(side)) for side in (left, right)) or not (named or unions):
            return None
        narrower = self._facts.narrower(left, right)
        if narrower is not None:
            return narrower
        if len(unions) == 1 and not named and (fitting := self._fitting(unions[0], left, right)) is not None:
            return fitting
        message = "`allOf` declares this property again, as another type"
        self._context.report.add("W104", message, right.at, "the later declaration is used")
        return right

    def _fitting(self, union: Map, left: Map, right: Map) -> Map | None:
        """Return the only variant of a union that an inline declaration beside it allows, joined with it."""
        other = right if union is left else left
        if not set(other) - {"type", *remarks(other)}:
            return union
        fitting = [variant for variant in self._facts.variants(union) if self._facts.compatible(variant, other)]
        if len(fitting) != 1:
            return None
        if set(self._facts.of(other).fields) <= set(self._facts.of(fitting[0]).fields):
            return fitting[0]
        return self._merge(Map({"allOf": Seq([fitting[0], other], other.at)}, other.at))

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

    def _meet(self, left: Map, right: Map, at: Map) -> Map:
        """Join two unions: the pairs of variants that one value can satisfy, if they are no more than the variants."""
        ours, theirs = (schema.maps(union_of(schema)) for schema in (left, right))
        for one, other in ((ours, right), (theirs, left)):
            if all(_only_requires(variant) for variant in one):
                return self._without_choice(other, at)
        pairs = [(one, other) for one in ours for other in theirs if self._facts.compatible(one, other)]
        same = [(one, other) for one, other in pairs if component_key(one) and one.get("$ref") == other.get("$ref")]
        kept = same or pairs
        new = [pair for pair in kept if self._facts.narrower(*pair) is None]
        if not kept or len(kept) > max(len(ours), len(theirs)) or not self._afford(len(new)):
            message = f"`allOf` combines a union of {len(ours)} and a union of {len(theirs)}"
            self._context.report.add("W101", message, at.at, "the later one is used")
            return right
        joined = [self._facts.narrower(*pair) or self._variant(*pair, at, pair[1]) for pair in kept]
        rest = {**remarks(left), **remarks(right), **left.only("discriminator"), **right.only("discriminator")}
        return Map({"oneOf": Seq(joined, at.at), **rest}, at.at)

    def _without_choice(self, schema: Map, at: Map) -> Map:
        message = "a choice of required properties cannot be expressed"
        self._context.report.add("W102", message, at.at, "each of them is optional")
        return schema

    def _afford(self, count: int) -> bool:
        """Take a number of new variants from those that distributions may still add."""
        if count > min(_WIDEST, self._left):
            return False
        self._left -= count
        return True

    def _distribute(self, union: Map, key: str, other: Map, at: Map, first: bool) -> Map:
        variants = union.maps(key)
        if all(_only_requires(variant) for variant in variants) and other.get("type") == "object":
            return self._without_choice(other, at)
        if not set(other) - {"type", *remarks(other)}:
            return union
        variants = [variant for variant in variants if component_key(variant) not in self._spread]
        wider = [self._facts.extends(variant, other) for variant in variants]
        if not self._afford(wider.count(False)):
            self._context.report.add(
                "W101",
                f"`allOf` over a union of {len(variants)} cannot be expressed",
                at.at,
                "add the properties to the variants",
            )
            return other if other.get("type") == "object" else union
        joined: list[Node] = []
        for variant, extends in zip(variants, wider, strict=True):
            name = component_key(variant)
            if extends:
                joined.append(variant)
                continue
            self._spread.append(name or "")
            pair = (variant, other) if first else (other, variant)
            joined.append(_tagged(self._variant(*pair, at, variant), variant, union))
            self._spread.pop()
        if not joined:
            return other
        rest = remarks(union) if all(wider) else {k: v for k, v in remarks(union).items() if k != "discriminator"}
        kept = union.only("discriminator") if all(wider) else {}
        return Map({"oneOf": Seq(joined, union.where(key)), **kept, **rest}, at.at)

    def _variant(self, left: Map, right: Map, at: Map, named: Map) -> Map:
        """Return the join of a variant with what is beside its union, under the variant's own title."""
        name = component_key(named)
        new = self._join(self._expanded(left, at), self._expanded(right, at), Map({}, named.at))
        title = {"title": name} if name else named.only("title")
        return Map({**new.without("title", "description"), **title, **named.only("description")}, named.at)


def _only_requires(variant: Map) -> bool:
    """Report whether a variant says only which properties are required, as in ``anyOf: [{required: [a]}, ...]``."""
    extra = set(variant) - {"required", "type", "properties", *remarks(variant)}
    return not extra and not variant.map("properties")


def _tagged(new: Map, variant: Map, union: Map) -> Map:
    """Return a distributed variant with the values of its tag, which its name no longer gives."""
    tag, name = union.map("discriminator"), component_key(variant)
    wire = tag.text("propertyName") if tag else None
    fields = new.map("properties")
    if tag is None or wire is None or name is None or fields is None:
        return new
    field: Node = fields.get(wire) or Map({"type": "string"}, variant.at)
    if not isinstance(field, Map) or {"const", "enum", "$ref"} & set(field) or field.get("type") != "string":
        return new
    table: dict[str, Node] = tag.map("mapping") or {}
    values = [v for v, t in table.items() if component_key(Map({"$ref": t}, tag.at)) == name or t == name] or [name]
    fixed: dict[str, Node] = {"const": values[0]} if len(values) == 1 else {"enum": Seq(values, tag.at)}
    return new.replace(properties=fields.merged({wire: field.merged(fixed)}))
