"""What a request says of the call that it is for, and what it means once that was looked up."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field

from ..core.call_record import CallRecord
from ..core.errors import (
    ApiError,
    conflict,
    invalid,
)
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
    "position_of",
    "presented_by",
    "same_request",
]

_KEY_LENGTH = 255


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A request as it is presented: who, what, under which key, and from which event on."""

    principal: str
    operation: str
    stream: bool
    key: str | None
    fingerprint: bytes
    last_event_id: str | None
    request_id: str
    body_bytes: int

    @property
    def place(self) -> tuple[str, str]:
        """Where the call stands among those with a key."""
        return self.principal, self.key or ""


@dataclass(frozen=True, slots=True)
class Attached:
    """The call runs already, here or on another node; listen from behind event `after`."""

    feed: EventStream
    after: int


@dataclass(frozen=True, slots=True)
class Replay:
    """The call has ended; what was answered is given again."""

    record: CallRecord
    after: int


@dataclass(frozen=True, slots=True)
class Start:
    """The call has to be made: for the first time (`record` is None), again after a failure, or on from its log.

    `replaces` is the call that the key names until now, where it is to name a new one.
    """

    record: CallRecord | None = None
    logged: tuple[bytes, ...] = ()
    resumed: bool = False
    after: int = 0
    replaces: str = ""


@dataclass(slots=True, eq=False)
class Claim:
    """The right to make a call: nobody else makes one under its key until the call has begun or the claim is let go.

    `before` is the record as it was, for a call that is made again or goes on.
    """

    presented: IdempotentRequest
    record: CallRecord
    entry: Start
    before: CallRecord | None
    expires_at: float
    recorded: bool = False
    waiters: list[asyncio.Future[None]] = field(default_factory=list)

    async def over(self) -> None:
        """Return when the call has begun or the claim was let go."""
        waiter = asyncio.get_running_loop().create_future()
        self.waiters.append(waiter)
        await waiter

    def end(self) -> None:
        """Wake those who wait to hear what became of it."""
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(None)


def same_request(fingerprint: bytes | None, presented: IdempotentRequest) -> None:
    """Refuse a key that was first presented with another request."""
    if fingerprint != presented.fingerprint:
        raise conflict(
            f"The idempotency key {presented.key!r} was used before with another request. "
            "Send the same body to the same operation, or take a new key.",
            code="idempotency_key_reused",
            param="Idempotency-Key",
            headers=(("x-should-retry", "false"),),
        )


def position_of(presented: IdempotentRequest, call_id: str) -> int:
    """The sequence number behind which the client wants the stream; 0 for all of it."""
    given = presented.last_event_id
    if given is None or not presented.stream:
        return 0
    named, _, number = given.rpartition(":")
    if not number.isascii() or not number.isdigit() or len(number) > 12 or not named:
        raise invalid(
            f"`Last-Event-ID` is {given!r}, which is no event id. Send the last `id:` received, `<call>:<number>`.",
            param="Last-Event-ID",
            code="invalid_event_id",
        )
    if named != call_id:
        raise not_resumable(given)
    return int(number)


def not_resumable(given: str) -> ApiError:
    """A stream cannot go on behind an event that its key knows nothing of."""
    return ApiError(
        409,
        f"`Last-Event-ID` is {given!r}, and the call of this key has no such event. Start again with a new key.",
        code="call_not_resumable",
        param="Last-Event-ID",
        headers=(("x-should-retry", "false"),),
    )


def check_key(key: str | None) -> str | None:
    """The key if it may be one."""
    if key is None:
        return None
    if not key or len(key) > _KEY_LENGTH or not key.isprintable():
        raise invalid(
            f"`Idempotency-Key` has {len(key)} characters or unprintable ones. Send 1 to {_KEY_LENGTH} printable ones.",
            param="Idempotency-Key",
            code="invalid_idempotency_key",
        )
    return key


async def presented_by(request: Request, *, stream: bool) -> IdempotentRequest:
    """Return the idempotency key of a request, with what it was presented for."""
    key = check_key(request.header("idempotency-key"))
    print_ = await fingerprint(request) if key is not None else b""
    return IdempotentRequest(
        principal=request.principal,
        operation=request.operation,
        stream=stream,
        key=key,
        fingerprint=print_,
        last_event_id=request.header("last-event-id"),
        request_id=request.request_id,
        body_bytes=len(request.raw),
    )


async def fingerprint(request: Request) -> bytes:
    """Return the digest of a request: operation, path, query, scope and body; a form counts by its parts."""
    if request.files or len(request.raw) > LARGE_BODY:
        # Not in the threads that compute: hashing lets the event loop go on, and files are waited for.
        return await asyncio.to_thread(_fingerprint, request)
    return _fingerprint(request)


def _fingerprint(request: Request) -> bytes:
    digest = hashlib.sha256(
        repr((request.operation, sorted(request.params.items()), sorted(request.query.items()))).encode()
    )
    if request.caller.acting_for != (None, None):
        # Another scope is another request: it is paid for by somebody else.
        digest.update(repr(request.caller.acting_for).encode())
    digest.update(request.raw)
    if not request.raw:
        digest.update(repr(sorted(request.data.items(), key=lambda item: item[0])).encode("utf-8", "surrogatepass"))
    for upload in request.files:
        parts = (upload.name, upload.filename, upload.content_type, upload.size)
        digest.update(repr(parts).encode("utf-8", "surrogatepass"))
        upload.file.seek(0)
        while piece := upload.file.read(1 << 20):
            digest.update(piece)
        upload.file.seek(0)
    return digest.digest()
