"""Claims: the right to make the call of a key, which of all requests at all nodes one has."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from ..cluster.membership import Nodes
from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..db import (
    Batch,
    Database,
    StorageAway,
)
from . import sql
from .idempotency import (
    Claim,
    IdempotentRequest,
    Start,
)
from .running import RunningCall

__all__ = ["IdempotencyKeys"]


_log = logging.getLogger("onceward_gateway")
# Batches that may wait to be written before calls are refused: each is the record of a call, with its answer.
_MOST_WAITING = 10_000


class _Backlog:
    """The bound of what waits to be recorded, and the count of the calls that were refused for it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._refused = 0

    def check(self) -> None:
        """Raise `StorageAway` where too much waits."""
        if self._db.backlog < _MOST_WAITING:
            if self._refused:
                _log.warning("%d calls were refused and not recorded while storage was away", self._refused)
                self._refused = 0
            return
        self._refused += 1
        if self._refused == 1:
            _log.error("%d records wait for storage; new calls are refused until it is back", _MOST_WAITING)
        raise StorageAway(f"{_MOST_WAITING} records wait to be written, the most that are kept in memory.")


class IdempotencyKeys:
    """The keys of this process's calls: claimed in its memory, and in the database where other nodes use it too."""

    def __init__(
        self, db: Database, clock: Clock, nodes: Nodes, new_id: Callable[[str], str], keep_seconds: float
    ) -> None:
        self._db = db
        self._clock = clock
        self._nodes = nodes
        self._new_id = new_id
        self._keep_seconds = keep_seconds
        self._holders: dict[tuple[str, str], RunningCall | Claim] = {}
        self._backlog = _Backlog(db)

    def holder(self, presented: IdempotentRequest) -> RunningCall | Claim | None:
        """What has the key of a request in this process."""
        return self._holders.get(presented.place)

    def is_claimed(self, call_id: str) -> bool:
        """Whether a call is claimed and has not begun."""
        return any(isinstance(one, Claim) and one.record.id == call_id for one in self._holders.values())

    def is_likely_new(self, presented: IdempotentRequest) -> bool:
        """Whether the key had better be claimed before it is looked up: what is asked of another machine costs most."""
        return (
            self._db.shared
            and presented.key is not None
            and presented.last_event_id is None
            and presented.place not in self._holders
        )

    async def claim(self, presented: IdempotentRequest, entry: Start, *, model: str, provider: str) -> Claim | None:
        """The right to make the call, or None if another request has it by now. It ends by `begun` or by `release`.

        Raises `StorageAway` while too much waits to be recorded already: no record that was promised is dropped, so
        that no more of them are made.
        """
        self._backlog.check()
        now = self._clock.time()
        before = entry.record
        if before is None:
            record = CallRecord(
                id=self._new_id("call_"),
                principal=presented.principal,
                operation=presented.operation,
                model=model,
                provider=provider,
                status="in_progress",
                stream=presented.stream,
                key=presented.key,
                attempts=1,
                request_id=presented.request_id,
                created_at=now,
                node=self._nodes.id,
            )
        else:
            record = self._again(before, entry, model, provider)
        claim = Claim(presented, record, entry, before, now + self._keep_seconds)
        if presented.key is None:
            return claim
        if presented.place in self._holders:
            return None
        self._holders[presented.place] = claim
        if self._db.shared or before is not None:
            try:
                claim.recorded = await self._claim_stored(claim)
            except BaseException:
                # It may have been written for all that is known here.
                self._db.enqueue(self._released(claim))
                self._free(claim)
                raise
            if not claim.recorded:
                self._free(claim)
                return None
        return claim

    def _again(self, before: CallRecord, entry: Start, model: str, provider: str) -> CallRecord:
        """The record of a call that is made again, under its id; one that goes on is the same attempt."""
        record = replace(before, status="in_progress", node=self._nodes.id, model=model, provider=provider)
        record.finished_at = record.usage = record.cost_nano = record.error = record.error_status = None
        # Of an attempt that goes on nothing was booked, so that what is stored is of those before it.
        record.earlier = (before.usage, before.cost_nano)
        if not entry.resumed:
            record.attempts = before.attempts + 1
            record.attempt = record.attempts
        return record

    async def _claim_stored(self, claim: Claim) -> bool:
        """Claim the call in the database, where of all nodes one gets it."""
        record, before, presented = claim.record, claim.before, claim.presented
        if before is not None:
            # An earlier claim of this process on the same call may have to be undone first, as it was queued.
            await self._db.flush()
            taken = (self._nodes.id, record.attempts, record.attempt, record.id, before.status, before.attempt)
            async with self._db.transaction():
                rows = await self._db.changed(sql.RETAKE, taken)
                renewed = (claim.expires_at, presented.principal, presented.key, record.id)
                await self._db.write(sql.RENEW_KEY, renewed)
            return bool(rows)
        now = self._clock.time()
        key = (presented.principal, presented.key, presented.operation, presented.fingerprint, record.id)
        named = (*key, claim.expires_at, None, now, claim.entry.replaces)
        return bool(await self._db.changed(sql.CLAIM_CALL, (*named, *record.row())))

    async def release(self, claim: Claim) -> None:
        """The call is not made after all: its key is as free as it was before."""
        try:
            if claim.recorded:
                await self._db.write_batch(self._released(claim))
        finally:
            self._free(claim)

    def _released(self, claim: Claim) -> Batch:
        batch, record, before = Batch(), claim.record, claim.before
        if before is None:
            # Where others took it for a dead node's, it is a call of its own by now, and the key is that call's.
            batch.add(sql.DROP_CALL, (record.id, self._nodes.id))
            batch.add(sql.RELEASE_KEY, (record.principal, record.key, record.id))
        else:
            row = before.row()
            batch.add(sql.RESTORE, (before.status, *row[11:16], before.attempt, record.id, self._nodes.id))
        return batch

    def _free(self, claim: Claim) -> None:
        if self._holders.get(claim.presented.place) is claim:
            del self._holders[claim.presented.place]
        claim.end()

    def begun(self, claim: Claim, run: RunningCall) -> None:
        """The key is the run's from now on."""
        if claim.presented.key is not None:
            self._holders[claim.presented.place] = run
            claim.end()

    def ended(self, run: RunningCall) -> None:
        """The run's key is nobody's in this process."""
        place = (run.record.principal, run.record.key or "")
        if self._holders.get(place) is run:
            del self._holders[place]
