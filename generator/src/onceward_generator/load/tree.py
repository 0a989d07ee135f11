"""A document tree with the position of every node.

`Map` and `Seq` are a dict and a list with their own position and the position of each entry; scalars are plain Python
values. Trees are immutable by convention: `Map.replace` and `Map.without` return new ones. Equality compares content
only, so ``==`` detects whether a pass changed anything.
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
    """Return a key as a token of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


class Map(dict[str, Any]):
    """A mapping with positions."""

    __slots__ = ("at", "spots")

    def __init__(self, items: Mapping[str, Node], at: Origin, spots: Mapping[str, Spot] | None = None) -> None:
        super().__init__(items)
        self.at = at
        self.spots: Mapping[str, Spot] = {} if spots is None else spots

    def where(self, key: str) -> Origin:
        """Return the position of an entry; the position of the mapping for an entry without one."""
        child = self.get(key)
        if isinstance(child, Map | Seq):
            return child.at
        line, column = self.spots.get(key, (self.at.line, self.at.column))
        return Origin(self.at.file, f"{self.at.pointer}/{escape(key)}", line, column)

    def replace(self, **entries: Node) -> Map:
        """Return a copy with some entries replaced. `merged` does the same for keys that are not identifiers."""
        return self.merged(entries)

    def merged(self, entries: Mapping[str, Node]) -> Map:
        """Return a copy with some entries added or replaced."""
        return Map({**self, **entries}, self.at, self.spots)

    def without(self, *keys: str) -> Map:
        """Return a copy without some entries."""
        if not any(key in self for key in keys):
            return self
        return Map({k: v for k, v in self.items() if k not in keys}, self.at, self.spots)

    def only(self, *keys: str) -> Map:
        """Return a copy with only some entries."""
        return Map({k: v for k, v in self.items() if k in keys}, self.at, self.spots)

    def map(self, key: str) -> Map | None:
        """Return an entry if it is a mapping."""
        value = self.get(key)
        return value if isinstance(value, Map) else None

    def seq(self, key: str) -> Seq | None:
        """Return an entry if it is a sequence."""
        value = self.get(key)
        return value if isinstance(value, Seq) else None

    def text(self, key: str) -> str | None:
        """Return an entry if it is a string."""
        value = self.get(key)
        return value if isinstance(value, str) else None

    def maps(self, key: str) -> list[Map]:
        """Return the members of a sequence that are mappings."""
        return [member for member in self.seq(key) or () if isinstance(member, Map)]


class Seq(list[Any]):
    """A sequence with positions."""

    __slots__ = ("at", "spots")

    def __init__(self, items: Iterable[Node], at: Origin, spots: Iterable[Spot] = ()) -> None:
        super().__init__(items)
        self.at = at
        self.spots = tuple(spots)

    def where(self, index: int) -> Origin:
        """Return the position of a member."""
        child = self[index]
        if isinstance(child, Map | Seq):
            return child.at
        line, column = self.spots[index] if index < len(self.spots) else (self.at.line, self.at.column)
        return Origin(self.at.file, f"{self.at.pointer}/{index}", line, column)

    def of(self, items: Iterable[Node]) -> Seq:
        """Return a sequence of other members at the same position."""
        return Seq(items, self.at)


def mapping(node: Node) -> Map | None:
    """Return a node if it is a mapping."""
    return node if isinstance(node, Map) else None


def sequence(node: Node) -> Seq | None:
    """Return a node if it is a sequence."""
    return node if isinstance(node, Seq) else None


def text(node: Node, default: str = "") -> str:
    """Return a scalar as text; the default for a mapping, a sequence or null."""
    if node is None or isinstance(node, Map | Seq):
        return default
    return str(node)
