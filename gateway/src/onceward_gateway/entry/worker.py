"""One process of `onceward serve --workers N`. Started by the supervisor, whose socket and line it inherits."""

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
from .listening import Balance
from .server import GatewayServer, serve

__all__ = ["main"]

_log = logging.getLogger("onceward_gateway")


async def _heed(app: App, server: GatewayServer, line: socket.socket) -> None:
    """Report that this worker serves, take over dead nodes, and drain when the supervisor is gone."""
    reader, writer = await asyncio.open_connection(sock=line)
    writer.write(b"ready\n")
    try:
        while told := await reader.readline():
            word, _, node = told.decode().strip().partition(" ")
            if word == "dead":
                await _bury(app, node)
    except OSError:
        _log.debug("the line to the supervisor broke")
    server.handle_exit(signal.SIGTERM, None)


async def _bury(app: App, node: str) -> None:
    try:
        await app.gateway.takeover.take_over(node)
    except StorageError as error:
        # Every node finds it when its lease is over.
        _log.warning("the dead worker %s is not taken over yet: %s", node, error)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until stopped. The argument is the supervisor's instructions, as JSON."""
    told: dict[str, Any] = json.loads((sys.argv[1:] if arguments is None else arguments)[0])
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    listener, line = socket.socket(fileno=told["listener"]), socket.socket(fileno=told["line"])
    try:
        settings = load(None if told["config"] is None else Path(told["config"]), overrides=told["overrides"])
        app = create_app(settings, node=told["node"])
    except (ConfigError, StorageError) as error:
        print(f"onceward: {error}", file=sys.stderr)
        return 1
    balance = Balance(Path(told["balance"]), told["number"], told["count"])
    return serve(app, listener, beside=lambda server: _heed(app, server, line), balance=balance)


if __name__ == "__main__":
    raise SystemExit(main())
