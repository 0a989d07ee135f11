"""Once for operations that change something and call no model: a key that comes again gets the first answer again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ..clock import Clock
from ..emission import Answer
from ..errors import ApiError, conflict
from ..http import Reply, Response
from ..storage import Database
from .store import CallStore

__all__ = ["Mutations"]

_LARGEST = 1 << 20


class Mutations:
    """The running and the remembered mutations, by caller and key."""

    def __init__(
        self, db: Database, store: CallStore, clock: Clock, keep_seconds: float, new_id: Callable[[str], str]
    ) -> None:
        self._db = db
        self._store = store
        self._clock = clock
        self._keep_seconds = keep_seconds
        self._new_id = new_id
        self._running: dict[tuple[str, str], tuple[bytes, asyncio.Task[Reply]]] = {}

    async def once(
        self, principal: str, key: str, operation: str, fingerprint: bytes, act: Callable[[], Awaitable[Reply]]
    ) -> Reply:
        """The answer of `act`, which runs once for this key."""
        place = (principal, key)
        running = self._running.get(place)
        if running is not None:
            _same(running[0], fingerprint, key)
            return _replayed(await asyncio.shield(running[1]))
        stored = self._store.key(principal, key, self._clock.time())
        if stored is not None:
            _same(stored.fingerprint, fingerprint, key)
            answer = self._store.answer(stored.call_id)
            if answer is not None:
                return _replayed(Response(answer.status, answer.body, answer.content_type, answer.headers))
        task = asyncio.get_running_loop().create_task(self._act(principal, key, operation, fingerprint, act))
        self._running[place] = (fingerprint, task)
        task.add_done_callback(lambda _: self._running.pop(place, None))
        return await asyncio.shield(task)

    async def _act(
        self, principal: str, key: str, operation: str, fingerprint: bytes, act: Callable[[], Awaitable[Reply]]
    ) -> Reply:
        try:
            reply = await act()
        except ApiError:
            await self._db.committed()
            raise
        if isinstance(reply, Response) and 200 <= reply.status < 300 and len(reply.body) <= _LARGEST:
            kept = self._new_id("once_")
            expires = self._clock.time() + self._keep_seconds
            self._store.put_key(principal, key, operation, fingerprint, kept, expires)
            self._store.put_answer(kept, Answer(reply.body, reply.content_type, None, reply.headers, reply.status))
        await self._db.committed()
        return reply


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
        headers = (*reply.headers, ("x-headgate-replayed", "true"))
        return Response(reply.status, reply.body, reply.content_type, headers)
    return reply
