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
    Increment,
    StorageError,
)
from . import sql
from .budget_windows import (
    CREDITS,
    BudgetKey,
    BudgetWindow,
    Window,
    row_of_window,
)

__all__ = ["Balance", "Change", "Reservation", "Reservations", "Refused", "Taken"]

# Scope, id, model and start of a window, and the amount reserved from it.
Taken = tuple[str, str, str, float, int]
# A window, the decrease of its reserved amount, and the increase of its spend.
Change = tuple[Window, int, int]
_CHECK_SECONDS = 60.0
_SETTLED = Increment(sql.SETTLE, row_of_window, amounts_first=True)
_MAX_OPENED = 200_000
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
class Balance:
    """The amounts spent and reserved in a window. `stale`: the spend was set in the database and must be read again."""

    spent: int
    held: int = 0
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The window that has too little left, and its balance."""

    budget: BudgetWindow
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
        summed: Callable[[BudgetKey, float, float | None], Awaitable[int]],
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
        self._balances: dict[Window, Balance] = {}

    def new(self) -> Reservation:
        """Return an empty reservation."""
        return Reservation(f"{self.node}:{next(self._count)}")

    async def reserve(self, budgets: Sequence[BudgetWindow], amount: int, credits: int) -> Reservation | Refused:
        """Reserve the amount from every window or from none, in a database that is not shared."""
        for budget in budgets:
            await self._balance(budget)
        # No await from here on, so that the balances cannot change.
        reservation, balances = self.new(), [self._balances[budget.window] for budget in budgets]
        for budget, balance in zip(budgets, balances, strict=True):
            asked = credits if budget.scope == CREDITS else amount
            if balance.spent + balance.held + asked > budget.limit:
                return Refused(budget, asked, balance.spent, balance.held)
            reservation.taken.append((*budget.window, asked))
            if budget.soft is not None and balance.spent >= budget.soft:
                reservation.warned.append((budget, balance.spent))
        for taken, balance in zip(reservation.taken, balances, strict=True):
            balance.held += taken[4]
        return reservation

    async def _balance(self, budget: BudgetWindow) -> Balance:
        """Return the balance of a window, in a database that is not shared."""
        balance = self._balances.get(budget.window)
        if balance is None:
            await self.open(budget)
            row = await self._db.one(sql.FIND_WINDOW, budget.window)
            if len(self._balances) >= _MAX_OPENED:
                self._balances = {window: one for window, one in self._balances.items() if one.held}
            balance = self._balances.setdefault(budget.window, Balance(0 if row is None else int(row[0])))
        elif balance.stale:
            balance.stale, before = False, balance.spent
            row = await self._db.one(sql.FIND_WINDOW, budget.window)
            # Calls that ended during the query are applied to the balance, but written to the database later.
            balance.spent += (0 if row is None else int(row[0])) - before
        return balance

    def knows(self, budget: BudgetWindow) -> bool:
        """Return whether the window is known to exist."""
        known = self._opened.get((budget.scope, budget.id))
        return known is not None and budget.model in known and known[budget.model][0] == budget.start

    async def open(self, budget: BudgetWindow) -> None:
        """Create the window if it does not exist, with the sum of its usage records."""
        if await self._db.one(sql.FIND_WINDOW, budget.window) is None:
            async with self._db.transaction():
                # If several nodes open it, one creates it; the others wait here, and find it.
                if await self._db.write(sql.OPEN_WINDOW, (*budget.window, budget.end, self._clock.time())):
                    spent = await self._summed(budget.key, budget.start, budget.end)
                    if spent:
                        await self._db.write(sql.SET_WINDOW, (spent, *budget.window))
        end = math.inf if budget.end is None else budget.end
        if len(self._opened) >= _MAX_OPENED:
            self._opened.clear()
        self._opened.setdefault((budget.scope, budget.id), {})[budget.model] = (budget.start, end)

    def forget(self, budget: BudgetWindow) -> None:
        """Forget that a window exists, so that it is looked up again."""
        self._opened.get((budget.scope, budget.id), {}).pop(budget.model, None)

    async def balance(self, budget: BudgetWindow) -> tuple[int, int]:
        """Return the amounts spent and reserved in a window."""
        if not self._shared:
            balance = await self._balance(budget)
            return balance.spent, balance.held
        if not self.knows(budget):
            await self.open(budget)
        row = await self._db.one(sql.FIND_WINDOW, budget.window)
        return (0, 0) if row is None else (int(row[0]), int(row[1]))

    async def enlarge(self, reservation: Reservation, more: Reservation) -> bool:
        """Merge `more` into a reservation and its row; return False if they stay separate.

        The row and the reservation are consistent even after a cancellation, so that exactly the reserved amounts are
        settled.
        """
        if not more.fenced:
            reservation.taken = reservation.with_more(more)
            return True
        joining = asyncio.ensure_future(self._enlarge(reservation, more))
        try:
            return await asyncio.shield(joining)
        except asyncio.CancelledError:
            await asyncio.wait([joining])
            raise

    async def _enlarge(self, reservation: Reservation, more: Reservation) -> bool:
        taken = reservation.with_more(more)
        amounts = msgspec.json.encode(taken).decode()
        try:
            async with self._db.transaction():
                # No row: other nodes released the reservation, because they declared this node dead.
                joined = bool(await self._db.write(sql.ENLARGE_HOLD, (amounts, reservation.id)))
                if joined:
                    await self._db.write(sql.DROP_HOLD, (more.id,))
        except StorageError:
            # The commit may have succeeded without a confirmation: the row is authoritative.
            row = await self._db.one(sql.LINES_OF_HOLD, (reservation.id,))
            if row is None or row[0] != amounts:
                raise
            joined = True
        if joined:
            reservation.taken = taken
        return joined

    # -- end of a call

    def settle(self, reservation: Reservation, cost: int, credits: int, provider: str, batch: Batch) -> list[Change]:
        """Add to a batch the release of a reservation, the deletion of its row, and the charge of the cost.

        Return the changes of the balances in memory, for `apply`.
        """
        changes: list[Change] = []
        if reservation.fenced:
            batch.add(sql.LOCK_HOLD, (reservation.id,))
        for scope, id, model, start, amount in reservation.taken:
            spent = credits if scope == CREDITS else cost
            if scope == "provider" and id != provider:
                spent = 0
            window = (scope, id, model, start)
            if reservation.fenced:
                numbers = (reservation.id, amount, spent, max(0, spent - amount), *window)
                batch.add_shared(row_of_window(window), sql.SETTLE_HELD, numbers)
            else:
                changes += self._spend(window, amount, spent, batch)
        if reservation.fenced:
            # After the windows, whose statements check that the row exists.
            batch.add_shared(("hold", reservation.id), sql.DROP_HOLD, (reservation.id,))
        elif reservation.written:
            batch.add(sql.DROP_HOLD, (reservation.id,))
        return changes

    def opened_windows(self, owners: Iterable[tuple[str, str]], started_at: float) -> list[Window]:
        """Return the windows of owners that this node opened, and that have the time when a call started."""
        if not self._opened:
            return []
        return [
            (*owner, pattern, start)
            for owner in owners
            for pattern, (start, end) in self._opened.get(owner, _NONE_OPENED).items()
            if start <= started_at < end
        ]

    async def stored_windows(self, owners: Iterable[tuple[str, str]], started_at: float) -> list[Window]:
        """Return the windows of owners as `opened_windows` does, whichever node opened them."""
        return [
            (*owner, str(pattern), float(start))
            for owner in owners
            for pattern, start in await self._db.query(sql.WINDOWS_AT, (*owner, started_at, started_at))
        ]

    def book(
        self, windows: Iterable[Window], model: str, held: Collection[Window], cost: int, batch: Batch
    ) -> list[Change]:
        """Charge the windows of a model from which a call has reserved nothing; return changes as `settle` does."""
        changes: list[Change] = []
        for window in windows:
            pattern = window[2]
            if window not in held and (not pattern or matches(pattern, model)):
                changes += self._spend(window, 0, cost, batch)
        return changes

    def _spend(self, window: Window, held: int, spent: int, batch: Batch) -> tuple[Change, ...]:
        """Charge a window, and release the amount reserved from it."""
        if self._shared:
            batch.increment(_SETTLED, window, held, spent, max(0, spent - held))
            return ()
        if spent:
            # Without other nodes, reservations are only in memory.
            batch.increment(_SETTLED, window, 0, spent, max(0, spent - held))
        return ((window, held, spent),)

    def apply(self, changes: Iterable[Change], *, undo: bool = False) -> None:
        """Apply the changes of a batch to the balances in memory, or undo them."""
        sign = -1 if undo else 1
        for window, held, spent in changes:
            balance = self._balances.get(window)
            if balance is not None:
                balance.held -= sign * held
                balance.spent += sign * spent

    def release_batch(self, taken: Iterable[Taken]) -> Batch:
        """Return a batch that releases amounts of which nothing was used."""
        batch = Batch()
        for scope, id, model, start, amount in taken:
            self.apply(self._spend((scope, id, model, start), amount, 0, batch))
        return batch

    def mark_stale(self, window: Window) -> None:
        """Mark a window's balance as stale after its spend was set, by a transaction that may still be rolled back."""
        balance = self._balances.get(window)
        if balance is not None:
            balance.stale = True

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
            self.mark_stale(window)
        return len(rows)
