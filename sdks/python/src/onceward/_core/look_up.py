"""Members of decoded values by their wire names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .narrow import class_of, is_mapping

__all__ = ["look_up", "member"]


def look_up(value: Any, path: tuple[str, ...] | None) -> Any:
    """Return the member of a decoded response at a path of keys, or None."""
    if path is None:
        return None
    for key in path:
        if value is None:
            return None
        value = member(value, key)
    return value


def member(value: Any, key: str) -> Any:
    """Return a member of a mapping or a model by its wire name, or None."""
    if is_mapping(value):
        return value.get(key)
    found: Any = getattr(value, key, None)
    if found is None or callable(found):
        fields: Mapping[str, Any] = getattr(class_of(value), "model_fields", {})
        for name, info in fields.items():
            if info.alias == key:
                return getattr(value, name, None)
        return None if callable(found) else found
    return found
