"""Settings of the nodes of a cluster: `[cluster]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from .table import ConfigError, Table

__all__ = ["ClusterSettings", "read_cluster"]


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """The heartbeat interval, the time after which a silent node is dead, and the lifetime of cached principals."""

    heartbeat_seconds: float = 2.0
    lease_seconds: float = 10.0
    cache_ttl_seconds: float = 1.0


def read_cluster(table: Table) -> ClusterSettings:
    """Read `[cluster]`."""
    base = ClusterSettings()

    def number(name: str, low: float) -> float:
        value = table.number(name, low)
        return cast("float", getattr(base, name)) if value is None else value

    settings = ClusterSettings(
        heartbeat_seconds=number("heartbeat_seconds", 0.05),
        lease_seconds=number("lease_seconds", 0.2),
        cache_ttl_seconds=number("cache_ttl_seconds", 0),
    )
    if settings.lease_seconds < 2 * settings.heartbeat_seconds:
        raise ConfigError(
            f"{table.source}: {table.spell('lease_seconds')} is {settings.lease_seconds!r}, which is not twice "
            f"{table.spell('heartbeat_seconds')} ({settings.heartbeat_seconds!r}): one lost heartbeat would declare a "
            "node dead. Make the lease longer."
        )
    table.finish()
    return settings
