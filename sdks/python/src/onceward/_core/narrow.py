"""What plain JSON values are, said so that a type checker follows: ``isinstance`` alone leaves the items unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

__all__ = ["class_of", "is_dict", "is_iterable", "is_list", "is_mapping", "is_row"]


def is_mapping(value: Any) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)


def is_dict(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def is_row(value: Any) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """A list or a tuple: items that can be walked again."""
    return isinstance(value, (list, tuple))


def is_iterable(value: Any) -> TypeGuard[Iterable[Any]]:
    """Something to walk that is no text and no bytes."""
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, bytearray, memoryview))


def class_of(value: object) -> Any:
    return value.__class__
