"""Accept connections of a socket that several workers share, so that each gets its part.

Workers that accept whatever comes leave it to the scheduler who serves: the one that wakes first takes all that wait.
Here each worker shows in shared memory how many connections it has open and how many it ever took. One that has more
than another lets a moment pass, in which the other takes what waits; nobody waits longer than that for a worker that
is busy or gone.
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

__all__ = ["Acceptor", "Balance", "Counted"]

_SLOT = struct.Struct("<qqq")
# How long a worker that has more than another leaves a connection to it.
_MOMENT = 0.002
_MOST_MOMENTS = 5
_PAUSE_SECONDS = 0.1


class Balance:
    """The workers of one socket: their open and total connections, and whether they serve."""

    def __init__(self, file: Path, number: int, count: int) -> None:
        self._number = number
        self._count = count
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), _SLOT.size * count)
        # One that comes later does not take all until it has caught up.
        self._taken = max((taken for serves, _, taken in self._slots() if serves), default=0)
        self._open = 0
        self._show(serves=True)

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

    def _show(self, *, serves: bool) -> None:
        _SLOT.pack_into(self._memory, _SLOT.size * self._number, int(serves), self._open, self._taken)

    @property
    def is_ours(self) -> bool:
        """Return whether no other worker has fewer connections, or as many and took fewer."""
        mine = (self._open, self._taken)
        return all(
            not serves or number == self._number or mine <= (opened, taken)
            for number, (serves, opened, taken) in enumerate(self._slots())
        )

    def took(self) -> None:
        """Count an accepted connection."""
        self._taken += 1
        self._show(serves=True)

    def has_open(self, count: int) -> None:
        """Set the number of open connections."""
        self._open = count
        self._show(serves=True)

    def leave(self) -> None:
        """Stop accepting, so that other workers do not wait for this one."""
        self._show(serves=False)


class Counted(set[Any]):
    """The open connections of a server, whose number the other workers can read."""

    def __init__(self, balance: Balance) -> None:
        super().__init__()
        self._balance = balance

    def add(self, connection: Any, /) -> None:
        super().add(connection)
        self._balance.has_open(len(self))

    def discard(self, connection: Any, /) -> None:
        super().discard(connection)
        self._balance.has_open(len(self))


class Acceptor:
    """Accepts connections for one worker. It is one of uvicorn's servers, and is closed like them."""

    def __init__(self, listener: socket.socket, protocol: Callable[[], asyncio.Protocol], balance: Balance) -> None:
        self._listener = listener
        self._protocol = protocol
        self._balance = balance
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._moments = 0
        listener.setblocking(False)
        self._loop.add_reader(listener, self._readable)

    def _readable(self) -> None:
        """Accept waiting connections, or leave them to a worker that has fewer."""
        if self._moments < _MOST_MOMENTS and not self._balance.is_ours:
            self._moments += 1
            self._rest(_MOMENT)
            return
        self._moments = 0
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError:
            # No file descriptors are left: what waits is there later too.
            self._rest(_PAUSE_SECONDS)
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

    def _rest(self, seconds: float) -> None:
        self._loop.remove_reader(self._listener)
        self._timer = self._loop.call_later(seconds, self._again)

    def _again(self) -> None:
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
        """Return when nothing is left to be closed."""
