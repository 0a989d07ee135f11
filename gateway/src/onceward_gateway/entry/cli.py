"""The command line: `onceward serve`, and `python -m onceward_gateway`."""

from __future__ import annotations

import argparse
import logging
import os
import socket
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..config.load import Settings

__all__ = ["add_arguments", "main", "serve"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `serve`; the command line of the SDK uses them too."""
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (4100; 0 takes a free one)")
    parser.add_argument(
        "--offline", action="store_true", default=None, help="answer every model name by an offline model of its kind"
    )
    parser.add_argument(
        "--fault-models",
        action="store_true",
        default=None,
        help="serve onceward/fault-..., which fail on purpose (on with --offline)",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (onceward.toml, if it is there)")
    parser.add_argument("--data-dir", metavar="DIR", help="where records and files are kept")
    parser.add_argument("--auth-mode", choices=("required", "optional", "disabled"), help="whether callers need a key")
    parser.add_argument(
        "--workers", type=int, metavar="N", help="serve by N processes on one socket (1); more want PostgreSQL"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")


_OVERRIDES = ("host", "port", "offline", "fault_models", "data_dir", "auth_mode")


def serve(args: argparse.Namespace) -> int:
    """Run the gateway until it is stopped, and return the exit status."""
    from ..config.load import ConfigError, load

    overrides = {name: getattr(args, name, None) for name in _OVERRIDES}
    if overrides["data_dir"] is not None:
        overrides["data_dir"] = str(overrides["data_dir"])
    try:
        settings = load(getattr(args, "config", None), overrides=overrides)
    except ConfigError as error:
        print(f"onceward: {error}", file=sys.stderr)
        return 2
    workers = 1 if getattr(args, "workers", None) is None else args.workers
    problem = _workers_problem(workers, settings)
    if problem is not None:
        print(f"onceward: {problem}", file=sys.stderr)
        return 2
    from .server import bind

    try:
        listener = bind(settings.host, settings.port)
    except OSError as error:
        print(
            f"onceward: {settings.host}:{settings.port} cannot be listened on: {error.strerror or error}. "
            "Choose another with `--port` (0 takes a free one).",
            file=sys.stderr,
        )
        return 1
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)

    def greet() -> None:
        if not getattr(args, "quiet", False):
            _greet(settings, listener.getsockname()[1])

    if workers == 1:
        return _serve_alone(settings, listener, greet)
    from .supervisor import Supervisor

    config = getattr(args, "config", None)
    options = {"config": None if config is None else str(config), "overrides": overrides}
    return Supervisor(
        listener, workers, options, drain_timeout_seconds=settings.limits.drain_timeout_seconds, greet=greet
    ).run()


def _workers_problem(workers: int, settings: Settings) -> str | None:
    """Return the reason why this number of workers cannot run, or None."""
    if workers < 1:
        return f"`--workers` is {workers!r}. Give the number of processes, 1 or more."
    if workers > 1 and settings.database_url.is_sqlite:
        return (
            f"`--workers` is {workers!r}, and a SQLite file belongs to one process. Set `storage.database_url` "
            '(or ONCEWARD_GATEWAY_DATABASE_URL) to "postgresql://...", or serve with one.'
        )
    if workers > 1 and sys.platform == "win32":
        return f"`--workers` is {workers!r}, and Windows has no socket that processes inherit. Start several gateways."
    return None


def _serve_alone(settings: Settings, listener: socket.socket, greet: Callable[[], None]) -> int:
    """Serve in this process, and return the exit status."""
    from ..config.load import ConfigError
    from ..db import StorageError
    from .app import create_app
    from .server import serve as run

    try:
        app = create_app(settings)
        greet()
        return run(app, listener)
    except (ConfigError, StorageError) as error:
        listener.close()
        print(f"onceward: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        # It was still starting: a running gateway handles signals itself.
        return 130


def _greet(settings: Settings, port: int) -> None:
    url = f"http://{_connectable(settings.host)}:{port}"
    models = (
        "every model name answered offline" if settings.offline else "offline models onceward/echo, onceward/embed, ..."
    )
    key = "needed" if settings.auth_mode == "required" else "not needed"
    _print(f"Onceward gateway on {url}  ({models}; key {key}; data in {settings.data_dir})")
    _print(f"Try: {_curl(url, key=settings.auth_mode == 'required')}")


def _connectable(host: str) -> str:
    """Return the host by which this machine can connect, also for a wildcard address."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def _curl(url: str, *, key: bool) -> str:
    """Return a command line for a POSIX shell. It reads the key from the SDK's variable instead of printing it."""
    headers = "-H 'Content-Type: application/json'"
    if key:
        headers += ' -H "Authorization: Bearer $ONCEWARD_API_KEY"'
    return f"curl {'-g ' if '[' in url else ''}{url}/v1/chat/completions {headers} -d '{_EXAMPLE}'"


def _print(line: str) -> None:
    """Print a line. The gateway serves even if standard output is closed."""
    try:
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        print(line.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


_EXAMPLE = '{"model": "onceward/echo", "messages": [{"role": "user", "content": "Hello!"}]}'


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `python -m onceward_gateway [serve] [options]` or `... db ACTION`, and return the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["help"]:
        given = [*given[1:], "--help"]
    if given[:1] in (["version"], ["--version"]):
        from .._version import __version__

        print(f"onceward_gateway {__version__}")
        return 0
    if given[:1] == ["db"]:
        from .maintenance import commands

        actions = argparse.ArgumentParser(prog="onceward_gateway db", description="The gateway's database.")
        commands.add_arguments(actions)
        return commands.run(actions.parse_args(given[1:]))
    parser = argparse.ArgumentParser(
        prog="onceward_gateway", description="The gateway of Onceward.", epilog=_COMMANDS, usage=_USAGE
    )
    add_arguments(parser)
    if given[:1] == ["serve"]:
        del given[0]
    elif given and not given[0].startswith("-"):
        meant = get_close_matches(given[0], ("serve", "db", "help", "version"), n=1)
        hint = f"did you mean {meant[0]!r}?" if meant else "there are serve, db, help and version"
        parser.error(f"no command {given[0]!r}; {hint}")
    return serve(parser.parse_args(given))


_USAGE = "python -m onceward_gateway [serve] [options]"
_COMMANDS = "Other commands: `db ACTION` (back up, restore, upgrade, check), `help`, `version`."
