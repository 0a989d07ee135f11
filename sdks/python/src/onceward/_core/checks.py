"""Argument checks: types, enumerations, bounds and required members at every depth, before anything is sent.

The generator writes what an argument may be as plain data, and this module turns that data into objects on the first
call that needs it. A check has two sides: `ok` reports quickly whether a value is right, and `explain` names every
fault of one that is not.

    "string" | "integer" | "number" | "boolean" | "secret" | "decimal"   a primitive
    "pets:PetParam"                                          a named type: its module in `_checks` and its name there
    ("is", value) | ("enum", a, b)                           one of these values, and no other
    ("list", item) | ("map", value) | ("null", inner)
    ("object", {name: check}, (required, ...)[, other])      an object; members that are not listed are accepted
    ("union", a, b, ...)
    ("within", inner, {"minimum": 0, "max_length": 9})       bounds, and the `pattern` of a text
    ("made", inner, "tools.tool:tool")                       a function is accepted and converted to the object
    None                                                     any JSON
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from .composed_nodes import List, Made, Map, Nullable, Object, Union, Within, unwrapped
from .faults import JSON_TYPES
from .narrow import is_row
from .nodes import Boolean, Choice, Decimal, DecimalNumber, Node, Number, Secret, Text, Whole, is_function

__all__ = ["Check", "Node", "compiled", "explain", "is_free", "is_function", "loosely_ok", "made_of", "makes"]

Check = Any
"""A check as data; see the module's docstring."""

_PACKAGE: Final = __name__.rpartition("._core.")[0]


class _Later(Node):
    """A named type inside its own definition: resolved when it is used."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def ok(self, value: Any) -> bool:
        return compiled(self.name).ok(value)

    def pruned(self, value: Any) -> Any:
        return compiled(self.name).pruned(value)

    def explain(self, value: Any, path: str, faults: list[str]) -> None:
        compiled(self.name).explain(value, path, faults)

    @property
    def needs(self) -> str:
        return compiled(self.name).needs

    def kinds(self) -> frozenset[type]:
        return JSON_TYPES


# --- from data to nodes ----------------------------------------------------------------------------------------------

_ANY: Final = Node()
_NO_OTHER: Final = object()
_PRIMITIVES: Final[dict[str, Node]] = {
    "string": Text(),
    "secret": Secret(),
    "integer": Whole(),
    "number": Number(),
    "boolean": Boolean(),
    "decimal": Decimal(),
    "decimal_number": DecimalNumber(),
}
_NAMED: Final[dict[str, Node]] = {}
_PENDING: Final[dict[str, Node]] = {}
_MAKING: Final = threading.RLock()


def compiled(check: Check) -> Node:
    """Return the check for its data. Named types are made once."""
    if check is None:
        return _ANY
    if isinstance(check, str):
        return _PRIMITIVES.get(check) or _NAMED.get(check) or _named(check)
    word, *rest = check
    return _MAKERS[word](*rest)


def _object(members: Mapping[str, Check], required: tuple[str, ...], other: Check = _NO_OTHER) -> Node:
    made = {name: compiled(one) for name, one in members.items()}
    return Object(made, required, None if other is _NO_OTHER else compiled(other))


def _choice(*values: Any) -> Node:
    return Choice(values)


def _list(item: Check) -> Node:
    return List(compiled(item))


def _map(value: Check) -> Node:
    return Map(compiled(value))


def _nullable(inner: Check) -> Node:
    return Nullable(compiled(inner))


def _union(*members: Check) -> Node:
    return Union(tuple(map(compiled, members)))


def _within(inner: Check, bounds: Mapping[str, Any]) -> Node:
    return Within(compiled(inner), bounds)


def _made(inner: Check, function: str) -> Node:
    return Made(compiled(inner), function)


_MAKERS: Final[Mapping[str, Callable[..., Node]]] = {
    "is": _choice,
    "enum": _choice,
    "list": _list,
    "map": _map,
    "null": _nullable,
    "object": _object,
    "union": _union,
    "within": _within,
    "made": _made,
}
"""Makers of checks by the first item of their data."""


def _named(name: str) -> Node:
    family, _, member = name.partition(":")
    checks = importlib.import_module(f"{_PACKAGE}._checks.{family}").CHECKS
    # Only the thread that makes a type sees it before it is complete: other threads would resolve it to itself.
    with _MAKING:
        known = _NAMED.get(name) or _PENDING.get(name)
        if known is not None:
            return known
        _PENDING[name] = _Later(name)
        try:
            _NAMED[name] = made = compiled(checks[member])
        finally:
            del _PENDING[name]
    return made


# --- what is wrong ---------------------------------------------------------------------------------------------------


def explain(check: Check, value: Any, path: str) -> list[str]:
    """Return the faults of a value, up to a limit; none if it is right."""
    node = compiled(check)
    faults: list[str] = []
    if not node.ok(value):
        node.explain(value, path, faults)
    return faults


def made_of(node: Node, value: Any, path: str, faults: list[str]) -> Any:
    """Return the value with functions converted to the objects they are accepted for."""
    while isinstance(node, (Nullable, Within)):
        node = node.inner
    if isinstance(node, Made):
        return node.make(value, path, faults)
    if isinstance(node, List) and isinstance(node.item, Made) and is_row(value) and any(map(is_function, value)):
        return [node.item.make(item, f"{path}[{place}]", faults) for place, item in enumerate(value)]
    return value


def makes(node: Node) -> bool:
    """Return whether functions are accepted somewhere in a value."""
    while isinstance(node, (Nullable, Within)):
        node = node.inner
    return isinstance(node, Made) or (isinstance(node, List) and isinstance(node.item, Made))


def is_free(node: Node) -> bool:
    """Return whether a check accepts any JSON, as it is or as an object's members."""
    bare = unwrapped(node)
    return (bare.value if isinstance(bare, Map) else bare).__class__ is Node


def loosely_ok(node: Node, value: Any) -> bool:
    """Return whether a value is right once it is text, as in paths, queries, headers and forms."""
    if isinstance(value, str):
        words = {"true": True, "false": False}
        try:
            return node.ok(words[value] if value in words else float(value))
        except ValueError:
            return False
    if isinstance(value, (int, float)):
        return node.ok(str(value).lower()) or node.ok([value])
    return False
