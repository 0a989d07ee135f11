"""A persistent connection to Redis, reconnected with exponential backoff."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from .address import RedisAddress
from .errors import RedisUnavailable
from .protocol import RedisProtocol

__all__ = ["RedisConnection"]

_CONNECT_SECONDS = 1.0
_MIN_WAIT, _MAX_WAIT = 0.05, 2.0
_STABLE_SECONDS = 5.0
_PING_SECONDS = 2.0


class RedisConnection:
    """Keeps one connection open.

    `prepare` sets up a new one, then `on_up` is called; `on_down` is called with the reason of a loss.

    A connection is up only after replies to all commands of its set-up: a frozen server accepts connections, too.
    """

    def __init__(
        self,
        address: RedisAddress,
        patience: float,
        *,
        prepare: Callable[[RedisProtocol], Awaitable[None]],
        on_up: Callable[[RedisProtocol], None],
        on_down: Callable[[str], None],
    ) -> None:
        self._address = address
        self._patience = patience
        self._prepare = prepare
        self._on_up = on_up
        self._on_down = on_down
        self._task: asyncio.Task[None] | None = None
        self._tried = asyncio.Event()

    async def start(self) -> None:
        """Start connecting, and return when the first attempt has succeeded or failed."""
        self._task = asyncio.get_running_loop().create_task(self._keep_connected(), name="redis")
        await self._tried.wait()

    async def stop(self) -> None:
        """Close the connection for good."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _keep_connected(self) -> None:
        loop, wait = asyncio.get_running_loop(), _MIN_WAIT
        while True:
            ended: asyncio.Future[str] = loop.create_future()
            try:
                protocol = await self._connect(ended)
            except (OSError, RedisUnavailable, TimeoutError) as error:
                self._on_down(_reason(error))
                self._tried.set()
            else:
                connected_at = loop.time()
                self._tried.set()
                self._on_down(await self._monitor(protocol, ended))
                if loop.time() - connected_at > _STABLE_SECONDS:
                    wait = _MIN_WAIT
            # Jitter, so that nodes that lost the same Redis do not reconnect at the same time.
            await asyncio.sleep(wait * random.uniform(0.5, 1))
            wait = min(wait * 2, _MAX_WAIT)

    async def _connect(self, ended: asyncio.Future[str]) -> RedisProtocol:
        loop, address = asyncio.get_running_loop(), self._address

        def lost(reason: str) -> None:
            if not ended.done():
                ended.set_result(reason)

        def create_protocol() -> RedisProtocol:
            return RedisProtocol(self._patience, lost)

        protocol: RedisProtocol | None = None
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                if address.path is not None:
                    _, protocol = await loop.create_unix_connection(create_protocol, address.path)
                else:
                    _, protocol = await loop.create_connection(
                        create_protocol, address.host, address.port, ssl=address.tls
                    )
                for command in address.greeting():
                    await protocol.ask(*command)
                await self._prepare(protocol)
                return protocol
        except BaseException:
            if protocol is not None:
                protocol.close("the connection was not completed")
            raise

    async def _monitor(self, protocol: RedisProtocol, ended: asyncio.Future[str]) -> str:
        """Ping the server until the connection ends, and return the reason."""
        loop = asyncio.get_running_loop()
        try:
            self._on_up(protocol)
            while not ended.done():
                pinged = loop.time()
                protocol.tell("PING")
                await asyncio.wait([ended], timeout=_PING_SECONDS)
                if protocol.received_at < pinged:
                    # The event loop may have been too busy to read the reply.
                    await asyncio.wait([ended], timeout=self._patience)
                if protocol.received_at < pinged:
                    protocol.close("it is silent")
            return await ended
        finally:
            protocol.close("the gateway stops")


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"it did not answer within {_CONNECT_SECONDS:g} s"
    if isinstance(error, OSError):
        return f"it cannot be reached ({error.strerror or error})"
    return str(error)
