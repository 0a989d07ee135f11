"""Choose one media type for each body: the form that can express all of it, multipart if a field is a file, else JSON.

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
    """Choose the media types of every operation."""
    named = schemas_of(document)

    def change(endpoint: Endpoint) -> Map:
        operation = endpoint.operation
        body = operation.map("requestBody")
        if body is not None:
            content = _body(body, named, context)
            return operation if content is body else operation.replace(requestBody=content)
        return operation

    return map_operations(document, change)


def _body(body: Map, named: Map, context: Context) -> Map:
    content = body.map("content")
    if not content or len(content) == 1:
        return body
    files = [key for key in content if family(key) == "multipart" and _has_file(content.map(key), named)]
    ranked = files or sorted(content, key=lambda key: _BODIES.index(family(key)))
    context.report.add("W107", f"a body of {' or '.join(content)} is sent as {ranked[0]}", body.where("content"))
    return body.replace(content=content.only(ranked[0]))


def _has_file(entry: Map | None, named: Map) -> bool:
    schema: Node = entry.get("schema") if entry else None
    key = component_key(schema)
    target = named.map(key) if key else schema if isinstance(schema, Map) else None
    if target is None:
        return False
    if any(
        _has_file(Map({"schema": part}, target.at), named)
        for word in ("allOf", "anyOf", "oneOf")
        for part in target.maps(word)
    ):
        return True
    return any("binary" in str(field) for field in (target.map("properties") or {}).values())
