"""Connections: the pool and its limits, deadlines, addresses, TLS, proxies, and how all of it ends."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from onceward_gateway.providers.http_client import (
    Address,
    CachedResolver,
    ClientClosed,
    ConnectFailed,
    ConnectTimeout,
    Disconnected,
    FirstByteTimeout,
    HttpClient,
    HttpClientError,
    IdleTimeout,
    NameNotResolved,
    PoolLimits,
    PoolTimeout,
    Proxies,
    ProxyRefused,
    Timeouts,
    TlsFailed,
    TotalTimeout,
    tls_context,
)

from .kit import Upstream, Writer, answer, certificate, idle, on_both_loops, read, serving, until

_HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"


# -- the pool


def _closing_at(number: int) -> Any:
    """Return a handler that closes the connection instead of answering the request of this number."""

    async def handler(upstream: Upstream, writer: Writer) -> None:
        if len(upstream.requests) == number:
            writer.close()
        else:
            writer.write(answer())

    return handler


@on_both_loops
async def test_a_stale_connection_is_an_error_that_says_so() -> None:
    async with serving(_closing_at(2)) as upstream, HttpClient() as client:
        await read(client, upstream.url)
        with pytest.raises(Disconnected) as raised:
            await read(client, upstream.url)
        assert (raised.value.reused, raised.value.sent, raised.value.answered) == (True, True, False)
        assert (await read(client, upstream.url))[1] == b"hello"


@on_both_loops
async def test_an_idempotent_request_is_sent_again_on_a_new_connection() -> None:
    async with serving(_closing_at(2)) as upstream, HttpClient() as client:
        for _ in range(2):
            response = await client.request("GET", upstream.url)
            assert await response.read() == b"hello"
        assert (len(upstream.requests), upstream.accepted) == (3, 2)


async def test_a_new_connection_that_closes_is_not_tried_again() -> None:
    async with serving(_closing_at(1)) as upstream, HttpClient() as client:
        with pytest.raises(Disconnected) as raised:
            await client.request("GET", upstream.url)
        assert (raised.value.reused, len(upstream.requests)) == (False, 1)


@on_both_loops
async def test_a_connection_that_was_closed_while_idle_is_not_used() -> None:
    async def handler(_: Upstream, writer: Writer) -> None:
        writer.write(answer())
        await writer.drain()
        writer.close()

    async with serving(handler) as upstream, HttpClient() as client:
        for _ in range(3):
            await read(client, upstream.url)
            await until(lambda: idle(client) == 0)
        assert upstream.accepted == 3


@on_both_loops
async def test_idle_connections_expire() -> None:
    async with serving(answer()) as upstream, HttpClient(limits=PoolLimits(keep_alive=0.1)) as client:
        await read(client, upstream.url)
        assert idle(client) == 1
        await until(lambda: upstream.open == 0)
        assert idle(client) == 0


@on_both_loops
async def test_the_limit_of_connections_holds() -> None:
    most = 0

    async def handler(upstream: Upstream, writer: Writer) -> None:
        nonlocal most
        most = max(most, upstream.open)
        await asyncio.sleep(0.005)
        writer.write(answer(b"", *([b"Connection: close"] if len(upstream.requests) % 3 == 0 else [])))

    async with serving(handler) as upstream, HttpClient(limits=PoolLimits(connections=2)) as client:
        answers = await asyncio.gather(*(read(client, upstream.url) for _ in range(20)))
        assert [response.status for response, _ in answers] == [200] * 20
        assert (len(upstream.requests), most) == (20, 2)


async def test_waiting_for_a_connection_has_a_bound_and_can_be_cancelled() -> None:
    free = asyncio.Event()

    async def handler(_: Upstream, writer: Writer) -> None:
        await free.wait()
        writer.write(answer())

    async with serving(handler) as upstream, HttpClient(limits=PoolLimits(connections=1)) as client:
        first = asyncio.create_task(read(client, upstream.url))
        await until(lambda: len(upstream.requests) == 1)
        with pytest.raises(PoolTimeout):
            await read(client, upstream.url, timeouts=Timeouts(connect=0.05))
        waiting = [asyncio.create_task(read(client, upstream.url)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        free.set()
        await first
        # It got the connection, and is cancelled before it knows.
        waiting[1].cancel()
        assert (await waiting[2])[1] == b"hello"
        with pytest.raises(asyncio.CancelledError):
            await waiting[0]
        await asyncio.gather(waiting[1], return_exceptions=True)
        assert idle(client) == 1


async def test_at_most_so_many_connections_are_kept() -> None:
    async with serving(answer()) as upstream, HttpClient(limits=PoolLimits(idle=2)) as client:
        await asyncio.gather(*(read(client, upstream.url) for _ in range(5)))
        await until(lambda: upstream.open == 2)
        assert idle(client) == 2


# -- deadlines


def _slowly(*pieces: bytes, seconds: float) -> Any:
    async def handler(_: Upstream, writer: Writer) -> None:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(seconds)

    return handler


@on_both_loops
async def test_the_first_byte_has_a_deadline() -> None:
    async with serving(_slowly(b"", answer(), seconds=0.3)) as upstream, HttpClient() as client:
        with pytest.raises(FirstByteTimeout) as raised:
            await read(client, upstream.url, timeouts=Timeouts(first_byte=0.1))
        assert not raised.value.answered
        assert (await read(client, upstream.url, timeouts=Timeouts(idle=0.1)))[1] == b"hello"


@on_both_loops
async def test_silence_in_an_answer_has_a_deadline() -> None:
    async with serving(_slowly(_HALF, b" you", seconds=0.3)) as upstream, HttpClient() as client:
        response = await client.request("POST", upstream.url, timeouts=Timeouts(idle=0.1))
        assert await response.receive() == b"hello"
        with pytest.raises(IdleTimeout):
            await response.receive()
        assert (await read(client, upstream.url, timeouts=Timeouts(first_byte=0.1)))[1] == b"hello you"


@on_both_loops
async def test_the_whole_has_a_deadline() -> None:
    drops = [b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", *[b"x"] * 900]
    async with serving(_slowly(*drops, seconds=0.01)) as upstream, HttpClient() as client:
        started = asyncio.get_running_loop().time()
        with pytest.raises(TotalTimeout) as raised:
            await read(client, upstream.url, timeouts=Timeouts(total=0.2))
        assert raised.value.answered
        assert asyncio.get_running_loop().time() - started < 2


@on_both_loops
async def test_an_upload_that_is_taken_slowly_is_not_late_and_one_that_is_not_taken_is() -> None:
    stuck = False

    async def handler(reader: asyncio.StreamReader, writer: Writer) -> None:
        left = 40 << 20
        while left > 0 and not stuck:
            left -= len(await reader.read(1 << 19))
            await asyncio.sleep(0.02)
        if stuck:
            await asyncio.sleep(10)
        writer.write(answer(b"hello", b"Connection: close"))

    # The system holds several MB of it for both sides, and shows nothing of how they pass.
    body = bytes(40 << 20)
    async with serving(handler, reads_itself=True) as upstream, HttpClient() as client:
        assert (await read(client, upstream.url, body=body, timeouts=Timeouts(first_byte=0.7)))[1] == b"hello"
        stuck = True
        with pytest.raises(FirstByteTimeout):
            await read(client, upstream.url, body=body, timeouts=Timeouts(first_byte=0.4))


async def test_a_handshake_has_a_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with HttpClient() as client:
            with pytest.raises(ConnectTimeout) as raised:
                await read(client, f"https://127.0.0.1:{listener.getsockname()[1]}", timeouts=Timeouts(connect=0.1))
            assert not raised.value.sent


@on_both_loops
async def test_cancelling_closes_the_connection() -> None:
    async with serving(_slowly(_HALF, seconds=3)) as upstream, HttpClient() as client:
        for whole in (False, True):
            seen = len(upstream.requests)
            task = asyncio.create_task(read(client, upstream.url))
            await until(lambda seen=seen: len(upstream.requests) > seen)  # type: ignore[misc]
            if whole:
                await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.sleep(0)
            assert not any(pool.busy for pool in client._pools.values()) or idle(client) == 0


@on_both_loops
async def test_closing_an_answer_closes_its_connection() -> None:
    async with serving(_slowly(_HALF, seconds=0.05)) as upstream, HttpClient() as client:
        async with await client.request("POST", upstream.url) as response:
            assert response.status == 200
        with pytest.raises(HttpClientError):
            await response.receive()
        await until(lambda: upstream.open == 0)


async def test_a_cancelled_reader_does_not_disturb_who_got_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(answer()) as upstream, HttpClient() as client:
        await read(client, upstream.url)
        (pool,) = client._pools.values()
        released, loop, seconds = pool.released, asyncio.get_running_loop(), list[asyncio.Task[Any]]()

        def release(connection: Any) -> None:
            # The connection goes to the second, and the first is cancelled after its answer and before it runs.
            released(connection)
            if not seconds:
                seconds.append(loop.create_task(read(client, upstream.url)))
                loop.call_soon(first.cancel)

        monkeypatch.setattr(pool, "released", release)
        first = asyncio.create_task(client.request("POST", upstream.url))
        with pytest.raises(asyncio.CancelledError):
            await first
        assert (await seconds[0])[1] == b"hello"
        assert upstream.accepted == 1


# -- addresses


def _resolving(*addresses: Address) -> Any:
    async def resolve(host: str, port: int) -> Sequence[Address]:
        return [(family, (where[0], port, *where[2:])) for family, where in addresses]

    return resolve


@on_both_loops
async def test_the_next_address_is_tried() -> None:
    async with serving(answer()) as upstream:
        dead: Address = (socket.AF_INET, ("127.0.0.2", 0))
        good: Address = (socket.AF_INET, ("127.0.0.1", 0))
        async with HttpClient(resolver=_resolving(dead, good)) as client:
            url = f"http://any.example:{upstream.port}"
            assert (await read(client, url))[1] == b"hello"
            assert b"\r\nHost: any.example:" in upstream.requests[0]
        async with HttpClient(resolver=_resolving(dead, dead)) as client:
            with pytest.raises(ConnectFailed) as raised:
                await read(client, f"http://any.example:{upstream.port}")
            assert isinstance(raised.value.__cause__, ConnectionRefusedError)


@on_both_loops
async def test_an_address_that_does_not_answer_is_overtaken(monkeypatch: pytest.MonkeyPatch) -> None:
    # A listener whose queue is full lets connections hang.
    with socket.socket() as full, socket.socket() as holder, socket.socket() as second:
        full.bind(("127.0.0.3", 0))
        full.listen(0)
        port = full.getsockname()[1]
        for one in (holder, second):
            one.setblocking(False)
            one.connect_ex(("127.0.0.3", port))
        server = await asyncio.start_server(Upstream(answer()), "127.0.0.1", port)
        slow: Address = (socket.AF_INET, ("127.0.0.3", 0))
        good: Address = (socket.AF_INET, ("127.0.0.1", 0))
        async with HttpClient(resolver=_resolving(slow, good)) as client:
            assert (await read(client, f"http://any.example:{port}", timeouts=Timeouts(connect=3)))[1] == b"hello"
        server.close()
        await asyncio.sleep(0.05)


async def test_a_resolver_refuses_addresses() -> None:
    async def refuse(host: str, port: int) -> Sequence[Address]:
        raise OSError(f"{host!r} leads to an address that is not allowed")

    async with serving(answer()) as upstream, HttpClient(resolver=refuse) as client:
        with pytest.raises(NameNotResolved, match="not allowed"):
            await read(client, upstream.url)
        assert upstream.accepted == 0


async def test_a_name_without_addresses() -> None:
    async with HttpClient() as client:
        for host in ("no-such-host.invalid", "a" * 64 + ".example"):
            with pytest.raises(ConnectFailed) as raised:
                await read(client, f"http://{host}/")
            assert not raised.value.sent


# -- TLS


@on_both_loops
async def test_tls_verifies_certificates_and_names(tmp_path: Path) -> None:
    file, server = certificate(tmp_path)
    async with serving(answer(), server) as upstream:
        async with HttpClient(context=tls_context(file)) as client:
            for _ in range(2):
                assert (await read(client, upstream.url))[1] == b"hello"
            assert upstream.accepted == 1
            with pytest.raises(TlsFailed, match=r"127\.0\.0\.1"):
                await read(client, f"https://127.0.0.1:{upstream.port}")
        async with HttpClient() as client:
            with pytest.raises(TlsFailed) as raised:
                await read(client, upstream.url)
            assert not raised.value.sent
    context = tls_context()
    assert (context.minimum_version, context.verify_mode) == (ssl.TLSVersion.TLSv1_2, ssl.CERT_REQUIRED)
    assert context.check_hostname


@on_both_loops
async def test_a_plain_http_server_fails_the_tls_handshake(tmp_path: Path) -> None:
    async with serving(b"HTTP/1.1 400 Bad Request\r\n\r\n") as upstream, HttpClient() as client:
        with pytest.raises((TlsFailed, ConnectFailed)):
            await read(client, f"https://127.0.0.1:{upstream.port}", timeouts=Timeouts(connect=1))


# -- proxies


class _HttpProxy:
    """An HTTP proxy that opens tunnels to 127.0.0.1, and answers plain requests itself."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self.refusal = b""

    async def __call__(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        if self.refusal or not head.startswith(b"CONNECT "):
            writer.write(self.refusal or answer(b"by proxy"))
            await reader.read(1 << 16)
            return
        port = int(head.split(b" ")[1].rpartition(b":")[2])
        behind, to = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connection established\r\nVia: a\r\n\r\n")
        await asyncio.gather(_pipe(reader, to), _pipe(behind, writer))


async def _pipe(reader: asyncio.StreamReader, writer: Writer) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
    except OSError:
        pass
    finally:
        writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[tuple[_HttpProxy, str]]:
    """A proxy and its address."""
    handler = _HttpProxy()
    async with serving(handler, reads_itself=True) as server:
        yield handler, server.url.removeprefix("http://")


@on_both_loops
async def test_https_goes_through_a_tunnel(tmp_path: Path) -> None:
    handler = _HttpProxy()
    file, server = certificate(tmp_path)
    async with serving(handler, reads_itself=True) as via, serving(answer(), server) as upstream:
        proxies = Proxies(https=via.url.replace("//", "//me:secret@"))
        async with HttpClient(context=tls_context(file), proxies=proxies) as client:
            for _ in range(2):
                assert (await read(client, upstream.url))[1] == b"hello"
        name = b"localhost:%d" % upstream.port
        assert handler.heads == [
            b"CONNECT %b HTTP/1.1\r\nHost: %b\r\nProxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n" % (name, name)
        ]
        # The proxy's password is not for the upstream.
        assert b"roxy" not in b"".join(upstream.requests)


async def test_http_goes_to_the_proxy_in_absolute_form(proxy: tuple[_HttpProxy, str]) -> None:
    handler, address = proxy
    async with HttpClient(proxies=Proxies(http=f"http://me:secret@{address}")) as client:
        assert (await read(client, "http://upstream.invalid:8080/v1?a=b"))[1] == b"by proxy"
    assert handler.heads[0].startswith(
        b"POST http://upstream.invalid:8080/v1?a=b HTTP/1.1\r\nHost: upstream.invalid:8080\r\n"
        b"Proxy-Authorization: Basic bWU6c2VjcmV0\r\n"
    )


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", 407),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\nlost", 502),
        (b"SSH-2.0 hello\r\n\r\n", 0),
        (b"HTTP/1.1 200 OK\r\n\r\nbytes", 0),
        (b"HTTP/1.1 200 OK\r\nx: " + b"a" * (1 << 17), 200),
    ],
)
async def test_a_proxy_that_refuses_a_tunnel_is_an_error(
    proxy: tuple[_HttpProxy, str], refusal: bytes, status: int
) -> None:
    handler, address = proxy
    handler.refusal = refusal
    async with HttpClient(proxies=Proxies(https=address)) as client:
        with pytest.raises(ProxyRefused) as raised:
            await read(client, "https://upstream.invalid/")
        assert (raised.value.status, raised.value.sent) == (status, False)


# -- the end


@on_both_loops
async def test_closing_the_client_ends_what_runs() -> None:
    async with serving(_slowly(_HALF, seconds=3)) as upstream:
        client = HttpClient(limits=PoolLimits(connections=2))
        response = await client.request("POST", upstream.url)
        tasks = [asyncio.create_task(read(client, upstream.url)) for _ in range(3)]
        await until(lambda: len(upstream.requests) == 2)
        await client.close()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(result) for result in results} == {ClientClosed}
        with pytest.raises(ClientClosed):
            await response.read()
        with pytest.raises(ClientClosed):
            await read(client, upstream.url)


_SCRIPT = """
import asyncio, ssl, sys, uvloop
from onceward_gateway.providers.http_client import HttpClient, Timeouts, tls_context

async def main():
    async with HttpClient(context=tls_context(sys.argv[2])) as client:
        for _ in range(2):
            await (await client.request("POST", sys.argv[1], body=b"{}")).read()
        await client.request("POST", sys.argv[1], body=b"{}")
        try:
            await client.request("POST", sys.argv[1] + "/slow", body=b"{}", timeouts=Timeouts(first_byte=0.05))
        except TimeoutError:
            print("late")

for loop in (asyncio.new_event_loop, uvloop.new_event_loop):
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(main())
"""


@pytest.mark.parametrize("tls", [False, True])
async def test_nothing_is_left_at_exit(tmp_path: Path, tls: bool) -> None:
    async def handler(upstream: Upstream, writer: Writer) -> None:
        if b"/slow" in upstream.requests[-1]:
            await asyncio.sleep(0.5)
        writer.write(answer())

    file, server = certificate(tmp_path)
    async with serving(handler, server if tls else None) as upstream:
        command = [sys.executable, "-X", "dev", "-W", "error", "-c", _SCRIPT, upstream.url, str(file)]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "late\nlate\n", "")


@on_both_loops
async def test_calls_at_the_same_time_share_one_lookup_of_a_name() -> None:
    looked_up, asked, answer_now = list[str](), asyncio.Event(), asyncio.Event()

    async with serving(answer(b"{}")) as upstream:

        async def resolve(host: str, port: int) -> list[tuple[int, Any]]:
            looked_up.append(host)
            asked.set()
            await answer_now.wait()
            return [(socket.AF_INET, ("127.0.0.1", upstream.port))]

        url = f"http://provider.example:{upstream.port}/v1"
        async with HttpClient(resolver=CachedResolver(resolve)) as client:
            calls = [asyncio.ensure_future(client.request("POST", url, body=b"{}")) for _ in range(20)]
            await asked.wait()
            answer_now.set()
            for response in await asyncio.gather(*calls):
                assert (await response.read()) == b"{}"
            await (await client.request("POST", url, body=b"{}")).read()
    assert looked_up == ["provider.example"]


@on_both_loops
async def test_a_lookup_that_outlasts_its_caller_serves_the_next_one() -> None:
    looked_up, answer_now = list[str](), asyncio.Event()

    async with serving(answer(b"{}")) as upstream:

        async def resolve(host: str, port: int) -> list[tuple[int, Any]]:
            looked_up.append(host)
            await answer_now.wait()
            return [(socket.AF_INET, ("127.0.0.1", upstream.port))]

        url = f"http://provider.example:{upstream.port}/v1"
        async with HttpClient(resolver=CachedResolver(resolve)) as client:
            with pytest.raises(ConnectTimeout):
                await client.request("POST", url, body=b"{}", timeouts=Timeouts(connect=0.05))
            answer_now.set()
            assert (await (await client.request("POST", url, body=b"{}")).read()) == b"{}"
    assert looked_up == ["provider.example"]


@on_both_loops
async def test_a_lookup_ends_with_its_client() -> None:
    ended = asyncio.Event()

    async def resolve(host: str, port: int) -> list[tuple[int, Any]]:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    async with HttpClient(resolver=CachedResolver(resolve)) as client:
        with pytest.raises(ConnectTimeout):
            await client.request("POST", "http://provider.example/v1", timeouts=Timeouts(connect=0.05))
        assert not ended.is_set()
    assert ended.is_set()


@on_both_loops
@pytest.mark.parametrize("value", [b"a\r\n b", b"a\x01b", b"a\x7fb"])
async def test_odd_values_of_headers_are_read_as_other_clients_read_them(value: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nX-Odd: " + value + b"\r\nX-Twice: 1\r\nx-twice: 2\r\nContent-Length: 2\r\n\r\n{}"
    async with serving(head) as upstream, HttpClient() as client:
        response = await client.request("POST", upstream.url, body=b"{}")
        assert (await response.read()) == b"{}"
        assert response.headers["x-twice"] == "2"
