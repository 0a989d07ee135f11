"""The process: uvicorn around the application, and a stop that loses no stream.

On SIGTERM (or Ctrl+C) new calls are refused with 529 `draining`, those that run go on for the time of grace, then the
listener closes. A second signal interrupts those that still run, a third ends the process as it is.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any

import uvicorn

from .app import App
from .offload import share_the_interpreter
from .protocol import HttpProtocol

__all__ = ["GatewayServer", "bind", "serve"]

_log = logging.getLogger("headgate_gateway")


Beside = Callable[["GatewayServer"], Coroutine[Any, Any, None]]


class GatewayServer(uvicorn.Server):
    """A server that drains before it stops listening."""

    def __init__(self, config: uvicorn.Config, app: App, beside: Beside | None = None) -> None:
        super().__init__(config)
        self._app = app
        self._beside = beside
        self._signals = 0
        self._draining: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._beside is not None:
            self._app.gateway.spawn(self._beside(self), "beside the server")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal drains, the second ends what still runs, the third asks nobody."""
        self._signals += 1
        loop = self._app.gateway.loop
        if self._signals == 1:
            loop.call_soon_threadsafe(self._begin_to_drain)
        elif self._signals == 2:
            self.should_exit = True
            loop.call_soon_threadsafe(self._end_calls)
        else:
            os._exit(1)

    def _end_calls(self) -> None:
        self._ending = self._app.gateway.loop.create_task(self._app.gateway.calls.drain(0))

    def _begin_to_drain(self) -> None:
        if self._draining is None:
            self._app.gateway.draining = True
            self._draining = self._app.gateway.loop.create_task(self._drain())

    async def _drain(self) -> None:
        try:
            await self._app.gateway.drain()
        finally:
            self.should_exit = True


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def _config(app: App) -> uvicorn.Config:
    asgi: Any = app
    return uvicorn.Config(
        asgi,
        http=HttpProtocol,
        loop="auto" if sys.platform == "win32" else "uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
    )


class _Quiet(logging.Filter):
    """Connections that are closed on purpose are no errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "returned without" not in record.getMessage()


def serve(app: App, listener: socket.socket, *, beside: Beside | None = None) -> int:
    """Serve on a bound socket until told to stop, with something beside it while it serves. Gives the exit status."""
    share_the_interpreter()
    logging.getLogger("uvicorn.error").addFilter(_Quiet())
    server = GatewayServer(_config(app), app, beside)
    # uvicorn raises a caught signal again at its end; an orderly stop is a success and exits with 0.
    server._captured_signals = []
    try:
        server.run(sockets=[listener])
    except SystemExit:
        # The start failed, and was told of: uvicorn's own status for it means nothing to a caller.
        return 1
    return 0
