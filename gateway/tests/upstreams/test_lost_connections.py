"""Connections that a provider closes before the head of its answer is complete: the request is sent again."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from .kit import clean_gateway, prices

BODY = json.dumps(
    {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello."}}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
    }
).encode()
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)


class _Provider(socketserver.ThreadingTCPServer):
    """A provider that sends the next of `answers` to each request and closes the connection after it."""

    daemon_threads = allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[bytes] = []


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        size = 0
        while line := self.rfile.readline().strip():
            name, _, value = line.partition(b":")
            size = int(value) if name.lower() == b"content-length" else size
        if self.rfile.read(size):
            assert isinstance(self.server, _Provider)
            self.wfile.write(self.server.answers.pop(0))


@pytest.fixture(scope="module")
def provider() -> Iterator[_Provider]:
    with _Provider() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, provider: _Provider) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("lost")
    base = f"http://127.0.0.1:{provider.server_address[1]}/v1"
    config = f'[providers.up]\nbase_url = "{base}"\nretries = 1\n{prices(["m"])}'
    with clean_gateway(folder, config) as found:
        yield found


def ask(url: str) -> httpx2.Response:
    body = {"model": "up/m", "messages": [{"role": "user", "content": "Hello, how are you?"}]}
    return httpx2.post(f"{url}/v1/chat/completions", json=body, timeout=30)


@pytest.mark.parametrize("at", [0, 4, 12, WHOLE.index(b"Content-L"), WHOLE.index(b"\r\n\r\n") + 3])
def test_a_connection_that_is_lost_before_the_head_is_complete_is_tried_again(
    url: str, provider: _Provider, at: int
) -> None:
    provider.answers = [WHOLE[:at], WHOLE]
    response = ask(url)
    assert (response.status_code, provider.answers) == (200, [])
    call = httpx2.get(f"{url}/v1/calls/{response.headers['x-onceward-call-id']}", timeout=30).json()
    assert call["usage"]["total_tokens"] == 12


def test_the_number_of_retries_holds_for_lost_connections(url: str, provider: _Provider) -> None:
    provider.answers = [WHOLE[:12], WHOLE[:12], WHOLE]
    response = ask(url)
    assert (response.status_code, provider.answers) == (502, [WHOLE])
    assert "closed the connection without an answer" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "broken", [b"<html>hello</html>", WHOLE.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")]
)
def test_a_head_that_is_not_http_is_not_requested_again(url: str, provider: _Provider, broken: bytes) -> None:
    provider.answers = [broken, WHOLE]
    assert (ask(url).status_code, provider.answers) == (502, [WHOLE])
