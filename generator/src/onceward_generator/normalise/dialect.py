"""Rewrite every schema into one dialect.

Boolean schemas, lists of types, tuples, the exclusive bounds of 3.0, missing ``type``, keywords beside a reference:
after this pass each schema is a reference, or has one ``type``, or is a composition (``allOf``, ``anyOf``, ``oneOf``),
or is empty. ``null`` is still a type here; the next pass turns it into a flag.
"""

from __future__ import annotations

from onceward_generator.load import Map, Node, Seq, rebuild

from .context import BOUNDS, Context, is_reference, map_schemas, reference_to, remarks, schemas_of, with_schemas

__all__ = ["dialect"]

_DROPPED = (
    "not", "if", "then", "else", "contains", "minContains", "maxContains", "dependentSchemas", "dependentRequired",
    "dependencies", "propertyNames", "unevaluatedProperties", "unevaluatedItems",
)  # fmt: skip
_BY_KEYWORD = (
    ("properties", "object"), ("additionalProperties", "object"), ("patternProperties", "object"), ("items", "array"),
    ("prefixItems", "array"), ("minLength", "string"), ("maxLength", "string"), ("pattern", "string"),
)  # fmt: skip
_TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
_COMPOSITIONS = ("allOf", "anyOf", "oneOf")
_STRUCTURE = (
    *_COMPOSITIONS,
    "type",
    "properties",
    "items",
    "enum",
    "const",
    "additionalProperties",
    "required",
    *BOUNDS,
)


def dialect(document: Map, context: Context) -> Map:
    """Rewrite every schema of a document."""
    named = {key: _anchored(schema, key) for key, schema in schemas_of(document).items()}
    if named:
        document = with_schemas(document, named)
    return map_schemas(_mapped_booleans(document), lambda schema: _schema(schema, context))


def _anchored(schema: Node, key: str) -> Node:
    """Replace recursive references to "the outermost schema" by references to the enclosing named schema."""

    def visit(node: Node, kind: str) -> Node:
        if (
            kind == "schema"
            and isinstance(node, Map)
            and node.get("$recursiveRef", node.get("$dynamicRef")) is not None
        ):
            return Map({"$ref": reference_to(key), **remarks(node)}, node.at, node.spots)
        return rebuild(node, kind, visit)

    return visit(schema, "schema")


def _mapped_booleans(document: Map) -> Map:
    """Replace boolean schemas by mappings, except for keywords with a boolean meaning of their own."""

    def visit(node: Node, kind: str) -> Node:
        if not isinstance(node, Map):
            return node
        if kind == "schema":
            for key in ("properties", "patternProperties"):
                table = node.map(key)
                if table is not None and not all(isinstance(value, Map) for value in table.values()):
                    values = {k: v if isinstance(v, Map) else Map({}, table.where(k)) for k, v in table.items()}
                    node = node.merged({key: Map(values, table.at, table.spots)})
            if isinstance(node.get("items"), bool):
                node = node.replace(items=Map({}, node.where("items")))
            for key in _COMPOSITIONS:
                members = node.seq(key)
                if members is not None and not all(isinstance(member, Map) for member in members):
                    kept = (member if isinstance(member, Map) else Map({}, members.at) for member in members)
                    node = node.merged({key: members.of(kept)})
        return rebuild(node, kind, visit)

    result: Map = visit(document, "document")
    return result


def _schema(schema: Map, context: Context) -> Map:
    if is_reference(schema):
        return _reference(schema, context)
    schema = _cleaned(schema, context)
    schema = _tuple(schema, context)
    schema = _bounds(schema)
    return _composition(_type(schema, context), context)


def _reference(schema: Map, context: Context) -> Map:
    shape = {key: schema[key] for key in _STRUCTURE if key in schema}
    beside = {"$ref": schema["$ref"], **remarks(schema)}
    if shape and set(shape) - {"type", "required", *BOUNDS}:
        link = Map({"$ref": schema["$ref"]}, schema.at)
        rest = Map(shape, schema.at, schema.spots)
        members = Seq([link, _schema(rest, context)], schema.at)
        return Map({"allOf": members, **remarks(schema)}, schema.at, schema.spots)
    return schema if len(beside) == len(schema) else Map(beside, schema.at, schema.spots)


def _cleaned(schema: Map, context: Context) -> Map:
    for key in _DROPPED:
        if key in schema and schema[key] not in (False, {}):
            context.report.add(
                "W102", f"`{key}` cannot be expressed", schema.where(key), "the type accepts more than the schema"
            )
    return schema.without(
        *_DROPPED, "$defs", "definitions", "$schema", "$id", "$anchor", "$recursiveAnchor", "$comment"
    )


def _tuple(schema: Map, context: Context) -> Map:
    items = schema.get("items")
    members = items if isinstance(items, Seq) else schema.seq("prefixItems")
    if members is None:
        return schema
    context.report.add(
        "W106",
        "a tuple became a list of any of its members' types",
        schema.at,
        "describe an object, if the places of the items matter",
    )
    kinds = [member for member in members if isinstance(member, Map)]
    if isinstance(items, Map) and items:
        kinds.append(items)
    item = Map({"anyOf": Seq(kinds, members.at)}, members.at) if len(kinds) > 1 else (kinds or [Map({}, members.at)])[0]
    return schema.without("prefixItems").replace(items=item)


def _bounds(schema: Map) -> Map:
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        flag = schema.get(exclusive)
        if flag is True and bound in schema:
            schema = schema.without(bound).merged({exclusive: schema[bound]})
        elif isinstance(flag, bool):
            schema = schema.without(exclusive)
    return schema


def _type(schema: Map, context: Context) -> Map:
    kind = schema.get("type")
    if isinstance(kind, Seq):
        kinds = [str(member) for member in dict.fromkeys(kind)]
        unknown = [member for member in kinds if member not in _TYPES]
        if unknown:
            context.report.add(
                "W101", f"unknown type {unknown[0]!r}", schema.where("type"), "use a type of JSON Schema"
            )
        known = [member for member in kinds if member in _TYPES]
        return _types(schema, known) if known else schema.without("type")
    if kind == "file":
        return schema.replace(type="string", format="binary")
    if kind == "any" or (kind is not None and kind not in _TYPES):
        if kind != "any":
            context.report.add("W101", f"unknown type {kind!r}", schema.where("type"), "use a type of JSON Schema")
        return schema.without("type")
    if kind is None and not set(schema) & {*_COMPOSITIONS, "enum", "const"}:
        implied = next((kind for keyword, kind in _BY_KEYWORD if keyword in schema), None)
        return schema.replace(type=implied) if implied else schema
    return schema


def _types(schema: Map, kinds: list[str]) -> Map:
    """Return a list of types as a union of schemas with one type and its keywords each."""
    if len(kinds) == 1:
        return schema.replace(type=kinds[0])
    outer = remarks(schema)
    inner = {key: value for key, value in schema.items() if key not in outer and key != "type"}
    members: list[Node] = []
    for kind in kinds:
        own = {key: value for key, value in inner.items() if _applies(key, kind)}
        if "enum" in own:
            own["enum"] = Seq([v for v in schema["enum"] if _is(v, kind)], schema.where("enum"))
            if not own["enum"]:
                continue
        members.append(Map({"type": kind, **own}, schema.at, schema.spots))
    return Map({"anyOf": Seq(members, schema.at), **outer}, schema.at, schema.spots)


def _applies(keyword: str, kind: str) -> bool:
    owners = {
        "properties": "object", "required": "object", "additionalProperties": "object", "patternProperties": "object",
        "items": "array", "minItems": "array", "maxItems": "array", "format": "string", "pattern": "string",
        "minLength": "string", "maxLength": "string",
    }  # fmt: skip
    if keyword in {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}:
        return kind in {"integer", "number"}
    return kind != "null" and owners.get(keyword, kind) == kind


def _is(value: Node, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if value is None:
        return kind == "null"
    kinds: dict[type, tuple[str, ...]] = {str: ("string",), int: ("integer", "number"), float: ("number",)}
    return kind in kinds.get(type(value), ())


def _composition(schema: Map, context: Context) -> Map:
    """Return structure beside a union as one more member of an `allOf`, for the merge of `allOf`."""
    unions = [key for key in ("anyOf", "oneOf") if key in schema]
    if not unions:
        return schema
    beside = schema.only("properties", "required", "additionalProperties", "allOf", "items")
    shape = {k: v for k, v in beside.items() if v not in ({}, [], True)}
    if not shape and len(unions) == 1:
        return schema.without("properties", "required", "additionalProperties", "allOf", "items", "type")
    outer = remarks(schema)
    parts: list[Node] = list(schema.seq("allOf") or ())
    plain = {key: value for key, value in schema.items() if key in beside and key != "allOf"}
    if plain:
        parts.append(_type(Map({**schema.only("type"), **plain}, schema.at, schema.spots), context))
    for key in unions:
        parts.append(Map({key: schema[key], **schema.only("discriminator")}, schema.at, schema.spots))
    return Map({"allOf": Seq(parts, schema.at), **outer}, schema.at, schema.spots)
