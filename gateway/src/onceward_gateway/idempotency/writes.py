"""Idempotency keys of writes without a model call: a repeated request gets the stored answer of the first.

If other nodes share the database, the key is claimed there first; a node that finds it claimed waits until the answer
is stored or the claim is released.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from ..core import error_codes
from ..core.answer import Answer
from ..core.clock import Clock
from ..core.errors import ApiError, conflict
from ..core.headers import X_ONCEWARD_REPLAYED, X_SHOULD_RETRY
from ..db import Batch, Database
from ..http.request import (
    Change,
    Reply,
    Response,
)
from . import sql
from .repository import IdempotencyStore, StoredKey, read_answer

__all__ = ["IdempotentWrites"]

_MAX_STORED_BYTES = 1 << 20
_POLL_SECONDS = 0.05
_MAX_POLL_SECONDS = 1.0

Act = Callable[[], Awaitable[Reply | Change]]
_Callback = Callable[[], Awaitable[None]]


class IdempotentWrites:
    """Runs each write once per caller and key, and replays its answer.

    `together` opens a transaction around the changes made inside it.
    """

    def __init__(
        self,
        db: Database,
        store: IdempotencyStore,
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
        """Return the answer of `act`, which runs once for this key.

        With `whole`, the changes of `act` and its stored answer are written in one transaction, and `act` must await
        only the database. Without it, this applies to the `Change` that `act` returns.
        """
        scoped_key = (principal, key)
        running = self._running.get(scoped_key)
        if running is not None:
            _require_same_request(running[0], fingerprint, key)
            return _replayed(await asyncio.shield(running[1]))
        claim = _Claim(principal, key, operation, fingerprint, self._new_id("once_"))
        task = asyncio.get_running_loop().create_task(self._run(claim, act, whole=whole))
        self._running[scoped_key] = (fingerprint, task)
        task.add_done_callback(lambda _: self._running.pop(scoped_key, None))
        return await asyncio.shield(task)

    async def plainly(self, act: Act, *, whole: bool) -> Reply:
        """Return the answer of `act` for a request without a key, once its changes are durable."""
        reply, then = await self._act(None, act, whole=whole)
        await self._finish(then)
        return reply

    async def _run(self, claim: _Claim, act: Act, *, whole: bool) -> Reply:
        delay = _POLL_SECONDS
        while True:
            stored = await self._store.find(sql.FIND_WRITE, claim.principal, claim.key, self._clock.time())
            if stored is not None:
                _require_same_request(stored.fingerprint, claim.fingerprint, claim.key)
                if stored.named is not None:
                    answer = read_answer(stored.named)
                    return _replayed(Response(answer.status, answer.body, answer.content_type, answer.headers))
            held_elsewhere = stored is not None and stored.node not in (None, self._node)
            if not held_elsewhere and await self._claim(claim, stored):
                break
            await self._clock.sleep(delay)
            delay = min(2 * delay, _MAX_POLL_SECONDS)
        try:
            reply, then = await self._act(claim, act, whole=whole)
        except BaseException:
            if self._db.shared:
                release = Batch()
                release.add(sql.FREE_WRITE, (claim.principal, claim.key, claim.id, self._node))
                self._db.enqueue(release)
            raise
        await self._finish(then)
        return reply

    async def _claim(self, claim: _Claim, stored: StoredKey | None) -> bool:
        if not self._db.shared:
            return True
        now = self._clock.time()
        row = (*claim.row(now + self._keep_seconds), self._node, now, "" if stored is None else stored.id)
        return bool(await self._db.changed(sql.CLAIM_KEY, row))

    async def _act(self, claim: _Claim | None, act: Act, *, whole: bool) -> tuple[Reply, _Callback | None]:
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

    async def _store_or_drop(self, claim: _Claim, reply: Reply) -> None:
        if isinstance(reply, Response) and 200 <= reply.status < 300 and len(reply.body) <= _MAX_STORED_BYTES:
            await self._store_answer(claim, reply)
        elif self._db.shared:
            await self._db.write(sql.DROP_KEY, (claim.principal, claim.key, claim.id))

    async def _store_answer(self, claim: _Claim, reply: Response) -> None:
        batch, expires_at = Batch(), self._clock.time() + self._keep_seconds
        if not self._db.shared:
            self._store.put(
                batch, claim.principal, claim.key, claim.operation, claim.fingerprint, claim.id, expires_at=expires_at
            )
        elif not await self._db.write(sql.KEEP_WRITE, (expires_at, claim.principal, claim.key, claim.id)):
            # This node was declared dead and another one has the key: the error rolls the changes back.
            raise ApiError(
                503,
                f"Another node took over the request of the idempotency key {claim.key!r}. Send it again.",
                code=error_codes.REQUEST_TAKEN_OVER,
                retry_after=1,
            )
        answer = Answer(reply.body, reply.content_type, None, reply.headers, reply.status)
        self._store.put_answer(batch, claim.id, answer)
        await self._db.write_batch(batch)

    @asynccontextmanager
    async def _transaction_if(self, *, whole: bool) -> AsyncIterator[None]:
        if whole:
            async with self._together():
                yield
        else:
            yield


class _Claim:
    """A key that a write holds or tries to claim; its answer is stored under `id`."""

    __slots__ = ("fingerprint", "id", "key", "operation", "principal")

    def __init__(self, principal: str, key: str, operation: str, fingerprint: bytes, id: str) -> None:
        self.principal = principal
        self.key = key
        self.operation = operation
        self.fingerprint = fingerprint
        self.id = id

    def row(self, expires_at: float) -> tuple[str, str, str, bytes, str, float]:
        return self.principal, self.key, self.operation, self.fingerprint, self.id, expires_at


def _require_same_request(stored: bytes, requested: bytes, key: str) -> None:
    if stored != requested:
        raise conflict(
            f"The idempotency key {key!r} was used before with another request. "
            "Send the same body to the same operation, or take a new key.",
            code=error_codes.IDEMPOTENCY_KEY_REUSED,
            param="Idempotency-Key",
            headers=((X_SHOULD_RETRY, "false"),),
        )


def _replayed(reply: Reply) -> Reply:
    if isinstance(reply, Response):
        headers = (*reply.headers, (X_ONCEWARD_REPLAYED, "true"))
        return Response(reply.status, reply.body, reply.content_type, headers)
    return reply
