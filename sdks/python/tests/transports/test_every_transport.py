"""The behaviour common to all transports, tested on each."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import pairwise
from time import monotonic, sleep
from typing import Any

import pytest

from onceward._core.secrets import MaskedStr
from onceward._core.wire import (
    ConnectFailed,
    ConnectTimedOut,
    PoolTimedOut,
    ReadFailed,
    ReadTimedOut,
    Request,
    Timeouts,
    TransportError,
)
from onceward.testing import FakeGateway, Fault, Reply


class Pieces:
    """A streamed body that can be read either way, slowly."""

    def __init__(self, *pieces: bytes, pause: float = 0.0, length: int | None = None) -> None:
        self.pieces = pieces
        self.pause = pause
        self.length = length

    def chunks(self) -> Iterator[bytes]:
        for piece in self.pieces:
            yield piece
            sleep(self.pause)


class AsyncPieces(Pieces):
    async def achunks(self) -> AsyncIterator[bytes]:
        import asyncio

        for piece in self.pieces:
            yield piece
            await asyncio.sleep(self.pause)


def streamed(subject: Any, *pieces: bytes, pause: float = 0.0, length: int | None = None) -> Any:
    return (AsyncPieces if subject.name.startswith("async") else Pieces)(*pieces, pause=pause, length=length)


# ---- what goes well


def test_unary(subject: Any, gateway: FakeGateway) -> None:
    gateway.respond_json({"ok": True}, status=201, headers={"X-Request-Id": "req_1"})
    answer = subject.send("POST", "/v1/chat/completions", body=b'{"model":"m"}', headers=[("x-one", "1")])
    assert answer.status == 201
    assert answer.header("x-request-id") == "req_1"
    assert answer.read() == b'{"ok":true}'
    answer.close()
    (seen,) = gateway.requests
    assert (seen.method, seen.target, seen.body) == ("POST", "/v1/chat/completions", b'{"model":"m"}')
    assert seen.header("x-one") == "1"
    assert seen.header("content-length") == "13"


def test_the_url_arrives_as_it_was_encoded(subject: Any, gateway: FakeGateway) -> None:
    gateway.respond_json({})
    subject.send("GET", "/v1/models/openai%2Fgpt-4o%20x?after=a%26b&q=%C3%A4&empty=").read()
    assert gateway.requests[0].target == "/v1/models/openai%2Fgpt-4o%20x?after=a%26b&q=%C3%A4&empty="


def test_header_names_of_the_answer_are_lower_case_and_repeats_are_kept(subject: Any, gateway: FakeGateway) -> None:
    gateway.respond(Reply(headers=[("X-Case", "Kept-As-Sent"), ("Set-Cookie", "a=1"), ("set-cookie", "b=2")]))
    answer = subject.send()
    answer.read()
    assert answer.header("x-case") == "Kept-As-Sent"
    assert [value for name, value in answer.headers if name == "set-cookie"] == ["a=1", "b=2"]
    assert all(name == name.lower() for name, _ in answer.headers)


def test_a_header_of_the_answer_that_is_not_ascii_loses_nothing_else(subject: Any, gateway: FakeGateway) -> None:
    headers = [("x-odd", "\xc2\xb2"), ("x-request-id", "req_1"), ("set-cookie", "\xff"), ("set-cookie", "b=2")]
    gateway.respond(Reply(body=b"{}", headers=headers))
    answer = subject.send()
    assert answer.read() == b"{}"
    assert answer.header("x-request-id") == "req_1"
    assert "b=2" in [value for name, value in answer.headers if name == "set-cookie"]


def test_a_masked_header_arrives_unmasked(subject: Any, gateway: FakeGateway) -> None:
    gateway.respond_json({})
    subject.send(headers=[("authorization", MaskedStr("Bearer sk-secret-1"))]).read()
    assert gateway.requests[0].header("authorization") == "Bearer sk-secret-1"


@pytest.mark.parametrize("status", [204, 304, 400, 401, 404, 409, 422, 429, 500, 502, 503, 529])
def test_every_status_passes_through(subject: Any, gateway: FakeGateway, status: int) -> None:
    body = b"" if status in (204, 304) else b'{"error":{}}'
    gateway.respond_bytes(body, status=status)
    answer = subject.send("POST", body=b"{}")
    assert answer.status == status
    assert answer.read() == body
    assert len(gateway.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_an_answer(subject: Any, gateway: FakeGateway, status: int) -> None:
    gateway.respond_bytes(b"", status=status, headers={"Location": "http://127.0.0.1:9/elsewhere"})
    answer = subject.send("POST", body=b"{}")
    assert answer.status == status
    assert answer.header("location") == "http://127.0.0.1:9/elsewhere"
    answer.read()


def test_a_coded_body_is_either_decoded_or_says_its_coding(subject: Any, gateway: FakeGateway) -> None:
    import gzip

    gateway.respond_bytes(gzip.compress(b"hello " * 100), headers={"Content-Encoding": "gzip"})
    answer = subject.send(headers=[("accept-encoding", "gzip")])
    body = answer.read()
    if answer.header("content-encoding") == "gzip":
        body = gzip.decompress(body)
    assert body == b"hello " * 100


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_a_big_body_both_ways(subject: Any, gateway: FakeGateway, framing: Any) -> None:
    big = bytes(range(256)) * 40_000  # 10 MB
    gateway.respond_bytes([big[at : at + 1_000_000] for at in range(0, len(big), 1_000_000)], framing=framing)
    answer = subject.send("POST", body=big)
    assert answer.read() == big
    answer.close()
    assert gateway.requests[0].body == big


def test_a_streamed_body_is_sent_as_it_comes(subject: Any, gateway: FakeGateway) -> None:
    first, second = b"1" * 100_000, b"2" * 100_000  # a transport may gather what is smaller than a packet or so
    gateway.respond_json({})
    subject.send("POST", body=streamed(subject, first, second, pause=0.25)).read()
    (seen,) = gateway.requests
    assert seen.body == first + second
    begun = next(at for at, size in seen.arrivals if size >= 50_000)
    whole = next(at for at, size in seen.arrivals if size == 200_000)
    assert whole - begun > 0.1


def test_a_streamed_body_of_known_length_says_its_length(subject: Any, gateway: FakeGateway) -> None:
    gateway.respond_json({})
    subject.send("POST", body=streamed(subject, b"first", b"second", length=11)).read()
    (seen,) = gateway.requests
    assert seen.body == b"firstsecond"
    assert seen.header("content-length") == "11"
    assert seen.header("transfer-encoding") is None


def test_an_upload_may_take_longer_than_the_first_byte(wired: Any, gateway: FakeGateway) -> None:
    gateway.respond_json({})
    body = streamed(wired, *[b"x" * 100] * 5, pause=0.15)
    clocks = Timeouts(connect=5, pool=5, first_byte=0.4, idle=5)
    assert wired.send("POST", body=body, timeouts=clocks).status == 200
    assert len(gateway.requests[0].body) == 500


@pytest.mark.parametrize("framing", ["chunked", "close"])
def test_a_stream_is_not_held_back(subject: Any, gateway: FakeGateway, framing: Any) -> None:
    events = [f"data: {number}\n\n".encode() for number in range(6)]
    gateway.respond_bytes(events, content_type="text/event-stream", framing=framing, fault=Fault(pace=0.1))
    answer = subject.send("POST", body=b"{}")
    arrived, body = [], b""
    for chunk in answer.chunks():
        arrived.append(monotonic())
        body += chunk
    answer.close()
    assert body == b"".join(events)
    assert len(arrived) == 6
    assert all(later - earlier > 0.04 for earlier, later in pairwise(arrived))


def test_the_end_is_empty_and_stays_so(subject: Any, gateway: FakeGateway) -> None:
    gateway.respond_bytes(b"abc")
    answer = subject.send()
    assert b"".join(answer.chunks()) == b"abc"
    assert answer.read_chunk() == b""
    answer.close()
    answer.close()


# ---- what goes wrong


def test_connection_refused(wired: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ConnectFailed) as caught:
        wired.send(url=f"http://127.0.0.1:{port}/")
    assert caught.value.sent is False
    assert str(caught.value)


def test_a_name_that_does_not_resolve(wired: Any) -> None:
    with pytest.raises(ConnectFailed):
        wired.send(url="http://no-such-host.invalid/")


def test_connect_timeout(wired: Any) -> None:
    # A full backlog leaves the handshake unanswered.
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
        clocks = Timeouts(connect=0.3, pool=5, first_byte=5, idle=5)
        started = monotonic()
        with pytest.raises(ConnectTimedOut):
            wired.send(url=f"http://127.0.0.1:{full.getsockname()[1]}/", timeouts=clocks)
        assert monotonic() - started < 2
        for sock in waiting:
            sock.close()


def test_first_byte_timeout(subject: Any, gateway: FakeGateway) -> None:
    gateway.respond_json({}, fault=Fault(delay=3))
    started = monotonic()
    with pytest.raises(ReadTimedOut) as caught:
        subject.send("POST", body=b"{}", timeouts=Timeouts(connect=5, pool=5, first_byte=0.2, idle=5))
    assert monotonic() - started < 1.5
    assert caught.value.sent is True


def test_idle_timeout(subject: Any, gateway: FakeGateway) -> None:
    gateway.respond_sse(["one", "two"], fault=Fault(stall_at=11))
    answer = subject.send("POST", body=b"{}", timeouts=Timeouts(connect=5, pool=5, first_byte=5, idle=0.3))
    assert answer.read_chunk() == b"data: one\n\n"
    started = monotonic()
    with pytest.raises(ReadTimedOut):
        answer.read_chunk()
    assert 0.2 < monotonic() - started < 1.5
    answer.close()


def test_the_first_byte_may_take_longer_than_idle(subject: Any, gateway: FakeGateway) -> None:
    gateway.respond_json({"late": 1}, fault=Fault(delay=0.6))
    answer = subject.send(timeouts=Timeouts(connect=5, pool=5, first_byte=5, idle=0.2))
    assert answer.read() == b'{"late":1}'


def test_the_idle_clock_may_be_shortened_between_reads(subject: Any, gateway: FakeGateway) -> None:
    gateway.respond_sse(["one", "two"], fault=Fault(stall_at=11))
    request = Request("POST", gateway.url + "/v1/x", [], b"{}", Timeouts(connect=5, pool=5, first_byte=5, idle=5))
    answer = subject.request(request)
    assert answer.read_chunk() == b"data: one\n\n"
    request.timeouts = Timeouts(connect=5, pool=5, first_byte=5, idle=0.2)
    started = monotonic()
    with pytest.raises(ReadTimedOut):
        answer.read_chunk()
    assert monotonic() - started < 1.5
    answer.close()


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_closed_before_the_answer(subject: Any, gateway: FakeGateway, how: Any) -> None:
    gateway.respond_json({}, fault=Fault(hang_up=True, cut=how))
    with pytest.raises(TransportError) as caught:
        subject.send("POST", body=b"{}")
    assert isinstance(caught.value, ReadFailed)
    assert caught.value.sent is True
    assert len(gateway.requests) == 1


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_cut_in_the_body(subject: Any, gateway: FakeGateway, framing: Any, how: Any) -> None:
    gateway.respond_bytes([b"0123456789"] * 3, framing=framing, fault=Fault(cut_at=15, cut=how))
    answer = subject.send("POST", body=b"{}")
    body = b""
    with pytest.raises(ReadFailed):  # noqa: PT012 - which of the reads fails is the transport's affair
        for chunk in answer.chunks():
            body += chunk
    assert b"012345678901234".startswith(body)
    answer.close()


def test_read_says_so_too_when_the_body_is_cut(subject: Any, gateway: FakeGateway) -> None:
    gateway.respond_bytes(b"0123456789", fault=Fault(cut_at=5))
    answer = subject.send()
    with pytest.raises(ReadFailed):
        answer.read()
    answer.close()


@pytest.mark.parametrize(
    "garbage", [b"\x00\x01\x02 garbage\r\n\r\n", b"HTTP/9.9 banana\r\n\r\n", b"SSH-2.0-OpenSSH_9.6\r\n"]
)
def test_an_answer_that_is_not_http(wired: Any, garbage: bytes) -> None:
    with raw_server(lambda sock: sock.sendall(garbage)) as url, pytest.raises(ReadFailed):
        wired.send(url=url)


def test_an_upload_that_is_cut_off(wired: Any) -> None:
    def reset(sock: socket.socket) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with raw_server(reset) as url, pytest.raises(TransportError) as caught:
        wired.send("POST", url=url, body=b"x" * 20_000_000)
    assert caught.value.sent is True


def test_what_the_body_raises_comes_out_as_it_is(wired: Any, gateway: FakeGateway) -> None:
    class Broken(Pieces):
        def chunks(self) -> Iterator[bytes]:
            yield b"first"
            raise ZeroDivisionError("the caller's own")

    gateway.respond_json({})
    with pytest.raises(ZeroDivisionError, match="the caller's own"):
        wired.send("POST", body=Broken())


class raw_server:
    """Accepts one connection after another, reads a little, and runs ``act``."""

    def __init__(self, act: Callable[[socket.socket], None]) -> None:
        self._act = act
        self._listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> str:
        threading.Thread(target=self._run, daemon=True).start()
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/"

    def _run(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with sock:
                sock.recv(1000)
                self._act(sock)

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


# ---- connections


def assert_reused(subject: Any, *, calls: int) -> None:
    """Assert that the calls shared one connection.

    The library of the fast transport takes a connection back in a thread of its own: on a busy machine the next call
    may come before, and open another. Connections that are never taken back are as many as the calls.
    """
    if "fast" in subject.name:
        assert subject.gateway.connections < calls
    else:
        assert subject.gateway.connections == 1


def test_a_connection_is_used_again(wired: Any, gateway: FakeGateway) -> None:
    gateway.respond_json({})
    gateway.respond_sse(["a", "b"])
    for _ in range(5):
        answer = wired.send("POST", body=b"{}")
        for _chunk in answer.chunks():
            pass
        answer.close()
    assert_reused(wired, calls=5)


def test_reading_at_once_gives_the_connection_back_too(wired: Any, gateway: FakeGateway) -> None:
    gateway.respond_json({"ok": 1})
    gateway.respond_bytes([b"a", b"b"], framing="chunked")
    gateway.respond_bytes(b"")
    kept = [wired.send("POST", body=b"{}") for _ in range(1)]
    for _ in range(4):
        kept[-1].read()
        kept.append(wired.send("POST", body=b"{}"))
    assert_reused(wired, calls=5)


def test_an_error_answer_gives_its_connection_back(make_subject: Any, gateway: FakeGateway) -> None:
    gateway.respond_error(429)
    for name in ("sync-fast", "async-fast", "sync-injected-httpx2", "async-injected-httpx2"):
        subject = make_subject(name, connections=2)
        for _ in range(20):
            answer = subject.send("POST", body=b"{}")
            answer.read()
            answer.close()


def test_leaving_early_frees_the_connection(wired: Any, gateway: FakeGateway) -> None:
    gateway.respond_sse(["one", "two"], path="/stall", fault=Fault(stall_at=11))
    gateway.respond_json({}, path="/ok")
    answer = wired.send("POST", "/stall", body=b"{}")
    assert answer.read_chunk() == b"data: one\n\n"
    answer.close()
    deadline = monotonic() + 3
    while gateway.requests[0].outcome == "open" and monotonic() < deadline:
        sleep(0.01)
    assert gateway.requests[0].outcome == "left"
    assert wired.send("GET", "/ok").read() == b"{}"


POOLED = ["injected-httpx2", "injected-httpx", "fast", "httpx2"]


@pytest.mark.parametrize("library", POOLED)
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_pool_timeout(make_subject: Any, gateway: FakeGateway, kind: str, library: str) -> None:
    subject = make_subject(f"{kind}-{library}", connections=2)
    gateway.respond_sse(["one", "two"], fault=Fault(stall_at=11))
    clocks = Timeouts(connect=5, pool=0.2, first_byte=5, idle=5)
    held = [subject.send("POST", body=b"{}", timeouts=clocks) for _ in range(2)]
    started = monotonic()
    with pytest.raises(PoolTimedOut) as caught:
        subject.send("POST", body=b"{}", timeouts=clocks)
    assert monotonic() - started < 2
    assert caught.value.sent is False
    for answer in held:
        answer.close()
