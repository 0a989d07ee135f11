"""The call that cancels a stream which its caller leaves early."""

from __future__ import annotations

from typing import Final

from .call import Call
from .encode import fill_path
from .meta import Meta
from .operation import Result
from .options import Timeout

__all__ = ["CANCEL_TIMEOUT", "cancellation"]

CANCEL_TIMEOUT: Final = Timeout(connect=0.5, pool=0.1, first_byte=1.0, idle=0.5, total=1.0)
"""Leaving a stream waits at most this long for its cancellation to reach the server."""


def cancellation(call: Call, meta: Meta) -> Call | None:
    """Return the call that cancels ``call``; None if the server cannot cancel it, or the caller does not want that."""
    path = call.shared.brand.cancel_path
    if path is None or meta.call_id is None or not call.config.cancel_abandoned:
        return None
    skipped = ("accept", "content-type", "idempotency-key", "last-event-id")
    return Call(
        operation="cancel",
        method="POST",
        url=call.config.base_url + fill_path(path, {"call_id": meta.call_id}),
        headers=[(name, value) for name, value in call.headers if name.lower() not in skipped],
        body=b"",
        replayable=True,
        timeout=CANCEL_TIMEOUT,
        max_retries=0,
        key=None,
        request_id=call.request_id,
        safe=True,
        never=False,
        result=Result(kind="empty"),
        stream=None,
        shared=call.shared,
        config=call.config,
    )
