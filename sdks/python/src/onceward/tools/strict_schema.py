"""Convert a JSON schema to the strict one that servers can enforce, with a report of what is lost.

A strict schema lists every member of every object, requires all of them and allows no other. Terms:
    *loss*   a property of the type that a strict schema cannot express. The server could not enforce the type.
    *note*   a property that is expressed in another way: a bound written into the description and checked on the
             answer, or a default that the model never needs because it gives every member.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from .._core.narrow import is_dict, is_list

__all__ = ["Finding", "SchemaError", "StrictSchema", "to_strict"]

_FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"})
_KEPT = frozenset(
    {"type", "enum", "const", "description", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minItems", "maxItems"}
)
_SILENT = frozenset(
    {
        "title",
        "examples",
        "example",
        "$comment",
        "$schema",
        "$id",
        "deprecated",
        "readOnly",
        "writeOnly",
        "discriminator",
    }
)
_STRUCTURE = frozenset(
    {"$ref", "$defs", "definitions", "properties", "required", "additionalProperties", "items", "prefixItems"}
)
_WORDS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minProperties": "at least {} members",
    "maxProperties": "at most {} members",
    "uniqueItems": "all items distinct",
    "contentEncoding": "encoded as {}",
    "contentMediaType": "of media type {}",
}
_CANNOT = {
    "not": "a strict schema cannot exclude (`not`)",
    "if": "a strict schema has no conditions (`if`/`then`/`else`)",
    "then": "a strict schema has no conditions (`if`/`then`/`else`)",
    "else": "a strict schema has no conditions (`if`/`then`/`else`)",
    "dependentRequired": "a strict schema has no conditions (`dependentRequired`)",
    "dependentSchemas": "a strict schema has no conditions (`dependentSchemas`)",
    "patternProperties": "names by pattern (`patternProperties`) cannot be listed",
    "propertyNames": "rules about names (`propertyNames`) cannot be expressed",
    "unevaluatedProperties": "`unevaluatedProperties` cannot be expressed",
    "unevaluatedItems": "`unevaluatedItems` cannot be expressed",
    "contains": "a strict schema cannot require one item among others (`contains`)",
}
_MAX_DEPTH, _MAX_MEMBERS, _MAX_ENUM = 10, 5000, 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a strict schema cannot express: its place, and the reason."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"`{self.path}`: {self.reason}"


class SchemaError(ValueError):
    """A type that a strict schema cannot express. ``losses`` lists every place in it."""

    def __init__(self, name: str, losses: tuple[Finding, ...]) -> None:
        self.name = name
        self.losses = losses
        lines = "\n".join(f"  - {loss}" for loss in losses)
        super().__init__(
            f"`{name}` cannot be expressed as a strict schema:\n{lines}\n"
            "Change the type there, or pass `lossy=True`: the schema is then sent as it is, without strict, and the "
            "answer is still checked against the type."
        )

    def __reduce__(self) -> tuple[type[SchemaError], tuple[str, tuple[Finding, ...]]]:
        return type(self), (self.name, self.losses)


@dataclass(frozen=True, slots=True)
class StrictSchema:
    """A strict schema and the report.

    If ``wrapped``, the value is under the key ``value``: the root must be an object.
    """

    name: str
    schema: dict[str, Any]
    losses: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    wrapped: bool


def to_strict(schema: Mapping[str, Any], name: str | None = None) -> StrictSchema:
    """Convert a JSON schema to a strict one.

    Never raises for what cannot be expressed: that is in ``losses``, each with its place (``address.lines[].text``) and
    the reason.
    """
    title = schema.get("title")
    compiler = _Compiler(name or (title if isinstance(title, str) else "Answer"))
    return compiler.compile(schema)


@dataclass(slots=True)
class _Compiler:
    name: str
    losses: list[Finding] = field(default_factory=list[Finding])
    notes: list[Finding] = field(default_factory=list[Finding])
    members: int = 0
    definitions: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def compile(self, schema: Mapping[str, Any]) -> StrictSchema:
        source = copy.deepcopy(dict(schema))
        definitions: dict[str, Any] = {**source.pop("definitions", {}), **source.pop("$defs", {})}
        self.definitions = definitions
        source = self._all_of(self._root(source), self.name)
        wrapped = not _is_object(source)
        if wrapped:
            made: dict[str, Any] = {"type": "object", "properties": {"value": self.walk(source, self.name, 1)}}
            made.update({"required": ["value"], "additionalProperties": False})
        else:
            made = self.walk(source, self.name, 0)
        if used := self._definitions(made, definitions):
            made["$defs"] = used
        if self.members > _MAX_MEMBERS:
            self.lose(self.name, f"{self.members} members, more than the {_MAX_MEMBERS} of a strict schema")
        return StrictSchema(self.name, made, tuple(self.losses), tuple(self.notes), wrapped)

    def lose(self, path: str, reason: str) -> None:
        self.losses.append(Finding(path, reason))

    def note(self, path: str, reason: str) -> None:
        self.notes.append(Finding(path, reason))

    def _root(self, source: dict[str, Any]) -> dict[str, Any]:
        """Return the object that a root refers to, if the root is only a reference: it must be an object itself."""
        seen: set[str] = set()
        while isinstance(reference := source.get("$ref"), str) and reference not in seen:
            seen.add(reference)
            target = self.definitions.get(_definition(reference))
            if not is_dict(target):
                break
            source = {
                **copy.deepcopy(target),
                **{k: v for k, v in source.items() if k == "description"},
            }
        return source

    def _definitions(self, made: dict[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
        used: dict[str, Any] = {}
        waiting = sorted(_references(made))
        while waiting:
            name = waiting.pop()
            if name in used or name not in definitions:
                continue
            used[name] = self.walk(definitions[name], name, 1)
            waiting.extend(sorted(_references(used[name])))
        return {name: used[name] for name in sorted(used)}

    # --- one node ----------------------------------------------------------------------------------------------------

    def walk(self, node: Any, path: str, depth: int) -> dict[str, Any]:
        if not is_dict(node) or not _says_something(node):
            self.lose(path, "any value is allowed here; a strict schema must name a type")
            return {"type": "string"}
        source = self._all_of(node, path)
        if depth > _MAX_DEPTH:
            self.lose(path, f"nested deeper than the {_MAX_DEPTH} levels of a strict schema")
        if "$ref" in source:
            return self._reference(source, path)
        made = {key: value for key, value in source.items() if key in _KEPT}
        variants = source.get("anyOf", source.get("oneOf"))
        if is_list(variants):
            made["anyOf"] = [self.walk(one, path, depth) for one in variants]
        if _is_object(source):
            self._object(source, made, path, depth)
        elif _has_type(source, "array") or "items" in source or "prefixItems" in source:
            self._array(source, made, path, depth)
        self._rest(source, made, path)
        return made

    def _reference(self, source: dict[str, Any], path: str) -> dict[str, Any]:
        reference = cast("str", source["$ref"])
        if _definition(reference) not in self.definitions:
            self.lose(path, f"the reference {reference!r} is outside the schema")
        made: dict[str, Any] = {"$ref": f"#/$defs/{_definition(reference)}"}
        if "default" in source:
            self.note(path, "the default is not sent: the model always gives a value")
        # A reference cannot have siblings, so that a description is put around it.
        return {"anyOf": [made], "description": source["description"]} if source.get("description") else made

    def _all_of(self, source: dict[str, Any], path: str) -> dict[str, Any]:
        parts = source.get("allOf")
        if not is_list(parts):
            return source
        merged = {key: value for key, value in source.items() if key != "allOf"}
        for part in parts:
            merged = self._merged(merged, self._part(part), path)
        return merged

    def _part(self, part: Any) -> dict[str, Any]:
        if not is_dict(part):
            return {}
        resolved = self._root(part)
        return self._all_of(resolved, self.name)

    def _merged(self, left: dict[str, Any], right: dict[str, Any], path: str) -> dict[str, Any]:
        made = dict(left)
        for key, value in right.items():
            existing: Any = made.get(key)
            if key not in made or existing == value:
                made[key] = value
            elif key == "properties":
                made[key] = {**existing, **{name: one for name, one in value.items() if name not in existing}}
            elif key == "required":
                made[key] = [*existing, *(one for one in value if one not in existing)]
            elif key not in _SILENT and key != "description":
                self.lose(path, f"the parts of `allOf` disagree on `{key}`")
        return made

    def _object(self, source: dict[str, Any], made: dict[str, Any], path: str, depth: int) -> None:
        properties: dict[str, Any] = source.get("properties") or {}
        free = source.get("additionalProperties", not properties and "properties" not in source)
        if free and not properties:
            self.lose(
                path, "an object with free keys (`dict`); use named fields, or a list of objects with a key and a value"
            )
        elif is_dict(free):
            self.lose(path, "further members of any name (`additionalProperties`) beside the named ones")
        elif free:
            self.note(path, "further members are allowed by the type, but not asked for")
        required: list[str] = source.get("required") or []
        made["properties"] = {}
        for name, member in properties.items():
            place = f"{path}.{name}"
            if name not in required:
                self.note(place, "may be left out by the type; the model always gives it")
            made["properties"][name] = self.walk(member, place, depth + 1)
        self.members += len(properties)
        made["required"] = list(properties)
        made["additionalProperties"] = False

    def _array(self, source: dict[str, Any], made: dict[str, Any], path: str, depth: int) -> None:
        items, positions = source.get("items"), source.get("prefixItems")
        if is_list(positions) and positions:
            first = positions[0]
            if any(one != first for one in positions) or (is_dict(items) and items != first):
                self.lose(path, "a tuple whose items differ by position; use an object with named fields")
            items = first
        made["items"] = self.walk(items, f"{path}[]", depth)

    def _rest(self, source: dict[str, Any], made: dict[str, Any], path: str) -> None:
        descriptions: list[str] = []
        for key, value in source.items():
            if key in _CANNOT:
                self.lose(path, _CANNOT[key])
            elif key in _WORDS and value is not False:
                descriptions.append(_WORDS[key].format(value))
            elif key == "format":
                self._keep_or_describe("format", value, value in _FORMATS, made, descriptions)
            elif key == "pattern":
                self._keep_or_describe("pattern", value, "(?" not in str(value), made, descriptions)
            elif key == "default":
                self.note(path, "the default is not sent: the model always gives a value")
            elif key == "enum" and is_list(value) and len(value) > _MAX_ENUM:
                self.lose(path, f"{len(value)} values, more than the {_MAX_ENUM} of a strict schema")
            elif key not in _KEPT | _SILENT | _STRUCTURE | {"anyOf", "oneOf", "allOf"}:
                self.note(path, f"`{key}` is not sent")
        if descriptions:
            self.notes.extend(Finding(path, f"said in the description: {words}") for words in descriptions)
            described = str(made.get("description") or "").rstrip()
            made["description"] = f"{described} ({'; '.join(descriptions)})".strip()

    @staticmethod
    def _keep_or_describe(key: str, value: Any, supported: bool, made: dict[str, Any], descriptions: list[str]) -> None:
        if supported:
            made[key] = value
        else:
            descriptions.append(f"{key}: {value}")


def _definition(reference: str) -> str:
    return reference.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def _says_something(node: dict[str, Any]) -> bool:
    return any(
        key in node
        for key in ("type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const", "properties", "items", "prefixItems")
    )


def _has_type(node: Mapping[str, Any], kind: str) -> bool:
    given = node.get("type")
    return given == kind or (is_list(given) and kind in given)


def _is_object(node: Mapping[str, Any]) -> bool:
    return (node.get("type") == "object" or "properties" in node) and "anyOf" not in node and "oneOf" not in node


def _references(node: Any) -> set[str]:
    found: set[str] = set()

    def visit(value: Any) -> None:
        if is_dict(value):
            members = value
            if isinstance(reference := members.get("$ref"), str):
                found.add(_definition(reference))
            _each(visit, list(members.values()))
        elif is_list(value):
            _each(visit, value)

    visit(node)
    return found


def _each(visit: Callable[[Any], None], values: list[Any]) -> None:
    for value in values:
        visit(value)
