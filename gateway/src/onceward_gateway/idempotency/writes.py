"""Writes with an idempotency key: each runs once, and its answer is stored in the transaction of its changes.

If other nodes share the database, the key has the node that runs the write until its answer is stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from ..core import error_codes
from ..core.answer import Answer
from ..core.errors import ApiError
from ..core.headers import X_ONCEWARD_REPLAYED
from ..db import Batch, Database
from ..http.request import (
    Change,
    Reply,
    Response,
)
from . import sql
from .engine import (
    Attached,
    Claim,
    Effect,
    IdempotencyKeys,
    Pending,
    Replay,
    Start,
)
from .repository import StoredKey, read_answer
from .request import IdempotentRequest

__all__ = ["IdempotentWrites"]

_MAX_STORED_BYTES = 1 << 20

Act = Callable[[], Awaitable[Reply | Change]]
_Callback = Callable[[], Awaitable[None]]


class WriteKind:
    """Writes as a kind of requests: one that runs is waited for, and one that has ended is replayed."""

    find = sql.FIND_WRITE

    def __init__(self, node: str) -> None:
        self._node = node

    def attach(self, request: IdempotentRequest, running: asyncio.Task[Reply]) -> Attached[asyncio.Task[Reply]]:
        """Return the outcome for a write that runs in this process."""
        return Attached(running)

    def check_new(self, request: IdempotentRequest) -> None:
        """Accept every request."""

    async def outcome(self, request: IdempotentRequest, stored: StoredKey) -> Replay[Answer] | Start | Pending:
        """Return the stored answer, or wait for the node that runs the write."""
        if stored.named is not None:
            return Replay(read_answer(stored.named))
        return Start.START if stored.node in (None, self._node) else Pending.LATER


class IdempotentWrites:
    """Runs each write once per caller and key, and replays its answer.

    `together` opens a transaction around the changes made inside it.
    """

    def __init__(
        self,
        db: Database,
        keys: IdempotencyKeys,
        new_id: Callable[[str], str],
        *,
        node: str,
        together: Callable[[], AbstractAsyncContextManager[None]],
    ) -> None:
        self._db = db
        self._keys = keys
        self._new_id = new_id
        self._node = node
        self._together = together
        self._kind = WriteKind(node)

    async def run(self, request: IdempotentRequest, act: Act, *, whole: bool = True) -> Reply:
        """Return the answer of `act`, which runs once for the key of the request, if it has one.

        With `whole`, the changes of `act` and its stored answer are written in one transaction, and `act` must await
        only the database. Without it, this applies to the `Change` that `act` returns.
        """
        if request.key is None:
            reply, then = await self._act(None, act, whole=whole)
            await self._finish(then)
            return reply
        while True:
            outcome = await self._keys.enter(request, self._kind)
            if isinstance(outcome, Attached):
                return _replayed(await asyncio.shield(outcome.running))
            if isinstance(outcome, Replay):
                answer = outcome.ended
                return _replayed(Response(answer.status, answer.body, answer.content_type, answer.headers))
            if await self._keys.take(outcome, self._effect(outcome)):
                break
        task = asyncio.get_running_loop().create_task(self._run(outcome, act, whole=whole))
        self._keys.begun(outcome, task)
        return await asyncio.shield(task)

    def _effect(self, claim: Claim) -> Effect:
        id, request = self._new_id("once_"), claim.request
        if not self._db.shared:
            return Effect(id)
        take = (sql.CLAIM_KEY, claim.claim_row(id, self._node, self._keys.time()))
        return Effect(id, (take,), ((sql.FREE_WRITE, (*request.scoped_key, id, self._node)),))

    async def _run(self, claim: Claim, act: Act, *, whole: bool) -> Reply:
        try:
            reply, then = await self._act(claim, act, whole=whole)
        except BaseException:
            self._keys.abandon(claim)
            raise
        try:
            await self._finish(then)
        finally:
            self._keys.drop(claim)
        return reply

    async def _act(self, claim: Claim | None, act: Act, *, whole: bool) -> tuple[Reply, _Callback | None]:
        """Run `act`, store its answer for the key, and return it with a callback to run when both are durable."""
        result: Reply | Change | None = None
        try:
            async with self._transaction_if(whole=whole):
                result = await act()
                async with self._transaction_if(whole=isinstance(result, Change)):
                    reply = await result.write() if isinstance(result, Change) else result
                    if claim is not None:
                        await self._store_or_drop(claim, reply)
        except BaseException:
            if isinstance(result, Change) and result.undo is not None:
                await result.undo()
            raise
        return reply, result.then if isinstance(result, Change) else None

    async def _finish(self, then: _Callback | None) -> None:
        await self._db.flush()
        if then is not None:
            await then()

    async def _store_or_drop(self, claim: Claim, reply: Reply) -> None:
        if isinstance(reply, Response) and 200 <= reply.status < 300 and len(reply.body) <= _MAX_STORED_BYTES:
            await self._store_answer(claim, reply)
        elif claim.recorded:
            await self._db.write(sql.DROP_KEY, (*claim.request.scoped_key, claim.effect.id))

    async def _store_answer(self, claim: Claim, reply: Response) -> None:
        batch, scoped_key = Batch(), claim.request.scoped_key
        claim.expires_at = self._keys.expiry()
        if not claim.recorded:
            self._keys.record(batch, claim)
        elif not await self._db.write(sql.KEEP_WRITE, (claim.expires_at, *scoped_key, claim.effect.id)):
            # This node was declared dead and another one has the key: the error rolls the changes back.
            raise ApiError(
                503,
                f"Another node took over the request of the idempotency key {claim.request.key!r}. Send it again.",
                code=error_codes.REQUEST_TAKEN_OVER,
                retry_after=1,
            )
        answer = Answer(reply.body, reply.content_type, None, reply.headers, reply.status)
        self._keys.store.put_answer(batch, claim.effect.id, answer)
        await self._db.write_batch(batch)

    @asynccontextmanager
    async def _transaction_if(self, *, whole: bool) -> AsyncIterator[None]:
        if whole:
            async with self._together():
                yield
        else:
            yield


def _replayed(reply: Reply) -> Reply:
    if isinstance(reply, Response):
        headers = (*reply.headers, (X_ONCEWARD_REPLAYED, "true"))
        return Response(reply.status, reply.body, reply.content_type, headers)
    return reply
