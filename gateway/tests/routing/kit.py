"""Scripted providers on real sockets, and a gateway in this process with a manual clock."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx2
from aiohttp import web

from onceward_gateway.config.load import load
from onceward_gateway.entry.app import App
from onceward_gateway.entry.services import Services

from ..databases import environ_for

CHAT = "/v1/chat/completions"
DONE = b"data: [DONE]\n\n"


class TurnedClock:
    """The machine's clock, and what a test turned it by."""

    def __init__(self) -> None:
        self.turned = 0.0

    def time(self) -> float:
        return time.time() + self.turned

    def monotonic(self) -> float:
        return time.monotonic() + self.turned

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def answer(text: str = "Hi.") -> dict[str, Any]:
    return {
        "id": "chatcmpl-up",
        "object": "chat.completion",
        "created": 1,
        "model": "up",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12},
    }


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]} | more
    return b"data: " + json.dumps(body).encode() + b"\n\n"


ROLE = chunk({"role": "assistant", "content": ""})


def words(*texts: str) -> list[bytes]:
    usage = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
    return [ROLE, *[chunk({"content": t}) for t in texts], chunk(finish="stop"), chunk(choices=[], usage=usage), DONE]


class Provider:
    """One upstream. `act` does the next requests; `seen` is what came."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.url = ""
        self.seen: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.gate: asyncio.Event | None = None
        self._news = asyncio.Event()
        self.act: Callable[[web.Request, dict[str, Any]], Any] = self._well

    async def serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.seen.append(body)
        self.headers.append(dict(request.headers))
        self._news.set()
        if self.gate is not None:
            await self.gate.wait()
        response: web.StreamResponse = await self.act(request, body)
        return response

    async def saw(self, count: int) -> None:
        """Return when so many requests have come."""
        while len(self.seen) < count:
            self._news.clear()
            await self._news.wait()

    async def _well(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        if body.get("stream"):
            return await self._write(request, words("from ", self.name))
        return web.json_response(answer(f"from {self.name}"))

    async def _write(self, request: web.Request, events: Iterable[bytes]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for event in events:
            await response.write(event)
        return response

    def well(self) -> None:
        self.act = self._well

    def says(self, *events: bytes) -> None:
        async def act(request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
            return await self._write(request, events)

        self.act = act

    def gives(self, value: dict[str, Any]) -> None:
        async def act(request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
            return web.json_response(value)

        self.act = act

    def fails(self, status: int, headers: dict[str, str] | None = None, **error: Any) -> None:
        async def act(request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
            return web.json_response(
                {"error": {"message": f"{self.name} is down"} | error}, status=status, headers=headers
            )

        self.act = act


class Bench:
    """A gateway in this process in front of providers `a`, `b`, `c`."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._life = AsyncExitStack()
        stack.push_async_callback(self._life.aclose)
        self.clock = TurnedClock()
        self.providers: dict[str, Provider] = {}
        # The common part of every configuration in the tests.
        self.lines: list[str] = []
        self.gateway: Services
        self.app: App
        self.http: httpx2.AsyncClient

    async def provider(self, name: str) -> Provider:
        fake = Provider(name)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", fake.serve)
        runner = web.AppRunner(app, handler_cancellation=True)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        fake.url = site.name
        self.providers[name] = fake
        return fake

    async def start(self, config: str, environ: dict[str, str] | None = None, **changes: Any) -> None:
        await self._life.aclose()  # a data folder has one gateway at a time
        file = self._folder / "onceward.toml"
        file.write_text(config)
        data = self._folder / "data"
        settings = load(file, environ_for(data) | (environ or {}), {"data_dir": str(data)})
        self.gateway = Services(replace(settings, **changes), clock=self.clock)
        self.app = App(self.gateway)
        await self.app.start()
        self._life.push_async_callback(self.gateway.stop)
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(cast(Any, self.app)), base_url="http://localhost:4100", timeout=30
        )
        self._life.push_async_callback(self.http.aclose)

    async def chat(self, model: str = "m", **more: Any) -> httpx2.Response:
        headers = more.pop("headers", None)
        body = {"model": model, "messages": [{"role": "user", "content": "Hello!"}]} | more
        return await self.http.post(CHAT, json=body, headers=headers)


def text_of(response: httpx2.Response) -> str:
    """The text of a chat answer, whole or streamed."""
    if "event-stream" not in response.headers["content-type"]:
        content: str = response.json()["choices"][0]["message"]["content"]
        return content
    text = ""
    for event in events_of(response):
        for choice in event.get("choices", ()):
            text += choice["delta"].get("content") or ""
    return text


def events_of(response: httpx2.Response) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]
