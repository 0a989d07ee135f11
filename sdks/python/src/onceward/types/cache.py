# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: cache."""

from __future__ import annotations

from .._core.models import Model

__all__ = [
    "CacheDeleted",
    "CachePing",
]


class CacheDeleted(Model):
    """Answers that were deleted from the cache."""

    status: str
    """`success`."""

    deleted: int
    """How many."""


class CachePing(Model):
    """How the cache stands."""

    status: str
    """In a word: `healthy`, `unhealthy` or `off`."""

    cache_type: str
    """Where it is: `memory`, `sqlite`, `redis` or `none`."""

    ping_response: bool | None = None
    """Whether it answers."""

    set_cache_response: str | None = None
    """Whether it takes entries."""

    entries: int | None = None
    """How many answers it holds."""

    error: str | None = None
    """What is wrong."""
