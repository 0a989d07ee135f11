"""What was spent: by whom, in which window, on which model; and what an admin wrote over it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..clock import Clock
from ..platform.core import Platform
from ..platform.principal import Bound
from ..storage import Database
from . import sql
from .lines import CREDITS, Place, window_of
from .usage import UsageLog

__all__ = ["Sums"]

_CHARGED_TOO = ("key",)


class Sums:
    """Sums of the records. What the platform shows of spending comes from here."""

    def __init__(self, db: Database, usage: UsageLog, platform: Platform, clock: Clock) -> None:
        self._db = db
        self._usage = usage
        self._platform = platform
        self._clock = clock

    # -- what the platform asks

    def spent(self, scope: str, id: str) -> int:
        """In all its life."""
        return sum(self._totals(scope, id).values())

    def by_model(self, scope: str, id: str) -> Mapping[str, int]:
        """In all its life, by the model that was asked for."""
        return {model: spent for model, spent in self._totals(scope, id).items() if model}

    def in_window(self, bound: Bound, now: float) -> int:
        """Since its budget renewed last."""
        start, end = window_of(bound.budget_duration, bound.budget_anchor, now)
        return self.standing((bound.scope, bound.id, ""), start, end)

    def reset(self, scope: str, id: str, spend: int) -> None:
        """An admin wrote what counts as spent. The records stay as they are."""
        self._usage.flush()
        now = self._clock.time()
        totals = self._totals(scope, id)
        self._db.write(sql.ADD_RESET, (scope, id, now, spend, spend - sum(totals.values())))
        place = self._total_place(scope, id)
        for model in totals:
            if model:
                self._db.write(sql.SET_TOTAL, (*place, model, 0))
        self._db.write(sql.SET_TOTAL, (*place, "", spend))
        self._db.write(sql.SET_WINDOWS, (0, scope, id, now))
        self._db.write(sql.SET_WHOLE_WINDOW, (spend, scope, id, now))

    def everybody(self) -> list[tuple[str, str]]:
        """All that something was counted for."""
        self._usage.flush()
        return [(str(scope), str(id)) for scope, id in self._db.query(sql.OWNERS, (CREDITS,))]

    # -- sums

    def standing(self, place: Place, start: float, end: float | None) -> int:
        """What was spent in a window: as it stands, or as its records add up where nobody opened it yet."""
        self._usage.flush()
        row = self._db.one(sql.FIND_WINDOW, (*place, start))
        return self.summed(place, start, end) if row is None else int(row[0])

    def summed(self, place: Place, start: float, end: float | None) -> int:
        """What the records of a window add up to, from what an admin wrote last."""
        scope, id, model = place
        until = math.inf if end is None else end
        if scope == CREDITS:
            return self._one(sql.SUM_CREDITS, (id, start, until))
        base = 0
        reset = self._db.one(sql.LAST_RESET, (scope, id, start))
        if reset is not None and reset[0] < until:
            start, base = float(reset[0]), 0 if model else int(reset[1])
        return base + self._records(scope, id, model, start, until)

    def _records(self, scope: str, id: str, model: str, start: float, until: float) -> int:
        tail = (start, until, model, model)
        if scope == "customer":
            record = self._platform.customers.any(id)
            if record is None:
                return 0
            return self._one(sql.SUM_CUSTOMER, (record.name, record.organization_id or "", *tail))
        total = 0
        if scope in sql.SUM_OWNED:
            total += self._one(sql.SUM_OWNED[scope], (id, *tail))
        if scope not in sql.SUM_OWNED or scope in _CHARGED_TOO:
            total += self._one(sql.SUM_CHARGED, (scope, id, *tail))
        return total

    def _one(self, statement: str, parameters: tuple[object, ...]) -> int:
        row = self._db.one(statement, parameters)
        return 0 if row is None else int(row[0])

    def _totals(self, scope: str, id: str) -> dict[str, int]:
        self._usage.flush()
        return {str(model): int(spent) for model, spent in self._db.query(sql.TOTALS, self._total_place(scope, id))}

    def _total_place(self, scope: str, id: str) -> tuple[str, str]:
        if scope == "customer":
            record = self._platform.customers.any(id)
            if record is not None:
                return scope, f"{record.organization_id or ''}:{record.name}"
        return scope, id
