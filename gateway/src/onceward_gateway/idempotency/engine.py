"""The idempotency engine: the states of a key, and the one request that may move it to the next.

    new      nothing is stored; the first request claims the key
    claimed  one request prepares the call or the write; the others wait for it
    running  the call or the write runs; the others attach to it
    ended    its end is stored; the others replay it, or claim the key again if that end may be retried or resumed

A request with the key of another request is a conflict in every state. The claims of this process are in memory. If
other nodes share the database, a claim is also taken there, with a statement that succeeds at one node.

Model calls and writes differ in what a stored key means to the next request (`Kind`) and in the statements that take
and undo a claim (`Effect`); see `calls/idempotent_calls.py` and `idempotency/writes.py`.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from ..core.clock import Clock
from ..db import Batch, Database, Statement
from . import sql
from .repository import IdempotencyStore, KeyRow, StoredKey
from .request import IdempotentRequest, require_same_request

__all__ = ["Attached", "Claim", "Effect", "IdempotencyKeys", "Kind", "Pending", "Replay", "Start"]

_POLL_SECONDS = 0.05
_MAX_POLL_SECONDS = 1.0
R = TypeVar("R")
E = TypeVar("E")
R_co = TypeVar("R_co", covariant=True)
E_co = TypeVar("E_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Attached(Generic[R_co]):
    """An outcome: attach to what runs here or on another node; of a stream, read the events after `after`."""

    running: R_co
    after: int = 0


@dataclass(frozen=True, slots=True)
class Replay(Generic[E_co]):
    """An outcome: replay the stored end of a call or a write; of a stream, the events after `after`."""

    ended: E_co
    after: int = 0


class Start(enum.Enum):
    """An outcome: the request may claim the key."""

    START = enum.auto()


class Pending(enum.Enum):
    """No outcome yet: look the key up again, at once or after a while."""

    NOW = enum.auto()
    LATER = enum.auto()


@dataclass(frozen=True, slots=True)
class Effect:
    """The call or write that a claim is for: its id, and the statements that take and undo the claim.

    The first statement of `take` returns a row if this node obtains the key. Without any, the claim is only in memory.
    """

    id: str
    take: Sequence[Statement] = ()
    undo: Sequence[Statement] = ()


@dataclass(slots=True, eq=False)
class Claim:
    """A key that a request of this process holds, from the claim to the end of the call or write.

    `seen` is what the key named before; `looked_up` whether it was looked up at all. `recorded` says that the database
    has the claim, and `running` is what runs under it.
    """

    request: IdempotentRequest
    expires_at: float
    seen: StoredKey | None = None
    looked_up: bool = True
    effect: Effect = Effect("")
    recorded: bool = False
    running: Any = None
    waiters: list[asyncio.Future[None]] = field(default_factory=list)

    def key_row(self, id: str) -> KeyRow:
        """Return the row of the key, which names a call or a write."""
        request = self.request
        return request.principal, request.key, request.operation, request.fingerprint, id, self.expires_at

    def claim_row(self, id: str, node: str | None, now: float) -> tuple[Any, ...]:
        """Return the key as the parameters of `CLAIM_KEY`, to replace what was seen, and nothing else."""
        seen = ("", "") if self.seen is None else (self.seen.id, self.seen.node or "")
        return (*self.key_row(id), node, now, *seen)

    async def decided(self) -> None:
        """Wait until the call or write runs, or the claim was given up."""
        waiter = asyncio.get_running_loop().create_future()
        self.waiters.append(waiter)
        await waiter

    def wake(self) -> None:
        """Wake the requests that wait."""
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(None)
        self.waiters.clear()


class Kind(Protocol[R_co, E_co]):
    """A kind of requests with a key. `find` finds a key and the row that it names, see `sql.find_key`."""

    @property
    def find(self) -> str:
        """Return the statement."""
        ...

    def attach(self, request: IdempotentRequest, running: Any) -> Attached[R_co]:
        """Return the outcome for a call or write of this process that runs."""
        ...

    def check_new(self, request: IdempotentRequest) -> None:
        """Raise if a request cannot be the first one with its key."""
        ...

    async def outcome(
        self, request: IdempotentRequest, stored: StoredKey
    ) -> Attached[R_co] | Replay[E_co] | Start | Pending:
        """Return what a stored key means to the same request. `Start` is returned without awaiting anything."""
        ...


class IdempotencyKeys:
    """The idempotency keys of all nodes, and the claims of this process."""

    def __init__(self, db: Database, clock: Clock, keep_seconds: float) -> None:
        self.store = IdempotencyStore(db)
        self._db = db
        self._clock = clock
        self._keep_seconds = keep_seconds
        self._claims: dict[tuple[str, str], Claim] = {}

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return self._clock.time()

    def expiry(self) -> float:
        """Return when a key expires that is used now."""
        return self._clock.time() + self._keep_seconds

    def holds(self, request: IdempotentRequest) -> bool:
        """Return whether a request of this process holds the key."""
        return request.scoped_key in self._claims

    def is_claimed(self, id: str) -> bool:
        """Return whether a call or write is claimed in this process and does not run yet."""
        return any(claim.effect.id == id and claim.running is None for claim in self._claims.values())

    async def enter(
        self, request: IdempotentRequest, kind: Kind[R, E], *, look_up: bool = True
    ) -> Claim | Attached[R] | Replay[E]:
        """Return what to do for a request, and a claim if it may start: `take` it, or `drop` it.

        Without `look_up`, a key that other nodes may have is claimed unseen, which saves a round trip to the database:
        `take` fails if another node has it.
        """
        scoped_key, delay = request.scoped_key, _POLL_SECONDS
        while True:
            claim = self._claims.get(scoped_key)
            if claim is not None:
                require_same_request(claim.request.fingerprint, request)
                if claim.running is not None:
                    return kind.attach(request, claim.running)
                await claim.decided()
                continue
            if not look_up and self._db.shared:
                return self._hold(request, None, looked_up=False)
            stored = await self.store.find(kind.find, *scoped_key, self._clock.time())
            if scoped_key in self._claims:
                continue
            if stored is None:
                kind.check_new(request)
                return self._hold(request, None)
            require_same_request(stored.fingerprint, request)
            outcome = await kind.outcome(request, stored)
            if isinstance(outcome, Start):
                return self._hold(request, stored)
            if not isinstance(outcome, Pending):
                return outcome
            if outcome is Pending.LATER:
                await self._clock.sleep(delay)
                delay = min(2 * delay, _MAX_POLL_SECONDS)

    def _hold(self, request: IdempotentRequest, seen: StoredKey | None, *, looked_up: bool = True) -> Claim:
        claim = Claim(request, self.expiry(), seen, looked_up)
        self._claims[request.scoped_key] = claim
        return claim

    async def take(self, claim: Claim, effect: Effect) -> bool:
        """Take a claim in the database too, if its effect says so. If another node has it, drop it and return False."""
        claim.effect = effect
        if not effect.take:
            return True
        try:
            claim.recorded = await self._take(effect.take)
        except BaseException:
            # The claim may have been written even though the statement failed.
            claim.recorded = True
            self.abandon(claim)
            raise
        if not claim.recorded:
            self.drop(claim)
        return claim.recorded

    async def _take(self, statements: Sequence[Statement]) -> bool:
        first, *others = statements
        if not others:
            return bool(await self._db.changed(*first))
        # The release of an earlier claim of this process on the same call may still be queued.
        await self._db.flush()
        async with self._db.transaction():
            rows = await self._db.changed(*first)
            for statement in others:
                await self._db.write(*statement)
        return bool(rows)

    def begun(self, claim: Claim, running: object) -> None:
        """Let requests attach to what runs under a claim now."""
        claim.running = running
        claim.wake()

    def record(self, batch: Batch, claim: Claim) -> None:
        """Add the key to a batch that stores what it names."""
        self.store.put(batch, claim.key_row(claim.effect.id))

    async def release(self, claim: Claim) -> None:
        """Give up a claim that was taken, and restore the key to its previous state."""
        try:
            if claim.recorded:
                await self._db.write_batch(_undo(claim))
        finally:
            self.drop(claim)

    def abandon(self, claim: Claim) -> None:
        """Give up a claim that was taken, without waiting until the key is in its previous state."""
        if claim.recorded:
            self._db.enqueue(_undo(claim))
        self.drop(claim)

    def drop(self, claim: Claim) -> None:
        """Forget a claim that was not taken, or whose call or write has ended."""
        scoped_key = claim.request.scoped_key
        if self._claims.get(scoped_key) is claim:
            del self._claims[scoped_key]
        # A call refers to its claim: without this cycle, its memory is free at once.
        claim.running = None
        claim.wake()

    async def died(self, node_id: str) -> None:
        """Free the keys of the writes that ran on a node that died; its calls are interrupted, and keep their keys."""
        batch = Batch()
        batch.add(sql.FREE_WRITES, (node_id,))
        await self._db.write_batch(batch)

    async def sweep(self) -> int:
        """Delete the expired keys with their answers and events, and return their number."""
        return await self.store.sweep(self._clock.time())


def _undo(claim: Claim) -> Batch:
    batch = Batch()
    for statement in claim.effect.undo:
        batch.add(*statement)
    return batch
