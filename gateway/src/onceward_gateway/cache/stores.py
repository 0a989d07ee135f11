"""Cache stores: in memory and in the database. Times are seconds since the epoch."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from ..config.cache import CacheSettings
from ..db import Database, StorageError
from . import sql

if TYPE_CHECKING:
    from ..redis.client import Redis

__all__ = ["CacheStore", "MemoryStore", "SqlStore", "open_store"]

_log = logging.getLogger("onceward_gateway")
_CLEAN_EVERY = 64
_EVICTION_BATCH = 64


class CacheStore(Protocol):
    """A store for answers, bounded in bytes.

    While a store cannot be reached, `find` returns None and `put` stores nothing; both only log it, and the model is
    called instead. The other methods raise 503.
    """

    async def find(self, key: str, now: float) -> bytes | None:
        """Return the answer stored under a key."""
        ...

    async def put(self, key: str, scope: str, body: bytes, now: float, expires_at: float) -> None:
        """Store an answer, and replace the one that was stored under the key before."""
        ...

    async def delete(self, keys: Iterable[str], scope: str | None) -> int:
        """Delete entries, of one scope or (None) of any, and return their number."""
        ...

    async def delete_all(self, scope: str | None) -> int:
        """Delete all entries of one scope or (None) of any, and return their number."""
        ...

    async def size(self) -> tuple[int, int]:
        """Return the number of answers and their bytes."""
        ...


class MemoryStore:
    """A store in this process; the least recently used entry is evicted first."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._entries: OrderedDict[str, tuple[bytes, float, str]] = OrderedDict()
        self._bytes = 0

    async def find(self, key: str, now: float) -> bytes | None:
        """Return the stored answer of `key` and mark it as used, or None if it expired."""
        found = self._entries.get(key)
        if found is None:
            return None
        if found[1] <= now:
            self._remove(key)
            return None
        self._entries.move_to_end(key)
        return found[0]

    async def put(self, key: str, scope: str, body: bytes, now: float, expires_at: float) -> None:
        """Store an answer until `expires_at`, and evict the least recently used ones above `max_bytes`."""
        self._remove(key)
        self._entries[key] = (body, expires_at, scope)
        self._bytes += len(body)
        while self._bytes > self._max_bytes:
            self._remove(next(iter(self._entries)))

    async def delete(self, keys: Iterable[str], scope: str | None) -> int:
        """Delete the entries of `keys`, only those of `scope` if it is given, and return their number."""
        return sum(self._remove(key) for key in keys if self._within(key, scope))

    async def delete_all(self, scope: str | None) -> int:
        """Delete every entry, or those of `scope`, and return their number."""
        return await self.delete(list(self._entries), scope)

    def _within(self, key: str, scope: str | None) -> bool:
        found = self._entries.get(key)
        return found is not None and scope in (None, found[2])

    async def size(self) -> tuple[int, int]:
        """Return the number of entries and their total size in bytes."""
        return len(self._entries), self._bytes

    def _remove(self, key: str) -> bool:
        found = self._entries.pop(key, None)
        if found is not None:
            self._bytes -= len(found[0])
        return found is not None


class SqlStore:
    """A store in the gateway's database; the oldest entries are evicted first."""

    def __init__(self, db: Database, max_bytes: int) -> None:
        self._db = db
        self._max_bytes = max_bytes
        self._puts = 0

    async def find(self, key: str, now: float) -> bytes | None:
        """Return the stored answer of `key`, or None if it expired.

        A failing database is logged and counts as a miss.
        """
        try:
            row = await self._db.one(sql.FIND, (key, now))
        except StorageError as error:
            _log.warning("the cache could not be read: %s", error)
            return None
        return None if row is None else bytes(row[0])

    async def put(self, key: str, scope: str, body: bytes, now: float, expires_at: float) -> None:
        """Store an answer until `expires_at`. A failing database is logged, and the answer is not stored."""
        try:
            await self._put(key, scope, body, now, expires_at)
        except StorageError as error:
            _log.warning("an answer could not be cached: %s", error)

    async def _put(self, key: str, scope: str, body: bytes, now: float, expires_at: float) -> None:
        await self._db.write(sql.PUT, (key, scope, body, len(body), now, expires_at))
        if self._puts % _CLEAN_EVERY == 0:
            await self._db.write(sql.DELETE_EXPIRED, (now,))
        self._puts += 1
        if self._puts % _CLEAN_EVERY == 0 or len(body) * _CLEAN_EVERY > self._max_bytes:
            await self._shrink()

    async def delete(self, keys: Iterable[str], scope: str | None) -> int:
        """Delete the entries of `keys`, only those of `scope` if it is given, and return their number."""
        deleted = 0
        for key in keys:
            bound = (key,) if scope is None else (key, scope)
            deleted += await self._db.write(sql.DELETE if scope is None else sql.DELETE_IN_SCOPE, bound)
        return deleted

    async def delete_all(self, scope: str | None) -> int:
        """Delete every entry, or those of `scope`, and return their number."""
        return await (self._db.write(sql.DELETE_ALL) if scope is None else self._db.write(sql.DELETE_SCOPE, (scope,)))

    async def _shrink(self) -> None:
        entries, held = await self.size()
        while entries and held > self._max_bytes:
            await self._db.write(sql.DELETE_OLDEST, (_EVICTION_BATCH if entries > _EVICTION_BATCH * 2 else 1,))
            entries, held = await self.size()

    async def size(self) -> tuple[int, int]:
        """Return the number of entries and their total size in bytes."""
        row = await self._db.one(sql.COUNT)
        assert row is not None
        return int(row[0]), int(row[1])


def open_store(settings: CacheSettings, db: Database, redis: Redis | None) -> CacheStore | None:
    """Return the store of a configuration; None where the cache is off."""
    if settings.kind == "memory":
        return MemoryStore(settings.max_bytes)
    if settings.kind in ("database", "sqlite"):
        return SqlStore(db, settings.max_bytes)
    if settings.kind == "redis":
        from .redis_store import RedisStore

        assert redis is not None, "a configuration with this kind has a `redis_url`"
        return RedisStore(redis, settings.max_bytes)
    return None
