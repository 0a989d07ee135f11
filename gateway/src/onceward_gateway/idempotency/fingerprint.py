"""The fingerprint of a request, which distinguishes a repeated request from another one with the same key."""

from __future__ import annotations

import asyncio
import hashlib

from ..core.threads import LARGE_BODY
from ..http.request import Request

__all__ = ["fingerprint"]


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
