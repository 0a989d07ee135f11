"""Sums of usage by week and month, added up from the days once these have ended, so that reports read fewer rows."""

from __future__ import annotations

import logging

from ..core.clock import Clock
from ..db import Database, StorageError
from . import rollup_sql as sql
from .report_period import end_of, start_of

__all__ = ["UsagePeriods"]

_log = logging.getLogger("onceward_gateway")
_INTERVAL_SECONDS = 3600.0
# A week or month is added up so long after its end. `RollupWriter` reopens it for a call that started more than a day
# before, so the clocks of two nodes may differ by a day.
_CLOSED_HOURS = 48
# SQLite writes so many rows within a few milliseconds.
_ROWS_AT_ONCE = 500
_PAUSE_SECONDS = 0.02


class UsagePeriods:
    """The sums of whole weeks and months.

    A report uses those before `summed_until`. A call that is added to one of them moves `summed_until` back to its
    start, in the same transaction, and it is added up again.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def run(self) -> None:
        """Add up what has ended, again and again."""
        while True:
            try:
                await self.add_up()
            except StorageError as error:
                _log.warning("the sums of weeks and months are added up later: %s", error)
            except Exception:  # noqa: BLE001 - it is tried again, whatever it was
                _log.exception("the sums of weeks and months could not be added up")
            await self._clock.sleep(_INTERVAL_SECONDS)

    async def add_up(self) -> int:
        """Add up the weeks and months that have ended; return their number."""
        day = await self._db.one(sql.FIRST_DAY)
        count = 0
        for step in (sql.WEEK, sql.MONTH) if day is not None else ():
            assert day is not None
            while await self._add_up_next(step, int(day[0])):
                count += 1
                await self._clock.sleep(_PAUSE_SECONDS)
        return count

    async def _add_up_next(self, step: int, first_day: int) -> bool:
        """Add up the first week or month without sums if it has ended."""
        row = await self._db.one(sql.PERIODS, (step,))
        assert row is not None
        start = start_of(step, max(int(row[0]), first_day))
        end = end_of(step, start)
        if self._clock.time() < (end + _CLOSED_HOURS) * 3600:
            return False
        if self._db.shared:
            return await self._add_up_shared(step, start, end, int(row[0]))
        return await self._add_up_alone(step, start, end, int(row[1]))

    async def _add_up_shared(self, step: int, start: int, end: int, expected: int) -> bool:
        """Add up in one transaction. Its lock keeps other nodes from adding up, and from adding calls of that time."""
        async with self._db.transaction():
            ((until, changes),) = await self._db.changed(sql.LOCK_PERIODS, (step,))
            if until != expected:
                return False
            for kind in sql.KINDS:
                await self._db.write(sql.ADD_UP, (step, start, kind, start, end))
            await self._db.write(sql.SUMMED_UNTIL, (end, step, changes))
        return True

    async def _add_up_alone(self, step: int, start: int, end: int, changes: int) -> bool:
        """Add up in a thread, and write a few rows at a time. They are used only if no call was added meanwhile."""
        for kind in sql.KINDS:
            rows = await self._db.query_in_thread(sql.PERIOD_SUMS, (kind, start, end))
            for first in range(0, len(rows), _ROWS_AT_ONCE):
                some = rows[first : first + _ROWS_AT_ONCE]
                await self._db.write_many(sql.SET_ROLLUP, [(kind, step, start, *row) for row in some])
                await self._db.flush()
                await self._clock.sleep(_PAUSE_SECONDS)
        written = await self._db.write(sql.SUMMED_UNTIL, (end, step, changes))
        await self._db.flush()
        return bool(written)
