"""The calls of one process: which run, what a key that is presented again means, and how a call ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..clock import Clock
from ..config import Limits
from ..errors import ApiError, conflict, invalid
from ..storage import Database
from .run import Run
from .store import CallRecord, CallStore, EventBlock, StoredKey

if TYPE_CHECKING:
    from ..prices import PriceBook

__all__ = ["Calls", "Joined", "Presented", "Replayed", "Rerun", "check_key"]

_FLUSH_SECONDS = 0.05
_KEY_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Presented:
    """A request as it is presented: who, what, under which key, and from which event on."""

    principal: str
    operation: str
    stream: bool
    key: str | None
    fingerprint: bytes
    last_event_id: str | None
    request_id: str
    body_bytes: int


@dataclass(frozen=True, slots=True)
class Joined:
    """The call runs already; listen from behind event `after`."""

    run: Run
    after: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """The call has ended; what was answered is given again."""

    record: CallRecord
    after: int


@dataclass(frozen=True, slots=True)
class Rerun:
    """The call has to be made: for the first time (`record` is None), again after a failure, or on from its log."""

    record: CallRecord | None = None
    logged: tuple[bytes, ...] = ()
    resumed: bool = False
    after: int = 0


class Calls:
    """Every call of this gateway, running and ended."""

    keeps_all = False

    def __init__(
        self,
        db: Database,
        clock: Clock,
        limits: Limits,
        prices: PriceBook,
        new_id: Callable[[str], str],
    ) -> None:
        self.store = CallStore(db)
        self.grace_seconds = limits.grace_seconds
        self.lag_events = limits.lag_events
        self.running: dict[str, Run] = {}
        self._by_key: dict[tuple[str, str], Run] = {}
        self._db = db
        self._clock = clock
        self._keep_seconds = limits.keep_hours * 3600
        self._prices = prices
        self._new_id = new_id
        self._unsaved: dict[str, Run] = {}
        self._flush_timer: asyncio.TimerHandle | None = None
        # What else is written in the transaction of a call's end: the ledger's record.
        self.on_settled: Callable[[Run], None] = lambda run: None
        # Who watches: told when the record is durable, with the seconds that this took.
        self.on_ended: Callable[[Run, float], None] = lambda run, seconds: None

    def time(self) -> float:
        return self._clock.time()

    # -- a call is presented

    def enter(self, presented: Presented) -> Joined | Replayed | Rerun:
        """What this request means: join, replay, or make the call."""
        key = presented.key
        if key is None:
            if presented.last_event_id is not None and presented.stream:
                raise invalid(
                    "`Last-Event-ID` was sent without `Idempotency-Key`. Send the key of the call that is to go on.",
                    param="Idempotency-Key",
                    code="idempotency_key_missing",
                )
            return Rerun()
        run = self._by_key.get((presented.principal, key))
        if run is not None:
            _same_request(run.fingerprint, presented)
            after = _after(presented, run.record.id)
            run.record.attempts += 1
            self.store.save(run.record)
            return Joined(run, after)
        stored = self.store.key(presented.principal, key, self._clock.time())
        if stored is None:
            if presented.last_event_id is not None and presented.stream:
                raise _not_resumable(presented.last_event_id)
            return Rerun()
        return self._known(presented, stored)

    def _known(self, presented: Presented, stored: StoredKey) -> Joined | Replayed | Rerun:
        _same_request(stored.fingerprint, presented)
        record = self.store.find(presented.principal, stored.call_id)
        if record is None:
            return Rerun()
        after = _after(presented, record.id)
        if record.status == "failed" and presented.last_event_id is None:
            if record.stream and self.store.events(record.id, 0):
                return Rerun()
            record.attempts += 1
            return Rerun(record)
        if record.status == "interrupted" and record.provider == "offline":
            blocks = self.store.events(record.id, 0)
            frames = tuple(frame for block in blocks for frame in block.frames())
            return Rerun(record, frames, resumed=True, after=after)
        record.attempts += 1
        self.store.save(record)
        return Replayed(record, after)

    def begin(
        self,
        presented: Presented,
        rerun: Rerun,
        *,
        model: str,
        provider: str,
        price_name: str,
        terminal: bytes | None = b"[DONE]",
    ) -> Run:
        """The run of a call that has to be made; `Run.start` sets it off."""
        now = self._clock.time()
        record = rerun.record
        if record is None:
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
            )
        record.status, record.finished_at = "in_progress", None
        record.error, record.error_status = None, None
        record.model, record.provider = model, provider
        run = Run(
            self,
            record,
            fingerprint=presented.fingerprint if presented.key is not None else None,
            prompt_bytes=presented.body_bytes,
            price_name=price_name,
            terminal=terminal,
            logged=list(rerun.logged),
        )
        self.running[record.id] = run
        if presented.key is not None:
            self._by_key[presented.principal, presented.key] = run
            expires = now + self._keep_seconds
            self.store.put_key(
                presented.principal, presented.key, presented.operation, presented.fingerprint, record.id, expires
            )
        return run

    def save(self, record: CallRecord) -> None:
        self.store.save(record)

    # -- the log

    def log_soon(self, run: Run) -> None:
        """Have the new events of a run written within a twentieth of a second."""
        self._unsaved[run.record.id] = run
        if self._flush_timer is None:
            self._flush_timer = asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self.flush_events)

    def flush_events(self) -> None:
        """Write all new events of all runs in one statement."""
        self._flush_timer = None
        blocks = [block for run in self._unsaved.values() if (block := _unsaved(run, ())) is not None]
        self._unsaved.clear()
        if blocks:
            self.store.put_events(blocks)

    def blocks(self, record: CallRecord, after: int) -> list[EventBlock]:
        return self.store.events(record.id, after)

    # -- a call ends

    async def settle(
        self, run: Run, error: ApiError | None, tail: list[bytes], *, interrupted: bool, cancelled: bool
    ) -> None:
        """Write how the call ended and return when that is durable."""
        record = run.record
        record.finished_at = self._clock.time()
        record.status = _status(error, interrupted=interrupted, cancelled=cancelled)
        if error is not None and not interrupted:
            record.error_status, record.error = error.status, error.body(record.request_id)
        record.usage = run.usage or (run.answer.usage if run.answer is not None else None)
        if record.usage is None and error is not None and run.events_produced:
            record.usage = _estimated(run)
        record.cost_nano = 0 if run.cached else self._prices.cost(record.provider, run.price_name, record.usage)
        if run.keyed:
            self._keep(run, [] if interrupted else tail)
        self.store.save(record)
        self.on_settled(run)
        began = self._clock.monotonic()
        try:
            await self._db.committed()
            self.on_ended(run, self._clock.monotonic() - began)
        finally:
            self.running.pop(record.id, None)
            if record.key is not None and self._by_key.get((record.principal, record.key)) is run:
                del self._by_key[record.principal, record.key]

    def _keep(self, run: Run, tail: list[bytes]) -> None:
        self._unsaved.pop(run.record.id, None)
        block = _unsaved(run, tail)
        if block is not None:
            self.store.put_events([block])
        if run.answer is not None:
            self.store.put_answer(run.record.id, run.answer)

    def cancel(self, principal: str, call_id: str) -> CallRecord | None:
        """Cancel a running call; gives its record, or None if the caller has no such call."""
        run = self.running.get(call_id)
        if run is None or run.record.principal != principal:
            return self.store.find(principal, call_id)
        message = f"The call {call_id!r} was cancelled at its client's request. Send it again with a new key."
        run.cancel(ApiError(409, message, code="call_cancelled", headers=(("x-should-retry", "false"),)))
        return run.record

    def recover(self) -> int:
        """After the start: calls that a dead process left in progress are interrupted."""
        return self.store.mark_interrupted(self._clock.time())

    def sweep(self) -> int:
        return self.store.sweep(self._clock.time())

    async def drain(self, seconds: float) -> None:
        """Let running calls end for `seconds`, then interrupt those that are left."""
        deadline = self._clock.monotonic() + seconds
        while self.running and self._clock.monotonic() < deadline:
            await self._clock.sleep(min(0.02, seconds))
        left = list(self.running.values())
        for run in left:
            run.interrupt()
        for run in left:
            await run.finished()


def _status(error: ApiError | None, *, interrupted: bool, cancelled: bool) -> Any:
    if interrupted:
        return "interrupted"
    if cancelled:
        return "cancelled"
    return "completed" if error is None else "failed"


def _unsaved(run: Run, tail: list[bytes] | tuple[()]) -> tuple[str, int, int, bytes] | None:
    fresh = [*run.frames[run.saved :], *tail]
    if not fresh:
        return None
    first = run.saved + 1
    run.saved += len(fresh)
    return run.record.id, first, run.saved, b"".join(fresh)


def _estimated(run: Run) -> dict[str, Any]:
    """Usage of a stream that ended before its usage was known: a token an event, and one for four bytes of prompt."""
    prompt, completion = max(1, run.prompt_bytes // 4), run.events_produced
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "estimated": True,
    }


def _same_request(fingerprint: bytes | None, presented: Presented) -> None:
    if fingerprint != presented.fingerprint:
        raise conflict(
            f"The idempotency key {presented.key!r} was used before with another request. "
            "Send the same body to the same operation, or take a new key.",
            code="idempotency_key_reused",
            param="Idempotency-Key",
            headers=(("x-should-retry", "false"),),
        )


def _after(presented: Presented, call_id: str) -> int:
    """The sequence number behind which the client wants the stream; 0 for all of it."""
    given = presented.last_event_id
    if given is None or not presented.stream:
        return 0
    named, _, number = given.rpartition(":")
    if not number.isascii() or not number.isdigit() or len(number) > 12 or not named:
        raise invalid(
            f"`Last-Event-ID` is {given!r}, which is no event id. Send the last `id:` received, `<call>:<number>`.",
            param="Last-Event-ID",
            code="invalid_event_id",
        )
    if named != call_id:
        raise _not_resumable(given)
    return int(number)


def _not_resumable(given: str) -> ApiError:
    return ApiError(
        409,
        f"`Last-Event-ID` is {given!r}, and the call of this key has no such event. Start again with a new key.",
        code="call_not_resumable",
        param="Last-Event-ID",
        headers=(("x-should-retry", "false"),),
    )


def check_key(key: str | None) -> str | None:
    """The key if it may be one."""
    if key is None:
        return None
    if not key or len(key) > _KEY_LENGTH or not key.isprintable():
        raise invalid(
            f"`Idempotency-Key` has {len(key)} characters or unprintable ones. Send 1 to {_KEY_LENGTH} printable ones.",
            param="Idempotency-Key",
            code="invalid_idempotency_key",
        )
    return key
