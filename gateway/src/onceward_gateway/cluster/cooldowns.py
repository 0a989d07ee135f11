"""Cooldowns shared between the nodes: a deployment that failed at one node gets no calls from the others.

A circuit that opens is announced over the bus. It is also kept in Redis while it is open, for nodes that start or were
disconnected meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from ..redis.errors import RedisUnavailable
from .bus import Bus

if TYPE_CHECKING:
    from ..redis.client import Redis

__all__ = ["Breakers", "SharedCooldowns"]

_TOPIC = "cooldowns"


class Breakers(Protocol):
    """The circuit breakers of this node."""

    def seconds_open(self, id: str) -> float:
        """Return the seconds for which a circuit stays open; 0 where it is closed."""
        ...

    def open(self, id: str, seconds: float) -> None:
        """Open a circuit for a number of seconds."""
        ...

    def close(self, id: str) -> None:
        """Close a circuit."""
        ...


class _Change(msgspec.Struct):
    """A circuit that is open for a number of seconds; 0 where it closed."""

    id: str
    seconds: float


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Change).decode


class SharedCooldowns:
    """Announces the circuits that open here, and opens those that other nodes announce."""

    def __init__(
        self,
        breakers: Breakers,
        deployments: Callable[[], Collection[str]],
        bus: Bus,
        redis: Redis,
        spawn: Callable[[Coroutine[Any, Any, Any], str], object],
    ) -> None:
        self._breakers = breakers
        self._deployments = deployments
        self._bus = bus
        self._redis = redis
        self._spawn = spawn
        bus.subscribe(_TOPIC, self._on_message)
        bus.on_reconnect(self._reconnected)
        redis.on_change(lambda available: self._reconnected() if available else None)

    async def load(self) -> None:
        """Open the circuits that other nodes opened before."""
        ids = self._deployments()
        try:
            left = await asyncio.gather(*[self._redis.ask("PTTL", self._key(id)) for id in ids])
        except RedisUnavailable:
            # The client logs that Redis is unavailable; this runs again when Redis is back.
            return
        for id, milliseconds in zip(ids, left, strict=True):
            if milliseconds > 0:
                self._breakers.open(id, milliseconds / 1000)

    def opened(self, id: str, seconds: float) -> None:
        """Announce a circuit that opened here."""
        self._redis.tell("SET", self._key(id), "1", "PX", max(1, round(seconds * 1000)))
        self._bus.publish(_TOPIC, _encode(_Change(id, seconds)))

    def closed(self, id: str) -> None:
        """Announce a circuit that closed here."""
        self._redis.tell("DEL", self._key(id))
        self._bus.publish(_TOPIC, _encode(_Change(id, 0.0)))

    def _on_message(self, message: bytes) -> None:
        change = _decode(message)
        if change.seconds > 0:
            self._breakers.open(change.id, change.seconds)
        else:
            self._breakers.close(change.id)

    def _reconnected(self) -> None:
        """Announce the circuits that opened while messages were lost, and load those of the other nodes."""
        for id in self._deployments():
            seconds = self._breakers.seconds_open(id)
            if seconds > 0:
                self.opened(id, seconds)
        self._spawn(self.load(), _TOPIC)

    def _key(self, id: str) -> str:
        return f"{self._redis.prefix}cooldown:{id}"
