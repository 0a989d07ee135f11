"""The server process: uvicorn with the application, and a graceful shutdown.

On SIGTERM (or Ctrl+C, or SIGHUP when its terminal is closed), new calls are rejected with 529 `draining`, running ones
continue for `drain_timeout_seconds`, then the listener closes. A second signal interrupts running calls and ends the
process within seconds, whatever it waits for; a third one ends it at once.

The system does not count signals: two of the same kind that are sent before the process handles the first are one. So
the drain is always limited by `drain_timeout_seconds`, which by default is shorter than the timeout of `docker stop`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any

import uvicorn

from ..core.threads import (
    computing,
    end_threads,
    share_the_interpreter,
)
from .app import App
from .garbage_collection import collect_when_quiet
from .listening import (
    Acceptor,
    ConnectionBalance,
    Counted,
)
from .protocol import HttpProtocol

__all__ = ["GatewayServer", "bind", "serve", "server_config"]

_log = logging.getLogger("onceward_gateway")
_SECOND_SIGNAL_SECONDS = 3.0
_BACKLOG = 2048


Beside = Callable[["GatewayServer"], Coroutine[Any, Any, None]]


class GatewayServer(uvicorn.Server):
    """A server that drains before it stops listening."""

    def __init__(
        self, config: uvicorn.Config, app: App, beside: Beside | None = None, balance: ConnectionBalance | None = None
    ) -> None:
        super().__init__(config)
        self._balance = balance
        self._app = app
        self._beside = beside
        self._signals = 0
        self._draining: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, with a balanced share of the connections where several workers serve one socket.

        Then start the tasks of the server: garbage collection and the task beside it.
        """
        if self._balance is None:
            await super().startup(sockets)
        else:
            self.server_state.connections = Counted(self._balance)
            await super().startup([])
            if self.started:
                servers: list[Any] = [Acceptor(one, self._protocol, self._balance) for one in sockets or ()]
                self.servers = servers
        if self.started:
            gateway = self._app.gateway
            gateway.spawn(collect_when_quiet(lambda: len(gateway.calls.running), computing), "the garbage collector")
        if self.started and self._beside is not None:
            self._app.gateway.spawn(self._beside(self), "beside the server")

    def _protocol(self) -> asyncio.Protocol:
        """Return the protocol of a new connection, as uvicorn creates it."""
        protocol: Any = self.config.http_protocol_class
        made: asyncio.Protocol = protocol(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain at the first signal, interrupt running calls at the second, exit at the third."""
        self._signals += 1
        loop = self._app.gateway.loop
        if self._signals == 1:
            loop.call_soon_threadsafe(self._begin_to_drain)
        elif self._signals == 2:
            self.should_exit = True
            # Do not wait for clients that do not read the end of their streams.
            self.config.timeout_graceful_shutdown = 1
            threading.Thread(target=_exit_soon, name="second signal", daemon=True).start()
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


def _exit_soon() -> None:
    """End the process if it has not ended by itself after a few seconds."""
    time.sleep(_SECOND_SIGNAL_SECONDS)
    _log.error("the second signal ended the process before everything was written")
    os._exit(1)


def _drain_on_hangup(server: GatewayServer) -> None:
    """Drain on SIGHUP as on SIGTERM, unless it is ignored (`nohup`)."""
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is signal.SIG_DFL:
        signal.signal(hangup, server.handle_exit)


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 selects a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # A client that connects before the gateway is ready waits instead of being refused.
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def server_config(app: App) -> uvicorn.Config:
    """Return the uvicorn configuration of the application."""
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
    """Drops uvicorn's errors about connections that are closed on purpose."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "returned without" not in record.getMessage()


def serve(
    app: App, listener: socket.socket, *, beside: Beside | None = None, balance: ConnectionBalance | None = None
) -> int:
    """Serve on a bound socket until stopped, with `beside` running meanwhile, and return the exit status.

    `balance` shares the connections with the other workers of the socket.
    """
    share_the_interpreter()
    logging.getLogger("uvicorn.error").addFilter(_Quiet())
    server = GatewayServer(server_config(app), app, beside, balance)
    # uvicorn raises a caught signal again at its end; a graceful stop is a success and exits with 0.
    server._captured_signals = []
    _drain_on_hangup(server)
    try:
        server.run(sockets=[listener])
    except SystemExit:
        # The start failed, and the reason is logged; uvicorn's own exit status is of no use to a caller.
        return 1
    if not end_threads():
        # Python would wait for the threads, whose results are no longer needed; everything is written.
        logging.shutdown()
        os._exit(0)
    return 0
