"""The message bus between nodes, by topic. Messages may be lost; the database is the source of truth.

The bus only makes changes known faster. When the listeners of `on_reconnect` are called, any message may be missing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

__all__ = ["Bus", "Listener", "LocalBus", "Unsubscribe"]

Listener = Callable[[bytes], None]
Unsubscribe = Callable[[], None]


class Bus(Protocol):
    """Sends messages to the other nodes. Listeners run on the event loop, one after the other, and never block."""

    @property
    def connected(self) -> bool:
        """Return whether messages of other nodes arrive now."""
        ...

    async def start(self) -> None:
        """Connect. Return also where that fails: it is retried until `stop`."""
        ...

    async def stop(self) -> None:
        """Disconnect for good; later messages are dropped."""

    def publish(self, topic: str, message: bytes) -> None:
        """Send to the listeners of the other nodes. Never waits or raises; without a connection the message is lost."""
        ...

    def subscribe(self, topic: str, listener: Listener) -> Unsubscribe:
        """Call a listener with the messages of other nodes on a topic."""
        ...

    def follow(self, topic: str, listener: Listener) -> Unsubscribe:
        """Subscribe to a topic that is published only while a node follows it, and announce that to the others."""
        ...

    def followed(self, topic: str) -> bool:
        """Return whether another node follows a topic; without followers, nothing needs to be published."""
        ...

    def on_reconnect(self, listener: Callable[[], None]) -> None:
        """Call a listener when messages may be missing, so that it reads again what other nodes may have changed."""
        ...


class LocalBus:
    """The bus of a node without Redis: it has no other nodes."""

    connected = False

    async def start(self) -> None:
        """Do nothing: there is no connection."""

    async def stop(self) -> None:
        """Do nothing: there is no connection."""

    def publish(self, topic: str, message: bytes) -> None:
        """Do nothing: there are no other nodes."""

    def subscribe(self, topic: str, listener: Listener) -> Unsubscribe:
        """Return without subscribing: no message ever comes."""
        return _unsubscribe

    def follow(self, topic: str, listener: Listener) -> Unsubscribe:
        """Return without subscribing: no message ever comes."""
        return _unsubscribe

    def followed(self, topic: str) -> bool:
        """Return False: there is no other node."""
        return False

    def on_reconnect(self, listener: Callable[[], None]) -> None:
        """Do nothing: no message can be missing."""


def _unsubscribe() -> None:
    """Do nothing: there is no subscription."""
