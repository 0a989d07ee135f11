"""Gateway processes on one PostgreSQL, and what tests ask of them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import psycopg

from ..conftest import GatewayProcess
from ..databases import url_for

__all__ = [
    "CHAT",
    "MASTER",
    "Gateways",
    "Reading",
    "asked",
    "eventually",
    "frames",
    "ids_of",
    "in_clients",
    "record_of",
]

CHAT = "/v1/chat/completions"
MASTER = {"Authorization": "Bearer sk-master-0123456789abcdef"}
CONFIG = """
[auth]
api_keys = ["sk-master-0123456789abcdef"]
[cluster]
heartbeat_seconds = 0.2
lease_seconds = 1.5
[prices."onceward/echo"]
input_per_million = 1.0
output_per_million = 2.0
"""


class Gateways:
    """Nodes that share a database, each with a folder of its own."""

    def __init__(
        self, folder: Path, *, config: str = "", redis: str | None = None, database: str | None = None
    ) -> None:
        self.folder = folder
        self.database = database or url_for(folder, "postgresql").reveal()
        self._config = CONFIG + config
        self._environ = {"ONCEWARD_GATEWAY_DATABASE_URL": self.database}
        if redis is not None:
            self._environ["ONCEWARD_GATEWAY_REDIS_URL"] = redis
        self.nodes: list[GatewayProcess] = []

    def lease(self, seconds: float) -> None:
        """Let nodes that are added take others for dead after so many seconds only."""
        self._config = self._config.replace("lease_seconds = 1.5", f"lease_seconds = {seconds}")

    def add(self, *arguments: str, log: bool = False) -> GatewayProcess:
        """Start one more node; with `log`, its standard error goes to a file."""
        folder = self.folder / f"node{len(self.nodes)}"
        folder.mkdir()
        (folder / "onceward.toml").write_text(self._config)
        node = GatewayProcess(folder, *arguments, environ=self._environ, log=folder / "log" if log else None)
        self.nodes.append(node)
        return node.start()

    def started(self, count: int, *arguments: str) -> Gateways:
        for _ in range(count):
            self.add(*arguments)
        return self

    @property
    def urls(self) -> list[str]:
        return [node.url for node in self.nodes]

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows in the database, read directly."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(query, parameters).fetchall()  # type: ignore[call-overload,no-any-return]  # a text of a test

    def run(self, statement: str, *parameters: Any) -> None:
        """Change the database from outside."""
        with psycopg.connect(self.database) as connection:
            connection.execute(statement, parameters)  # type: ignore[call-overload]  # a text of a test

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()


def asked(text: str = "Tell me about rivers and gates.", *, stream: bool = False, pace: float = 0, **more: Any) -> Any:
    body = {"model": "onceward/echo", "messages": [{"role": "user", "content": text}], "stream": stream} | more
    return body | ({"provider_specific_params": {"pace": pace}} if pace else {})


def frames(text: str) -> list[str]:
    """The events of a stream, pings left out."""
    return [frame for frame in re.split(r"(?<=\n\n)", text) if frame.startswith("id:")]


def ids_of(events: list[str]) -> list[str]:
    return [event.split("\n")[0].removeprefix("id: ") for event in events]


def record_of(url: str, call: str) -> dict[str, Any]:
    answer: dict[str, Any] = httpx2.get(f"{url}/v1/calls/{call}", headers=MASTER).json()
    return answer


async def eventually(condition: Callable[[], Awaitable[Any] | Any], seconds: float = 90) -> Any:
    """Return the value of a condition once it is set; fail if that takes too long."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return found
        assert time.monotonic() < deadline, f"{condition} did not come true"
        await asyncio.sleep(0.03)


@asynccontextmanager
async def in_clients(urls: list[str], headers: dict[str, str] = MASTER) -> AsyncIterator[list[httpx2.AsyncClient]]:
    """A client for each URL."""
    limits = httpx2.Limits(max_connections=100)
    async with contextlib.AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                httpx2.AsyncClient(base_url=url, headers=headers, timeout=60, limits=limits)
            )
            for url in urls
        ]


class Reading:
    """A stream that is read beside the test: what came so far, and how it ended."""

    def __init__(self, client: httpx2.AsyncClient, body: Any, **headers: str) -> None:
        self.text = ""
        self.status = 0
        self.headers: Any = {}
        self.cut: Exception | None = None
        self._client = client
        self._body = body
        self._named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async with self._client.stream("POST", CHAT, json=self._body, headers=self._named) as answer:
                self.status, self.headers = answer.status_code, answer.headers
                async for piece in answer.aiter_text():
                    self.text += piece
        except httpx2.TransportError as error:
            self.cut = error

    @property
    def events(self) -> list[str]:
        return frames(self.text)

    async def has(self, count: int) -> list[str]:
        """Wait for so many events; gives those that came."""
        await eventually(lambda: len(self.events) >= count or self._task.done())
        assert len(self.events) >= count, (self.status, self.text)
        return self.events

    async def end(self, seconds: float = 60) -> list[str]:
        """Wait for the end; gives all events."""
        async with asyncio.timeout(seconds):
            await self._task
        return self.events

    async def leave(self) -> None:
        """Hang up."""
        self._task.cancel()
        await asyncio.wait([self._task])


def no_postgres() -> bool:
    from ..servers import postgres_programs

    return postgres_programs() is None and not os.environ.get("ONCEWARD_TEST_POSTGRES")
