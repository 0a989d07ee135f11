"""Reduction of an invalid value to a small one with the same fault: describing all faults can take minutes."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

__all__ = ["Narrowed", "narrow"]

_MAX_ITEMS = 8
# A value of at most this many parts is not narrowed.
_MAX_PARTS = 200
_MAX_CHECKS = 150

Path = tuple[str | int, ...]


class Narrowed:
    """A narrowed value, and the original positions of its items.

    `value` is None if it could not be made small. `too_long` is the path of an array whose items are all valid.
    """

    def __init__(self) -> None:
        self.value: Any = None
        self.starts: dict[Path, int] = {}
        self.too_long: Path | None = None

    def place(self, path: Path) -> Path:
        """Return the path in the original value of a path in the narrowed one."""
        out: list[str | int] = []
        for at, part in enumerate(path):
            out.append(part + self.starts.get(path[:at], 0) if isinstance(part, int) else part)
        return tuple(out)


def narrow(value: Any, is_valid: Callable[[Any], bool], names: Container[str]) -> Narrowed:
    """Remove from an invalid value the parts that its first fault does not depend on.

    `names` are those that a schema may require; members with other names are removed too if there are many.
    """
    work = _Narrowing(value, is_valid, names)
    if _parts(value, _MAX_PARTS) > _MAX_PARTS:
        work.visit(work.holder, 0, ())
    if _parts(work.holder[0], 2 * _MAX_PARTS) <= 2 * _MAX_PARTS and not is_valid(work.holder[0]):
        work.result.value = work.holder[0]
    return work.result


def _parts(value: Any, most: int) -> int:
    """Return how many parts a value has; stop counting above `most`."""
    count, waiting = 0, [value]
    while waiting and count <= most:
        one = waiting.pop()
        count += 1
        if isinstance(one, dict):
            waiting += list(one.values())[: most + 1]
        elif isinstance(one, list):
            waiting += one[: most + 1]
    return count


class _Narrowing:
    def __init__(self, value: Any, is_valid: Callable[[Any], bool], names: Container[str]) -> None:
        self.holder: list[Any] = [value]
        self.result = Narrowed()
        self._is_valid = is_valid
        self._names = names
        self._checks = 0

    def visit(self, holder: Any, key: Any, path: Path) -> None:
        node = holder[key]
        if isinstance(node, list):
            self._cut_items(holder, key, node, path)
            children: Any = range(len(holder[key]))
        elif isinstance(node, dict):
            self._cut_members(holder, key, node)
            children = list(holder[key])
        else:
            return
        for child in children:
            if self.result.too_long is None:
                self.visit(holder[key], child, (*path, child))

    def _cut_items(self, holder: Any, key: Any, node: list[Any], path: Path) -> None:
        if len(node) <= _MAX_ITEMS:
            holder[key] = list(node)
            return
        end = self._first_end(holder, key, node)
        if self._fails(holder, key, node[end - 1 : end]):
            self.result.starts[path] = end - 1
        elif end > _MAX_ITEMS and self._fails(holder, key, node[:end]):
            self.result.too_long = path

    def _cut_members(self, holder: Any, key: Any, node: dict[str, Any]) -> None:
        holder[key] = dict(node)
        unknown = [name for name in node if name not in self._names]
        if len(unknown) <= _MAX_ITEMS:
            return
        known = {name: item for name, item in node.items() if name in self._names}
        # Removing members one by one must not remove a fault of their number: that fault is reported for the rest.
        low, high = 0, len(unknown)
        while low < high:
            middle = (low + high) // 2
            if self._fails(holder, key, known | {name: node[name] for name in unknown[:middle]}):
                high = middle
            else:
                low = middle + 1
        last = unknown[max(0, low - 1) : low]
        if not self._fails(holder, key, known | {name: node[name] for name in last}):
            holder[key] = known | {name: node[name] for name in unknown[:low]}

    def _first_end(self, holder: Any, key: Any, node: list[Any]) -> int:
        """Return the length of the shortest prefix that has the fault."""
        low, high = 1, len(node)
        while low < high:
            middle = 1 if high == len(node) and low == 1 else (low + high) // 2
            if self._fails(holder, key, node[:middle]):
                high = middle
            else:
                low = middle + 1
        return low

    def _fails(self, holder: Any, key: Any, part: Any) -> bool:
        holder[key] = part
        self._checks += 1
        # After the last check everything is cut to its beginning; `narrow` checks at the end if that has a fault.
        return self._checks > _MAX_CHECKS or not self._is_valid(self.holder[0])
