"""The work of a batch: check the lines, call each one through the whole pipeline, write the answers to files.

Every line is called with an `Idempotency-Key` of its own, so that a batch taken up after a restart pays no line
twice. What is done is in the database after every line; the files are written once, at the end, in the order of the
input. A batch whose `metadata` says `"pace": "0.05"` waits as many seconds before each line, so that its progress can
be watched.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import ApiError
from . import files, sql
from .jsonl import LineFault, read_lines

if TYPE_CHECKING:
    from ..gateway import Gateway

__all__ = ["count_into", "keep", "resume", "run"]

_log = logging.getLogger("headgate_gateway")
_AT_ONCE = 8
_MOST_FAULTS = 50
_MOST_LINES = 50_000
_TRIES = 3
_AGAIN = frozenset({408, 429, 500, 502, 503, 504, 529})
_LONGEST_WAIT = 5.0
_LONGEST_PACE = 10.0
_OVER = frozenset({"completed", "failed", "expired", "cancelled"})
_PAGE = 256


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    custom_id: str
    body: dict[str, Any]


def resume(gateway: Gateway) -> None:
    """Take up every batch that is not over."""
    for (batch_id,) in gateway.db.query(sql.BATCHES_TO_RUN):
        gateway.spawn(run(gateway, batch_id), f"batch {batch_id}")


def keep(gateway: Gateway, body: dict[str, Any]) -> None:
    """Write a batch as it is now."""
    gateway.db.write(sql.SET_BATCH, (body["status"], msgspec.json.encode(body).decode(), body["id"]))


def count_into(gateway: Gateway, body: dict[str, Any]) -> None:
    """Put what is done so far into a batch's counts and usage."""
    row = gateway.db.one(sql.RESULT_COUNTS, (body["id"],))
    done, good, read, written = row if row is not None else (0, 0, 0, 0)
    body["request_counts"] = {"total": body["request_counts"]["total"], "completed": good, "failed": done - good}
    body["usage"] = {
        "input_tokens": read,
        "output_tokens": written,
        "total_tokens": read + written,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }


async def run(gateway: Gateway, batch_id: str) -> None:
    """Bring a batch to its end, from wherever it stands."""
    row = gateway.db.one(sql.BATCH_FOR_WORK, (batch_id,))
    if row is None or row[1] in _OVER:
        return
    body, principal = msgspec.json.decode(row[0]), str(row[2])
    record = files.find(gateway, body["input_file_id"], principal)
    if record is None:
        await _fail(gateway, body, [LineFault(0, "file_not_found", "The input file was deleted.", "input_file_id")])
        return
    path = files.path_of(gateway, record.id)
    lines, faults = await asyncio.to_thread(lambda: _checked(read_lines(path), body["endpoint"]))
    if _status(gateway, batch_id) == "validating":
        if faults:
            await _fail(gateway, body, faults)
            return
        models = {line.body.get("model") for line in lines}
        body.update(
            status="in_progress",
            in_progress_at=_now(gateway),
            model=models.pop() if len(models) == 1 else None,
            request_counts={"total": len(lines), "completed": 0, "failed": 0},
        )
        keep(gateway, body)
        await gateway.db.committed()
    if _status(gateway, batch_id) == "in_progress" and not await _called(gateway, body, principal, lines):
        return
    await _finish(gateway, batch_id, principal, lines)


def _status(gateway: Gateway, batch_id: str) -> str:
    row = gateway.db.one(sql.BATCH_STATUS, (batch_id,))
    return str(row[0]) if row is not None else "cancelled"


def _now(gateway: Gateway) -> int:
    return int(gateway.clock.time())


def _checked(
    source: Iterator[tuple[int, dict[str, Any] | LineFault]], endpoint: str
) -> tuple[list[_Line], list[LineFault]]:
    lines: list[_Line] = []
    faults: list[LineFault] = []
    seen: set[str] = set()
    for number, value in source:
        found = value if isinstance(value, LineFault) else _line(number, value, endpoint, seen)
        if isinstance(found, LineFault):
            faults.append(found)
        else:
            lines.append(found)
        if len(faults) >= _MOST_FAULTS:
            break
    if len(lines) > _MOST_LINES:
        faults.append(LineFault(_MOST_LINES + 1, "too_many_requests", f"A batch holds at most {_MOST_LINES} requests."))
    return lines, faults


def _line(number: int, value: dict[str, Any], endpoint: str, seen: set[str]) -> _Line | LineFault:
    custom_id, body = value.get("custom_id"), value.get("body")
    if not isinstance(custom_id, str) or not custom_id:
        return LineFault(number, "missing_required_parameter", "`custom_id` must be a text.", "custom_id")
    if custom_id in seen:
        return LineFault(
            number, "duplicate_custom_id", f"`custom_id` {custom_id!r} stands on an earlier line too.", "custom_id"
        )
    if value.get("method") != "POST":
        return LineFault(number, "invalid_method", f"`method` must be 'POST', not {value.get('method')!r}.", "method")
    if value.get("url") != endpoint:
        return LineFault(
            number,
            "mismatched_url",
            f"`url` must be the batch's endpoint {endpoint!r}, not {value.get('url')!r}.",
            "url",
        )
    if not isinstance(body, dict):
        return LineFault(number, "invalid_body", "`body` must be an object.", "body")
    seen.add(custom_id)
    return _Line(number, custom_id, body)


async def _fail(gateway: Gateway, body: dict[str, Any], faults: list[LineFault]) -> None:
    data = [
        {"code": fault.code, "line": fault.line or None, "message": fault.message, "param": fault.param}
        for fault in faults
    ]
    body.update(status="failed", failed_at=_now(gateway), errors={"object": "list", "data": data})
    keep(gateway, body)
    await gateway.db.committed()


async def _called(gateway: Gateway, body: dict[str, Any], principal: str, lines: list[_Line]) -> bool:
    """Call every line that has no result yet, some at once. False when the gateway is going down before the end."""
    done = {line for (line,) in gateway.db.query(sql.RESULT_LINES, (body["id"],))}
    waiting = iter([line for line in lines if line.number not in done])
    pace = _pace(body)

    async def work() -> None:
        for line in waiting:
            if gateway.draining or _now(gateway) >= body["expires_at"] or _status(gateway, body["id"]) != "in_progress":
                return
            if pace:
                await gateway.clock.sleep(pace)
            await _call_line(gateway, body, principal, line)

    async with asyncio.TaskGroup() as group:
        for _ in range(1 if pace else _AT_ONCE):
            group.create_task(work())
    return not gateway.draining


def _pace(body: dict[str, Any]) -> float:
    try:
        return min(max(float((body.get("metadata") or {}).get("pace", 0)), 0.0), _LONGEST_PACE)
    except (TypeError, ValueError):
        return 0.0


async def _call_line(gateway: Gateway, body: dict[str, Any], principal: str, line: _Line) -> None:
    if line.body.get("stream"):
        fault = {"code": "stream_not_allowed", "message": "`stream` cannot be used in a batch.", "param": "stream"}
        _record(gateway, body, line, _error_line(line, fault), False, {})
        return
    headers = {"content-type": "application/json", "idempotency-key": f"{body['id']}:{line.number}"}
    for attempt in range(1, _TRIES + 1):
        try:
            response = await gateway.dispatch(
                "POST", body["endpoint"], body=msgspec.json.encode(line.body), principal=principal, headers=headers
            )
        except ApiError as error:
            status, data, sent = (
                error.status,
                msgspec.json.encode({"error": error.body(None)}),
                dict(error.all_headers()),
            )
        except ConnectionError as error:
            status, sent = 502, {}
            data = msgspec.json.encode(
                {"error": {"message": f"The connection was lost: {error}", "type": "provider_error"}}
            )
        else:
            status, data, sent = (
                response.status,
                response.body,
                {name.lower(): value for name, value in response.headers},
            )
        if status not in _AGAIN or attempt == _TRIES:
            break
        if gateway.draining:
            return
        await gateway.clock.sleep(_wait(sent.get("retry-after"), attempt))
    if gateway.draining and status == 503:
        return
    _answered(gateway, body, line, status, data, sent)


def _wait(said: str | None, attempt: int) -> float:
    try:
        return min(float(said or 0.25 * 2**attempt), _LONGEST_WAIT)
    except ValueError:
        return _LONGEST_WAIT


def _answered(
    gateway: Gateway, body: dict[str, Any], line: _Line, status: int, data: bytes, sent: dict[str, str]
) -> None:
    good = 200 <= status < 300
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        fault = {"code": "invalid_response", "message": f"The answer with status {status} is no JSON.", "param": None}
        _record(gateway, body, line, _error_line(line, fault), False, {})
        return
    shown = {
        "id": f"batch_req_{body['id'].removeprefix('batch_')}_{line.number}",
        "custom_id": line.custom_id,
        "response": {"status_code": status, "request_id": sent.get("x-request-id"), "body": value},
        "error": None,
    }
    usage = value.get("usage") if isinstance(value, dict) else None
    _record(gateway, body, line, shown, good, usage if isinstance(usage, dict) else {})


def _error_line(line: _Line, fault: dict[str, Any]) -> dict[str, Any]:
    return {"id": None, "custom_id": line.custom_id, "response": None, "error": fault}


def _record(
    gateway: Gateway, body: dict[str, Any], line: _Line, shown: dict[str, Any], good: bool, usage: dict[str, Any]
) -> None:
    read = usage.get("prompt_tokens", usage.get("input_tokens", 0)) or 0
    written = usage.get("completion_tokens", usage.get("output_tokens", 0)) or 0
    text = msgspec.json.encode(shown).decode()
    gateway.db.write(sql.ADD_RESULT, (body["id"], line.number, int(good), int(read), int(written), text))


async def _finish(gateway: Gateway, batch_id: str, principal: str, lines: list[_Line]) -> None:
    """Write the files and the last state: completed, or cancelled or expired with what was done until then."""
    row = gateway.db.one(sql.BATCH_FOR_WORK, (batch_id,))
    assert row is not None
    body, status = msgspec.json.decode(row[0]), str(row[1])
    done = {number for (number,) in gateway.db.query(sql.RESULT_LINES, (batch_id,))}
    left = [line for line in lines if line.number not in done]
    if status == "cancelling":
        end = "cancelled"
    else:
        end = "expired" if left else "completed"
        body.update(status="finalizing", finalizing_at=_now(gateway))
        keep(gateway, body)
        await gateway.db.committed()
    if end == "expired":
        fault = {
            "code": "batch_expired",
            "message": "The batch was over its time before this request was made.",
            "param": None,
        }
        for line in left:
            _record(gateway, body, line, _error_line(line, fault), False, {})
    count_into(gateway, body)
    life = (body.get("output_expires_after") or {}).get("seconds")
    for field, good, name in (("output_file_id", 1, "output"), ("error_file_id", 0, "error")):
        if body[field] is None and gateway.db.query(sql.RESULTS, (batch_id, good, 0, 1)):
            record = await files.add(
                gateway,
                [*_texts(gateway, batch_id, good)],
                filename=f"{batch_id}_{name}.jsonl",
                purpose="batch_output",
                principal=principal,
                expires=life,
            )
            body[field] = record.id
    body.update({"status": end, f"{end}_at": _now(gateway)})
    keep(gateway, body)
    gateway.db.write(sql.DROP_RESULTS, (batch_id,))
    await gateway.db.committed()
    _log.info("the batch %s is %s", batch_id, end)


def _texts(gateway: Gateway, batch_id: str, good: int) -> Iterator[bytes]:
    at = 0
    while rows := gateway.db.query(sql.RESULTS, (batch_id, good, at, _PAGE)):
        for line, text in rows:
            at = line
            yield text.encode() + b"\n"
