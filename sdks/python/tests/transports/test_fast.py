"""The fast transport's own ground: signals, forks, threads, and what it says when its library is missing."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from time import monotonic
from typing import Any

import pytest

from headgate._core.wire import ConnectFailed, Request, Timeouts
from headgate.testing import FakeGateway, Fault
from headgate.transports.fast import AsyncFastTransport, FastTransport

CLOCKS = Timeouts(connect=5.0, pool=5.0, first_byte=5.0, idle=5.0)


def read(transport: FastTransport, url: str) -> bytes:
    response = transport.send(Request("POST", url, [], b"{}", CLOCKS))
    body = response.read()
    response.close()
    return body


@pytest.mark.parametrize("fault", [Fault(delay=5), Fault(stall_at=11)])
def test_a_signal_handler_runs_while_a_call_waits(gateway: FakeGateway, fault: Fault) -> None:
    def alarm(_number: int, _frame: object) -> None:
        raise InterruptedError("the caller's own")

    gateway.respond_sse(["one", "two"], fault=fault)
    transport = FastTransport()
    before = signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    started = monotonic()
    try:
        with pytest.raises(InterruptedError, match="the caller's own"):
            read(transport, gateway.url)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert monotonic() - started < 1.5
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
    with pytest.raises(ImportError, match=r"pip install \"headgate\[fast\]\""):
        FastTransport().send(Request("GET", "http://127.0.0.1:9/", []))


def test_calls_with_other_clocks_have_pools_of_their_own_and_few(gateway: FakeGateway) -> None:
    gateway.respond_json({})
    transport = FastTransport()
    for number in range(20):
        clocks = Timeouts(connect=1.0 + number, first_byte=5, idle=5)
        transport.send(Request("GET", gateway.url, [], None, clocks)).read()
    assert len(transport._clients._clients) <= 8
    transport.close()
