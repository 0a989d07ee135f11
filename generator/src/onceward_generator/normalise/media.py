"""Order the media types of each body: JSON first, then forms, texts and bytes. Callers choose among them.

`answers` chooses the media types of responses.
"""

from __future__ import annotations

from onceward_generator.load import Map, Node

from .context import Context, Endpoint, component_key, map_operations, schemas_of

__all__ = ["STREAMING", "family", "media"]

STREAMING = frozenset({"sse", "json_lines", "json_seq"})
"""The families of media types that are received in parts."""

_FAMILIES = (
    ("text/event-stream", "sse"), ("application/x-ndjson", "json_lines"), ("application/ndjson", "json_lines"),
    ("application/jsonl", "json_lines"), ("application/x-jsonl", "json_lines"),
    ("application/json-lines", "json_lines"), ("application/jsonlines", "json_lines"),
    ("application/x-json-stream", "json_lines"), ("application/stream+json", "json_lines"),
    ("application/json-seq", "json_seq"), ("text/json", "json"), ("text/x-json", "json"),
    ("multipart/", "multipart"), ("application/x-www-form-urlencoded", "form"), ("application/json", "json"),
    ("application/xml", "xml"), ("text/", "text"),
)  # fmt: skip
_BODIES = ("json", "form", "multipart", "xml", "text", "json_lines", "json_seq", "sse", "binary")


def family(media_type: str) -> str:
    """Return json, form, multipart, xml, text, sse, json_lines, json_seq or binary."""
    bare = media_type.partition(";")[0].strip().lower()
    for start, name in _FAMILIES:
        if bare.startswith(start):
            return name
    if bare.endswith("+json-seq"):
        return "json_seq"
    if bare.endswith("+json") or bare in {"*/*", "application/*"}:
        return "json"
    return "xml" if bare.endswith("+xml") else "binary"


def media(document: Map, context: Context) -> Map:
    """Order the media types of every body."""
    named = schemas_of(document)

    def change(endpoint: Endpoint) -> Map:
        operation = endpoint.operation
        body = operation.map("requestBody")
        if body is not None:
            content = _body(body, named)
            return operation if content is body else operation.replace(requestBody=content)
        return operation

    return map_operations(document, change)


def _body(body: Map, named: Map) -> Map:
    content = body.map("content")
    if not content or len(content) == 1:
        return body
    # A range such as `application/*+json` cannot be sent, and says nothing beside the types that it contains.
    usable = [key for key in content if "*" not in key] or list(content)[:1]
    ranked = sorted(usable, key=lambda key: (_needs_file(key, content[key], named), _BODIES.index(family(key))))
    if ranked == list(content):
        return body
    return body.replace(content=Map({key: content[key] for key in ranked}, content.at, content.spots))


def _needs_file(media_type: str, entry: Node, named: Map) -> bool:
    """Report whether a body requires a file and is written as JSON, which cannot have one."""
    schema = _resolved(entry.get("schema"), named) if isinstance(entry, Map) else None
    if schema is None or family(media_type) != "json":
        return False
    fields = schema.map("properties") or Map({}, schema.at)
    return any(_is_file(fields.get(str(key)), named) for key in schema.seq("required") or ())


def _is_file(schema: Node, named: Map, depth: int = 0) -> bool:
    found = _resolved(schema, named)
    if found is None or depth > 3:
        return False
    inner = [*found.maps("oneOf"), *found.maps("anyOf"), found.get("items")]
    return found.get("format") == "binary" or any(_is_file(one, named, depth + 1) for one in inner)


def _resolved(schema: Node, named: Map) -> Map | None:
    seen: set[str] = set()
    while (key := component_key(schema)) is not None and key not in seen:
        seen.add(key)
        schema = named.get(key)
    return schema if isinstance(schema, Map) else None
