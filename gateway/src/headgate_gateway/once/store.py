"""The records of calls, the keys that name them and what was answered: a typed face over the tables of `sql`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from ..emission import Answer
from ..errors import ApiError
from ..storage import Database
from . import sql

__all__ = ["CallRecord", "CallStore", "EventBlock", "Status", "StoredKey"]

Status = Literal["in_progress", "completed", "failed", "cancelled", "interrupted"]
_NANO = 1_000_000_000


@dataclass(slots=True, eq=False)
class CallRecord:
    """One call: what was asked for, how it ended, what it used and cost (nano-USD)."""

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

    @property
    def tokens(self) -> dict[str, int]:
        """Tokens in the three counts every family has, whatever names its own usage uses."""
        usage = self.usage or {}
        prompt = int(usage.get("prompt_tokens", usage.get("input_tokens", 0)) or 0)
        completion = int(usage.get("completion_tokens", usage.get("output_tokens", 0)) or 0)
        total = int(usage.get("total_tokens", prompt + completion) or 0)
        return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total}

    @property
    def cost_usd(self) -> float | None:
        return None if self.cost_nano is None else self.cost_nano / _NANO

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
            "cost_usd": self.cost_usd,
            "error": self.error,
            "request_id": self.request_id,
        }

    def _usage(self) -> dict[str, Any] | None:
        if self.usage is None:
            return None
        shown: dict[str, Any] = dict(self.tokens)
        if self.usage.get("estimated"):
            shown["estimated"] = True
        return shown

    def failure(self) -> ApiError:
        """The error that ended the call, as it is raised again for a replay."""
        error = dict(self.error or {})
        message = str(error.pop("message", "The call failed."))
        kind, code, param = error.pop("type", None), error.pop("code", None), error.pop("param", None)
        wait = error.pop("retry_after", None)
        for name in ("request_id", "call_id", "status", "retryable"):
            error.pop(name, None)
        return ApiError(self.error_status or 500, message, type=kind, code=code, param=param, retry_after=wait, **error)

    def row(self) -> tuple[Any, ...]:
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
            None if self.usage is None else msgspec.json.encode(self.usage).decode(),
            self.cost_nano,
            self.error_status,
            None if self.error is None else msgspec.json.encode(self.error).decode(),
        )


def _record(row: tuple[Any, ...]) -> CallRecord:
    record = CallRecord(*row[:16])
    record.stream = bool(record.stream)
    record.usage = None if row[12] is None else msgspec.json.decode(row[12])
    record.error = None if row[15] is None else msgspec.json.decode(row[15])
    return record


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What a key was first presented with."""

    fingerprint: bytes
    call_id: str


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
    """Reads and writes of records. Records that change are written together, once, before the tick's commit."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._dirty: dict[str, CallRecord] = {}
        self._keys: list[tuple[Any, ...]] = []
        db.before_commit(self.flush)

    def save(self, record: CallRecord) -> None:
        """Have the record written by the next commit."""
        self._dirty[record.id] = record
        self._db.schedule()

    def flush(self) -> None:
        """Write the changed records and the new keys into the open transaction."""
        if self._keys:
            keys, self._keys = self._keys, []
            self._db.write_many(sql.PUT_KEY, keys)
        if self._dirty:
            rows = [record.row() for record in self._dirty.values()]
            self._dirty.clear()
            self._db.write_many(sql.PUT_CALL, rows)

    def find(self, principal: str, call_id: str) -> CallRecord | None:
        self.flush()
        row = self._db.one(sql.FIND_CALL, (principal, call_id))
        return None if row is None else _record(row)

    def listed(
        self, principal: str, *, limit: int, after: str | None, key: str | None
    ) -> tuple[list[CallRecord], bool] | None:
        """The newest first, and whether there are more; None if `after` names no call of this caller."""
        self.flush()
        position = 2**62
        if after is not None:
            row = self._db.one(sql.POSITION, (principal, after))
            if row is None:
                return None
            position = row[0]
        if key is None:
            rows = self._db.query(sql.LIST_CALLS, (principal, position, limit + 1))
        else:
            rows = self._db.query(sql.LIST_CALLS_OF_KEY, (principal, position, key, limit + 1))
        return [_record(row) for row in rows[:limit]], len(rows) > limit

    def key(self, principal: str, key: str, now: float) -> StoredKey | None:
        if self._keys:
            self.flush()
        row = self._db.one(sql.FIND_KEY, (principal, key, now))
        return None if row is None else StoredKey(*row)

    def put_key(
        self, principal: str, key: str, operation: str, fingerprint: bytes, call_id: str, expires_at: float
    ) -> None:
        """Have the key written with the record it names. Until then the running call stands for it."""
        self._keys.append((principal, key, operation, fingerprint, call_id, expires_at))

    def answer(self, call_id: str) -> Answer | None:
        row = self._db.one(sql.FIND_ANSWER, (call_id,))
        if row is None:
            return None
        status, content_type, headers, body = row
        pairs = msgspec.json.decode(headers, type=list[tuple[str, str]])
        return Answer(body, content_type, headers=tuple(pairs), status=status)

    def put_answer(self, call_id: str, answer: Answer) -> None:
        headers = msgspec.json.encode(answer.headers).decode()
        self._db.write(sql.PUT_ANSWER, (call_id, answer.status, answer.content_type, headers, answer.body))

    def events(self, call_id: str, after: int) -> list[EventBlock]:
        return [EventBlock(*row) for row in self._db.query(sql.FIND_EVENTS, (call_id, after))]

    def put_events(self, blocks: Iterable[tuple[str, int, int, bytes]]) -> None:
        self._db.write_many(sql.PUT_EVENTS, blocks)

    def drop_events(self, call_id: str) -> None:
        self._db.write(sql.DROP_EVENTS_OF, (call_id,))

    def mark_interrupted(self, now: float) -> int:
        """Name the calls that were running when the process ended; gives how many."""
        return self._db.write(sql.MARK_INTERRUPTED, (now,))

    def sweep(self, now: float) -> int:
        """Forget the keys whose time is over, with what they kept; records of calls stay."""
        self._db.write(sql.DROP_ANSWERS, (now,))
        self._db.write(sql.DROP_EVENTS, (now,))
        return self._db.write(sql.DROP_KEYS, (now,))
