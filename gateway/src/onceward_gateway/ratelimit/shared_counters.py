"""The limits of a call counted in Redis, together with other nodes.

Entering is one script, awaited. What a call used, and that it has ended, is told without waiting: everything of one
tick goes in one script, and always before the next call of this node enters. A call that runs is a member with a lease,
which this node renews; the members of a node that died end with their leases.
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

__all__ = ["Member", "SharedPace", "Verdict"]

_LEASE_SECONDS = 15.0
_AT_ONCE = 500
_ONE = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Redis says of a call: the number of the limit that refuses it (None: it is in), and seconds to wait then.

    Of each limit: how much is used, and seconds until nothing is.
    """

    refused: int | None
    wait: float
    used: list[int]
    over: list[float]


class Member:
    """One call among those of all nodes."""

    __slots__ = ("_keys", "_limits", "_shared", "_steps", "_tokens", "id", "known")

    def __init__(self, shared: SharedPace, id: str, limits: Sequence[Limit], tokens: int) -> None:
        self.id = id
        # Whether Redis may know of it.
        self.known = False
        self._shared = shared
        self._limits = limits
        self._tokens = tokens
        self._keys = [shared.key(limit) for limit in limits]
        self._steps: list[int] | None = None

    @property
    def sets(self) -> list[str]:
        """The sets of calls at the same time that it is in."""
        return [key for key, limit in zip(self._keys, self._limits, strict=True) if limit.kind == "parallel"]

    async def enter(self) -> Verdict:
        """Enter all limits or none; raises `RedisAway`."""
        arguments: list[int] = []
        for limit in self._limits:
            window, tokens = limit.window, self._tokens
            arguments += (window.length, window.grain, limit.most, limit.asked(tokens), limit.counted(tokens))
        verdict = self._read(await self._shared.enter(self, self._keys, arguments, late=self._late))
        if verdict.refused is not None:
            self.known = False
        return verdict

    def _read(self, answer: list[Any]) -> Verdict:
        refused, wait, *told = answer
        used, over = told[::_ONE], [float(seconds) for seconds in told[1::_ONE]]
        if refused:
            return Verdict(refused - 1, float(wait), used, over)
        self._steps = told[2::_ONE]
        return Verdict(None, 0.0, used, over)

    def _late(self, answer: list[Any]) -> None:
        """Nobody waits for the verdict any more: if it let the call in, that is undone."""
        if self._read(answer).refused is None:
            self.end(0, made=False)

    def begin(self) -> None:
        """The call runs; also where Redis could not be asked."""
        if self.sets:
            self._shared.running[self.id] = self

    def end(self, tokens: int, *, made: bool) -> None:
        """It has ended and used so many tokens; or (not `made`) it was not made at all."""
        self.forget()
        if self._steps is None:
            return
        for key, limit, step in zip(self._keys, self._limits, self._steps, strict=True):
            if limit.kind == "tokens":
                self._shared.change(key, step, tokens - limit.counted(self._tokens))
            elif limit.kind != "parallel" and not made:
                self._shared.change(key, step, -1)

    def forget(self) -> None:
        """It does not run, or no longer."""
        self._shared.running.pop(self.id, None)
        if self.known:
            for key in self.sets:
                self._shared.leave(key, self.id)


class SharedPace:
    """What this node tells Redis of its calls. `now` is a test's clock instead of Redis' own."""

    def __init__(
        self,
        redis: Redis,
        clock: Clock,
        *,
        lease_seconds: float = _LEASE_SECONDS,
        now: Callable[[], float] | None = None,
    ) -> None:
        self.running: dict[str, Member] = {}
        self._redis = redis
        self._clock = clock
        self._lease = lease_seconds
        self._now = now
        self._node = os.urandom(8).hex()
        self._count = 0
        self._head = f"{redis.prefix}pace:"
        self._changes: dict[tuple[str, int], int] = {}
        self._leaving: dict[tuple[str, str], None] = {}
        self._flushing = False
        for script in (ENTER, CORRECT, RENEW):
            redis.register(script)
        redis.on_change(self._changed)

    def member(self, limits: Sequence[Limit], tokens: int) -> Member:
        """A call that wants to enter these limits and is expected to use so many tokens."""
        self._count += 1
        return Member(self, f"{self._node}:{self._count}", limits, tokens)

    def key(self, limit: Limit) -> str:
        return self._head + limit.key

    async def enter(
        self, member: Member, keys: list[str], arguments: list[int], *, late: Callable[[Any], None]
    ) -> list[Any]:
        """Ask Redis; raises `RedisAway`."""
        self.flush()
        member.known = self._redis.available
        answer: list[Any] = await self._redis.run(
            ENTER, keys, self._time(), member.id, self._lease, *arguments, late=late
        )
        return answer

    # -- what is told without waiting

    def change(self, key: str, step: int, amount: int) -> None:
        """Correct what was counted in a step."""
        if amount:
            self._changes[key, step] = self._changes.get((key, step), 0) + amount
            self._soon()

    def leave(self, key: str, id: str) -> None:
        """Take a call out of those that run at the same time."""
        self._leaving[key, id] = None
        self._soon()

    def _soon(self) -> None:
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Send all that is to be told. While Redis is away only who left is kept: the rest is over in a minute."""
        self._flushing = False
        changes, self._changes = self._changes, {}
        if not self._redis.available or not (changes or self._leaving):
            return
        leaving, self._leaving = self._leaving, {}
        told: list[tuple[str, int | str, int | str]] = [(key, "", id) for key, id in leaving]
        told += [(key, step, amount) for (key, step), amount in changes.items()]

        def done(well: bool) -> None:
            if not well:
                self._leaving = leaving | self._leaving

        for at in range(0, len(told), _AT_ONCE):
            some = told[at : at + _AT_ONCE]
            arguments = [part for _, step, what in some for part in (step, what)]
            self._redis.send(CORRECT, [key for key, _, _ in some], *arguments, done=done)

    # -- leases

    async def keep(self) -> None:
        """Renew the leases of the calls that run here, for ever."""
        while True:
            await self._clock.sleep(self._lease / 3)
            self.renew()

    def renew(self) -> None:
        """Have all calls that run here be members for another lease; those too that Redis lost or was never told of."""
        self.flush()
        places = [(key, member) for member in self.running.values() for key in member.sets]
        if not self._redis.available:
            return
        for at in range(0, len(places), _AT_ONCE):
            some = places[at : at + _AT_ONCE]
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
    """The next renewal comes before the lease is over."""
