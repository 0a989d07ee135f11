"""Cache invalidation across nodes: changes of records are serialized, logged and published.

A change first takes the turn: it updates one row, which the database lets only one transaction do at a time. So what
it reads afterwards still holds when it commits, whichever node makes another change; and the changes have one order in
which every node reads them.
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

__all__ = ["Action", "RecordChange", "ChangeLog", "EVERYTHING", "ChangeListener"]

Action = Literal["created", "updated", "deleted", "blocked", "unblocked", "rotated"]

_log = logging.getLogger("onceward_gateway")
_TOPIC = "platform"
# The most turns that a node may have missed and still read one by one; older changes are pruned.
_MOST_MISSED = 5_000
_PRUNED_EVERY = 256
_NOT_YET = 1 << 62
# Seconds that cached records may be used while no bus announces changes.
_MOST_AGE = 1.0


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A change of a record. `key_ids` are the keys whose principals it affects; None stands for any."""

    kind: str
    id: str
    action: Action
    key_ids: tuple[str, ...] | None = None


ChangeListener = Callable[[RecordChange], None]

# For a node that missed more changes than are kept: every cached record may be outdated.
EVERYTHING = RecordChange("everything", "", "updated")


class _Message(msgspec.Struct, array_like=True):
    """The changes of a turn, as one node publishes them to the others."""

    turn: int
    changes: list[RecordChange]


@dataclass(slots=True)
class _Unit:
    """The changes that one task makes in one transaction."""

    task: asyncio.Task[Any] | None
    turn: int | None = None
    changes: list[RecordChange] = field(default_factory=list)


class ChangeLog:
    """The log of changes, here and at the other nodes."""

    def __init__(self, db: Database, clock: Clock, bus: Bus, age_seconds: float) -> None:
        """Publish changes on `bus`; `age_seconds` is how old the cached records of this node may get."""
        self._db = db
        self._clock = clock
        self._listeners: list[ChangeListener] = []
        self._units: ContextVar[_Unit | None] = ContextVar("platform_unit", default=None)
        # One change at a time in this process: waiting changes take no database connection from model calls.
        self._one = asyncio.Lock()
        self._bus = bus
        self._turn: int | None = None
        self._read_at = -math.inf
        self._expirations = 0
        self._reading: asyncio.Task[None] | None = None
        self._failed = False
        self._age_seconds = age_seconds
        bus.subscribe(_TOPIC, self._received)
        bus.on_reconnect(self._expire)

    def subscribe(self, listener: ChangeListener) -> None:
        """Register a callback for each committed change, of this node or another."""
        self._listeners.append(listener)

    # -- changing

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Make all changes inside in one transaction, and announce them when it has committed. Nests."""
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
        self._committed(unit)

    def _unit(self) -> _Unit | None:
        """Return the unit of the current task. Tasks that it started have no part in it."""
        unit = self._units.get()
        return unit if unit is not None and unit.task is asyncio.current_task() else None

    async def take_turn(self) -> int:
        """Exclude all other changes until the current transaction has ended."""
        unit = self._unit()
        if unit is not None and unit.turn is not None:
            return unit.turn
        turn = int((await self._db.changed(sql.TAKE_TURN))[0][0])
        if unit is not None:
            unit.turn = turn
        if turn % _PRUNED_EVERY == 0:
            await self._db.write(sql.PRUNE_CHANGES, (turn - 2 * _MOST_MISSED,))
        return turn

    async def add(self, change: RecordChange) -> None:
        """Log a change, for the nodes that its message does not reach."""
        unit = self._unit()
        if unit is None:
            async with self.transaction():
                await self.add(change)
            return
        turn = await self.take_turn()
        await self._db.write(sql.ADD_CHANGE, (turn, len(unit.changes), msgspec.json.encode(change).decode()))
        unit.changes.append(change)

    def _committed(self, unit: _Unit) -> None:
        if not unit.changes or unit.turn is None:
            return
        self._notify(unit.turn, unit.changes)
        self._bus.publish(_TOPIC, msgspec.msgpack.encode(_Message(unit.turn, unit.changes)))

    def _notify(self, turn: int, changes: list[RecordChange]) -> None:
        if self._turn == turn - 1:
            self._turn = turn
        for change in changes:
            for listener in self._listeners:
                listener(change)

    # -- changes of other nodes

    def _received(self, message: bytes) -> None:
        try:
            received = msgspec.msgpack.decode(message, type=_Message)
        except msgspec.MsgspecError:
            # Another version of the gateway may use another format: read the log instead.
            self._expire()
            return
        self._notify(received.turn, received.changes)

    def _expire(self) -> None:
        self._expirations += 1
        self._read_at = -math.inf

    def is_fresh(self) -> bool:
        """Return whether cached records may be used without reading the log first.

        At half of the permitted age the log is read in the background, so that no call waits for it.
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
        return self._age_seconds if self._bus.connected else min(self._age_seconds, _MOST_AGE)

    async def refresh(self) -> None:
        """Read the changes of other nodes; raise `StorageError` if the database cannot be read."""
        # A read that began before this call may be too old; the next one is not.
        for _ in range(2):
            if self.is_fresh():
                return
            await asyncio.shield(self._reading or self._start())

    def _start(self) -> asyncio.Task[None]:
        # Outside of whatever transaction the caller has open.
        task = asyncio.get_running_loop().create_task(self._read(), name="platform changes", context=Context())
        self._reading = task
        task.add_done_callback(self._read_done)
        return task

    def _read_done(self, task: asyncio.Task[None]) -> None:
        self._reading = None
        failure = None if task.cancelled() else task.exception()
        if failure is not None and not self._failed:
            # Logged once: until a read succeeds again, every call tries.
            _log.warning("the log of changes cannot be read, and no API key is accepted: %s", failure)
        self._failed = failure is not None

    async def _read(self) -> None:
        started, expirations = self._clock.monotonic(), self._expirations
        rows = await self._db.query(sql.CHANGES, (_NOT_YET if self._turn is None else self._turn,))
        turn = int(rows[0][0])
        if self._turn is None or turn - self._turn > _MOST_MISSED:
            self._turn = turn
            self._notify(turn, [EVERYTHING])
        elif turn > self._turn:
            self._turn = turn
            for _, body in rows:
                if body is not None:
                    self._notify(turn, [msgspec.json.decode(body, type=RecordChange)])
        if expirations == self._expirations:
            self._read_at = started
