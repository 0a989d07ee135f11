"""Helpers of the telemetry tests: parsed metrics, calls, and programs that may not be installed."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

Launch = Callable[..., Any]
CHAT = "/v1/chat/completions"
_LINE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
_LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)')


class Read:
    """Metrics at one moment."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.series: list[tuple[str, dict[str, str], float]] = []
        for line in text.splitlines():
            if line and not line.startswith("#"):
                found = _LINE.fullmatch(line)
                assert found is not None, f"no line of metrics: {line!r}"
                self.series.append((found[1], dict(_LABEL.findall(found[2] or "")), float(found[3])))

    def sum(self, name: str, **labels: str) -> float:
        """The sum of a metric's series that have these labels."""
        rows = [value for found, own, value in self.series if found == name and labels.items() <= own.items()]
        return sum(rows)

    def labels(self, name: str) -> list[dict[str, str]]:
        return [own for found, own, _ in self.series if found == name]


async def read(url: str, key: str | None = None) -> Read:
    """The metrics of a gateway."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx2.AsyncClient() as client:
        answer = await client.get(url + "/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return Read(answer.text)


def asked(model: str = "onceward/echo", **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "Hello!"}], **more}


def key_of(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def program(name: str, package: str) -> str:
    """The path of a program; a test without it is skipped, except where nothing may be left out."""
    found = shutil.which(name)
    if found is None:
        reason = f"`{name}` is not installed (Debian: apt-get install {package})"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def until(there: Callable[[], Awaitable[Any]], what: str, seconds: float = 30) -> Any:
    """Return the value of `there` as soon as it is set."""
    deadline = time.monotonic() + seconds
    while True:
        found = await there()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        await asyncio.sleep(0.05)
