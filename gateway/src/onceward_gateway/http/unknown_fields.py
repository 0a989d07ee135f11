"""Unknown fields of management requests: rejected together, each with the nearest name that the contract declares.

A model call forwards unknown fields to its provider. In a management request, a restriction that is misspelt or not
implemented would be dropped silently, and its author would believe that it applies.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..core import error_codes
from ..core.errors import ApiError, invalid

__all__ = ["Resolver", "refuse_repeated", "refuse_unknown_fields", "refuse_unknown_query"]

# Coding agents ask for the list of models with their own version.
_SENT_BY_TOOLS = frozenset({"client_version"})
_MAX_REPORTED = 8
_MAX_KNOWN = 40
_Place: TypeAlias = tuple[str, Iterable[str]]


class Resolver:
    """Resolves the members that a schema declares, through references and unions."""

    def __init__(self, components: Mapping[str, Any]) -> None:
        self._root = {"components": components}

    def _target(self, schema: Any) -> Mapping[str, Any]:
        while isinstance(schema, Mapping) and "$ref" in schema:
            node: Any = self._root
            for part in schema["$ref"].removeprefix("#/").split("/"):
                node = node[part.replace("~1", "/").replace("~0", "~")]
            schema = node
        return schema if isinstance(schema, Mapping) else {}

    def shape(self, schemas: Iterable[Any]) -> _Shape:
        """Return the members that the schemas declare together."""
        found, left = _Shape(), list(schemas)
        while left:
            schema = self._target(left.pop())
            for name, part in schema.get("properties", {}).items():
                found.members.setdefault(name, []).append(part)
            if "items" in schema:
                found.items.append(schema["items"])
            other = schema.get("additionalProperties")
            if isinstance(other, Mapping):
                found.others.append(other)
            found.open = found.open or other is True
            for word in ("allOf", "anyOf", "oneOf"):
                left.extend(schema.get(word, ()))
        return found


@dataclass(slots=True)
class _Shape:
    members: dict[str, list[Any]] = field(default_factory=dict)
    items: list[Any] = field(default_factory=list)
    others: list[Any] = field(default_factory=list)
    open: bool = False

    def has(self, name: str) -> bool:
        return self.open or bool(self.others) or name in self.members

    @property
    def free(self) -> bool:
        """Return whether it declares no members, and therefore allows any."""
        return not self.members and not self.others


def refuse_unknown_fields(value: Any, schema: Any, resolver: Resolver) -> None:
    """Raise 400 for members of a body that its schema does not declare, at any depth.

    An operation without a schema takes no body, so any member is unknown.
    """
    unknown = list(_unknown(value, [] if schema is None else [schema], "", resolver, closed=schema is None))
    if unknown:
        raise _refused(unknown, "field of this request")


def refuse_unknown_query(query: Mapping[str, Any], known: Iterable[str]) -> None:
    """Raise 400 for query parameters that the operation does not have."""
    known = list(known)
    unknown: list[_Place] = [(name, known) for name in query if name not in known and name not in _SENT_BY_TOOLS]
    if unknown:
        raise _refused(unknown, "query parameter of this operation")


def _unknown(value: Any, schemas: list[Any], at: str, resolver: Resolver, *, closed: bool = False) -> Iterator[_Place]:
    if isinstance(value, dict):
        shape = resolver.shape(schemas)
        if shape.free and not closed:
            return
        for name, inner in value.items():
            place = f"{at}.{name}" if at else name
            if closed or not shape.has(name):
                yield place, shape.members
            elif name in shape.members:
                yield from _unknown(inner, shape.members[name], place, resolver)
            elif shape.others:
                yield from _unknown(inner, shape.others, place, resolver)
    elif isinstance(value, list):
        shape = resolver.shape(schemas)
        for number, inner in enumerate(value):
            yield from _unknown(inner, shape.items, f"{at}[{number}]", resolver)


def _refused(unknown: list[_Place], what: str) -> ApiError:
    named = [_sentence(place, list(known), what) for place, known in unknown[:_MAX_REPORTED]]
    more = len(unknown) - len(named)
    if more > 0:
        named.append(f"{more} more are unknown.")
    them = "it" if len(unknown) == 1 else "them"
    named.append(f"Nothing was changed. Correct or remove {them}.")
    return invalid(" ".join(named), param=unknown[0][0], code=error_codes.UNKNOWN_PARAMETER)


def _sentence(place: str, known: list[str], what: str) -> str:
    last = place.rpartition(".")[2]
    near = difflib.get_close_matches(last.lower(), known, 1, 0.7)
    if near:
        return f"`{place}` is not a {what}; did you mean `{near[0]}`?"
    if not known:
        return f"`{place}` is not a {what}: it takes none."
    listed = ", ".join(f"`{name}`" for name in sorted(known)[:_MAX_KNOWN])
    return f"`{place}` is not a {what}; known are {listed}."


def refuse_repeated(raw: bytes) -> None:
    """Raise 400 for a repeated member of a JSON object: parsers differ in which of the two they use."""
    try:
        json.loads(raw, object_pairs_hook=_refuse_repeated_names)
    except (ValueError, RecursionError):
        return


def _refuse_repeated_names(members: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in members]
    if len(set(names)) < len(names):
        name = next(name for at, name in enumerate(names) if name in names[:at])
        raise invalid(
            f"`{name}` is given twice in one object. Give it once.", param=name, code=error_codes.DUPLICATE_PARAMETER
        )
