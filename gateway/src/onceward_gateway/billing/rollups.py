"""Rollups: spend by owner, window and model, and the values that an administrator set instead."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from ..core.clock import Clock
from ..core.model_names import matches
from ..core.principal import Bound
from ..db import Database
from ..identity.repositories import Repositories
from . import sql
from .budget_windows import (
    CREDITS,
    BudgetKey,
    Window,
    window_of,
)
from .report_period import split_period
from .rollup_sql import KEPT_FROM
from .window_sql import OWNERS, window_sums

__all__ = ["Rollups", "UsageSums"]


_HOUR_SECONDS = 3600
_LAST_HOUR = 1 << 40


class UsageSums:
    """Sums of the usage records."""

    def __init__(self, db: Database, records: Repositories) -> None:
        self._db = db
        self._repositories = records

    async def summed(self, key: BudgetKey, start: float, end: float | None) -> int:
        """Return the sum of the usage records of a window, on top of the value that an administrator set last."""
        scope, id, model = key
        if scope == CREDITS:
            return sum((await self._used(scope, (id,), start, end)).values())
        base = 0
        reset = await self._db.one(sql.LAST_RESET, (scope, id, start))
        if reset is not None and reset[0] < (math.inf if end is None else end):
            start, base = float(reset[0]), 0 if model else int(reset[1])
        found = await self._records(scope, id, start, end)
        return base + sum(cost for name, cost in found.items() if not model or matches(model, name))

    async def _records(self, scope: str, id: str, start: float, end: float | None) -> dict[str, int]:
        """Return the cost of an owner's records in a period, by requested model."""
        owner: tuple[str, ...] = (id,)
        if scope == "customer":
            record = await self._repositories.customers.any(id)
            if record is None:
                return {}
            owner = (record.name, record.organization_id or "")
        elif scope in ("team_member", "organization_member"):
            group, _, user = id.partition(":")
            owner = (group, user)
        elif scope == "key":
            owner = (id, id)
        elif scope not in OWNERS:
            until = math.inf if end is None else end
            hours = (math.floor(start / _HOUR_SECONDS), _LAST_HOUR if end is None else math.floor(end / _HOUR_SECONDS))
            rows = await self._db.query(sql.SUM_CHARGED, (scope, id, start, until, scope, id, *hours))
            return {str(model): int(cost) for model, cost in rows}
        return await self._used(scope, owner, start, end)

    async def _used(self, scope: str, owner: tuple[str, ...], start: float, end: float | None) -> dict[str, int]:
        ((kept_from,),) = await self._db.query(KEPT_FROM)
        statement, values = window_sums(scope, owner, split_period(start, end, by_hour=False, kept_from=kept_from))
        return {str(model): int(amount) for model, amount in await self._db.query(statement, values)}


class Rollups:
    """Spending of keys, users, teams and organizations, kept in windows and totals.

    `on_written` is called with each window that an administrator set.
    """

    def __init__(
        self,
        db: Database,
        records: Repositories,
        clock: Clock,
        usage: UsageSums,
        on_written: Callable[[Window], None],
    ) -> None:
        self._db = db
        self._repositories = records
        self._clock = clock
        self.usage = usage
        self._on_written = on_written

    # -- queries

    async def spent(self, scope: str, id: str) -> int:
        """Return the total spend of an owner."""
        return sum((await self._totals(scope, id)).values())

    async def by_model(self, scope: str, id: str) -> Mapping[str, int]:
        """Return the total spend of an owner, by requested model."""
        return {model: spent for model, spent in (await self._totals(scope, id)).items() if model}

    async def in_window(self, bound: Bound, now: float) -> int:
        """Return the spend of an owner since its budget renewed last."""
        start, end = window_of(bound.budget_duration, bound.budget_anchor, now)
        return await self.balance((bound.scope, bound.id, ""), start, end)

    async def reset(self, scope: str, id: str, spend: int) -> None:
        """Set the spend of an owner, as an administrator requested. The usage records do not change."""
        now = self._clock.time()
        key = await self._total_place(scope, id)
        async with self._db.transaction():
            # Windows first, then sums, each sorted: the lock order of every transaction.
            for model, start in await self._db.query(sql.LIVE_WINDOWS, (scope, id, now)):
                window = (scope, id, str(model), float(start))
                await self._db.write(sql.SET_WINDOW, (0 if model else spend, *window))
                self._on_written(window)
            totals = await self._totals(scope, id)
            await self._db.write(sql.ADD_RESET, (scope, id, now, spend, spend - sum(totals.values())))
            for model in sorted({"", *totals}):
                await self._db.write(sql.SET_TOTAL, (*key, model, 0 if model else spend))

    async def everybody(self) -> list[tuple[str, str]]:
        """Return all owners with spend."""
        return [(str(scope), str(id)) for scope, id in await self._db.query(sql.OWNERS, (CREDITS,))]

    # -- sums

    async def balance(self, key: BudgetKey, start: float, end: float | None) -> int:
        """Return the spend in a window; the sum of its records if the window was not opened yet."""
        row = await self._db.one(sql.FIND_WINDOW, (*key, start))
        return await self.usage.summed(key, start, end) if row is None else int(row[0])

    async def _totals(self, scope: str, id: str) -> dict[str, int]:
        rows = await self._db.query(sql.TOTALS, await self._total_place(scope, id))
        return {str(model): int(spent) for model, spent in rows}

    async def _total_place(self, scope: str, id: str) -> tuple[str, str]:
        if scope == "customer":
            record = await self._repositories.customers.any(id)
            if record is not None:
                return scope, f"{record.organization_id or ''}:{record.name}"
        return scope, id
