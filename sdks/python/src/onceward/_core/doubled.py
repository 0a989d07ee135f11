"""Names of objects that become equal in JSON, such as ``1`` and ``"1"``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .narrow import is_mapping, is_row

__all__ = ["doubled_names", "has_doubled_names"]

_JOIN: Final = "".join
_WORDS: Final[dict[Any, str]] = {True: "true", False: "false", None: "null"}
_MOST: Final = 20


def has_doubled_names(value: Mapping[Any, Any]) -> bool:
    """Return whether two names of an object are equal in JSON. Nested objects are not searched."""
    try:
        _JOIN(value)  # the fastest way to check that all names are strings
    except TypeError:
        return len({_written(name) for name in value}) < len(value)
    return False


def doubled_names(value: Any, path: str) -> list[str]:
    """Return a fault for each duplicate name in an object of a value, at any depth."""
    faults: list[str] = []
    seen: set[int] = set()
    waiting: list[tuple[str, Any]] = [(path, value)]
    while waiting and len(faults) < _MOST:
        place, item = waiting.pop()
        if id(item) in seen or not (is_mapping(item) or is_row(item)):
            continue
        seen.add(id(item))
        if is_mapping(item):
            if has_doubled_names(item):
                faults += _faults(item, place)
            members = [(f"{place}.{name}" if place else str(name), inner) for name, inner in item.items()]
        else:
            members = [(f"{place}[{number}]", inner) for number, inner in enumerate(item)]
        waiting += reversed(members)
    return faults[:_MOST]


def _faults(value: Mapping[Any, Any], place: str) -> list[str]:
    first: dict[Any, Any] = {}
    faults: list[str] = []
    for name in value:
        other = first.setdefault(_written(name), name)
        if other is not name:
            where = f"`{place}` has" if place else "the body has"
            faults.append(f"{where} the name {_written(name)!r} twice, as {other!r} and as {name!r}; give it only once")
    return faults


def _written(name: Any) -> Any:
    """Return a name as JSON writes it; one that JSON cannot write is returned as it is."""
    if isinstance(name, str):
        return str.__str__(name)
    if name is None or isinstance(name, bool):
        return _WORDS[name]
    if isinstance(name, int):
        return int.__repr__(name)
    return float.__repr__(name) if isinstance(name, float) else name
