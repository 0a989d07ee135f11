"""Upstreams of the client's tests: they send exactly the given bytes."""

from __future__ import annotations

import asyncio
import functools
import inspect
import re
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

import pytest
import uvloop

from onceward_gateway.providers.http_client import HttpClient, HttpResponse

__all__ = ["Upstream", "answer", "certificate", "chunked", "idle", "on_both_loops", "read", "serving", "until"]

Writer = asyncio.StreamWriter
_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)


def on_both_loops(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an async test on the event loop of the standard library, and on uvloop."""

    @pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
    @functools.wraps(test)
    def run(loop: Any, **arguments: Any) -> None:
        async def within() -> None:
            async with asyncio.timeout(20):
                await test(**arguments)

        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(within())

    parameters = inspect.signature(test).parameters.values()
    loop = inspect.Parameter("loop", inspect.Parameter.KEYWORD_ONLY)
    run.__dict__["__signature__"] = inspect.Signature([*parameters, loop])
    return cast("Callable[..., None]", run)


class Upstream:
    """A server whose handler gets each whole request. Handlers that are bytes are the answer to every request."""

    def __init__(self, handler: Any, *, reads_itself: bool = False) -> None:
        self.handler = handler
        self.reads_itself = reads_itself
        self.requests: list[bytes] = []
        self.accepted = 0
        self.open = 0
        self.url = ""
        self.tasks = set[asyncio.Task[Any]]()

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def __call__(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        self.accepted += 1
        self.open += 1
        if (task := asyncio.current_task()) is not None:
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        try:
            while not writer.is_closing():
                if self.reads_itself:
                    await self.handler(reader, writer)
                    break
                self.requests.append(await _request(reader))
                if isinstance(self.handler, bytes):
                    writer.write(self.handler)
                else:
                    await self.handler(self, writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            pass
        finally:
            writer.close()
            # The end of the test may cancel this as well.
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()
            self.open -= 1


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    if b"transfer-encoding: chunked" in head.lower():
        body = b""
        while size := int(await reader.readuntil(b"\r\n"), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
        return head + body
    found = _LENGTH.search(head)
    return head + await reader.readexactly(int(found[1]) if found else 0)


@asynccontextmanager
async def serving(
    handler: bytes | Callable[[Any, Writer], Awaitable[None]],
    tls: ssl.SSLContext | None = None,
    *,
    reads_itself: bool = False,
) -> AsyncIterator[Upstream]:
    """Serve on a free port. A handler that reads requests itself gets the reader in place of the upstream."""
    upstream = Upstream(handler, reads_itself=reads_itself)
    server = await asyncio.start_server(upstream, "127.0.0.1", 0, ssl=tls, limit=1 << 20)
    scheme, port = "http" if tls is None else "https", server.sockets[0].getsockname()[1]
    upstream.url = f"{scheme}://{'127.0.0.1' if tls is None else 'localhost'}:{port}"
    try:
        yield upstream
    finally:
        server.close()
        for task in list(upstream.tasks):
            task.cancel()
        await until(lambda: upstream.open == 0)


async def until(true: Callable[[], bool]) -> None:
    """Wait for a condition, with a bound."""
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - conditions of all kinds
            await asyncio.sleep(0.001)


def answer(body: bytes = b"hello", *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """Return an answer that is framed by its length."""
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(*pieces: bytes, head: bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") -> bytes:
    """Return an answer in chunks."""
    return head + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def idle(client: HttpClient) -> int:
    """Return how many free connections a client has."""
    return sum(pool.idle for pool in client._pools.values())


async def read(client: HttpClient, url: str, **options: Any) -> tuple[HttpResponse, bytes]:
    """Make a POST request and read its answer."""
    response = await client.request("POST", url, **{"body": b"{}", **options})
    return response, await response.read()


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, ssl.SSLContext]:
    """Return the file of a new certificate, and a server's context that has it."""
    file, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    command += ["-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return file, context
