"""Connections: names are resolved, addresses raced, proxies asked for a tunnel, and TLS begun."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from .errors import (
    ConnectFailed,
    ConnectTimeout,
    HttpClientError,
    InvalidRequest,
    NameNotResolved,
    ProxyRefused,
    TlsFailed,
)
from .forward_proxy import Proxy
from .target import Origin

__all__ = ["Address", "CachedResolver", "Connector", "Resolver", "tls_context"]

Address: TypeAlias = tuple[int, Any]
"""A family of sockets and an address for `socket.connect`."""
Resolver: TypeAlias = Callable[[str, int], Awaitable[Sequence[Address]]]
"""Gives the addresses of a host and a port; raises `OSError` where there is none, or none that may be reached."""
P = TypeVar("P", bound=asyncio.BaseProtocol)

_RACE_SECONDS = 0.25
_MOST_NAMES = 1024
_MOST_TUNNEL_HEAD = 1 << 16


def tls_context(ca_bundle: str | Path | None = None) -> ssl.SSLContext:
    """Return a context that verifies certificates and names, from TLS 1.2 on; `ca_bundle` replaces the system's CAs."""
    context = ssl.create_default_context(cafile=None if ca_bundle is None else str(ca_bundle))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


class CachedResolver:
    """A cache in front of a resolver, by default the system's. Addresses are kept for `seconds`.

    Callers that ask for the same name at the same time share one lookup. A lookup goes on when its callers have given
    up, so that a slow one serves those who ask later.
    """

    def __init__(self, resolver: Resolver | None = None, seconds: float = 60.0) -> None:
        self._resolver = resolver or _system_addresses
        self._seconds = seconds
        self._found: dict[tuple[str, int], tuple[float, Sequence[Address]]] = {}
        self._lookups: dict[tuple[str, int], asyncio.Task[Sequence[Address]]] = {}

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        """Return the addresses of a host, from the cache while they are fresh. Raise `OSError` if there are none."""
        loop = asyncio.get_running_loop()
        known = self._found.get((host, port))
        if known is not None and known[0] > loop.time():
            return known[1]
        lookup = self._lookups.get((host, port))
        if lookup is None:
            lookup = self._lookups[host, port] = loop.create_task(self._look_up(host, port))
            lookup.add_done_callback(lambda done: self._looked_up(host, port, done))
        return await asyncio.shield(lookup)

    async def _look_up(self, host: str, port: int) -> Sequence[Address]:
        addresses = await self._resolver(host, port)
        if len(self._found) >= _MOST_NAMES:
            self._found.clear()
        self._found[host, port] = (asyncio.get_running_loop().time() + self._seconds, addresses)
        return addresses

    def _looked_up(self, host: str, port: int, done: asyncio.Task[Sequence[Address]]) -> None:
        del self._lookups[host, port]
        if not done.cancelled():
            # Without this, a failure that no caller waits for any more would be logged as never retrieved.
            done.exception()

    async def close(self) -> None:
        """End the lookups that are under way."""
        lookups = list(self._lookups.values())
        for lookup in lookups:
            lookup.cancel()
        if lookups:
            await asyncio.wait(lookups)


async def _system_addresses(host: str, port: int) -> Sequence[Address]:
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((int(family), address) for family, _, _, _, address in infos))


class Connector:
    """Opens connections to origins. `resolver` decides which addresses they go to, and thereby which are allowed."""

    def __init__(self, resolver: Resolver | None, context: ssl.SSLContext | None) -> None:
        self._resolver = resolver or CachedResolver()
        self._context = context

    async def close(self) -> None:
        """End the lookups of names that are under way."""
        if isinstance(self._resolver, CachedResolver):
            await self._resolver.close()

    async def open(self, origin: Origin, seconds: float, protocol: Callable[[], P]) -> P:
        """Return the protocol of a new connection; raises `ConnectFailed`."""
        try:
            async with asyncio.timeout(seconds):
                return await self._open(origin, protocol)
        except HttpClientError:
            raise
        except TimeoutError:
            raise ConnectTimeout(f"No connection within {seconds:g} s.") from None
        except ssl.SSLError as error:
            raise TlsFailed(f"The TLS handshake failed: {error}") from error
        except (OSError, ValueError) as error:
            raise ConnectFailed(f"The connection failed: {error}") from error

    async def _open(self, origin: Origin, factory: Callable[[], P]) -> P:
        loop = asyncio.get_running_loop()
        context = self._tls() if origin.scheme == "https" else None
        name = origin.host.rstrip(".") if context is not None else None
        if origin.proxy is None:
            stream = await self._socket(origin.host, origin.port)
        else:
            stream = await self._socket(origin.proxy.host, origin.proxy.port)
        try:
            if origin.proxy is None or context is None:
                _, protocol = await loop.create_connection(factory, sock=stream, ssl=context, server_hostname=name)
                return protocol
            tunnel_transport, tunnel = await loop.create_connection(_Tunnel, sock=stream)
        except BaseException:
            stream.close()
            raise
        try:
            await tunnel.opened(_connect_request(origin, origin.proxy))
            made = factory()
            transport = await loop.start_tls(tunnel_transport, made, context, server_hostname=name)
        except BaseException:
            tunnel_transport.abort()
            raise
        if transport is None:
            raise ConnectFailed("The connection closed during the TLS handshake.")
        made.connection_made(transport)
        return made

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = tls_context()
        return self._context

    async def _socket(self, host: str, port: int) -> socket.socket:
        """Return a connected socket; where a host has several addresses, the first that answers."""
        try:
            addresses = _interleaved(await self._resolver(host, port))
        except (OSError, UnicodeError) as error:
            raise NameNotResolved(f"The host has no address: {error}") from error
        if not addresses:
            raise NameNotResolved("The host has no address.")
        if len(addresses) == 1:
            return await _connected(addresses[0])
        return await _race(addresses)


async def _connected(address: Address) -> socket.socket:
    stream = socket.socket(address[0], socket.SOCK_STREAM)
    try:
        stream.setblocking(False)
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        await asyncio.get_running_loop().sock_connect(stream, address[1])
    except BaseException:
        stream.close()
        raise
    return stream


async def _race(addresses: Sequence[Address]) -> socket.socket:
    """Try each address a moment after the one before it (RFC 8305); the first to answer wins."""
    left, racing, failed = list(addresses), set[asyncio.Task[socket.socket]](), OSError("no address")
    try:
        while left or racing:
            if left:
                racing.add(asyncio.ensure_future(_connected(left.pop(0))))
            done, _ = await asyncio.wait(
                racing, timeout=_RACE_SECONDS if left else None, return_when=asyncio.FIRST_COMPLETED
            )
            winner = None
            for task in done:
                racing.discard(task)
                error = task.exception()
                if isinstance(error, OSError):
                    failed = error
                elif error is not None:
                    raise error
                elif winner is None:
                    winner = task.result()
                else:
                    task.result().close()
            if winner is not None:
                return winner
        raise failed
    finally:
        for task in racing:
            task.cancel()
        for task in racing:
            with suppress(OSError, asyncio.CancelledError):
                (await task).close()


def _interleaved(addresses: Sequence[Address]) -> list[Address]:
    """Return the addresses with their families in turn, beginning with that of the first."""
    first = [address for address in addresses if address[0] == addresses[0][0]]
    second = [address for address in addresses if address[0] != addresses[0][0]]
    mixed: list[Address] = []
    for at in range(max(len(first), len(second))):
        mixed += first[at : at + 1] + second[at : at + 1]
    return mixed


def _connect_request(origin: Origin, proxy: Proxy) -> bytes:
    host = origin.host
    if ":" in host:
        with suppress(ValueError):
            host = f"[{ipaddress.ip_address(host)}]"
    authority = f"{host}:{origin.port}"
    head = f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n"
    if proxy.authorization:
        head += f"Proxy-Authorization: {proxy.authorization}\r\n"
    try:
        return f"{head}\r\n".encode("ascii")
    except UnicodeEncodeError:
        raise InvalidRequest("The host has a character that cannot be encoded.") from None


class _Tunnel(asyncio.Protocol):
    """Asks a proxy for a tunnel."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._head = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    async def opened(self, request: bytes) -> None:
        """Send the request and wait until the proxy has opened the tunnel; raises `ProxyRefused`."""
        self._transport.write(request)
        await self._answer

    def data_received(self, data: bytes) -> None:
        if self._answer.done():
            return
        self._head += data
        end = self._head.find(b"\r\n\r\n")
        if end < 0 and len(self._head) <= _MOST_TUNNEL_HEAD:
            return
        words = self._head[:64].split(b" ")
        status = int(words[1][:3]) if words[0].startswith(b"HTTP/1.") and words[1:] and words[1][:3].isdigit() else 0
        if end < 0 or not 200 <= status < 300:
            self._answer.set_exception(ProxyRefused(f"The proxy answered {status or 'no HTTP'}.", status))
        elif end + 4 < len(self._head):
            # In a tunnel for TLS the client speaks first.
            self._answer.set_exception(ProxyRefused("The proxy sent bytes before the TLS handshake.", 0))
        else:
            self._answer.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._answer.done():
            self._answer.set_exception(ProxyRefused("The proxy closed the connection.", 0))
