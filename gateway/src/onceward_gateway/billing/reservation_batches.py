"""Reserving where nodes share a database: the calls of a node that begin at the same time do it in one transaction.

A round locks the windows that its calls count against, in the one order in which all change them, decides for each
call in turn whether it fits into every line, and writes what was taken: all that is decided holds until the commit, so
that no budget is overdrawn, whatever other nodes do meanwhile.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from ..core.clock import Clock
from ..db import Database, StorageError
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
)

__all__ = ["ReservationBatches"]

_MOST_WISHES = 256
_AGAIN_SECONDS = 1.0
_STOP_SECONDS = 2.0
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True, eq=False)
class _Wish:
    """One call that wants to hold its lines. None is answered where a window is not there any more."""

    lines: Sequence[BudgetWindow]
    amount: int
    credits: int
    call_id: str
    started_at: float
    answer: asyncio.Future[Reservation | Refused | None]

    def asked(self, line: BudgetWindow) -> int:
        return self.credits if line.scope == CREDITS else self.amount


@dataclass(slots=True)
class _Standing:
    """A window as it is locked, and what the round adds to what is held of it."""

    spent: int
    held: int
    change: int = 0

    def add(self, amount: int) -> None:
        self.held += amount
        self.change += amount


class ReservationBatches:
    """What this node's calls take and give back, one transaction after the other."""

    def __init__(self, db: Database, clock: Clock, holds: Reservations, lease_seconds: float) -> None:
        self._db = db
        self._clock = clock
        self._holds = holds
        self._lease_seconds = lease_seconds
        self._wishes: list[_Wish] = []
        self._returned: list[Reservation] = []
        self._task: asyncio.Task[None] | None = None

    async def reserve(
        self, lines: Sequence[BudgetWindow], amount: int, credits: int, call_id: str, started_at: float
    ) -> Reservation | Refused:
        """Take the amount of every line, or of none."""
        while True:
            for line in lines:
                if not self._holds.knows(line):
                    await self._holds.open(line)
            answer: asyncio.Future[Reservation | Refused | None] = asyncio.get_running_loop().create_future()
            self._wishes.append(_Wish(lines, amount, credits, call_id, started_at, answer))
            self._go()
            outcome = await answer
            if outcome is not None:
                return outcome
            for line in lines:
                self._holds.forget(line)

    def give_back(self, hold: Reservation) -> None:
        """Give back what was held, with the next round; nothing was used."""
        self._returned.append(hold)
        self._go()

    def _go(self) -> None:
        if self._task is None:
            # Of its own context: what the call that sets it off has set there is not the round's.
            self._task = asyncio.get_running_loop().create_task(
                self._run(), name="reserve", context=contextvars.Context()
            )

    async def _run(self) -> None:
        try:
            while self._wishes or self._returned:
                wishes, self._wishes = self._wishes[:_MOST_WISHES], self._wishes[_MOST_WISHES:]
                returned, self._returned = self._returned, []
                try:
                    answers = await self._round(wishes, returned)
                except StorageError as error:
                    # What may have been taken all the same is given back by the sweep: nobody renews it.
                    self._returned = returned + self._returned
                    for wish in wishes:
                        if not wish.answer.done():
                            wish.answer.set_exception(error)
                    if self._returned and not self._wishes:
                        await self._clock.sleep(_AGAIN_SECONDS)
                    continue
                self._tell(wishes, answers)
        finally:
            self._task = None

    def _tell(self, wishes: Sequence[_Wish], answers: Sequence[Reservation | Refused | None]) -> None:
        for wish, answer in zip(wishes, answers, strict=True):
            if not wish.answer.done():
                wish.answer.set_result(answer)
            elif isinstance(answer, Reservation):
                # Its call is gone by now.
                self._returned.append(answer)

    async def _round(
        self, wishes: Sequence[_Wish], returned: Sequence[Reservation]
    ) -> list[Reservation | Refused | None]:
        async with self._db.transaction():
            gone = [hold for hold in returned if await self._db.write(sql.DROP_HOLD, (hold.id,))]
            standings = await self._locked(wishes, gone)
            for hold in gone:
                for scope, id, model, start, amount in hold.taken:
                    if (scope, id, model, start) in standings:
                        standings[scope, id, model, start].add(-amount)
            answers = [self._decide(wish, standings) for wish in wishes]
            await self._write_changes(standings)
            taken = [(wish, hold) for wish, hold in zip(wishes, answers, strict=True) if isinstance(hold, Reservation)]
            if taken:
                await self._db.write_many(sql.ADD_HOLD, [self._row(wish, hold) for wish, hold in taken])
        return answers

    async def _locked(self, wishes: Sequence[_Wish], gone: Sequence[Reservation]) -> dict[Window, _Standing]:
        """The windows of a round, which nobody else changes from here to its end."""
        windows: set[Window] = {line.window for wish in wishes for line in wish.lines}
        windows |= {(scope, id, model, start) for hold in gone for scope, id, model, start, _ in hold.taken}
        ordered = sorted(windows, key=row_of_window)
        columns = [list(column) for column in zip(*ordered, strict=True)] if ordered else [[], [], [], []]
        rows = await self._db.query(sql.LOCK_WINDOWS, columns)
        return {ordered[int(number) - 1]: _Standing(int(spent), int(held)) for number, spent, held in rows}

    def _decide(self, wish: _Wish, standings: dict[Window, _Standing]) -> Reservation | Refused | None:
        for line in wish.lines:
            standing = standings.get(line.window)
            if standing is None:
                return None
            asked = wish.asked(line)
            if standing.spent + standing.held + asked > line.limit:
                return Refused(line, asked, standing.spent, standing.held)
        hold = self._holds.new()
        hold.written = hold.fenced = True
        for line in wish.lines:
            standing, asked = standings[line.window], wish.asked(line)
            standing.add(asked)
            hold.taken.append((*line.window, asked))
            if line.soft is not None and standing.spent >= line.soft:
                hold.warned.append((line, standing.spent))
        return hold

    async def _write_changes(self, standings: dict[Window, _Standing]) -> None:
        changed = [(*window, standing.change) for window, standing in standings.items() if standing.change]
        if changed:
            await self._db.write(sql.TAKE, [list(column) for column in zip(*changed, strict=True)])

    def _row(self, wish: _Wish, hold: Reservation) -> tuple[object, ...]:
        expires_at = self._clock.time() + self._lease_seconds
        lines = _encode(hold.taken).decode()
        return hold.id, wish.call_id, self._holds.node, expires_at, lines, wish.started_at, 0, None

    async def idle(self) -> None:
        """Return when nothing is left to take or to give back."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def stop(self) -> None:
        """Take and give back what is left, unless that cannot be done now: then the other nodes do."""
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await self.idle()
        except TimeoutError:
            if self._task is not None:
                self._task.cancel()
                await asyncio.wait([self._task])
