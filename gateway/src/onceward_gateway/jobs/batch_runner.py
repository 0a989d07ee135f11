"""The work of a batch: check the lines, call each one through the whole pipeline, write the answers to files.

Every line is called with an `Idempotency-Key` of its own, so that a batch taken up by another node, or after a
restart, pays no line twice. A line that a limit of the gateway refuses waits for room. What is done is in the database
after every line; the files are written once, at the end, in the order of the input. A batch whose `metadata` says
`"pace": "0.05"` waits as many seconds before each line, so that its progress can be watched.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import msgspec

from ..api import files
from ..core.effective_body import member_of
from ..core.errors import AWAY, ApiError
from ..core.threads import offload
from ..db import StorageAway, StorageError
from ..db.errors import Trouble
from ..ratelimit.limits import KINDS
from . import sql
from .batch_lines import (
    Line,
    Lines,
    check,
)
from .jsonl import LineFault
from .scheduler import (
    LONGEST_WAIT_SECONDS,
    JobFault,
    JobLost,
    Worker,
)

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = ["HEADERS", "SCOPE", "WORKER", "count_into"]

_log = logging.getLogger("onceward_gateway")
_AT_ONCE = 8
_TRIES = 3
_AGAIN = frozenset({408, 429, 500, 502, 503, 504, 529})
_LONGEST_WAIT = 5.0
_LONGEST_PACE = 10.0
_LIMITS = frozenset(spec.code for spec in KINDS.values())
_MOST_TOKENS = 1 << 53
_OVER = frozenset({"completed", "failed", "expired", "cancelled"})
_PAGE = 256
_STORAGE_AWAY = b'"code":"storage_unavailable"'
_LINE_AWAY = Trouble("The gateway cannot store the answers of calls at the moment", "The log of the gateway tells why.")


async def count_into(gateway: Gateway, body: dict[str, Any]) -> None:
    """Put what is done so far into a batch's counts and usage."""
    row = await gateway.db.one(sql.RESULT_COUNTS, (body["id"],))
    done, good, read, written = row if row is not None else (0, 0, 0, 0)
    body["request_counts"] = {"total": body["request_counts"]["total"], "completed": good, "failed": done - good}
    body["usage"] = {
        "input_tokens": read,
        "output_tokens": written,
        "total_tokens": read + written,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }


# Where a batch keeps the team and the organization that it was made for, and the headers that hold for its lines.
SCOPE = "acting_for"
HEADERS = "line_headers"


async def _run(gateway: Gateway, batch_id: str) -> None:
    """Bring a batch to its end, from wherever it stands; raises `JobLost` when another node has it."""
    work = await _Work.of(gateway, batch_id)
    if work.status in _OVER:
        return
    if work.body["errors"] is not None:
        # It said what it waited for.
        await work.move(work.status, errors=None)
    record = await files.find(gateway, work.body["input_file_id"], work.principal)
    try:
        if record is None:
            raise FileNotFoundError
        async with files.content(gateway, record) as file:
            await _bring(work, file)
    except FileNotFoundError:
        await work.fail([LineFault(0, "file_not_found", "The input file was deleted.", "input_file_id")])


async def _fail(gateway: Gateway, batch_id: str, fault: JobFault) -> None:
    """End a batch that cannot be worked on."""
    work = await _Work.of(gateway, batch_id)
    if work.status not in _OVER:
        await work.fail([LineFault(0, fault.code, fault.message, None)])


async def _wait(gateway: Gateway, batch_id: str, trouble: Trouble, since: float) -> bool:
    """Show in `errors` what a batch waits for; return whether its time is not over yet."""
    work = await _Work.of(gateway, batch_id)
    if work.status in _OVER:
        return True
    message = f"{trouble.what}. The batch goes on by itself when that is over."
    await work.move(work.status, errors=_shown([LineFault(0, AWAY, message, None)]))
    return gateway.clock.time() < max(float(work.body["expires_at"]), since + LONGEST_WAIT_SECONDS)


WORKER = Worker(_run, _fail, _wait)


def _shown(faults: list[LineFault]) -> dict[str, Any]:
    """The `errors` of a batch."""
    data = [
        {"code": fault.code, "line": fault.line or None, "message": fault.message, "param": fault.param}
        for fault in faults
    ]
    return {"object": "list", "data": data}


@dataclass(slots=True)
class _Work:
    """A batch that this node works on, as it was when it was last read."""

    gateway: Gateway
    body: dict[str, Any]
    status: str
    principal: str

    @classmethod
    async def of(cls, gateway: Gateway, batch_id: str) -> _Work:
        row = await gateway.db.one(sql.BATCH_FOR_WORK, (batch_id, gateway.nodes.id))
        if row is None:
            raise JobLost
        return cls(gateway, msgspec.json.decode(row[0]), str(row[1]), str(row[2]))

    @property
    def id(self) -> str:
        return str(self.body["id"])

    @property
    def node(self) -> str:
        return self.gateway.nodes.id

    @property
    def now(self) -> int:
        return int(self.gateway.clock.time())

    async def move(self, status: str, /, **fields: Any) -> bool:
        """Write the next state; False when the batch is in another one meanwhile, which is then known here."""
        body = {**self.body, **fields, "status": status}
        row = (status, msgspec.json.encode(body).decode(), self.id, self.node, self.status)
        if await self.gateway.db.write(sql.MOVE_BATCH, row):
            self.body, self.status = body, status
            return True
        fresh = await _Work.of(self.gateway, self.id)
        self.body, self.status = fresh.body, fresh.status
        return False

    async def fail(self, faults: list[LineFault]) -> None:
        while not await self.move("failed", failed_at=self.now, errors=_shown(faults)):
            continue
        await self.gateway.db.committed()

    async def goes_on(self) -> bool:
        """Whether the next line is to be called."""
        if self.gateway.draining or self.now >= self.body["expires_at"]:
            return False
        row = await self.gateway.db.one(sql.BATCH_STATUS, (self.id, self.node))
        if row is None:
            raise JobLost
        return str(row[0]) == "in_progress"

    async def done(self) -> set[int]:
        """The numbers of the lines that have a result."""
        return {number for (number,) in await self.gateway.db.query(sql.RESULT_LINES, (self.id,))}

    async def record(self, line: Line, shown: dict[str, Any], *, good: bool, usage: dict[str, Any]) -> None:
        read = _tokens(usage.get("prompt_tokens", usage.get("input_tokens")))
        written = _tokens(usage.get("completion_tokens", usage.get("output_tokens")))
        text = msgspec.json.encode(shown).decode()
        row = (line.number, int(good), read, written, text, self.id, self.node)
        await self.gateway.db.write(sql.ADD_RESULT, row)

    async def refuse(self, line: Line, code: str, message: str, param: str | None = None) -> None:
        """A line ends without a call."""
        fault = {"code": code, "message": message, "param": param}
        shown = {"id": None, "custom_id": line.custom_id, "response": None, "error": fault}
        await self.record(line, shown, good=False, usage={})


def _tokens(value: Any) -> int:
    """Return a number of tokens, 0 for what is none. Upstreams say all kinds of things."""
    is_number = isinstance(value, int | float) and math.isfinite(value)
    return int(value) if is_number and 0 < value < _MOST_TOKENS else 0


async def _bring(work: _Work, file: BinaryIO) -> None:
    if work.status == "validating":
        checked = await offload(check, file, work.body["endpoint"])
        if checked.faults:
            await work.fail(checked.faults)
            return
        counts = {"total": checked.total, "completed": 0, "failed": 0}
        await work.move("in_progress", in_progress_at=work.now, model=checked.model, request_counts=counts)
        await work.gateway.db.committed()
    if work.status == "in_progress":
        await _call_all(work, file)
        if work.gateway.draining:
            return
    await _finish(await _Work.of(work.gateway, work.id), file)


async def _call_all(work: _Work, file: BinaryIO) -> None:
    """Call every line that has no result yet, some at once."""
    lines = Lines(file, work.body["endpoint"], await work.done())
    pace = _pace(work.body)
    failures: list[StorageError | JobLost] = []

    async def go() -> None:
        try:
            while not failures and await work.goes_on() and (line := await lines.next()) is not None:
                if pace:
                    await work.gateway.clock.sleep(pace)
                await _call(work, line)
        except (StorageError, JobLost) as failure:
            failures.append(failure)

    async with asyncio.TaskGroup() as group:
        for _ in range(1 if pace else _AT_ONCE):
            group.create_task(go())
    if failures:
        raise failures[0]


def _pace(body: dict[str, Any]) -> float:
    try:
        pace = float((body.get("metadata") or {}).get("pace", 0))
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return 0.0 if math.isnan(pace) else min(max(pace, 0.0), _LONGEST_PACE)


async def _call(work: _Work, line: Line) -> None:
    if member_of(line.body, "stream"):
        await work.refuse(line, "stream_not_allowed", "`stream` cannot be used in a batch.", "stream")
        return
    gateway, attempt = work.gateway, 0
    while True:
        status, data, sent = await _dispatched(work, line)
        if status == 503 and _STORAGE_AWAY in data:
            raise StorageAway("a line of it could not be called.", _LINE_AWAY)
        if gateway.draining and status in (503, 529):
            return
        room = _room(data) if status == 429 else None
        attempt += not room
        final = status not in _AGAIN or attempt == _TRIES or sent.get("x-should-retry") == "false"
        if room == 0 or (final and not room):
            await _answered(work, line, status, data, sent)
            return
        if gateway.draining:
            return
        await gateway.clock.sleep(_pause(sent.get("retry-after"), attempt))
        if room and not await work.goes_on():
            # It has no result: it is reported as expired, or called when the batch is taken up again.
            return


def _room(data: bytes) -> int | None:
    """Return how much the limit of the gateway allows that refused a call; None where it was none of its limits."""
    error = msgspec.json.decode(data).get("error") or {}
    return error.get("limit_value") if error.get("code") in _LIMITS else None


async def _dispatched(work: _Work, line: Line) -> tuple[int, bytes, dict[str, str]]:
    headers = {
        **(work.body.get(HEADERS) or {}),
        "content-type": "application/json",
        "idempotency-key": f"{work.id}:{line.number}",
    }
    try:
        response = await work.gateway.dispatch(
            "POST",
            work.body["endpoint"],
            body=msgspec.json.encode(line.body),
            principal=work.principal,
            headers=headers,
            acting_for=tuple(work.body.get(SCOPE) or (None, None)),
        )
    except ApiError as error:
        return error.status, msgspec.json.encode({"error": error.body(None)}), dict(error.all_headers())
    except ConnectionError as error:
        lost = {"error": {"message": f"The connection was lost: {error}", "type": "provider_error"}}
        return 502, msgspec.json.encode(lost), {}
    return response.status, response.body, {name.lower(): value for name, value in response.headers}


def _pause(said: str | None, attempt: int) -> float:
    try:
        seconds = float(said or 0.25 * 2**attempt)
    except ValueError:
        return _LONGEST_WAIT
    return max(0.0, min(seconds, _LONGEST_WAIT)) if math.isfinite(seconds) else _LONGEST_WAIT


def _read(data: bytes) -> tuple[Any, Any]:
    """Return an answer, and the form in which it is written to a file. Raises ValueError for invalid JSON."""
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # A text cut between two halves of a character is JSON that only this library writes. It was paid for.
        value = json.loads(data)
        return value, msgspec.Raw(json.dumps(value, allow_nan=False).encode())
    return value, value


async def _answered(work: _Work, line: Line, status: int, data: bytes, sent: dict[str, str]) -> None:
    try:
        value, kept = _read(data)
    except (ValueError, RecursionError):
        await work.refuse(line, "invalid_response", f"The answer with status {status} is no JSON.")
        return
    shown = {
        "id": f"batch_req_{work.id.removeprefix('batch_')}_{line.number}",
        "custom_id": line.custom_id,
        "response": {"status_code": status, "request_id": sent.get("x-request-id"), "body": kept},
        "error": None,
    }
    usage = value.get("usage") if isinstance(value, dict) else None
    await work.record(line, shown, good=200 <= status < 300, usage=usage if isinstance(usage, dict) else {})


async def _finish(work: _Work, file: BinaryIO) -> None:
    """Write the files and the last state: completed, or cancelled or expired with what was done until then."""
    gateway, end = work.gateway, "cancelled"
    if work.status != "cancelling":
        end = "expired" if await _expire(work, file) else "completed"
        if work.status != "finalizing" and not await work.move("finalizing", finalizing_at=work.now):
            await _finish(work, file)
            return
        await gateway.db.committed()
    counted = dict(work.body)
    await count_into(gateway, counted)
    made = {field: await _written(work, good) for field, good in (("output_file_id", 1), ("error_file_id", 0))}
    life = (work.body.get("output_expires_after") or {}).get("seconds")
    async with gateway.db.transaction():
        for field, stored in made.items():
            if stored is not None:
                name = f"{work.id}_{field.removesuffix('_file_id')}.jsonl"
                await files.enter(
                    gateway, stored, filename=name, purpose="batch_output", principal=work.principal, expires=life
                )
                counted[field] = stored.id
        if not await work.move(end, **{**counted, f"{end}_at": work.now}):
            raise JobLost
        await gateway.db.write(sql.DROP_RESULTS, (work.id,))
    await gateway.db.committed()
    _log.info("the batch %s is %s", work.id, end)


async def _expire(work: _Work, file: BinaryIO) -> bool:
    """Whether there are lines that were not called in time; they are recorded as such."""
    lines = Lines(file, work.body["endpoint"], await work.done())
    found = False
    while (line := await lines.next()) is not None:
        found = True
        await work.refuse(line, "batch_expired", "The batch was over its time before this request was made.")
    return found


async def _written(work: _Work, good: int) -> files.Stored | None:
    """The results of one kind as a file, in the order of the input; None where there are none."""
    db, at = work.gateway.db, 0
    with tempfile.TemporaryFile() as out:
        while rows := await db.query(sql.RESULTS, (work.id, good, at, _PAGE)):
            at = int(rows[-1][0])
            await asyncio.to_thread(out.writelines, [str(text).encode() + b"\n" for _, text in rows])
        return await files.store(work.gateway, cast("BinaryIO", out)) if at else None
