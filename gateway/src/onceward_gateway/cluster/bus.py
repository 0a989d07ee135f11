"""Messages between the nodes, by topic. A message may be lost; whoever must not miss one reads its truth anew.

The bus is the fast path: the database holds what is true. After `on_reconnect` was told, anything may have been missed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

__all__ = ["Bus", "Listener", "LocalBus", "Unsubscribe"]

Listener = Callable[[bytes], None]
Unsubscribe = Callable[[], None]


class Bus(Protocol):
    """Carries messages to the other nodes. Listeners are called on the loop, one after the other, and do not block."""

    @property
    def connected(self) -> bool:
        """Whether messages of other nodes arrive now."""
        ...

    async def start(self) -> None:
        """Connect. Returns also where that fails; it is tried again until `stop`."""
        ...

    async def stop(self) -> None: ...

    def publish(self, topic: str, message: bytes) -> None:
        """Send to the listeners of the other nodes. Never waits, never raises; lost while there is no connection."""
        ...

    def subscribe(self, topic: str, listener: Listener) -> Unsubscribe:
        """Have other nodes' messages on a topic, from about now on."""
        ...

    def follow(self, topic: str, listener: Listener) -> Unsubscribe:
        """`subscribe` to a topic that is published only while somebody follows it, and let the others know."""
        ...

    def followed(self, topic: str) -> bool:
        """Whether another node follows a topic. What nobody follows need not be published."""
        ...

    def on_reconnect(self, listener: Callable[[], None]) -> None:
        """Be told when messages may have been missed: what other nodes may have changed is to be read anew."""
        ...


class LocalBus:
    """The bus of a node that has no Redis: it reaches nobody."""

    connected = False

    async def start(self) -> None:
        """There is nothing to connect to."""

    async def stop(self) -> None:
        """There is nothing to close."""

    def publish(self, topic: str, message: bytes) -> None:
        """There is nobody to send to."""

    def subscribe(self, topic: str, listener: Listener) -> Unsubscribe:
        return _nothing

    def follow(self, topic: str, listener: Listener) -> Unsubscribe:
        return _nothing

    def followed(self, topic: str) -> bool:
        return False

    def on_reconnect(self, listener: Callable[[], None]) -> None:
        """Nothing is ever missed by a node that is told nothing."""


def _nothing() -> None:
    """Nothing was subscribed to."""
