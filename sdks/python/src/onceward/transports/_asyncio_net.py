# ruff: noqa: ASYNC109 - the library names the clock of each operation `timeout`, and it is ours to keep
"""Sockets for ``httpcore2`` on asyncio: one protocol object per connection, one future per wait.

The library's own backend goes through anyio, which costs a scheduling round and a cancel scope for every read; a stream
of small events spends more time there than in everything else together.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any, Final, cast

import httpcore2

from .._core.wire import Request

__all__ = ["AsyncioBackend", "AsyncioStream"]

_HIGH_WATER: Final = 256 * 1024
_HELD_BYTES: Final = 65536
_HAPPY_EYEBALLS: Final = 0.25


class AsyncioStream(asyncio.Protocol, httpcore2.AsyncNetworkStream):
    """A connection.

    It stops reading from the socket when nobody reads from it, so that a slow reader slows the server.
    """

    def __init__(self) -> None:
        self.request: Request | None = None
        """The request whose body is being read: its idle clock overrides the one that the library was given."""
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._pieces: list[bytes] = []
        self._size = 0
        self._buffered: list[bytes] = []
        self._held_size = 0
        self._paused = False
        self._ended = False
        self._fault: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._write_paused = False

    # --- callbacks of the event loop ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._pieces.append(data)
        self._size += len(data)
        if self._size > _HIGH_WATER and not self._paused and self._transport is not None:
            self._transport.pause_reading()
            self._paused = True
        self._wake()

    def eof_received(self) -> bool | None:
        self._ended = True
        self._wake()
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._fault = exc
        self._wake()
        self._wake_writer()

    def pause_writing(self) -> None:
        self._write_paused = True

    def resume_writing(self) -> None:
        self._write_paused = False
        self._wake_writer()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _wake_writer(self) -> None:
        if self._writer is not None and not self._writer.done():
            self._writer.set_result(None)

    # --- methods for the library ---

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._buffered:
            self._flush()
        if not self._pieces and not self._ended:
            request = self.request
            await self._wait_for_data(timeout if request is None else request.timeouts.idle)
        if self._pieces:
            return self._take(max_bytes)
        if self._fault is not None:
            raise httpcore2.ReadError(str(self._fault)) from self._fault
        return b""

    async def _wait_for_data(self, timeout: float | None) -> None:
        future = self._reader = self._loop.create_future()
        timer = None if timeout is None else self._loop.call_later(timeout, _expire, future)
        try:
            await future
        except TimeoutError as error:
            raise httpcore2.ReadTimeout(f"nothing arrived within {timeout:g} s") from error
        finally:
            self._reader = None
            if timer is not None:
                timer.cancel()

    def _take(self, max_bytes: int) -> bytes:
        pieces = self._pieces
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        if len(data) > max_bytes:
            pieces.append(data[max_bytes:])
            data = data[:max_bytes]
        self._size -= len(data)
        if self._paused and self._size < _HIGH_WATER // 2 and self._transport is not None and not self._ended:
            self._paused = False
            self._transport.resume_reading()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # Small writes are buffered until the next read, so that the head and the body of a request are sent in one
        # packet.
        if not buffer:
            return
        self._buffered.append(buffer)
        self._held_size += len(buffer)
        if self._held_size > _HELD_BYTES:
            self._flush()
            if self._write_paused:
                await self._wait_for_room(timeout)

    def _flush(self) -> None:
        data = self._buffered[0] if len(self._buffered) == 1 else b"".join(self._buffered)
        self._buffered.clear()
        self._held_size = 0
        if self._transport is None or self._transport.is_closing():
            raise httpcore2.WriteError(str(self._fault or "the connection is closed"))
        self._transport.write(data)

    async def _wait_for_room(self, timeout: float | None) -> None:
        future = self._writer = self._loop.create_future()
        timer = None if timeout is None else self._loop.call_later(timeout, _expire, future)
        try:
            await future
        except TimeoutError as error:
            raise httpcore2.WriteTimeout(f"nothing could be sent within {timeout:g} s") from error
        finally:
            self._writer = None
            if timer is not None:
                timer.cancel()
        if self._fault is not None:
            raise httpcore2.WriteError(str(self._fault)) from self._fault

    async def aclose(self) -> None:
        # Not `close`: that would wait for data that nobody reads, and for the closing handshake of TLS.
        if self._transport is not None:
            self._transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        assert self._transport is not None
        try:
            async with asyncio.timeout(timeout):
                upgraded = await self._loop.start_tls(
                    self._transport, self, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError as error:
            self._transport.abort()
            raise httpcore2.ConnectTimeout(f"no TLS within {timeout} s") from error
        except (ssl.SSLError, OSError) as error:
            self._transport.abort()
            raise httpcore2.ConnectError(str(error)) from error
        if upgraded is None:
            raise httpcore2.ConnectError("the connection was closed during the TLS handshake")
        self._transport = upgraded
        return self

    def get_extra_info(self, info: str) -> Any:
        if (
            info == "is_readable"
        ):  # An idle connection is readable when it has ended, or has sent something unrequested.
            return self._ended or bool(self._pieces)
        if self._transport is None:
            return None
        names = {"socket": "socket", "ssl_object": "ssl_object", "client_addr": "sockname", "server_addr": "peername"}
        return self._transport.get_extra_info(names.get(info, info))


def _expire(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_exception(TimeoutError())


def _is_address(host: str) -> bool:
    """Return whether a host is an address: it needs no race, and asyncio's race leaks a socket when it is cancelled."""
    return ":" in host or host[-1:].isdigit()


class AsyncioBackend(httpcore2.AsyncNetworkBackend):
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        local = None if local_address is None else (local_address, 0)
        try:
            async with asyncio.timeout(timeout):
                transport, stream = await loop.create_connection(
                    AsyncioStream,
                    host,
                    port,
                    local_addr=local,
                    happy_eyeballs_delay=None if _is_address(host) else _HAPPY_EYEBALLS,
                )
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"no connection within {timeout} s") from error
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from error
        raw = transport.get_extra_info("socket")
        for option in socket_options or ():
            raw.setsockopt(*option)
        return stream

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
