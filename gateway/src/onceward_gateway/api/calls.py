"""The call handlers: list, retrieve and cancel model calls."""

from __future__ import annotations

from ..calls.registry import CallRegistry
from ..core import error_codes
from ..core.errors import (
    ApiError,
    invalid,
    not_found,
)
from ..http.request import (
    Request,
    Response,
    json_response,
)

__all__ = ["CallHandlers"]


class CallHandlers:
    """Handlers for `/v1/calls`."""

    def __init__(self, calls: CallRegistry) -> None:
        self._calls = calls

    async def list_calls(self, request: Request) -> Response:
        """Return the caller's calls, newest first; `cursor` is the id of the last call of the previous page."""
        limit = request.query.get("limit", 20)
        limit = limit if isinstance(limit, int) else 20
        cursor = request.query.get("cursor")
        key = request.query.get("idempotency_key")
        found = await self._calls.store.listed(request.principal, limit=limit, after=cursor, key=key)
        if found is None:
            raise invalid(
                f"`cursor` is {cursor!r}, which no page of this list gave. Take `next_cursor` of the page before.",
                param="cursor",
                code=error_codes.INVALID_CURSOR,
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

    async def retrieve(self, request: Request) -> Response:
        """Return one call."""
        record = await self._calls.store.find(request.principal, request.params["call_id"])
        if record is None:
            raise not_found("call", request.params["call_id"], param="call_id")
        return json_response(record.shown())

    async def cancel(self, request: Request) -> Response:
        """Cancel a running call; leave one that has ended as it is."""
        call_id = request.params["call_id"]
        record = await self._calls.cancellation.cancel(request.principal, call_id)
        if record is None:
            raise not_found("call", call_id, param="call_id")
        if record.status == "in_progress":
            raise ApiError(
                503,
                f"The call {call_id!r} did not end in time. Try again.",
                code=error_codes.CALL_NOT_ENDED,
                retry_after=1,
            )
        return json_response(record.shown())
