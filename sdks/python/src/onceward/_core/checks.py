"""Argument checks: types, enumerations, bounds and required members at every depth, before anything is sent.

The generator writes what an argument may be as plain data, and this module turns that data into objects on the first
call that needs it. A check has two sides: `ok` reports quickly whether a value is right, and `explain` names every
fault of one that is not.

    "string" | "integer" | "number" | "boolean" | "secret"   a primitive
    "chat:ChatCompletionMessageParam"                        a named type: its module in `_checks` and its name there
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
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from .doubled import doubled_names, has_doubled_names
from .errors import SDKError
from .faults import JSON_TYPES, misspelt, nearest, out_of_bounds, quoted
from .narrow import is_mapping, is_row
from .nodes import MISSING, Boolean, Choice, Node, Number, Secret, Text, Whole, is_function, other_ok, plainer

__all__ = ["Check", "Node", "compiled", "explain", "is_free", "is_function", "loosely_ok", "made_of", "makes"]

Check = Any
"""A check as data; see the module's docstring."""

_PACKAGE: Final = __name__.rpartition("._core.")[0]
_MOST_FAULTS: Final = 20


class _Nullable(Node):
    __slots__ = ("inner",)

    def __init__(self, inner: Node) -> None:
        self.inner = inner

    def ok(self, value: Any) -> bool:
        return value is None or self.inner.ok(value)

    def pruned(self, value: Any) -> Any:
        return self.inner.pruned(value)

    def explain(self, value: Any, path: str, faults: list[str]) -> None:
        self.inner.explain(value, path, faults)

    @property
    def needs(self) -> str:
        return f"{self.inner.needs}, or None"

    def kinds(self) -> frozenset[type]:
        return self.inner.kinds() | {type(None)}

    def sure(self) -> frozenset[Any]:
        return self.inner.sure() | {type(None)}


class _List(Node):
    __slots__ = ("_sure", "item")
    expected = "a list"

    def __init__(self, item: Node) -> None:
        self.item = item
        self._sure = item.sure()

    def ok(self, value: Any) -> bool:
        if value.__class__ is list or is_row(value):
            ok, sure = self.item.ok, self._sure
            for item in value:  # noqa: SIM110 - `all` of a generator takes twice the time
                if item.__class__ not in sure and not ok(item):
                    return False
            return True
        if value.__class__ in JSON_TYPES or isinstance(value, Mapping):
            return False
        return _one_shot(value) or other_ok(self, value)

    def pruned(self, value: Any) -> Any:
        return [self.item.pruned(item) for item in value] if is_row(value) else value

    def _explain(self, value: Any, path: str, faults: list[str]) -> None:
        if not is_row(value):
            super()._explain(value, path, faults)
            return
        for place, item in enumerate(value):
            if len(faults) >= _MOST_FAULTS:
                break
            if not self.item.ok(item):
                self.item.explain(item, f"{path}[{place}]", faults)

    def kinds(self) -> frozenset[type]:
        return frozenset({list, tuple})


class _Map(Node):
    __slots__ = ("value",)
    expected = "an object (a dict)"

    def __init__(self, value: Node) -> None:
        self.value = value

    def ok(self, value: Any) -> bool:
        if value.__class__ is dict or is_mapping(value):
            if has_doubled_names(value):
                return False
            return self.value.__class__ is Node or all(map(self.value.ok, value.values()))
        return value.__class__ not in JSON_TYPES and other_ok(self, value)

    def pruned(self, value: Any) -> Any:
        return {name: self.value.pruned(item) for name, item in value.items()} if is_mapping(value) else value

    def _explain(self, value: Any, path: str, faults: list[str]) -> None:
        if not is_mapping(value):
            super()._explain(value, path, faults)
            return
        if has_doubled_names(value):
            faults += doubled_names(value, path)
        for key, item in value.items():
            if not self.value.ok(item) and len(faults) < _MOST_FAULTS:
                self.value.explain(item, _member(path, key), faults)

    def kinds(self) -> frozenset[type]:
        return frozenset({dict})


class _Object(Node):
    """An object with known members."""

    __slots__ = ("_sure", "fields", "fixed", "other", "required")
    expected = "an object (a dict)"

    def __init__(self, fields: dict[str, Node], required: tuple[str, ...], other: Node | None) -> None:
        self.fields = fields
        self.required = required
        self.other = other
        self.fixed = {
            name: node.values
            for name, node in fields.items()
            if isinstance(node, Choice) and all(isinstance(value, str) for value in node.values)
        }
        """Members with fixed values, which distinguish this object from others of a union."""
        self._sure = {name: node.sure() for name, node in fields.items()}

    def ok(self, value: Any) -> bool:
        if value.__class__ is not dict and not is_mapping(value):
            return value.__class__ not in JSON_TYPES and other_ok(self, value)
        for name in self.required:
            if name not in value:
                return False
        sure_of, other = self._sure, self.other
        for name, item in value.items():
            sure = sure_of.get(name)
            if sure is None:
                if other is not None and not other.ok(item):
                    return False
                if name.__class__ is not str and has_doubled_names(value):
                    return False
                continue
            kind = item.__class__
            # Nearly all members of nearly all objects end here.
            if kind in sure or (kind is str and item in sure) or self.fields[name].ok(item):
                continue
            return False
        return True

    def pruned(self, value: Any) -> Any:
        made = plainer(value, "", [])
        if not is_mapping(made):
            return value
        pruned_items: dict[str, Any] = {}
        for name, item in made.items():
            node = self.fields.get(name, _ANY)
            if item is not None or name in self.required or node.ok(None):
                pruned_items[name] = node.pruned(item)
        return pruned_items

    def as_received(self, value: Mapping[str, Any]) -> bool:
        return all(name in value for name in self.required)

    def _explain(self, value: Any, path: str, faults: list[str]) -> None:
        if not is_mapping(value):
            super()._explain(value, path, faults)
            return
        if has_doubled_names(value):
            faults += doubled_names(value, path)
        unknown = [name for name in value if name not in self.fields]
        for name in self.required:
            if name not in value:
                faults.append(f"`{_member(path, name)}` is missing{misspelt(name, unknown)}")
        for name, item in value.items():
            node = self.fields.get(name, self.other)
            if node is not None and not node.ok(item):
                node.explain(item, _member(path, name), faults)

    def kinds(self) -> frozenset[type]:
        return frozenset({dict})


class _Union(Node):
    """One of several types. Objects are distinguished by a member with fixed values, lists by their first item."""

    __slots__ = ("_by_class", "_by_tag", "_objects", "_open", "_sure", "_tag", "_untagged", "_variants")

    def __init__(self, variants: tuple[Node, ...]) -> None:
        self._variants = variants
        self._objects = [node for node in map(_bare, variants) if isinstance(node, _Object)]
        self._tag = _tag_of(self._objects)
        self._by_tag: dict[str, Node] = {}
        self._open: list[Node] = []
        for node in variants if self._tag is not None else ():
            bare = _bare(node)
            values = bare.fixed.get(self._tag or "", ()) if isinstance(bare, _Object) else ()
            self._by_tag.update(dict.fromkeys(values, node))
            if dict in node.kinds() and not (values and isinstance(bare, _Object) and self._tag in bare.required):
                self._open.append(node)
        self._untagged = [
            node for node in self._open if isinstance(bare := _bare(node), _Object) and self._tag not in bare.required
        ]
        """Objects that may omit their kind: the looser form of one that always has it."""
        self._sure = frozenset[Any]().union(*(node.sure() for node in variants))
        if self._tag is not None:
            self._sure -= {dict}  # An object without a known kind may be a typing mistake.
        self._by_class = {kind: [node for node in variants if kind in node.kinds()] for kind in JSON_TYPES}

    def sure(self) -> frozenset[Any]:
        return self._sure

    def ok(self, value: Any) -> bool:
        kind = value.__class__
        if kind is dict and self._tag is not None:
            # Nearly all objects of nearly all requests end here: messages with a role.
            name: Any = value.get(self._tag)
            known = self._by_tag.get(name) if name.__class__ is str else None
            if known is not None and known.ok(value):
                return True
        if kind in self._sure or (kind is str and value in self._sure):
            return True
        candidates: Sequence[Node]
        if self._tag is not None and (kind is dict or is_mapping(value)):
            tag: Any = value.get(self._tag)
            meant = self._by_tag.get(tag) if tag.__class__ is str else self.meant(value)
            if meant is not None:
                return meant.ok(value) or any(node.ok(value) for node in self._untagged)
            if len(value) == 1 and self._slip(value):
                return False
            candidates = self._open
        else:
            candidates = self._by_class.get(kind, self._variants)
        for node in candidates:  # noqa: SIM110 - `any` of a generator takes twice the time
            if node.ok(value):
                return True
        return False

    def pruned(self, value: Any) -> Any:
        meant = self.meant(value) if self._tag is not None and is_mapping(value) else None
        for node in self._variants if meant is None else (meant,):
            made = node.pruned(value)
            if node.ok(made):
                return made
        return value

    def as_received(self, value: Mapping[str, Any]) -> bool:
        meant = _bare(self.meant(value) or self)
        return self.ok(value) if meant is self else meant.as_received(value)

    def meant(self, value: Mapping[str, Any]) -> Node | None:
        """Return the variant that an object claims to be."""
        tag: Any = value.get(self._tag or "")
        if tag.__class__ is str:
            return self._by_tag.get(tag)
        if tag.__class__ not in JSON_TYPES and not isinstance(tag, str):
            tag = plainer(tag, "", [])  # an enumeration's member
        return self._by_tag.get(tag) if isinstance(tag, str) else None

    def _slip(self, value: Mapping[str, Any]) -> bool:
        """Return whether an object has only a kind, and one that is nearly a known kind: ``{"type": "json"}``."""
        tag = value.get(self._tag or "")
        known = list(self._by_tag)
        return isinstance(tag, str) and bool(
            nearest(tag, known, cutoff=0.75) or any(one.startswith((f"{tag}_", f"{tag}-")) for one in known)
        )

    @property
    def needs(self) -> str:
        return " or ".join(dict.fromkeys(node.needs for node in self._variants))

    def _explain(self, value: Any, path: str, faults: list[str]) -> None:
        if is_mapping(value) and self._tag is not None:
            self._explain_object(value, path, faults)
            return
        fitting = [node for node in self._variants if value.__class__ in node.kinds()]
        if is_row(value) and value:
            fitting = [node for node in fitting if node.ok([value[0]])] or fitting
        if not fitting:
            faults.append(f"`{path}` is {quoted(value)}; give {self.needs}")
        elif all(isinstance(_bare(node), Choice) for node in fitting):
            values = tuple(known for node in fitting for known in _values(node))
            faults.append(f"`{path}` is {quoted(value)}; {nearest(value, values)}give {self.needs}")
        else:
            faults += _fewest(fitting, value, path)

    def _explain_object(self, value: Mapping[str, Any], path: str, faults: list[str]) -> None:
        tag, named = self._tag or "", _member(path, self._tag or "")
        given = value.get(tag, MISSING)
        meant = self.meant(value)
        if meant is not None:
            meant.explain(value, path, faults)
        elif (
            self._open and (given is MISSING or isinstance(given, str)) and not (len(value) == 1 and self._slip(value))
        ):
            faults += _fewest(self._open, value, path)
        elif given is MISSING:
            hint = misspelt(tag, [name for name in value if not any(name in node.fields for node in self._objects)])
            faults.append(f"`{named}` is missing{hint}; give {Choice(tuple(self._by_tag)).needs}")
        else:
            Choice(tuple(self._by_tag)).explain(given, named, faults)

    def kinds(self) -> frozenset[type]:
        return frozenset[type]().union(*(node.kinds() for node in self._variants))


class _Within(Node):
    """Bounds of a number, the pattern of a text, and the length of a text, a list or an object."""

    __slots__ = ("_least", "_most", "_plain", "bounds", "inner")

    def __init__(self, inner: Node, bounds: Mapping[str, Any]) -> None:
        self.inner = inner
        self.bounds = bounds
        self._least: float = bounds.get("min_length", 0)
        self._most: float = bounds.get("max_length", math.inf)
        self._plain = frozenset({str, list} if bounds.keys() <= {"min_length", "max_length"} else ())
        """Classes that have no bounds but the length."""

    def ok(self, value: Any) -> bool:
        if not self.inner.ok(value):
            return False
        if value.__class__ in self._plain:
            return self._least <= len(value) <= self._most
        return self._fault(value) is None

    def pruned(self, value: Any) -> Any:
        return self.inner.pruned(value)

    def explain(self, value: Any, path: str, faults: list[str]) -> None:
        if not self.inner.ok(value):
            self.inner.explain(value, path, faults)
            return
        fault = self._fault(value)
        if fault is not None:
            faults.append(f"`{path}` {fault}")

    def _fault(self, value: Any) -> str | None:
        """Return the first bound that a value breaks."""
        if hasattr(value, "__next__"):
            return None
        return out_of_bounds(plainer(value, "", []), self.bounds, secret=isinstance(_bare(self.inner), Secret))

    @property
    def needs(self) -> str:
        return self.inner.needs

    def kinds(self) -> frozenset[type]:
        return self.inner.kinds()


class _Made(Node):
    """An object, or a function that is converted to it."""

    __slots__ = ("inner", "maker")

    def __init__(self, inner: Node, maker: str) -> None:
        self.inner = inner
        self.maker = maker

    def ok(self, value: Any) -> bool:
        return (value.__class__ is not dict and is_function(value)) or self.inner.ok(value)

    def pruned(self, value: Any) -> Any:
        return value if is_function(value) else self.inner.pruned(value)

    def explain(self, value: Any, path: str, faults: list[str]) -> None:
        if value.__class__ in JSON_TYPES and not isinstance(value, Mapping):
            faults.append(f"`{path}` is {quoted(value)}; give a function, or {self.inner.needs}")
        else:
            self.inner.explain(value, path, faults)

    def make(self, value: Any, path: str, faults: list[str]) -> Any:
        """Return the object for a function, and anything else as it is."""
        if value.__class__ is dict or not is_function(value):
            return value
        module, _, name = self.maker.partition(":")
        try:
            return getattr(importlib.import_module(f"{_PACKAGE}.{module}"), name)(value).to_dict()
        except (TypeError, ValueError, SDKError) as error:
            faults.append(f"`{path}`: {error}")
            return value

    @property
    def needs(self) -> str:
        return self.inner.needs

    def kinds(self) -> frozenset[type]:
        return self.inner.kinds()


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
    return _Object(made, required, None if other is _NO_OTHER else compiled(other))


def _choice(*values: Any) -> Node:
    return Choice(values)


def _list(item: Check) -> Node:
    return _List(compiled(item))


def _map(value: Check) -> Node:
    return _Map(compiled(value))


def _nullable(inner: Check) -> Node:
    return _Nullable(compiled(inner))


def _union(*members: Check) -> Node:
    return _Union(tuple(map(compiled, members)))


def _within(inner: Check, bounds: Mapping[str, Any]) -> Node:
    return _Within(compiled(inner), bounds)


def _made(inner: Check, function: str) -> Node:
    return _Made(compiled(inner), function)


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


def _bare(node: Node) -> Node:
    """Return a check without its wrappers."""
    while isinstance(node, (_Nullable, _Made, _Within)):
        node = node.inner
    return node


def _tag_of(objects: list[_Object]) -> str | None:
    """Return the member whose value distinguishes the objects of a union."""
    for node in objects:
        for name in node.fixed:
            values = [value for other in objects for value in other.fixed.get(name, ())]
            if len(values) == len(set(values)):
                return name
    return None


def _values(node: Node) -> tuple[Any, ...]:
    bare = _bare(node)
    return bare.values if isinstance(bare, Choice) else ()


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
    while isinstance(node, (_Nullable, _Within)):
        node = node.inner
    if isinstance(node, _Made):
        return node.make(value, path, faults)
    if isinstance(node, _List) and isinstance(node.item, _Made) and is_row(value) and any(map(is_function, value)):
        return [node.item.make(item, f"{path}[{place}]", faults) for place, item in enumerate(value)]
    return value


def makes(node: Node) -> bool:
    """Return whether functions are accepted somewhere in a value."""
    while isinstance(node, (_Nullable, _Within)):
        node = node.inner
    return isinstance(node, _Made) or (isinstance(node, _List) and isinstance(node.item, _Made))


def is_free(node: Node) -> bool:
    """Return whether a check accepts any JSON, as it is or as an object's members."""
    bare = _bare(node)
    return (bare.value if isinstance(bare, _Map) else bare).__class__ is Node


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


def _member(path: str, name: Any) -> str:
    return f"{path}.{name}"


def _fewest(nodes: Sequence[Node], value: Any, path: str) -> list[str]:
    """Return the faults against the type that fits best."""
    best: list[str] = []
    for node in nodes:
        found: list[str] = []
        node.explain(value, path, found)
        if found and (not best or len(found) < len(best)):
            best = found
    return best


def _one_shot(value: Any) -> bool:
    """Return whether reading the items would use them up."""
    return hasattr(value, "__next__")
