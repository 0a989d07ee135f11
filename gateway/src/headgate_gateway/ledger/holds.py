"""Holds: money set aside before a call runs, so that calls at the same time cannot spend the same money.

A hold takes one conditional update for each budget line, in one order for all, and takes all of them or none. It has
a lease: what a process that died held is given back by whoever sweeps next.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ..storage import Database
from . import sql
from .lines import CREDITS, Line, Place
from .usage import UsageLog

__all__ = ["Hold", "Holds", "Refused"]


# Scope, id, model and start of a line, and how much was taken of it.
Taken = tuple[str, str, str, float, int]


@dataclass(slots=True)
class Hold:
    """What one call holds. `warned` are the lines whose soft limit is reached."""

    id: str
    call_id: str
    taken: list[Taken]
    warned: list[Line]
    expires_at: float


@dataclass(frozen=True, slots=True)
class Refused:
    """The line that has too little left, and how it stands."""

    line: Line
    amount: int
    spent: int
    held: int


class Holds:
    """Reserve, settle, release. `summed` says what a line's records add up to from a time on."""

    def __init__(
        self, db: Database, usage: UsageLog, holder: str, summed: Callable[[Place, float, float | None], int]
    ) -> None:
        self._db = db
        self._usage = usage
        self._holder = holder
        self._summed = summed
        self._unwritten: dict[str, Hold] = {}
        self._count = itertools.count()
        self._opened: dict[Place, float] = {}
        db.before_commit(self._flush)

    def reserve(self, lines: Sequence[Line], amount: int, credits: int, expires_at: float) -> Hold | Refused:
        """Take the amount of every line, or of none. The caller names the call once it has an id."""
        taken: list[Taken] = []
        warned: list[Line] = []
        for line in lines:
            asked = credits if line.scope == CREDITS else amount
            standing = self._take(line, asked)
            if standing is None:
                self._give_back(taken)
                spent, held = self.standing(line)
                return Refused(line, asked, spent, held)
            taken.append((line.scope, line.id, line.model, line.start, asked))
            if line.soft is not None and standing[0] >= line.soft:
                warned.append(line)
        hold = Hold(f"{self._holder}:{next(self._count)}", "", taken, warned, expires_at)
        self._unwritten[hold.id] = hold
        return hold

    def _take(self, line: Line, amount: int) -> tuple[int, int] | None:
        if self._opened.get(line.place) != line.start:
            self.open(line)
        place = (line.scope, line.id, line.model, line.start)
        rows = self._db.changed(sql.RESERVE, (amount, *place, amount, line.limit))
        return (int(rows[0][0]), int(rows[0][1])) if rows else None

    def open(self, line: Line) -> None:
        """Have the line's window there, with what its records already add up to."""
        self._usage.flush()
        place = (line.scope, line.id, line.model, line.start)
        if self._db.one(sql.FIND_WINDOW, place) is None:
            spent = self._summed(line.place, line.start, line.end)
            self._db.write(sql.OPEN_WINDOW, (*place, line.end, spent))
        self._opened[line.place] = line.start

    def standing(self, line: Line) -> tuple[int, int]:
        """What of a line is spent and held."""
        if self._opened.get(line.place) != line.start:
            self.open(line)
        row = self._db.one(sql.FIND_WINDOW, (line.scope, line.id, line.model, line.start))
        return (0, 0) if row is None else (int(row[0]), int(row[1]))

    def settle(self, hold: Hold, cost: int, credits: int, *, provider: str) -> None:
        """Give back what was held and book what it cost."""
        rows: list[tuple[Any, ...]] = []
        for scope, id, model, start, amount in hold.taken:
            spent = credits if scope == CREDITS else cost
            if scope == "provider" and id != provider:
                spent = 0
            rows.append((amount, spent, max(0, spent - amount), scope, id, model, start))
        self._db.write_many(sql.SETTLE, rows)
        self._drop(hold.id)

    def book(
        self, owners: Iterable[tuple[str, str]], model: str, hold: Hold | None, started_at: float, cost: int
    ) -> None:
        """Book on windows that were opened while the call ran, for which it holds nothing."""
        if not self._opened or not cost:
            return
        held = () if hold is None else {one[:3] for one in hold.taken}
        for scope, id in owners:
            for place in ((scope, id, ""), (scope, id, model)):
                start = self._opened.get(place)
                if start is not None and start <= started_at and place not in held:
                    self._db.write(sql.SETTLE, (0, cost, 0, *place, start))

    def release(self, hold: Hold) -> None:
        """Give back what was held; nothing was used."""
        self._give_back(hold.taken)
        self._drop(hold.id)

    def _give_back(self, taken: Iterable[Taken]) -> None:
        self._db.write_many(sql.RELEASE, [(amount, *place) for *place, amount in taken])

    def _drop(self, id: str) -> None:
        if self._unwritten.pop(id, None) is None:
            self._db.write(sql.DROP_HOLD, (id,))

    def _flush(self) -> None:
        if self._unwritten:
            rows = [
                (hold.id, hold.call_id, self._holder, hold.expires_at, msgspec.json.encode(hold.taken).decode())
                for hold in self._unwritten.values()
            ]
            self._unwritten.clear()
            self._db.write_many(sql.ADD_HOLD, rows)

    # -- leases

    def renew(self, expires_at: float) -> None:
        """Say that this process lives, and what it holds is held."""
        self._flush()
        self._db.write(sql.RENEW, (expires_at, self._holder))

    def sweep(self, now: float, *, others: bool = False) -> int:
        """Give back what nobody holds any more: leases that are over; at the start, all that another process left."""
        self._flush()
        rows = self._db.query(sql.OTHER_HOLDS, (self._holder,)) if others else self._db.query(sql.EXPIRED_HOLDS, (now,))
        for id, lines in rows:
            self._give_back(msgspec.json.decode(lines, type=list[Taken]))
            self._db.write(sql.DROP_HOLD, (id,))
        return len(rows)

    def take_over(self, call_id: str) -> Hold | None:
        """The hold that a dead process left for a call."""
        row = self._db.one(sql.HOLD_OF, (call_id,))
        if row is None:
            return None
        return Hold(str(row[0]), call_id, msgspec.json.decode(row[1], type=list[Taken]), [], 0.0)

    def forget(self) -> None:
        """Read the windows anew: a budget or what counts as spent was changed."""
        self._opened.clear()
