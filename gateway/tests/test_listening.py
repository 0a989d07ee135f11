"""Workers that accept connections of one socket, here in one process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from onceward_gateway.entry.listening import (
    Acceptor,
    ConnectionBalance,
    Counted,
)


class Worker:
    """Accepts on a socket that others accept on too, and counts what it took."""

    def __init__(self, listener: socket.socket, file: Path, number: int, count: int, lost: asyncio.Queue[None]) -> None:
        self.lost = lost
        self.balance = ConnectionBalance(file, number, count)
        self.open = Counted(self.balance)
        self.taken = 0
        # A reader for each: the event loop knows one for each file descriptor.
        self._listener = listener.dup()
        self._acceptor = Acceptor(self._listener, lambda: Greeting(self), self.balance)

    def close(self) -> None:
        self._acceptor.close()
        self._listener.close()


class Greeting(asyncio.Protocol):
    """Sends a byte to whoever connects."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._worker.taken += 1
        self._worker.open.add(self)
        transport.write(b"+")

    def connection_lost(self, error: Exception | None) -> None:
        self._worker.open.discard(self)
        self._worker.lost.put_nowait(None)


class Workers(list[Worker]):
    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__()
        self._address = address
        self.lost = asyncio.Queue[None]()

    @property
    def taken(self) -> list[int]:
        return [worker.taken for worker in self]

    async def connect(self) -> asyncio.StreamWriter:
        """Return a connection that was accepted."""
        reader, writer = await asyncio.open_connection(*self._address)
        assert await reader.readexactly(1) == b"+"
        return writer

    async def close(self, connection: asyncio.StreamWriter) -> None:
        """Close a connection, and wait until its worker knows."""
        connection.close()
        await self.lost.get()


@asynccontextmanager
async def workers_of(folder: Path, serving: int, slots: int) -> AsyncIterator[Workers]:
    file = folder / "balance"
    ConnectionBalance.create(file, slots)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        workers = Workers(listener.getsockname())
        for number in range(serving):
            workers.append(Worker(listener, file, number, slots, workers.lost))
        yield workers
        for worker in workers:
            worker.close()


async def test_short_connections_go_round(tmp_path: Path) -> None:
    async with workers_of(tmp_path, 3, 3) as workers:
        for _ in range(30):
            await workers.close(await workers.connect())
        assert workers.taken == [10, 10, 10]


async def test_a_connection_goes_to_the_worker_that_holds_the_fewest(tmp_path: Path) -> None:
    async with workers_of(tmp_path, 3, 3) as workers:
        held = [await workers.connect() for _ in range(12)]
        assert [len(worker.open) for worker in workers] == [4, 4, 4]
        workers[0].balance.has_open(7)
        held += [await workers.connect() for _ in range(6)]
        assert workers.taken == [4, 7, 7]
        for connection in held:
            await workers.close(connection)


@pytest.mark.parametrize("gone", ["busy", "left", "died"])
async def test_nobody_waits_for_a_worker_that_does_not_accept(tmp_path: Path, gone: str) -> None:
    async with workers_of(tmp_path, 2, 3) as workers:
        # It has taken less than the others, whatever they take.
        idle = ConnectionBalance(tmp_path / "balance", 2, 3)
        if gone == "left":
            idle.leave()
        elif gone == "died":
            ConnectionBalance.clear(tmp_path / "balance", 2)
        for _ in range(10):
            await workers.close(await workers.connect())
        assert sum(workers.taken) == 10
        assert gone == "busy" or workers.taken == [5, 5]
