"""Batches as resources: create, look, list, cancel. The work itself is in `batch_work`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from ..core.errors import (
    conflict,
    invalid,
    not_found,
)
from ..http.request import (
    BodyKind,
    Call,
    Change,
    Response,
    Route,
    json_response,
)
from ..http.router import Match
from ..jobs import batch_runner, sql
from ..routing.targets import CALLER_KEY_PREFIX
from .files import find
from .pagination import (
    LAST,
    page,
    place,
)

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = ["ENDPOINTS", "ROUTES"]

ENDPOINTS = ("/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/moderations", "/v1/images/generations")
_WINDOW = re.compile(r"([1-9]\d{0,2})([hd])")
_USUAL_LIMIT = 20
_HIDDEN = (batch_runner.SCOPE, batch_runner.HEADERS)
# What a request says by headers of how its calls are made; a batch says it of its lines.
_LINE_HEADERS = ("x-onceward-region", "x-onceward-tags", "cache-control", "openai-beta", "anthropic-beta")


async def _create(call: Call) -> Change:
    gateway, data = call.gateway, call.data
    endpoint, file_id = str(data["endpoint"]), str(data["input_file_id"])
    if endpoint not in ENDPOINTS:
        raise invalid(
            f"`endpoint` {endpoint!r} cannot be run in a batch. Use one of {', '.join(ENDPOINTS)}.",
            param="endpoint",
        )
    _require_endpoint(call, endpoint)
    headers = _line_headers(call)
    record = await find(gateway, file_id, call.principal)
    if record is None:
        raise not_found("file", file_id, param="input_file_id")
    if record.purpose != "batch":
        raise invalid(
            f"`input_file_id` names a file for {record.purpose!r}. Upload it again with the purpose 'batch'.",
            param="input_file_id",
        )
    now = int(gateway.clock.time())
    body: dict[str, Any] = {
        "id": gateway.new_id("batch_"),
        "object": "batch",
        "endpoint": endpoint,
        "model": None,
        "errors": None,
        "input_file_id": file_id,
        "completion_window": data["completion_window"],
        "status": "validating",
        "output_file_id": None,
        "error_file_id": None,
        "created_at": now,
        "in_progress_at": None,
        "expires_at": now + _window(data["completion_window"]),
        "finalizing_at": None,
        "completed_at": None,
        "failed_at": None,
        "expired_at": None,
        "cancelling_at": None,
        "cancelled_at": None,
        "request_counts": {"total": 0, "completed": 0, "failed": 0},
        "usage": None,
        "metadata": data.get("metadata"),
    }
    life = (data.get("output_expires_after") or {}).get("seconds")
    if life is not None:
        body["output_expires_after"] = {"anchor": "created_at", "seconds": life}
    if call.caller.acting_for != (None, None):
        body[batch_runner.SCOPE] = call.caller.acting_for
    if headers:
        body[batch_runner.HEADERS] = headers
    row = (body["id"], call.principal, "validating", msgspec.json.encode(body).decode())

    async def write() -> Response:
        await gateway.db.write(sql.ADD_BATCH, row)
        return json_response(_shown(body))

    return Change(write, then=gateway.control.batches.wake)


def _line_headers(call: Call) -> dict[str, str]:
    """Return the headers that hold for the lines; refuse keys of providers, which are not kept."""
    own = next((name for name in call.headers if name.startswith(CALLER_KEY_PREFIX)), None)
    if own is not None:
        raise invalid(
            f"`{own}` cannot be used with a batch: a caller's key is not kept, and the lines run later. Leave it out, "
            "or make the calls one by one.",
            param=own,
            code="unsupported_header",
        )
    return {name: value for name in _LINE_HEADERS if (value := call.header(name)) is not None}


def _shown(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in _HIDDEN}


def _require_endpoint(call: Call, endpoint: str) -> None:
    """Refuse a batch of calls that the key may not make one by one."""
    restrictions, app = call.caller.restrictions, call.gateway.app
    match = None if restrictions is None or app is None else app.table.match("POST", endpoint.encode())
    if restrictions is not None and isinstance(match, Match):
        restrictions.require_route(match.route, call.gateway.platform.routes)


def _window(text: str) -> int:
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise invalid(
            f"`completion_window` must be a number of hours or days such as '24h', not {text!r}.",
            param="completion_window",
        )
    return int(match.group(1)) * (3600 if match.group(2) == "h" else 86400)


async def _wanted(call: Call) -> tuple[dict[str, Any], str]:
    batch_id = call.params["batch_id"]
    row = await call.gateway.db.one(sql.GET_BATCH, (batch_id, call.principal))
    if row is None:
        raise not_found("batch", batch_id, param="batch_id")
    return await _live(call.gateway, msgspec.json.decode(row[0])), str(row[1])


async def _live(gateway: Gateway, body: dict[str, Any]) -> dict[str, Any]:
    """A batch with the counts of this moment."""
    if body["status"] in ("in_progress", "finalizing", "cancelling"):
        await batch_runner.count_into(gateway, body)
    return body


async def _retrieve(call: Call) -> Response:
    return json_response(_shown((await _wanted(call))[0]))


async def _list(call: Call) -> Response:
    limit = int(call.query.get("limit") or _USUAL_LIMIT)
    start = await place(call.gateway.db, sql.BATCH_PLACE, call, call.principal, LAST)
    rows = await call.gateway.db.query(sql.BATCHES, (call.principal, start, limit + 1))
    return page([_shown(await _live(call.gateway, msgspec.json.decode(row[0]))) for row in rows], limit)


async def _cancel(call: Call) -> Change:
    return Change(lambda: _cancelled(call), then=call.gateway.control.batches.wake)


async def _cancelled(call: Call) -> Response:
    body, status = await _wanted(call)
    while status in ("validating", "in_progress"):
        body.update(status="cancelling", cancelling_at=int(call.gateway.clock.time()))
        row = (msgspec.json.encode(body).decode(), body["id"], status)
        if await call.gateway.db.write(sql.CANCEL_BATCH, row):
            return json_response(_shown(body))
        # It went on meanwhile, maybe on another node.
        body, status = await _wanted(call)
    if status not in ("cancelling", "cancelled"):
        raise conflict(f"The batch {body['id']!r} is {status} and cannot be cancelled.", code="batch_not_cancellable")
    return json_response(_shown(body))


ROUTES = (
    Route("POST", "/v1/batches", "batches.create", _create, body=BodyKind.JSON, once=True),
    Route("GET", "/v1/batches", "batches.list", _list),
    Route("GET", "/v1/batches/{batch_id}", "batches.retrieve", _retrieve),
    Route("POST", "/v1/batches/{batch_id}/cancel", "batches.cancel", _cancel, once=True),
)
