"""Build the parameters of a method from the path, the query, the headers and the top level of the body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

from onceward_generator.diagnostics import Report
from onceward_generator.load import Map
from onceward_generator.model import (
    Body,
    BodyKind,
    FileType,
    JsonType,
    Name,
    ObjectType,
    Param,
    Place,
    Prim,
    Primitive,
    Type,
)
from onceward_generator.normalise.context import Endpoint, component_key
from onceward_generator.normalise.media import family
from onceward_generator.words import digest, spelled, split

from .types import TypeBuilder, check_of, json_value

__all__ = ["Params", "params_of", "path_of"]

_PLACES = {"path": Place.PATH, "query": Place.QUERY, "header": Place.HEADER, "cookie": Place.COOKIE}
_HOLE = re.compile(r"\{([^}]*)\}")
_PATH = "/%:@!$&'()*+,;=?~{}[]"
"""Characters that stay as they are in the fixed parts of a path, besides letters, digits and ``-._``."""
_KINDS = {
    "json": BodyKind.JSON, "form": BodyKind.FORM, "multipart": BodyKind.MULTIPART, "text": BodyKind.TEXT,
    "binary": BodyKind.BINARY, "json_lines": BodyKind.BINARY, "sse": BodyKind.TEXT,
}  # fmt: skip
_STYLES = frozenset({"form", "simple", "deepObject", "spaceDelimited", "pipeDelimited", "brackets"})


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters and the body of a method."""

    params: tuple[Param, ...]
    body: Body | None


def path_of(endpoint: Endpoint) -> str:
    """Return the path on the wire: without a fragment, percent-encoded, and with bare names in its templates."""
    pieces = _HOLE.split(endpoint.path.partition("#")[0])
    return "".join(
        "{" + _bare(piece) + "}" if index % 2 else quote(piece, safe=_PATH) for index, piece in enumerate(pieces)
    )


def params_of(endpoint: Endpoint, types: TypeBuilder, schemas: Map, notes: Map | None, report: Report) -> Params:
    """Return all parameters in the order path, query, header, cookie, body, under unique names."""
    reader = _Reader(endpoint, types, schemas, report)
    body, from_body = reader.body()
    found = [*reader.path(), *reader.others(), *from_body]
    return Params(tuple(_named_apart(_renamed(found, notes))), body)


def _renamed(found: list[Param], notes: Map | None) -> Iterator[Param]:
    """Apply the configuration of single parameters."""
    for param in found:
        note = notes.map(param.wire) if notes else None
        if note is not None and note.get("skip") is True and not param.required:
            continue
        name = note.text("name") if note else None
        yield replace(param, name=split(name)) if name else param


def _named_apart(found: Iterator[Param]) -> Iterator[Param]:
    """Prefix the later of two equal names with its place: ``model`` in the path, ``body_model`` in the body."""
    taken: set[str] = set()
    for param in found:
        place = "body" if param.place is Place.WHOLE_BODY else param.place.value
        mark = digest(f"{place} {param.wire}")
        wishes: tuple[Name, ...] = (
            param.name,
            spelled(param.wire) if param.place is Place.BODY and "".join(param.name) in taken else param.name,
            (place, *param.name),
            (*param.name, mark),
        )
        name = next(wish for wish in wishes if "".join(wish) not in taken)
        taken.add("".join(name))
        yield replace(param, name=name)


class _Reader:
    def __init__(self, endpoint: Endpoint, types: TypeBuilder, schemas: Map, report: Report) -> None:
        self._endpoint = endpoint
        self._operation = endpoint.operation
        self._types = types
        self._schemas = schemas
        self._report = report

    def path(self) -> Iterator[Param]:
        """Return one parameter per template of the path, in that order, declared or not."""
        declared = {str(p["name"]): p for p in self._operation.maps("parameters") if p.get("in") == "path"}
        seen: set[str] = set()
        for hole in _HOLE.findall(self._endpoint.path.partition("#")[0]):
            wire = _bare(hole)
            if wire in seen:
                continue
            seen.add(wire)
            node = declared.pop(hole, None) or declared.pop(wire, None)
            if node is None:
                at = self._operation.at
                self._report.add(
                    "W108", f"the path parameter `{wire}` is not declared", at, "it becomes a required string"
                )
                node = Map({"name": wire, "in": "path", "schema": Map({"type": "string"}, at)}, at)
            slashes = hole != wire or node.get("x-multi-segment") is True or wire in {"model", "model_id"}
            yield replace(self._param(node, wire), required=True, style="simple", explode=False, multi_segment=slashes)
        for wire, node in declared.items():
            self._report.add(
                "W108", f"`{wire}` is declared as a path parameter, but the path has no `{{{wire}}}`", node.at
            )

    def others(self) -> Iterator[Param]:
        """Return the parameters of the query, the headers and the cookies."""
        nodes = self._operation.maps("parameters")
        for place in ("query", "header", "cookie"):
            yield from (self._param(node, str(node["name"])) for node in nodes if node.get("in") == place)

    def _param(self, node: Map, wire: str) -> Param:
        schema = node.map("schema") or Map({}, node.at)
        content = node.map("content")
        if content is not None and node.map("schema") is None:
            self._report.add("W102", f"`{wire}` has the content of a media type; callers pass it as text", node.at)
            schema = Map({"type": "string"}, node.at)
        style = str(node.get("style") or ("form" if node.get("in") in {"query", "cookie"} else "simple"))
        if style not in _STYLES:
            self._report.add("W102", f"the style {style!r} of `{wire}` cannot be expressed", node.where("style"))
            style = "form"
        return Param(
            wire=wire,
            name=split(wire),
            place=_PLACES[str(node["in"])],
            type=self._types.type_of(schema),
            required=node.get("required") is True,
            description=str(node.get("description") or self._types.description(schema)).strip(),
            default=json_value(schema.get("default")),
            has_default="default" in schema,
            check=check_of(schema, self._schemas),
            explode=bool(node.get("explode", style in {"form", "deepObject"})),
            style=style,
            deprecated=node.get("deprecated") is True,
        )

    def body(self) -> tuple[Body | None, list[Param]]:
        """Return the parameters of the body, and the body."""
        node = self._operation.map("requestBody")
        content = node.map("content") if node else None
        if node is None or not content:
            return None, []
        media_type, entry = next(iter(content.items()))
        kind = _KINDS[family(media_type)]
        schema = (entry.map("schema") if isinstance(entry, Map) else None) or Map({}, node.at)
        type_ = self._body_type(kind, schema)
        target = self._resolved(schema)
        shape = self._types.type_of(target) if target is not None else type_
        if kind in {BodyKind.JSON, BodyKind.FORM, BodyKind.MULTIPART} and isinstance(shape, ObjectType):
            needed = node.get("required", any(field.required for field in shape.fields)) is True
            encoding = entry.map("encoding") if isinstance(entry, Map) else None
            return Body(kind, media_type, needed, type_), self._fields(shape, needed, encoding)
        needed = node.get("required") is True
        about = str(node.get("description") or self._types.description(schema)).strip()
        whole = Param("body", ("body",), Place.WHOLE_BODY, type_, required=needed, description=about)
        return Body(kind, media_type, needed, type_), [whole]

    def _body_type(self, kind: BodyKind, schema: Map) -> Type:
        if kind is BodyKind.BINARY:
            return FileType()
        if kind is BodyKind.TEXT:
            return Primitive(Prim.STRING)
        return self._types.type_of(schema) if schema else JsonType()

    def _resolved(self, schema: Map) -> Map | None:
        seen: set[str] = set()
        found: Map | None = schema
        while found is not None and (key := component_key(found)) is not None and key not in seen:
            seen.add(key)
            found = self._schemas.map(key)
        return found

    def _fields(self, shape: ObjectType, needed: bool, encoding: Map | None) -> list[Param]:
        """Return the top-level members of the body. A form's ``encoding`` decides how a member's items are written."""
        return [
            Param(
                wire=field.wire,
                name=field.name,
                place=Place.BODY,
                type=field.type,
                required=field.required and needed,
                description=field.description,
                default=field.default,
                has_default=field.has_default,
                check=field.check,
                style=_form_style(encoding.map(field.wire) if encoding else None),
                deprecated=field.deprecated,
            )
            for field in shape.fields
            if not field.read_only
        ]


def _form_style(encoding: Map | None) -> str:
    """Return the style of a list in a form: ``x-array-style: brackets`` repeats ``name[]``, unknown to OpenAPI."""
    if encoding is None:
        return "form"
    style = str(encoding.get("x-array-style") or encoding.get("style") or "form")
    return style if style in _STYLES else "form"


def _bare(hole: str) -> str:
    """Return the name in a template: ``path`` for ``{path*}``, ``{+path}`` and ``{path:.*}``."""
    return hole.partition(":")[0].strip("*+ ")
