"""Answers: status and headers, and the body as it arrives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import cached_property
from typing import Protocol

from .errors import BodyTooLarge, HttpClientError

__all__ = ["BodySource", "HttpResponse"]


class BodySource(Protocol):
    """The source of the bytes of a body."""

    def take(self) -> bytes:
        """Return what arrived and was not taken yet."""
        ...

    async def next_bytes(self) -> bytes:
        """Return what arrives next; b"" when nothing more does."""
        ...

    def abort(self, error: BaseException) -> None:
        """Give the rest up."""
        ...


class HttpResponse:
    """An answer whose body may still be on its way. Close it, or read it to its end: else its connection stays open."""

    def __init__(self, source: BodySource, max_body: int) -> None:
        self.status = 0
        self.raw_headers: tuple[tuple[bytes, bytes], ...] = ()
        self.trailers: tuple[tuple[bytes, bytes], ...] = ()
        # Takes what arrives while a reader waits, without waking it, and returns the bytes that the reader receives.
        self.tap: Callable[[bytes], bytes] | None = None
        self._source: BodySource | None = source
        self._left = max_body
        self._rest = b""
        self._error: BaseException | None = None

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers by lower-case name; of several values of the same name, the last."""
        return {
            name.decode("latin-1").lower(): value.decode("utf-8", "surrogateescape") for name, value in self.raw_headers
        }

    @property
    def complete(self) -> bool:
        """True when nothing more will arrive; bytes that arrived may still have to be received."""
        return self._source is None

    @property
    def ready(self) -> bytes | None:
        """The rest of the body, if all of it arrived; None while some is missing, or where it breaks off."""
        return self._rest if self._source is None and self._error is None and len(self._rest) <= self._left else None

    async def receive(self) -> bytes:
        """Return all bytes that arrived since the last call; wait where there are none, and return b"" at the end.

        Where the answer breaks off, the bytes that came before are returned first, and the error is raised after them.
        """
        source = self._source
        if source is not None:
            data = source.take() or await source.next_bytes()
        else:
            data = b""
        if not data:
            data, self._rest = self._rest, b""
        if not data and self._error is not None:
            raise self._error
        self._left -= len(data)
        if self._left < 0:
            self.close()
            self._rest = b""
            self._error = BodyTooLarge("The body is larger than allowed.")
            raise self._error
        return data

    async def pieces(self) -> AsyncIterator[bytes]:
        """Iterate over the body, one item for each read from the connection."""
        while data := await self.receive():
            yield data

    async def read(self) -> bytes:
        """Return the whole body."""
        first = await self.receive()
        if self._source is None and not self._rest and self._error is None:
            return first
        pieces = [first]
        while data := await self.receive():
            pieces.append(data)
        return b"".join(pieces)

    def close(self) -> None:
        """Give up what has not arrived: the connection is closed, which stops the peer."""
        if self._source is not None:
            self._source.abort(HttpClientError("The answer was closed before its end."))

    async def __aenter__(self) -> HttpResponse:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    # -- for the connection

    def end(self, rest: bytes, error: BaseException | None) -> None:
        """Take what is left to be received; nothing more arrives."""
        self._source = None
        self._rest = rest
        self._error = error
