"""The calls of this process: which run, what a key that is presented again means, and how a call ends.

Where the database is shared with other nodes, a key is claimed there before its call is made, and a call that another
node makes is followed. A process that has its database alone keeps its claims in memory, and writes the record of a
call that ends at once only with its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..clock import Clock
from ..cluster.bus import Bus
from ..cluster.nodes import Nodes
from ..config import Limits
from ..errors import AWAY, ApiError, invalid
from ..storage import AlreadyDone, Batch, Database, StorageAway, StorageError
from . import sql
from .feed import Feed
from .follow import Follower, lost
from .log import EventLog
from .presented import Claim, Joined, Presented, Replayed, Rerun, not_resumable, position_of, same_request
from .run import Run, Superseded, vanished
from .store import CallRecord, CallStore, StoredKey

if TYPE_CHECKING:
    from ..prices import PriceBook

__all__ = ["Calls"]

_CANCEL_TOPIC = "calls/cancel"
_WATCH_SECONDS = 1.0
_FIRST_LOOK = 0.02


class Calls:
    """Every call of this gateway, running and ended."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        limits: Limits,
        prices: PriceBook,
        new_id: Callable[[str], str],
        *,
        nodes: Nodes,
        bus: Bus,
    ) -> None:
        self.store = CallStore(db)
        self.bus = bus
        self.log = EventLog(db, bus, lambda: nodes.alive)
        self.grace_seconds = limits.grace_seconds
        self.lag_events = limits.lag_events
        self.running: dict[str, Run] = {}
        self.following: dict[str, Follower] = {}
        self._by_key: dict[tuple[str, str], Run | Claim] = {}
        self._db = db
        self._clock = clock
        self._nodes = nodes
        self._keep_seconds = limits.keep_hours * 3600
        self._prices = prices
        self._new_id = new_id
        self._begun: list[Run] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        # What else is written with a call's end: the ledger's record.
        self.on_settled: Callable[[Run, Batch], None] = lambda run, batch: None
        # Who else writes what is to be known of a call before a provider is asked.
        self.on_recording: Callable[[], None] = lambda: None
        # Who books calls that were interrupted, in the transaction that says so.
        self.on_interrupted: Callable[[Sequence[CallRecord]], Awaitable[object]] = _nobody
        bus.subscribe(_CANCEL_TOPIC, lambda message: self._cancel_here(message.decode("utf-8", "replace")))
        bus.on_reconnect(self._look_again)

    def time(self) -> float:
        return self._clock.time()

    # -- a call is presented

    async def enter(self, presented: Presented) -> Joined | Replayed | Rerun:
        """What this request means: join, replay, or make the call."""
        if presented.key is None:
            if presented.last_event_id is not None and presented.stream:
                raise invalid(
                    "`Last-Event-ID` was sent without `Idempotency-Key`. Send the key of the call that is to go on.",
                    param="Idempotency-Key",
                    code="idempotency_key_missing",
                )
            return Rerun()
        while True:
            holder = self._by_key.get(presented.place)
            if isinstance(holder, Run):
                return self._join(holder, presented)
            if holder is not None:
                same_request(holder.presented.fingerprint, presented)
                await holder.over()
                continue
            stored = await self.store.key(presented.principal, presented.key, self._clock.time())
            if presented.place in self._by_key:
                continue
            if stored is None:
                if presented.last_event_id is not None and presented.stream:
                    raise not_resumable(presented.last_event_id)
                return Rerun()
            entry = await self._known(presented, stored)
            if entry is not None:
                return entry

    def _join(self, run: Run, presented: Presented) -> Joined:
        same_request(run.fingerprint, presented)
        after = position_of(presented, run.record.id)
        self._asked_again(run.record)
        return Joined(run, after)

    def _asked_again(self, record: CallRecord) -> None:
        record.attempts += 1
        self._db.soon(self.store.attempt_of(record.id))

    async def _known(self, presented: Presented, stored: StoredKey) -> Joined | Replayed | Rerun | None:
        """What a key means that was presented before; None if that has to be looked up once more."""
        same_request(stored.fingerprint, presented)
        record = stored.record
        if record is None:
            return Rerun(replaces=stored.call_id)
        after = position_of(presented, record.id)
        if record.status == "in_progress":
            return await self._in_progress(presented, record, after)
        if record.status == "failed" and presented.last_event_id is None:
            if record.stream and await self.store.events(record.id, 0):
                return Rerun(replaces=record.id)
            return Rerun(record)
        if record.status == "interrupted" and record.provider == "offline":
            blocks = await self.store.events(record.id, 0)
            frames = tuple(frame for block in blocks for frame in block.frames())
            return Rerun(record, frames, resumed=True, after=after)
        record.attempts += 1
        await self._db.together(self.store.attempt_of(record.id))
        return Replayed(record, after)

    async def _in_progress(self, presented: Presented, record: CallRecord, after: int) -> Joined | None:
        if record.node != self._nodes.id:
            self._asked_again(record)
            return Joined(self._follower(record), after)
        # It ended here, or its claim was let go, and that is being written.
        await self._db.committed()
        if record.id not in self.running and presented.place not in self._by_key:
            # Nothing came of that: a call that nobody makes, whatever its record says.
            await self._interrupt(sql.INTERRUPT_ONE, (record.id, self._nodes.id, record.attempt))
        return None

    def _follower(self, record: CallRecord) -> Follower:
        follower = self.following.get(record.id)
        if follower is None:
            follower = self.following[record.id] = Follower(self, record)
        return follower

    def unfollow(self, follower: Follower) -> None:
        """Nobody here follows this call any more, or there is nothing left to follow."""
        if self.following.get(follower.record.id) is follower:
            del self.following[follower.record.id]

    async def read(self, record: CallRecord) -> Feed:
        """A call as the database has it, from its first event."""
        feed = Follower(self, record)
        await feed.refresh()
        return feed

    def attend(self, call_id: str) -> None:
        """Say to the node that makes a call that somebody waits for it."""
        batch = Batch()
        batch.add(sql.ATTEND, (call_id,))
        self._db.soon(batch)

    # -- a call is claimed and begins

    async def claim(self, presented: Presented, entry: Rerun, *, model: str, provider: str) -> Claim | None:
        """The right to make the call, or None if another request has it by now: then `enter` says what that means.

        A claim ends by `begin` or by `release`.
        """
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
        if presented.place in self._by_key:
            return None
        self._by_key[presented.place] = claim
        if self._db.shared or before is not None:
            try:
                claim.recorded = await self._claim_stored(claim)
            except BaseException:
                # It may have been written for all that is known here.
                self._db.soon(self._released(claim))
                self._free(claim)
                raise
            if not claim.recorded:
                self._free(claim)
                return None
        return claim

    def _again(self, before: CallRecord, entry: Rerun, model: str, provider: str) -> CallRecord:
        """The record of a call that is made again, under its id; one that goes on is the same attempt."""
        record = replace(before, status="in_progress", node=self._nodes.id, model=model, provider=provider)
        record.finished_at = record.usage = record.cost_nano = record.error = record.error_status = None
        if not entry.resumed:
            record.attempts = before.attempts + 1
            record.attempt = record.attempts
        return record

    async def _claim_stored(self, claim: Claim) -> bool:
        """Claim the call in the database, where of all nodes one gets it."""
        record, before, presented = claim.record, claim.before, claim.presented
        if before is not None:
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
                await self._db.together(self._released(claim))
        finally:
            self._free(claim)

    def _released(self, claim: Claim) -> Batch:
        batch, record, before = Batch(), claim.record, claim.before
        if before is None:
            batch.add(sql.DROP_KEY, (record.principal, record.key, record.id))
            batch.add(sql.DROP_CALL, (record.id, self._nodes.id))
        else:
            row = before.row()
            batch.add(sql.RESTORE, (before.status, *row[11:16], before.attempt, record.id, self._nodes.id))
        return batch

    def _free(self, claim: Claim) -> None:
        if self._by_key.get(claim.presented.place) is claim:
            del self._by_key[claim.presented.place]
        claim.end()

    def begin(self, claim: Claim, *, price_name: str, terminal: bytes | None = b"[DONE]") -> Run:
        """The run of a call that was claimed; `Run.start` sets it off."""
        presented, record = claim.presented, claim.record
        run = Run(
            self,
            record,
            fingerprint=presented.fingerprint if presented.key is not None else None,
            prompt_bytes=presented.body_bytes,
            price_name=price_name,
            terminal=terminal,
            logged=list(claim.entry.logged),
        )
        run.recorded = claim.recorded
        run.durable = claim.recorded and self._db.shared
        run.operation, run.expires_at = presented.operation, claim.expires_at
        self.running[record.id] = run
        if presented.key is not None:
            self._by_key[presented.place] = run
            claim.end()
        return run

    def record_soon(self, run: Run) -> None:
        """Have a call that has begun on record at the end of this tick, unless it has ended by then."""
        if run.recorded or run.done:
            return
        if not self._begun:
            asyncio.get_running_loop().call_soon(self._record_begun)
        self._begun.append(run)

    def _record_begun(self) -> None:
        begun, self._begun = self._begun, []
        batch = Batch()
        for run in begun:
            if not (run.recorded or run.settling):
                self._put_begun(batch, run)
        if batch:
            self._db.soon(batch)

    def _put_begun(self, batch: Batch, run: Run) -> None:
        run.recorded = True
        self._put_key(batch, run)
        self.store.put_record(batch, run.record)

    def _put_key(self, batch: Batch, run: Run) -> None:
        record = run.record
        if record.key is not None and run.fingerprint is not None:
            self.store.put_key(
                batch, record.principal, record.key, run.operation, run.fingerprint, record.id, run.expires_at
            )

    async def recorded(self, call_id: str) -> None:
        """Return when it is durable that this call runs: before anything is asked of a provider, which will be paid."""
        run = self.running.get(call_id)
        if run is None or run.durable:
            return
        if self._db.shared:
            self.on_recording()
        if run.recorded:
            await self._db.committed()
        else:
            batch = Batch()
            self._put_begun(batch, run)
            await self._db.together(batch)
        run.durable = True

    # -- a call ends

    async def settle(
        self, run: Run, error: ApiError | None, tail: list[bytes], *, interrupted: bool, cancelled: bool
    ) -> None:
        """Write how the call ended and return when that is durable. Raises `Superseded` if another node ended it."""
        record = run.record
        record.finished_at = self._clock.time()
        record.status = _status(error, interrupted=interrupted, cancelled=cancelled)
        if error is not None and not interrupted:
            record.error_status, record.error = error.status, error.body(record.request_id)
        record.usage = run.usage or (run.answer.usage if run.answer is not None else None)
        if record.usage is None and error is not None and run.events_produced:
            record.usage = _estimated(run)
        record.cost_nano = 0 if run.cached else self._prices.cost(record.provider, run.price_name, record.usage)
        batch = Batch()
        if not run.recorded:
            self._put_key(batch, run)
        if run.keyed:
            self.log.end(run, batch, [] if interrupted else tail)
            if run.answer is not None:
                self.store.put_answer(batch, record.id, run.answer)
        self.store.put_record(batch, record)
        own = len(batch.statements)
        self.on_settled(run, batch)
        run.recorded = True
        try:
            if error is not None and error.code == AWAY:
                # It is known that nobody is there to write it now; the client need not wait for that twice.
                self._db.soon(batch)
            else:
                await self._write_end(run, batch, own)
        except StorageAway:
            # It is written as soon as the database is there again. Until then the key stands for this run.
            self._spawn(self._forget_later(run))
            raise
        except BaseException:
            self._forget(run)
            raise
        self._forget(run)

    async def _write_end(self, run: Run, batch: Batch, own: int) -> None:
        """Write the batch of an end, of which the first `own` statements are the call's and the others its bill."""
        try:
            await self._db.together(batch)
        except AlreadyDone:
            # Either the commit went through and nobody could say so, or this node was taken for dead meanwhile.
            record = run.record
            stored = await self.store.find(record.principal, record.id)
            if stored is None or stored.node != self._nodes.id or stored.attempt != record.attempt:
                raise Superseded(lost(record.id)) from None
            if stored.status == "in_progress":
                # The node that made it before was paid for it, so that its end here is not.
                await self._db.together(Batch(batch.statements[:own]))
            elif stored.finished_at != record.finished_at:
                raise Superseded(lost(record.id)) from None

    def _forget(self, run: Run) -> None:
        record = run.record
        self.running.pop(record.id, None)
        if record.key is not None:
            place = (record.principal, record.key)
            if self._by_key.get(place) is run:
                del self._by_key[place]
            self.log.ended(run)

    async def _forget_later(self, run: Run) -> None:
        while True:
            try:
                await self._db.committed()
                break
            except StorageError:
                await self._clock.sleep(_WATCH_SECONDS)
        self._forget(run)

    def unattended(self, run: Run) -> None:
        """No client of this node listens to a call any more, and the time of grace is over."""
        if self._db.shared and run.keyed:
            self._spawn(self._give_up_unless_attended(run))
        else:
            run.cancel(vanished())

    async def _give_up_unless_attended(self, run: Run) -> None:
        try:
            row = await self._db.one(sql.ATTENDED, (run.record.id,))
        except StorageError:
            row = (0.0,)
        if run.listeners:
            return
        # Seconds since a client of another node was seen to listen.
        since = None if row is None or row[0] is None else float(row[0])
        if since is not None and since < self.grace_seconds:
            run.wait_for_clients(self.grace_seconds - since)
        else:
            run.cancel(vanished())

    # -- cancelling

    async def cancel(self, principal: str, call_id: str) -> CallRecord | None:
        """Cancel a running call, wherever it runs, and give its record when it has ended.

        None if the caller has no such call. One that does not end in time is given as it is.
        """
        run = self.running.get(call_id)
        if run is not None and run.record.principal == principal:
            run.cancel(_cancelled(call_id))
            await run.finished()
            return run.record
        record = await self.store.find(principal, call_id)
        if record is None or record.status != "in_progress" or record.node == self._nodes.id:
            return record
        if not await self._db.changed(sql.REQUEST_CANCEL, (principal, call_id)):
            return await self.store.find(principal, call_id)
        self.bus.publish(_CANCEL_TOPIC, call_id.encode())
        return await self._ended_elsewhere(record)

    async def _ended_elsewhere(self, record: CallRecord) -> CallRecord | None:
        deadline = self._clock.monotonic() + self._nodes.lease_seconds + 2 * _WATCH_SECONDS
        delay = _FIRST_LOOK
        found: CallRecord | None = record
        while found is not None and found.status == "in_progress" and self._clock.monotonic() < deadline:
            await self._clock.sleep(delay)
            delay = min(2 * delay, 0.5)
            found = await self.store.find(record.principal, record.id)
        return found

    def _cancel_here(self, call_id: str) -> None:
        run = self.running.get(call_id)
        if run is not None:
            run.cancel(_cancelled(call_id))

    async def watch(self) -> None:
        """Look for what other nodes ask of this one's calls. Runs beside the requests where there are other nodes."""
        looked_over = self._clock.monotonic()
        while True:
            await self._clock.sleep(self._nodes.heartbeat_seconds if self.bus.connected else _WATCH_SECONDS)
            try:
                if self.running:
                    for (call_id,) in await self._db.query(sql.CANCELLED, (self._nodes.id,)):
                        self._cancel_here(str(call_id))
                if self._clock.monotonic() - looked_over > self._nodes.lease_seconds:
                    looked_over = self._clock.monotonic()
                    await self._disown()
            except StorageError:
                # It is said where calls need the database.
                continue

    async def _disown(self) -> None:
        """Interrupt the calls that this node has by their records and does not make.

        Such are left where the answer to a claim was lost, or an end could not be written: others would follow them
        for as long as this node lives.
        """
        before = self._clock.time() - self._nodes.lease_seconds
        rows = await self._db.query(sql.RUNNING_OF, (self._nodes.id,))
        left = [(str(id), int(attempt)) for id, attempt, created_at in rows if created_at < before]
        if any(id not in self.running for id, _ in left):
            await self._db.committed()
        claimed = {claim.record.id for claim in self._by_key.values() if isinstance(claim, Claim)}
        for id, attempt in left:
            if id not in self.running and id not in claimed:
                await self._interrupt(sql.INTERRUPT_ONE, (id, self._nodes.id, attempt))

    def _look_again(self) -> None:
        for follower in self.following.values():
            follower.poke()

    # -- nodes that died, and the end of this one

    async def node_died(self, node_id: str) -> int:
        """Calls that a dead node left in progress are interrupted, and what they used is booked; gives how many."""
        freed = Batch()
        freed.add(sql.FREE_MUTATIONS, (node_id,))
        await self._db.together(freed)
        return await self._interrupt(sql.INTERRUPT, (node_id,))

    async def recover(self) -> int:
        """The same for the calls of every node that is not known to live."""
        return await self._interrupt(sql.INTERRUPT_ALL, ())

    async def _interrupt(self, statement: str, parameters: tuple[Any, ...]) -> int:
        # Whoever changes the row books the call; nobody else finds it in progress after that.
        async with self._db.transaction():
            records = await self.store.interrupt(statement, (self._clock.time(), *parameters))
            if records:
                await self.on_interrupted(records)
        for record in records:
            self.log.interrupted(record.id)
            if record.id in self.following:
                self.following[record.id].poke()
        return len(records)

    async def let_go(self) -> None:
        """After this node was taken for dead: end the calls that others booked meanwhile, which nobody would pay."""
        mine = {str(id) for id, _, _ in await self._db.query(sql.RUNNING_OF, (self._nodes.id,))}
        for run in list(self.running.values()):
            if run.durable and run.record.id not in mine and run.record.provider != "offline":
                run.cancel(lost(run.record.id))

    async def sweep(self) -> int:
        return await self.store.sweep(self._clock.time())

    async def drain(self, seconds: float) -> None:
        """Let calls end for `seconds`, then interrupt those that are left, and follow others no further."""
        deadline = self._clock.monotonic() + seconds
        while (self.running or self.following) and self._clock.monotonic() < deadline:
            await self._clock.sleep(min(0.02, seconds))
        left = list(self.running.values())
        for run in left:
            run.interrupt()
        for follower in list(self.following.values()):
            follower.stop()
        for run in left:
            await run.finished()

    async def stop(self) -> None:
        """End what runs beside the calls. Nothing is asked afterwards."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self.log.flush()

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _nobody(records: Sequence[CallRecord]) -> None:
    """Nothing is booked."""


def _status(error: ApiError | None, *, interrupted: bool, cancelled: bool) -> Any:
    if interrupted:
        return "interrupted"
    if cancelled:
        return "cancelled"
    return "completed" if error is None else "failed"


def _cancelled(call_id: str) -> ApiError:
    message = f"The call {call_id!r} was cancelled at its client's request. Send it again with a new key."
    return ApiError(409, message, code="call_cancelled", headers=(("x-should-retry", "false"),))


def _estimated(run: Run) -> dict[str, Any]:
    """Usage of a stream that ended before its usage was known: a token an event, and one for four bytes of prompt."""
    prompt, completion = max(1, run.prompt_bytes // 4), run.events_produced
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "estimated": True,
    }
