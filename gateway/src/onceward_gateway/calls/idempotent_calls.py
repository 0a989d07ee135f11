"""Model calls with an idempotency key: they can be attached to, replayed, retried, and resumed from their event log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from ..cluster.membership import Nodes
from ..core import error_codes
from ..core.call_record import CallRecord, read_record
from ..core.errors import invalid
from ..db import Batch, Database
from ..idempotency.engine import (
    Attached,
    Claim,
    Effect,
    IdempotencyKeys,
    Pending,
    Replay,
    Start,
)
from ..idempotency.repository import StoredKey
from ..idempotency.request import IdempotentRequest
from ..idempotency.sql import RENEW_KEY
from . import sql
from .backlog import Backlog
from .event_stream import EventStream
from .repository import CallStore
from .resumption import not_resumable, resume_position
from .running import RunningCall

__all__ = ["IdempotentCalls", "NewCall"]

Outcome: TypeAlias = Attached[EventStream] | Replay[CallRecord] | Start | Pending


@dataclass(slots=True, eq=False)
class NewCall:
    """A call that its request may make: its record, and the claim of its key if it has one.

    `previous` is the earlier record of a call that is retried or resumed. A resumed one has the events in its log, and
    its client reads those after `after`.
    """

    request: IdempotentRequest
    record: CallRecord
    claim: Claim | None
    previous: CallRecord | None = None
    logged: tuple[bytes, ...] = ()
    resumed: bool = False
    after: int = 0


class IdempotentCalls:
    """Model calls as a kind of requests with a key, and the records of the calls that may be made.

    `running` has the calls of this node, `follow` returns the stream of a call of another one, and `interrupt` ends a
    call that its node does not run any more.
    """

    find = sql.FIND_KEY

    def __init__(
        self,
        db: Database,
        keys: IdempotencyKeys,
        nodes: Nodes,
        new_id: Callable[[str], str],
        store: CallStore,
        *,
        running: dict[str, RunningCall],
        follow: Callable[[CallRecord], EventStream],
        interrupt: Callable[[CallRecord], Awaitable[object]],
    ) -> None:
        self._db = db
        self._keys = keys
        self._nodes = nodes
        self._new_id = new_id
        self._store = store
        self._running = running
        self._follow = follow
        self._interrupt = interrupt
        self._backlog = Backlog(db)

    async def enter(
        self, request: IdempotentRequest, *, look_up: bool
    ) -> Attached[EventStream] | Replay[CallRecord] | Claim | None:
        """Return what to do for a request: attach to a call, replay its answer, or make it.

        A call is made with `new_call`; of a request with a key, under the claim that is returned.
        """
        if request.key is not None:
            return await self._keys.enter(request, self, look_up=look_up or request.last_event_id is not None)
        if request.last_event_id is not None and request.stream:
            raise invalid(
                "`Last-Event-ID` was sent without `Idempotency-Key`. Send the key of the call that is to go on.",
                param="Idempotency-Key",
                code=error_codes.IDEMPOTENCY_KEY_MISSING,
            )
        return None

    # -- the kind

    def attach(self, request: IdempotentRequest, running: RunningCall) -> Attached[EventStream]:
        """Return the outcome for a call that runs on this node."""
        after = resume_position(request, running.record.id)
        self._count_attempt(running.record)
        return Attached(running, after)

    def check_new(self, request: IdempotentRequest) -> None:
        """Raise an error if a stream is to be resumed: there is none."""
        if request.last_event_id is not None and request.stream:
            raise not_resumable(request.last_event_id)

    async def outcome(self, request: IdempotentRequest, stored: StoredKey) -> Outcome:
        """Return what the stored call means to the same request."""
        if stored.named is None:
            return Start.START
        record = read_record(stored.named)
        after = resume_position(request, record.id)
        if record.status == "in_progress":
            return await self._in_progress(request, record, after)
        failed = record.status == "failed" and request.last_event_id is None and not record.failed_for_good
        if failed or record.can_resume:
            return Start.START
        record.attempts += 1
        await self._db.write_batch(self._store.attempt_of(record.id))
        return Replay(record, after)

    async def _in_progress(
        self, request: IdempotentRequest, record: CallRecord, after: int
    ) -> Attached[EventStream] | Pending:
        if record.node != self._nodes.id:
            self._count_attempt(record)
            return Attached(self._follow(record), after)
        # It ended here, or its claim was released, and that is still being written.
        await self._db.flush()
        if record.id not in self._running and not self._keys.holds(request):
            # The write failed: no node runs the call, although its record is in progress.
            await self._interrupt(record)
        return Pending.NOW

    def _count_attempt(self, record: CallRecord) -> None:
        record.attempts += 1
        if not self._db.connected:
            # While the database is unavailable, a late count is not worth the memory.
            return
        self._db.enqueue(self._store.attempt_of(record.id))

    # -- new calls

    async def new_call(
        self, request: IdempotentRequest, claim: Claim | None, *, model: str, provider: str
    ) -> NewCall | None:
        """Return the right to make the call; None if another node has its key. Pass it to `begin` or `release`.

        Raises `StorageUnavailable` while too many records wait to be written.
        """
        try:
            self._backlog.check()
            if claim is None:
                return NewCall(request, self._record(request, model, provider), None)
            new = await self._claimed(request, claim, model, provider)
        except BaseException:
            self.drop(claim)
            raise
        return new if await self._keys.take(claim, self._effect(new, claim)) else None

    def drop(self, claim: Claim | None) -> None:
        """Give up the claim of a request that makes no call after all, if it has one."""
        if claim is not None:
            self._keys.drop(claim)

    async def release(self, new: NewCall) -> None:
        """Release a call that is not made, and restore its key to its previous state."""
        if new.claim is not None:
            await self._keys.release(new.claim)

    async def _claimed(self, request: IdempotentRequest, claim: Claim, model: str, provider: str) -> NewCall:
        """Return the call of a claim: a new one, or another attempt of the one that the key names."""
        seen = claim.seen
        if seen is None or seen.named is None:
            return NewCall(request, self._record(request, model, provider), claim)
        previous = read_record(seen.named)
        blocks = await self._store.events(previous.id, 0) if previous.stream or previous.can_resume else []
        if previous.can_resume:
            record = self._next_attempt(previous, model, provider, resumed=True)
            logged = tuple(frame for block in blocks for frame in block.frames())
            return NewCall(request, record, claim, previous, logged, True, resume_position(request, record.id))
        if blocks:
            # Its clients have received events, which the stream of another attempt would contradict.
            return NewCall(request, self._record(request, model, provider), claim)
        return NewCall(request, self._next_attempt(previous, model, provider, resumed=False), claim, previous)

    def _record(self, request: IdempotentRequest, model: str, provider: str) -> CallRecord:
        return CallRecord(
            id=self._new_id("call_"),
            principal=request.principal,
            operation=request.operation,
            model=model,
            provider=provider,
            status="in_progress",
            stream=request.stream,
            key=request.key,
            attempts=1,
            request_id=request.request_id,
            created_at=self._keys.time(),
            node=self._nodes.id,
        )

    def _next_attempt(self, previous: CallRecord, model: str, provider: str, *, resumed: bool) -> CallRecord:
        """Return the record of a retry under the call's id; a resumed call stays in the same attempt."""
        record = replace(previous, status="in_progress", node=self._nodes.id, model=model, provider=provider)
        record.finished_at = record.usage = record.cost_nano = record.error = record.error_status = None
        # A resumed attempt has not been billed yet, so the stored amounts belong to the attempts before it.
        record.earlier = (previous.usage, previous.cost_nano)
        if not resumed:
            record.attempts = previous.attempts + 1
            record.attempt = record.attempts
        return record

    def _effect(self, new: NewCall, claim: Claim) -> Effect:
        """Return the statements that take and undo the claim of a call, in its record and in its key."""
        record, previous = new.record, new.previous
        if previous is not None:
            retake = (self._nodes.id, record.attempts, record.attempt, record.id, previous.status, previous.attempt)
            renew = (claim.expires_at, record.principal, record.key, record.id)
            row: tuple[Any, ...] = previous.row()
            restore = (previous.status, *row[11:16], previous.attempt, record.id, self._nodes.id)
            return Effect(record.id, ((sql.RETAKE, retake), (RENEW_KEY, renew)), ((sql.RESTORE, restore),))
        if not self._db.shared:
            # The key is recorded with the call: at the end of this turn of the event loop, or at the call's end.
            return Effect(record.id)
        take = (*claim.claim_row(record.id, None, self._keys.time()), *record.row())
        # If this node was declared dead meanwhile, the call was interrupted: its record and its key stay.
        drop, free = (record.id, self._nodes.id), (record.principal, record.key, record.id)
        return Effect(record.id, ((sql.CLAIM_CALL, take),), ((sql.DROP_CALL, drop), (sql.RELEASE_KEY, free)))

    # -- running calls

    def begun(self, new: NewCall, call: RunningCall) -> None:
        """Let requests with the key of a call attach to it."""
        if new.claim is not None:
            self._keys.begun(new.claim, call)

    def record(self, batch: Batch, call: RunningCall) -> None:
        """Add the key of a running call to a batch, if it has one."""
        if call.claim is not None:
            self._keys.record(batch, call.claim)

    def put_answer(self, batch: Batch, call: RunningCall) -> None:
        """Add the answer of a call to a batch, if it has one."""
        if call.answer is not None:
            self._keys.store.put_answer(batch, call.record.id, call.answer)

    def ended(self, call: RunningCall) -> None:
        """Free the key of a call that has ended."""
        if call.claim is not None:
            self._keys.drop(call.claim)
