"""A document tree that remembers where it was written.

`Map` and `Seq` are a dict and a list that know their own place and the place of each entry; scalars are plain
Python values. Trees are values: whoever wants another tree makes one (`Map.replace`, `Map.without`) and never
writes into an old one. Equality looks at content alone, so "did this pass change anything" is ``==``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from onceward_generator.model import Origin

__all__ = ["Map", "Node", "Seq", "Spot", "escape", "mapping", "sequence", "text"]

Spot: TypeAlias = tuple[int, int]
"""Line and column, both from 1."""

Node: TypeAlias = Any
"""A `Map`, a `Seq`, or a JSON scalar."""


def escape(key: str) -> str:
    """A key as one token of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


class Map(dict[str, Any]):
    """A mapping with places."""

    __slots__ = ("at", "spots")

    def __init__(self, items: Mapping[str, Node], at: Origin, spots: Mapping[str, Spot] | None = None) -> None:
        super().__init__(items)
        self.at = at
        self.spots: Mapping[str, Spot] = {} if spots is None else spots

    def where(self, key: str) -> Origin:
        """The place of an entry; the place of the mapping itself for an entry that was not written there."""
        child = self.get(key)
        if isinstance(child, Map | Seq):
            return child.at
        line, column = self.spots.get(key, (self.at.line, self.at.column))
        return Origin(self.at.file, f"{self.at.pointer}/{escape(key)}", line, column)

    def replace(self, **entries: Node) -> Map:
        """The same mapping with some entries set; see `merged` for keys that are no identifiers."""
        return self.merged(entries)

    def merged(self, entries: Mapping[str, Node]) -> Map:
        return Map({**self, **entries}, self.at, self.spots)

    def without(self, *keys: str) -> Map:
        if not any(key in self for key in keys):
            return self
        return Map({k: v for k, v in self.items() if k not in keys}, self.at, self.spots)

    def only(self, *keys: str) -> Map:
        return Map({k: v for k, v in self.items() if k in keys}, self.at, self.spots)

    def map(self, key: str) -> Map | None:
        """The entry if it is a mapping."""
        value = self.get(key)
        return value if isinstance(value, Map) else None

    def seq(self, key: str) -> Seq | None:
        """The entry if it is a sequence."""
        value = self.get(key)
        return value if isinstance(value, Seq) else None

    def text(self, key: str) -> str | None:
        """The entry if it is a string."""
        value = self.get(key)
        return value if isinstance(value, str) else None

    def maps(self, key: str) -> list[Map]:
        """The members of a sequence that are mappings."""
        return [member for member in self.seq(key) or () if isinstance(member, Map)]


class Seq(list[Any]):
    """A sequence with places."""

    __slots__ = ("at", "spots")

    def __init__(self, items: Iterable[Node], at: Origin, spots: Iterable[Spot] = ()) -> None:
        super().__init__(items)
        self.at = at
        self.spots = tuple(spots)

    def where(self, index: int) -> Origin:
        child = self[index]
        if isinstance(child, Map | Seq):
            return child.at
        line, column = self.spots[index] if index < len(self.spots) else (self.at.line, self.at.column)
        return Origin(self.at.file, f"{self.at.pointer}/{index}", line, column)

    def of(self, items: Iterable[Node]) -> Seq:
        """A sequence of other members at the same place."""
        return Seq(items, self.at)


def mapping(node: Node) -> Map | None:
    return node if isinstance(node, Map) else None


def sequence(node: Node) -> Seq | None:
    return node if isinstance(node, Seq) else None


def text(node: Node, default: str = "") -> str:
    """A scalar as text; a mapping, a sequence or null give the default."""
    if node is None or isinstance(node, Map | Seq):
        return default
    return str(node)
