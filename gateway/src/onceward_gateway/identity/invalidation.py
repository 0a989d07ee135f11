"""Changes of the platform over nodes: one after the other, told when they are written, and read by who was not told.

Whoever changes something takes the platform's turn: one row, that the database lets only one transaction have at a
time. So what is read behind it is as it will be when the change is written, at whatever node another one is made;
and the changes have an order in which every node reads them.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import Context, ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from ..cluster.bus import Bus
from ..core.clock import Clock
from ..db import Database
from . import sql

__all__ = ["Action", "Change", "Changes", "EVERYTHING", "Listener"]

Action = Literal["created", "updated", "deleted", "blocked", "unblocked", "rotated"]

_log = logging.getLogger("onceward_gateway")
_TOPIC = "platform"
# How many turns a node may have missed and still read them one by one; of as many the changes are kept.
_MOST_MISSED = 5_000
_PRUNED_EVERY = 256
_NOT_YET = 1 << 62
# Seconds that what a node knows may be old while nobody tells it of changes.
_MOST_AGE = 1.0


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed. `key_ids` are the keys whose callers are other than before; None stands for any."""

    kind: str
    id: str
    action: Action
    key_ids: tuple[str, ...] | None = None


Listener = Callable[[Change], None]

# What a node is told that missed more than is kept: anything may be other than it was.
EVERYTHING = Change("everything", "", "updated")


class _Told(msgspec.Struct, array_like=True):
    """What nodes tell each other: the changes of a turn."""

    turn: int
    changes: list[Change]


@dataclass(slots=True)
class _Unit:
    """What one task changes together."""

    task: asyncio.Task[Any] | None
    turn: int | None = None
    changes: list[Change] = field(default_factory=list)


class Changes:
    """What is changed here and at the other nodes."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._listeners: list[Listener] = []
        self._units: ContextVar[_Unit | None] = ContextVar("platform_unit", default=None)
        # One change at a time in this process: those that wait for their turn keep no connection from the calls.
        self._one = asyncio.Lock()
        self._bus: Bus | None = None
        self._turn: int | None = None
        self._read_at = -math.inf
        self._doubts = 0
        self._reading: asyncio.Task[None] | None = None
        self._failed = False
        self._age_seconds = _MOST_AGE

    def over(self, bus: Bus, age_seconds: float) -> None:
        """Tell other nodes of changes, and hear of theirs. `age_seconds` is how old what this node knows may get."""
        self._bus, self._age_seconds = bus, age_seconds
        bus.subscribe(_TOPIC, self._heard)
        bus.on_reconnect(self._doubt)

    def on_change(self, listener: Listener) -> None:
        """Have `listener` told of each change, wherever it was made, once it is written."""
        self._listeners.append(listener)

    # -- changing

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """What is changed inside is written together or not at all, and told when it is written. Nests."""
        if self._unit() is not None:
            yield
            return
        unit = _Unit(asyncio.current_task())
        token = self._units.set(unit)
        try:
            async with self._one, self._db.transaction():
                yield
        finally:
            self._units.reset(token)
        self._written(unit)

    def _unit(self) -> _Unit | None:
        """What this task changes together. A task that it started meanwhile has no part in it."""
        unit = self._units.get()
        return unit if unit is not None and unit.task is asyncio.current_task() else None

    async def take_turn(self) -> int:
        """Be the only one that changes the platform until what is written together is written."""
        unit = self._unit()
        if unit is not None and unit.turn is not None:
            return unit.turn
        turn = int((await self._db.changed(sql.TAKE_TURN))[0][0])
        if unit is not None:
            unit.turn = turn
        if turn % _PRUNED_EVERY == 0:
            await self._db.write(sql.PRUNE_CHANGES, (turn - 2 * _MOST_MISSED,))
        return turn

    async def add(self, change: Change) -> None:
        """Write down what is changed, for the nodes that are not told."""
        unit = self._unit()
        if unit is None:
            async with self.together():
                await self.add(change)
            return
        turn = await self.take_turn()
        await self._db.write(sql.ADD_CHANGE, (turn, len(unit.changes), msgspec.json.encode(change).decode()))
        unit.changes.append(change)

    def _written(self, unit: _Unit) -> None:
        if not unit.changes or unit.turn is None:
            return
        self._tell(unit.turn, unit.changes)
        if self._bus is not None:
            self._bus.publish(_TOPIC, msgspec.msgpack.encode(_Told(unit.turn, unit.changes)))

    def _tell(self, turn: int, changes: list[Change]) -> None:
        if self._turn == turn - 1:
            self._turn = turn
        for change in changes:
            for listener in self._listeners:
                listener(change)

    # -- hearing of others

    def _heard(self, message: bytes) -> None:
        try:
            told = msgspec.msgpack.decode(message, type=_Told)
        except msgspec.MsgspecError:
            # Another version of the gateway says it in other words: read what it wrote.
            self._doubt()
            return
        self._tell(told.turn, told.changes)

    def _doubt(self) -> None:
        self._doubts += 1
        self._read_at = -math.inf

    def is_fresh(self) -> bool:
        """Whether what this node knows of the platform may be used as it is.

        What is half as old as it may get is read anew beside the calls, so that none of them waits for it.
        """
        if not self._db.shared:
            return True
        age, most = self._clock.monotonic() - self._read_at, self._most_age()
        if age >= most:
            return False
        if age >= most / 2 and self._reading is None:
            self._start()
        return True

    def _most_age(self) -> float:
        told = self._bus is not None and self._bus.connected
        return self._age_seconds if told else min(self._age_seconds, _MOST_AGE)

    async def refresh(self) -> None:
        """Read what other nodes changed; raises `StorageError` where that cannot be known."""
        # A reading that began before this was asked for may be too old; the next one is not.
        for _ in range(2):
            if self.is_fresh():
                return
            await asyncio.shield(self._reading or self._start())

    def _start(self) -> asyncio.Task[None]:
        # Outside of whatever transaction the caller has open.
        task = asyncio.get_running_loop().create_task(self._read(), name="platform changes", context=Context())
        self._reading = task
        task.add_done_callback(self._stopped)
        return task

    def _stopped(self, task: asyncio.Task[None]) -> None:
        self._reading = None
        failure = None if task.cancelled() else task.exception()
        if failure is not None and not self._failed:
            # Told once: until it succeeds again, every call asks.
            _log.warning("changes of the platform cannot be read, and no key is admitted: %s", failure)
        self._failed = failure is not None

    async def _read(self) -> None:
        started, doubts = self._clock.monotonic(), self._doubts
        rows = await self._db.query(sql.CHANGES, (_NOT_YET if self._turn is None else self._turn,))
        turn = int(rows[0][0])
        if self._turn is None or turn - self._turn > _MOST_MISSED:
            self._turn = turn
            self._tell(turn, [EVERYTHING])
        elif turn > self._turn:
            self._turn = turn
            for _, body in rows:
                if body is not None:
                    self._tell(turn, [msgspec.json.decode(body, type=Change)])
        if doubts == self._doubts:
            self._read_at = started
