"""Repository of idempotency keys and of the answers kept for them: typed access to the tables of `sql`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from ..core.answer import Answer
from ..db import Batch, Database, Row
from . import sql

__all__ = ["IdempotencyStore", "KeyRow", "StoredKey", "read_answer"]


# Principal, key, operation, fingerprint, the id that the key names, and its expiry in seconds since the epoch.
KeyRow: TypeAlias = tuple[str, str | None, str, bytes, str, float]


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A stored key: the fingerprint of its first request, the id that it names, and the node of a running write.

    `named` is the row that the key names, in the columns of the statement that found it; None if there is none.
    """

    fingerprint: bytes
    id: str
    node: str | None
    named: Row | None


class IdempotencyStore:
    """Reads and writes of idempotency keys and answers. Writes that belong together are added to one batch."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self, statement: str, principal: str, key: str, now: float) -> StoredKey | None:
        """Return a live key of a principal, and the row it names; `statement` is made with `sql.find_key`."""
        row = await self._db.one(statement, (principal, key, now))
        if row is None:
            return None
        return StoredKey(bytes(row[0]), row[1], row[2], None if row[3] is None else row[3:])

    async def answer(self, id: str) -> Answer | None:
        """Return the stored answer of a call that did not stream, or of a write, or None."""
        row = await self._db.one(sql.FIND_ANSWER, (id,))
        return None if row is None else read_answer(row)

    @staticmethod
    def put(batch: Batch, key: KeyRow) -> None:
        """Add a key to a batch."""
        batch.add(sql.PUT_KEY, key)

    @staticmethod
    def put_answer(batch: Batch, id: str, answer: Answer) -> None:
        """Add the answer of a call or write to a batch."""
        headers = msgspec.json.encode(answer.headers).decode()
        batch.add(sql.PUT_ANSWER, (id, answer.status, answer.content_type, headers, answer.body))

    async def sweep(self, now: float) -> int:
        """Delete the expired keys with their answers and events, and return their number; call records stay."""
        async with self._db.transaction():
            await self._db.write(sql.DROP_ANSWERS, (now,))
            await self._db.write(sql.DROP_EVENTS, (now,))
            return await self._db.write(sql.DROP_KEYS, (now,))


def read_answer(row: Row) -> Answer:
    """Return the answer of a row of the table."""
    status, content_type, headers, body = row
    pairs = msgspec.json.decode(headers, type=list[tuple[str, str]])
    return Answer(bytes(body), content_type, headers=tuple(pairs), status=status)
