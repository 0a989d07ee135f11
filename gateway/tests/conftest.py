"""A real gateway process on a free port, and a scripted provider."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import fork_server
import pytest
from aiohttp import web

from .databases import environ_for, leave

HERE = Path(__file__).parent
# Tests of code that writes, reads, locks or recovers records in its own way. The rest only uses that code.
STORAGE = [
    *(HERE / name for name in ("storage", "ledger", "limits", "settlement", "jobs", "platform_objects")),
    *(
        HERE / name
        for name in ("test_idempotent_calls.py", "test_data_plane.py", "test_signals.py", "routing/test_admin.py")
    ),
    *(HERE / "sweep" / name for name in ("test_money_queries.py", "test_named_objects.py", "test_queries.py")),
    HERE / "telemetry/test_metrics.py",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of storage, which run on PostgreSQL too."""
    for place in STORAGE:
        assert place.exists(), f"{place} was moved: correct STORAGE in {__file__}"
    of_storage = {path: any(map(path.is_relative_to, STORAGE)) for path in {item.path for item in items}}
    for item in items:
        if of_storage[item.path]:
            item.add_marker("storage")


def pytest_unconfigure() -> None:
    """The run is over: what it made of databases goes."""
    leave()


class GatewayProcess:
    """`python -m onceward_gateway` and what a test does to it."""

    def __init__(
        self, folder: Path, *arguments: str, environ: dict[str, str] | None = None, log: Path | None = None
    ) -> None:
        self.folder = folder
        self.log = log
        self.arguments = arguments
        self.environ = environ or {}
        self.process: fork_server.Process | None = None
        self.url = ""

    def start(self) -> GatewayProcess:
        env = {name: value for name, value in os.environ.items() if not name.startswith("ONCEWARD")}
        env |= environ_for(self.folder / "data") | {"ONCEWARD_GATEWAY_FAULT_MODELS": "true"}
        errors = None if self.log is None else self.log.open("ab")
        options = ["--port", "0", "--data-dir", str(self.folder / "data"), *self.arguments]
        self.process = fork_server.start(
            options, cwd=self.folder, env=env | self.environ, stdout=subprocess.PIPE, stderr=errors
        )
        if errors is not None:
            errors.close()
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://\S+", line)
        if found is None:
            self.stop()
            raise AssertionError(f"the gateway did not start: {line!r}")
        self.url = found[0]
        deadline = time.monotonic() + 60
        while not self.is_ready():
            assert time.monotonic() < deadline, "the gateway did not become ready"
        return self

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + "/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self._reap()

    def terminate(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float = 20) -> int:
        assert self.process is not None
        status = self.process.wait(seconds)
        self._reap()
        return status

    def _reap(self) -> None:
        assert self.process is not None
        self.process.wait(20)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None:
            self._reap()


Launch = Callable[..., GatewayProcess]


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a gateway that answers every model name offline and asks for no key."""
    server = GatewayProcess(tmp_path_factory.mktemp("gateway"), "--offline").start()
    yield server.url
    server.stop()


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Start gateways with a configuration of the test's own; the same folder keeps the same records."""
    started: list[GatewayProcess] = []

    def start(*arguments: str, config: str | None = None, **environ: str) -> GatewayProcess:
        if config is not None:
            (tmp_path / "onceward.toml").write_text(config)
        started.append(GatewayProcess(tmp_path, *arguments, environ=environ).start())
        return started[-1]

    yield start
    for server in started:
        server.stop()


class RedisServer:
    """A `redis-server` of the test's own, that keeps nothing when it is killed, and always its port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, *arguments: str) -> RedisServer:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", *arguments]
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not self._answers():
            assert time.monotonic() < deadline, "redis-server did not start"
            time.sleep(0.01)
        return self

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                # A server that asks for a password answers too.
                return connection.recv(64)[:1] in (b"+", b"-")
        except OSError:
            return False

    def send_signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that a test may kill and start again."""
    if shutil.which("redis-server") is None:
        pytest.skip("`redis-server` is not installed")
    server = RedisServer(tmp_path).start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis for all tests that leave it alone; each takes a prefix of its own."""
    if shutil.which("redis-server") is None:
        pytest.skip("`redis-server` is not installed")
    server = RedisServer(tmp_path_factory.mktemp("redis")).start()
    yield server
    server.kill()


class Upstream:
    """A provider on a free port. `answer` is what it does with the next requests; `requests` is what it got."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answer: Callable[[web.Request], Any] | None = None
        self.url = ""
        self.cancelled = 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.requests.append({"path": request.path, "headers": dict(request.headers), "body": body})
        assert self.answer is not None
        response: web.StreamResponse = await self.answer(request)
        return response

    def events(self, *events: bytes, headers: dict[str, str] | None = None) -> None:
        """Answer with these bytes, each written alone."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"} | (headers or {}))
            await response.prepare(request)
            for event in events:
                await response.write(event)
            return response

        self.answer = answer

    def json(self, value: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Answer with a JSON body."""

        async def answer(request: web.Request) -> web.StreamResponse:
            return web.json_response(value, status=status, headers=headers)

        self.answer = answer


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    """A provider that a test configures."""
    fake = Upstream()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.serve)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.url = site.name
    yield fake
    await runner.cleanup()
