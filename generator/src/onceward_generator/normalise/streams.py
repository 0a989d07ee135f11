"""Find streaming operations, in every form that contracts use, and write them in one form.

A streaming operation has ``x-onceward-stream`` (the shape of the stream) and, in the content of its response, one entry
``text/event-stream`` or of JSON lines whose schema is that of one event. These forms are found: a second content type
beside JSON; an event stream alone; a body flag ``stream`` with a schema of chunks by naming convention; ``itemSchema``;
the vendor extensions ``x-stream``, ``x-fern-streaming``, ``x-speakeasy-sse-sentinel``, ``x-stainless-streaming``; and
``sdk.yaml``.

The end of a stream is what these or the contract's text declare, never guessed from the names of events. A stream
without a declared sentinel or terminal event ends where its body ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from onceward_generator.load import Map, Node, Seq

from .answers import successes
from .context import Context, Endpoint, component_key, map_operations, reference_to, schemas_of
from .media import STREAMING, family

__all__ = ["STREAM", "streams"]

STREAM = "x-onceward-stream"

_FLAG = "stream"
_ACCEPT = "Accept"
_DONE = "[DONE]"
_ENVELOPE = frozenset({"event", "data", "id", "retry", "comment"})
_TAILS = ("StreamResponse", "StreamEvent", "Chunk", "StreamChunk", "Event", "Stream", "ResponseChunk")
_HEADS = re.compile(r"(Response|Result|Object|Output)$")
_ASKED = re.compile(r"(Request|Params|Input|Body)$")


def streams(document: Map, context: Context) -> Map:
    """Record the stream of every operation."""
    named = schemas_of(document)
    return map_operations(document, lambda endpoint: _Finder(endpoint, named, context).operation())


class _Finder:
    def __init__(self, endpoint: Endpoint, named: Map, context: Context) -> None:
        self._endpoint = endpoint
        self._operation = endpoint.operation
        self._named = named
        self._context = context
        note = context.sdk.note(endpoint.key)
        self._note = note.stream if note else None

    def operation(self) -> Map:
        if STREAM in self._operation:
            return self._operation
        if self._note is False:
            return self._without_stream()
        status, answer = self._answer()
        if answer is None:
            return self._operation
        content = answer.map("content") or Map({}, answer.at)
        declared = next((key for key in content if family(key) in STREAMING), None)
        flag = self._flag(content)
        if declared is None and not self._asked(flag):
            return self._operation
        place = "body"
        if declared is not None and flag is None and self._is_choice(content):
            flag, place = (_FLAG, "query") if self._has_query_flag() else (_ACCEPT, "accept")
        event = self._event(content, declared, flag)
        shape = {**self._shape(declared, flag, event, content), "flag_place": place}
        media_type = "text/event-stream" if shape["framing"] == "sse" else (declared or "application/x-ndjson")
        entry = (content.map(declared) if declared else None) or Map({}, answer.at)
        kept = content.without(declared) if declared else content
        content = kept.merged({media_type: entry.without("itemSchema").replace(schema=event)})
        responses: Map = self._operation["responses"]
        responses = responses.merged({status: answer.replace(content=content)})
        return self._operation.merged({"responses": responses, STREAM: Map(shape, self._operation.at)})

    def _is_choice(self, content: Map) -> bool:
        """Report whether the operation has a complete response beside its stream, and nothing says which is sent."""
        if isinstance(self._note, Map) and "flag" in self._note:
            return False
        responses = self._operation.map("responses") or Map({}, self._operation.at)
        contents = [content, *(responses[status].map("content") or () for status in successes(responses))]
        return any(family(key) not in STREAMING for each in contents for key in each)

    def _has_query_flag(self) -> bool:
        for param in self._operation.maps("parameters"):
            if param.get("in") == "query" and param.get("name") == _FLAG:
                schema = param.map("schema") or Map({}, param.at)
                schema = self._named.map(component_key(schema) or "") or schema
                return schema.get("type") == "boolean"
        return False

    def _without_stream(self) -> Map:
        status, answer = self._answer()
        content = answer.map("content") if answer else None
        pieces = [key for key in content or () if family(key) in STREAMING]
        if answer is None or content is None or not pieces or len(pieces) == len(content):
            return self._operation
        responses: Map = self._operation["responses"]
        return self._operation.replace(
            responses=responses.merged({status: answer.replace(content=content.without(*pieces))})
        )

    def _answer(self) -> tuple[str, Map | None]:
        responses = self._operation.map("responses") or Map({}, self._operation.at)
        good = successes(responses)
        streaming = [s for s in good if any(family(key) in STREAMING for key in responses[s].map("content") or ())]
        return next(((status, responses[status]) for status in (*streaming, *good)), ("200", None))

    def _asked(self, flag: str | None) -> bool:
        if isinstance(self._note, Map) or self._note is True:
            return True
        if any(key in self._operation for key in ("x-stream", "x-fern-streaming", "x-stainless-streaming")):
            return True
        return flag is not None

    def _flag(self, content: Map) -> str | None:
        """Return the body key that turns streaming on; None without such a key, or if the operation always streams."""
        if isinstance(self._note, Map) and "flag" in self._note:
            return self._note.text("flag")
        fern = self._operation.map("x-fern-streaming")
        if fern is not None and fern.text("stream-condition"):
            return str(fern["stream-condition"]).rpartition(".")[2]
        field = self._body_field(self._body_schema(), frozenset())
        if field is None:
            return None
        always = field.get("const") is True and all(family(key) in STREAMING for key in content)
        return None if always or field.get("type") not in {"boolean", None} else _FLAG

    def _body_schema(self) -> Node:
        body = self._operation.map("requestBody")
        content = body.map("content") if body else None
        return next((entry.get("schema") for entry in (content or {}).values() if isinstance(entry, Map)), None)

    def _body_field(self, schema: Node, seen: frozenset[str]) -> Map | None:
        key = component_key(schema)
        if key is not None:
            return None if key in seen else self._body_field(self._named.get(key), seen | {key})
        if not isinstance(schema, Map):
            return None
        fields = schema.map("properties")
        if fields is not None and _FLAG in fields:
            field = fields[_FLAG]
            target = self._named.map(component_key(field) or "") or field
            return target if isinstance(target, Map) else None
        for member in schema.maps("oneOf"):
            found = self._body_field(member, seen)
            if found is not None:
                return found
        return None

    def _event(self, content: Map, declared: str | None, flag: str | None) -> Map:
        at = self._operation.at
        if isinstance(self._note, Map) and self._note.text("event"):
            name = str(self._note["event"])
            if name in self._named:
                return Map({"$ref": reference_to(name)}, at)
            self._context.report.add(
                "W302",
                f"the contract has no schema `{name}`",
                self._note.where("event"),
                "correct `stream` in `sdk.yaml`",
            )
        entry = content.map(declared) if declared else None
        for key in ("itemSchema", "schema"):
            schema = entry.map(key) if entry else None
            if schema is not None:
                event = self._unwrapped(schema, declared)
                target = self._named.map(component_key(event) or "") or event
                items = target.map("items") if key == "schema" and target.get("type") == "array" else None
                return event if items is None else items
        if entry is not None and flag is None:
            return Map({}, at)
        fern = self._operation.map("x-fern-streaming")
        stream = fern.map("response-stream") if fern else None
        if stream is not None:
            return stream
        found = self._by_convention(content)
        if found is None:
            problem = f"`{self._endpoint.key}` streams, but the contract has no schema of its events"
            self._context.report.add("W204", problem, at, "configure `event` under `stream` in sdk.yaml")
            return Map({}, at)
        problem = f"`{self._endpoint.key}` streams, but does not say its events: they are `{found}`, by its name"
        self._context.report.add("W204", problem, at, "configure `event` under `stream` in sdk.yaml")
        return Map({"$ref": reference_to(found)}, at)

    def _by_convention(self, content: Map) -> str | None:
        """Return the schema with the name of the response or the request and an ending such as `Chunk`."""
        answer = next((e.get("schema") for k, e in content.items() if family(k) == "json" and isinstance(e, Map)), None)
        stems: list[str] = []
        for schema, ending in ((answer, _HEADS), (self._body_schema(), _ASKED)):
            name = component_key(schema)
            if name:
                stems += [name, ending.sub("", name)]
        for stem in [*stems, *(stem.removeprefix("Create") for stem in stems)]:
            for tail in _TAILS:
                if f"{stem}{tail}" in self._named:
                    return f"{stem}{tail}"
        is_text_completion = self._endpoint.path.endswith("/completions")
        return component_key(answer) if is_text_completion and component_key(answer) in self._named else None

    def _unwrapped(self, schema: Map, declared: str | None) -> Map:
        """Return the event inside a schema that describes the frame (`event`, `data`, `id`)."""
        target = self._named.map(component_key(schema) or "") or schema
        fields = target.map("properties")
        if declared is None or family(declared) != "sse":
            return schema
        if fields is not None and "data" in fields and set(fields) <= _ENVELOPE and isinstance(fields["data"], Map):
            return self._data(fields)
        inner = target.maps("oneOf")
        unwrapped = [self._unwrapped(member, declared) for member in inner]
        if inner and all(new is not old for new, old in zip(unwrapped, inner, strict=True)):
            distinct = _distinct(unwrapped)
            return distinct[0] if len(distinct) == 1 else Map({"oneOf": Seq(distinct, target.at)}, target.at)
        return schema

    def _data(self, fields: Map) -> Map:
        """Return the schema of what the data of a frame contains: text, unless it is declared to be JSON."""
        data = fields.map("data") or Map({}, fields.at)
        target = self._named.map(component_key(data) or "") or data
        content = target.map("contentSchema")
        return data if content is None else content

    def _shape(self, declared: str | None, flag: str | None, event: Map, content: Map) -> dict[str, Node]:
        known = self._operation.map("x-stream") or Map({}, self._operation.at)
        framing = str(known.get("framing") or (family(declared) if declared else "sse"))
        done = known.get("terminator", self._sentinel(declared, content))
        configured = self._note if isinstance(self._note, Map) else Map({}, event.at)
        ends = done or known.get("terminal_events") or configured.get("done") or configured.get("terminal")
        shape: dict[str, Node] = {
            "framing": framing,
            "flag": flag,
            "done": done if ends or framing != "sse" or not self._is_json(event) else _DONE,
            "terminal": Seq(known.get("terminal_events") or (), event.at),
            "tag": known.get("tag"),
            "error_event": known.get("error_event", "error"),
            "resumable": bool(known.get("resumable", False)),
            "finish": known.get("finish"),
            "framed_end": not ends,
            "error_declared": "error_event" in known or "error_event" in configured,
            "named": self._named_events(declared, content, event),
        }
        shape.update({key: configured[key] for key in shape if key in configured and key != "named"})
        return shape

    def _is_json(self, event: Map) -> bool:
        """Report whether events are certainly JSON. The sentinel ``[DONE]`` is not, so it cannot be one of them."""
        target = self._named.map(component_key(event) or "") or event
        variants = target.maps("oneOf")
        return all(map(self._is_json, variants)) if variants else bool(target) and target.get("type") != "string"

    def _named_events(self, declared: str | None, content: Map, event: Map) -> Node:
        """Return the variant of each event name, if the contract describes the frames of several kinds of events."""
        entry = content.map(declared) if declared else None
        schema = next((s for key in ("itemSchema", "schema") if entry and (s := entry.map(key)) is not None), None)
        pairs = list(self._frames(schema)) if schema is not None else []
        variants = event.maps("oneOf")
        if not variants or not all(names and data in variants for names, data in pairs):
            return None
        return Map({name: variants.index(data) for names, data in pairs for name in names}, self._operation.at)

    def _frames(self, schema: Map) -> Iterator[tuple[list[str], Map]]:
        """Yield the event names and the data of every frame that a schema describes."""
        target = self._named.map(component_key(schema) or "") or schema
        fields = target.map("properties")
        if fields is not None and "data" in fields and set(fields) <= _ENVELOPE:
            event = fields.map("event") or Map({}, target.at)
            names = [event["const"]] if "const" in event else list(event.seq("enum") or ())
            yield [str(name) for name in names], self._data(fields)
        for member in target.maps("oneOf"):
            yield from self._frames(member)

    def _sentinel(self, declared: str | None, content: Map) -> str | None:
        """Return the closing sentinel, from an extension or the text of the contract."""
        entry = content.map(declared) if declared else None
        for node in (entry, entry.map("schema") if entry else None, self._operation):
            found = node.get("x-speakeasy-sse-sentinel") if node is not None else None
            if isinstance(found, str):
                return found
        prose: list[Node] = [self._operation.get("description"), entry, *self._stream_fields()]
        target = self._named.map(component_key(entry.get("schema")) or "") if entry else None
        prose.append(target.get("description") if target else None)
        return _DONE if any(_DONE in str(text) for text in prose) else None

    def _stream_fields(self) -> list[Node]:
        """Return the body's keys about streams, with the schemas that they refer to."""
        body = self._body_schema()
        target = self._named.map(component_key(body) or "") or body
        fields = target.map("properties") if isinstance(target, Map) else None
        spoken = [field for key, field in (fields or {}).items() if key.startswith(_FLAG)]
        return [*spoken, *(self._named.get(component_key(field) or "") for field in spoken)]


def _distinct(schemas: list[Map]) -> list[Map]:
    found: list[Map] = []
    for schema in schemas:
        if schema not in found:
            found.append(schema)
    return found
