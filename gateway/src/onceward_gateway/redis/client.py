"""Redis client for short-lived state shared by nodes. Callers must handle an unavailable Redis at any time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from .address import RedisAddress
from .connection import RedisConnection
from .errors import RedisRefused, RedisUnavailable
from .protocol import (
    Part,
    RedisProtocol,
    ReplyCallback,
)
from .script import Script

__all__ = ["Redis"]

_log = logging.getLogger("onceward_gateway")
# Error codes of a server that cannot serve any command at the moment.
_NO_SERVICE = frozenset({"LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", "NOPERM"})
_WARN_SECONDS = 60.0


class Redis:
    """Commands and scripts over one connection; each returns within `patience` seconds or raises `RedisUnavailable`.

    `prefix` is the prefix of every key and channel.
    """

    def __init__(self, address: RedisAddress, *, prefix: str = "onceward:", patience: float = 0.25) -> None:
        self.address = address
        self.prefix = prefix
        self.patience = patience
        self.reason: str | None = "it was not asked yet"
        self.losses = 0
        self._protocol: RedisProtocol | None = None
        self._connection = RedisConnection(
            address, patience, prepare=self._prepare, on_up=self._on_up, on_down=self._on_down
        )
        self._scripts: dict[str, Script] = {}
        self._callbacks: list[Callable[[bool], None]] = []
        self._reported: bool | None = None
        self._away_since = 0.0
        self._warned_at: dict[str, float] = {}

    @property
    def available(self) -> bool:
        """Return whether there is a connection, as far as is known."""
        return self._protocol is not None and self._protocol.lost is None

    def on_change(self, callback: Callable[[bool], None]) -> None:
        """Register a callback for availability changes."""
        self._callbacks.append(callback)

    def register(self, script: Script) -> Script:
        """Load a script with every new connection."""
        self._scripts[script.sha] = script
        return script

    async def start(self) -> None:
        """Connect. Return even if that fails: it is retried until `stop`."""
        await self._connection.start()

    async def stop(self) -> None:
        """Disconnect for good; later commands fail at once."""
        await self._connection.stop()
        self._protocol, self.reason = None, "the gateway stops"

    # -- commands

    async def ask(self, *parts: Part) -> Any:
        """Return the reply to a command; raise `RedisUnavailable`."""
        protocol = self._connected()
        try:
            return await protocol.ask(*parts)
        except RedisRefused as error:
            raise self._handle_error(error, protocol) from None

    async def run(
        self, script: Script, keys: Sequence[Part], *arguments: Part, late: ReplyCallback | None = None
    ) -> Any:
        """Run a script and return its result; raise `RedisUnavailable`.

        `late` receives the result if the caller was cancelled.
        """
        protocol = self._connected()
        try:
            try:
                return await protocol.ask("EVALSHA", script.sha, len(keys), *keys, *arguments, late=late)
            except RedisRefused as error:
                if error.code != "NOSCRIPT":
                    raise
                # The script cache was flushed; EVAL fills it again.
                return await protocol.ask("EVAL", script.source, len(keys), *keys, *arguments, late=late)
        except RedisRefused as error:
            raise self._handle_error(error, protocol) from None

    def send(self, script: Script, keys: Sequence[Part], *arguments: Part, done: Callable[[bool], None]) -> None:
        """Run a script without waiting, before any later command; call `done` with whether it succeeded."""
        if self._protocol is None or self._protocol.lost is not None:
            done(False)
            return
        protocol = self._protocol

        def answered(future: asyncio.Future[Any]) -> None:
            error = future.exception()
            if isinstance(error, RedisRefused) and error.code == "NOSCRIPT" and protocol.lost is None:
                protocol.ask("EVAL", script.source, len(keys), *keys, *arguments).add_done_callback(final)
            else:
                final(future)

        def final(future: asyncio.Future[Any]) -> None:
            error = future.exception()
            if isinstance(error, RedisRefused):
                self._handle_error(error, protocol)
            done(error is None)

        protocol.ask("EVALSHA", script.sha, len(keys), *keys, *arguments).add_done_callback(answered)

    def tell(self, *parts: Part) -> bool:
        """Send a command whose reply is ignored; return False if it was not sent."""
        return self._protocol is not None and self._protocol.tell(*parts)

    def _connected(self) -> RedisProtocol:
        if self._protocol is None:
            raise RedisUnavailable(self.reason or "it is unavailable")
        return self._protocol

    def _handle_error(self, error: RedisRefused, protocol: RedisProtocol) -> RedisRefused:
        if error.code in _NO_SERVICE:
            protocol.close(str(error))
            return error
        now = asyncio.get_running_loop().time()
        if now - self._warned_at.get(error.code, -_WARN_SECONDS) >= _WARN_SECONDS:
            self._warned_at[error.code] = now
            _log.warning("Redis at %s refused a command: %s", self.address.redacted, error)
        return error

    # -- the connection

    async def _prepare(self, protocol: RedisProtocol) -> None:
        replies = [protocol.ask("PING")]
        replies += [protocol.ask("SCRIPT", "LOAD", script.source) for script in self._scripts.values()]
        await asyncio.gather(*replies)

    def _on_up(self, protocol: RedisProtocol) -> None:
        self._protocol, self.reason = protocol, None
        if self._reported is False:
            seconds = asyncio.get_running_loop().time() - self._away_since
            _log.warning("Redis at %s answers again after %.1f s", self.address.redacted, seconds)
        self._set_available(True)

    def _on_down(self, reason: str) -> None:
        self._protocol, self.reason = None, reason
        if self._reported is not False:
            self.losses += 1
            self._away_since = asyncio.get_running_loop().time()
            _log.warning(
                "Redis at %s is unavailable: %s. It is tried again until it answers", self.address.redacted, reason
            )
        self._set_available(False)

    def _set_available(self, available: bool) -> None:
        if available is self._reported:
            return
        self._reported = available
        for callback in self._callbacks:
            callback(available)
