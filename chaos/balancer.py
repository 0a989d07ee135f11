"""A TCP load balancer: `python -m chaos.balancer PORT...` forwards each connection to one of these ports.

It does not interpret the traffic. A backend that does not respond to `GET /readyz` with 200 gets no new connections
until it does; open connections stay open. The command `{"cut": 0.5, "how": "rst"}` breaks about half of the open
connections, by a reset or (`fin`) by a clean close.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import socket
import struct
import sys
from typing import Any

from .commands import obey, say

__all__ = ["Balancer"]

_CHECK_SECONDS = 0.25
_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 1.0
_RESET = struct.pack("ii", 1, 0)
_CHECK = b"GET /readyz HTTP/1.1\r\nHost: balancer\r\nConnection: close\r\n\r\n"

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Pipe:
    """A connection with both of its sides."""

    def __init__(self, client: Stream, backend: Stream) -> None:
        self._client = client
        self._backend = backend

    async def run(self) -> None:
        """Forward bytes in both directions until a side closes."""
        ways = [self._carry(self._client[0], self._backend[1]), self._carry(self._backend[0], self._client[1])]
        tasks = [asyncio.ensure_future(way) for way in ways]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for _, writer in (self._client, self._backend):
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()

    def cut(self, how: str) -> None:
        for _, writer in (self._client, self._backend):
            if how == "rst":
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()


class Balancer:
    """A round-robin balancer over the ready backends."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports
        self._ready = dict.fromkeys(ports, False)
        self._turns = itertools.count()
        self._pipes: set[_Pipe] = set()

    async def serve(self) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        say({"port": server.sockets[0].getsockname()[1]})
        checks = [asyncio.ensure_future(self._watch(port)) for port in self._ports]
        await obey(self._do)
        for check in checks:
            check.cancel()

    def _do(self, command: dict[str, Any]) -> Any:
        chosen = [pipe for pipe in self._pipes if random.random() < command["cut"]]
        for pipe in chosen:
            pipe.cut(command["how"])
        return {"cut": len(chosen), "open": len(self._pipes)}

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        backend = await self._connected()
        if backend is None:
            writer.transport.abort()
            return
        pipe = _Pipe((reader, writer), backend)
        self._pipes.add(pipe)
        try:
            await pipe.run()
        finally:
            self._pipes.discard(pipe)

    async def _connected(self) -> Stream | None:
        """Connect to the next backend that accepts, ready ones first."""
        turn = next(self._turns)
        ordered = self._ports[turn % len(self._ports) :] + self._ports[: turn % len(self._ports)]
        for port in sorted(ordered, key=lambda port: not self._ready[port]):
            with contextlib.suppress(OSError, TimeoutError):
                return await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), _CONNECT_SECONDS)
            self._ready[port] = False
        return None

    async def _watch(self, port: int) -> None:
        while True:
            try:
                self._ready[port] = await asyncio.wait_for(_is_ready(port), _ANSWER_SECONDS)
            except (OSError, TimeoutError):
                self._ready[port] = False
            await asyncio.sleep(_CHECK_SECONDS)


async def _is_ready(port: int) -> bool:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(_CHECK)
        return b" 200 " in await reader.readline()
    finally:
        writer.close()


if __name__ == "__main__":
    asyncio.run(Balancer([int(port) for port in sys.argv[1:]]).serve())
