"""Settings of the response cache: `[cache]`. Without `kind` it is off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from .table import Table

__all__ = ["CacheKind", "CacheScope", "CacheSettings", "read_cache"]

# `sqlite` is the older name of `database`.
CacheKind = Literal["off", "memory", "database", "sqlite", "redis"]
CacheScope = Literal["key", "organization", "global"]


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """The store, the lifetime and the scope of cached answers.

    `memory` belongs to one process; the database and Redis are shared by all nodes that use them. `organization`:
    callers of an organization share answers, a caller without one has its own; `key`: every caller has its own;
    `global`: all callers share. With `opt_in`, only calls that request it are looked up and stored.
    """

    kind: CacheKind = "off"
    ttl_seconds: float = 3600.0
    scope: CacheScope = "organization"
    opt_in: bool = False
    max_bytes: int = 64 * 1024 * 1024
    max_entry_bytes: int = 1024 * 1024


def read_cache(table: Table) -> CacheSettings:
    """Read `[cache]`."""
    base = CacheSettings()
    ttl, opt_in = table.number("ttl_seconds", 0.001), table.flag("opt_in")
    settings = CacheSettings(
        kind=cast("CacheKind", table.choice("kind", ("off", "memory", "database", "sqlite", "redis")) or base.kind),
        ttl_seconds=base.ttl_seconds if ttl is None else ttl,
        scope=cast("CacheScope", table.choice("scope", ("key", "organization", "global")) or base.scope),
        opt_in=base.opt_in if opt_in is None else opt_in,
        max_bytes=table.whole("max_bytes", 1024) or base.max_bytes,
        max_entry_bytes=table.whole("max_entry_bytes", 128) or base.max_entry_bytes,
    )
    table.finish()
    return settings
