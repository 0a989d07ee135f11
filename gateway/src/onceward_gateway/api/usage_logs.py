"""Pages of usage records, found by the index that leads to the fewest of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..billing import log_sql
from ..db import Database
from .usage_filter import UsageFilter

__all__ = ["UsageLogs"]

# Records that are read in the order of the list, before indexes are tried.
_NEWEST = 2000
# The most candidates of an index that is worth its use; and records that a page reads where no index helps.
_MOST_CANDIDATES = 20_000
# A call starts a moment after its id was made, and later still when it is resumed.
_DELAY_SECONDS = 3600.0
_RESUMED_SECONDS = 31 * 86400.0
_LOWEST, _HIGHEST = "call_", "call~"
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_EVER = 1.0e12


@dataclass(slots=True)
class _Candidates:
    """A query of candidates, the values bound in it, and their number as far as it was counted."""

    statement: str
    values: tuple[Any, ...]
    count: int = 0


@dataclass(slots=True)
class _Page:
    """A page to be filled: its filter, the range of its ids, and the number of records, one more than is shown."""

    where: UsageFilter
    low: str
    high: str
    size: int
    conditions: list[str]
    values: list[Any]

    @property
    def range(self) -> tuple[str, str]:
        """Return the ids that it may have."""
        return self.low, self.high


class UsageLogs:
    """The log of usage records."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def page(self, where: UsageFilter, limit: int, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of records, newest first, and the cursor of the next page.

        Filtered by metadata, which has no index, a page may be shorter than `limit`, and have a next one.
        """
        page = self._page(where, limit + 1, cursor)
        rows, end = await self._rows(page)
        found = [dict(zip(log_sql.LOG_COLUMNS, row, strict=True)) for row in rows[:limit]]
        return found, found[-1]["id"] if len(rows) > limit else end

    def _page(self, where: UsageFilter, size: int, cursor: str | None) -> _Page:
        conditions, values = where.of_records(postgres=self._db.shared)
        low, high = _LOWEST, cursor or _HIGHEST
        if where.start is not None:
            conditions.append("usage.started_at >= ?")
            values.append(where.start)
            low = _id_at(where.start - _RESUMED_SECONDS)
        if where.end is not None:
            conditions.append("usage.started_at < ?")
            values.append(where.end)
            high = min(high, _id_at(where.end + _DELAY_SECONDS))
        return _Page(where, low, high, size, conditions, values)

    async def _rows(self, page: _Page) -> tuple[list[tuple[Any, ...]], str | None]:
        """Return the records of a page, and the cursor where it ends before its records do."""
        records = page.where.records
        if call_id := records.get("call_id"):
            return await self._among(page, _Candidates(log_sql.BY_CALL, (f"{call_id}.", f"{call_id}/"))), None
        if request_id := records.get("request_id"):
            return await self._among(page, _Candidates(log_sql.BY_REQUEST, (request_id, *page.range))), None
        rows, _, whole = await self._newest(page, _NEWEST)
        if whole or len(rows) >= page.size:
            return rows, None
        if await self._is_absent(page.where):
            return [], None
        where = page.where
        if where.conditions and not records and where.customer is None and where.metadata is None:
            return await self._latest_of_groups(page), None
        fewest = await self._fewest(page)
        if fewest is not None and fewest.count <= _MOST_CANDIDATES:
            return await self._among(page, fewest), None
        if where.metadata is None:
            statement = log_sql.log_page(None, ["usage.id >= ?", "usage.id < ?", *page.conditions])
            return await self._db.query_in_thread(statement, (*page.range, *page.values, page.size)), None
        rows, floor, whole = await self._newest(page, _MOST_CANDIDATES)
        return rows, None if whole or len(rows) >= page.size else floor

    async def _newest(self, page: _Page, most: int) -> tuple[list[tuple[Any, ...]], str | None, bool]:
        """Return the records among the newest ones, the oldest id of these, and whether there are no older ones."""
        values = (*page.range, most)
        ((floor, count),) = await self._db.query_in_thread(log_sql.NEWEST_RANGE, values)
        return await self._among(page, _Candidates(log_sql.NEWEST, values)), floor, count < most

    async def _among(self, page: _Page, candidates: _Candidates) -> list[tuple[Any, ...]]:
        conditions, values = [*page.conditions, "usage.id < ?"], [*page.values, page.high]
        statement = log_sql.log_page(candidates.statement, conditions)
        return await self._db.query_in_thread(statement, (*candidates.values, *values, page.size))

    async def _is_absent(self, where: UsageFilter) -> bool:
        """Return whether the sums of no group have the values that are asked for together."""
        values = (("customer", where.customer), ("tag", where.records.get("tag")))
        asked = [(log_sql.HAS_GROUP[name], value) for name, value in values if value is not None]
        conditions = "".join(f" AND {condition}" for condition in where.conditions)
        for kind, value in asked or [(0, "")]:
            statement = f"SELECT 1 FROM usage_group WHERE kind = ? AND value = ?{conditions} LIMIT 1"
            if not await self._db.query_in_thread(statement, (kind, value, *where.values)):
                return True
        return False

    async def _latest_of_groups(self, page: _Page) -> list[tuple[Any, ...]]:
        where = page.where
        start = -_EVER if where.start is None else where.start
        end = _EVER if where.end is None else where.end
        statement = log_sql.latest_of_groups(where.conditions, postgres=self._db.shared)
        values = (*where.values, *page.range, start, end, page.size)
        return await self._among(page, _Candidates(statement, values))

    async def _fewest(self, page: _Page) -> _Candidates | None:
        """Return the candidates of the index that leads to the fewest."""
        fewest: _Candidates | None = None
        for candidates in _indexed(page):
            statement = log_sql.count_up_to(candidates.statement)
            ((candidates.count,),) = await self._db.query_in_thread(
                statement, (*candidates.values, _MOST_CANDIDATES + 1)
            )
            if fewest is None or candidates.count < fewest.count:
                fewest = candidates
        return fewest


def _indexed(page: _Page) -> Iterator[_Candidates]:
    where, records = page.where, page.where.records
    if tag := records.get("tag"):
        yield _Candidates(log_sql.BY_TAG, (tag, *page.range))
    if where.customer is not None:
        yield _Candidates(log_sql.BY_CUSTOMER, (where.customer, *page.range))
    status = records.get("status")
    if status is not None and status != "completed":
        yield _Candidates(log_sql.BY_STATUS, (status, *page.range))
    if where.start is not None:
        end = _EVER if where.end is None else where.end
        yield _Candidates(log_sql.BY_START, (where.start, end, *page.range))
    if where.conditions:
        yield _Candidates(log_sql.by_groups(where.conditions), (*where.values, *page.range))


def _id_at(moment: float) -> str:
    """Return the lowest id of a call that is made at a moment."""
    number = min(max(int(moment * 1000), 0), (1 << 48) - 1)
    return "call_" + "".join(_DIGITS[number >> shift & 31] for shift in range(45, -1, -5))
