"""The context of the passes, and the queries that several passes need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from onceward_generator.diagnostics import Report
from onceward_generator.load import Map, Node, operations_of, rebuild, with_operations
from onceward_generator.sdk_file import SdkFile

__all__ = [
    "ANNOTATIONS", "BOUNDS", "Context", "Endpoint", "component_key", "dereferenced", "each_schema", "endpoints",
    "is_reference", "map_operations", "map_schemas", "reference_to", "remarks", "schemas_of", "with_schemas",
]  # fmt: skip

_PREFIX = "#/components/schemas/"

ANNOTATIONS = (
    "title", "description", "default", "deprecated", "readOnly", "writeOnly", "nullable", "example", "examples",
)  # fmt: skip
"""Keywords that describe a value without constraining it. They may occur beside a reference."""

BOUNDS = (
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems",
    "pattern", "multipleOf", "uniqueItems", "minProperties", "maxProperties",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Context:
    """The configuration, and the report for warnings."""

    sdk: SdkFile
    report: Report


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An operation with its path and HTTP method."""

    path: str
    http: str
    operation: Map

    @property
    def key(self) -> str:
        """The endpoint as ``METHOD path``."""
        return f"{self.http.upper()} {self.path}"


def endpoints(document: Map) -> Iterator[Endpoint]:
    """Return all operations, in the order of the document."""
    for path, item in (document.map("paths") or {}).items():
        if isinstance(item, Map) and not path.startswith("x-"):
            for http, operation in operations_of(item).items():
                yield Endpoint(path, http, operation)


def map_operations(document: Map, change: Callable[[Endpoint], Map]) -> Map:
    """Return the document with `change` applied to each operation."""
    paths = document.map("paths")
    if paths is None:
        return document
    items: dict[str, Node] = {}
    for path, item in paths.items():
        items[path] = item
        if isinstance(item, Map) and not path.startswith("x-"):
            old = operations_of(item)
            new = {http: change(Endpoint(path, http, operation)) for http, operation in old.items()}
            if any(new[http] is not old[http] for http in new):
                items[path] = with_operations(item, new)
    if all(items[path] is paths[path] for path in items):
        return document
    return document.replace(paths=Map(items, paths.at, paths.spots))


def map_schemas(document: Map, change: Callable[[Map], Node]) -> Map:
    """Return the document with `change` applied to each schema, inner schemas first."""

    def visit(node: Node, kind: str) -> Node:
        node = rebuild(node, kind, visit)
        return change(node) if kind == "schema" and isinstance(node, Map) else node

    result: Map = visit(document, "document")
    return result


def each_schema(document: Map) -> Iterator[Map]:
    """Yield all schemas, outer ones first."""
    found: list[Map] = []

    def visit(node: Node, kind: str) -> Node:
        if kind == "schema" and isinstance(node, Map):
            found.append(node)
        return rebuild(node, kind, visit)

    visit(document, "document")
    return iter(found)


def schemas_of(document: Map) -> Map:
    """Return the named schemas."""
    components = document.map("components")
    return (components.map("schemas") if components else None) or Map({}, document.at)


def with_schemas(document: Map, schemas: dict[str, Any]) -> Map:
    """Return the document with other named schemas."""
    old = schemas_of(document)
    components = document.map("components") or Map({}, document.at)
    return document.replace(components=components.replace(schemas=Map(schemas, old.at, old.spots)))


def component_key(schema: Node) -> str | None:
    """Return the name that a reference refers to, or None for a schema that is not a reference."""
    if isinstance(schema, Map):
        ref = schema.get("$ref")
        if isinstance(ref, str) and ref.startswith(_PREFIX):
            return ref[len(_PREFIX) :].replace("~1", "/").replace("~0", "~")
    return None


def dereferenced(schema: Node, named: Map) -> Node:
    """Return the schema that a reference to a named one leads to, and any other schema itself."""
    seen: set[str] = set()
    while (key := component_key(schema)) is not None and key not in seen:
        seen.add(key)
        schema = named.get(key)
    return schema


def is_reference(schema: Node) -> bool:
    """Report whether a schema is a reference."""
    return isinstance(schema, Map) and isinstance(schema.get("$ref"), str)


def reference_to(key: str) -> str:
    """Return a reference to a named schema."""
    return _PREFIX + key.replace("~", "~0").replace("/", "~1")


def remarks(schema: Map) -> dict[str, Node]:
    """Return the annotations of a schema, vendor extensions included."""
    return {key: value for key, value in schema.items() if key in ANNOTATIONS or key.startswith("x-")}
