"""Claims of idempotency keys: of all requests at all nodes, one obtains the right to make the call of a key."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ..cluster.membership import Nodes
from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..db import (
    Batch,
    Database,
    StorageUnavailable,
)
from ..idempotency.repository import IdempotencyStore
from ..idempotency.request import IdempotentRequest
from ..idempotency.sql import RENEW_KEY
from . import sql
from .event_stream import EventStream
from .running import RunningCall

__all__ = ["Attached", "Claim", "IdempotencyKeys", "Replay", "Start"]

_log = logging.getLogger("onceward_gateway")
# Unwritten batches above which calls are refused: each holds the record of a call with its answer.
_MAX_BACKLOG = 10_000


@dataclass(frozen=True, slots=True)
class Attached:
    """An outcome: attach to a call that runs here or on another node, and read its events after `after`."""

    stream: EventStream
    after: int


@dataclass(frozen=True, slots=True)
class Replay:
    """An outcome: replay the stored answer of a call that has ended."""

    record: CallRecord
    after: int


@dataclass(slots=True)
class Start:
    """An outcome: make the call for the first time (`record` is None), retry it, or resume it from its log.

    `replaces` is the id of the call that the key has named so far, if it is to name a new one.
    """

    record: CallRecord | None = None
    logged: tuple[bytes, ...] = ()
    resumed: bool = False
    after: int = 0
    replaces: str = ""


@dataclass(slots=True, eq=False)
class Claim:
    """The exclusive right to make the call of a key, held until the call has begun or the claim is released.

    `previous` is the earlier record of a call that is retried or resumed.
    """

    request: IdempotentRequest
    record: CallRecord
    start: Start
    previous: CallRecord | None
    expires_at: float
    recorded: bool = False
    waiters: list[asyncio.Future[None]] = field(default_factory=list)

    async def over(self) -> None:
        """Wait until the call has begun or the claim was released."""
        waiter = asyncio.get_running_loop().create_future()
        self.waiters.append(waiter)
        await waiter

    def end(self) -> None:
        """Wake the requests that wait for the outcome of the claim."""
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(None)


class _Backlog:
    """The limit of unwritten records, and the count of calls refused because of it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._refused = 0

    def check(self) -> None:
        """Raise `StorageUnavailable` if too many records wait to be written."""
        if self._db.backlog < _MAX_BACKLOG:
            if self._refused:
                _log.warning("%d calls were refused and not recorded while storage was unavailable", self._refused)
                self._refused = 0
            return
        self._refused += 1
        if self._refused == 1:
            _log.error("%d records wait for storage; new calls are refused until it is back", _MAX_BACKLOG)
        raise StorageUnavailable(f"{_MAX_BACKLOG} records wait to be written, the most that are kept in memory.")


class IdempotencyKeys:
    """The idempotency keys of this process's calls, claimed in memory and, if other nodes share it, in the database."""

    def __init__(
        self, db: Database, clock: Clock, nodes: Nodes, new_id: Callable[[str], str], keep_seconds: float
    ) -> None:
        self.store = IdempotencyStore(db)
        self._db = db
        self._clock = clock
        self._nodes = nodes
        self._new_id = new_id
        self._keep_seconds = keep_seconds
        self._holders: dict[tuple[str, str], RunningCall | Claim] = {}
        self._backlog = _Backlog(db)

    def holder(self, request: IdempotentRequest) -> RunningCall | Claim | None:
        """Return the call or claim that holds the key of a request in this process."""
        return self._holders.get(request.scoped_key)

    def is_claimed(self, call_id: str) -> bool:
        """Return whether a call is claimed and has not begun."""
        return any(isinstance(holder, Claim) and holder.record.id == call_id for holder in self._holders.values())

    def is_likely_new(self, request: IdempotentRequest) -> bool:
        """Return whether to claim the key before looking it up, which saves a round trip to the database."""
        return (
            self._db.shared
            and request.key is not None
            and request.last_event_id is None
            and request.scoped_key not in self._holders
        )

    async def claim(self, request: IdempotentRequest, start: Start, *, model: str, provider: str) -> Claim | None:
        """Return the right to make the call, or None if another request has it. End it with `begun` or `release`.

        Raises `StorageUnavailable` while too many records wait to be written: records are never dropped, so no
        further ones may be added.
        """
        self._backlog.check()
        now = self._clock.time()
        previous = start.record
        if previous is None:
            record = CallRecord(
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
                created_at=now,
                node=self._nodes.id,
            )
        else:
            record = self._retried_record(previous, start, model, provider)
        claim = Claim(request, record, start, previous, now + self._keep_seconds)
        if request.key is None:
            return claim
        if request.scoped_key in self._holders:
            return None
        self._holders[request.scoped_key] = claim
        if self._db.shared or previous is not None:
            try:
                claim.recorded = await self._claim_stored(claim)
            except BaseException:
                # The claim may have been written even though the statement failed.
                self._db.enqueue(self._release_batch(claim))
                self._free(claim)
                raise
            if not claim.recorded:
                self._free(claim)
                return None
        return claim

    def _retried_record(self, previous: CallRecord, start: Start, model: str, provider: str) -> CallRecord:
        """Return the record of a retry under the call's id; a resumed call stays in the same attempt."""
        record = replace(previous, status="in_progress", node=self._nodes.id, model=model, provider=provider)
        record.finished_at = record.usage = record.cost_nano = record.error = record.error_status = None
        # A resumed attempt has not been billed yet, so the stored amounts belong to the attempts before it.
        record.earlier = (previous.usage, previous.cost_nano)
        if not start.resumed:
            record.attempts = previous.attempts + 1
            record.attempt = record.attempts
        return record

    async def _claim_stored(self, claim: Claim) -> bool:
        """Claim the call in the database, where one node obtains it."""
        record, previous, request = claim.record, claim.previous, claim.request
        if previous is not None:
            # The release of an earlier claim of this process on the same call may still be queued.
            await self._db.flush()
            retaken = (self._nodes.id, record.attempts, record.attempt, record.id, previous.status, previous.attempt)
            async with self._db.transaction():
                rows = await self._db.changed(sql.RETAKE, retaken)
                renewed = (claim.expires_at, request.principal, request.key, record.id)
                await self._db.write(RENEW_KEY, renewed)
            return bool(rows)
        now = self._clock.time()
        key = (request.principal, request.key, request.operation, request.fingerprint, record.id)
        claimed = (*key, claim.expires_at, None, now, claim.start.replaces)
        return bool(await self._db.changed(sql.CLAIM_CALL, (*claimed, *record.row())))

    async def release(self, claim: Claim) -> None:
        """Release a claim whose call is not made, and restore the key to its previous state."""
        try:
            if claim.recorded:
                await self._db.write_batch(self._release_batch(claim))
        finally:
            self._free(claim)

    def _release_batch(self, claim: Claim) -> Batch:
        batch, record, previous = Batch(), claim.record, claim.previous
        if previous is None:
            # If this node was declared dead meanwhile, the call was interrupted: its record and its key stay.
            batch.add(sql.DROP_CALL, (record.id, self._nodes.id))
            batch.add(sql.RELEASE_KEY, (record.principal, record.key, record.id))
        else:
            row = previous.row()
            batch.add(sql.RESTORE, (previous.status, *row[11:16], previous.attempt, record.id, self._nodes.id))
        return batch

    def record(self, batch: Batch, call: RunningCall) -> None:
        """Add the key of a running call to a batch, if it has one."""
        record = call.record
        if record.key is not None and call.fingerprint is not None:
            self.store.put(
                batch,
                record.principal,
                record.key,
                call.operation,
                call.fingerprint,
                record.id,
                expires_at=call.expires_at,
            )

    def _free(self, claim: Claim) -> None:
        if self._holders.get(claim.request.scoped_key) is claim:
            del self._holders[claim.request.scoped_key]
        claim.end()

    def begun(self, claim: Claim, call: RunningCall) -> None:
        """Transfer the key from the claim to the running call."""
        if claim.request.key is not None:
            self._holders[claim.request.scoped_key] = call
            claim.end()

    def ended(self, call: RunningCall) -> None:
        """Free the key of a call that has ended."""
        scoped_key = (call.record.principal, call.record.key or "")
        if self._holders.get(scoped_key) is call:
            del self._holders[scoped_key]
