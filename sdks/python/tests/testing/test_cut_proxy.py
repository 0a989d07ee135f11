"""The proxy that cuts: nothing but the named connection, at nothing but the named byte."""

from __future__ import annotations

import socket
import time
from typing import Any

import httpx2
import pytest

from onceward.testing import CutProxy, FakeGateway


def read_all(url: str) -> bytes:
    port = int(url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = b""
        while data := sock.recv(65536):
            received += data
        return received


def test_it_passes_everything_else() -> None:
    with FakeGateway() as gateway, CutProxy(gateway.url) as proxy:
        gateway.respond_bytes(b"x" * 100_000)
        assert httpx2.post(proxy.url, content=b"y" * 100_000).content == b"x" * 100_000
        assert gateway.requests[0].body == b"y" * 100_000
        assert proxy.connections == 1


def test_it_cuts_the_connection_at_the_byte() -> None:
    with FakeGateway() as gateway:
        gateway.respond_bytes(b"0123456789")
        whole = read_all(gateway.url)
        with CutProxy(gateway.url, cuts={number: number for number in range(1, len(whole))}, how="fin") as proxy:
            for at in range(1, len(whole)):
                assert read_all(proxy.url) == whole[:at]
            assert read_all(proxy.url) == whole
            assert proxy.cuts_made == len(whole) - 1


def test_a_reset_is_a_reset() -> None:
    with FakeGateway() as gateway, CutProxy(gateway.url, cuts={1: 5}) as proxy:
        gateway.respond_bytes(b"0123456789")
        with pytest.raises(httpx2.ReadError):
            httpx2.get(proxy.url)


class SlowToCount(CutProxy):
    """Its thread is held up while it counts, as on a busy machine."""

    def passed(self, pipe: Any, count: int) -> None:
        time.sleep(0.05)
        super().passed(pipe, count)


@pytest.mark.parametrize("proxy_class", [CutProxy, SlowToCount])
def test_armed_it_cuts_the_next_answer_on_a_connection_that_was_open(proxy_class: type[CutProxy]) -> None:
    with FakeGateway() as gateway, proxy_class(gateway.url) as proxy, httpx2.Client() as client:
        gateway.respond_bytes(b"0123456789")
        client.get(proxy.url)
        proxy.arm(None)
        client.get(proxy.url)
        size = proxy.counted
        assert size > 50
        proxy.arm(size - 1)
        with pytest.raises(httpx2.TransportError):
            client.get(proxy.url)
        assert client.get(proxy.url).content == b"0123456789"
        assert proxy.cuts_made == 1


def test_a_gateway_that_is_not_there_is_a_connection_that_closes() -> None:
    with FakeGateway() as gateway:
        url = gateway.url
    with CutProxy(url) as proxy, pytest.raises(httpx2.TransportError):
        httpx2.get(proxy.url)


@pytest.mark.parametrize("target", ["", "127.0.0.1:4100"])
def test_a_target_that_is_no_url_is_named(target: Any) -> None:
    with pytest.raises(ValueError, match="`target`"):
        CutProxy(target)
