"""Build the parameters of a method from the path, the query, the headers and the top level of the body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from onceward_generator.diagnostics import Report
from onceward_generator.load import Map, Node
from onceward_generator.model import (
    Alternative,
    Body,
    BodyKind,
    FileType,
    JsonType,
    ListType,
    MapType,
    Name,
    Nullable,
    ObjectType,
    Param,
    Place,
    Prim,
    Primitive,
    Ref,
    Type,
    UnionType,
)
from onceward_generator.normalise.context import Endpoint, dereferenced
from onceward_generator.normalise.extensions import NAME
from onceward_generator.normalise.media import family
from onceward_generator.words import digest, spelled, split

from .types import TypeBuilder, check_of, json_value

__all__ = ["Params", "params_of", "path_of"]

_PLACES = {
    "path": Place.PATH, "query": Place.QUERY, "querystring": Place.QUERYSTRING, "header": Place.HEADER,
    "cookie": Place.COOKIE,
}  # fmt: skip
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
_HOLE = re.compile(r"\{([^}]*)\}")
_PATH = "/%:@!$&'()*+,;=?~{}[]"
"""Characters that stay as they are in the fixed parts of a path, besides letters, digits and ``-._``."""
_KINDS = {
    "json": BodyKind.JSON, "form": BodyKind.FORM, "multipart": BodyKind.MULTIPART, "text": BodyKind.TEXT,
    "xml": BodyKind.TEXT, "binary": BodyKind.BINARY, "json_lines": BodyKind.JSON_LINES, "sse": BodyKind.TEXT,
    "json_seq": BodyKind.JSON_LINES,
}  # fmt: skip
_STYLES: Mapping[str, tuple[str, ...]] = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form", "cookie"),
}
"""The styles of each place; the first is the default."""


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters and the body of a method."""

    params: tuple[Param, ...]
    body: Body | None
    alternatives: tuple[Alternative, ...] = ()


def path_of(endpoint: Endpoint) -> str:
    """Return the path on the wire: without a fragment, percent-encoded, and with bare names in its templates."""
    pieces = _HOLE.split(endpoint.path.partition("#")[0])
    return "".join(
        "{" + _bare(piece) + "}" if index % 2 else quote(piece, safe=_PATH) for index, piece in enumerate(pieces)
    )


def params_of(endpoint: Endpoint, types: TypeBuilder, schemas: Map, notes: Map | None, report: Report) -> Params:
    """Return all parameters in the order path, query, header, cookie, body, under unique names."""
    reader = _Reader(endpoint, types, schemas, report)
    outside = [*reader.path(), *reader.others()]
    forms = [(body, tuple(_named_apart(_renamed([*outside, *own], notes)))) for body, own in reader.bodies()]
    if not forms:
        return Params(tuple(_named_apart(_renamed(outside, notes))), None)
    if forms[0][0].kind is BodyKind.FORM and any(reader.may_be_file(param.type) for param in forms[0][1]):
        forms.sort(key=lambda one: one[0].kind is not BodyKind.MULTIPART)  # a form cannot hold files
    (body, params), *others = forms
    return Params(params, body, tuple(Alternative(*other) for other in others))


def _renamed(found: Iterable[Param], notes: Map | None) -> Iterator[Param]:
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
            yield replace(self._param(node, wire), required=True, multi_segment=slashes)
        for wire, node in declared.items():
            self._report.add(
                "W108",
                f"`{wire}` is declared as a path parameter, but the path has no `{{{wire}}}`",
                node.at,
                "add it to the path, or remove the parameter",
            )

    def others(self) -> Iterator[Param]:
        """Return the parameters of the query, the headers and the cookies."""
        nodes = self._operation.maps("parameters")
        for place in ("query", "querystring", "header", "cookie"):
            for node in nodes:
                if node.get("in") == place:
                    name = str(node.get("name") or "query")
                    if place == "header" and not _HEADER(name):
                        message = f"`{name}` is not a valid name of a header, so that it cannot be sent"
                        self._report.add("W102", message, node.where("name"), "a call with it is an error")
                    yield self._param(node, name)

    def _param(self, node: Map, wire: str) -> Param:
        schema, content_type = self._schema_of(node, wire)
        place = str(node["in"])
        style = self._style(node, wire, place) if content_type is None else _STYLES.get(place, ("form",))[0]
        found = Param(
            wire=wire,
            name=split(node.text(NAME) or wire),
            place=_PLACES[place],
            type=self._types.type_of(schema),
            required=node.get("required") is True,
            description=str(node.get("description") or self._types.description(schema)).strip(),
            default=json_value(schema.get("default")),
            has_default="default" in schema,
            check=check_of(schema, self._schemas),
            explode=bool(node.get("explode", style in {"form", "cookie", "deepObject"})),
            style=style,
            reserved=node.get("allowReserved") is True and place in {"query", "path"},
            content_type=content_type,
            deprecated=node.get("deprecated") is True,
        )
        if content_type is None:
            self._warn_of_nesting(found, node)
        return found

    def _schema_of(self, node: Map, wire: str) -> tuple[Map, str | None]:
        """Return the schema of a parameter, and its media type if it has one in place of a style."""
        schema = node.map("schema")
        content = node.map("content")
        if content is None or schema is not None:
            return schema or Map({}, node.at), None
        media_type, entry = next(iter(content.items()), ("text/plain", None))
        kind = family(media_type)
        inner = (entry.map("schema") if isinstance(entry, Map) else None) or Map({}, node.at)
        if kind == "json" or (kind == "form" and node.get("in") == "querystring"):
            return inner, media_type
        if kind not in {"text", "xml"}:
            self._report.add(
                "W102",
                f"`{wire}` has the content {media_type}; callers pass it as text",
                node.at,
                "declare a JSON media type to have the value encoded",
            )
        return Map({"type": "string"}, node.at), media_type

    def _style(self, node: Map, wire: str, place: str) -> str:
        allowed = _STYLES.get(place, ("form",))
        style = str(node.get("style") or allowed[0])
        if style not in allowed and style != "brackets":
            hint = f"it is sent as {allowed[0]}"
            self._report.add("W102", f"`{wire}` in {place} cannot have the style {style}", node.where("style"), hint)
            return allowed[0]
        return style

    def _warn_of_nesting(self, param: Param, node: Map) -> None:
        """Report values for which the specification has no form in a style."""
        if param.style == "deepObject":
            return
        parts = self._parts_of(param.type)
        if any(isinstance(self._target(part), ListType | MapType | ObjectType) for part in parts):
            message = f"`{param.wire}` has objects or lists inside, which the style {param.style} has no form for"
            self._report.add("W121", message, node.at, "they are sent as JSON texts")
        if param.place is Place.COOKIE and param.style == "form" and param.explode and parts:
            message = f"`{param.wire}` is exploded: its items are sent as cookies of their own"
            self._report.add("W122", message, node.at, "set `explode: false`, or `style: cookie` of OpenAPI 3.2")

    def _target(self, type_: Type) -> Type:
        """Return what a type is, without references and null."""
        seen: set[str] = set()
        while isinstance(type_, Ref | Nullable):
            if isinstance(type_, Ref):
                if type_.key in seen:
                    break
                seen.add(type_.key)
                type_ = self._types.type_of(self._schemas.get(type_.key), type_.key)
            else:
                type_ = type_.inner
        return type_

    def _parts_of(self, type_: Type) -> list[Type]:
        """Return the types inside a list or an object."""
        match self._target(type_):
            case ListType(item):
                return [item]
            case MapType(value):
                return [value]
            case ObjectType(fields):
                return [field.type for field in fields]
            case _:
                return []

    def bodies(self) -> Iterator[tuple[Body, list[Param]]]:
        """Return each media type of the body, and its parameters."""
        node = self._operation.map("requestBody")
        content = node.map("content") if node else None
        if node is None or not content:
            return
        for media_type, entry in content.items():
            yield self._body(node, media_type, entry if isinstance(entry, Map) else Map({}, node.at))

    def _body(self, node: Map, media_type: str, entry: Map) -> tuple[Body, list[Param]]:
        schema = entry.map("schema") or Map({}, node.at)
        kind = _KINDS[family(media_type)]
        if kind is BodyKind.JSON and isinstance(self._target(self._types.type_of(schema)), FileType):
            kind = BodyKind.BINARY  # a file that happens to contain JSON
        type_ = self._body_type(kind, schema, entry)
        target = self._resolved(schema)
        shape = self._types.type_of(target) if target is not None else type_
        encoding = entry.map("encoding")
        if kind in {BodyKind.JSON, BodyKind.FORM, BodyKind.MULTIPART} and isinstance(shape, ObjectType):
            needed = node.get("required", any(field.required for field in shape.fields)) is True
            body = Body(kind, _concrete(media_type, kind), needed, type_)
            return body, self._fields(shape, needed, kind, encoding)
        needed = node.get("required") is True
        about = str(node.get("description") or self._types.description(schema)).strip()
        whole = Param("body", ("body",), Place.WHOLE_BODY, type_, required=needed, description=about)
        item_type = _content_type(entry.map("itemEncoding"))
        prefix = tuple(_content_type(node) for node in entry.seq("prefixEncoding") or ())
        for one in (entry.map("itemEncoding"), *entry.maps("prefixEncoding")):
            for name in (one.map("headers") if one is not None else None) or ():
                self._warn_of_header(name, "the parts", one)
        return Body(kind, _concrete(media_type, kind), needed, type_, item_type, prefix), [whole]

    def _body_type(self, kind: BodyKind, schema: Map, entry: Map) -> Type:
        if kind is BodyKind.BINARY:
            return FileType()
        if kind is BodyKind.TEXT:
            return Primitive(Prim.STRING)
        if kind is BodyKind.JSON_LINES:
            item = entry.map("itemSchema")
            inner = self._types.type_of(item) if item is not None else None
            target = self._target(self._types.type_of(schema))
            return ListType(inner or (target.item if isinstance(target, ListType) else self._types.type_of(schema)))
        if kind is BodyKind.MULTIPART and not schema and entry.map("itemSchema") is not None:
            return ListType(self._types.type_of(entry.map("itemSchema")))
        return self._types.type_of(schema) if schema else JsonType()

    def _resolved(self, schema: Map) -> Map | None:
        found = dereferenced(schema, self._schemas)
        return found if isinstance(found, Map) else None

    def _fields(self, shape: ObjectType, needed: bool, kind: BodyKind, encoding: Map | None) -> list[Param]:
        """Return the top-level members of the body. A form's ``encoding`` decides how each is written."""
        for wire in encoding or ():
            if encoding is not None and all(field.wire != wire for field in shape.fields):
                self._report.add(
                    "W123",
                    f"`encoding` names `{wire}`, which is not a property",
                    encoding.where(wire),
                    "correct its name, or declare the property",
                )
        return [
            self._encoded(
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
                    style="content",
                    deprecated=field.deprecated,
                ),
                None if kind is BodyKind.JSON else (encoding.map(field.wire) if encoding else None),
            )
            for field in shape.fields
            if not field.read_only
        ]

    def _encoded(self, param: Param, encoding: Map | None) -> Param:
        """Return a member of a form with its encoding. A style takes precedence over a content type."""
        if encoding is None:
            return param
        styled = any(key in encoding for key in ("style", "explode", "allowReserved"))
        style = "content"
        if styled:
            style = self._style(encoding, param.wire, "query")
        if encoding.get("x-array-style") == "brackets":  # repeats `name[]`, which OpenAPI has no word for
            style = "brackets"
        content_type = encoding.text("contentType")
        headers = encoding.map("headers") or Map({}, encoding.at)
        part_headers = tuple(
            (name, _fixed(header if isinstance(header, Map) else None))
            for name, header in headers.items()
            if name.lower() not in {"content-type", "content-disposition"}
        )
        if not self.may_be_file(param.type):
            for name, value in part_headers:
                if value is None:
                    self._warn_of_header(name, f"the part `{param.wire}`", encoding)
        return replace(
            param,
            style=style,
            explode=bool(encoding.get("explode", style in {"content", "form", "deepObject", "brackets"})),
            reserved=encoding.get("allowReserved") is True,
            content_type=None if style not in {"content", "brackets"} else content_type,
            part_headers=part_headers,
        )

    def may_be_file(self, type_: Type) -> bool:
        """Return whether a value, or an item of a list, may be a file."""
        target = self._target(type_)
        if isinstance(target, ListType):
            return self.may_be_file(target.item)
        if isinstance(target, UnionType):
            return any(self.may_be_file(variant.type) for variant in target.variants)
        return isinstance(target, FileType)

    def _warn_of_header(self, name: str, where: str, node: Map | None) -> None:
        headers = node.map("headers") if node is not None else None
        if headers is not None:
            message = f"the header `{name}` of {where} has no fixed value, so that it is not sent"
            self._report.add("W124", message, headers.where(name), "a `const` or a `default` is sent")


def _fixed(header: Map | None) -> str | None:
    """Return the value of a header that has only one, or a default."""
    schema = header.map("schema") if header is not None else None
    if schema is None:
        return None
    values = schema.seq("enum") or ()
    value = schema.get("const", schema.get("default", values[0] if len(values) == 1 else None))
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _content_type(encoding: Node) -> str | None:
    """Return the first media type of an encoding."""
    found = encoding.text("contentType") if isinstance(encoding, Map) else None
    return found.partition(",")[0].strip() if found else None


def _concrete(media_type: str, kind: BodyKind) -> str:
    """Return a media type that can be sent: a range becomes the type that stands for its kind."""
    if "*" not in media_type:
        return media_type
    return {BodyKind.JSON: "application/json", BodyKind.TEXT: "text/plain"}.get(kind, media_type)


def _bare(hole: str) -> str:
    """Return the name in a template: ``path`` for ``{path*}``, ``{+path}`` and ``{path:.*}``."""
    return hole.partition(":")[0].strip("*+ ")
