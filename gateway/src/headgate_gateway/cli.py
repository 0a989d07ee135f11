"""The command line: `headgate serve`, and `python -m headgate_gateway`."""

from __future__ import annotations

import argparse
import logging
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .config import Settings

__all__ = ["add_arguments", "main", "serve"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `serve`, for this program and for the SDK's."""
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (4100; 0 takes a free one)")
    parser.add_argument(
        "--offline", action="store_true", default=None, help="answer every model name by an offline model of its kind"
    )
    parser.add_argument(
        "--fault-models",
        action="store_true",
        default=None,
        help="serve headgate/fault-..., which fail on purpose (on with --offline)",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (headgate.toml, if it is there)")
    parser.add_argument("--data-dir", metavar="DIR", help="where records and files are kept")
    parser.add_argument("--auth-mode", choices=("required", "optional", "disabled"), help="whether callers need a key")
    parser.add_argument(
        "--workers", type=int, metavar="N", help="serve by N processes on one socket (1); more want PostgreSQL"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")


_OVERRIDES = ("host", "port", "offline", "fault_models", "data_dir", "auth_mode")


def serve(args: argparse.Namespace) -> int:
    """Start the gateway and stay until it is told to stop. Gives the exit status."""
    from .config import ConfigError, load

    overrides = {name: getattr(args, name, None) for name in _OVERRIDES}
    if overrides["data_dir"] is not None:
        overrides["data_dir"] = str(overrides["data_dir"])
    try:
        settings = load(getattr(args, "config", None), overrides=overrides)
    except ConfigError as error:
        print(f"headgate: {error}", file=sys.stderr)
        return 2
    workers = 1 if getattr(args, "workers", None) is None else args.workers
    complaint = _unfit(workers, settings)
    if complaint is not None:
        print(f"headgate: {complaint}", file=sys.stderr)
        return 2
    from .server import bind

    try:
        listener = bind(settings.host, settings.port)
    except OSError as error:
        print(
            f"headgate: {settings.host}:{settings.port} cannot be listened on: {error.strerror or error}. "
            "Choose another with `--port` (0 takes a free one).",
            file=sys.stderr,
        )
        return 1
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)

    def greet() -> None:
        if not getattr(args, "quiet", False):
            _greet(settings.host, listener.getsockname()[1], settings.offline, settings.auth_mode, settings.data_dir)

    if workers == 1:
        return _alone(settings, listener, greet)
    from .supervisor import Supervisor

    config = getattr(args, "config", None)
    told = {"config": None if config is None else str(config), "overrides": overrides}
    return Supervisor(listener, workers, told, drain_seconds=settings.limits.drain_seconds, greet=greet).run()


def _unfit(workers: int, settings: Settings) -> str | None:
    """What is wrong with so many workers, or None."""
    if workers < 1:
        return f"`--workers` is {workers!r}. Give the number of processes, 1 or more."
    if workers > 1 and settings.database_url.is_sqlite:
        return (
            f"`--workers` is {workers!r}, and a SQLite file belongs to one process. Set `storage.database_url` "
            '(or HEADGATE_GATEWAY_DATABASE_URL) to "postgresql://...", or serve with one.'
        )
    if workers > 1 and sys.platform == "win32":
        return f"`--workers` is {workers!r}, and Windows has no socket that processes inherit. Start several gateways."
    return None


def _alone(settings: Settings, listener: socket.socket, greet: Callable[[], None]) -> int:
    """Serve by this process."""
    from .app import create_app
    from .config import ConfigError
    from .server import serve as run
    from .storage import StorageError

    try:
        app = create_app(settings)
        greet()
        return run(app, listener)
    except (ConfigError, StorageError) as error:
        print(f"headgate: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _greet(host: str, port: int, offline: bool, auth_mode: str, data_dir: Path) -> None:
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{port}"
    models = "every model name answered offline" if offline else "offline models headgate/echo, headgate/embed, ..."
    key = "needed" if auth_mode == "required" else "not needed"
    print(f"Headgate gateway on {url}  ({models}; key {key}; data in {data_dir})", flush=True)
    print(f"Try: curl {url}/v1/chat/completions -H 'Content-Type: application/json' -d '{_EXAMPLE}'", flush=True)


_EXAMPLE = '{"model": "headgate/echo", "messages": [{"role": "user", "content": "Hello!"}]}'


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m headgate_gateway [serve] [options]`, and `python -m headgate_gateway db ACTION`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["db"]:
        from .maintenance import commands

        actions = argparse.ArgumentParser(prog="headgate_gateway db", description="The gateway's database.")
        commands.add_arguments(actions)
        return commands.run(actions.parse_args(given[1:]))
    parser = argparse.ArgumentParser(prog="headgate_gateway", description="The gateway of Headgate.")
    add_arguments(parser)
    if given[:1] == ["serve"]:
        del given[0]
    return serve(parser.parse_args(given))
