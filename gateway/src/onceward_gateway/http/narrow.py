"""A smaller value with the same fault: describing every fault of a large one can take minutes."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

__all__ = ["Narrowed", "narrow"]

_FEW = 8
# A value of this many parts is described as it is.
_SMALL = 200
_MOST_CHECKS = 150

Path = tuple[str | int, ...]


class Narrowed:
    """A narrowed value, and where its items stood.

    `value` is None when it could not be made small. `too_long` is the place of an array all of whose items are right.
    """

    def __init__(self) -> None:
        self.value: Any = None
        self.starts: dict[Path, int] = {}
        self.too_long: Path | None = None

    def place(self, path: Path) -> Path:
        """Return where something in the whole value is that is at `path` in what is left."""
        out: list[str | int] = []
        for at, part in enumerate(path):
            out.append(part + self.starts.get(path[:at], 0) if isinstance(part, int) else part)
        return tuple(out)


def narrow(value: Any, is_valid: Callable[[Any], bool], names: Container[str]) -> Narrowed:
    """Leave out of a value that is not valid what its first fault does not need.

    `names` are those that a schema may require; members of other names are left out too where there are many.
    """
    work = _Narrowing(value, is_valid, names)
    if _parts(value, _SMALL) > _SMALL:
        work.visit(work.holder, 0, ())
    if _parts(work.holder[0], 2 * _SMALL) <= 2 * _SMALL and not is_valid(work.holder[0]):
        work.result.value = work.holder[0]
    return work.result


def _parts(value: Any, most: int) -> int:
    """Return how many parts a value has; counting ends above `most`."""
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
        if len(node) <= _FEW:
            holder[key] = list(node)
            return
        end = self._first_end(holder, key, node)
        if self._fails(holder, key, node[end - 1 : end]):
            self.result.starts[path] = end - 1
        elif end > _FEW and self._fails(holder, key, node[:end]):
            self.result.too_long = path

    def _cut_members(self, holder: Any, key: Any, node: dict[str, Any]) -> None:
        holder[key] = dict(node)
        strange = [name for name in node if name not in self._names]
        if len(strange) <= _FEW:
            return
        kept = {name: item for name, item in node.items() if name in self._names}
        # With one of them left out in turn, whatever is said of their number stays unsaid: it is said of the rest.
        low, high = 0, len(strange)
        while low < high:
            middle = (low + high) // 2
            if self._fails(holder, key, kept | {name: node[name] for name in strange[:middle]}):
                high = middle
            else:
                low = middle + 1
        last = strange[max(0, low - 1) : low]
        if not self._fails(holder, key, kept | {name: node[name] for name in last}):
            holder[key] = kept | {name: node[name] for name in strange[:low]}

    def _first_end(self, holder: Any, key: Any, node: list[Any]) -> int:
        """Return how many of the first items it takes for the fault."""
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
        # Behind the last check everything is cut to its beginning; whether that has a fault is seen at the end.
        return self._checks > _MOST_CHECKS or not self._is_valid(self.holder[0])
