"""The server of the metrics on a port of their own: a second uvicorn server in the process."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

from ..config.table import ConfigError
from ..telemetry.exporter import MetricsApp
from .protocol import HttpProtocol

__all__ = ["MetricsServer"]

_KEEP_ALIVE_SECONDS = 75
_SHUTDOWN_SECONDS = 1
_POLL_SECONDS = 0.01


class MetricsServer:
    """Serves the metrics on a socket that is bound at once, so that a port in use fails the start.

    With `shared`, other workers bind the same port; each of them returns the metrics of all.
    """

    def __init__(self, app: MetricsApp, host: str, port: int, *, shared: bool) -> None:
        self._socket = _bind(host, port, shared=shared)
        asgi: Any = app
        self._server = _Server(
            uvicorn.Config(
                asgi,
                http=HttpProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
            )
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the server, and return when the port answers."""
        self._task = asyncio.get_running_loop().create_task(self._server.serve([self._socket]), name="metrics server")
        while not self._server.started:
            if self._task.done():
                await self._task
            await asyncio.sleep(_POLL_SECONDS)

    async def stop(self) -> None:
        """Close the port and the connections."""
        if self._task is None:
            self._socket.close()
        else:
            self._server.should_exit = True
            await self._task


class _Server(uvicorn.Server):
    """A server that does not handle signals: the gateway's main server does."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _bind(host: str, port: int, *, shared: bool) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"`metrics.listen` is '{host}:{port}', which cannot be listened on: {error.strerror or error}. "
            "Choose another port."
        ) from error
    return listener
