"""Resumption of streams: the position that a client names with `Last-Event-ID`."""

from __future__ import annotations

from ..core import error_codes
from ..core.errors import ApiError, invalid
from ..core.headers import X_SHOULD_RETRY
from ..idempotency.request import IdempotentRequest

__all__ = ["not_resumable", "resume_position"]


def resume_position(request: IdempotentRequest, call_id: str) -> int:
    """Return the sequence number after which the stream resumes for the client; 0 for all of it."""
    event_id = request.last_event_id
    if event_id is None or not request.stream:
        return 0
    event_call, _, number = event_id.rpartition(":")
    if not number.isascii() or not number.isdigit() or len(number) > 12 or not event_call:
        raise invalid(
            f"`Last-Event-ID` is {event_id!r}, which is not an event id. "
            "Send the last `id:` received, `<call>:<number>`.",
            param="Last-Event-ID",
            code=error_codes.INVALID_EVENT_ID,
        )
    if event_call != call_id:
        raise not_resumable(event_id)
    return int(number)


def not_resumable(event_id: str) -> ApiError:
    """Return the error for a stream that cannot resume because the call has no such event."""
    return ApiError(
        409,
        f"`Last-Event-ID` is {event_id!r}, and the call of this key has no such event. Start again with a new key.",
        code=error_codes.CALL_NOT_RESUMABLE,
        param="Last-Event-ID",
        headers=((X_SHOULD_RETRY, "false"),),
    )
