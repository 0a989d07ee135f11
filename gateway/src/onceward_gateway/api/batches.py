"""Batches: create, retrieve, list, cancel. The run of a batch is in `jobs/batch_runner.py`."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from ..core import error_codes
from ..core.clock import Clock
from ..core.errors import conflict, invalid, not_found
from ..core.headers import X_ONCEWARD_REGION, X_ONCEWARD_TAGS
from ..core.principal import Principal
from ..http.request import Change, Request, Response, json_response
from ..jobs.batch_store import LINE_HEADERS, SCOPE, BatchStore, public_view
from ..jobs.file_store import FileStore
from ..routing.targets import CALLER_KEY_PREFIX
from .pagination import NEWEST, USUAL_LIMIT, list_response, start_of_page

__all__ = ["ENDPOINTS", "BatchHandlers"]

ENDPOINTS = ("/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/moderations", "/v1/images/generations")
_WINDOW = re.compile(r"([1-9]\d{0,2})([hd])")
# Headers that say how calls are made; those of a batch hold for its lines.
_LINE_HEADERS = (X_ONCEWARD_REGION, X_ONCEWARD_TAGS, "cache-control", "openai-beta", "anthropic-beta")


class BatchHandlers:
    """Handlers for `/v1/batches`.

    `require_route` raises an error where a caller may not call the route of a path; `wake` has new batches taken up.
    """

    def __init__(
        self,
        batches: BatchStore,
        files: FileStore,
        clock: Clock,
        new_id: Callable[[str], str],
        *,
        require_route: Callable[[Principal, str], None],
        wake: Callable[[], Awaitable[None]],
    ) -> None:
        self._batches = batches
        self._files = files
        self._clock = clock
        self._new_id = new_id
        self._require_route = require_route
        self._wake = wake

    async def create(self, request: Request) -> Change:
        """Create a batch of calls from the lines of a file."""
        data = request.data
        endpoint, file_id = str(data["endpoint"]), str(data["input_file_id"])
        if endpoint not in ENDPOINTS:
            raise invalid(
                f"`endpoint` {endpoint!r} cannot be run in a batch. Use one of {', '.join(ENDPOINTS)}.",
                param="endpoint",
            )
        # A key may not have others make the calls that it may not make one by one.
        self._require_route(request.caller, endpoint)
        headers = _line_headers(request)
        await self._require_input(file_id, request.principal)
        body = self._body(data, endpoint, file_id)
        if request.caller.acting_for != (None, None):
            body[SCOPE] = request.caller.acting_for
        if headers:
            body[LINE_HEADERS] = headers

        async def write() -> Response:
            await self._batches.add(body, request.principal)
            return json_response(public_view(body))

        return Change(write, then=self._wake)

    async def _require_input(self, file_id: str, principal: str) -> None:
        record = await self._files.find(file_id, principal)
        if record is None:
            raise not_found("file", file_id, param="input_file_id")
        if record.purpose != "batch":
            raise invalid(
                f"`input_file_id` was uploaded with purpose {record.purpose!r}; a batch needs purpose 'batch'.",
                param="input_file_id",
            )

    def _body(self, data: dict[str, Any], endpoint: str, file_id: str) -> dict[str, Any]:
        """Return a new batch."""
        now = int(self._clock.time())
        body: dict[str, Any] = {
            "id": self._new_id("batch_"),
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
        expires_in = (data.get("output_expires_after") or {}).get("seconds")
        if expires_in is not None:
            body["output_expires_after"] = {"anchor": "created_at", "seconds": expires_in}
        return body

    async def retrieve(self, request: Request) -> Response:
        """Return one batch with its present counts."""
        return json_response(public_view(await self._find(request)))

    async def list_batches(self, request: Request) -> Response:
        """Return the caller's batches, newest first."""
        limit = int(request.query.get("limit") or USUAL_LIMIT)
        start = await start_of_page(
            request.query.get("after"), lambda id: self._batches.position(id, request.principal), NEWEST
        )
        found = await self._batches.list_batches(request.principal, before=start, limit=limit + 1)
        return list_response([public_view(body) for body in found], limit)

    async def cancel(self, request: Request) -> Change:
        """Cancel a batch; lines that were called keep their results."""
        return Change(lambda: self._cancel(request), then=self._wake)

    async def _cancel(self, request: Request) -> Response:
        body = await self._find(request)
        while (status := body["status"]) in ("validating", "in_progress"):
            body.update(status="cancelling", cancelling_at=int(self._clock.time()))
            if await self._batches.cancel(body, status):
                return json_response(public_view(body))
            # It went on meanwhile, maybe on another node.
            body = await self._find(request)
        if status not in ("cancelling", "cancelled"):
            raise conflict(
                f"The batch {body['id']!r} is {status} and cannot be cancelled.", code=error_codes.BATCH_NOT_CANCELLABLE
            )
        return json_response(public_view(body))

    async def _find(self, request: Request) -> dict[str, Any]:
        batch_id = request.params["batch_id"]
        body = await self._batches.find(batch_id, request.principal)
        if body is None:
            raise not_found("batch", batch_id, param="batch_id")
        return body


def _line_headers(request: Request) -> dict[str, str]:
    """Return the headers that hold for the lines; refuse keys of providers, which are not kept."""
    own = next((name for name in request.headers if name.startswith(CALLER_KEY_PREFIX)), None)
    if own is not None:
        raise invalid(
            f"`{own}` cannot be used with a batch: a caller's key is not kept, and the lines run later. Leave it out, "
            "or make the calls one by one.",
            param=own,
            code=error_codes.UNSUPPORTED_HEADER,
        )
    return {name: value for name in _LINE_HEADERS if (value := request.header(name)) is not None}


def _window(text: str) -> int:
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise invalid(
            f"`completion_window` must be a number of hours or days such as '24h', not {text!r}.",
            param="completion_window",
        )
    return int(match.group(1)) * (3600 if match.group(2) == "h" else 86400)
