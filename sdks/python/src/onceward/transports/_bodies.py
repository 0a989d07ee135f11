"""Request bodies for the transports: their length, and their chunks for synchronous and asynchronous callers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import cast

from .._core.errors import ParameterError
from .._core.wire import AsyncBody, Request, SyncBody

__all__ = ["AsyncPieces", "SyncPieces", "async_pieces", "body_headers", "pieces_in_async", "sync_body"]


class SyncPieces:
    """An iterable that starts from the beginning each time, as a library needs for a second round of its own auth."""

    def __init__(self, body: SyncBody) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return self._body.chunks()


class AsyncPieces:
    """The same for async libraries. A body that can only be read synchronously is read that way."""

    def __init__(self, body: SyncBody | AsyncBody) -> None:
        self._body = body

    def __aiter__(self) -> AsyncIterator[bytes]:
        return async_pieces(self._body)


async def async_pieces(body: SyncBody | AsyncBody) -> AsyncIterator[bytes]:
    if hasattr(body, "achunks"):
        async for piece in cast("AsyncBody", body).achunks():
            yield piece
    else:
        for piece in sync_body(body).chunks():
            yield piece


async def pieces_in_async(body: SyncBody) -> AsyncIterator[bytes]:
    """Iterate asynchronously over a synchronous body, reading it in the thread of the caller."""
    for piece in body.chunks():
        yield piece


def sync_body(body: object) -> SyncBody:
    """Return ``body`` as a synchronous one. A synchronous transport cannot send a body that is only async."""
    if not hasattr(body, "chunks"):
        raise ParameterError(
            [
                f"`body` is {type(body).__name__!r}, which can only be read asynchronously: "
                "give the synchronous client bytes, a path, or a file object"
            ]
        )
    return cast("SyncBody", body)


def body_headers(request: Request) -> list[tuple[str, str]]:
    """Return the headers, with the ``content-length`` of a streamed body if it is known and missing."""
    body = request.body
    if body is None or isinstance(body, bytes) or body.length is None:
        return request.headers
    if any(name.lower() == "content-length" for name, _ in request.headers):
        return request.headers
    return [*request.headers, ("content-length", str(body.length))]
