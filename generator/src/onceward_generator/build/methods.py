"""Build a method of the model from an operation."""

from __future__ import annotations

from dataclasses import replace

from onceward_generator.diagnostics import Report
from onceward_generator.load import METHODS, Map, Node
from onceward_generator.model import (
    Answer,
    ListType,
    Method,
    ObjectType,
    Pages,
    PageStyle,
    Param,
    Place,
    Result,
    ResultKind,
    RetryClass,
    Server,
    Type,
    TypeDef,
)
from onceward_generator.normalise.answers import successes
from onceward_generator.normalise.context import Endpoint
from onceward_generator.normalise.media import STREAMING, family
from onceward_generator.normalise.method_names import ALIASES, ID
from onceward_generator.normalise.pages import PAGES, keys_of_path
from onceward_generator.normalise.retries import RETRY, SENDS
from onceward_generator.normalise.variants import MERGED
from onceward_generator.sdk_file import SdkFile

from .answers import AnswerBuilder, accept_of
from .params import params_of, path_of
from .security import Security
from .servers import servers_of
from .streams import choice_of_stream, resolved, streams_of
from .types import TypeBuilder

__all__ = ["MethodBuilder"]


class MethodBuilder:
    """Builds methods from operations, with the parameters, bodies, results and streams of each."""

    def __init__(
        self, document: Map, schemas: Map, types: TypeBuilder, sdk: SdkFile, security: Security, report: Report
    ) -> None:
        self._document = document
        self._schemas = schemas
        self._types = types
        self._sdk = sdk
        self._security = security
        self._report = report
        self._answers = AnswerBuilder(schemas, types, report)

    def method(self, endpoint: Endpoint, defs: dict[str, TypeDef]) -> Method:
        """Return the method of an operation."""
        operation = endpoint.operation
        note = self._sdk.note(endpoint.key)
        found = params_of(endpoint, self._types, self._schemas, self._sdk.params.map(endpoint.key), self._report)
        choice = choice_of_stream(operation, found.params)
        answers = self._answers.successful(endpoint, defs)
        result = self._result(answers, note.text_when if note else None)
        dotted = str(operation[ID])
        summary = (note.summary if note else None) or str(operation.get("summary") or "")
        description = (note.description if note else None) or str(operation.get("description") or "")
        deprecated = operation.get("deprecated") is True
        return Method(
            id=dotted,
            name=tuple(dotted.rpartition(".")[2].split("_")),
            http=endpoint.http.upper() if endpoint.http in METHODS else endpoint.http,
            path=path_of(endpoint),
            summary=summary.strip(),
            description=description.strip(),
            params=(*found.params, *choice),
            body=found.body,
            alternatives=tuple(replace(one, params=(*one.params, *choice)) for one in found.alternatives),
            result=result,
            answers=answers,
            accept=accept_of(answers, result),
            failures=self._answers.failed(endpoint),
            streams=streams_of(operation, self._stream_content(operation), self._types, defs),
            pages=self._pages(operation, self._content(operation), found.params, defs),
            retry=RetryClass(str(operation[RETRY])),
            sends=tuple(str(role) for role in operation[SENDS]) if SENDS in operation else None,
            auth=note.auth if note is not None and note.auth is not None else self._security.needs(operation),
            security=self._security.own(operation),
            server=self._server(endpoint),
            errors=self._errors(operation),
            origin=operation.at,
            aliases=self._aliases(operation),
            positional=self._positional(found.params, note.positional if note else None),
            deprecated=note.deprecated if note is not None and note.deprecated is not None else deprecated,
            visible=self._is_visible(endpoint),
        )

    def _is_visible(self, endpoint: Endpoint) -> bool:
        """Report whether an operation has a method in the SDK."""
        operation, note = endpoint.operation, self._sdk.note(endpoint.key)
        ignored = operation.get("x-fern-ignore") is True or operation.get("x-speakeasy-ignore") is True
        if ignored:
            self._report.add(
                "N902",
                f"`{endpoint.key}` is left out of the SDK, as its extension says",
                operation.at,
                "remove the extension to have a method for it",
            )
        if note is not None and note.skip:
            self._report.add(
                "N902",
                f"`{endpoint.key}` is left out of the SDK, as configured",
                note.origin,
                "remove `skip` from `sdk.yaml` to have a method for it",
            )
        return not ignored and not (note is not None and note.skip)

    def _content(self, operation: Map) -> Map:
        """Return the content of the preferred response."""
        responses = operation.map("responses") or Map({}, operation.at)
        good = successes(responses)
        return (responses[good[0]].map("content") if good else None) or Map({}, operation.at)

    def _stream_content(self, operation: Map) -> Map:
        """Return the content of the successful response that has a stream, if one has."""
        responses = operation.map("responses") or Map({}, operation.at)
        contents = [responses[status].map("content") or Map({}, operation.at) for status in successes(responses)]
        streaming = [content for content in contents if any(family(key) in STREAMING for key in content)]
        return (streaming or contents or [Map({}, operation.at)])[0]

    def _result(self, answers: tuple[Answer, ...], text_when: Map | None) -> Result:
        texts = tuple((key, tuple(str(v) for v in values)) for key, values in (text_when or {}).items())
        if not answers:
            return Result(ResultKind.EMPTY, None, None, 200, texts)
        first = answers[0]
        return Result(first.kind, first.type, first.media_type, first.statuses[0], texts)

    def _pages(self, operation: Map, content: Map, params: tuple[Param, ...], defs: dict[str, TypeDef]) -> Pages | None:
        shape = operation.map(PAGES)
        if shape is None:
            return None
        entry: Node = next((content[key] for key in content if family(key) == "json"), None)
        items = _keys(shape.get("items")) or ()
        item = _item(self._types.type_of(entry.get("schema") if isinstance(entry, Map) else None), items, defs)
        if item is None:
            self._report.add(
                "W302", f"there is no list at `{shape.get('items')}` of the response", operation.at, "see `pages`"
            )
            return None
        wires = {param.wire for param in params if param.place in {Place.QUERY, Place.BODY}}
        for key in ("cursor_param", "limit_param"):
            if shape.get(key) and shape[key] not in wires:
                self._report.add(
                    "W302",
                    f"the pagination parameter `{shape[key]}` is not a parameter of the operation",
                    operation.at,
                    "correct `pages` in `sdk.yaml`, or declare the parameter",
                )
        return Pages(
            style=PageStyle(shape["style"]),
            items=items,
            item=item,
            cursor_param=shape.get("cursor_param"),
            limit_param=shape.get("limit_param"),
            next=_keys(shape.get("next")),
            has_more=_keys(shape.get("has_more")),
            total=_keys(shape.get("total")),
            total_pages=_keys(shape.get("total_pages")),
            last_id=_keys(shape.get("last_id")),
            item_id=str(shape.get("item_id") or "id"),
            is_last=_keys(shape.get("is_last")),
            first=int(shape.get("first", 1)),
        )

    def _server(self, endpoint: Endpoint) -> Server | None:
        """Return the server of an operation or its path, if they have one of their own."""
        paths = self._document.map("paths")
        item = paths.map(endpoint.path) if paths else None
        found = servers_of(endpoint.operation, self._report) or (servers_of(item, self._report) if item else ())
        return found[0] if found else None

    def _errors(self, operation: Map) -> tuple[int, ...]:
        statuses: dict[str, Node] = operation.map("responses") or {}
        return tuple(sorted(int(status) for status in statuses if status.isdecimal() and status[0] in "45"))

    def _aliases(self, operation: Map) -> tuple[str, ...]:
        aliases = [str(path) for path in operation.get(ALIASES) or ()]
        return (*aliases, *(str(path) for path in operation.get(MERGED) or ()))

    def _positional(self, params: tuple[Param, ...], configured: tuple[str, ...] | None) -> tuple[str, ...]:
        inside = [param.wire for param in params if param.place is Place.PATH]
        if configured is None:
            return tuple(inside)
        return tuple(wire for wire in configured if any(param.wire == wire for param in params))


def _keys(path: Node) -> tuple[str, ...] | None:
    return None if path is None else keys_of_path(str(path))


def _item(type_: Type, path: tuple[str, ...], defs: dict[str, TypeDef]) -> Type | None:
    """Return the type of one item of the list at a path in a type."""
    found = resolved(type_, defs)
    for key in path:
        if not isinstance(found, ObjectType):
            return None
        field = next((field for field in found.fields if field.wire == key), None)
        if field is None:
            return None
        found = resolved(field.type, defs)
    return found.item if isinstance(found, ListType) else None
