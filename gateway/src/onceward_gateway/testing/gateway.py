"""A gateway in this process, and requests to it without a socket."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from ..config.load import Settings
from ..core.clock import Clock
from ..entry.app import App
from ..entry.services import Services
from .clock import ManualClock

__all__ = ["InProcessGateway", "GatewayResponse"]

_CLIENT = ("127.0.0.1", 40000)
_SERVER = ("127.0.0.1", 4100)


@dataclass(slots=True)
class GatewayResponse:
    """A reply of the gateway: its status, its headers with names in lower case, and its body.

    The body of a reply from `InProcessGateway.stream` is empty; its bytes come from `chunks`.
    """

    status: int
    headers: dict[str, str]
    body: bytes = b""
    chunks: AsyncIterator[bytes] | None = None

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def json(self) -> Any:
        """Return the body as JSON.

        Raises:
            msgspec.DecodeError: The body is not JSON.
        """
        return msgspec.json.decode(self.body)


class InProcessGateway:
    """A gateway in this process, with offline models and a database in a temporary directory.

    An asynchronous context manager. `settings` are those of a gateway (`onceward_gateway.Settings`); the default
    serves the offline models without a key. `clock` is the time that the gateway sees. `app` is the ASGI application,
    for HTTP clients that take one as their transport.
    """

    def __init__(self, settings: Settings | None = None, *, clock: Clock | None = None) -> None:
        self.clock = ManualClock() if clock is None else clock
        self._settings = settings
        self._life = AsyncExitStack()
        self._app: App | None = None

    @property
    def app(self) -> App:
        """The ASGI application of the running gateway.

        Raises:
            RuntimeError: The gateway does not run.
        """
        if self._app is None:
            raise RuntimeError("The gateway does not run. Use `async with InProcessGateway() as gateway:`.")
        return self._app

    async def __aenter__(self) -> InProcessGateway:
        async with AsyncExitStack() as life:
            settings = self._settings
            if settings is None:
                folder = life.enter_context(tempfile.TemporaryDirectory(prefix="onceward-"))
                settings = replace(Settings(), data_dir=Path(folder), offline=True)
            app = App(Services(settings, clock=self.clock))
            await app.start()
            life.push_async_callback(app.gateway.stop)
            self._app = app
            self._life = life.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._app = None
        await self._life.aclose()

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> GatewayResponse:
        """Send a request and return the whole reply.

        `json` is sent as a JSON body, `body` as it is. `path` may have a query.
        """
        async with self.stream(method, path, json=json, body=body, headers=headers) as reply:
            assert reply.chunks is not None
            pieces = [piece async for piece in reply.chunks]
        return replace(reply, body=b"".join(pieces), chunks=None)

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[GatewayResponse]:
        """Send a request, and yield its reply when the head has arrived; `chunks` of it are the body as it comes.

        Leaving the block before the end disconnects the client.
        """
        exchange = _Exchange(method, path, *_payload(json, body, headers))
        task = asyncio.get_running_loop().create_task(exchange.run(self.app))
        try:
            yield await exchange.reply()
        finally:
            exchange.disconnect()
            await task


class _Exchange:
    """One request as an ASGI application sees it."""

    def __init__(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
        split = urlsplit(path)
        self._body = body
        self._sent = False
        self._gone = asyncio.Event()
        self._messages: asyncio.Queue[dict[str, Any] | BaseException | None] = asyncio.Queue(maxsize=16)
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method.upper(),
            "scheme": "http",
            "path": split.path,
            "raw_path": quote(split.path, safe="/%:@!$&'()*+,;=~-._").encode(),
            "query_string": split.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
            "client": _CLIENT,
            "server": _SERVER,
        }

    async def run(self, app: App) -> None:
        """Let the application answer. Its exceptions are raised where the reply is read."""
        try:
            await app(self._scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - a connection that the application breaks is seen by its client
            await self._put(error)
        await self._put(None)

    async def _receive(self) -> dict[str, Any]:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        await self._put(message)

    async def _put(self, message: dict[str, Any] | BaseException | None) -> None:
        """Hand a message to the client, which may be slow; drop it where the client is gone."""
        if self._gone.is_set():
            return
        putting = asyncio.ensure_future(self._messages.put(message))
        leaving = asyncio.ensure_future(self._gone.wait())
        try:
            await asyncio.wait((putting, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            putting.cancel()
            leaving.cancel()

    async def reply(self) -> GatewayResponse:
        """Return the reply when its head has arrived."""
        start = await self._next()
        if start is None:
            raise ConnectionResetError("The gateway closed the connection before it answered.")
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
        return GatewayResponse(start["status"], headers, chunks=self._chunks())

    async def _chunks(self) -> AsyncIterator[bytes]:
        while (message := await self._next()) is not None:
            if message.get("body"):
                yield message["body"]
            if not message.get("more_body", False):
                return
        raise ConnectionResetError("The gateway closed the connection before the end of its reply.")

    async def _next(self) -> dict[str, Any] | None:
        message = await self._messages.get()
        if isinstance(message, BaseException):
            raise message
        return message

    def disconnect(self) -> None:
        """Close the connection."""
        self._gone.set()


def _payload(json: Any, body: bytes, headers: Mapping[str, str] | None) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of a request."""
    sent = {"host": f"{_SERVER[0]}:{_SERVER[1]}"}
    if json is not None:
        body = msgspec.json.encode(json)
        sent["content-type"] = "application/json"
    if body:
        sent["content-length"] = str(len(body))
    sent.update({name.lower(): value for name, value in (headers or {}).items()})
    return body, sent
