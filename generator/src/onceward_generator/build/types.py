"""Turn normalised schemas into types of the model. A schema that cannot be expressed becomes an open type."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from onceward_generator.diagnostics import Report
from onceward_generator.load import Map, Node, Seq
from onceward_generator.model import (
    ByJsonType,
    ByTag,
    ByUniqueKey,
    Check,
    EnumType,
    Field,
    FileType,
    JsonKind,
    JsonType,
    JsonValue,
    ListType,
    LiteralType,
    MapType,
    Member,
    Name,
    Nullable,
    ObjectType,
    Prim,
    Primitive,
    Ranked,
    Ref,
    Type,
    UnionType,
    Variant,
)
from onceward_generator.normalise.context import component_key, dereferenced
from onceward_generator.normalise.decide import DECIDE
from onceward_generator.normalise.extensions import NAME
from onceward_generator.normalise.labels import labels
from onceward_generator.normalise.media import family
from onceward_generator.normalise.unions import MEMBERS, OPEN
from onceward_generator.words import apart, split

__all__ = ["TypeBuilder", "check_of", "json_value"]

_PRIMS = {"string": Prim.STRING, "integer": Prim.INTEGER, "number": Prim.NUMBER, "boolean": Prim.BOOLEAN}
_FORMATS = {
    "byte": Prim.BASE64, "base64": Prim.BASE64, "date": Prim.DATE, "date-time": Prim.DATETIME, "uuid": Prim.UUID,
    "uuid4": Prim.UUID, "decimal": Prim.DECIMAL, "uri": Prim.URI, "url": Prim.URI, "password": Prim.SECRET,
}  # fmt: skip
_KINDS = {
    "null": JsonKind.NULL, "boolean": JsonKind.BOOLEAN, "integer": JsonKind.INTEGER, "number": JsonKind.NUMBER,
    "string": JsonKind.STRING, "array": JsonKind.ARRAY, "object": JsonKind.OBJECT,
}  # fmt: skip
_BYTES = (
    "application/octet-stream", "application/pdf", "application/zip", "application/gzip", "audio/", "image/", "video/",
)  # fmt: skip
_COUNTED: Mapping[Node, tuple[str, str]] = {
    "string": ("minLength", "maxLength"), "integer": ("", ""), "number": ("", ""), "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
}  # fmt: skip
"""Bounds on the length of a value, by its type."""


class TypeBuilder:
    """Builds types from schemas."""

    def __init__(self, schemas: Map, open_enums: Mapping[str, bool], report: Report) -> None:
        self._schemas = schemas
        self._open = open_enums
        self._report = report

    def type_of(self, schema: Node, key: str | None = None) -> Type:
        """Return the type of a schema. `key` is the name of a named schema."""
        if not isinstance(schema, Map):
            return JsonType()
        inner = self._bare(schema, key)
        if schema.get("nullable") is True and not isinstance(inner, JsonType | Nullable):
            return Nullable(inner)
        return inner

    def _bare(self, schema: Map, key: str | None) -> Type:
        if "$ref" in schema:
            return self._reference(schema)
        if "const" in schema:
            return LiteralType(schema["const"])
        if "enum" in schema:
            return self._enum(schema, key)
        if "oneOf" in schema:
            return self._union(schema, key)
        kind = schema.get("type")
        if kind == "array":
            return ListType(*self._checked(schema.get("items")))
        if kind == "object":
            return self._object(schema)
        if kind in _PRIMS:
            return self._primitive(schema, str(kind))
        if kind is not None or "anyOf" in schema or "allOf" in schema:
            self._report.add(
                "W101",
                "a schema that cannot be expressed became an open type",
                schema.at,
                "describe it by a type, `properties` or `items`",
            )
        return JsonType()

    def _checked(self, node: Node) -> tuple[Type, Check | None]:
        """Return the type of a schema and its bounds."""
        return self.type_of(node), check_of(node, self._schemas) if isinstance(node, Map) else None

    def _reference(self, schema: Map) -> Type:
        target = component_key(schema)
        if target is None or target not in self._schemas:
            self._report.add(
                "W103", f"`{schema['$ref']}` has no target", schema.where("$ref"), "it became an open type"
            )
            return JsonType()
        seen = {target}
        node = self._schemas[target]
        while (following := component_key(node)) is not None:
            if following in seen:
                self._report.add(
                    "W101", f"`{target}` refers only to itself", schema.at, "let one of the schemas describe the value"
                )
                return JsonType()
            seen.add(following)
            node = self._schemas.get(following)
        return Ref(target)

    def _primitive(self, schema: Map, kind: str) -> Type:
        if kind == "string":
            form = schema.get("format")
            if form == "binary":
                return FileType()
            if schema.get("contentEncoding") in {"base64", "base64url"}:
                return Primitive(Prim.BASE64)
            if form is None and "contentEncoding" not in schema and _is_binary(schema.get("contentMediaType")):
                return FileType()
            return Primitive(_FORMATS.get(str(form), Prim.STRING))
        if kind == "number" and schema.get("format") == "decimal":
            return Primitive(Prim.DECIMAL_NUMBER)
        return Primitive(_PRIMS[kind])

    def _enum(self, schema: Map, key: str | None) -> Type:
        values = list(schema["enum"])
        spelled, about = _enum_names(schema, values)
        names = apart(spelled.values())
        descriptions: Mapping[str, Node] = schema.map(MEMBERS) or schema.map("x-enumDescriptions") or about
        members = tuple(
            Member(value, names[spelled[str(value)]], str(descriptions.get(str(value), ""))) for value in values
        )
        declared = schema.get("x-open-enum", schema.get("x-extensible-enum", schema.get(OPEN, False)))
        is_open = schema.get("x-speakeasy-unknown-values") == "allow" or bool(declared)
        return EnumType(_PRIMS.get(str(schema.get("type")), Prim.STRING), members, self._open.get(key or "", is_open))

    def _union(self, schema: Map, key: str | None) -> Type:
        variants = schema.maps("oneOf")
        names = _without_prefix(labels(variants, self._schemas), split(key or ""))
        built = tuple(Variant(name, *self._checked(variant)) for name, variant in zip(names, variants, strict=True))
        return UnionType(built, _strategy(schema.map(DECIDE)))

    def _object(self, schema: Map) -> Type:
        fields = schema.map("properties") or Map({}, schema.at)
        extra = schema.get("additionalProperties")
        patterns = schema.map("patternProperties")
        if not isinstance(extra, Map) and patterns:
            extra = next(iter(patterns.values())) if len(patterns) == 1 else True
        missing = [str(wire) for wire in schema.seq("required") or () if wire not in fields]
        if not fields:
            return ObjectType(()) if extra is False else MapType(*self._checked(extra))
        required = set(schema.seq("required") or ())
        spelled = _spelled(fields)
        names = apart([*spelled.values(), *missing])
        built = tuple(self._field(wire, fields[wire], names[spelled[wire]], wire in required) for wire in fields)
        other = self.type_of(extra) if isinstance(extra, Map) and extra else JsonType()
        built += tuple(Field(wire, names[wire], other, required=True, undeclared=True) for wire in missing)
        return ObjectType(built, *(self._checked(extra) if isinstance(extra, Map) and extra else ()))

    def _field(self, wire: str, node: Node, name: tuple[str, ...], required: bool) -> Field:
        schema = node if isinstance(node, Map) else Map({}, self._schemas.at)
        type_ = self.type_of(schema)
        default = schema.get("default")
        return Field(
            wire=wire,
            name=name,
            type=type_,
            required=required,
            description=self.description(schema),
            default=json_value(default),
            has_default="default" in schema,
            check=check_of(schema, self._schemas),
            read_only=schema.get("readOnly") is True,
            write_only=schema.get("writeOnly") is True,
            deprecated=schema.get("deprecated") is True,
        )

    def description(self, schema: Map) -> str:
        """Return the description of a schema, or of the schema that it refers to."""
        own = schema.get("description")
        if own is None and (key := component_key(schema)) is not None:
            target = self._schemas.map(key)
            own = target.get("description") if target else None
        return str(own or "").strip()


def _without_prefix(names: list[Name], prefix: Name) -> list[Name]:
    """Remove the name of a union from the names of variants that were lifted out of it."""
    shorter = [
        name[len(prefix) :] if name[: len(prefix)] == prefix and len(name) > len(prefix) else name for name in names
    ]
    return shorter if len({"".join(name) for name in shorter}) == len(names) else names


def _strategy(decided: Map | None) -> ByTag | ByJsonType | ByUniqueKey | Ranked:
    if decided is None or decided["by"] == "rank":
        return Ranked()
    pairs = [(pair[0], pair[1]) for pair in decided["mapping"]]
    if decided["by"] == "tag":
        return ByTag(decided["wire"], tuple(pairs))
    if decided["by"] == "json_type":
        return ByJsonType(tuple((_KINDS[kind], index) for kind, index in pairs))
    return ByUniqueKey(tuple(pairs))


def json_value(node: Node) -> JsonValue:
    """Convert a value of the document to a value of the model."""
    if isinstance(node, Map):
        return {key: json_value(value) for key, value in node.items()}
    if isinstance(node, Seq):
        return tuple(json_value(member) for member in node)
    value: JsonValue = None if isinstance(node, float) and not isfinite(node) else node
    return value


def check_of(schema: Map, named: Map) -> Check | None:
    """Return the bounds of a schema, or of the schema that it refers to."""
    found = dereferenced(schema, named)
    if not isinstance(found, Map):
        return None
    schema = found
    kind = schema.get("type")
    if kind not in _COUNTED:
        return None
    low, high = _COUNTED[kind]
    check = Check(
        minimum=_number(schema.get("minimum")),
        maximum=_number(schema.get("maximum")),
        exclusive_minimum=_number(schema.get("exclusiveMinimum")),
        exclusive_maximum=_number(schema.get("exclusiveMaximum")),
        min_length=_count(schema.get(low)),
        max_length=_count(schema.get(high)),
        pattern=schema.text("pattern") if kind == "string" else None,
    )
    return None if check == Check() else check


def _number(node: Node) -> float | None:
    return node if isinstance(node, int | float) and not isinstance(node, bool) and isfinite(node) else None


def _count(node: Node) -> int | None:
    return node if isinstance(node, int) and not isinstance(node, bool) else None


def _spelled(fields: Map) -> dict[str, str]:
    """Return the spelling of each property's name: its own, unless another property has it."""
    chosen: dict[str, str] = {}
    for wire, node in fields.items():
        name = node.text(NAME) if isinstance(node, Map) else None
        chosen[wire] = name if name and name not in fields and name not in chosen.values() else wire
    return chosen


def _enum_names(schema: Map, values: list[Node]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of the members of an enumeration by their values, and the descriptions that go with them."""
    texts = [str(value) for value in values]
    given: dict[str, str] = {}
    about: dict[str, str] = {}
    for key, member in (schema.map("x-fern-enum") or {}).items():
        if isinstance(member, Map):
            given[key] = member.text("name") or key
            about[key] = member.text("description") or ""
    for extension in ("x-speakeasy-enums", "x-enum-varnames", "x-enumNames"):
        listed, mapped = schema.seq(extension), schema.map(extension)
        if listed is not None and len(listed) == len(texts):
            given = dict(zip(texts, map(str, listed), strict=True)) | given
        elif mapped is not None:
            given = {key: str(name) for key, name in mapped.items()} | given
    unique = len(set(given.values())) == len(given) and not set(given.values()) & (set(texts) - set(given))
    return {text: given.get(text, text) if unique else text for text in texts}, about


def _is_binary(media_type: Node) -> bool:
    """Report whether `contentMediaType` is that of bytes: a file, in OpenAPI 3.1."""
    if not isinstance(media_type, str):
        return False
    return media_type.lower().startswith(_BYTES) and family(media_type) == "binary"
