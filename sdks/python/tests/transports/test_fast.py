"""The fast transport's own ground: signals, forks, threads, and what it says when its library is missing."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest

from onceward._core.wire import ConnectFailed, ReadTimedOut, Request, Timeouts
from onceward.testing import FakeGateway, Fault
from onceward.transports.fast import AsyncFastTransport, FastTransport

CLOCKS = Timeouts(connect=5.0, pool=5.0, first_byte=5.0, idle=5.0)


def read(transport: FastTransport, url: str) -> bytes:
    response = transport.send(Request("POST", url, [], b"{}", CLOCKS))
    body = response.read()
    response.close()
    return body


def alarmed(work: Callable[[], object], after: float = 0.3) -> float:
    """Do ``work`` with an alarm set whose handler raises; how long it took until that came out."""

    def alarm(_number: int, _frame: object) -> None:
        raise InterruptedError("the caller's own")

    before = signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, after)
    started = monotonic()
    try:
        with pytest.raises(InterruptedError, match="the caller's own"):
            work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return monotonic() - started


def test_a_signal_before_the_answer_is_delivered_when_it_begins(gateway: FakeGateway) -> None:
    """The library holds the thread until then; what is promised is that the signal is late, and not lost."""
    gateway.respond_json({})
    gateway.respond_sse(["one", "two"], fault=Fault(delay=0.8))
    transport = FastTransport()
    # The first request loads the library, which takes longer than the alarm on a busy machine.
    read(transport, gateway.url)
    assert 0.7 < alarmed(lambda: read(transport, gateway.url)) < 2
    transport.close()


def test_a_signal_before_the_answer_is_delivered_when_the_clock_runs_out(gateway: FakeGateway) -> None:
    gateway.respond_json({}, fault=Fault(delay=5))
    transport = FastTransport()
    clocks = Timeouts(connect=5, pool=5, first_byte=0.8, idle=0.5)
    wanted = Request("POST", gateway.url, [], b"{}", clocks)
    assert 0.7 < alarmed(lambda: transport.send(wanted)) < 2
    transport.close()


@pytest.mark.parametrize(("idle", "least", "most"), [(0.7, 0.2, 0.65), (0.9, 0.85, 2)])
def test_a_signal_during_the_body(gateway: FakeGateway, idle: float, least: float, most: float) -> None:
    """At once where ``idle`` is shorter than ``first_byte``, as it is by default; else when the read ends."""
    gateway.respond_sse(["one", "two"], fault=Fault(stall_at=11))
    transport = FastTransport()
    clocks = Timeouts(connect=5, pool=5, first_byte=0.9, idle=idle)
    answer = transport.send(Request("POST", gateway.url, [], b"{}", clocks))
    assert answer.read_chunk() == b"data: one\n\n"
    assert least < alarmed(answer.read_chunk) < most
    answer.close()
    transport.close()


def test_the_idle_clock_holds_beside_a_first_byte_that_is_as_long(gateway: FakeGateway) -> None:
    gateway.respond_sse(["one", "two"], fault=Fault(stall_at=11))
    transport = FastTransport()
    answer = transport.send(Request("POST", gateway.url, [], b"{}", Timeouts(first_byte=0.4, idle=0.4)))
    assert answer.read_chunk() == b"data: one\n\n"
    started = monotonic()
    with pytest.raises(ReadTimedOut):
        answer.read_chunk()
    assert 0.3 < monotonic() - started < 1.5
    answer.close()
    transport.close()


@pytest.mark.parametrize("stall", [Fault(delay=3), Fault(stall_at=11)])
def test_what_is_left_of_the_call_bounds_it(gateway: FakeGateway, stall: Fault) -> None:
    gateway.respond_sse(["one", "two"], fault=stall)
    transport = FastTransport()
    clocks = Timeouts(connect=0.5, pool=0.5, first_byte=0.5, idle=0.5, total=0.5)
    started = monotonic()
    with pytest.raises(ReadTimedOut):
        transport.send(Request("POST", gateway.url, [], b"{}", clocks)).read()
    assert 0.4 < monotonic() - started < 1.5
    transport.close()


def test_clocks_that_are_cut_short_share_one_pool(gateway: FakeGateway) -> None:
    """The time left of ``total`` differs with each call, and is given with each request."""
    gateway.respond_json({"ok": 1})
    transport = FastTransport()
    for tenths in range(50, 30, -1):
        left = tenths / 10
        clocks = Timeouts(connect=left, pool=left, first_byte=left, idle=left, total=left)
        assert transport.send(Request("POST", gateway.url, [], b"{}", clocks)).read() == b'{"ok":1}'
    # A connection is taken back in another thread, so a call that comes at once may open one more.
    assert gateway.connections < 20
    transport.close()


async def test_the_synchronous_transport_inside_a_running_loop(gateway: FakeGateway) -> None:
    """A notebook runs a loop; a synchronous call in it must neither use it nor lose it."""
    gateway.respond_json({"ok": 1})
    loop = asyncio.get_running_loop()
    transport = FastTransport()
    assert read(transport, gateway.url) == b'{"ok":1}'
    assert asyncio.get_running_loop() is loop
    transport.close()


def test_threads_share_one_transport(gateway: FakeGateway) -> None:
    gateway.respond_json({"ok": 1})
    transport = FastTransport()
    bodies: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: bodies.extend(read(transport, gateway.url) for _ in range(25)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert bodies == [b'{"ok":1}'] * 200
    transport.close()


def in_child(work: Any) -> int:
    """Run ``work`` in a forked child; its exit code, or -1 when it hangs."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    end = monotonic() + 10
    while monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        threading.Event().wait(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return -1


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")
def test_a_forked_child_calls_on(gateway: FakeGateway) -> None:
    gateway.respond_json({"ok": 1})
    transport, other = FastTransport(), AsyncFastTransport()
    assert read(transport, gateway.url) == b'{"ok":1}'
    url = gateway.url

    def child() -> None:
        assert read(transport, url) == b'{"ok":1}'
        assert read(FastTransport(), url) == b'{"ok":1}'

        async def asynchronous() -> None:
            response = await other.send(Request("POST", url, [], b"{}", CLOCKS))
            assert await response.read() == b'{"ok":1}'
            await response.aclose()

        asyncio.run(asynchronous())

    assert in_child(child) == 0
    assert read(transport, gateway.url) == b'{"ok":1}'
    transport.close()


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")
def test_a_child_of_a_child_is_told_what_to_do(gateway: FakeGateway) -> None:
    gateway.respond_json({"ok": 1})
    transport = FastTransport()
    read(transport, gateway.url)
    url = gateway.url

    def grandchild() -> None:
        with pytest.raises(ConnectFailed, match="spawn"):
            read(transport, url)

    def child() -> None:
        read(transport, url)
        assert in_child(grandchild) == 0

    assert in_child(child) == 0
    transport.close()


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")
def test_closing_an_answer_of_the_parent_in_a_child_does_not_hang(gateway: FakeGateway) -> None:
    gateway.respond_sse(["one", "two"], fault=Fault(stall_at=11))
    transport = FastTransport()
    response = transport.send(Request("POST", gateway.url, [], b"{}", CLOCKS))
    response.read_chunk()

    def child() -> None:
        response.close()
        transport.close()

    assert in_child(child) == 0
    response.close()
    transport.close()


def test_without_the_library_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyreqwest"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyreqwest", None)
    with pytest.raises(ImportError, match=r"pip install \"onceward\[fast\]\""):
        FastTransport().send(Request("GET", "http://127.0.0.1:9/", []))


def test_calls_with_other_clocks_have_pools_of_their_own_and_few(gateway: FakeGateway) -> None:
    gateway.respond_json({})
    transport = FastTransport()
    for number in range(20):
        clocks = Timeouts(connect=1.0 + number, first_byte=5, idle=5)
        transport.send(Request("GET", gateway.url, [], None, clocks)).read()
    assert len(transport._clients._clients) <= 8
    transport.close()
