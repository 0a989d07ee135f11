"""Settlement: writes the record, answer, last events and bill of a call that has ended.

All of them go into one batch. If the batch cannot be composed, or the database refuses it, a smaller one is tried, down
to the bare record: a call always ends, whatever fails here. The call's reservation, its place among the parallel calls
and its idempotency key are released last, exactly once, on every path.
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
from ..billing.ticket import Bill
from ..core.clock import Clock
from ..core.errors import (
    STORAGE_UNAVAILABLE,
    ApiError,
    encoded,
    storage_unavailable,
)
from ..db import (
    AlreadyDone,
    Batch,
    Database,
    StorageError,
    StorageUnavailable,
)
from . import sql
from .ending import Ending
from .event_log import EventLog
from .failover import InterruptionBiller
from .idempotent_calls import IdempotentCalls
from .remote import lost
from .repository import CallStore
from .running import RunningCall, Superseded

__all__ = ["Biller", "Settlement", "estimated_usage"]

_log = logging.getLogger("onceward_gateway")
_RETRY_SECONDS = 1.0


class Biller(InterruptionBiller, Protocol):
    """Bills the usage of calls, and holds their reservations and rate-limit permits."""

    def account(self, call: RunningCall) -> str | None:
        """Return the data needed to bill a call if this process dies, for its record."""
        ...

    def keep(self, call: RunningCall, batch: Batch) -> None:
        """Add the data needed to bill a call if this process dies, unless it is already written."""
        ...

    def bill(self, call: RunningCall, batch: Batch, *, bare: bool = False) -> Bill | None:
        """Add the statements that bill a call to its batch, without any other effect."""
        ...

    def apply(self, call: RunningCall, bill: Bill) -> None:
        """Apply a bill to the counts in memory."""
        ...

    def confirm(self, bill: Bill) -> None:
        """Note that the batch of a bill with `new_groups` is durable."""
        ...

    def revert(self, call: RunningCall) -> None:
        """Undo `apply`."""
        ...

    def withhold(self, call: RunningCall, error: ApiError, batch: Batch) -> None:
        """Add to a batch that a call which is billed as completed has failed."""
        ...

    def end(self, call: RunningCall) -> None:
        """Release, once, the reservation and the permits of a call."""
        ...

    def reserved(self, call: RunningCall) -> int | None:
        """Return the amount reserved for a call, in nano-USD."""
        ...


class Detail(enum.IntEnum):
    """Levels of detail in the batch of a call's end. Each leaves out what may have made the one before fail."""

    WHOLE = 0
    # Usage as three plain counts.
    PLAIN = 1
    # A bill without the fields that only describe the call.
    BARE = 2
    # Neither the answer nor the last events, so that the call cannot be replayed.
    UNKEPT = 3
    # No bill.
    RECORD = 4


_DETAILS = tuple(Detail)


class Settlement:
    """Settles the calls of this process. `running` contains each call until it is settled.

    `on_ended` is called with a call whose record is durable, and the seconds that writing it took.
    """

    def __init__(
        self,
        db: Database,
        store: CallStore,
        log: EventLog,
        keys: IdempotentCalls,
        clock: Clock,
        prices: PriceBook,
        *,
        biller: Biller,
        running: dict[str, RunningCall],
        node: str,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        on_ended: Callable[[RunningCall, float], None],
    ) -> None:
        self._db = db
        self._store = store
        self._log = log
        self._keys = keys
        self._clock = clock
        self._prices = prices
        self._biller = biller
        self._running = running
        self._node = node
        self._spawn = spawn
        self._on_ended = on_ended

    async def settle(self, call: RunningCall, ending: Ending) -> None:
        """Write the outcome of a call, and return when it is durable.

        Raises `Superseded` if another node ended the call, `StorageUnavailable` if the outcome is written later, and
        `StorageError` if it could not be written at all. In each case the call has ended.
        """
        queued = False
        try:
            started = self._clock.monotonic()
            await self._write_end(call, ending)
            self._notify_ended(call, self._clock.monotonic() - started)
        except StorageUnavailable as unavailable:
            # It is written once the database is available again. Until then the key names this running call.
            queued = True
            if ending.error is None and not call.keyed:
                self._withhold(call, unavailable)
            raise
        finally:
            call.recorded = True
            _release_step(call, self._biller.end)
            if queued:
                self._spawn(self._forget_when_written(call))
            else:
                self._forget(call)

    def _withhold(self, call: RunningCall, unavailable: StorageUnavailable) -> None:
        """Record the error that the caller received: without a key nobody can get the answer later."""
        record, error = call.record, storage_unavailable(unavailable.problem.message, asked=call.asked, keyed=False)
        record.status, record.error_status, record.error = "failed", error.status, error.body(record.request_id)
        error_json = encoded(record.error).decode()
        batch = Batch()
        batch.add(sql.WITHHOLD_CALL, (error.status, error_json, record.id, record.attempt))
        self._biller.withhold(call, error, batch)
        # Queued after the batch of the call's end, which has not been written yet.
        self._db.enqueue(batch)

    async def _write_end(self, call: RunningCall, ending: Ending) -> None:
        """Write the end with as much detail as possible."""
        failure: Exception | None = None
        saved = call.saved
        for detail in _DETAILS:
            call.saved = saved
            try:
                batch, record_statements, bill = self._compose(call, ending, detail)
                await self._write(call, ending, batch, record_statements, bill)
            except StorageUnavailable:
                raise
            except Superseded:
                self._biller.revert(call)
                raise
            except Exception as error:  # noqa: BLE001 - a call ends even if its record cannot be composed
                failure = error
                self._biller.revert(call)
                _log.exception("the end of the call %s could not be written (%s)", call.record.id, detail.name.lower())
            else:
                return
        self._fail(call)
        if isinstance(failure, StorageError):
            raise failure
        raise StorageError(f"The end of the call {call.record.id!r} could not be written: {failure}.") from failure

    def _compose(self, call: RunningCall, ending: Ending, detail: Detail) -> tuple[Batch, int, Bill | None]:
        """Return the batch of an end, the number of its first statements that are not the bill, and the bill."""
        record, error = call.record, ending.error
        record.finished_at = self._clock.time()
        record.status = ending.status
        if error is not None and (not ending.interrupted or record.wasted):
            # An interrupted call with an error is not resumed: its part is billed now.
            record.error_status, record.error = error.status, error.body(record.request_id)
        usage: Any = call.usage or (call.answer.usage if call.answer is not None else None)
        if usage is None and error is not None and call.events_produced and record.meter is None:
            usage = estimated_usage(call)
        if detail >= Detail.PLAIN:
            usage = _plain(usage, call)
        self._set_usage(call, ending, usage, detail)
        batch = Batch()
        if not call.recorded:
            self._keys.record(batch, call)
        if call.keyed and detail < Detail.UNKEPT:
            self._log.end(call, batch, [] if ending.interrupted else ending.tail)
            self._keys.put_answer(batch, call)
        self._store.put_end(batch, record, is_stored=call.stored)
        record_statements = len(batch.statements)
        bill = None
        if detail < Detail.RECORD:
            bill = self._biller.bill(call, batch, bare=detail >= Detail.BARE)
            if bill is not None:
                self._biller.apply(call, bill)
        return batch, record_statements, bill

    def _set_usage(self, call: RunningCall, ending: Ending, usage: Any, detail: Detail) -> None:
        """Set the usage and the cost of the attempt in the record, as they are billed."""
        record = call.record
        if ending.interrupted and record.goes_on:
            record.usage = record.cost_nano = None
            return
        record.usage = with_wasted(call, usage)
        record.cost_nano = self._cost(call, usage, detail)
        if (
            record.usage is not None
            and not call.cached
            and detail < Detail.PLAIN
            and is_partial(call, usage, self._prices)
        ):
            record.usage = {**record.usage, "estimated": True}

    def _cost(self, call: RunningCall, usage: Any, detail: Detail) -> int | None:
        """Return the cost of the call, or its reserved amount if the cost cannot be computed."""
        if call.cached:
            return 0
        record = call.record
        try:
            return cost_of(call, usage, self._prices)
        except Exception:
            if detail is Detail.WHOLE:
                raise
            _log.exception("the call %s has no price that can be computed", record.id)
            return self._biller.reserved(call)

    async def _write(
        self, call: RunningCall, ending: Ending, batch: Batch, record_statements: int, bill: Bill | None
    ) -> None:
        """Write the batch of an end, and return when it is durable."""
        if ending.error is not None and ending.error.code == STORAGE_UNAVAILABLE:
            # The database is known to be unavailable; the client need not wait for it a second time.
            self._db.enqueue(batch)
            return
        try:
            await self._db.write_batch(batch)
            if bill is not None and bill.new_groups:
                self._biller.confirm(bill)
        except AlreadyDone:
            # Either the commit succeeded without a confirmation, or this node was declared dead meanwhile.
            record = call.record
            stored = await self._store.find(record.principal, record.id)
            if stored is None or stored.node != self._node or stored.attempt != record.attempt:
                raise Superseded(lost(record.id)) from None
            if stored.status == "in_progress":
                # The node that ran it before has billed it, so that its end here is not billed.
                self._biller.revert(call)
                await self._db.write_batch(Batch(batch.statements[:record_statements]))
            elif stored.finished_at != record.finished_at:
                raise Superseded(lost(record.id)) from None

    def _fail(self, call: RunningCall) -> None:
        """Mark the record as failed if the end could not be written, so that it does not stay in progress."""
        batch = Batch()
        batch.add(sql.FAIL_CALL, (self._clock.time(), call.record.id, self._node))
        try:
            self._db.enqueue(batch)
        except Exception:  # noqa: BLE001 - the last attempt
            _log.exception("the record of the call %s stays in progress", call.record.id)

    def _notify_ended(self, call: RunningCall, seconds: float) -> None:
        try:
            self._on_ended(call, seconds)
        except Exception:  # noqa: BLE001 - a failing observer must not affect the call
            _log.exception("the end of the call %s could not be counted", call.record.id)

    def _forget(self, call: RunningCall) -> None:
        record = call.record
        self._running.pop(record.id, None)
        if record.key is not None:
            _release_step(call, self._keys.ended)
            _release_step(call, self._log.ended)

    async def _forget_when_written(self, call: RunningCall) -> None:
        while True:
            try:
                await self._db.flush()
                break
            except StorageError:
                await self._clock.sleep(_RETRY_SECONDS)
        self._forget(call)


def _release_step(call: RunningCall, step: Callable[[RunningCall], None]) -> None:
    """Run one step of releasing a call, at most twice; the call has ended even if it fails."""
    for _ in range(2):
        try:
            step(call)
        except Exception:  # noqa: BLE001 - the other steps still have to run
            _log.exception("`%s` failed for the call %s", getattr(step, "__qualname__", step), call.record.id)
        else:
            return


def _plain(usage: Any, call: RunningCall) -> dict[str, Any] | None:
    """Return a usage as three counts: its own if they can be read, otherwise estimates."""
    if usage is None:
        return None
    try:
        prompt = usage.get("prompt_tokens", usage.get("input_tokens"))
        completion = usage.get("completion_tokens", usage.get("output_tokens", 0))
        if type(prompt) is int and type(completion) is int and prompt >= 0 and completion >= 0:
            plain = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
            return plain | {"estimated": True} if usage.get("estimated") else plain
    except Exception:  # noqa: BLE001 - the call is billed whatever the shape of its usage
        _log.debug("a usage of an unknown shape: %r", usage)
    return estimated_usage(call)


def estimated_usage(call: RunningCall) -> dict[str, Any]:
    """Estimate the usage of a stream that ended early: a token per event, and one per four bytes of prompt."""
    prompt, completion = max(1, call.prompt_bytes // 4), call.events_produced
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "estimated": True,
    }
