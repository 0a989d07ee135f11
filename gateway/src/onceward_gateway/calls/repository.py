"""The records of calls, the keys that name them and what was answered: a typed face over the tables of `sql`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from ..core.answer import Answer
from ..core.call_record import CallRecord, read_record
from ..db import Batch, Database
from . import sql

__all__ = ["CallStore", "EventBlock", "StoredKey"]


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What a key was first presented with, the call that it names, and the node that runs it as a mutation."""

    fingerprint: bytes
    call_id: str
    node: str | None
    record: CallRecord | None


@dataclass(frozen=True, slots=True)
class EventBlock:
    """Some consecutive events of a stream as the bytes that were sent, `first` to `last` inclusive."""

    first: int
    last: int
    data: bytes

    def after(self, seq: int) -> bytes:
        """The bytes of the events behind `seq`."""
        if seq < self.first:
            return self.data
        frames = self.data.split(b"\n\n")
        return b"\n\n".join(frames[seq - self.first + 1 :])

    def frames(self) -> list[bytes]:
        """One item an event, each with the blank line that ends it."""
        return [frame + b"\n\n" for frame in self.data.split(b"\n\n")[:-1]]


class CallStore:
    """Reads and writes of records. What belongs together is added to one batch."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self, principal: str, call_id: str) -> CallRecord | None:
        """Return a call of a principal, or None where there is none or it is another principal's."""
        row = await self._db.one(sql.FIND_CALL, (principal, call_id))
        return None if row is None else read_record(row)

    async def interrupt(self, statement: str, parameters: tuple[Any, ...]) -> list[CallRecord]:
        """The calls that one of the statements for it interrupts, as they are then."""
        return [read_record(row) for row in await self._db.changed(statement, parameters)]

    async def listed(
        self, principal: str, *, limit: int, after: str | None, key: str | None
    ) -> tuple[list[CallRecord], bool] | None:
        """The newest first, and whether there are more; None if `after` names no call of this caller."""
        position = 2**62
        if after is not None:
            row = await self._db.one(sql.POSITION, (principal, after))
            if row is None:
                return None
            position = row[0]
        if key is None:
            rows = await self._db.query(sql.LIST_CALLS, (principal, position, limit + 1))
        else:
            rows = await self._db.query(sql.LIST_CALLS_OF_KEY, (principal, position, key, limit + 1))
        return [read_record(row) for row in rows[:limit]], len(rows) > limit

    async def key(self, principal: str, key: str, now: float) -> StoredKey | None:
        """Return a live idempotency key of a principal with its call, or None."""
        row = await self._db.one(sql.FIND_KEY, (principal, key, now))
        if row is None:
            return None
        return StoredKey(bytes(row[0]), row[1], row[2], None if row[3] is None else read_record(row[3:]))

    async def answer(self, call_id: str) -> Answer | None:
        """Return the stored answer of a call that did not stream, or None."""
        row = await self._db.one(sql.FIND_ANSWER, (call_id,))
        if row is None:
            return None
        status, content_type, headers, body = row
        pairs = msgspec.json.decode(headers, type=list[tuple[str, str]])
        return Answer(bytes(body), content_type, headers=tuple(pairs), status=status)

    async def events(self, call_id: str, after: int) -> list[EventBlock]:
        """The blocks that hold what is behind `after`, no event twice.

        Blocks overlap where a node that was taken for dead went on beside the one that took its call over.
        """
        blocks: list[EventBlock] = []
        last = 0
        for row in await self._db.query(sql.FIND_EVENTS, (call_id, after)):
            block = EventBlock(row[0], row[1], bytes(row[2]))
            if block.last > last:
                if block.first <= last:
                    block = EventBlock(last + 1, block.last, block.after(last))
                blocks.append(block)
                last = block.last
        return blocks

    # -- what is added to a batch

    @staticmethod
    def put_record(batch: Batch, record: CallRecord) -> None:
        """Add the insert or update of a record to a batch. An interrupted one never replaces an end that is stored."""
        batch.add(sql.PUT_INTERRUPTED if record.status == "interrupted" else sql.PUT_CALL, record.row())

    @staticmethod
    def put_key(
        batch: Batch, principal: str, key: str, operation: str, fingerprint: bytes, call_id: str, expires_at: float
    ) -> None:
        """Add the claim of an idempotency key to a batch; it holds until `expires_at` (seconds since the epoch)."""
        batch.add(sql.PUT_KEY, (principal, key, operation, fingerprint, call_id, expires_at))

    @classmethod
    def put_key_of(
        cls, batch: Batch, record: CallRecord, operation: str, fingerprint: bytes | None, expires_at: float
    ) -> None:
        """The key of a call, if it has one."""
        if record.key is not None and fingerprint is not None:
            cls.put_key(batch, record.principal, record.key, operation, fingerprint, record.id, expires_at)

    @staticmethod
    def put_answer(batch: Batch, call_id: str, answer: Answer) -> None:
        """Add the answer of a call to a batch."""
        headers = msgspec.json.encode(answer.headers).decode()
        batch.add(sql.PUT_ANSWER, (call_id, answer.status, answer.content_type, headers, answer.body))

    @staticmethod
    def put_events(batch: Batch, block: tuple[str, int, int, bytes]) -> None:
        """Add a block of a call's events to a batch."""
        batch.add(sql.PUT_EVENTS, block)

    @staticmethod
    def attempt_of(call_id: str) -> Batch:
        """That a call was asked for once more."""
        batch = Batch()
        batch.add(sql.ADD_ATTEMPT, (call_id,))
        return batch

    async def sweep(self, now: float) -> int:
        """Forget the keys whose time is over, with what they kept; records of calls stay."""
        async with self._db.transaction():
            await self._db.write(sql.DROP_ANSWERS, (now,))
            await self._db.write(sql.DROP_EVENTS, (now,))
            return await self._db.write(sql.DROP_KEYS, (now,))
