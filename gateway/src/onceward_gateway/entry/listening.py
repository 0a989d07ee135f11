"""Balanced accepting of connections on a socket that several workers share.

If workers accept without coordination, the one that wakes first takes all waiting connections. So each worker publishes
in shared memory how many connections it has open and how many it accepted in total. A worker that has more than another
one waits for a moment, in which the other can accept; a connection waits no longer than that for a worker that is busy
or gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["Acceptor", "ConnectionBalance", "Counted"]

_SLOT = struct.Struct("<qqq")
# How long a worker that has more connections than another leaves a waiting one to it.
_WAIT_SECONDS = 0.002
_MAX_WAITS = 5
_PAUSE_SECONDS = 0.1


class ConnectionBalance:
    """The workers of one socket: their open and total connections, and whether they serve."""

    def __init__(self, file: Path, number: int, count: int) -> None:
        self._number = number
        self._count = count
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), _SLOT.size * count)
        # A worker that starts later begins with the largest total, so that it does not get all new connections.
        self._taken = max((taken for serves, _, taken in self._slots() if serves), default=0)
        self._open = 0
        self._publish(serves=True)

    @staticmethod
    def create(file: Path, count: int) -> None:
        """Create the file that the workers share."""
        file.write_bytes(bytes(_SLOT.size * count))

    @staticmethod
    def clear(file: Path, number: int) -> None:
        """Remove a worker that has ended."""
        with file.open("r+b") as opened:
            opened.seek(_SLOT.size * number)
            opened.write(bytes(_SLOT.size))

    def _slots(self) -> list[tuple[int, int, int]]:
        return [_SLOT.unpack_from(self._memory, _SLOT.size * number) for number in range(self._count)]

    def _publish(self, *, serves: bool) -> None:
        _SLOT.pack_into(self._memory, _SLOT.size * self._number, int(serves), self._open, self._taken)

    @property
    def is_ours(self) -> bool:
        """Return whether no other worker has fewer open connections, or as many and a smaller total."""
        mine = (self._open, self._taken)
        return all(
            not serves or number == self._number or mine <= (opened, taken)
            for number, (serves, opened, taken) in enumerate(self._slots())
        )

    def took(self) -> None:
        """Count an accepted connection."""
        self._taken += 1
        self._publish(serves=True)

    def has_open(self, count: int) -> None:
        """Set the number of open connections."""
        self._open = count
        self._publish(serves=True)

    def leave(self) -> None:
        """Stop accepting, so that other workers do not wait for this one."""
        self._publish(serves=False)


class Counted(set[Any]):
    """The open connections of a server, whose number is published to the other workers."""

    def __init__(self, balance: ConnectionBalance) -> None:
        super().__init__()
        self._balance = balance

    def add(self, connection: Any, /) -> None:
        """Add a connection and publish the new number."""
        super().add(connection)
        self._balance.has_open(len(self))

    def discard(self, connection: Any, /) -> None:
        """Remove a connection and publish the new number."""
        super().discard(connection)
        self._balance.has_open(len(self))


class Acceptor:
    """Accepts connections for one worker. uvicorn closes it like its own servers."""

    def __init__(
        self, listener: socket.socket, protocol: Callable[[], asyncio.Protocol], balance: ConnectionBalance
    ) -> None:
        self._listener = listener
        self._protocol = protocol
        self._balance = balance
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._waits = 0
        listener.setblocking(False)
        self._loop.add_reader(listener, self._readable)

    def _readable(self) -> None:
        """Accept waiting connections, or leave them to a worker that has fewer."""
        if self._waits < _MAX_WAITS and not self._balance.is_ours:
            self._waits += 1
            self._pause(_WAIT_SECONDS)
            return
        self._waits = 0
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError:
            # There are no file descriptors left: waiting connections can be accepted later.
            self._pause(_PAUSE_SECONDS)
            return
        self._balance.took()
        connection.setblocking(False)
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = self._loop.create_task(self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._protocol, connection)
        except OSError:
            connection.close()

    def _pause(self, seconds: float) -> None:
        self._loop.remove_reader(self._listener)
        self._timer = self._loop.call_later(seconds, self._resume)

    def _resume(self) -> None:
        self._timer = None
        self._loop.add_reader(self._listener, self._readable)

    def close(self) -> None:
        """Stop accepting."""
        self._balance.leave()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        else:
            self._loop.remove_reader(self._listener)

    async def wait_closed(self) -> None:
        """Do nothing: there is nothing to wait for."""
