"""Batches of reservations in a shared database: calls of a node that begin at the same time share a transaction.

A batch locks the windows that its calls count against, in the order that all nodes use, decides for each call in turn
whether it fits into every window, and writes the reserved amounts. The locks are held until the commit, so that no
budget is overdrawn, whatever other nodes do meanwhile. A call that begins alone reserves in one statement.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from ..core.clock import Clock
from ..db import Database, StorageError
from ..db.values import array_text
from . import sql
from .budget_windows import (
    CREDITS,
    BudgetWindow,
    Window,
    row_of_window,
)
from .reservations import (
    Refused,
    Reservation,
    Reservations,
    Taken,
)

__all__ = ["ReservationBatches"]

_MAX_BATCH = 256
_RETRY_SECONDS = 1.0
_STOP_SECONDS = 2.0
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True, eq=False)
class _Request:
    """The request of one call for a reservation. The result None means that a window no longer exists."""

    budgets: Sequence[BudgetWindow]
    amount: int
    credits: int
    call_id: str
    started_at: float
    result: asyncio.Future[Reservation | Refused | None]

    def asked(self, budget: BudgetWindow) -> int:
        return self.credits if budget.scope == CREDITS else self.amount


@dataclass(slots=True)
class _Balance:
    """A locked window, and the change of its reserved amount by the batch."""

    spent: int
    held: int
    change: int = 0

    def add(self, amount: int) -> None:
        self.held += amount
        self.change += amount


class ReservationBatches:
    """Reserves and releases amounts for this node's calls, in one transaction after the other."""

    def __init__(self, db: Database, clock: Clock, reservations: Reservations, lease_seconds: float) -> None:
        self._db = db
        self._clock = clock
        self._reservations = reservations
        self._lease_seconds = lease_seconds
        self._pending: list[_Request] = []
        self._to_release: list[Reservation] = []
        self._task: asyncio.Task[None] | None = None

    async def reserve(
        self, budgets: Sequence[BudgetWindow], amount: int, credits: int, call_id: str, started_at: float
    ) -> Reservation | Refused:
        """Reserve the amount from every window, or from none."""
        while True:
            for budget in budgets:
                if not self._reservations.knows(budget):
                    await self._reservations.open(budget)
            result: asyncio.Future[Reservation | Refused | None] = asyncio.get_running_loop().create_future()
            self._pending.append(_Request(budgets, amount, credits, call_id, started_at, result))
            self._start()
            outcome = await result
            if outcome is not None:
                return outcome
            for budget in budgets:
                self._reservations.forget(budget)

    def give_back(self, reservation: Reservation) -> None:
        """Release, with the next batch, a reservation of which nothing was used."""
        self._to_release.append(reservation)
        self._start()

    def _start(self) -> None:
        if self._task is None:
            # In a context of its own: context variables of the call that starts it do not belong to the batch.
            self._task = asyncio.get_running_loop().create_task(
                self._run(), name="reserve", context=contextvars.Context()
            )

    async def _run(self) -> None:
        try:
            while self._pending or self._to_release:
                requests, self._pending = self._pending[:_MAX_BATCH], self._pending[_MAX_BATCH:]
                to_release, self._to_release = self._to_release, []
                try:
                    results = await self._run_batch(requests, to_release)
                except StorageError as error:
                    # If the commit succeeded after all, the sweep releases the amounts: their leases expire.
                    self._to_release = to_release + self._to_release
                    for request in requests:
                        if not request.result.done():
                            request.result.set_exception(error)
                    if self._to_release and not self._pending:
                        await self._clock.sleep(_RETRY_SECONDS)
                    continue
                self._deliver(requests, results)
        finally:
            self._task = None

    def _deliver(self, requests: Sequence[_Request], results: Sequence[Reservation | Refused | None]) -> None:
        for request, result in zip(requests, results, strict=True):
            if not request.result.done():
                request.result.set_result(result)
            elif isinstance(result, Reservation):
                # Its call was cancelled meanwhile.
                self._to_release.append(result)

    async def _run_batch(
        self, requests: Sequence[_Request], to_release: Sequence[Reservation]
    ) -> list[Reservation | Refused | None]:
        if len(requests) == 1 and not to_release and _has_distinct_windows(requests[0]):
            return [await self._reserve_one(requests[0])]
        async with self._db.transaction():
            released = [
                reservation for reservation in to_release if await self._db.write(sql.DROP_HOLD, (reservation.id,))
            ]
            balances = await self._locked(requests, released)
            for reservation in released:
                for scope, id, model, start, amount in reservation.taken:
                    if (scope, id, model, start) in balances:
                        balances[scope, id, model, start].add(-amount)
            results = [self._decide(request, balances) for request in requests]
            await self._write_changes(balances)
            taken = [
                (request, reservation)
                for request, reservation in zip(requests, results, strict=True)
                if isinstance(reservation, Reservation)
            ]
            if taken:
                await self._db.write_many(
                    sql.ADD_HOLD,
                    [self._row(request, reservation.id, reservation.taken) for request, reservation in taken],
                )
        return results

    async def _reserve_one(self, request: _Request) -> Reservation | Refused | None:
        """Reserve for one call in one round trip: the statement decides as `_decide` does."""
        ordered = sorted(request.budgets, key=lambda budget: row_of_window(budget.window))
        columns = zip(
            *((*budget.window, request.asked(budget), budget.limit) for budget in ordered),
            strict=True,
        )
        arrays = [array_text(column) for column in columns]
        reservation = self._reservations.new()
        taken = [(*budget.window, request.asked(budget)) for budget in request.budgets]
        id, call_id, node, expires_at, lines, started_at, *_ = self._row(request, reservation.id, taken)
        row = (id, call_id, node, expires_at, lines, started_at)
        rows = await self._db.changed(sql.RESERVE_ONE, (*arrays, len(ordered), *row))
        balances = {ordered[int(number) - 1].window: _Balance(int(spent), int(held)) for number, spent, held in rows}
        return self._decide(request, balances, reservation)

    async def _locked(self, requests: Sequence[_Request], released: Sequence[Reservation]) -> dict[Window, _Balance]:
        """Lock and return the windows of a batch, which no other transaction can change until its end."""
        windows: set[Window] = {budget.window for request in requests for budget in request.budgets}
        windows |= {
            (scope, id, model, start) for reservation in released for scope, id, model, start, _ in reservation.taken
        }
        ordered = sorted(windows, key=row_of_window)
        columns = [list(column) for column in zip(*ordered, strict=True)] if ordered else [[], [], [], []]
        rows = await self._db.query(sql.LOCK_WINDOWS, columns)
        return {ordered[int(number) - 1]: _Balance(int(spent), int(held)) for number, spent, held in rows}

    def _decide(
        self, request: _Request, balances: dict[Window, _Balance], reservation: Reservation | None = None
    ) -> Reservation | Refused | None:
        """Return the reservation of a call, if it fits into every window; None if one of these does not exist."""
        for budget in request.budgets:
            balance = balances.get(budget.window)
            if balance is None:
                return None
            asked = request.asked(budget)
            if balance.spent + balance.held + asked > budget.limit:
                return Refused(budget, asked, balance.spent, balance.held)
        reservation = reservation or self._reservations.new()
        reservation.written = reservation.fenced = True
        for budget in request.budgets:
            balance, asked = balances[budget.window], request.asked(budget)
            balance.add(asked)
            reservation.taken.append((*budget.window, asked))
            if budget.soft is not None and balance.spent >= budget.soft:
                reservation.warned.append((budget, balance.spent))
        return reservation

    async def _write_changes(self, balances: dict[Window, _Balance]) -> None:
        changed = [(*window, balance.change) for window, balance in balances.items() if balance.change]
        if changed:
            await self._db.write(sql.TAKE, [list(column) for column in zip(*changed, strict=True)])

    def _row(self, request: _Request, id: str, taken: Sequence[Taken]) -> tuple[object, ...]:
        expires_at = self._clock.time() + self._lease_seconds
        amounts = _encode(taken).decode()
        return (
            id,
            request.call_id,
            self._reservations.node,
            expires_at,
            amounts,
            request.started_at,
            0,
            None,
        )

    async def idle(self) -> None:
        """Wait until nothing is left to reserve or release."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def stop(self) -> None:
        """Finish pending batches within a time limit; afterwards other nodes release the rest."""
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await self.idle()
        except TimeoutError:
            if self._task is not None:
                self._task.cancel()
                await asyncio.wait([self._task])


def _has_distinct_windows(request: _Request) -> bool:
    return len({budget.window for budget in request.budgets}) == len(request.budgets) > 0
