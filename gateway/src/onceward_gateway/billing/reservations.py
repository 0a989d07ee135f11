"""Holds: money set aside before a call runs, so that calls at the same time cannot spend the same money.

A hold takes of each budget line what the call may cost, in one order for all, and takes all of them or none. It has a
lease: what a process that died held is given back by whoever sweeps next. A process that has its database for itself
knows how each window stands, and holds in its memory; where nodes share it, the calls of a node reserve together
(`rounds.py`).
"""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec

from ..core.clock import Clock
from ..core.model_names import matches
from ..db import (
    Batch,
    Database,
    StorageError,
)
from . import sql
from .budget_windows import (
    CREDITS,
    BudgetWindow,
    Place,
    Window,
    row_of_window,
)

__all__ = ["Change", "Reservation", "Reservations", "Refused", "Standing", "Taken"]

# Scope, id, model and start of a line, and how much was taken of it.
Taken = tuple[str, str, str, float, int]
# A window, and how much less is held and more is spent of it.
Change = tuple[Window, int, int]
_CHECK_SECONDS = 60.0
_MOST_OPENED = 200_000
_NONE_OPENED: Mapping[str, tuple[float, float]] = MappingProxyType({})


@dataclass(slots=True)
class Reservation:
    """What one call holds. `warned` are the lines whose soft limit is reached, with what is spent of them; `written`
    says that it has a row."""

    id: str
    taken: list[Taken] = field(default_factory=list[Taken])
    warned: list[tuple[BudgetWindow, int]] = field(default_factory=list[tuple[BudgetWindow, int]])
    written: bool = False
    # Other nodes may give it back: with its row, and only who has that row gives back anything.
    fenced: bool = False

    @property
    def windows(self) -> frozenset[Window]:
        """What it holds of."""
        return frozenset((scope, id, model, start) for scope, id, model, start, _ in self.taken)

    def with_more(self, more: Reservation) -> list[Taken]:
        """Return what both hold, of the windows that this one holds of."""
        added = {(scope, id, model, start): amount for scope, id, model, start, amount in more.taken}
        return [
            (scope, id, model, start, amount + added.get((scope, id, model, start), 0))
            for scope, id, model, start, amount in self.taken
        ]


@dataclass(slots=True)
class Standing:
    """What of a window is spent and held. `stale`: what is spent was written anew, and is read again before its use."""

    spent: int
    held: int = 0
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The line that has too little left, and how it stands."""

    line: BudgetWindow
    amount: int
    spent: int
    held: int


class Reservations:
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
        # Of a database that nobody else uses: how its windows stand.
        self._standings: dict[Window, Standing] = {}

    def new(self) -> Reservation:
        """A hold of nothing yet."""
        return Reservation(f"{self.node}:{next(self._count)}")

    async def reserve(self, lines: Sequence[BudgetWindow], amount: int, credits: int) -> Reservation | Refused:
        """Take the amount of every line, or of none, where nobody else uses the database."""
        for line in lines:
            await self._standing(line)
        # Nothing is awaited from here on: what is decided holds.
        hold, standings = self.new(), [self._standings[line.window] for line in lines]
        for line, standing in zip(lines, standings, strict=True):
            asked = credits if line.scope == CREDITS else amount
            if standing.spent + standing.held + asked > line.limit:
                return Refused(line, asked, standing.spent, standing.held)
            hold.taken.append((*line.window, asked))
            if line.soft is not None and standing.spent >= line.soft:
                hold.warned.append((line, standing.spent))
        for taken, standing in zip(hold.taken, standings, strict=True):
            standing.held += taken[4]
        return hold

    async def _standing(self, line: BudgetWindow) -> Standing:
        """How a window stands, of a database that nobody else uses."""
        standing = self._standings.get(line.window)
        if standing is None:
            await self.open(line)
            row = await self._db.one(sql.FIND_WINDOW, line.window)
            if len(self._standings) >= _MOST_OPENED:
                self._standings = {window: one for window, one in self._standings.items() if one.held}
            standing = self._standings.setdefault(line.window, Standing(0 if row is None else int(row[0])))
        elif standing.stale:
            standing.stale, before = False, standing.spent
            row = await self._db.one(sql.FIND_WINDOW, line.window)
            # What ended while the database was waited for is written behind this.
            standing.spent += (0 if row is None else int(row[0])) - before
        return standing

    def knows(self, line: BudgetWindow) -> bool:
        """Whether the line's window is known to be there."""
        known = self._opened.get((line.scope, line.id))
        return known is not None and line.model in known and known[line.model][0] == line.start

    async def open(self, line: BudgetWindow) -> None:
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

    def forget(self, line: BudgetWindow) -> None:
        """The line's window may be gone: look for it again."""
        self._opened.get((line.scope, line.id), {}).pop(line.model, None)

    async def standing(self, line: BudgetWindow) -> tuple[int, int]:
        """What of a line is spent and held."""
        if not self._shared:
            standing = await self._standing(line)
            return standing.spent, standing.held
        if not self.knows(line):
            await self.open(line)
        row = await self._db.one(sql.FIND_WINDOW, line.window)
        return (0, 0) if row is None else (int(row[0]), int(row[1]))

    async def enlarge(self, hold: Reservation, more: Reservation) -> bool:
        """Put what `more` holds into a hold and its row; return whether they are one now, or `more` stays by itself.

        However this is interrupted, the row and the hold say the same: what is settled is what was taken.
        """
        if not more.fenced:
            hold.taken = hold.with_more(more)
            return True
        joining = asyncio.ensure_future(self._enlarge(hold, more))
        try:
            return await asyncio.shield(joining)
        except asyncio.CancelledError:
            await asyncio.wait([joining])
            raise

    async def _enlarge(self, hold: Reservation, more: Reservation) -> bool:
        taken = hold.with_more(more)
        lines = msgspec.json.encode(taken).decode()
        try:
            async with self._db.transaction():
                # No row: others gave the hold back, as they took this node for dead.
                joined = bool(await self._db.write(sql.ENLARGE_HOLD, (lines, hold.id)))
                if joined:
                    await self._db.write(sql.DROP_HOLD, (more.id,))
        except StorageError:
            # The commit may have gone through and its answer not: what the row says is what is held.
            row = await self._db.one(sql.LINES_OF_HOLD, (hold.id,))
            if row is None or row[0] != lines:
                raise
            joined = True
        if joined:
            hold.taken = taken
        return joined

    # -- a call ends

    def settle(self, hold: Reservation, cost: int, credits: int, provider: str, batch: Batch) -> list[Change]:
        """Add to a batch what gives back the held amount and books the cost. The hold's row goes with it.

        Returns the changes of the standings in memory, for `apply`.
        """
        changes: list[Change] = []
        if hold.fenced:
            batch.add(sql.LOCK_HOLD, (hold.id,))
        for scope, id, model, start, amount in hold.taken:
            spent = credits if scope == CREDITS else cost
            if scope == "provider" and id != provider:
                spent = 0
            window = (scope, id, model, start)
            if hold.fenced:
                numbers = (hold.id, amount, spent, max(0, spent - amount), *window)
                batch.add_shared(row_of_window(window), sql.SETTLE_HELD, numbers)
            else:
                changes += self._spend(window, amount, spent, batch)
        if hold.fenced:
            # Behind the windows, which look whether it is there.
            batch.add_shared(("hold", hold.id), sql.DROP_HOLD, (hold.id,))
        elif hold.written:
            batch.add(sql.DROP_HOLD, (hold.id,))
        return changes

    def book(
        self,
        owners: Iterable[tuple[str, str]],
        model: str,
        held: Collection[Window],
        started_at: float,
        cost: int,
        batch: Batch,
    ) -> list[Change]:
        """Book on windows that were opened while the call ran, for which it holds nothing; returns as `settle` does."""
        if not self._opened or not cost:
            return []
        windows = [
            (*owner, pattern, start)
            for owner in owners
            for pattern, (start, end) in self._opened.get(owner, _NONE_OPENED).items()
            if start <= started_at < end
        ]
        return self._spend_on(windows, model, held, cost, batch)

    async def book_late(
        self,
        owners: Iterable[tuple[str, str]],
        model: str,
        held: Collection[Window],
        started_at: float,
        cost: int,
        batch: Batch,
    ) -> list[Change]:
        """Book on the windows of a call of a dead node, as `book` does, whoever opened them."""
        if not cost:
            return []
        windows = [
            (*owner, str(pattern), float(start))
            for owner in owners
            for pattern, start in await self._db.query(sql.WINDOWS_AT, (*owner, started_at, started_at))
        ]
        return self._spend_on(windows, model, held, cost, batch)

    def _spend_on(
        self, windows: Iterable[Window], model: str, held: Collection[Window], cost: int, batch: Batch
    ) -> list[Change]:
        """Book a cost on those windows of a model that hold nothing of it."""
        changes: list[Change] = []
        for window in windows:
            pattern = window[2]
            if window not in held and (not pattern or matches(pattern, model)):
                changes += self._spend(window, 0, cost, batch)
        return changes

    def _spend(self, window: Window, held: int, spent: int, batch: Batch) -> tuple[Change, ...]:
        """Book on a window, of which so much was held."""
        if self._shared:
            batch.add_shared(row_of_window(window), sql.SETTLE, (held, spent, max(0, spent - held), *window))
            return ()
        if spent:
            # Who has the database alone waits for nobody, in whatever order; nothing is held in it.
            batch.add(sql.SETTLE, (0, spent, max(0, spent - held), *window))
        return ((window, held, spent),)

    def apply(self, changes: Iterable[Change], *, undo: bool = False) -> None:
        """Change the standings in memory as a batch changes the windows, or take such changes back."""
        sign = -1 if undo else 1
        for window, held, spent in changes:
            standing = self._standings.get(window)
            if standing is not None:
                standing.held -= sign * held
                standing.spent += sign * spent

    def returned(self, taken: Iterable[Taken]) -> Batch:
        """What gives back amounts that were taken; nothing was used."""
        batch = Batch()
        for scope, id, model, start, amount in taken:
            self.apply(self._spend((scope, id, model, start), amount, 0, batch))
        return batch

    def written(self, window: Window) -> None:
        """What counts as spent of a window was written anew, by a transaction that may still be undone."""
        standing = self._standings.get(window)
        if standing is not None:
            standing.stale = True

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
            self.written(window)
        return len(rows)
