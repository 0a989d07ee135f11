"""Repository of call records and event logs: typed access to the tables of `sql`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..core.call_record import CallRecord, read_record
from ..db import Batch, Database
from . import sql

__all__ = ["CallStore", "EventBlock"]


@dataclass(frozen=True, slots=True)
class EventBlock:
    """Consecutive events of a stream, `first` to `last` inclusive, as the bytes that were sent."""

    first: int
    last: int
    data: bytes

    def after(self, seq: int) -> bytes:
        """Return the bytes of the events after `seq`."""
        if seq < self.first:
            return self.data
        frames = self.data.split(b"\n\n")
        return b"\n\n".join(frames[seq - self.first + 1 :])

    def frames(self) -> list[bytes]:
        """Return the events, each with the blank line that ends it."""
        return [frame + b"\n\n" for frame in self.data.split(b"\n\n")[:-1]]


class CallStore:
    """Reads and writes of call records. Writes that belong together are added to one batch."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self, principal: str, call_id: str) -> CallRecord | None:
        """Return a call of a principal, or None where there is none or it is another principal's."""
        row = await self._db.one(sql.FIND_CALL, (principal, call_id))
        return None if row is None else read_record(row)

    async def interrupt(self, statement: str, parameters: tuple[Any, ...]) -> list[CallRecord]:
        """Run a statement that interrupts calls, and return the records of those calls as they are afterwards."""
        return [read_record(row) for row in await self._db.changed(statement, parameters)]

    async def listed(
        self, principal: str, *, limit: int, after: str | None, key: str | None
    ) -> tuple[list[CallRecord], bool] | None:
        """Return a page of calls, newest first, and whether there are more; None if the caller has no call `after`."""
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

    async def events(self, call_id: str, after: int) -> list[EventBlock]:
        """Return the blocks with the events after `after`, without duplicates.

        Blocks overlap where a node that was declared dead kept writing beside the node that took its call over.
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

    # -- writes, added to a batch

    @staticmethod
    def put_record(batch: Batch, record: CallRecord, account: str | None = None) -> None:
        """Add the insert or update of a record to a batch, with the account of a call that is still to be billed.

        An interrupted one never replaces an end that is stored.
        """
        put = sql.PUT_INTERRUPTED if record.status == "interrupted" else sql.PUT_CALL
        batch.statements.append(put.statement((*record.row(), account)))

    @classmethod
    def put_end(cls, batch: Batch, record: CallRecord, *, is_stored: bool) -> None:
        """Add the record of a call that has ended to a batch; `is_stored`: the database has the record in progress."""
        if not is_stored or record.status != "completed" or record.error is not None:
            cls.put_record(batch, record)
            return
        finished_at, usage, cost = record.row()[11:14]
        served = (record.model, record.provider, record.node)
        batch.add(sql.COMPLETE_CALL, (finished_at, usage, cost, *served, record.id, record.node, record.attempt))

    @staticmethod
    def put_events(batch: Batch, block: tuple[str, int, int, bytes]) -> None:
        """Add a block of a call's events to a batch."""
        batch.add(sql.PUT_EVENTS, block)

    @staticmethod
    def attempt_of(call_id: str) -> Batch:
        """Return a batch that counts one more request for a call."""
        batch = Batch()
        batch.add(sql.ADD_ATTEMPT, (call_id,))
        return batch
