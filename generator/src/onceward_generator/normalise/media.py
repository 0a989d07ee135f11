"""Choose one media type for each body and each kind of response.

A body keeps the form that can express all of it: multipart if one of its fields is a file, else JSON. A response keeps
the first 2xx status with content: JSON before text before bytes, unless bytes are listed first. An event stream is kept
beside it.
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
            operation = operation if content is body else operation.replace(requestBody=content)
        return _answers(operation, endpoint, context)

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


def _answers(operation: Map, endpoint: Endpoint, context: Context) -> Map:
    responses = operation.map("responses") or Map({}, operation.at)
    good = sorted(status for status in responses if status[:1] == "2" and isinstance(responses[status], Map))
    full = [status for status in good if responses[status].map("content")]
    chosen = (full or good or ["default"] * ("default" in responses and not good))[:1]
    kept: dict[str, Node] = {}
    for status, answer in responses.items():
        if status in chosen and isinstance(answer, Map):
            kept[status] = _answer(answer, endpoint, context)
        elif status not in good and status != "default":
            kept[status] = answer
    return operation if kept == responses else operation.replace(responses=Map(kept, responses.at, responses.spots))


def _answer(answer: Map, endpoint: Endpoint, context: Context) -> Map:
    content = answer.map("content")
    last = endpoint.path.rstrip("/").rpartition("/")[2].lower()
    if endpoint.http == "get" and last in {"content", "download"} and _says_nothing(content):
        bytes_ = Map({"application/octet-stream": Map({}, answer.at)}, answer.at)
        return answer.replace(content=bytes_)
    if not content:
        return answer
    pieces = [key for key in content if family(key) in STREAMING]
    whole = [key for key in content if key not in pieces]
    if whole and family(whole[0]) not in {"json", "binary"}:
        whole.sort(
            key=lambda key: ("json", "text", "binary").index(family(key)) if family(key) in {"json", "text"} else 2
        )
    note = context.sdk.note(endpoint.key)
    if len({family(key) for key in whole}) > 1 and not (note and note.text_when):
        context.report.add(
            "W107", f"of {' and '.join(whole)}, {whole[0]} is used for the response", answer.where("content")
        )
    if len(whole) > 1 and family(whole[0]) == "binary":
        whole.sort(key=lambda key: key != "application/octet-stream")
    keep = (*whole[:1], *pieces[:1])
    return answer if len(keep) == len(content) else answer.replace(content=content.only(*keep))


def _says_nothing(content: Map | None) -> bool:
    """Report whether a schema is empty, or a bare JSON string in place of a file's content."""
    if not content:
        return True
    schema = content.map("application/json")
    found = schema.map("schema") if schema and len(content) == 1 else None
    return found is not None and found.get("type") == "string"
