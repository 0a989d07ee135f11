"""Pages as the user sees them."""

from __future__ import annotations

from typing import Generic, TypeVar

__all__ = ["AsyncPage", "AsyncPages", "SyncPage"]

T = TypeVar("T")


class SyncPage(Generic[T]):
    """A page, and the way to the rest."""


class AsyncPage(Generic[T]):
    """A page, and the way to the rest."""


class AsyncPages(Generic[T]):
    """A list that has not been asked for yet."""
