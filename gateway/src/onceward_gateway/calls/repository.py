"""The records of calls, the keys that name them and what was answered: a typed face over the tables of `sql`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import msgspec

from ..core.answer import Answer
from ..core.errors import ApiError, encoded
from ..core.usage import added
from ..db import Batch, Database
from . import sql

__all__ = ["CallRecord", "CallStore", "EventBlock", "Meter", "Status", "StoredKey"]

Status = Literal["in_progress", "completed", "failed", "cancelled", "interrupted"]
_NANO = 1_000_000_000
_MOST = 1 << 53
# The member of a stored usage of several attempts that says which of them was paid last; it is not shown.
_PAID_IN = "paid_in_attempt"


class Meter(Protocol):
    """A counter of an answer's tokens while it comes."""

    @property
    def tokens(self) -> int:
        """Tokens that were written so far."""
        ...


@dataclass(slots=True, eq=False)
class CallRecord:
    """One call: what was asked for, how it ended, what it used and cost (nano-USD).

    `node` runs it, or ran it last. `attempt` is the one that runs, under which it is paid; `attempts` counts how often
    it was asked for.
    """

    id: str
    principal: str
    operation: str
    model: str
    provider: str
    status: Status
    stream: bool
    key: str | None
    attempts: int
    request_id: str
    created_at: float
    finished_at: float | None = None
    usage: Mapping[str, Any] | None = None
    cost_nano: int | None = None
    error_status: int | None = None
    error: Mapping[str, Any] | None = None
    node: str | None = None
    attempt: int = 1
    # Not kept by themselves: usage and cost of the attempts before this one, which the stored record includes.
    earlier: tuple[Mapping[str, Any] | None, int | None] = (None, None)
    # Not kept: whether a provider was asked, and what counts its answer while it comes.
    asked: bool = False
    meter: Meter | None = None
    # Not kept: whether a try of it came to nothing and has to be paid.
    wasted: bool = False

    @property
    def goes_on(self) -> bool:
        """Return whether it can be taken up again from its log after an interruption, and is paid then."""
        return self.provider == "offline" and self.key is not None and not self.wasted

    @property
    def can_resume(self) -> bool:
        """Return whether its key takes it up again: nothing of it was booked when it was interrupted."""
        return self.status == "interrupted" and self.provider == "offline" and self.error is None

    @property
    def failed_for_good(self) -> bool:
        """Return whether it failed after the provider had to be paid, in a way that is not to be tried again.

        Its key replays the failure: making the call once more would be paying for it once more. Attempts before the
        one that failed do not matter: they were paid, and failed in a way that may be tried again.
        """
        if self.status != "failed" or self.error is None or self.error.get("retryable") is not False:
            return False
        if self.usage is None:
            return bool(self.cost_nano)
        return bool(self.usage.get(_PAID_IN, self.attempt) == self.attempt)

    @property
    def estimated(self) -> bool:
        """Return whether tokens were counted here, and not told by the provider."""
        usage = self.total_usage
        return usage is not None and bool(usage.get("estimated"))

    @property
    def total_usage(self) -> Mapping[str, Any] | None:
        """The usage of all attempts; `usage` is that of the last one, as it is billed."""
        return added(self.earlier[0], self.usage)

    @property
    def total_cost_nano(self) -> int | None:
        """The cost of all attempts; `cost_nano` is that of the last one, as it is billed."""
        before, cost = self.earlier[1], self.cost_nano
        return cost if before is None else min(before + (cost or 0), _MOST)

    @property
    def tokens(self) -> dict[str, int]:
        """Tokens in the three counts every family has, whatever names its own usage uses."""
        usage = self.total_usage or {}
        prompt = _count(usage.get("prompt_tokens", usage.get("input_tokens")))
        completion = _count(usage.get("completion_tokens", usage.get("output_tokens")))
        total = _count(usage.get("total_tokens", prompt + completion))
        return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total}

    @property
    def cost_usd(self) -> float | None:
        cost = self.total_cost_nano
        return None if cost is None else cost / _NANO

    def shown(self) -> dict[str, Any]:
        """The record as the contract's `Call`."""
        return {
            "id": self.id,
            "object": "call",
            "created_at": int(self.created_at),
            "finished_at": None if self.finished_at is None else int(self.finished_at),
            "operation": self.operation,
            "model": self.model,
            "provider": self.provider,
            "status": self.status,
            "stream": self.stream,
            "idempotency_key": self.key,
            "attempts": self.attempts,
            "usage": self._usage(),
            "estimated": self.estimated,
            "cost_usd": self.cost_usd,
            "error": self.error,
            "request_id": self.request_id,
        }

    def _usage(self) -> dict[str, Any] | None:
        usage = self.total_usage
        if usage is None:
            return None
        shown: dict[str, Any] = dict(self.tokens)
        for name in ("prompt_tokens_details", "completion_tokens_details"):
            if isinstance(usage.get(name), dict):
                shown[name] = usage[name]
        if self.estimated:
            shown["estimated"] = True
        return shown

    def failure(self) -> ApiError:
        """The error that ended the call, as it is raised again for a replay."""
        error = dict(self.error or {})
        message = str(error.pop("message", "The call failed."))
        kind, code, param = error.pop("type", None), error.pop("code", None), error.pop("param", None)
        wait = error.pop("retry_after", None)
        # What may be tried again follows from the status, except where it was said not to be.
        again = False if error.pop("retryable", None) is False and (self.error_status or 500) >= 500 else None
        for name in ("request_id", "call_id", "status"):
            error.pop(name, None)
        return ApiError(
            self.error_status or 500,
            message,
            type=kind,
            code=code,
            param=param,
            retry_after=wait,
            retryable=again,
            **error,
        )

    def row(self) -> tuple[Any, ...]:
        usage = self.total_usage
        if usage is not None and self.earlier[0] is not None:
            usage = {**usage, _PAID_IN: 0 if self.usage is None else self.attempt}
        return (
            self.id,
            self.principal,
            self.operation,
            self.model,
            self.provider,
            self.status,
            int(self.stream),
            self.key,
            self.attempts,
            self.request_id,
            self.created_at,
            self.finished_at,
            None if usage is None else encoded(usage).decode(),
            self.total_cost_nano,
            self.error_status,
            None if self.error is None else encoded(self.error).decode(),
            self.node,
            self.attempt,
        )


def _count(value: Any) -> int:
    """A number of tokens; what is none counts for nothing."""
    return min(max(int(value), 0), _MOST) if isinstance(value, int | float) and math.isfinite(value) else 0


def _record(row: tuple[Any, ...]) -> CallRecord:
    record = CallRecord(*row[:18])
    record.stream = bool(record.stream)
    record.usage = None if row[12] is None else msgspec.json.decode(row[12])
    record.error = None if row[15] is None else msgspec.json.decode(row[15])
    return record


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What a key was first presented with, the call that it names, and the node that runs it as a mutation."""

    fingerprint: bytes
    call_id: str
    node: str | None
    record: CallRecord | None


@dataclass(frozen=True, slots=True)
class EventBlock:
    """Some consecutive events of a stream as the bytes that were sent, `first` to `last` inclusive."""

    first: int
    last: int
    data: bytes

    def after(self, seq: int) -> bytes:
        """The bytes of the events behind `seq`."""
        if seq < self.first:
            return self.data
        frames = self.data.split(b"\n\n")
        return b"\n\n".join(frames[seq - self.first + 1 :])

    def frames(self) -> list[bytes]:
        """One item an event, each with the blank line that ends it."""
        return [frame + b"\n\n" for frame in self.data.split(b"\n\n")[:-1]]


class CallStore:
    """Reads and writes of records. What belongs together is added to one batch."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self, principal: str, call_id: str) -> CallRecord | None:
        row = await self._db.one(sql.FIND_CALL, (principal, call_id))
        return None if row is None else _record(row)

    async def interrupt(self, statement: str, parameters: tuple[Any, ...]) -> list[CallRecord]:
        """The calls that one of the statements for it interrupts, as they are then."""
        return [_record(row) for row in await self._db.changed(statement, parameters)]

    async def listed(
        self, principal: str, *, limit: int, after: str | None, key: str | None
    ) -> tuple[list[CallRecord], bool] | None:
        """The newest first, and whether there are more; None if `after` names no call of this caller."""
        position = 2**62
        if after is not None:
            row = await self._db.one(sql.POSITION, (principal, after))
            if row is None:
                return None
            position = row[0]
        if key is None:
            rows = await self._db.query(sql.LIST_CALLS, (principal, position, limit + 1))
        else:
            rows = await self._db.query(sql.LIST_CALLS_OF_KEY, (principal, position, key, limit + 1))
        return [_record(row) for row in rows[:limit]], len(rows) > limit

    async def key(self, principal: str, key: str, now: float) -> StoredKey | None:
        row = await self._db.one(sql.FIND_KEY, (principal, key, now))
        if row is None:
            return None
        return StoredKey(bytes(row[0]), row[1], row[2], None if row[3] is None else _record(row[3:]))

    async def answer(self, call_id: str) -> Answer | None:
        row = await self._db.one(sql.FIND_ANSWER, (call_id,))
        if row is None:
            return None
        status, content_type, headers, body = row
        pairs = msgspec.json.decode(headers, type=list[tuple[str, str]])
        return Answer(bytes(body), content_type, headers=tuple(pairs), status=status)

    async def events(self, call_id: str, after: int) -> list[EventBlock]:
        """The blocks that hold what is behind `after`, no event twice.

        Blocks overlap where a node that was taken for dead went on beside the one that took its call over.
        """
        blocks: list[EventBlock] = []
        last = 0
        for row in await self._db.query(sql.FIND_EVENTS, (call_id, after)):
            block = EventBlock(row[0], row[1], bytes(row[2]))
            if block.last > last:
                if block.first <= last:
                    block = EventBlock(last + 1, block.last, block.after(last))
                blocks.append(block)
                last = block.last
        return blocks

    # -- what is added to a batch

    @staticmethod
    def put_record(batch: Batch, record: CallRecord) -> None:
        batch.add(sql.PUT_INTERRUPTED if record.status == "interrupted" else sql.PUT_CALL, record.row())

    @staticmethod
    def put_key(
        batch: Batch, principal: str, key: str, operation: str, fingerprint: bytes, call_id: str, expires_at: float
    ) -> None:
        batch.add(sql.PUT_KEY, (principal, key, operation, fingerprint, call_id, expires_at))

    @classmethod
    def put_key_of(
        cls, batch: Batch, record: CallRecord, operation: str, fingerprint: bytes | None, expires_at: float
    ) -> None:
        """The key of a call, if it has one."""
        if record.key is not None and fingerprint is not None:
            cls.put_key(batch, record.principal, record.key, operation, fingerprint, record.id, expires_at)

    @staticmethod
    def put_answer(batch: Batch, call_id: str, answer: Answer) -> None:
        headers = msgspec.json.encode(answer.headers).decode()
        batch.add(sql.PUT_ANSWER, (call_id, answer.status, answer.content_type, headers, answer.body))

    @staticmethod
    def put_events(batch: Batch, block: tuple[str, int, int, bytes]) -> None:
        batch.add(sql.PUT_EVENTS, block)

    @staticmethod
    def attempt_of(call_id: str) -> Batch:
        """That a call was asked for once more."""
        batch = Batch()
        batch.add(sql.ADD_ATTEMPT, (call_id,))
        return batch

    async def sweep(self, now: float) -> int:
        """Forget the keys whose time is over, with what they kept; records of calls stay."""
        async with self._db.transaction():
            await self._db.write(sql.DROP_ANSWERS, (now,))
            await self._db.write(sql.DROP_EVENTS, (now,))
            return await self._db.write(sql.DROP_KEYS, (now,))
