"""The values of a JSON document, and their paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["leaves"]


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path and the value of everything in `value` except objects and lists.

    The name of a member is also yielded, with the path of its object: an invalid name cannot be part of a path.
    """
    left: list[tuple[str, Any]] = [(at, value)]
    while left:
        at, part = left.pop()
        if isinstance(part, dict):
            for name, member in part.items():
                yield at, name
                left.append((f"{at}.{name}" if at else name, member))
        elif isinstance(part, list):
            left.extend((f"{at}[{index}]", item) for index, item in enumerate(part))
        else:
            yield at, part
