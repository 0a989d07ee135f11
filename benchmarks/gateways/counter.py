"""A TCP relay that counts what a gateway asks PostgreSQL and Redis: round trips, and statements or commands."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Counted", "PostgresReader", "RedisReader", "counting"]

_STARTUP = 196_608


class Counted:
    """Round trips since the last `reset`, and the number of each statement or command."""

    def __init__(self) -> None:
        self.round_trips = 0
        self.asked: Counter[str] = Counter()

    def reset(self) -> None:
        """Begin to count again."""
        self.round_trips = 0
        self.asked.clear()


class PostgresReader:
    """Reads the messages of a client. A round trip ends with a `Sync` or is a simple query."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted
        self._data = b""
        self._is_started = False
        self._prepared: dict[bytes, str] = {}

    def feed(self, data: bytes) -> None:
        """Count the messages that are complete."""
        self._data += data
        while True:
            head = 1 if self._is_started else 0
            if len(self._data) < head + 4:
                return
            end = head + int.from_bytes(self._data[head : head + 4])
            if len(self._data) < end:
                return
            kind, body = self._data[:head], self._data[head + 4 : end]
            self._data = self._data[end:]
            if self._is_started:
                self._take(kind, body)
            elif int.from_bytes(body[:4]) == _STARTUP:
                self._is_started = True

    def _take(self, kind: bytes, body: bytes) -> None:
        if kind == b"P":
            name, sql, _ = body.split(b"\0", 2)
            self._prepared[name] = " ".join(sql.decode().split())
        elif kind == b"B":
            self._counted.asked[self._prepared.get(body.split(b"\0", 2)[1], "?")] += 1
        elif kind == b"Q":
            self._counted.asked[" ".join(body.rstrip(b"\0").decode().split())] += 1
            self._counted.round_trips += 1
        elif kind == b"S":
            self._counted.round_trips += 1


class RedisReader:
    """Reads the commands of a client. Commands that are read together were sent in one round trip."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted
        self._data = b""

    def feed(self, data: bytes) -> None:
        """Count the commands that are complete."""
        self._data += data
        self._counted.round_trips += 1
        while (found := self._command()) is not None:
            name, end = found
            self._counted.asked[name] += 1
            self._data = self._data[end:]

    def _command(self) -> tuple[str, int] | None:
        """Return the name of the first command, and its end; None if it is not complete."""
        end = self._data.find(b"\r\n")
        if end < 0:
            return None
        count, at, words = int(self._data[1:end]), end + 2, []
        for _ in range(count):
            end = self._data.find(b"\r\n", at)
            if end < 0:
                return None
            size, at = int(self._data[at + 1 : end]), end + 2
            if len(self._data) < at + size + 2:
                return None
            words.append(self._data[at : at + size])
            at += size + 2
        return words[0].decode().upper(), at


@contextmanager
def counting(port: int, reader: Callable[[Counted], PostgresReader | RedisReader]) -> Iterator[tuple[int, Counted]]:
    """Relay a free port to `port` in a thread; yield it, and what is counted."""
    counted = Counted()
    loop = asyncio.new_event_loop()
    ready: asyncio.Future[int] = loop.create_future()
    over = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(_relay(port, reader, counted, ready, over),))
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(_result(ready), loop).result(), counted
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


async def _result(ready: asyncio.Future[int]) -> int:
    return await ready


async def _relay(
    port: int,
    reader: Callable[[Counted], PostgresReader | RedisReader],
    counted: Counted,
    ready: asyncio.Future[int],
    over: asyncio.Event,
) -> None:
    tasks: set[asyncio.Task[None]] = set()

    async def accepted(source: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        answers, target = await asyncio.open_connection("127.0.0.1", port)
        for work in (_pump(source, target, reader(counted).feed), _pump(answers, back, None)):
            task = asyncio.ensure_future(work)
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    ready.set_result(server.sockets[0].getsockname()[1])
    await over.wait()
    server.close()
    for task in list(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _pump(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, feed: Callable[[bytes], None] | None
) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(1 << 16):
            if feed is not None:
                feed(data)
            target.write(data)
            await target.drain()
    target.close()
