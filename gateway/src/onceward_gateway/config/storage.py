"""Settings of storage: `[storage]`.

[storage]
database_url = "postgresql://onceward@db.internal/onceward"   # default: SQLite in `data_dir`
redis_url = "redis://cache.internal:6379/0"                   # default: none
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from ..core.urls import StoreUrl
from .table import Table

__all__ = ["StorageSettings", "read_storage"]

DATABASES = ("sqlite", "postgresql", "postgres")
REDIS = ("redis", "rediss", "unix")
_SYNCHRONOUS = ("normal", "full")


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """The database and Redis, and the time limits of their operations.

    `redis_prefix` is the prefix of every key and channel in Redis; `redis_timeout_seconds` is the time limit of a
    command.
    """

    database_url: StoreUrl | None = None
    redis_url: StoreUrl | None = None
    redis_prefix: str = "onceward:"
    redis_timeout_seconds: float = 0.25
    synchronous: Literal["normal", "full"] = "normal"
    pool_size: int = 10
    write_timeout_seconds: float = 30.0
    statement_timeout_seconds: float = 30.0
    connect_timeout_seconds: float = 5.0


def read_storage(env: Table, table: Table) -> StorageSettings:
    """Read `[storage]` and its environment variables."""
    base = StorageSettings()

    def number(name: str, low: float) -> float:
        value = table.number(name, low)
        return cast("float", getattr(base, name)) if value is None else value

    synchronous = env.choice("synchronous", _SYNCHRONOUS), table.choice("synchronous", _SYNCHRONOUS)
    return StorageSettings(
        database_url=_url(env, table, "database_url", DATABASES),
        redis_url=_url(env, table, "redis_url", REDIS),
        redis_prefix=base.redis_prefix if (prefix := table.text("redis_prefix")) is None else prefix,
        redis_timeout_seconds=number("redis_timeout_seconds", 0.01),
        synchronous=cast("Literal['normal', 'full']", synchronous[0] or synchronous[1] or base.synchronous),
        pool_size=table.whole("pool_size", 2, 1000) or base.pool_size,
        write_timeout_seconds=number("write_timeout_seconds", 0.1),
        statement_timeout_seconds=number("statement_timeout_seconds", 0.1),
        connect_timeout_seconds=number("connect_timeout_seconds", 0.1),
    )


def _url(env: Table, table: Table, name: str, schemes: tuple[str, ...]) -> StoreUrl | None:
    chosen = None
    for source in (env, table):
        text = source.text(name)
        if not text:
            continue
        url = StoreUrl(text)
        problem = url.problem(schemes)
        if problem is not None:
            step = f"Write {schemes[0]}://..."
            raise source.fault(name, str(url), problem, step)
        chosen = chosen or url
    return chosen
