"""The events that a stream has delivered, over all of its connections: enough to resume it and to report it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .event_reader import framing_decoder
from .operation import Stream
from .sse import ServerEvent

__all__ = ["EventHistory"]

_MAX_DIGITS = 18


@dataclass(slots=True)
class _Connection:
    """The events of one connection: their ids, and the bytes they came in where the caller may need them again."""

    known: frozenset[str]
    """Ids of events that had been delivered before."""
    chunks: list[bytes] = field(default_factory=list[bytes])
    ids: list[str] = field(default_factory=list[str])
    delivered: int = 0


class EventHistory:
    """The events delivered to the caller.

    Keeping every event would cost every stream. So only bytes or ids are kept, whichever an error or a resumption
    needs, and put together when a connection fails.
    """

    __slots__ = ("_connections", "_keeps_bytes", "_keeps_ids", "_spec", "known", "started", "unproductive")

    def __init__(self, spec: Stream, *, keeps_bytes: bool) -> None:
        self._spec = spec
        self._keeps_bytes = keeps_bytes
        self._keeps_ids = spec.resumable and not keeps_bytes
        self._connections: list[_Connection] = []
        self.started = False
        """True once an event was delivered."""
        self.known: frozenset[str] = frozenset()
        """Ids to skip after a resumption, until the first new event."""
        self.unproductive = 0
        """The number of connections in a row without a new event."""

    def connect(self) -> Callable[[bytes], None] | None:
        """Begin the events of a new connection. Return what must be called with its bytes, if anything must."""
        connection = _Connection(self.known)
        self._connections.append(connection)
        return connection.chunks.append if self._keeps_bytes else None

    def deliver(self, events: list[ServerEvent]) -> None:
        """Record new events of the latest connection."""
        self.started = True
        self.unproductive = 0
        self.known = frozenset()
        connection = self._connections[-1]
        connection.delivered += len(events)
        if self._keeps_ids:
            connection.ids += [ident for _, _, ident in events if ident is not None]

    def resume(self) -> None:
        """Prepare for a connection that may repeat events."""
        self.unproductive += 1
        self.known = frozenset(self.ids)

    @property
    def ids(self) -> list[str]:
        """The ids of all events delivered."""
        if self._keeps_bytes:
            return [ident for _, _, ident in self.events() if ident is not None]
        return [ident for connection in self._connections for ident in connection.ids]

    def events(self) -> list[ServerEvent]:
        """Return the events delivered, decoded again from their bytes."""
        events: list[ServerEvent] = []
        for connection in self._connections:
            decoder = framing_decoder(self._spec)
            again = [event for chunk in connection.chunks for event in decoder.feed(chunk)] + decoder.finish()
            events += [event for event in again if event[2] not in connection.known][: connection.delivered]
        return events

    @property
    def resumable(self) -> bool:
        """True if the stream can go on after its latest event."""
        ids = self.ids
        # Two events with the same id cannot be distinguished by it: going on from there would deliver one twice.
        distinct = len(ids) < 2 or ids[-1] != ids[-2]
        return bool(self._spec.resumable and ids and distinct)

    def follows(self, ident: str | None) -> bool:
        """Return whether an event is the next one. Ids ``<call>:<n>`` are compared; other ids are trusted."""
        call, _, number = self.ids[-1].rpartition(":")
        if not call or not _is_number(number) or ident is None:
            return True
        new_call, _, new_number = ident.rpartition(":")
        return new_call == call and _is_number(new_number) and int(new_number) == int(number) + 1


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
