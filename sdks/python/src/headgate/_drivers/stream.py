"""Streams as the user sees them: iterate for events, leave early to stop and to pay for no more."""

from __future__ import annotations

from typing import Generic, TypeVar

__all__ = ["AsyncStream", "Stream"]

T = TypeVar("T")


class Stream(Generic[T]):
    """Events of a call."""


class AsyncStream(Generic[T]):
    """Events of an asynchronous call."""
