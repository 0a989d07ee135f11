"""Requests with an idempotency key: validation and scope of keys, and the conflict of another request."""

from __future__ import annotations

from dataclasses import dataclass

from ..core import error_codes
from ..core.errors import conflict, invalid
from ..core.headers import X_SHOULD_RETRY
from ..http.request import Request
from .fingerprint import fingerprint

__all__ = [
    "IdempotentRequest",
    "check_key",
    "identify_request",
    "require_same_request",
]

_KEY_LENGTH = 255


@dataclass(slots=True)
class IdempotentRequest:
    """A request with its caller, operation, idempotency key and resume position."""

    principal: str
    operation: str
    key: str | None
    fingerprint: bytes
    stream: bool = False
    last_event_id: str | None = None
    request_id: str = ""
    body_bytes: int = 0

    @property
    def scoped_key(self) -> tuple[str, str]:
        """Return the idempotency key in the scope of its principal."""
        return self.principal, self.key or ""


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


async def identify_request(request: Request, *, stream: bool = False) -> IdempotentRequest:
    """Return the identity of a request: its idempotency key, fingerprint, caller and resume position."""
    key, digest = request.headers.get("idempotency-key"), b""
    if key is not None:
        check_key(key)
        digest = await fingerprint(request)
    return IdempotentRequest(
        principal=request.principal,
        operation=request.operation,
        key=key,
        fingerprint=digest,
        stream=stream,
        last_event_id=request.headers.get("last-event-id"),
        request_id=request.request_id,
        body_bytes=len(request.raw),
    )
