"""Once for operations that change something and call no model: a key that comes again gets the first answer again.

Where other nodes share the database, the key is claimed there first; a node that finds it claimed waits for the answer
that is kept for it, or for its turn where the claim was let go.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from ..core.answer import Answer
from ..core.clock import Clock
from ..core.errors import ApiError, conflict
from ..db import Batch, Database
from ..http.request import (
    Change,
    Reply,
    Response,
)
from . import sql
from .repository import CallStore, StoredKey

__all__ = ["IdempotentWrites"]

_LARGEST = 1 << 20
_LOOK_SECONDS = 0.05
_SELDOM_SECONDS = 1.0

Act = Callable[[], Awaitable[Reply | Change]]
_Then = Callable[[], Awaitable[None]]


class IdempotentWrites:
    """The running and the remembered mutations, by caller and key.

    `together` makes what is changed inside it one transaction.
    """

    def __init__(
        self,
        db: Database,
        store: CallStore,
        clock: Clock,
        keep_seconds: float,
        new_id: Callable[[str], str],
        *,
        node: str,
        together: Callable[[], AbstractAsyncContextManager[None]],
    ) -> None:
        self._db = db
        self._store = store
        self._clock = clock
        self._keep_seconds = keep_seconds
        self._new_id = new_id
        self._node = node
        self._together = together
        self._running: dict[tuple[str, str], tuple[bytes, asyncio.Task[Reply]]] = {}

    async def once(
        self, principal: str, key: str, operation: str, fingerprint: bytes, act: Act, *, whole: bool = True
    ) -> Reply:
        """The answer of `act`, which runs once for this key.

        `whole`: what `act` changes and the answer kept for its key are written together or not at all; it awaits
        nothing but the database then. Of an `act` that is not, this holds for the `Change` that it returns.
        """
        place = (principal, key)
        running = self._running.get(place)
        if running is not None:
            _same(running[0], fingerprint, key)
            return _replayed(await asyncio.shield(running[1]))
        claim = _Claim(principal, key, operation, fingerprint, self._new_id("once_"))
        task = asyncio.get_running_loop().create_task(self._run(claim, act, whole=whole))
        self._running[place] = (fingerprint, task)
        task.add_done_callback(lambda _: self._running.pop(place, None))
        return await asyncio.shield(task)

    async def plainly(self, act: Act, *, whole: bool) -> Reply:
        """The answer of `act` for a request without a key, when what it changed is durable."""
        reply, then = await self._act(None, act, whole=whole)
        await self._durable(then)
        return reply

    async def _run(self, claim: _Claim, act: Act, *, whole: bool) -> Reply:
        delay = _LOOK_SECONDS
        while True:
            stored = await self._store.key(claim.principal, claim.key, self._clock.time())
            if stored is not None:
                _same(stored.fingerprint, claim.fingerprint, claim.key)
                answer = await self._store.answer(stored.call_id)
                if answer is not None:
                    return _replayed(Response(answer.status, answer.body, answer.content_type, answer.headers))
            theirs = stored is not None and stored.node not in (None, self._node)
            if not theirs and await self._claimed(claim, stored):
                break
            await self._clock.sleep(delay)
            delay = min(2 * delay, _SELDOM_SECONDS)
        try:
            reply, then = await self._act(claim, act, whole=whole)
        except BaseException:
            if self._db.shared:
                freed = Batch()
                freed.add(sql.FREE_MUTATION, (claim.principal, claim.key, claim.id, self._node))
                self._db.enqueue(freed)
            raise
        await self._durable(then)
        return reply

    async def _claimed(self, claim: _Claim, stored: StoredKey | None) -> bool:
        if not self._db.shared:
            return True
        now = self._clock.time()
        row = (*claim.row(now + self._keep_seconds), self._node, now, "" if stored is None else stored.call_id)
        return bool(await self._db.changed(sql.CLAIM_KEY, row))

    async def _act(self, claim: _Claim | None, act: Act, *, whole: bool) -> tuple[Reply, _Then | None]:
        """Make the change, keep its answer for the key, and return it with what follows when both are durable."""
        made: Reply | Change | None = None
        try:
            async with self._unit(whole=whole):
                made = await act()
                async with self._unit(whole=isinstance(made, Change)):
                    reply = await made.write() if isinstance(made, Change) else made
                    if claim is not None:
                        await self._keep_or_drop(claim, reply)
        except BaseException:
            if isinstance(made, Change) and made.undo is not None:
                await made.undo()
            raise
        return reply, made.then if isinstance(made, Change) else None

    async def _durable(self, then: _Then | None) -> None:
        await self._db.flush()
        if then is not None:
            await then()

    async def _keep_or_drop(self, claim: _Claim, reply: Reply) -> None:
        if isinstance(reply, Response) and 200 <= reply.status < 300 and len(reply.body) <= _LARGEST:
            await self._keep(claim, reply)
        elif self._db.shared:
            await self._db.write(sql.DROP_KEY, (claim.principal, claim.key, claim.id))

    async def _keep(self, claim: _Claim, reply: Response) -> None:
        batch, expires_at = Batch(), self._clock.time() + self._keep_seconds
        if not self._db.shared:
            self._store.put_key(batch, *claim.row(expires_at))
        elif not await self._db.write(sql.KEEP_MUTATION, (expires_at, claim.principal, claim.key, claim.id)):
            # This node was taken for dead, and the key is another's now: what was changed here is undone.
            raise ApiError(
                503,
                f"Another node took over the request of the idempotency key {claim.key!r}. Send it again.",
                code="request_taken_over",
                retry_after=1,
            )
        answer = Answer(reply.body, reply.content_type, None, reply.headers, reply.status)
        self._store.put_answer(batch, claim.id, answer)
        await self._db.write_batch(batch)

    @asynccontextmanager
    async def _unit(self, *, whole: bool) -> AsyncIterator[None]:
        if whole:
            async with self._together():
                yield
        else:
            yield


class _Claim:
    """A key that a mutation has, or tries to get; `id` is what its answer is kept under."""

    __slots__ = ("fingerprint", "id", "key", "operation", "principal")

    def __init__(self, principal: str, key: str, operation: str, fingerprint: bytes, id: str) -> None:
        self.principal = principal
        self.key = key
        self.operation = operation
        self.fingerprint = fingerprint
        self.id = id

    def row(self, expires_at: float) -> tuple[str, str, str, bytes, str, float]:
        return self.principal, self.key, self.operation, self.fingerprint, self.id, expires_at


def _same(known: bytes, given: bytes, key: str) -> None:
    if known != given:
        raise conflict(
            f"The idempotency key {key!r} was used before with another request. "
            "Send the same body to the same operation, or take a new key.",
            code="idempotency_key_reused",
            param="Idempotency-Key",
            headers=(("x-should-retry", "false"),),
        )


def _replayed(reply: Reply) -> Reply:
    if isinstance(reply, Response):
        headers = (*reply.headers, ("x-onceward-replayed", "true"))
        return Response(reply.status, reply.body, reply.content_type, headers)
    return reply
