"""Build the Redis client and the bus of a configuration. Nothing connects before `start`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bus import Bus, LocalBus

if TYPE_CHECKING:
    from ..config.load import Settings
    from ..redis.client import Redis

__all__ = ["open_bus", "open_redis"]


def open_redis(settings: Settings) -> Redis | None:
    """Return the client of `storage.redis_url`, or None. The client is imported only where it is used."""
    if settings.redis_url is None:
        return None
    from ..redis.address import address_of
    from ..redis.client import Redis

    storage = settings.storage
    return Redis(address_of(settings.redis_url), prefix=storage.redis_prefix, patience=storage.redis_timeout_seconds)


def open_bus(redis: Redis | None) -> Bus:
    """Return the bus between nodes: over Redis, or one without other nodes."""
    if redis is None:
        return LocalBus()
    from .redis_bus import RedisBus

    return RedisBus(redis)
