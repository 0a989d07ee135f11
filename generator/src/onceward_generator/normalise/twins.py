"""Join the ``X-Input`` and ``X-Output`` schemas that some frameworks write, if they are equal.

Different ones stay two types. They are equal if they are once references to equal twins are replaced by one name.
"""

from __future__ import annotations

from onceward_generator.load import Map, Node, rebuild

from .context import Context, component_key, reference_to, remarks, schemas_of, with_schemas

__all__ = ["twins"]


def twins(document: Map, context: Context) -> Map:
    """Join the equal twins of a document."""
    schemas = schemas_of(document)
    pairs = {
        key.removesuffix("-Input"): (key, f"{key.removesuffix('-Input')}-Output")
        for key in schemas
        if key.endswith("-Input") and f"{key.removesuffix('-Input')}-Output" in schemas
    }
    joined = {base: pair for base, pair in pairs.items() if base not in schemas}
    while True:
        names = {key: base for base, pair in joined.items() for key in pair}
        different = [base for base, (a, b) in joined.items() if _read(schemas[a], names) != _read(schemas[b], names)]
        if not different:
            break
        for base in different:
            del joined[base]
    if not joined:
        return document
    kept = {
        names.get(key, key): schema for key, schema in schemas.items() if not (key in names and key.endswith("-Output"))
    }
    renamed: Map = _read(with_schemas(document, kept), names, "document")
    return renamed


def _read(node: Node, names: dict[str, str], kind: str = "schema") -> Node:
    """Return a node with references to twins under their common name, and titles without the suffix."""

    def visit(node: Node, kind: str) -> Node:
        key = component_key(node) if kind == "schema" else None
        if key in names:
            return Map({**remarks(node), "$ref": reference_to(names[key])}, node.at, node.spots)
        if kind == "schema" and isinstance(node, Map) and isinstance(node.get("title"), str):
            title = node["title"].removesuffix("-Input").removesuffix("-Output")
            node = node if title == node["title"] else node.replace(title=title)
        return rebuild(node, kind, visit)

    return visit(node, kind)
