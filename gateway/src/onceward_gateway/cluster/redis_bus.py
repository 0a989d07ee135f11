"""The bus over publish and subscribe of Redis.

Each node listens on a connection of its own and sends on the one for commands. Redis does not store messages and may
be unavailable, so the listeners of `on_reconnect` are called in three cases: the connection of this node was lost;
another node could not send; Redis accepted the messages of another node too slowly.

A topic that is published only while a node follows it otherwise costs the publisher one look into a dictionary. A
follower announces itself to all nodes, repeats that every few seconds, and expires when it stops.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from typing import Any

from ..redis.client import Redis
from ..redis.connection import RedisConnection
from ..redis.protocol import RedisProtocol
from .bus import Listener, Unsubscribe

__all__ = ["RedisBus"]

_log = logging.getLogger("onceward_gateway")
_NODE_BYTES = 8
_FOLLOWING, _LOST = "following", "lost"
_BEGINS, _ENDS = b"+", b"-"
_TEND_SECONDS = 1.0
_ANNOUNCE_SECONDS = 4.0
_FORGET_SECONDS = 12.0


class RedisBus:
    """The bus of a node with Redis."""

    def __init__(self, redis: Redis) -> None:
        self.connected = False
        self.dropped = 0
        self._redis = redis
        self._node = os.urandom(_NODE_BYTES)
        # Channels are shared by all databases of a Redis server, so their names contain the number of the database.
        self._prefix = f"{redis.prefix}bus:{redis.address.db}:"
        self._following_channel = (self._prefix + _FOLLOWING).encode()
        self._listeners: dict[bytes, list[Listener]] = {}
        self._follows: dict[str, int] = {}
        self._followers: dict[str, dict[bytes, float]] = {}
        self._on_reconnect: list[Callable[[], None]] = []
        self._protocol: RedisProtocol | None = None
        self._connection = RedisConnection(
            redis.address,
            redis.patience,
            prepare=self._prepare,
            on_up=self._on_up,
            on_down=lambda reason: self._on_down(),
        )
        self._tending: asyncio.Task[None] | None = None
        self._subscriptions_confirmed: asyncio.Future[None] | None = None
        self._started = self._missed = self._slow = False
        self._lost_messages = 0
        redis.on_change(self._changed)
        self.subscribe(_LOST, lambda message: self._notify_reconnect())
        self.subscribe(_FOLLOWING, self._on_follower)

    async def start(self) -> None:
        """Listen. Return also where Redis is unavailable: it is retried until `stop`."""
        await self._connection.start()
        self._started = True
        self._tending = asyncio.get_running_loop().create_task(self._tend(), name="bus")

    async def stop(self) -> None:
        """Disconnect for good, and wait until the task that keeps the connection has ended."""
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.wait([self._tending])
        await self._connection.stop()
        self.connected = False

    # -- sending

    def publish(self, topic: str, message: bytes) -> None:
        """Send to the other nodes. Without a connection, or where Redis takes too slowly, it is dropped."""
        if self._redis.tell("PUBLISH", self._prefix + topic, self._node + message):
            return
        self.dropped += 1
        self._lost_messages += 1
        if self._redis.available and not self._slow:
            self._slow = True
            _log.warning("Redis takes messages to other nodes slower than they are made; they are dropped meanwhile")

    def followed(self, topic: str) -> bool:
        """Return True if another node announced that it follows `topic`."""
        return topic in self._followers

    # -- receiving

    def subscribe(self, topic: str, listener: Listener) -> Unsubscribe:
        """Call a listener with the messages of other nodes on a topic, until it is unsubscribed."""
        channel = (self._prefix + topic).encode()
        listeners = self._listeners.get(channel)
        if listeners is None:
            listeners = self._listeners[channel] = []
            if self._protocol is not None:
                self._protocol.tell("SUBSCRIBE", channel)
        listeners.append(listener)
        ended = False

        def unsubscribe() -> None:
            nonlocal ended
            if ended:
                return
            ended = True
            listeners.remove(listener)
            if not listeners and self._listeners.get(channel) is listeners:
                del self._listeners[channel]
                if self._protocol is not None:
                    self._protocol.tell("UNSUBSCRIBE", channel)

        return unsubscribe

    def follow(self, topic: str, listener: Listener) -> Unsubscribe:
        """Subscribe to a topic, and announce it to the nodes that publish it."""
        unsubscribe = self.subscribe(topic, listener)
        self._follows[topic] = self._follows.get(topic, 0) + 1
        if self._follows[topic] > 1:
            self._announce(topic)
        ended = False

        def unfollow() -> None:
            nonlocal ended
            unsubscribe()
            if ended:
                return
            ended = True
            self._follows[topic] -= 1
            if not self._follows[topic]:
                del self._follows[topic]
                self._redis.tell("PUBLISH", self._prefix + _FOLLOWING, self._node + _ENDS + topic.encode())

        return unfollow

    def on_reconnect(self, listener: Callable[[], None]) -> None:
        """Call a listener after each new connection, as messages were missed before it."""
        self._on_reconnect.append(listener)

    # -- followers

    def _announce(self, topic: str) -> None:
        self._redis.tell("PUBLISH", self._prefix + _FOLLOWING, self._node + _BEGINS + topic.encode())

    def _on_follower(self, message: bytes) -> None:
        node, action, topic = message[:_NODE_BYTES], message[_NODE_BYTES:][:1], message[_NODE_BYTES + 1 :].decode()
        if action == _BEGINS:
            until = asyncio.get_running_loop().time() + _FORGET_SECONDS
            self._followers.setdefault(topic, {})[node] = until
        else:
            self._remove_follower(topic, node)

    def _remove_follower(self, topic: str, node: bytes) -> None:
        nodes = self._followers.get(topic, {})
        nodes.pop(node, None)
        if not nodes:
            self._followers.pop(topic, None)

    async def _tend(self) -> None:
        """Repeat the announcements, expire followers, and report lost messages as soon as that is possible."""
        loop = asyncio.get_running_loop()
        announced = loop.time()
        while True:
            await asyncio.sleep(_TEND_SECONDS)
            now = loop.time()
            self._report_lost()
            if now - announced >= _ANNOUNCE_SECONDS:
                announced = now
                for topic in self._follows:
                    self._announce(topic)
            old = [(topic, node) for topic, nodes in self._followers.items() for node, t in nodes.items() if t < now]
            for topic, node in old:
                self._remove_follower(topic, node)

    # -- lost messages

    def _changed(self, available: bool) -> None:
        if available and self._started:
            # Messages sent just before the connection broke may be lost too.
            self._lost_messages += 1
            self._report_lost()

    def _report_lost(self) -> None:
        if self._lost_messages and self._redis.tell("PUBLISH", self._prefix + _LOST, self._node):
            self._lost_messages = 0
            self._slow = False

    def _notify_reconnect(self) -> None:
        for listener in self._on_reconnect:
            listener()

    # -- the connection

    async def _prepare(self, protocol: RedisProtocol) -> None:
        await protocol.ask("PING")
        protocol.listen(self._push)
        self._protocol = protocol
        self._subscriptions_confirmed = asyncio.get_running_loop().create_future()
        # Redis confirms subscriptions in order: the last confirmation is for all of them.
        channels = [channel for channel in self._listeners if channel != self._following_channel]
        protocol.tell("SUBSCRIBE", *channels, self._following_channel)
        await self._subscriptions_confirmed

    def _on_up(self, protocol: RedisProtocol) -> None:
        self.connected = True
        if self._missed:
            self._missed = False
            self._notify_reconnect()

    def _on_down(self) -> None:
        self._protocol = None
        self.connected = False
        self._missed = True

    def _push(self, message: list[Any]) -> None:
        kind = message[0]
        if kind == b"message":
            channel, payload = message[1], message[2]
            if payload[:_NODE_BYTES] == self._node:
                return
            is_announcement = channel == self._following_channel
            loop = asyncio.get_running_loop()
            for listener in self._listeners.get(channel, ()):
                # Each in a callback of its own: a listener that fails does not close the connection.
                loop.call_soon(listener, payload if is_announcement else payload[_NODE_BYTES:])
        elif kind == b"subscribe":
            self._subscribed(message[1])

    def _subscribed(self, channel: bytes) -> None:
        topic = channel.decode().removeprefix(self._prefix)
        if topic in self._follows:
            # From now on no message of the topic is missing.
            self._announce(topic)
        if (
            channel == self._following_channel
            and self._subscriptions_confirmed is not None
            and not self._subscriptions_confirmed.done()
        ):
            self._subscriptions_confirmed.set_result(None)
