"""The run of a batch: check its lines, call each one as a request of its owner, write the answers to files.

Every line is called with an `Idempotency-Key` of its own, so that a batch taken up by another node, or after a
restart, pays for no line twice. A line that a limit of the gateway refuses waits for room. Each result is in the
database as soon as its line is done; the files are written once, at the end, in the order of the input. A batch whose
`metadata` has `"pace": "0.05"` waits as many seconds before each line, so that its progress can be watched.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import tempfile
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol, cast

import msgspec

from ..core.clock import Clock
from ..core.effective_body import member_of
from ..core.errors import STORAGE_UNAVAILABLE, ApiError
from ..core.headers import X_REQUEST_ID, X_SHOULD_RETRY
from ..core.threads import offload
from ..db import Database, StorageError, StorageUnavailable
from ..db.errors import StorageProblem
from ..http.request import Response
from ..ratelimit.limits import KINDS
from . import sql
from .batch_lines import BatchLine, BatchLines, check_lines
from .batch_store import LINE_HEADERS, SCOPE, BatchStore
from .file_store import FileStore, StoredBytes
from .jsonl import LineFault
from .scheduler import LONGEST_WAIT_SECONDS, JobFault, JobLost

__all__ = ["BatchRunner", "Dispatch"]

_log = logging.getLogger("onceward_gateway")
_CONCURRENT_LINES = 8
_ATTEMPTS = 3
_RETRYABLE = frozenset({408, 429, 500, 502, 503, 504, 529})
_LONGEST_PAUSE_SECONDS = 5.0
_LONGEST_PACE_SECONDS = 10.0
_LIMIT_CODES = frozenset(spec.code for spec in KINDS.values())
_MOST_TOKENS = 1 << 53
_FINAL = frozenset({"completed", "failed", "expired", "cancelled"})
_RESULTS_A_QUERY = 256
_STORAGE_UNAVAILABLE_CODE = b'"code":"storage_unavailable"'
_LINE_UNAVAILABLE = StorageProblem(
    "The gateway cannot store the answers of calls at the moment", "The log of the gateway says why."
)


class Dispatch(Protocol):
    """A request from inside the gateway, made for a principal. Streams are not answered this way."""

    async def __call__(
        self,
        method: str,
        path: str,
        *,
        body: bytes,
        principal: str,
        headers: dict[str, str],
        acting_for: tuple[str | None, str | None],
    ) -> Response:
        """Run a request of `principal` inside the gateway and return its response; failures are error responses."""


class BatchRunner:
    """The runner of the batches that this node has claimed."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        node: str,
        batches: BatchStore,
        files: FileStore,
        dispatch: Dispatch,
        *,
        is_draining: Callable[[], bool],
    ) -> None:
        self._db = db
        self._clock = clock
        self._node = node
        self._batches = batches
        self._files = files
        self._dispatch = dispatch
        self._is_draining = is_draining

    async def run(self, batch_id: str) -> None:
        """Bring a batch to its end, from whatever state it is in; raise `JobLost` when another node has it."""
        batch = await self._load(batch_id)
        if batch.status in _FINAL:
            return
        if batch.body["errors"] is not None:
            # They said what the batch waited for.
            await batch.move(batch.status, errors=None)
        record = await self._files.find(batch.body["input_file_id"], batch.principal)
        try:
            if record is None:
                raise FileNotFoundError
            async with self._files.open(record) as file:
                await self._process(batch, file)
        except FileNotFoundError:
            await batch.fail([LineFault(0, "file_not_found", "The input file was deleted.", "input_file_id")])

    async def fail(self, batch_id: str, fault: JobFault) -> None:
        """End a batch that cannot be run."""
        batch = await self._load(batch_id)
        if batch.status not in _FINAL:
            await batch.fail([LineFault(0, fault.code, fault.message, None)])

    async def wait(self, batch_id: str, problem: StorageProblem, since: float) -> bool:
        """Show in `errors` what a batch waits for; return whether it may go on to wait."""
        batch = await self._load(batch_id)
        if batch.status in _FINAL:
            return True
        message = f"{problem.message}. The batch goes on by itself when that is over."
        await batch.move(batch.status, errors=_errors_of([LineFault(0, STORAGE_UNAVAILABLE, message, None)]))
        return self._clock.time() < max(float(batch.body["expires_at"]), since + LONGEST_WAIT_SECONDS)

    async def _load(self, batch_id: str) -> _ClaimedBatch:
        return await _ClaimedBatch.load(self._db, self._clock, self._node, batch_id)

    async def _process(self, batch: _ClaimedBatch, file: BinaryIO) -> None:
        if batch.status == "validating":
            checked = await offload(check_lines, file, batch.body["endpoint"])
            if checked.faults:
                await batch.fail(checked.faults)
                return
            counts = {"total": checked.total, "completed": 0, "failed": 0}
            await batch.move("in_progress", in_progress_at=batch.now, model=checked.model, request_counts=counts)
            await self._db.flush()
        if batch.status == "in_progress":
            await self._call_lines(batch, file)
            if self._is_draining():
                return
        await self._finish(await self._load(batch.id), file)

    # -- calls

    async def _goes_on(self, batch: _ClaimedBatch) -> bool:
        """Return whether the next line is to be called."""
        return not self._is_draining() and batch.now < batch.body["expires_at"] and await batch.is_in_progress()

    async def _call_lines(self, batch: _ClaimedBatch, file: BinaryIO) -> None:
        """Call every line that has no result yet, several at once."""
        lines = BatchLines(file, batch.body["endpoint"], await batch.finished_lines())
        pace = _pace_of(batch.body)
        failures: list[StorageError | JobLost] = []

        async def work() -> None:
            try:
                while not failures and await self._goes_on(batch) and (line := await lines.next()) is not None:
                    if pace:
                        await self._clock.sleep(pace)
                    await self._call_line(batch, line)
            except (StorageError, JobLost) as failure:
                failures.append(failure)

        async with asyncio.TaskGroup() as group:
            for _ in range(1 if pace else _CONCURRENT_LINES):
                group.create_task(work())
        if failures:
            raise failures[0]

    async def _call_line(self, batch: _ClaimedBatch, line: BatchLine) -> None:
        if member_of(line.body, "stream"):
            await batch.refuse(line, "stream_not_allowed", "`stream` cannot be used in a batch.", "stream")
            return
        attempt = 0
        while True:
            status, data, headers = await self._dispatch_line(batch, line)
            if status == 503 and _STORAGE_UNAVAILABLE_CODE in data:
                raise StorageUnavailable("a line of it could not be called.", _LINE_UNAVAILABLE)
            if self._is_draining() and status in (503, 529):
                return
            room = _room(data) if status == 429 else None
            attempt += not room
            final = status not in _RETRYABLE or attempt == _ATTEMPTS or headers.get(X_SHOULD_RETRY) == "false"
            if room == 0 or (final and not room):
                await _record_answer(batch, line, status, data, headers)
                return
            if self._is_draining():
                return
            await self._clock.sleep(_pause(headers.get("retry-after"), attempt))
            if room and not await self._goes_on(batch):
                # It has no result: it is reported as expired, or called when the batch is taken up again.
                return

    async def _dispatch_line(self, batch: _ClaimedBatch, line: BatchLine) -> tuple[int, bytes, dict[str, str]]:
        """Return the status, the body and the headers of the answer to a line."""
        headers = {
            **(batch.body.get(LINE_HEADERS) or {}),
            "content-type": "application/json",
            "idempotency-key": f"{batch.id}:{line.number}",
        }
        team, organization = batch.body.get(SCOPE) or (None, None)
        try:
            response = await self._dispatch(
                "POST",
                batch.body["endpoint"],
                body=msgspec.json.encode(line.body),
                principal=batch.principal,
                headers=headers,
                acting_for=(team, organization),
            )
        except ApiError as error:
            return error.status, msgspec.json.encode({"error": error.body(None)}), dict(error.all_headers())
        except ConnectionError as error:
            lost = {"error": {"message": f"The connection was lost: {error}", "type": "provider_error"}}
            return 502, msgspec.json.encode(lost), {}
        return response.status, response.body, {name.lower(): value for name, value in response.headers}

    # -- the end

    async def _finish(self, batch: _ClaimedBatch, file: BinaryIO) -> None:
        """Write the files and the last state: completed, or cancelled or expired with what was done until then."""
        end = "cancelled"
        if batch.status != "cancelling":
            end = "expired" if await _expire_lines(batch, file) else "completed"
            if batch.status != "finalizing" and not await batch.move("finalizing", finalizing_at=batch.now):
                await self._finish(batch, file)
                return
            await self._db.flush()
        body = dict(batch.body)
        await self._batches.update_counts(body)
        results = {
            field: await self._store_results(batch, good)
            for field, good in (("output_file_id", 1), ("error_file_id", 0))
        }
        expires_in = (batch.body.get("output_expires_after") or {}).get("seconds")
        async with self._db.transaction():
            for field, stored in results.items():
                if stored is not None:
                    name = f"{batch.id}_{field.removesuffix('_file_id')}.jsonl"
                    await self._files.add(
                        stored, filename=name, purpose="batch_output", principal=batch.principal, expires_in=expires_in
                    )
                    body[field] = stored.id
            if not await batch.move(end, **{**body, f"{end}_at": batch.now}):
                raise JobLost
            await self._db.write(sql.DELETE_RESULTS, (batch.id,))
        await self._db.flush()
        _log.info("the batch %s is %s", batch.id, end)

    async def _store_results(self, batch: _ClaimedBatch, good: int) -> StoredBytes | None:
        """Store the results of one kind as a file, in the order of the input; return None where there are none."""
        last = 0
        with tempfile.TemporaryFile() as out:
            while rows := await self._db.query(sql.RESULTS, (batch.id, good, last, _RESULTS_A_QUERY)):
                last = int(rows[-1][0])
                await asyncio.to_thread(out.writelines, [str(text).encode() + b"\n" for _, text in rows])
            return await self._files.store(cast("BinaryIO", out)) if last else None


class _ClaimedBatch:
    """A batch that this node has claimed, as it was when it was last read."""

    __slots__ = ("_clock", "_db", "_node", "body", "principal", "status")

    def __init__(self, db: Database, clock: Clock, node: str, row: tuple[Any, ...]) -> None:
        self._db = db
        self._clock = clock
        self._node = node
        self.body: dict[str, Any] = msgspec.json.decode(row[0])
        self.status = str(row[1])
        self.principal = str(row[2])

    @classmethod
    async def load(cls, db: Database, clock: Clock, node: str, batch_id: str) -> _ClaimedBatch:
        """Read a batch; raise `JobLost` when another node has it."""
        row = await db.one(sql.CLAIMED_BATCH, (batch_id, node))
        if row is None:
            raise JobLost
        return cls(db, clock, node, tuple(row))

    @property
    def id(self) -> str:
        return str(self.body["id"])

    @property
    def now(self) -> int:
        return int(self._clock.time())

    async def move(self, status: str, /, **fields: Any) -> bool:
        """Write the next state; return False when the batch has another one by now, which is read again."""
        body = {**self.body, **fields, "status": status}
        row = (status, msgspec.json.encode(body).decode(), self.id, self._node, self.status)
        if await self._db.write(sql.MOVE_BATCH, row):
            self.body, self.status = body, status
            return True
        fresh = await _ClaimedBatch.load(self._db, self._clock, self._node, self.id)
        self.body, self.status = fresh.body, fresh.status
        return False

    async def fail(self, faults: list[LineFault]) -> None:
        """End the batch as failed."""
        while not await self.move("failed", failed_at=self.now, errors=_errors_of(faults)):
            continue
        await self._db.flush()

    async def is_in_progress(self) -> bool:
        """Return whether nobody has cancelled the batch; raise `JobLost` when another node has it."""
        row = await self._db.one(sql.BATCH_STATUS, (self.id, self._node))
        if row is None:
            raise JobLost
        return str(row[0]) == "in_progress"

    async def finished_lines(self) -> set[int]:
        """Return the numbers of the lines that have a result."""
        return {number for (number,) in await self._db.query(sql.RESULT_LINES, (self.id,))}

    async def record(self, line: BatchLine, result: dict[str, Any], *, good: bool, usage: dict[str, Any]) -> None:
        """Record the result of a line."""
        read = _tokens(usage.get("prompt_tokens", usage.get("input_tokens")))
        written = _tokens(usage.get("completion_tokens", usage.get("output_tokens")))
        text = msgspec.json.encode(result).decode()
        await self._db.write(sql.ADD_RESULT, (line.number, int(good), read, written, text, self.id, self._node))

    async def refuse(self, line: BatchLine, code: str, message: str, param: str | None = None) -> None:
        """Record an error for a line that is not called."""
        error = {"code": code, "message": message, "param": param}
        result = {"id": None, "custom_id": line.custom_id, "response": None, "error": error}
        await self.record(line, result, good=False, usage={})


def _errors_of(faults: list[LineFault]) -> dict[str, Any]:
    """Return the `errors` of a batch."""
    data = [
        {"code": fault.code, "line": fault.line or None, "message": fault.message, "param": fault.param}
        for fault in faults
    ]
    return {"object": "list", "data": data}


def _tokens(value: Any) -> int:
    """Return a number of tokens, or 0 for anything else: upstreams send all kinds of things."""
    is_number = isinstance(value, int | float) and math.isfinite(value)
    return int(value) if is_number and 0 < value < _MOST_TOKENS else 0


def _pace_of(body: dict[str, Any]) -> float:
    try:
        pace = float((body.get("metadata") or {}).get("pace", 0))
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return 0.0 if math.isnan(pace) else min(max(pace, 0.0), _LONGEST_PACE_SECONDS)


def _room(data: bytes) -> int | None:
    """Return the value of the gateway's limit that refused a call; None where none of its limits did."""
    error = msgspec.json.decode(data).get("error") or {}
    return error.get("limit_value") if error.get("code") in _LIMIT_CODES else None


def _pause(retry_after: str | None, attempt: int) -> float:
    try:
        seconds = float(retry_after or 0.25 * 2**attempt)
    except ValueError:
        return _LONGEST_PAUSE_SECONDS
    return max(0.0, min(seconds, _LONGEST_PAUSE_SECONDS)) if math.isfinite(seconds) else _LONGEST_PAUSE_SECONDS


def _decode(data: bytes) -> tuple[Any, Any]:
    """Return an answer, and the form in which it is written to a file; raise ValueError for invalid JSON."""
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # A text cut between two halves of a character is JSON that only this library writes. It was paid for.
        value = json.loads(data)
        return value, msgspec.Raw(json.dumps(value, allow_nan=False).encode())
    return value, value


async def _record_answer(
    batch: _ClaimedBatch, line: BatchLine, status: int, data: bytes, headers: dict[str, str]
) -> None:
    try:
        value, body = _decode(data)
    except (ValueError, RecursionError):
        await batch.refuse(line, "invalid_response", f"The answer with status {status} is not JSON.")
        return
    result = {
        "id": f"batch_req_{batch.id.removeprefix('batch_')}_{line.number}",
        "custom_id": line.custom_id,
        "response": {"status_code": status, "request_id": headers.get(X_REQUEST_ID), "body": body},
        "error": None,
    }
    usage = value.get("usage") if isinstance(value, dict) else None
    await batch.record(line, result, good=200 <= status < 300, usage=usage if isinstance(usage, dict) else {})


async def _expire_lines(batch: _ClaimedBatch, file: BinaryIO) -> bool:
    """Record the lines that were not called in time as such; return whether there are any."""
    lines = BatchLines(file, batch.body["endpoint"], await batch.finished_lines())
    found = False
    while (line := await lines.next()) is not None:
        found = True
        await batch.refuse(line, "batch_expired", "The batch was over its time before this request was made.")
    return found
