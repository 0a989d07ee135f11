"""The event loop goes on while a gateway is attacked, and slow bodies have an end."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import Launch

pytestmark = pytest.mark.slow

_BENCH = Path(__file__).parents[2] / "benchmarks" / "stalls.py"
# CPU time of the whole process; on a busy machine, cold caches add to it. The stalls that this must detect take
# seconds.
_MOST_MS = 200


@pytest.mark.parametrize(
    "attacks",
    [["schema", "minLength", "pattern", "tools"], ["brackets", "numbers", "wrong"], ["25 MB", "upload", "budget"]],
)
def test_no_attack_holds_the_event_loop_up(attacks: list[str]) -> None:
    command = [sys.executable, str(_BENCH), "--most", str(_MOST_MS), *attacks]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""


def _address(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("http://").partition(":")
    return host, int(port)


@pytest.mark.parametrize(
    ("limit", "content_type"),
    [
        ("BODY_IDLE_TIMEOUT_SECONDS", "application/json"),
        ("BODY_TIMEOUT_SECONDS", "application/json"),
        ("UPLOAD_TIMEOUT_SECONDS", "multipart/form-data; boundary=x"),
    ],
)
def test_a_slow_body_is_given_up(launch: Launch, limit: str, content_type: str) -> None:
    name = f"ONCEWARD_GATEWAY_{limit}"
    url = launch("--offline", config=f"[limits]\n{limit.lower()} = 1.0\n").url
    path = "/v1/chat/completions" if "json" in content_type else "/v1/files"
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\nContent-Length: 99999\r\n\r\n"
    with socket.create_connection(_address(url), timeout=20) as connection:
        connection.sendall(
            head.encode()
            + (b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n' * ("multi" in content_type))
        )
        said, deadline = b"", time.monotonic() + 20
        connection.settimeout(0.2)
        while b"slow_body" not in said and time.monotonic() < deadline:
            if limit != "BODY_IDLE_TIMEOUT_SECONDS":
                connection.sendall(b" ")
            try:
                said += connection.recv(65536)
            except TimeoutError:
                continue
    assert said.startswith(b"HTTP/1.1 408 "), (name, said)
    assert json.loads(said.partition(b"\r\n\r\n")[2])["error"]["code"] == "slow_body"
