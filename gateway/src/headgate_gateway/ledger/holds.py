"""Holds: money set aside before a call runs, so that calls at the same time cannot spend the same money.

A hold takes of each budget line what the call may cost, in one order for all, and takes all of them or none. It has a
lease: what a process that died held is given back by whoever sweeps next. A process that has its database for itself
takes each by one conditional update; where nodes share it, the calls of a node reserve together (`rounds.py`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..clock import Clock
from ..platform.principal import matches
from ..storage import Batch, Database
from . import sql
from .lines import CREDITS, Line, Place, Window, row_of_window

__all__ = ["Hold", "Holds", "Refused", "Taken"]

# Scope, id, model and start of a line, and how much was taken of it.
Taken = tuple[str, str, str, float, int]
_CHECK_SECONDS = 60.0
_MOST_OPENED = 200_000


@dataclass(slots=True)
class Hold:
    """What one call holds. `warned` are the lines whose soft limit is reached, with what is spent of them; `written`
    says that it has a row."""

    id: str
    taken: list[Taken] = field(default_factory=list[Taken])
    warned: list[tuple[Line, int]] = field(default_factory=list[tuple[Line, int]])
    written: bool = False
    # Other nodes may give it back: with its row, and only who has that row gives back anything.
    fenced: bool = False

    @property
    def windows(self) -> frozenset[Window]:
        """What it holds of."""
        return frozenset((scope, id, model, start) for scope, id, model, start, _ in self.taken)


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
        self,
        db: Database,
        clock: Clock,
        node: str,
        summed: Callable[[Place, float, float | None], Awaitable[int]],
    ) -> None:
        self.node = node
        self._db = db
        self._shared = db.shared
        self._clock = clock
        self._summed = summed
        self._count = itertools.count()
        # By scope and id: the windows that are known to be there, by model.
        self._opened: dict[tuple[str, str], dict[str, tuple[float, float]]] = {}

    def new(self) -> Hold:
        """A hold of nothing yet."""
        return Hold(f"{self.node}:{next(self._count)}")

    async def reserve(self, lines: Sequence[Line], amount: int, credits: int) -> Hold | Refused:
        """Take the amount of every line, or of none."""
        hold = self.new()
        for line in lines:
            asked = credits if line.scope == CREDITS else amount
            spent = await self._take(line, asked)
            if spent is None:
                if hold.taken:
                    await self._db.together(self.returned(hold.taken))
                return Refused(line, asked, *await self.standing(line))
            hold.taken.append((*line.window, asked))
            if line.soft is not None and spent >= line.soft:
                hold.warned.append((line, spent))
        return hold

    async def _take(self, line: Line, amount: int) -> int | None:
        """Take of one line: what is spent of it, or None where too little is left."""
        if not self.knows(line):
            await self.open(line)
        rows = await self._db.changed(sql.RESERVE, (amount, *line.window, amount, line.limit))
        return int(rows[0][0]) if rows else None

    def knows(self, line: Line) -> bool:
        """Whether the line's window is known to be there."""
        known = self._opened.get((line.scope, line.id))
        return known is not None and line.model in known and known[line.model][0] == line.start

    async def open(self, line: Line) -> None:
        """Have the line's window there, with what its records already add up to."""
        if await self._db.one(sql.FIND_WINDOW, line.window) is None:
            async with self._db.transaction():
                # Of nodes that open it at once, one makes it; the others wait here, and find it.
                if await self._db.write(sql.OPEN_WINDOW, (*line.window, line.end, self._clock.time())):
                    spent = await self._summed(line.place, line.start, line.end)
                    if spent:
                        await self._db.write(sql.SET_WINDOW, (spent, *line.window))
        end = math.inf if line.end is None else line.end
        if len(self._opened) >= _MOST_OPENED:
            self._opened.clear()
        self._opened.setdefault((line.scope, line.id), {})[line.model] = (line.start, end)

    def forget(self, line: Line) -> None:
        """The line's window may be gone: look for it again."""
        self._opened.get((line.scope, line.id), {}).pop(line.model, None)

    async def standing(self, line: Line) -> tuple[int, int]:
        """What of a line is spent and held."""
        if not self.knows(line):
            await self.open(line)
        row = await self._db.one(sql.FIND_WINDOW, line.window)
        return (0, 0) if row is None else (int(row[0]), int(row[1]))

    # -- a call ends

    def settle(self, hold: Hold, cost: int, credits: int, provider: str, batch: Batch) -> None:
        """Give back what was held and book what it cost. The hold's row goes with it."""
        if hold.fenced:
            batch.add(sql.LOCK_HOLD, (hold.id,))
        for scope, id, model, start, amount in hold.taken:
            spent = credits if scope == CREDITS else cost
            if scope == "provider" and id != provider:
                spent = 0
            window = (scope, id, model, start)
            numbers = (amount, spent, max(0, spent - amount), *window)
            if hold.fenced:
                batch.add_shared(row_of_window(window), sql.SETTLE_HELD, (hold.id, *numbers))
            else:
                self._change(window, sql.SETTLE, numbers, batch)
        if hold.fenced:
            # Behind the windows, which look whether it is there.
            batch.add_shared(("hold", hold.id), sql.DROP_HOLD, (hold.id,))
        elif hold.written:
            batch.add(sql.DROP_HOLD, (hold.id,))

    def book(
        self,
        owners: Iterable[tuple[str, str]],
        model: str,
        held: Collection[Window],
        started_at: float,
        cost: int,
        batch: Batch,
    ) -> None:
        """Book on windows that were opened while the call ran, for which it holds nothing."""
        opened = self._opened
        if not opened or not cost:
            return
        for owner in owners:
            known = opened.get(owner)
            if known is None:
                continue
            for pattern, (start, end) in known.items():
                window = (*owner, pattern, start)
                if window not in held and start <= started_at < end and (not pattern or matches(pattern, model)):
                    self._change(window, sql.SETTLE, (0, cost, 0, *window), batch)

    def _change(self, window: Window, statement: str, parameters: tuple[Any, ...], batch: Batch) -> None:
        # Who has the database alone waits for nobody, in whatever order.
        if self._shared:
            batch.add_shared(row_of_window(window), statement, parameters)
        else:
            batch.add(statement, parameters)

    def returned(self, taken: Iterable[Taken]) -> Batch:
        """What gives back amounts that were taken; nothing was used."""
        batch = Batch()
        for scope, id, model, start, amount in taken:
            window = (scope, id, model, start)
            self._change(window, sql.RELEASE, (amount, *window), batch)
        return batch

    # -- windows that were opened while calls ran

    async def check(self) -> int:
        """Sum up again the windows that were opened while calls ran that did not know of them; gives how many.

        What these calls used may be missing there: they ended at other nodes, or while the records were summed up.
        """
        now = self._clock.time()
        rows = await self._db.query(sql.TO_CHECK, (now - _CHECK_SECONDS, _CHECK_SECONDS))
        for scope, id, model, start, end in rows:
            window: Window = (str(scope), str(id), str(model), float(start))
            async with self._db.transaction():
                # Whoever settles waits for this row, so that the records that are seen are those that it counts.
                await self._db.write(sql.CHECKED, window)
                spent = await self._summed(window[:3], window[3], end)
                await self._db.write(sql.SET_WINDOW, (spent, *window))
        return len(rows)
