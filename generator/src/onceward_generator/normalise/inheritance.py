"""Turn parents that list their children by inheritance alone into unions.

A schema with a ``discriminator`` whose children refer to it in their ``allOf`` is a union of these children. The
parent's own properties move to a base (``AnimalBase``) that the children extend, and that is the last variant: for
values whose tag is the name of the parent itself. The tag of a child becomes a constant.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from onceward_generator.load import Map, Node, Seq

from .context import Context, component_key, each_schema, reference_to, remarks, schemas_of, with_schemas

__all__ = ["inheritance"]

_UNIONS = ("oneOf", "anyOf")


def inheritance(document: Map, context: Context) -> Map:
    """Write the unions of a document that are declared by inheritance."""
    document = _apart(document)
    schemas = schemas_of(document)
    parents = _parents(schemas)
    if not parents:
        return document
    bases = {key: _free(f"{key}Base", schemas) for key in parents}
    changed: dict[str, Node] = {}
    for key, schema in schemas.items():
        changed[key] = _rebased(schema, bases) if isinstance(schema, Map) else schema
    for key, parent in parents.items():
        own = _rebased(parent.own, bases)
        changed[bases[key]] = own
        changed[key] = parent.union(bases)
    for parent in parents.values():
        for child in parent.children:
            target = bases.get(child, child)
            changed[target] = parent.narrowed(changed[target], child)
    return with_schemas(document, changed)


def _apart(document: Map) -> Map:
    """Keep variants apart that only repeat their base: ``allOf: [{$ref: Base}]`` becomes a copy of the base."""
    schemas = schemas_of(document)
    chosen: set[str] = set()
    for schema in each_schema(document):
        if schema.map("discriminator") is not None:
            members = (member for union in _UNIONS for member in schema.maps(union))
            chosen |= {key for member in members if (key := component_key(member)) is not None}
    changed = {
        key: schema.replace(allOf=Seq([*schema["allOf"], Map({"type": "object"}, schema.at)], schema.where("allOf")))
        for key, schema in schemas.items()
        if key in chosen and isinstance(schema, Map) and _is_bare(schema)
    }
    return with_schemas(document, {**schemas, **changed}) if changed else document


def _is_bare(schema: Map) -> bool:
    members = schema.maps("allOf")
    return (
        len(members) == 1 and component_key(members[0]) is not None and set(schema) - set(remarks(schema)) == {"allOf"}
    )


@dataclass(frozen=True, slots=True)
class _Parent:
    """A schema with a discriminator, and the schemas that extend it, at any depth."""

    key: str
    schema: Map
    own: Map
    """The schema without its discriminator and its union."""
    tag: Map
    children: tuple[str, ...]

    @property
    def wire(self) -> str:
        """The property that holds the tag."""
        return str(self.tag["propertyName"])

    def union(self, bases: dict[str, str]) -> Map:
        """Return the union of the children and the base."""
        at = self.schema.at
        members = [bases.get(child, child) for child in self.children]
        members.append(bases[self.key])
        mapping: dict[str, Node] = {}
        for value, target in (self.tag.map("mapping") or {}).items():
            name = component_key(Map({"$ref": target}, at)) or str(target)
            mapping[value] = reference_to(bases.get(name, name))
        for child in (*self.children, self.key):
            if child not in self._mapped:
                mapping.setdefault(child, reference_to(bases.get(child, child)))
        tag = self.tag.replace(mapping=Map(mapping, self.tag.at))
        links = Seq([Map({"$ref": reference_to(name)}, at) for name in members], at)
        return Map({"oneOf": links, "discriminator": tag, **remarks(self.schema)}, at, self.schema.spots)

    @property
    def _mapped(self) -> set[str]:
        """The schemas that the mapping refers to; the others have their own names as tags."""
        table: dict[str, Node] = self.tag.map("mapping") or {}
        at = self.schema.at
        return {component_key(Map({"$ref": target}, at)) or str(target) for target in table.values()}

    def narrowed(self, schema: Node, child: str) -> Node:
        """Return a child with the values of its tag, unless it declares them itself."""
        if not isinstance(schema, Map) or any(_fixes(part, self.wire) for part in (schema, *schema.maps("allOf"))):
            return schema
        table: dict[str, Node] = self.tag.map("mapping") or {}
        at = schema.at
        targets = {value: component_key(Map({"$ref": target}, at)) or str(target) for value, target in table.items()}
        values = [value for value, target in targets.items() if target == child] or [child]
        fixed: dict[str, Node] = {"const": values[0]} if len(values) == 1 else {"enum": Seq(values, at)}
        fields = Map({self.wire: Map({"type": "string", **fixed}, at)}, at)
        part = Map({"type": "object", "properties": fields}, at)
        members = [*(schema.seq("allOf") or ()), part]
        return schema.merged({"allOf": Seq(members, at)})


def _parents(schemas: Map) -> dict[str, _Parent]:
    """Return the schemas with a discriminator that others extend."""
    extended: dict[str, list[str]] = defaultdict(list)
    for key, schema in schemas.items():
        for member in schema.maps("allOf") if isinstance(schema, Map) else ():
            if (base := component_key(member)) is not None and base != key:
                extended[base].append(key)
    found: dict[str, _Parent] = {}
    for key, schema in schemas.items():
        if isinstance(schema, Map) and (split := _split(schema)) is not None:
            children = tuple(name for name in schemas if name in _below(key, extended))
            if children:
                found[key] = _Parent(key, schema, split[0], split[1], children)
    return found


def _split(schema: Map) -> tuple[Map, Map] | None:
    """Return a schema without its discriminator and union, and the discriminator, which may be beside the union."""
    tag = schema.map("discriminator")
    if tag is not None and not set(_UNIONS) & set(schema):
        own = schema.without("discriminator")
        return (own, tag) if tag.text("propertyName") else None
    members = schema.seq("allOf")
    for member in schema.maps("allOf"):
        tag = member.map("discriminator")
        if tag is not None and tag.text("propertyName") and members is not None and set(_UNIONS) & set(member):
            rest = Seq([one for one in members if one is not member], members.at)
            return schema.merged({"allOf": rest}), tag
    return None


def _below(key: str, extended: dict[str, list[str]]) -> set[str]:
    """Return the names of all schemas that extend one, directly or not."""
    seen: set[str] = set()
    waiting = list(extended[key]) if key in extended else []
    while waiting:
        name = waiting.pop()
        if name not in seen and name != key:
            seen.add(name)
            waiting += extended.get(name, ())
    return seen


def _rebased(schema: Map, bases: dict[str, str]) -> Map:
    """Return a schema that extends the bases of its parents instead of their unions."""
    members = schema.seq("allOf")
    if members is None or not any(component_key(member) in bases for member in members):
        return schema
    moved = [
        member.merged({"$ref": reference_to(bases[key])}) if (key := component_key(member)) in bases else member
        for member in members
    ]
    return schema.merged({"allOf": Seq(moved, members.at)})


def _fixes(schema: Map, wire: str) -> bool:
    """Report whether a schema itself declares the fixed values of a property."""
    fields = schema.map("properties")
    field = fields.map(wire) if fields else None
    return field is not None and bool({"const", "enum", "$ref"} & set(field))


def _free(name: str, schemas: Map) -> str:
    return name if name not in schemas else _free(f"{name}Schema", schemas)
