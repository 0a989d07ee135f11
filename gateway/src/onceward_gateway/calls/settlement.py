"""The end of a call. Whatever goes wrong here, the call ends: its record says how, and nothing of it is left behind.

One batch says how a call ended: its record, its answer and last events, and its bill. If it cannot be composed, or the
database refuses it, a smaller one is tried, down to the bare record. What the call has of its caller's limits (the
reservation, the place among parallel calls) and its idempotency key are let go last, once, on every way out.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from ..billing.call_cost import (
    cost_of,
    is_partial,
    with_wasted,
)
from ..billing.prices import PriceBook
from ..billing.sql import WITHHOLD_USAGE
from ..billing.ticket import Bill
from ..core.clock import Clock
from ..core.errors import (
    AWAY,
    encoded,
    storage_away,
)
from ..db import (
    AlreadyDone,
    Batch,
    Database,
    StorageAway,
    StorageError,
)
from . import sql
from .claims import IdempotencyKeys
from .ending import Ending
from .event_log import EventLog
from .failover import InterruptionBiller
from .remote import lost
from .repository import CallStore
from .running import RunningCall, Superseded

__all__ = ["Biller", "Settlement", "estimated_usage"]

_log = logging.getLogger("onceward_gateway")
_AGAIN_SECONDS = 1.0


class Biller(InterruptionBiller, Protocol):
    """Books the use of calls, and keeps what they hold of limits."""

    def write_fresh(self) -> None:
        """Write now what is to be known of the calls that began a moment ago."""
        ...

    def keep(self, run: RunningCall, batch: Batch) -> None:
        """Add to a batch what is needed to book a call if this process dies, where that is not written yet."""
        ...

    def bill(self, run: RunningCall, batch: Batch, *, bare: bool = False) -> Bill | None:
        """Add what books a call to its batch, and change nothing else."""
        ...

    def apply(self, run: RunningCall, bill: Bill) -> None:
        """Count in memory what a bill books."""
        ...

    def revert(self, run: RunningCall) -> None:
        """Undo `apply`."""
        ...

    def end(self, run: RunningCall) -> None:
        """Let go, once, of all that a call has of its caller's limits."""
        ...

    def reserved(self, run: RunningCall) -> int | None:
        """The most that a call was expected to cost, in nano-USD."""
        ...


class Detail(enum.IntEnum):
    """Levels of detail in the record of a call's end. Each level leaves out what may have spoiled the one before."""

    WHOLE = 0
    # Usage as three plain counts.
    PLAIN = 1
    # A bill without what only describes the call.
    BARE = 2
    # Neither the answer nor the last events, so that the call cannot be replayed.
    UNKEPT = 3
    # No bill.
    RECORD = 4


class Settlement:
    """Settles the calls of this process. `running` has them until they are settled.

    `on_ended` is called with a call whose record is durable and the seconds that this took.
    """

    def __init__(
        self,
        db: Database,
        store: CallStore,
        log: EventLog,
        claims: IdempotencyKeys,
        clock: Clock,
        prices: PriceBook,
        biller: Biller,
        running: dict[str, RunningCall],
        *,
        node: str,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        on_ended: Callable[[RunningCall, float], None],
    ) -> None:
        self._db = db
        self._store = store
        self._log = log
        self._claims = claims
        self._clock = clock
        self._prices = prices
        self._biller = biller
        self._running = running
        self._node = node
        self._spawn = spawn
        self._on_ended = on_ended

    async def settle(self, run: RunningCall, ending: Ending) -> None:
        """Write how a call ended and return when that is durable.

        Raises `Superseded` if another node ended it, `StorageAway` if it is written later, and `StorageError` if
        nothing of it could be written. On every way out the call has ended.
        """
        waits = False
        try:
            began = self._clock.monotonic()
            await self._write_some(run, ending)
            self._tell_ended(run, self._clock.monotonic() - began)
        except StorageAway as away:
            # It is written as soon as the database is there again. Until then the key stands for this run.
            waits = True
            if ending.error is None and not run.keyed:
                self._withhold(run, away)
            raise
        finally:
            run.recorded = True
            _let_go(run, self._biller.end)
            if waits:
                self._spawn(self._forget_later(run))
            else:
                self._forget(run)

    def _withhold(self, run: RunningCall, away: StorageAway) -> None:
        """Say in the record that the caller was told of a failure: without a key nobody gets the answer later."""
        record, error = run.record, storage_away(away.trouble.what, asked=run.asked, keyed=False)
        record.status, record.error_status, record.error = "failed", error.status, error.body(record.request_id)
        said = encoded(record.error).decode()
        batch = Batch()
        batch.add(sql.WITHHOLD_CALL, (error.status, said, record.id, record.attempt))
        usage_id = f"{record.id}.{record.attempt}"
        batch.add(WITHHOLD_USAGE, (error.status, error.code, error.message, usage_id))
        # Behind the batch that says how it ended, which waits to be written.
        self._db.enqueue(batch)

    async def _write_some(self, run: RunningCall, ending: Ending) -> None:
        """Write as much of the end as goes."""
        failure: Exception | None = None
        saved = run.saved
        for detail in Detail:
            run.saved = saved
            try:
                batch, own = self._compose(run, ending, detail)
                await self._write(run, ending, batch, own)
            except StorageAway:
                raise
            except Superseded:
                self._biller.revert(run)
                raise
            except Exception as error:  # noqa: BLE001 - a call ends whatever is wrong with what is written of it
                failure = error
                self._biller.revert(run)
                _log.exception("the end of the call %s could not be written (%s)", run.record.id, detail.name.lower())
            else:
                return
        self._fail(run)
        if isinstance(failure, StorageError):
            raise failure
        raise StorageError(f"The end of the call {run.record.id!r} could not be written: {failure}.") from failure

    def _compose(self, run: RunningCall, ending: Ending, detail: Detail) -> tuple[Batch, int]:
        """The batch of an end; its first statements, so many, are the call's own and the others its bill."""
        record, error = run.record, ending.error
        record.finished_at = self._clock.time()
        record.status = ending.status
        if error is not None and (not ending.interrupted or record.wasted):
            # One that was interrupted and has an error is not taken up again: a part of it is booked now.
            record.error_status, record.error = error.status, error.body(record.request_id)
        usage: Any = run.usage or (run.answer.usage if run.answer is not None else None)
        if usage is None and error is not None and run.events_produced and record.meter is None:
            usage = estimated_usage(run)
        if detail >= Detail.PLAIN:
            usage = _plain(usage, run)
        self._put_use(run, ending, usage, detail)
        batch = Batch()
        if not run.recorded:
            self._store.put_key_of(batch, record, run.operation, run.fingerprint, run.expires_at)
        if run.keyed and detail < Detail.UNKEPT:
            self._log.end(run, batch, [] if ending.interrupted else ending.tail)
            if run.answer is not None:
                self._store.put_answer(batch, record.id, run.answer)
        self._store.put_record(batch, record)
        own = len(batch.statements)
        if detail < Detail.RECORD:
            bill = self._biller.bill(run, batch, bare=detail >= Detail.BARE)
            if bill is not None:
                self._biller.apply(run, bill)
        return batch, own

    def _put_use(self, run: RunningCall, ending: Ending, usage: Any, detail: Detail) -> None:
        """Put into the record what the attempt used and cost, as it is booked."""
        record = run.record
        if ending.interrupted and record.goes_on:
            record.usage = record.cost_nano = None
            return
        record.usage = with_wasted(run, usage)
        record.cost_nano = self._cost(run, usage, detail)
        if (
            record.usage is not None
            and not run.cached
            and detail < Detail.PLAIN
            and is_partial(run, usage, self._prices)
        ):
            record.usage = {**record.usage, "estimated": True}

    def _cost(self, run: RunningCall, usage: Any, detail: Detail) -> int | None:
        """Return what the call cost; what was reserved for it where its price cannot be computed."""
        if run.cached:
            return 0
        record = run.record
        try:
            return cost_of(run, usage, self._prices)
        except Exception:
            if detail is Detail.WHOLE:
                raise
            _log.exception("the call %s has no price that can be computed", record.id)
            return self._biller.reserved(run)

    async def _write(self, run: RunningCall, ending: Ending, batch: Batch, own: int) -> None:
        """Write the batch of an end and return when it is durable."""
        if ending.error is not None and ending.error.code == AWAY:
            # It is known that nobody is there to write it now; the client need not wait for that twice.
            self._db.enqueue(batch)
            return
        try:
            await self._db.write_batch(batch)
        except AlreadyDone:
            # Either the commit went through and nobody could say so, or this node was taken for dead meanwhile.
            record = run.record
            stored = await self._store.find(record.principal, record.id)
            if stored is None or stored.node != self._node or stored.attempt != record.attempt:
                raise Superseded(lost(record.id)) from None
            if stored.status == "in_progress":
                # The node that made it before was paid for it, so that its end here is not.
                self._biller.revert(run)
                await self._db.write_batch(Batch(batch.statements[:own]))
            elif stored.finished_at != record.finished_at:
                raise Superseded(lost(record.id)) from None

    def _fail(self, run: RunningCall) -> None:
        """Nothing could be written of the end: leave no record that says that the call runs."""
        batch = Batch()
        batch.add(sql.FAIL_CALL, (self._clock.time(), run.record.id, self._node))
        try:
            self._db.enqueue(batch)
        except Exception:  # noqa: BLE001 - the last that is tried
            _log.exception("the record of the call %s stays in progress", run.record.id)

    def _tell_ended(self, run: RunningCall, seconds: float) -> None:
        try:
            self._on_ended(run, seconds)
        except Exception:  # noqa: BLE001 - who watches changes nothing about a call
            _log.exception("the end of the call %s could not be counted", run.record.id)

    def _forget(self, run: RunningCall) -> None:
        record = run.record
        self._running.pop(record.id, None)
        if record.key is not None:
            _let_go(run, self._claims.ended)
            _let_go(run, self._log.ended)

    async def _forget_later(self, run: RunningCall) -> None:
        while True:
            try:
                await self._db.flush()
                break
            except StorageError:
                await self._clock.sleep(_AGAIN_SECONDS)
        self._forget(run)


def _let_go(run: RunningCall, step: Callable[[RunningCall], None]) -> None:
    """Do one step of letting go of a call, tried twice: whether it can be done or not, the call has ended."""
    for _ in range(2):
        try:
            step(run)
        except Exception:  # noqa: BLE001 - the other steps are done all the same
            _log.exception("`%s` failed for the call %s", getattr(step, "__qualname__", step), run.record.id)
        else:
            return


def _plain(usage: Any, run: RunningCall) -> dict[str, Any] | None:
    """A usage as three counts: its own where they can be read, else estimated ones."""
    if usage is None:
        return None
    try:
        prompt = usage.get("prompt_tokens", usage.get("input_tokens"))
        completion = usage.get("completion_tokens", usage.get("output_tokens", 0))
        if type(prompt) is int and type(completion) is int and prompt >= 0 and completion >= 0:
            plain = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
            return plain | {"estimated": True} if usage.get("estimated") else plain
    except Exception:  # noqa: BLE001 - of whatever shape it is, its call is billed
        _log.debug("a usage of an unknown shape: %r", usage)
    return estimated_usage(run)


def estimated_usage(run: RunningCall) -> dict[str, Any]:
    """Usage of a stream that ended before its usage was known: a token an event, and one for four bytes of prompt."""
    prompt, completion = max(1, run.prompt_bytes // 4), run.events_produced
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "estimated": True,
    }
