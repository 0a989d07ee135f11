"""Name the schemas inside of what is copied later, so that the copies share one type.

`inline` copies a shared parameter, header, body or response into every operation that refers to it, and `all_of` copies
the properties of a base into every schema that extends it.
"""

from __future__ import annotations

from collections import Counter

from onceward_generator.load import Map, Node, operations_of, rebuild
from onceward_generator.words import pascal, split

from .context import Context, component_key, each_schema, reference_to, schemas_of, with_schemas
from .lift import BESIDE, of_items, of_property

__all__ = ["shared"]

_SUFFIXES = {"parameters": "Param", "headers": "Header", "requestBodies": "Body", "responses": "Response"}


def shared(document: Map, context: Context) -> Map:
    """Name the schemas of components that several operations refer to, or several schemas extend."""
    components = document.map("components") or Map({}, document.at)
    used = _uses(document)
    schemas = schemas_of(document)
    namer = _Namer(schemas)
    bases = _bases(document)
    extended = {
        key: namer.base(schema, pascal(split(key))) if bases[key] > 1 and isinstance(schema, Map) else schema
        for key, schema in schemas.items()
    }
    changed: dict[str, Node] = {}
    for section, suffix in _SUFFIXES.items():
        entries = components.map(section)
        if entries is None:
            continue
        new = {
            key: namer.named(node, [pascal(split(key)), pascal(split(key)) + suffix])
            if used[f"#/components/{section}/{key.replace('~', '~0').replace('/', '~1')}"] > 1
            else node
            for key, node in entries.items()
        }
        changed[section] = Map(new, entries.at, entries.spots)
    paths = _paths(document, namer)
    if not namer.added:
        return document
    document = document.merged({"components": components.merged(changed), "paths": paths})
    return with_schemas(document, {**extended, **namer.added})


def _paths(document: Map, namer: _Namer) -> Map:
    """Return the paths, with named schemas in the parameters that the operations of a path share."""
    paths = document.map("paths") or Map({}, document.at)
    changed: dict[str, Node] = dict(paths)
    for path, item in paths.items():
        parameters = item.seq("parameters") if isinstance(item, Map) else None
        if parameters is None or len(operations_of(item)) < 2:
            continue
        fixed = [segment for segment in path.split("/") if segment and "{" not in segment] or ["path"]
        changed[path] = item.replace(parameters=parameters.of(namer.parameter(one, fixed) for one in parameters))
    return Map(changed, paths.at, paths.spots)


def _bases(document: Map) -> Counter[str]:
    """Count the schemas that extend each schema."""
    members = (member for schema in each_schema(document) for member in schema.maps("allOf"))
    return Counter(key for member in members if (key := component_key(member)) is not None)


def _uses(document: Map) -> Counter[str]:
    """Count the operations that refer to each component."""
    found: Counter[str] = Counter()
    weight = 1

    def visit(node: Node, kind: str) -> Node:
        nonlocal weight
        if kind == "schema":
            return node
        if isinstance(node, Map) and isinstance(node.get("$ref"), str):
            found[node["$ref"]] += weight
        if kind != "path_item" or not isinstance(node, Map):
            return rebuild(node, kind, visit)
        weight = len(operations_of(node))
        for parameter in node.seq("parameters") or ():
            visit(parameter, "parameter")
        weight = 1
        rebuild(node.without("parameters"), kind, visit)
        return node

    visit(document, "document")
    return found


class _Namer:
    def __init__(self, schemas: Map) -> None:
        self.added: dict[str, Node] = {}
        self._taken = {"".join(split(key)) for key in schemas}

    def base(self, schema: Map, path: str) -> Map:
        """Return a schema whose own properties are references, if they need names."""
        fields, members = schema.map("properties"), schema.seq("allOf")
        changed: dict[str, Node] = {}
        if fields is not None:
            new = {
                key: self._schema(field, of_property(path, key)) if isinstance(field, Map) else field
                for key, field in fields.items()
            }
            changed["properties"] = Map(new, fields.at, fields.spots)
        if members is not None:
            changed["allOf"] = members.of(
                self.base(one, path) if isinstance(one, Map) and "$ref" not in one else one for one in members
            )
        return schema.merged(changed) if changed else schema

    def named(self, node: Node, names: list[str]) -> Node:
        """Return a component whose schemas are references, if they need names."""
        if not isinstance(node, Map) or "$ref" in node:
            return node
        changed: dict[str, Node] = {}
        schema, content = node.map("schema"), node.map("content")
        if schema is not None:
            changed["schema"] = self._schema(schema, names)
        if content is not None and len(content) == 1:
            [(media_type, entry)] = content.items()
            inner = entry.map("schema") if isinstance(entry, Map) else None
            if inner is not None:
                new = entry.merged({"schema": self._schema(inner, names)})
                changed["content"] = Map({media_type: new}, content.at, content.spots)
        return node.merged(changed) if changed else node

    def parameter(self, node: Node, fixed: list[str]) -> Node:
        """Return a parameter of a path, named after its last fixed segment, or after all of them."""
        if not isinstance(node, Map) or "$ref" in node:
            return node
        own = pascal(split(str(node.get("name") or "")))
        last, whole = pascal(split(fixed[-1])), pascal(split("/".join(fixed)))
        return self.named(node, [last + own, f"{last}{own}Param", whole + own, f"{whole}{own}Param"])

    def _schema(self, schema: Map, names: list[str]) -> Map:
        items = schema.map("items")
        if items is not None and _needs_name(items):
            return schema.replace(items=self._schema(items, [one for name in names for one in of_items(name)]))
        key = next((name for name in names if "".join(split(name)) not in self._taken), None)
        if key is None or not _needs_name(schema):
            return schema
        self._taken.add("".join(split(key)))
        kept = schema.without(*BESIDE)
        self.added[key] = Map({**schema.only("description", "title", "deprecated"), **kept}, schema.at, schema.spots)
        return Map({"$ref": reference_to(key), **schema.only(*BESIDE)}, schema.at, schema.spots)


def _needs_name(schema: Map) -> bool:
    """Report whether a schema becomes a type of its own: an object, an enumeration of several values, or a union."""
    if "$ref" in schema:
        return False
    several = len(schema.seq("enum") or ()) > 1
    unions = [member for key in ("oneOf", "anyOf") for member in schema.maps(key) if member.get("type") != "null"]
    return bool(schema.map("properties")) or several or len(unions) > 1
