"""Redis, where nodes share what is short-lived. It may be away at any time; whoever asks it has a plan for that."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from .address import RedisAddress
from .connection import Line
from .errors import RedisAway, RedisRefused
from .protocol import (
    Answered,
    Part,
    Wire,
)
from .script import Script

__all__ = ["Redis"]

_log = logging.getLogger("onceward_gateway")
# Answers of a server that cannot serve now, whatever it is asked.
_NO_SERVICE = frozenset({"LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", "NOPERM"})
_COMPLAIN_SECONDS = 60.0


class Redis:
    """Commands and scripts over one connection; each answers within `patience` seconds or raises `RedisAway`.

    `prefix` begins every key and channel.
    """

    def __init__(self, address: RedisAddress, *, prefix: str = "onceward:", patience: float = 0.25) -> None:
        self.address = address
        self.prefix = prefix
        self.patience = patience
        self.reason: str | None = "it was not asked yet"
        self.losses = 0
        self._wire: Wire | None = None
        self._line = Line(address, patience, greet=self._greet, on_up=self._up, on_down=self._down)
        self._scripts: dict[str, Script] = {}
        self._listeners: list[Callable[[bool], None]] = []
        self._told: bool | None = None
        self._away_since = 0.0
        self._complained: dict[str, float] = {}

    @property
    def available(self) -> bool:
        """Whether it answers, as far as is known."""
        return self._wire is not None and self._wire.lost is None

    def on_change(self, listener: Callable[[bool], None]) -> None:
        """Be told True when it answers (again) and False when it is away."""
        self._listeners.append(listener)

    def register(self, script: Script) -> Script:
        """Have a script loaded with every connection."""
        self._scripts[script.sha] = script
        return script

    async def start(self) -> None:
        """Connect. Returns also where that fails: it is tried again until `stop`."""
        await self._line.start()

    async def stop(self) -> None:
        """Disconnect for good; later commands fail at once."""
        await self._line.stop()
        self._wire, self.reason = None, "the gateway stops"

    # -- what is asked

    async def ask(self, *parts: Part) -> Any:
        """The answer to a command; raises `RedisAway`."""
        wire = self._here()
        try:
            return await wire.ask(*parts)
        except RedisRefused as refused:
            raise self._heed(refused, wire) from None

    async def run(self, script: Script, keys: Sequence[Part], *arguments: Part, late: Answered | None = None) -> Any:
        """What a script gives; raises `RedisAway`. `late` has it where the caller was cancelled while it waited."""
        wire = self._here()
        try:
            try:
                return await wire.ask("EVALSHA", script.sha, len(keys), *keys, *arguments, late=late)
            except RedisRefused as refused:
                if refused.code != "NOSCRIPT":
                    raise
                # Somebody emptied its memory of scripts; this puts it there again.
                return await wire.ask("EVAL", script.source, len(keys), *keys, *arguments, late=late)
        except RedisRefused as refused:
            raise self._heed(refused, wire) from None

    def send(self, script: Script, keys: Sequence[Part], *arguments: Part, done: Callable[[bool], None]) -> None:
        """Run a script whose result nobody waits for; what is sent afterwards comes behind it. `done` says whether."""
        if self._wire is None or self._wire.lost is not None:
            done(False)
            return
        wire = self._wire

        def answered(future: asyncio.Future[Any]) -> None:
            error = future.exception()
            if isinstance(error, RedisRefused) and error.code == "NOSCRIPT" and wire.lost is None:
                wire.ask("EVAL", script.source, len(keys), *keys, *arguments).add_done_callback(final)
            else:
                final(future)

        def final(future: asyncio.Future[Any]) -> None:
            error = future.exception()
            if isinstance(error, RedisRefused):
                self._heed(error, wire)
            done(error is None)

        wire.ask("EVALSHA", script.sha, len(keys), *keys, *arguments).add_done_callback(answered)

    def tell(self, *parts: Part) -> bool:
        """Send a command whose answer nobody needs; False where it was not sent."""
        return self._wire is not None and self._wire.tell(*parts)

    def _here(self) -> Wire:
        if self._wire is None:
            raise RedisAway(self.reason or "it is away")
        return self._wire

    def _heed(self, refused: RedisRefused, wire: Wire) -> RedisRefused:
        if refused.code in _NO_SERVICE:
            wire.close(str(refused))
            return refused
        now = asyncio.get_running_loop().time()
        if now - self._complained.get(refused.code, -_COMPLAIN_SECONDS) >= _COMPLAIN_SECONDS:
            self._complained[refused.code] = now
            _log.warning("Redis at %s refused a command: %s", self.address.shown, refused)
        return refused

    # -- the connection

    async def _greet(self, wire: Wire) -> None:
        answers = [wire.ask("PING")]
        answers += [wire.ask("SCRIPT", "LOAD", script.source) for script in self._scripts.values()]
        await asyncio.gather(*answers)

    def _up(self, wire: Wire) -> None:
        self._wire, self.reason = wire, None
        if self._told is False:
            away = asyncio.get_running_loop().time() - self._away_since
            _log.warning("Redis at %s answers again after %.1f s", self.address.shown, away)
        self._change(True)

    def _down(self, reason: str) -> None:
        self._wire, self.reason = None, reason
        if self._told is not False:
            self.losses += 1
            self._away_since = asyncio.get_running_loop().time()
            _log.warning("Redis at %s is away: %s. It is tried again until it answers", self.address.shown, reason)
        self._change(False)

    def _change(self, available: bool) -> None:
        if available is self._told:
            return
        self._told = available
        for listener in self._listeners:
            listener(available)
