"""Build the responses of a method: the successful ones and the errors, each with the statuses that select it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from onceward_generator.diagnostics import Report
from onceward_generator.load import Map, Node, Seq
from onceward_generator.model import Answer, JsonValue, Result, ResultKind, TypeDef
from onceward_generator.normalise.answers import is_xml, successes
from onceward_generator.normalise.context import Endpoint, dereferenced
from onceward_generator.normalise.media import STREAMING, family
from onceward_generator.normalise.streams import STREAM

from .fit import misfit
from .types import TypeBuilder, json_value

__all__ = ["AnswerBuilder", "accept_of"]

_KINDS = {
    "json": ResultKind.JSON, "text": ResultKind.TEXT, "json_lines": ResultKind.JSON_LINES,
    "json_seq": ResultKind.JSON_LINES, "binary": ResultKind.BINARY,
}  # fmt: skip
_BODILESS = frozenset({"204", "205", "304"})
_SUCCESS = (200, 299)
_FAILURE = (400, 599)
_IMPLIED: tuple[list[str], ...] = ([], ["application/json"], ["*/*"], ["application/octet-stream"])
"""Media types that the kind of the result says."""


class AnswerBuilder:
    """Builds the responses of operations."""

    def __init__(self, schemas: Map, types: TypeBuilder, report: Report) -> None:
        self._schemas = schemas
        self._types = types
        self._report = report

    def successful(self, endpoint: Endpoint, defs: Mapping[str, TypeDef]) -> tuple[Answer, ...]:
        """Return the successful responses of an operation, the preferred ones first."""
        responses = endpoint.operation.map("responses") or Map({}, endpoint.operation.at)
        good = successes(responses)
        if not good:
            return self._redirected(endpoint, responses)
        streams = STREAM in endpoint.operation
        found: list[Answer] = []
        for status in good:
            content = responses[status].map("content") or Map({}, responses.at)
            whole = {key: entry for key, entry in content.items() if not (streams and family(key) in STREAMING)}
            statuses = _statuses(status) or _SUCCESS
            if status in _BODILESS or endpoint.http == "head" or not content:
                found.append(Answer(statuses, ResultKind.EMPTY))
            else:
                found += [
                    self._with_example(self._answer(statuses, key, entry), entry, defs) for key, entry in whole.items()
                ]
        return tuple(found)

    def failed(self, endpoint: Endpoint) -> tuple[Answer, ...]:
        """Return the errors of an operation whose bodies are JSON with a schema."""
        responses = endpoint.operation.map("responses") or Map({}, endpoint.operation.at)
        good = successes(responses)
        found: list[Answer] = []
        for status, answer in responses.items():
            wanted = status == "default" or status[:1] in {"4", "5"}
            content = answer.map("content") if wanted and status not in good and isinstance(answer, Map) else None
            for key, entry in (content or {}).items():
                if family(key) == "json" and isinstance(entry, Map) and entry.get("schema"):
                    found.append(self._answer(_statuses(status) or _FAILURE, key, entry))
        return tuple(found)

    def _redirected(self, endpoint: Endpoint, responses: Map) -> tuple[Answer, ...]:
        """Return the response of an operation that only redirects: the redirect is followed."""
        moved = [status for status in responses if status[:1] == "3" and status != "304"]
        if not moved or endpoint.http not in {"get", "head"}:
            return (Answer(_SUCCESS, ResultKind.EMPTY),)
        problem = f"`{endpoint.key}` only redirects: the target of the redirect is returned as bytes"
        self._report.add(
            "W130", problem, responses.where(moved[0]), "declare a successful response, if the server sends one"
        )
        return (Answer(_SUCCESS, ResultKind.BINARY, None, "*/*"),)

    def _answer(self, statuses: tuple[int, int], media_type: str, entry: Node) -> Answer:
        schema: Node = entry.get("schema") if isinstance(entry, Map) else None
        kind = self._kind(media_type, schema, entry)
        typed = kind in {ResultKind.JSON, ResultKind.JSON_LINES}
        type_ = self._types.type_of(schema) if typed else None
        return Answer(statuses, kind, type_, media_type)

    def _with_example(self, answer: Answer, entry: Node, defs: Mapping[str, TypeDef]) -> Answer:
        """Return a response with its first example that fits its schema. Others are reported."""
        for example in self._examples(entry, entry.get("schema") if isinstance(entry, Map) else None):
            value = json_value(example)
            fault = None
            if answer.kind in {ResultKind.JSON, ResultKind.JSON_LINES} and answer.type is not None:
                value = _decoded(value)
                fault = misfit(answer.type, value, defs)
            if fault is None:
                return replace(answer, example=value, has_example=True)
            at = example.at if isinstance(example, Map | Seq) else entry.at if isinstance(entry, Map) else None
            if at is not None:
                problem = f"the example of a response does not fit its schema: {fault}"
                self._report.add("W132", problem, at, "the fake server sends a sample of the schema instead")
        return answer

    def _examples(self, entry: Node, schema: Node) -> list[Node]:
        """Return the examples of a response, of its schema, and of the schema that it refers to."""
        if not isinstance(entry, Map):
            return []
        listed = [
            one["value"] for one in (entry.map("examples") or {}).values() if isinstance(one, Map) and "value" in one
        ]
        target = self._resolved(schema)
        found = [node["example"] for node in (entry, target) if "example" in node] + listed
        return found + list(target.seq("examples") or ())

    def _kind(self, media_type: str, schema: Node, entry: Node) -> ResultKind:
        target = self._resolved(schema)
        if target.get("format") == "binary":
            return ResultKind.BINARY
        is_value = bool(target) and target.get("type") != "string" and "const" not in target
        kind = _KINDS.get(family(media_type), ResultKind.BINARY)
        plain = media_type.partition(";")[0].strip().lower() in {"text/plain", "text/*"}
        if is_xml(media_type) or (kind is ResultKind.TEXT and not plain):
            if is_value:
                problem = f"{media_type} cannot be decoded to its schema: the response is returned as text"
                self._report.add("W131", problem, entry.at, "declare `application/json`, if the server sends it")
            return ResultKind.TEXT
        return ResultKind.JSON if kind is ResultKind.TEXT and is_value else kind

    def _resolved(self, schema: Node) -> Map:
        found = dereferenced(schema, self._schemas)
        return found if isinstance(found, Map) else Map({}, self._schemas.at)


def _decoded(value: JsonValue) -> JsonValue:
    """Return an example of JSON that is written as text as its value."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            decoded: JsonValue = json.loads(value)
        except ValueError:
            return value
        return decoded
    return value


def _statuses(status: str) -> tuple[int, int] | None:
    """Return the range of a status: 404 is itself, 4XX is 400 to 499. None for ``default``."""
    if status.isdecimal() and len(status) == 3:
        return int(status), int(status)
    return (int(status[0]) * 100, int(status[0]) * 100 + 99) if status[:1].isdecimal() else None


def accept_of(answers: tuple[Answer, ...], result: Result) -> str | None:
    """Return the header ``Accept`` for all successful responses, JSON first; None if the result's kind implies it."""
    is_json = result.kind is ResultKind.JSON
    kinds = list(dict.fromkeys(_asked(answer.media_type) for answer in answers if answer.media_type))
    kinds = ["application/json", *kinds] if kinds[:1] == ["*/*"] and is_json else kinds
    if result.text_when or kinds in _IMPLIED:
        return None
    less = ";q=0.9" if is_json else ""
    return ", ".join([kinds[0], *(f"{kind}{less}" for kind in kinds[1:])])


def _asked(media_type: str) -> str:
    """Return a media type with its parameters, without the character set, which the response chooses."""
    parts = [part.strip() for part in media_type.split(";")]
    return ";".join(part for part in parts if part and not part.lower().startswith("charset"))
