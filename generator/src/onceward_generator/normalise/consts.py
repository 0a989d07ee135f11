"""Unify scalars with fixed values: ``const`` for one value, ``enum`` for several of one type."""

from __future__ import annotations

from onceward_generator.load import Map, Node, Seq

from .context import Context, map_schemas, remarks

__all__ = ["consts", "kind_of"]


def consts(document: Map, context: Context) -> Map:
    """Unify the fixed values of every schema."""
    return map_schemas(document, lambda schema: _schema(schema, context))


def kind_of(value: Node) -> str:
    """Return the schema type of a scalar."""
    if isinstance(value, bool):
        return "boolean"
    return {str: "string", int: "integer", float: "number"}.get(type(value), "object")


def _schema(schema: Map, context: Context) -> Map:
    if "const" in schema:
        return _const(schema, context)
    values = schema.seq("enum")
    if values is None:
        return schema
    if not values:
        return schema.without("enum")
    if any(isinstance(value, dict | list) for value in values):
        context.report.add(
            "W101",
            "an enum of objects or lists cannot be expressed",
            schema.where("enum"),
            "describe the values by a schema",
        )
        return schema.without("enum")
    unique = _unique(values, schema.text("type"))
    if len(unique) == 1:
        return schema.without("enum").replace(type=schema.text("type") or kind_of(unique[0]), const=unique[0])
    if {type(value) for value in unique} == {bool}:
        return schema.without("enum").replace(type="boolean")
    return _enum(schema, unique)


def _const(schema: Map, context: Context) -> Map:
    value = schema["const"]
    if isinstance(value, dict | list):
        context.report.add(
            "W101",
            "a constant object or list cannot be expressed",
            schema.where("const"),
            "describe the value by a schema",
        )
        return schema.without("const")
    if schema.get("type") == "string" and not isinstance(value, str):
        value = _text(value)
    kind = kind_of(value)
    if schema.get("type") in {kind, "number"} and value == schema["const"] and "enum" not in schema:
        return schema
    return schema.without("enum").replace(type=kind, const=value)


def _unique(values: Seq, kind: str | None) -> list[Node]:
    """Return the values without repetitions; ``True`` and ``1`` are different."""
    read = [_text(value) if kind == "string" and not isinstance(value, str) else value for value in values]
    return list({(type(value), value): value for value in read}.values())


def _text(value: Node) -> str:
    """Return the text of a value that YAML reads as another type."""
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _enum(schema: Map, values: list[Node]) -> Map:
    kinds = list(dict.fromkeys(kind_of(value) for value in values))
    if set(kinds) == {"integer", "number"}:
        kinds = ["number"]
    if len(kinds) == 1:
        if schema.get("type") in {kinds[0], "number"} and schema["enum"] == values:
            return schema
        return schema.replace(type=kinds[0], enum=Seq(values, schema.where("enum")))
    parts = [_of_kind(schema, kind, [value for value in values if kind_of(value) == kind]) for kind in kinds]
    return Map({"anyOf": Seq(parts, schema.at), **remarks(schema)}, schema.at, schema.spots)


def _of_kind(schema: Map, kind: str, values: list[Node]) -> Map:
    at = schema.where("enum")
    if kind == "boolean" and len(values) == 2:
        return Map({"type": kind}, at)
    if len(values) == 1:
        return Map({"type": kind, "const": values[0]}, at)
    return Map({"type": kind, "enum": Seq(values, at)}, at)
