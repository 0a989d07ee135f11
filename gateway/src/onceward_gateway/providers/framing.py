"""Connections that report broken framing to the reader of an answer, after the bytes that came before it.

Without it, aiohttp's parser forgets the body in which the framing broke: its reader waits for the whole
`stream_timeout`, and where the head came in the same packet, no answer is seen at all. This reaches into
aiohttp, so the package's requirements name one minor version of it: `tests/upstreams/test_sockets.py` must
pass before that changes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextvars import ContextVar
from functools import partial
from typing import Any, cast

import aiohttp
from aiohttp.client_proto import ResponseHandler

from .meter import Meter

__all__ = ["Connector", "arriving", "asking"]

_END_OF_HEAD = b"\r\n\r\n"
# The most heads of one answer: its own, and those of interim responses (1xx) before it.
_MOST_HEADS = 20


# The meter of the request of this task, which is notified when there is a connection to send it on.
asking: ContextVar[Meter | None] = ContextVar("asking", default=None)


class Connector(aiohttp.TCPConnector):
    """A connector of such connections."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._factory = cast("partial[ResponseHandler]", partial(_Handler, loop=self._loop))

    async def connect(self, req: Any, traces: Any, timeout: aiohttp.ClientTimeout) -> Any:  # noqa: ASYNC109 - aiohttp names it
        """Connect, and record that the request of the current task got a connection."""
        connection = await super().connect(req, traces, timeout)
        meter = asking.get()
        if meter is not None:
            meter.asked = True
        return connection


class _Handler(ResponseHandler):
    _heads = 0

    def set_response_params(self, **options: Any) -> None:
        self._heads = 0
        super().set_response_params(**options)

    def data_received(self, data: bytes) -> None:
        while self._payload is None or self._payload.is_eof():
            end = data.find(_END_OF_HEAD) + len(_END_OF_HEAD)
            if end < len(_END_OF_HEAD):
                break
            self._heads += 1
            if self._heads > _MOST_HEADS:
                self._refuse_heads()
                return
            if end == len(data):
                break
            # The head is whole, whatever is wrong with what follows it.
            super().data_received(data[:end])
            data = data[end:]
        super().data_received(data)

    def _refuse_heads(self) -> None:
        """Close the connection: a provider could send interim responses for ever."""
        if self.transport is not None:
            self.transport.abort()
        self.set_exception(aiohttp.ServerDisconnectedError(f"more than {_MOST_HEADS} heads came before the answer"))

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        body = self._payload
        if body is not None and not body.is_eof() and body.exception() is None:
            body.set_exception(aiohttp.ClientPayloadError("the framing of the body is broken"), *cause)
        super().set_exception(exc, *cause)


async def arriving(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Yield the bytes of a body as they arrive; if the connection breaks, yield first what came before."""
    try:
        while data := await content.readany():
            yield data
    except aiohttp.ClientError:
        # The exception would hide bytes that are not read yet, which the model wrote and the provider bills.
        if left := b"".join(content._buffer):
            yield left
        raise
