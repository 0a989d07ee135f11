"""Checks of composed values: lists, objects, unions, bounds, and functions that become objects."""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from .doubled import doubled_names, has_doubled_names
from .errors import SDKError
from .faults import JSON_TYPES, misspelt, nearest, out_of_bounds, quoted
from .narrow import is_mapping, is_row
from .nodes import MISSING, Choice, Node, Secret, is_function, other_ok, plainer

__all__ = ["List", "Made", "Map", "Nullable", "Object", "Union", "Within", "unwrapped"]

_PACKAGE: Final = __name__.rpartition("._core.")[0]
_MOST_FAULTS: Final = 20
_ANY: Final = Node()


class Nullable(Node):
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


class List(Node):
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


class Map(Node):
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


class Object(Node):
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


class Union(Node):
    """One of several types. Objects are distinguished by a member with fixed values, lists by their first item."""

    __slots__ = ("_by_class", "_by_tag", "_objects", "_open", "_sure", "_tag", "_untagged", "_variants")

    def __init__(self, variants: tuple[Node, ...]) -> None:
        self._variants = variants
        self._objects = [node for node in map(unwrapped, variants) if isinstance(node, Object)]
        self._tag = _tag_of(self._objects)
        self._by_tag: dict[str, Node] = {}
        self._open: list[Node] = []
        for node in variants if self._tag is not None else ():
            bare = unwrapped(node)
            values = bare.fixed.get(self._tag or "", ()) if isinstance(bare, Object) else ()
            self._by_tag.update(dict.fromkeys(values, node))
            if dict in node.kinds() and not (values and isinstance(bare, Object) and self._tag in bare.required):
                self._open.append(node)
        self._untagged = [
            node
            for node in self._open
            if isinstance(bare := unwrapped(node), Object) and self._tag not in bare.required
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
        meant = unwrapped(self.meant(value) or self)
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
        elif all(isinstance(unwrapped(node), Choice) for node in fitting):
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


class Within(Node):
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
        return out_of_bounds(plainer(value, "", []), self.bounds, secret=isinstance(unwrapped(self.inner), Secret))

    @property
    def needs(self) -> str:
        return self.inner.needs

    def kinds(self) -> frozenset[type]:
        return self.inner.kinds()


class Made(Node):
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


def unwrapped(node: Node) -> Node:
    """Return a check without its wrappers."""
    while isinstance(node, (Nullable, Made, Within)):
        node = node.inner
    return node


def _tag_of(objects: list[Object]) -> str | None:
    """Return the member whose value distinguishes the objects of a union."""
    for node in objects:
        for name in node.fixed:
            values = [value for other in objects for value in other.fixed.get(name, ())]
            if len(values) == len(set(values)):
                return name
    return None


def _values(node: Node) -> tuple[Any, ...]:
    bare = unwrapped(node)
    return bare.values if isinstance(bare, Choice) else ()


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
