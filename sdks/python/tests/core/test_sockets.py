"""The default transport and both clients over real sockets: reuse, clocks, threads, loops, forks, cancellation."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from onceward import AsyncOnceward, Onceward
from onceward._core.errors import APIConnectionError, APITimeoutError, SDKError
from onceward._core.options import Timeout

from .rig import COMPLETION, MESSAGES, event
from .server import Server, answer, begin, piece

BODY = json.dumps(COMPLETION).encode()
CALL: dict[str, Any] = {"model": "m", "messages": MESSAGES}


def complete(sock: socket.socket, body: bytes) -> bool | None:
    if json.loads(body).get("stream"):
        begin(sock)
        for number in range(1, 6):
            piece(sock, event(number, str(number)))
        piece(sock, b"data: [DONE]\n\n")
        sock.sendall(b"0\r\n\r\n")
        return None
    answer(sock, BODY)
    return None


def slow(sock: socket.socket, body: bytes) -> bool:
    time.sleep(8)
    return False


def drip(sock: socket.socket, body: bytes) -> bool:
    """A body that never stops coming, a byte at a time."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(160):
        sock.sendall(b" ")
        time.sleep(0.05)
    return False


def at_once(sock: socket.socket, body: bytes) -> None:
    """A whole stream in one packet."""
    data = event(1) + event(2) + b"data: [DONE]\n\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    sock.sendall(head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data))


def endless(sock: socket.socket, body: bytes) -> bool:
    begin(sock)
    for number in range(1, 400):
        piece(sock, event(number))
        time.sleep(0.02)
    return False


def pings(sock: socket.socket, body: bytes) -> bool:
    begin(sock)
    for _ in range(160):
        piece(sock, b": ping\n\n")
        time.sleep(0.05)
    return False


@pytest.fixture
def server() -> Iterator[Server]:
    routes = {
        "completions": complete,
        "slow": slow,
        "drip": drip,
        "endless": endless,
        "at_once": at_once,
        "pings": pings,
        "cancel": lambda sock, _: answer(sock, b"{}"),
    }
    with Server(routes) as running:
        yield running


def test_one_connection_serves_many_calls_and_streams(server: Server) -> None:
    with Onceward(base_url=server.url) as client:
        for _ in range(5):
            client.chat.completions.create(**CALL)
            assert len(list(client.chat.completions.create(**CALL, stream=True))) == 5
    assert server.connections == 1


async def test_one_connection_serves_many_asynchronous_calls(server: Server) -> None:
    async with AsyncOnceward(base_url=server.url) as client:
        for _ in range(5):
            await client.chat.completions.create(**CALL)
            assert len([item async for item in await client.chat.completions.create(**CALL, stream=True)]) == 5
    assert server.connections == 1


def test_a_request_leaves_whole_and_once(server: Server) -> None:
    with Onceward(base_url=server.url, api_key="sk-onceward-123456") as client:
        client.chat.completions.create(**CALL)
    path, headers, body = server.requests[0]
    assert path == "/v1/chat/completions"
    assert json.loads(body) == CALL
    assert headers["host"] == server.url.removeprefix("http://")
    assert headers["authorization"] == "Bearer sk-onceward-123456"
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["slow", "drip"])
def test_total_holds_whatever_the_server_does(server: Server, path: str) -> None:
    with Onceward(base_url=server.url, timeout=Timeout(total=0.4)) as client:
        started = time.monotonic()
        with pytest.raises(APITimeoutError, match="`total`"):
            client.request("POST", f"/v1/{path}", body={})
        assert time.monotonic() - started < 4


@pytest.mark.parametrize("path", ["slow", "drip"])
async def test_total_holds_asynchronously(server: Server, path: str) -> None:
    async with AsyncOnceward(base_url=server.url, timeout=Timeout(total=0.4)) as client:
        started = time.monotonic()
        with pytest.raises(APITimeoutError, match="`total`"):
            await client.request("POST", f"/v1/{path}", body={})
        assert time.monotonic() - started < 4


def test_pings_do_not_reset_the_idle_clock(server: Server) -> None:
    with Onceward(base_url=server.url, timeout=Timeout(idle=0.4), max_retries=0) as client:
        started = time.monotonic()
        with pytest.raises(APITimeoutError, match="`idle`"):
            list(client.request("POST", "/v1/pings", body={}, stream=True))
        assert 0.35 < time.monotonic() - started < 4


async def test_pings_do_not_reset_the_idle_clock_asynchronously(server: Server) -> None:
    async with AsyncOnceward(base_url=server.url, timeout=Timeout(idle=0.4), max_retries=0) as client:
        started = time.monotonic()
        with pytest.raises(APITimeoutError, match="`idle`"):
            async for _ in await client.request("POST", "/v1/pings", body={}, stream=True):
                pass
        assert 0.35 < time.monotonic() - started < 4


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = Onceward(base_url=f"http://127.0.0.1:{port}", max_retries=0)
    with pytest.raises(APIConnectionError, match=rf"no connection to 127\.0\.0\.1:{port}: .*refused"):
        client.chat.completions.create(**CALL)
    with pytest.raises(APIConnectionError, match="no connection to no-such-host"):
        Onceward(base_url="http://no-such-host.invalid", max_retries=0).chat.completions.create(**CALL)


def test_leaving_early_closes_the_socket_and_says_so(server: Server) -> None:
    with Onceward(base_url=server.url) as client:
        for item in client.request("POST", "/v1/endless", body={}, stream=True):
            assert item["id"] == "c"
            break
        assert server.closed.wait(2)
        assert server.requests[-1][0] == "/v1/calls/call_1/cancel"


def test_leaving_a_stream_that_has_come_whole_keeps_the_connection(server: Server) -> None:
    with Onceward(base_url=server.url) as client:
        for _ in range(3):
            for item in client.request("POST", "/v1/at_once", body={}, stream=True):
                assert item["id"] == "c"
                break
    assert server.connections == 1


async def test_cancelling_closes_the_socket_and_says_so(server: Server) -> None:
    async with AsyncOnceward(base_url=server.url) as client:

        async def read() -> None:
            async for _ in await client.request("POST", "/v1/endless", body={}, stream=True):
                pass

        task = asyncio.create_task(read())
        await asyncio.sleep(0.2)
        task.cancel()
        started = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - started < 4
        assert await asyncio.to_thread(server.closed.wait, 2)
        assert server.requests[-1][0] == "/v1/calls/call_1/cancel"


def test_one_asynchronous_client_in_many_loops_and_threads(server: Server) -> None:
    client = AsyncOnceward(base_url=server.url)

    async def call() -> None:
        for _ in range(3):
            assert (await client.chat.completions.create(**CALL)).id == "chatcmpl-1"

    for _ in range(3):
        asyncio.run(call())
    failures: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(call())
        except BaseException as error:  # noqa: BLE001 - a thread's failure would be lost
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    gc.collect()
    assert len(client._link._states) == 0


def test_many_threads_share_a_client(server: Server) -> None:
    with Onceward(base_url=server.url) as client:
        done: list[str] = []

        def work() -> None:
            for _ in range(10):
                done.append(client.chat.completions.create(**CALL).id)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(done) == 80
    assert server.connections <= 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_after_a_fork_connections_are_new(server: Server) -> None:
    client = Onceward(base_url=server.url)
    client.chat.completions.create(**CALL)
    assert server.connections == 1
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if client.chat.completions.create(**CALL).id == "chatcmpl-1" else 2
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert status == 0
    assert server.connections == 2
    client.chat.completions.create(**CALL)
    assert server.connections == 2
    client.close()


async def test_cancelled_calls_leave_the_pool_whole(server: Server) -> None:
    chance = random.Random(1)
    async with AsyncOnceward(base_url=server.url, max_retries=0) as client:

        async def one() -> None:
            await client.chat.completions.create(**CALL)

        for _ in range(20):
            tasks = [asyncio.create_task(one()) for _ in range(20)]
            await asyncio.sleep(chance.random() * 0.02)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for _ in range(20):
            await client.chat.completions.create(**CALL)


def test_max_concurrency(server: Server) -> None:
    with Onceward(base_url=server.url, max_concurrency=1, timeout=Timeout(pool=0.2), max_retries=0) as client:
        held = client.request("POST", "/v1/endless", body={}, stream=True)
        next(held)
        with pytest.raises(APITimeoutError, match=r"`pool` clock.*all 1 places"):
            client.chat.completions.create(**CALL)
        held.close()
        client.chat.completions.create(**CALL)


async def test_max_concurrency_asynchronously(server: Server) -> None:
    async with AsyncOnceward(
        base_url=server.url, max_concurrency=2, timeout=Timeout(pool=0.2), max_retries=0
    ) as client:
        held = [await client.request("POST", "/v1/endless", body={}, stream=True) for _ in range(2)]
        with pytest.raises(APITimeoutError, match=r"`pool` clock"):
            await client.chat.completions.create(**CALL)
        for stream in held:
            await stream.aclose()
        await asyncio.gather(*[client.chat.completions.create(**CALL) for _ in range(6)])


def test_a_closed_client_says_so(server: Server) -> None:
    client = Onceward(base_url=server.url)
    client.close()
    with pytest.raises(SDKError, match="the client is closed"):
        client.chat.completions.create(**CALL)


def test_a_large_upload_over_the_wire(server: Server, tmp_path: Any) -> None:
    got: list[int] = []
    path = tmp_path / "big"
    path.write_bytes(b"x" * 5_000_000)

    def take(sock: socket.socket, body: bytes) -> None:
        got.append(len(body))
        answer(
            sock,
            json.dumps(
                {"id": "f", "object": "file", "bytes": 1, "created_at": 1, "filename": "f", "purpose": "batch"}
            ).encode(),
        )

    with Server({"files": take}) as files:
        with Onceward(base_url=files.url) as client:
            client.files.create(file=path, purpose="batch")

        async def main() -> None:
            async with AsyncOnceward(base_url=files.url) as client:
                await client.files.create(file=path, purpose="batch")

        asyncio.run(main())
    assert got[0] == got[1] > 5_000_000


TLS_SCRIPT = """
import asyncio, sys
from onceward import AsyncOnceward, Onceward
from onceward._core.errors import APIConnectionError
url = sys.argv[1]
with Onceward(base_url=url, max_retries=2) as client:
    try:
        print(client.request("POST", "/v1/ok", body={}), client.request("POST", "/v1/ok", body={"x": "y" * 200_000}))
    except APIConnectionError as error:
        print(error.attempts, error)
async def main():
    async with AsyncOnceward(base_url=url, max_retries=2) as client:
        try:
            small = await client.request("POST", "/v1/ok", body={})
            print(small, await client.request("POST", "/v1/ok", body={"x": "y" * 200_000}))
        except APIConnectionError as error:
            print(error.attempts, error)
asyncio.run(main())
"""


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
@pytest.mark.parametrize("trusted", [True, False])
def test_tls(tmp_path: Any, trusted: bool) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-keyout",
        key,
        "-out",
        certificate,
        *subject,
    ]
    subprocess.run(make, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Server({"ok": lambda sock, body: answer(sock, b"%d" % len(body))}, context) as server:
        environ = {**os.environ, **({"SSL_CERT_FILE": str(certificate)} if trusted else {})}
        run = subprocess.run(
            [sys.executable, "-W", "error", "-c", TLS_SCRIPT, server.url],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
    lines = run.stdout.splitlines()
    assert run.stderr == ""
    if trusted:
        assert lines == ["2 200008", "2 200008"]
        assert server.connections == 2
    else:
        assert all(line.startswith("1 ") and "the certificate of" in line and "SSL_CERT_FILE" in line for line in lines)
        assert len(lines) == 2
