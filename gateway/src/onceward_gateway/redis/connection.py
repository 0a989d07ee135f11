"""A connection to Redis that is kept: made anew when it is lost, after waits that grow."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from .address import RedisAddress
from .errors import RedisAway
from .protocol import Wire

__all__ = ["Line"]

_CONNECT_SECONDS = 1.0
_FIRST_WAIT, _LONGEST_WAIT = 0.05, 2.0
_LASTED_SECONDS = 5.0
_PING_SECONDS = 2.0


class Line:
    """Keeps one connection. `greet` prepares a new one; then `on_up` is told, and `on_down` with the reason of a loss.

    A connection counts only when it has answered to all of its greeting: a server that is frozen takes connections too.
    """

    def __init__(
        self,
        address: RedisAddress,
        patience: float,
        *,
        greet: Callable[[Wire], Awaitable[None]],
        on_up: Callable[[Wire], None],
        on_down: Callable[[str], None],
    ) -> None:
        self._address = address
        self._patience = patience
        self._greet = greet
        self._on_up = on_up
        self._on_down = on_down
        self._task: asyncio.Task[None] | None = None
        self._tried = asyncio.Event()

    async def start(self) -> None:
        """Begin to keep it; returns when the first try has succeeded or failed."""
        self._task = asyncio.get_running_loop().create_task(self._keep(), name="redis")
        await self._tried.wait()

    async def stop(self) -> None:
        """Close it. It is not made anew."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _keep(self) -> None:
        loop, wait = asyncio.get_running_loop(), _FIRST_WAIT
        while True:
            ended: asyncio.Future[str] = loop.create_future()
            try:
                wire = await self._connect(ended)
            except (OSError, RedisAway, TimeoutError) as error:
                self._on_down(_reason(error))
                self._tried.set()
            else:
                began = loop.time()
                self._tried.set()
                self._on_down(await self._hold(wire, ended))
                if loop.time() - began > _LASTED_SECONDS:
                    wait = _FIRST_WAIT
            # Nodes that lost the same Redis do not come back in step.
            await asyncio.sleep(wait * random.uniform(0.5, 1))
            wait = min(wait * 2, _LONGEST_WAIT)

    async def _connect(self, ended: asyncio.Future[str]) -> Wire:
        loop, address = asyncio.get_running_loop(), self._address

        def lost(reason: str) -> None:
            if not ended.done():
                ended.set_result(reason)

        def wire() -> Wire:
            return Wire(self._patience, lost)

        made: Wire | None = None
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                if address.path is not None:
                    _, made = await loop.create_unix_connection(wire, address.path)
                else:
                    _, made = await loop.create_connection(wire, address.host, address.port, ssl=address.tls)
                for command in address.greeting():
                    await made.ask(*command)
                await self._greet(made)
                return made
        except BaseException:
            if made is not None:
                made.close("the connection was not completed")
            raise

    async def _hold(self, wire: Wire, ended: asyncio.Future[str]) -> str:
        """Return why the connection ended; until then see that the other side still answers."""
        loop = asyncio.get_running_loop()
        try:
            self._on_up(wire)
            while not ended.done():
                asked = loop.time()
                wire.tell("PING")
                await asyncio.wait([ended], timeout=_PING_SECONDS)
                if wire.heard_at < asked:
                    # A loop that was busy itself has not read yet what came.
                    await asyncio.wait([ended], timeout=self._patience)
                if wire.heard_at < asked:
                    wire.close("it is silent")
            return await ended
        finally:
            wire.close("the gateway stops")


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"it did not answer within {_CONNECT_SECONDS:g} s"
    if isinstance(error, OSError):
        return f"it cannot be reached ({error.strerror or error})"
    return str(error)
