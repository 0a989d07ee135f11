"""The caller's own client: what was set on it holds, and it stays the caller's."""

from __future__ import annotations

import gzip
import subprocess
import sys
from typing import Any

import httpx
import httpx2
import pytest

from onceward._core.wire import Request, Timeouts
from onceward.testing import FakeGateway
from onceward.transports.injected import AsyncInjectedTransport, InjectedTransport, kind_of_client

CLOCKS = Timeouts(connect=5.0, pool=5.0, first_byte=5.0, idle=5.0)
LIBRARIES: list[Any] = [httpx, httpx2]


@pytest.mark.parametrize("library", LIBRARIES)
def test_auth_hooks_headers_and_params_of_the_client_hold(library: Any, gateway: FakeGateway) -> None:
    gateway.respond_json({})
    seen: list[str] = []
    client = library.Client(
        auth=("user", "pass"),
        headers={"x-team": "blue"},
        params={"tenant": "7"},
        event_hooks={
            "request": [lambda request: seen.append(request.method)],
            "response": [lambda response: seen.append(str(response.status_code))],
        },
    )
    transport = InjectedTransport(client)
    transport.send(Request("POST", gateway.url + "/v1/x", [("x-one", "1")], b"{}", CLOCKS)).read()
    (request,) = gateway.requests
    assert (request.header("authorization") or "").startswith("Basic ")
    assert request.header("x-team") == "blue"
    assert request.header("x-one") == "1"
    assert request.query == [("tenant", "7")]
    assert seen == ["POST", "200"]
    client.close()


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_streamed_body_survives_a_second_round_of_auth(library: Any, gateway: FakeGateway) -> None:
    challenge = {"WWW-Authenticate": 'Digest realm="r", qop="auth", nonce="n", opaque="o"'}
    gateway.respond_bytes(b"", status=401, headers=challenge, times=1)
    gateway.respond_json({"ok": 1})

    class Body:
        length = None

        def chunks(self) -> Any:
            yield b"one"
            yield b"two"

    client = library.Client(auth=library.DigestAuth("user", "pass"))
    answer = InjectedTransport(client).send(Request("POST", gateway.url, [], Body(), CLOCKS))
    assert answer.read() == b'{"ok":1}'
    assert [request.body for request in gateway.requests] == [b"onetwo", b"onetwo"]
    client.close()


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_client_is_never_closed(library: Any, gateway: FakeGateway) -> None:
    gateway.respond_json({})
    client = library.Client()
    transport = InjectedTransport(client)
    transport.send(Request("GET", gateway.url, [], None, CLOCKS)).read()
    transport.close()
    assert client.is_closed is False
    client.close()


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_exception_of_a_hook_passes_through(library: Any, gateway: FakeGateway) -> None:
    def hook(_request: Any) -> None:
        raise ZeroDivisionError("the caller's own")

    gateway.respond_json({})
    client = library.Client(event_hooks={"request": [hook]})
    with pytest.raises(ZeroDivisionError):
        InjectedTransport(client).send(Request("GET", gateway.url, [], None, CLOCKS))
    client.close()


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_hook_may_read_the_answer(library: Any, gateway: FakeGateway) -> None:
    gateway.respond_bytes(gzip.compress(b"hello"), headers={"Content-Encoding": "gzip"})
    client = library.Client(event_hooks={"response": [lambda response: response.read()]})
    answer = InjectedTransport(client).send(Request("GET", gateway.url, [], None, CLOCKS))
    assert answer.read() == b"hello"
    assert "content-encoding" not in dict(answer.headers)
    client.close()


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_mock_transport_of_the_library_works(library: Any) -> None:
    def answer(request: Any) -> Any:
        return library.Response(200, json={"method": request.method})

    client = library.Client(transport=library.MockTransport(answer))
    response = InjectedTransport(client).send(Request("POST", "http://test/v1/x", [], b"{}", CLOCKS))
    assert response.read().replace(b" ", b"") == b'{"method":"POST"}'
    client.close()


def test_the_kinds_are_told_apart() -> None:
    class Mine(httpx2.Client):
        pass

    assert kind_of_client(Mine()) == "sync"
    assert kind_of_client(httpx.Client()) == "sync"
    assert kind_of_client(httpx.AsyncClient()) == "async"
    assert kind_of_client(httpx2.AsyncClient()) == "async"
    assert kind_of_client(object()) is None
    with pytest.raises(TypeError, match="asynchronous client"):
        InjectedTransport(httpx2.AsyncClient())
    with pytest.raises(TypeError, match="synchronous client"):
        AsyncInjectedTransport(httpx2.Client())
    with pytest.raises(TypeError, match="'dict'"):
        InjectedTransport({})


def test_telling_them_apart_imports_neither() -> None:
    code = (
        "import sys; from onceward.transports.injected import kind_of_client; kind_of_client(object()); "
        "assert not {'httpx', 'httpx2'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_stream_of_the_library_is_left_as_it_was(library: Any, gateway: FakeGateway) -> None:
    """The read clock hooks into the connection only while an answer of ours is being read."""
    gateway.respond_json({"ok": 1})
    client = library.Client()
    transport = InjectedTransport(client)
    transport.send(Request("GET", gateway.url, [], None, CLOCKS)).read()
    answer = client.get(gateway.url)
    assert "read" not in vars(answer.extensions["network_stream"])
    client.close()
