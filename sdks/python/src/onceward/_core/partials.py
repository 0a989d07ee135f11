"""Partial results of broken streams: hooks that turn the events received so far into the result of an operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

__all__ = ["PartialHook", "partial_hook", "register_partial"]

PartialHook: TypeAlias = Callable[[list[Any]], Any]

_HOOKS: dict[str, PartialHook] = {}


def register_partial(operation: str, hook: PartialHook) -> None:
    """Use ``hook(events)`` for the ``.partial`` of errors in streams of ``operation``.

    It runs only when a stream breaks.
    """
    _HOOKS[operation] = hook


def partial_hook(operation: str) -> PartialHook | None:
    return _HOOKS.get(operation)
