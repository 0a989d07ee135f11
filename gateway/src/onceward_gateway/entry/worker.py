"""A worker process of `onceward serve --workers N`, which inherits its sockets from the supervisor."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..config.load import ConfigError, load
from ..db import StorageError
from .app import App, create_app
from .listening import ConnectionBalance
from .server import GatewayServer, serve

__all__ = ["main"]

_log = logging.getLogger("onceward_gateway")


async def _follow_supervisor(app: App, server: GatewayServer, line: socket.socket) -> None:
    """Report that this worker is ready, take over dead nodes, and drain when the supervisor is gone."""
    reader, writer = await asyncio.open_connection(sock=line)
    writer.write(b"ready\n")
    try:
        while message := await reader.readline():
            word, _, node = message.decode().strip().partition(" ")
            if word == "dead":
                await _take_over(app, node)
    except OSError:
        _log.debug("the connection to the supervisor broke")
    server.handle_exit(signal.SIGTERM, None)


async def _take_over(app: App, node: str) -> None:
    try:
        await app.gateway.takeover.take_over(node)
    except StorageError as error:
        # Every node detects it when its lease expires.
        _log.warning("the dead worker %s is not taken over yet: %s", node, error)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until stopped, and return the exit status. The argument is the supervisor's options, as JSON."""
    options: dict[str, Any] = json.loads((sys.argv[1:] if arguments is None else arguments)[0])
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    listener, line = socket.socket(fileno=options["listener"]), socket.socket(fileno=options["line"])
    try:
        settings = load(None if options["config"] is None else Path(options["config"]), overrides=options["overrides"])
        app = create_app(settings, node=options["node"])
    except (ConfigError, StorageError) as error:
        print(f"onceward: {error}", file=sys.stderr)
        return 1
    balance = ConnectionBalance(Path(options["balance"]), options["number"], options["count"])
    return serve(app, listener, beside=lambda server: _follow_supervisor(app, server, line), balance=balance)


if __name__ == "__main__":
    raise SystemExit(main())
