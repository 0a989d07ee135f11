"""The records of calls: list, look up, cancel."""

from __future__ import annotations

from ..core.errors import (
    ApiError,
    invalid,
    not_found,
)
from ..http.request import (
    Call,
    Response,
    json_response,
)

__all__ = ["cancel", "listed", "retrieve"]


async def listed(call: Call) -> Response:
    """The caller's calls, newest first; `cursor` is the id of the last call of the page before."""
    limit = call.query.get("limit", 20)
    limit = limit if isinstance(limit, int) else 20
    cursor = call.query.get("cursor")
    key = call.query.get("idempotency_key")
    found = await call.gateway.calls.store.listed(call.principal, limit=limit, after=cursor, key=key)
    if found is None:
        raise invalid(
            f"`cursor` is {cursor!r}, which no page of this list gave. Take `next_cursor` of the page before.",
            param="cursor",
            code="invalid_cursor",
        )
    records, more = found
    return json_response(
        {
            "object": "list",
            "data": [record.shown() for record in records],
            "has_more": more,
            "next_cursor": records[-1].id if more else None,
        }
    )


async def retrieve(call: Call) -> Response:
    """One call."""
    record = await call.gateway.calls.store.find(call.principal, call.params["call_id"])
    if record is None:
        raise not_found("call", call.params["call_id"], param="call_id")
    return json_response(record.shown())


async def cancel(call: Call) -> Response:
    """Cancel a running call. One that has ended stays as it ended."""
    call_id = call.params["call_id"]
    record = await call.gateway.calls.cancel(call.principal, call_id)
    if record is None:
        raise not_found("call", call_id, param="call_id")
    if record.status == "in_progress":
        raise ApiError(
            503, f"The call {call_id!r} did not end in time. Try again.", code="call_not_ended", retry_after=1
        )
    return json_response(record.shown())
