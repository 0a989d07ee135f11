"""Budget reservations: amounts set aside before a call runs, so that concurrent calls cannot spend the same money.

A reservation takes the maximal cost of the call from each budget window, in a fixed order, from all of them or none. It
has a lease, after which a sweep of any node releases it. A process with a database of its own keeps balances and
reservations in memory; if nodes share the database, the calls of a node reserve in batches (`reservation_batches.py`).
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

# Scope, id, model and start of a window, and the amount reserved from it.
Taken = tuple[str, str, str, float, int]
# A window, the decrease of its reserved amount, and the increase of its spend.
Change = tuple[Window, int, int]
_CHECK_SECONDS = 60.0
_MOST_OPENED = 200_000
_NONE_OPENED: Mapping[str, tuple[float, float]] = MappingProxyType({})


@dataclass(slots=True)
class Reservation:
    """The budget that is reserved for one call.

    `warned` are the windows whose soft limit is reached, with the amount spent in each; `written` is set once it has a
    row.
    """

    id: str
    taken: list[Taken] = field(default_factory=list[Taken])
    warned: list[tuple[BudgetWindow, int]] = field(default_factory=list[tuple[BudgetWindow, int]])
    written: bool = False
    # Other nodes may release it. Only the node that deletes its row does.
    fenced: bool = False

    @property
    def windows(self) -> frozenset[Window]:
        """Return the windows from which it has reserved."""
        return frozenset((scope, id, model, start) for scope, id, model, start, _ in self.taken)

    def with_more(self, more: Reservation) -> list[Taken]:
        """Return the amounts of both reservations, for the windows of this one."""
        added = {(scope, id, model, start): amount for scope, id, model, start, amount in more.taken}
        return [
            (scope, id, model, start, amount + added.get((scope, id, model, start), 0))
            for scope, id, model, start, amount in self.taken
        ]


@dataclass(slots=True)
class Standing:
    """The amounts spent and reserved in a window. `stale`: the spend was set in the database and must be read again."""

    spent: int
    held: int = 0
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The window that has too little left, and its balance."""

    line: BudgetWindow
    amount: int
    spent: int
    held: int


class Reservations:
    """Reserves, settles and releases amounts. `summed` returns the sum of the usage records of a window."""

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
        # By scope and id: the windows that are known to exist, by model.
        self._opened: dict[tuple[str, str], dict[str, tuple[float, float]]] = {}
        # The balances of windows, if the database is not shared.
        self._standings: dict[Window, Standing] = {}

    def new(self) -> Reservation:
        """Return an empty reservation."""
        return Reservation(f"{self.node}:{next(self._count)}")

    async def reserve(self, lines: Sequence[BudgetWindow], amount: int, credits: int) -> Reservation | Refused:
        """Reserve the amount from every window or from none, in a database that is not shared."""
        for line in lines:
            await self._standing(line)
        # No await from here on, so that the balances cannot change.
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
        """Return the balance of a window, in a database that is not shared."""
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
            # Calls that ended during the query are applied to the balance, but written to the database later.
            standing.spent += (0 if row is None else int(row[0])) - before
        return standing

    def knows(self, line: BudgetWindow) -> bool:
        """Return whether the window is known to exist."""
        known = self._opened.get((line.scope, line.id))
        return known is not None and line.model in known and known[line.model][0] == line.start

    async def open(self, line: BudgetWindow) -> None:
        """Create the window if it does not exist, with the sum of its usage records."""
        if await self._db.one(sql.FIND_WINDOW, line.window) is None:
            async with self._db.transaction():
                # If several nodes open it, one creates it; the others wait here, and find it.
                if await self._db.write(sql.OPEN_WINDOW, (*line.window, line.end, self._clock.time())):
                    spent = await self._summed(line.place, line.start, line.end)
                    if spent:
                        await self._db.write(sql.SET_WINDOW, (spent, *line.window))
        end = math.inf if line.end is None else line.end
        if len(self._opened) >= _MOST_OPENED:
            self._opened.clear()
        self._opened.setdefault((line.scope, line.id), {})[line.model] = (line.start, end)

    def forget(self, line: BudgetWindow) -> None:
        """Forget that a window exists, so that it is looked up again."""
        self._opened.get((line.scope, line.id), {}).pop(line.model, None)

    async def standing(self, line: BudgetWindow) -> tuple[int, int]:
        """Return the amounts spent and reserved in a window."""
        if not self._shared:
            standing = await self._standing(line)
            return standing.spent, standing.held
        if not self.knows(line):
            await self.open(line)
        row = await self._db.one(sql.FIND_WINDOW, line.window)
        return (0, 0) if row is None else (int(row[0]), int(row[1]))

    async def enlarge(self, hold: Reservation, more: Reservation) -> bool:
        """Merge `more` into a reservation and its row; return False if they stay separate.

        The row and the reservation are consistent even after a cancellation, so that exactly the reserved amounts are
        settled.
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
                # No row: other nodes released the reservation, because they declared this node dead.
                joined = bool(await self._db.write(sql.ENLARGE_HOLD, (lines, hold.id)))
                if joined:
                    await self._db.write(sql.DROP_HOLD, (more.id,))
        except StorageError:
            # The commit may have succeeded without a confirmation: the row is authoritative.
            row = await self._db.one(sql.LINES_OF_HOLD, (hold.id,))
            if row is None or row[0] != lines:
                raise
            joined = True
        if joined:
            hold.taken = taken
        return joined

    # -- end of a call

    def settle(self, hold: Reservation, cost: int, credits: int, provider: str, batch: Batch) -> list[Change]:
        """Add to a batch the release of a reservation, the deletion of its row, and the charge of the cost.

        Return the changes of the balances in memory, for `apply`.
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
            # After the windows, whose statements check that the row exists.
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
        """Charge windows opened while the call ran, without a reservation; return changes as `settle` does."""
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
        """Charge the windows of a dead node's call, as `book` does, whichever node opened them."""
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
        """Charge the windows of a model from which nothing was reserved."""
        changes: list[Change] = []
        for window in windows:
            pattern = window[2]
            if window not in held and (not pattern or matches(pattern, model)):
                changes += self._spend(window, 0, cost, batch)
        return changes

    def _spend(self, window: Window, held: int, spent: int, batch: Batch) -> tuple[Change, ...]:
        """Charge a window, and release the amount reserved from it."""
        if self._shared:
            batch.add_shared(row_of_window(window), sql.SETTLE, (held, spent, max(0, spent - held), *window))
            return ()
        if spent:
            # Without other nodes the order does not matter, and reservations are only in memory.
            batch.add(sql.SETTLE, (0, spent, max(0, spent - held), *window))
        return ((window, held, spent),)

    def apply(self, changes: Iterable[Change], *, undo: bool = False) -> None:
        """Apply the changes of a batch to the balances in memory, or undo them."""
        sign = -1 if undo else 1
        for window, held, spent in changes:
            standing = self._standings.get(window)
            if standing is not None:
                standing.held -= sign * held
                standing.spent += sign * spent

    def returned(self, taken: Iterable[Taken]) -> Batch:
        """Return a batch that releases amounts of which nothing was used."""
        batch = Batch()
        for scope, id, model, start, amount in taken:
            self.apply(self._spend((scope, id, model, start), amount, 0, batch))
        return batch

    def written(self, window: Window) -> None:
        """Mark a window's balance as stale after its spend was set, by a transaction that may still be rolled back."""
        standing = self._standings.get(window)
        if standing is not None:
            standing.stale = True

    # -- windows opened while calls ran

    async def check(self) -> int:
        """Recompute the windows that were opened while calls ran that had not reserved from them; return their number.

        The usage of these calls may be missing: they ended at other nodes, or while the records were summed.
        """
        now = self._clock.time()
        rows = await self._db.query(sql.TO_CHECK, (now - _CHECK_SECONDS, _CHECK_SECONDS))
        for scope, id, model, start, end in rows:
            window: Window = (str(scope), str(id), str(model), float(start))
            async with self._db.transaction():
                # This locks the row that every settlement changes, so that exactly the visible records count.
                await self._db.write(sql.CHECKED, window)
                spent = await self._summed(window[:3], window[3], end)
                await self._db.write(sql.SET_WINDOW, (spent, *window))
            self.written(window)
        return len(rows)
