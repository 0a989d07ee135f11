"""Idempotency keys: the claim that a request makes and its outcome."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field

from ..core import error_codes
from ..core.call_record import CallRecord
from ..core.errors import (
    ApiError,
    conflict,
    invalid,
)
from ..core.headers import X_SHOULD_RETRY
from ..core.threads import LARGE_BODY
from ..http.request import Request
from .event_stream import EventStream

__all__ = [
    "Claim",
    "Attached",
    "IdempotentRequest",
    "Replay",
    "Start",
    "check_key",
    "fingerprint",
    "not_resumable",
    "resume_position",
    "identify_request",
    "require_same_request",
]

_KEY_LENGTH = 255


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A request with its caller, operation, idempotency key and resume position."""

    principal: str
    operation: str
    stream: bool
    key: str | None
    fingerprint: bytes
    last_event_id: str | None
    request_id: str
    body_bytes: int

    @property
    def scoped_key(self) -> tuple[str, str]:
        """Return the idempotency key in the scope of its principal."""
        return self.principal, self.key or ""


@dataclass(frozen=True, slots=True)
class Attached:
    """An outcome: attach to a call that runs here or on another node, and read its events after `after`."""

    stream: EventStream
    after: int


@dataclass(frozen=True, slots=True)
class Replay:
    """An outcome: replay the stored answer of a call that has ended."""

    record: CallRecord
    after: int


@dataclass(frozen=True, slots=True)
class Start:
    """An outcome: make the call for the first time (`record` is None), retry it, or resume it from its log.

    `replaces` is the id of the call that the key has named so far, if it is to name a new one.
    """

    record: CallRecord | None = None
    logged: tuple[bytes, ...] = ()
    resumed: bool = False
    after: int = 0
    replaces: str = ""


@dataclass(slots=True, eq=False)
class Claim:
    """The exclusive right to make the call of a key, held until the call has begun or the claim is released.

    `previous` is the earlier record of a call that is retried or resumed.
    """

    request: IdempotentRequest
    record: CallRecord
    start: Start
    previous: CallRecord | None
    expires_at: float
    recorded: bool = False
    waiters: list[asyncio.Future[None]] = field(default_factory=list)

    async def over(self) -> None:
        """Wait until the call has begun or the claim was released."""
        waiter = asyncio.get_running_loop().create_future()
        self.waiters.append(waiter)
        await waiter

    def end(self) -> None:
        """Wake the requests that wait for the outcome of the claim."""
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(None)


def require_same_request(fingerprint: bytes | None, request: IdempotentRequest) -> None:
    """Raise a conflict if the key was first used with another request."""
    if fingerprint != request.fingerprint:
        raise conflict(
            f"The idempotency key {request.key!r} was used before with another request. "
            "Send the same body to the same operation, or take a new key.",
            code=error_codes.IDEMPOTENCY_KEY_REUSED,
            param="Idempotency-Key",
            headers=((X_SHOULD_RETRY, "false"),),
        )


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


def check_key(key: str | None) -> str | None:
    """Return the key if it is valid; raise an error if it is not."""
    if key is None:
        return None
    if not key or len(key) > _KEY_LENGTH or not key.isprintable():
        raise invalid(
            f"`Idempotency-Key` has {len(key)} characters or unprintable ones. Send 1 to {_KEY_LENGTH} printable ones.",
            param="Idempotency-Key",
            code=error_codes.INVALID_IDEMPOTENCY_KEY,
        )
    return key


async def identify_request(request: Request, *, stream: bool) -> IdempotentRequest:
    """Return the identity of a request: its idempotency key, fingerprint, caller and resume position."""
    key = check_key(request.header("idempotency-key"))
    digest = await fingerprint(request) if key is not None else b""
    return IdempotentRequest(
        principal=request.principal,
        operation=request.operation,
        stream=stream,
        key=key,
        fingerprint=digest,
        last_event_id=request.header("last-event-id"),
        request_id=request.request_id,
        body_bytes=len(request.raw),
    )


async def fingerprint(request: Request) -> bytes:
    """Return the digest of a request: operation, path, query, scope and body; a form counts by its parts."""
    if request.files or len(request.raw) > LARGE_BODY:
        # In a thread for I/O, not in the pool for computation: hashing releases the GIL, and reading files blocks.
        return await asyncio.to_thread(_fingerprint, request)
    return _fingerprint(request)


def _fingerprint(request: Request) -> bytes:
    digest = hashlib.sha256(
        repr((request.operation, sorted(request.params.items()), sorted(request.query.items()))).encode()
    )
    if request.caller.acting_for != (None, None):
        # Another scope is another request: a different account pays for it.
        digest.update(repr(request.caller.acting_for).encode())
    digest.update(request.raw)
    if not request.raw:
        digest.update(repr(sorted(request.data.items(), key=lambda item: item[0])).encode("utf-8", "surrogatepass"))
    for upload in request.files:
        parts = (upload.name, upload.filename, upload.content_type, upload.size)
        digest.update(repr(parts).encode("utf-8", "surrogatepass"))
        upload.file.seek(0)
        while chunk := upload.file.read(1 << 20):
            digest.update(chunk)
        upload.file.seek(0)
    return digest.digest()
