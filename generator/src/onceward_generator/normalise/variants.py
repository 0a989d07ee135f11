"""Merge operations that differ only by a decoration of their path.

``POST /x#stream`` beside ``POST /x`` is the same endpoint with streaming: its event stream is added to the responses of
the plain one. A fragment without a plain counterpart is removed from the path on the wire later, but the operation is
kept. A query in a path key (``/x?beta=true``) is sent, so it is kept.
"""

from __future__ import annotations

from onceward_generator.load import METHODS, Map, Node, Seq, operations_of

from .context import Context, Endpoint, component_key, map_operations, schemas_of, with_schemas

__all__ = ["MERGED", "variants"]

MERGED = "x-onceward-merged"
"""On an operation: the path keys that were merged into it."""


def variants(document: Map, context: Context) -> Map:
    """Merge the decorated operations of a document."""
    paths = document.map("paths") or Map({}, document.at)
    items: dict[str, Node] = dict(paths)
    for path, item in paths.items():
        base, mark, fragment = path.partition("#")
        plain = items.get(base)
        if not mark or not isinstance(item, Map) or not isinstance(plain, Map) or "stream" not in fragment.lower():
            continue
        for http in [h for h in item if h in METHODS]:
            merged = _merge(plain.map(http), item.map(http), path)
            if merged is None:
                continue
            context.report.add(
                "N903",
                f"`{http.upper()} {path}` was merged into `{base}` as its stream",
                item.where(http),
                "nothing to do: callers choose the stream by an argument",
            )
            plain = plain.merged({http: merged})
            item = item.without(http)
        items[base] = plain
        items[path] = item
    alive = {p: i for p, i in items.items() if not ("#" in p and isinstance(i, Map) and not operations_of(i))}
    return document if alive == paths else _loosened(document.replace(paths=Map(alive, paths.at, paths.spots)))


def _loosened(document: Map) -> Map:
    """Let the flag of merged operations be true: the plain one declares that it is always false."""
    loosener = _Loosener(schemas_of(document))

    def change(endpoint: Endpoint) -> Map:
        operation = endpoint.operation
        body = operation.map("requestBody") if MERGED in operation else None
        content = body.map("content") if body else None
        if body is None or content is None:
            return operation
        entries = {
            media_type: entry.merged({"schema": loosener.free(entry.get("schema"))})
            for media_type, entry in content.items()
            if isinstance(entry, Map) and "schema" in entry
        }
        return operation.replace(requestBody=body.replace(content=content.merged(entries)))

    document = map_operations(document, change)
    return with_schemas(document, {**loosener.named, **loosener.changed}) if loosener.changed else document


class _Loosener:
    """Lets the flag be true wherever a body declares it: in the schema, in what it refers to, in its members."""

    def __init__(self, named: Map) -> None:
        self.named = named
        self.changed: dict[str, Node] = {}
        self._seen: set[str] = set()

    def free(self, schema: Node) -> Node:
        key = component_key(schema)
        if key is not None:
            if key not in self._seen:
                self._seen.add(key)
                freed = self.free(self.named.get(key))
                if freed is not self.named.get(key):
                    self.changed[key] = freed
            return schema
        if not isinstance(schema, Map):
            return schema
        for keyword in ("allOf", "oneOf", "anyOf"):
            members = schema.seq(keyword) or ()
            freed_members = [self.free(member) for member in members]
            if any(new is not old for new, old in zip(freed_members, members, strict=True)):
                schema = schema.merged({keyword: Seq(freed_members, schema.at)})
        fields = schema.map("properties")
        flag = fields.map("stream") if fields else None
        if fields is None or flag is None or not (flag.get("const") is False or flag.get("enum") == [False]):
            return schema
        free = flag.without("const", "enum").merged({"type": "boolean"})
        return schema.replace(properties=fields.merged({"stream": free}))


def _merge(plain: Map | None, stream: Map | None, path: str) -> Map | None:
    """Return the plain operation with the stream's responses added; None if they do not match."""
    if plain is None or stream is None:
        return None
    for status, answer in (stream.map("responses") or {}).items():
        streamed = answer.map("content") if isinstance(answer, Map) else None
        events = streamed.get("text/event-stream") if streamed else None
        responses = plain.map("responses")
        target = responses.map(status) if responses else None
        if events is None or responses is None or target is None:
            continue
        content = target.map("content") or Map({}, target.at)
        added = target.replace(content=content.merged({"text/event-stream": events}))
        merged = plain.replace(responses=responses.merged({status: added}))
        return merged.merged({MERGED: Seq([*(plain.get(MERGED) or ()), path], stream.at)})
    return None
