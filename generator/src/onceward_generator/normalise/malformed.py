"""Leave out what has a value of the wrong type, so that the other passes can rely on the types of keywords.

Contracts are written by hand, too: ``required: true`` on a property, ``type: null`` without quotes, a text in place of
a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from onceward_generator.load import Map, Node, Seq, rebuild
from onceward_generator.load.grammar import CHILDREN

from .context import Context

__all__ = ["malformed"]

Test = Callable[[Node], bool]


def _is(*kinds: type) -> Test:
    return lambda value: isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))


_TEXT, _MAP, _LIST, _BOOL, _NUMBER, _COUNT = _is(str), _is(Map), _is(Seq), _is(bool), _is(int, float), _is(int)
_ANY_TEXT = _is(str, int, float)
_BOUND = _is(bool, int, float)


def _some(value: Node) -> bool:
    return isinstance(value, Seq) and bool(value)


def _kind(value: Node) -> bool:
    return isinstance(value, str) or (isinstance(value, Seq) and any(isinstance(one, str) for one in value))


def _discriminator(value: Node) -> bool:
    has_name = isinstance(value, Map) and isinstance(value.get("propertyName"), str)
    return has_name and isinstance(value.get("mapping", value), Map)


_SCHEMA: Mapping[str, Test] = {
    **dict.fromkeys(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"), _MAP),
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), _some),
    **dict.fromkeys(("enum", "required", "prefixItems"), _LIST),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _COUNT),
    **dict.fromkeys(("minimum", "maximum"), _NUMBER),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _BOUND),
    **dict.fromkeys(("pattern", "format", "title", "$ref", "contentEncoding", "contentMediaType"), _TEXT),
    **dict.fromkeys(("nullable", "readOnly", "writeOnly", "deprecated"), _BOOL),
    "description": _ANY_TEXT,
    "type": _kind,
    "items": _is(Map, bool, Seq),
    "additionalProperties": _is(Map, bool),
    "discriminator": _discriminator,
}
_KINDS: Mapping[str, Mapping[str, Test]] = {
    "schema": _SCHEMA,
    "parameter": {
        **dict.fromkeys(("in", "style", "description"), _TEXT),
        **dict.fromkeys(("required", "explode", "allowReserved", "deprecated"), _BOOL),
        "name": _ANY_TEXT,
        "content": _MAP,
    },
    "operation": {
        **dict.fromkeys(("operationId", "summary", "description"), _ANY_TEXT),
        **dict.fromkeys(("parameters", "tags", "security", "servers"), _LIST),
        **dict.fromkeys(("responses", "callbacks", "requestBody"), _MAP),
        "deprecated": _BOOL,
    },
    "path_item": dict.fromkeys(("parameters", "servers"), _LIST),
    "response": {**dict.fromkeys(("content", "headers", "links"), _MAP), "description": _ANY_TEXT},
    "request_body": {"content": _MAP, "required": _BOOL, "description": _ANY_TEXT},
    "media_type": {"encoding": _MAP, "schema": _is(Map, bool), "itemSchema": _is(Map, bool)},
    "encoding": {
        **dict.fromkeys(("contentType", "style"), _TEXT),
        **dict.fromkeys(("explode", "allowReserved"), _BOOL),
        "headers": _MAP,
    },
    "security_scheme": {
        **dict.fromkeys(("type", "in", "name", "scheme", "openIdConnectUrl", "description", "bearerFormat"), _TEXT),
        "flows": _MAP,
    },
    "document": {
        **dict.fromkeys(("paths", "webhooks", "x-webhooks", "components", "info"), _MAP),
        **dict.fromkeys(("servers", "security", "tags"), _LIST),
    },
}
_TEXTS_ONLY = frozenset({"required", "type"})
"""Lists whose members are texts."""


def malformed(document: Map, context: Context) -> Map:
    """Leave out the malformed parts of a document."""

    def visit(node: Node, kind: str) -> Node:
        tests = _KINDS.get(kind)
        if isinstance(node, Map):
            node = _checked(node, tests or {}, context)
            node = _members(node, kind, context)
        return rebuild(node, kind, visit)

    result: Map = visit(document, "document")
    return result


def _checked(node: Map, tests: Mapping[str, Test], context: Context) -> Map:
    node = _quoted(node, tests, context)
    wrong = [key for key, value in node.items() if key in tests and not tests[key](value)]
    for key in wrong:
        message = f"`{key}` cannot be {_shown(node[key])}"
        context.report.add("W113", message, node.where(key), "it is ignored")
    kept = node.without(*wrong)
    for key in sorted(_TEXTS_ONLY & set(kept) & set(tests)):
        values = kept.seq(key)
        if values is not None and not all(isinstance(value, str) for value in values):
            at = values.at
            context.report.add("W113", f"a member of `{key}` is not a text", at, "it is ignored")
            kept = kept.merged({key: values.of(value for value in values if isinstance(value, str))})
    return kept


def _members(node: Map, kind: str, context: Context) -> Map:
    """Leave out members of mappings and lists of nodes that are not nodes; a named schema becomes an open one."""
    for key, (child_kind, shape) in CHILDREN.get(kind, {}).items():
        child: Node = node.get(key)
        kinds = (Map, bool) if child_kind == "schema" else (Map,)
        entries: list[tuple[str | int, Node]] = []
        if shape == "map" and isinstance(child, Map):
            entries = [(name, value) for name, value in child.items() if not name.startswith("x-")]
        elif shape == "list" and isinstance(child, Seq):
            entries = list(enumerate(child))
        wrong = [name for name, value in entries if not isinstance(value, kinds)]
        for name in wrong:
            message = f"a member of `{key}` cannot be {_shown(child[name])}"
            context.report.add("W113", message, child.where(name), "it is ignored")
        if not wrong:
            continue
        if shape == "map" and child_kind == "schema":
            anything = {name: Map({}, child.where(name)) for name in wrong}
            node = node.merged({key: child.merged(anything)})
        elif shape == "map":
            node = node.merged({key: child.without(*wrong)})
        else:
            kept = child.of(value for value in child if isinstance(value, kinds))
            node = node.merged({key: kept}) if kept else node.without(key)
    return node


def _quoted(node: Map, tests: Mapping[str, Test], context: Context) -> Map:
    """Return a schema with ``type: null``, which has no quotes, as the type "null"."""
    kinds: Node = node.get("type", "")
    if tests is not _SCHEMA or not (kinds is None or (isinstance(kinds, Seq) and None in kinds)):
        return node
    context.report.add("W113", "`type` is null without quotes", node.where("type"), 'it is read as the type "null"')
    return node.replace(type="null" if kinds is None else kinds.of("null" if one is None else one for one in kinds))


def _shown(value: Node) -> str:
    if isinstance(value, Map | Seq):
        word = "mapping" if isinstance(value, Map) else "list"
        return f"this {word}" if value else f"an empty {word}"
    return "null" if value is None else repr(value)
