"""Type guards for plain JSON values: after ``isinstance`` alone, type checkers do not know the items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

__all__ = ["class_of", "is_bytes", "is_dict", "is_iterable", "is_list", "is_mapping", "is_row", "is_tuple"]


def is_mapping(value: Any) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)


def is_dict(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def is_bytes(value: Any) -> TypeGuard[bytes | bytearray | memoryview]:
    return isinstance(value, (bytes, bytearray, memoryview))


def is_tuple(value: Any) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def is_row(value: Any) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Return whether a value is a list or a tuple, which can be iterated again."""
    return isinstance(value, (list, tuple))


def is_iterable(value: Any) -> TypeGuard[Iterable[Any]]:
    """Return whether a value can be iterated and is neither text nor bytes."""
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, bytearray, memoryview))


def class_of(value: object) -> Any:
    return value.__class__
