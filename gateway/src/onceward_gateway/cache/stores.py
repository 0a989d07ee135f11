"""Where answers are kept. Times are seconds since the epoch."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable
from typing import Protocol

from ..db import Database, StorageError
from . import sql

__all__ = ["MemoryStore", "SqlStore", "Store"]

_log = logging.getLogger("onceward_gateway")
_TIDY_EVERY = 64
_DROPPED_AT_ONCE = 64


class Store(Protocol):
    """A place for answers, bounded in bytes.

    A place that cannot be reached now finds nothing and keeps nothing, and says so in the log alone: the model is
    asked instead. The rest raises 503 then.
    """

    async def find(self, key: str, now: float) -> bytes | None: ...

    async def put(self, key: str, scope: str, body: bytes, now: float, expires_at: float) -> None:
        """Keep an answer, instead of the one that was kept under the key before."""
        ...

    async def drop(self, keys: Iterable[str], scope: str | None) -> int:
        """Forget these, of one scope or (None) of any; gives how many there were."""
        ...

    async def drop_all(self, scope: str | None) -> int: ...

    async def size(self) -> tuple[int, int]:
        """How many answers, and how many bytes."""
        ...


class MemoryStore:
    """In this process; what was not used for longest goes first."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._entries: OrderedDict[str, tuple[bytes, float, str]] = OrderedDict()
        self._bytes = 0

    async def find(self, key: str, now: float) -> bytes | None:
        found = self._entries.get(key)
        if found is None:
            return None
        if found[1] <= now:
            self._remove(key)
            return None
        self._entries.move_to_end(key)
        return found[0]

    async def put(self, key: str, scope: str, body: bytes, now: float, expires_at: float) -> None:
        self._remove(key)
        self._entries[key] = (body, expires_at, scope)
        self._bytes += len(body)
        while self._bytes > self._most_bytes:
            self._remove(next(iter(self._entries)))

    async def drop(self, keys: Iterable[str], scope: str | None) -> int:
        return sum(self._remove(key) for key in keys if self._within(key, scope))

    async def drop_all(self, scope: str | None) -> int:
        return await self.drop(list(self._entries), scope)

    def _within(self, key: str, scope: str | None) -> bool:
        found = self._entries.get(key)
        return found is not None and scope in (None, found[2])

    async def size(self) -> tuple[int, int]:
        return len(self._entries), self._bytes

    def _remove(self, key: str) -> bool:
        found = self._entries.pop(key, None)
        if found is not None:
            self._bytes -= len(found[0])
        return found is not None


class SqlStore:
    """In the gateway's database; the oldest go first."""

    def __init__(self, db: Database, most_bytes: int) -> None:
        self._db = db
        self._most_bytes = most_bytes
        self._puts = 0

    async def find(self, key: str, now: float) -> bytes | None:
        try:
            row = await self._db.one(sql.FIND, (key, now))
        except StorageError as error:
            _log.warning("an answer was not looked for in the cache: %s", error)
            return None
        return None if row is None else bytes(row[0])

    async def put(self, key: str, scope: str, body: bytes, now: float, expires_at: float) -> None:
        try:
            await self._put(key, scope, body, now, expires_at)
        except StorageError as error:
            _log.warning("an answer was not kept in the cache: %s", error)

    async def _put(self, key: str, scope: str, body: bytes, now: float, expires_at: float) -> None:
        await self._db.write(sql.PUT, (key, scope, body, len(body), now, expires_at))
        if self._puts % _TIDY_EVERY == 0:
            await self._db.write(sql.DROP_EXPIRED, (now,))
        self._puts += 1
        if self._puts % _TIDY_EVERY == 0 or len(body) * _TIDY_EVERY > self._most_bytes:
            await self._shrink()

    async def drop(self, keys: Iterable[str], scope: str | None) -> int:
        dropped = 0
        for key in keys:
            bound = (key,) if scope is None else (key, scope)
            dropped += await self._db.write(sql.DROP if scope is None else sql.DROP_IN_SCOPE, bound)
        return dropped

    async def drop_all(self, scope: str | None) -> int:
        return await (self._db.write(sql.DROP_ALL) if scope is None else self._db.write(sql.DROP_SCOPE, (scope,)))

    async def _shrink(self) -> None:
        entries, held = await self.size()
        while entries and held > self._most_bytes:
            await self._db.write(sql.DROP_OLDEST, (_DROPPED_AT_ONCE if entries > _DROPPED_AT_ONCE * 2 else 1,))
            entries, held = await self.size()

    async def size(self) -> tuple[int, int]:
        row = await self._db.one(sql.COUNT)
        assert row is not None
        return int(row[0]), int(row[1])
