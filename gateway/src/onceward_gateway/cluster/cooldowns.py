"""Deployments that rest at one node rest at all: what one node learnt by a failure, the others need not learn again.

A rest is told over the bus, and kept in Redis for as long as it lasts, for a node that starts or was cut off meanwhile.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from ..redis.errors import RedisAway

if TYPE_CHECKING:
    from ..entry.services import Gateway
    from ..redis.client import Redis

__all__ = ["Cooldowns"]

_TOPIC = "cooldowns"


class _News(msgspec.Struct):
    """A deployment rests for so many seconds; 0 where it answers again."""

    id: str
    seconds: float


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_News).decode


class Cooldowns:
    """Tells the other nodes what rests here, and lets rest here what they tell."""

    def __init__(self, gateway: Gateway, redis: Redis) -> None:
        self._gateway = gateway
        self._routing = gateway.routing
        self._bus = gateway.bus
        self._redis = redis
        self._routing.on_rest(self._rested)
        self._routing.on_wake(self._woke)
        self._bus.subscribe(_TOPIC, self._hear)
        self._bus.on_reconnect(self._reconnected)
        redis.on_change(lambda available: self._reconnected() if available else None)

    async def adopt(self) -> None:
        """Let rest what rests at other nodes."""
        ids = [deployment.id for deployment in self._routing.deployments()]
        try:
            left = await asyncio.gather(*[self._redis.ask("PTTL", self._key(id)) for id in ids])
        except RedisAway:
            # It says itself that it is away; when it is back, this is done again.
            return
        for id, milliseconds in zip(ids, left, strict=True):
            if milliseconds > 0:
                self._routing.rest(id, milliseconds / 1000)

    def _rested(self, id: str, seconds: float) -> None:
        self._redis.tell("SET", self._key(id), "1", "PX", max(1, round(seconds * 1000)))
        self._bus.publish(_TOPIC, _encode(_News(id, seconds)))

    def _woke(self, id: str) -> None:
        self._redis.tell("DEL", self._key(id))
        self._bus.publish(_TOPIC, _encode(_News(id, 0.0)))

    def _hear(self, message: bytes) -> None:
        news = _decode(message)
        if news.seconds > 0:
            self._routing.rest(news.id, news.seconds)
        else:
            self._routing.wake(news.id)

    def _reconnected(self) -> None:
        """Tell what began to rest while nobody could be told, and learn what the others have to tell."""
        for deployment in self._routing.deployments():
            seconds = self._routing.rests(deployment.id)
            if seconds > 0:
                self._rested(deployment.id, seconds)
        self._gateway.spawn(self.adopt(), _TOPIC)

    def _key(self, id: str) -> str:
        return f"{self._redis.prefix}cooldown:{id}"
