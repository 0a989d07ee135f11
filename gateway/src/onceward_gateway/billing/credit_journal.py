"""The credit journal: pages of grants and debits with the balance after each.

The time of an answer does not depend on the length of a journal: a balance is read from the rollups of the account's
calls, and from the entries of at most two hours; a page reads a bounded number of entries.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core import error_codes
from ..core.errors import invalid
from ..db import Batch, Database, Row
from . import journal_sql as sql
from .report_period import Period, split_period
from .rollup_sql import KEPT_FROM
from .window_sql import window_sums

__all__ = ["CreditJournal", "JournalEntry", "JournalFilter", "JournalPage", "debited"]

_HOUR_SECONDS = 3600.0
# The entries among which a filter looks for those of a page, and which are counted.
_BLOCK = 5000
_MOST_COUNTED = 10_000
_EVER = 1.0e12
# After every id.
_HIGHEST = "~"


def debited(
    batch: Batch, account: str, period: float, tier: str, usage_id: str, *, amount: int, started_at: float
) -> None:
    """Add the debit of a call to the journal, at the time by which the rollups have the call."""
    batch.add(sql.ADD_ENTRY, ("cre_" + usage_id, account, "debit", -amount, started_at, period, tier, usage_id))


@dataclass(slots=True)
class JournalFilter:
    """Conditions on entries: a period, and conditions on the calls of debits with the values bound in them."""

    start: float | None = None
    end: float | None = None
    conditions: list[str] = field(default_factory=list[str])
    values: list[Any] = field(default_factory=list[Any])

    def add(self, values: Mapping[str, str | None]) -> None:
        """Require values of calls by the names in `journal_sql.FILTERS`; None requires nothing."""
        for name, value in values.items():
            if value is not None:
                text = sql.FILTERS[name]
                self.conditions.append(text)
                self.values += [value] * text.count("?")

    def add_status(self, status: str) -> None:
        """Require a status of calls, one of `journal_sql.STATUSES`."""
        self.conditions.append(sql.STATUSES[status])


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An entry: its row in the order of `journal_sql.page`, and the balance of its account after it."""

    row: Row
    balance: int


@dataclass(frozen=True, slots=True)
class JournalPage:
    """A page of entries, newest first; `total` is None if there are too many to count."""

    entries: list[JournalEntry]
    total: int | None
    next_cursor: str | None


class CreditJournal:
    """The grants and debits of accounts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def page(self, account: str, where: JournalFilter, limit: int, cursor: str | None) -> JournalPage:
        """Return a page of the journal, newest first. A filtered page may be shorter than `limit`, and have a next one.

        Raises `ApiError` for a cursor that is not an entry of the account. Entries of expired records are not listed.
        """
        ((kept_from,),) = await self._db.query(KEPT_FROM)
        start = max(float(kept_from), -_EVER if where.start is None else where.start)
        # `end` is excluded, and no id comes before the empty one.
        above = (_EVER, _HIGHEST) if where.end is None else (where.end, "")
        total = await self._count(where, (account, start, above[0], *above))
        if cursor:
            above = min(above, (await self._time_of(account, cursor), cursor))
        block = _BLOCK if where.conditions else limit + 1
        values = (*where.values, account, start, above[0], *above, block, *where.values, block, limit + 1)
        rows = await self._db.query_in_thread(sql.page(where.conditions), values)
        entries = await self._with_balances(account, [row for row in rows[:limit] if row[-1]], float(kept_from))
        if len(rows) > limit:
            return JournalPage(entries, total, str(rows[limit - 1][0]))
        # The last entry of a full block is there even if it does not meet the conditions: older ones may.
        is_full = bool(rows) and rows[-1][-2] == block
        return JournalPage(entries, total, str(rows[-1][0]) if is_full else None)

    async def _time_of(self, account: str, cursor: str) -> float:
        row = await self._db.one(sql.FIND_ENTRY, (cursor, account))
        if row is None:
            raise invalid(
                f"`cursor` is {cursor!r}, which no page of this list gave. Take `next_cursor` of the page before.",
                param="cursor",
                code=error_codes.INVALID_CURSOR,
            )
        return float(row[0])

    async def _count(self, where: JournalFilter, range: tuple[Any, ...]) -> int | None:
        """Return the number of entries of a range that meet the conditions; None if the range has too many."""
        ((count,),) = await self._db.query_in_thread(sql.count([]), (*range, _MOST_COUNTED + 1))
        if count > _MOST_COUNTED:
            return None
        if where.conditions and count:
            values = (*range, _MOST_COUNTED, *where.values)
            ((count,),) = await self._db.query_in_thread(sql.count(where.conditions), values)
        return int(count)

    async def _with_balances(self, account: str, rows: list[Row], kept_from: float) -> list[JournalEntry]:
        balances: dict[Row, int] = {}
        entries: list[JournalEntry] = []
        for *columns, period, newer, top_at, top_id, _, _ in rows:
            top = (period, top_at, top_id)
            if top not in balances:
                balances[top] = await self._balance(account, *top, kept_from)
            # `newer` includes the entry itself.
            entries.append(JournalEntry(tuple(columns), balances[top] - newer + columns[2]))
        return entries

    async def _balance(self, account: str, period_start: float, at: float, id: str, kept_from: float) -> int:
        """Return the balance of an account after an entry of a period."""
        ((granted,),) = await self._db.query(sql.GRANTED, (account, period_start, at, id))
        hour = math.floor(at / _HOUR_SECONDS) * _HOUR_SECONDS
        whole = Period()
        if hour > period_start:
            whole = split_period(period_start, hour, by_hour=False, kept_from=kept_from)
        # Parts of hours are read from the entries; no id comes before the empty one.
        ranges = [(start, end, "") for start, end in whole.parts] + [(max(hour, period_start), at, id)]
        debited = 0
        for start, end, last in ranges:
            bounds = (account, start, end, end, last, period_start)
            ((amount,),) = await self._db.query_in_thread(sql.DEBITED, bounds)
            debited -= amount
        statement, values = window_sums("credits", (account,), Period(whole.days, whole.hours))
        debited += sum(amount for _, amount in await self._db.query_in_thread(statement, values))
        return int(granted) - int(debited)
