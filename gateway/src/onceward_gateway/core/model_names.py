"""Names of models, and patterns that match them."""

from __future__ import annotations

__all__ = ["matches"]

_EVERY = frozenset({"*", "all-proxy-models"})


def matches(pattern: str, model: str) -> bool:
    """Return whether a pattern matches a model: the name itself, or a text in which `*` is any text."""
    if pattern == model or pattern in _EVERY:
        return True
    if "*" not in pattern:
        return False
    first, *middle, last = pattern.split("*")
    if len(model) < len(first) + len(last) or not model.startswith(first) or not model.endswith(last):
        return False
    at, end = len(first), len(model) - len(last)
    for piece in middle:
        found = model.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
