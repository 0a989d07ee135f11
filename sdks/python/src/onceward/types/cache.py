# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: cache."""

from __future__ import annotations

from .._core.models import Model

__all__ = [
    "CacheDeleted",
    "CachePing",
]


class CacheDeleted(Model):
    """Confirmation that cached responses were deleted."""

    status: str
    """Always `success`."""

    deleted: int
    """The number of deleted responses."""


class CachePing(Model):
    """The status of the cache."""

    status: str
    """The status: `healthy`, `unhealthy` or `off`."""

    cache_type: str
    """The type of the cache: `memory`, `sqlite`, `redis` or `none`."""

    ping_response: bool | None = None
    """Whether the cache responds."""

    set_cache_response: str | None = None
    """Whether the cache accepts entries."""

    entries: int | None = None
    """The number of cached responses."""

    error: str | None = None
    """The error message."""
