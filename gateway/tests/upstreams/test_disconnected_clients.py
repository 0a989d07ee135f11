"""A client that left for good: the try that runs is read to its end, and no other one begins."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from .kit import clean_gateway, prices

HELLO = [{"role": "user", "content": "Hello, how are you?"}]
FAILED = b"HTTP/1.1 500 No\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


class _Provider(socketserver.ThreadingTCPServer):
    """A provider that responds to the first request of each test when `answer` is called."""

    daemon_threads = allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked = 0
        self.answer = b""
        self.here, self.go = threading.Event(), threading.Event()


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        size = 0
        while line := self.rfile.readline().strip():
            name, _, value = line.partition(b":")
            size = int(value) if name.lower() == b"content-length" else size
        if not self.rfile.read(size):
            return
        server = self.server
        assert isinstance(server, _Provider)
        server.asked += 1
        server.here.set()
        server.go.wait(30)
        self.wfile.write(server.answer)


@pytest.fixture(scope="module")
def provider() -> Iterator[_Provider]:
    with _Provider() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, provider: _Provider) -> Iterator[str]:
    base = f"http://127.0.0.1:{provider.server_address[1]}/v1"
    config = f"""
[providers.up]
base_url = "{base}"
retries = 2
[deployments.first]
model_name = "pool"
model = "up/a"
[deployments.second]
model_name = "pool"
model = "up/b"
[routing]
allowed_fails = 1000
{prices(("a", "b"))}
"""
    with clean_gateway(tmp_path_factory.mktemp("left"), config) as found:
        yield found


def ended(url: str) -> dict[str, Any]:
    """The last call, when it has ended."""
    deadline = time.monotonic() + 20
    while True:
        found = httpx2.get(f"{url}/v1/calls?limit=1", timeout=30).json()["data"]
        if found and found[0]["status"] != "in_progress":
            record: dict[str, Any] = found[0]
            return record
        assert time.monotonic() < deadline, "the call did not end"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("model", "answer"),
    [("pool", FAILED), ("pool", FAILED.replace(b"500 No", b"429 No")), ("up/a", b""), ("pool", b"")],
    ids=["failed", "limited", "lost", "pool-lost"],
)
def test_no_try_begins_for_a_client_that_left(url: str, provider: _Provider, model: str, answer: bytes) -> None:
    provider.here.clear()
    provider.go.clear()
    provider.asked, provider.answer = 0, answer
    body = {"model": model, "messages": HELLO}
    with httpx2.Client(timeout=30) as client, pytest.raises(httpx2.ReadTimeout):
        client.post(f"{url}/v1/chat/completions", json=body, timeout=0.5)
    assert provider.here.wait(20)
    # The gateway notices that the connection is gone before anything else comes on it.
    time.sleep(0.1)
    provider.go.set()
    record = ended(url)
    assert record["status"] == "failed"
    assert provider.asked == 1
