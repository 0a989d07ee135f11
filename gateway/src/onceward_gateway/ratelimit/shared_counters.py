"""The limits of a call counted in Redis, together with other nodes.

Admission is one script, awaited. The usage and the end of a call are sent without waiting: all of one tick go in one
script, and always before the next call of this node enters. A running call is a member with a lease, which this node
renews; the members of a dead node end with their leases.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..core.clock import Clock
from .limits import Limit
from .scripts import (
    CORRECT,
    ENTER,
    RENEW,
)

if TYPE_CHECKING:
    from ..redis.client import Redis

__all__ = ["SharedPermit", "SharedCounters", "Verdict"]

_LEASE_SECONDS = 15.0
_BATCH_SIZE = 500
_FIELDS_PER_LIMIT = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict of Redis on a call: the index of the limit that refuses it (None: admitted), and the seconds to wait.

    For each limit: the usage, and the seconds until it is unused.
    """

    refused: int | None
    wait: float
    used: list[int]
    over: list[float]


class SharedPermit:
    """One call among those of all nodes."""

    __slots__ = ("_keys", "_limits", "_shared", "_steps", "_tokens", "id", "known")

    def __init__(self, shared: SharedCounters, id: str, limits: Sequence[Limit], tokens: int) -> None:
        self.id = id
        # True once Redis may know the call.
        self.known = False
        self._shared = shared
        self._limits = limits
        self._tokens = tokens
        self._keys = [shared.key(limit) for limit in limits]
        self._steps: list[int] | None = None

    @property
    def sets(self) -> list[str]:
        """Return the sets of concurrent calls that the call is in."""
        return [key for key, limit in zip(self._keys, self._limits, strict=True) if limit.kind == "parallel"]

    async def enter(self) -> Verdict:
        """Enter all limits or none; raise `RedisUnavailable`."""
        arguments: list[int] = []
        for limit in self._limits:
            window, tokens = limit.window, self._tokens
            arguments += (window.length, window.grain, limit.most, limit.asked(tokens), limit.counted(tokens))
        verdict = self._read(await self._shared.enter(self, self._keys, arguments, late=self._late))
        if verdict.refused is not None:
            self.known = False
        return verdict

    def _read(self, answer: list[Any]) -> Verdict:
        refused, wait, *counters = answer
        used, over = counters[::_FIELDS_PER_LIMIT], [float(seconds) for seconds in counters[1::_FIELDS_PER_LIMIT]]
        if refused:
            return Verdict(refused - 1, float(wait), used, over)
        self._steps = counters[2::_FIELDS_PER_LIMIT]
        return Verdict(None, 0.0, used, over)

    def _late(self, answer: list[Any]) -> None:
        """Undo the admission of a call that nothing waits for any more."""
        if self._read(answer).refused is None:
            self.end(0, made=False)

    def begin(self) -> None:
        """Mark the call as running, even if Redis could not be asked."""
        if self.sets:
            self._shared.running[self.id] = self

    def end(self, tokens: int, *, made: bool) -> None:
        """Record the end of a call and its tokens; without `made` it was not made at all."""
        self.forget()
        if self._steps is None:
            return
        for key, limit, step in zip(self._keys, self._limits, self._steps, strict=True):
            if limit.kind == "tokens":
                self._shared.change(key, step, tokens - limit.counted(self._tokens))
            elif limit.kind != "parallel" and not made:
                self._shared.change(key, step, -1)

    def forget(self) -> None:
        """Mark the call as not running."""
        self._shared.running.pop(self.id, None)
        if self.known:
            for key in self.sets:
                self._shared.leave(key, self.id)


class SharedCounters:
    """The connection of this node's calls to Redis. `now` is a test's clock instead of Redis' own."""

    def __init__(
        self,
        redis: Redis,
        clock: Clock,
        *,
        lease_seconds: float = _LEASE_SECONDS,
        now: Callable[[], float] | None = None,
    ) -> None:
        self.running: dict[str, SharedPermit] = {}
        self._redis = redis
        self._clock = clock
        self._lease = lease_seconds
        self._now = now
        self._node = os.urandom(8).hex()
        self._count = 0
        self._key_prefix = f"{redis.prefix}pace:"
        self._changes: dict[tuple[str, int], int] = {}
        self._leaving: dict[tuple[str, str], None] = {}
        self._flushing = False
        for script in (ENTER, CORRECT, RENEW):
            redis.register(script)
        redis.on_change(self._changed)

    def member(self, limits: Sequence[Limit], tokens: int) -> SharedPermit:
        """Return a call for these limits that is expected to use this many tokens."""
        self._count += 1
        return SharedPermit(self, f"{self._node}:{self._count}", limits, tokens)

    def key(self, limit: Limit) -> str:
        """Return the name of a limit's counter in Redis."""
        return self._key_prefix + limit.key

    async def enter(
        self, member: SharedPermit, keys: list[str], arguments: list[int], *, late: Callable[[Any], None]
    ) -> list[Any]:
        """Ask Redis; raise `RedisUnavailable`."""
        self.flush()
        member.known = self._redis.available
        answer: list[Any] = await self._redis.run(
            ENTER, keys, self._time(), member.id, self._lease, *arguments, late=late
        )
        return answer

    # -- sent without waiting

    def change(self, key: str, step: int, amount: int) -> None:
        """Correct what was counted in a step."""
        if amount:
            self._changes[key, step] = self._changes.get((key, step), 0) + amount
            self._schedule_flush()

    def leave(self, key: str, id: str) -> None:
        """Remove a call from the concurrent calls."""
        self._leaving[key, id] = None
        self._schedule_flush()

    def _schedule_flush(self) -> None:
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Send all pending changes. While Redis is unavailable only ended calls are kept: the rest soon expires."""
        self._flushing = False
        changes, self._changes = self._changes, {}
        if not self._redis.available or not (changes or self._leaving):
            return
        leaving, self._leaving = self._leaving, {}
        corrections: list[tuple[str, int | str, int | str]] = [(key, "", id) for key, id in leaving]
        corrections += [(key, step, amount) for (key, step), amount in changes.items()]

        def done(well: bool) -> None:
            if not well:
                self._leaving = leaving | self._leaving

        for at in range(0, len(corrections), _BATCH_SIZE):
            some = corrections[at : at + _BATCH_SIZE]
            arguments = [part for _, step, what in some for part in (step, what)]
            self._redis.send(CORRECT, [key for key, _, _ in some], *arguments, done=done)

    # -- leases

    async def keep(self) -> None:
        """Renew the leases of the calls that run here, for ever."""
        while True:
            await self._clock.sleep(self._lease / 3)
            self.renew()

    def renew(self) -> None:
        """Renew the membership of all calls that run here, including those that Redis lost or never received."""
        self.flush()
        places = [(key, member) for member in self.running.values() for key in member.sets]
        if not self._redis.available:
            return
        for at in range(0, len(places), _BATCH_SIZE):
            some = places[at : at + _BATCH_SIZE]
            for _, member in some:
                member.known = True
            ids = [member.id for _, member in some]
            self._redis.send(RENEW, [key for key, _ in some], self._time(), self._lease, *ids, done=_ignore)

    def _changed(self, available: bool) -> None:
        if available:
            self.renew()

    def _time(self) -> str:
        return "" if self._now is None else repr(self._now())


def _ignore(well: bool) -> None:
    """Ignore a failure: the next renewal comes before the lease is over."""
