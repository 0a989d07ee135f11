"""The HTTP/1.1 client of upstreams: requests over kept connections, with few Python frames between.

Redirects are not followed, cookies are not kept, bodies are not decoded: a gateway passes these on.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterable, Callable, Iterable, Sequence

from .connect import Connector, Resolver
from .connection import Timeouts
from .deadlines import Deadlines
from .errors import ClientClosed, Disconnected, InvalidRequest
from .forward_proxy import Proxies
from .pool import OriginPool, PoolLimits
from .response import HttpResponse
from .target import Origin, Target

__all__ = ["HttpClient"]

_MOST_TARGETS = 4096
_ANY_SIZE = 1 << 62
_CLOSING_SECONDS = 1.0
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})


class HttpClient:
    """A pool of connections to any number of origins. It belongs to the event loop in which it makes its first request.

    `headers` are sent where a request has none of these names. A `resolver` decides which addresses are reached, so it
    cannot be combined with proxies, which resolve names themselves.
    """

    def __init__(
        self,
        *,
        headers: Iterable[tuple[str, str]] = (),
        resolver: Resolver | None = None,
        context: ssl.SSLContext | None = None,
        proxies: Proxies | None = None,
        limits: PoolLimits | None = None,
    ) -> None:
        if resolver is not None and proxies is not None:
            raise ValueError("a resolver cannot check the addresses that a proxy connects to")
        self._defaults: Sequence[tuple[str, str]] = [(name.lower(), value) for name, value in headers]
        self._proxies = proxies
        self._limits = limits or PoolLimits()
        self._connector = Connector(resolver, context)
        self._deadlines = Deadlines()
        self._pools: dict[Origin, OriginPool] = {}
        self._targets: dict[tuple[str, str], tuple[Target, OriginPool]] = {}
        self._closed = False

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes | AsyncIterable[bytes] = b"",
        length: int | None = None,
        timeouts: Timeouts | None = None,
        max_body: int = _ANY_SIZE,
        on_connection: Callable[[], object] | None = None,
        idempotent: bool | None = None,
    ) -> HttpResponse:
        """Send a request and return its answer as soon as its head is there.

        `length` is that of a body that is iterated over; without it the body is sent in chunks. `on_connection` is
        called when there is a connection, before a byte is sent. An `idempotent` request, as GET is by definition, is
        sent once more where a reused connection turns out to be closed; otherwise that is a `Disconnected` error.
        """
        if self._closed:
            raise ClientClosed("The client is closed.")
        target, pool = self._targets.get((method, url)) or self._target(method, url)
        timeouts = timeouts or _USUAL
        head = target.head(headers, self._defaults, _framing(target, body, length))
        total_at = asyncio.get_running_loop().time() + timeouts.total
        again = isinstance(body, bytes) and (method in _IDEMPOTENT if idempotent is None else idempotent)
        while True:
            connection = pool.take() or await pool.acquire(timeouts, total_at)
            if on_connection is not None:
                on_connection()
            try:
                return await connection.exchange(
                    head, body, timeouts, total_at, expects_body=method != "HEAD", max_body=max_body, length=length
                )
            except Disconnected as error:
                if not (again and error.reused):
                    raise

    def _target(self, method: str, url: str) -> tuple[Target, OriginPool]:
        target = Target(method, url, self._proxies)
        if len(self._targets) >= _MOST_TARGETS:
            self._targets.clear()
            self._pools = {origin: pool for origin, pool in self._pools.items() if pool.busy}
        pool = self._pools.get(target.origin)
        if pool is None:
            pool = OriginPool(target.origin, self._connector, self._deadlines, self._limits)
            self._pools[target.origin] = pool
        found = self._targets[method, url] = (target, pool)
        return found

    async def close(self) -> None:
        """Close all connections and wait until they are gone. Exchanges that run end with `ClientClosed`."""
        self._closed = True
        pools = list(self._pools.values())
        for pool in pools:
            pool.close()
        loop = asyncio.get_running_loop()
        patience = loop.time() + _CLOSING_SECONDS
        while any(pool.busy for pool in pools) and loop.time() < patience + _CLOSING_SECONDS:
            if loop.time() > patience:
                for pool in pools:
                    pool.abort()
            await asyncio.sleep(0.001)
        await self._connector.close()
        self._deadlines.stop()

    async def __aenter__(self) -> HttpClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


_USUAL = Timeouts()


def _framing(target: Target, body: bytes | AsyncIterable[bytes], length: int | None) -> str:
    if isinstance(body, bytes):
        if length is not None and length != len(body):
            raise InvalidRequest("The body has another length than announced.")
        return f"Content-Length: {len(body)}\r\n" if body or target.has_body else ""
    return "Transfer-Encoding: chunked\r\n" if length is None else f"Content-Length: {length}\r\n"
