"""`onceward demo`: a tour of a temporary gateway in under a minute, without a key and without a network.

The demo reads no configuration and writes into no database of the user. Its gateway and its client run in a temporary
folder, with an environment of their own.
"""

from __future__ import annotations

import argparse
import os
import re
import site
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .._client import Onceward
from .._core.errors import ConfigError
from ._gateway import gateway_cli, missing_message
from ._program import program
from ._screen import Screen

if TYPE_CHECKING:
    from ._scenes import Scene

__all__ = ["clean_environment", "command", "main"]

_ADDRESS = re.compile(r"https?://[^\s]+")
_PATIENCE = 30.0
_OWN = ("onceward", "onceward_gateway")
_MAX_OUTPUT = 2000
_VARIABLES: Final = frozenset(
    {"PATH", "PATHEXT", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "NUMBER_OF_PROCESSORS", "LANG", "LANGUAGE"}
    | {"LC_ALL", "LC_CTYPE", "TERM", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TZ", "COVERAGE_FILE"}
    | {"TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONUTF8", "PYTHONIOENCODING", "VIRTUAL_ENV"}
)
"""The environment variables that the demo's processes keep: for finding programs and writing to a terminal."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo and return the exit status."""
    from ._app import run

    return run(["demo", *(sys.argv[1:] if arguments is None else arguments)])


def command(given: argparse.Namespace, screen: Screen) -> int:
    """Run the command and return its exit status."""
    from ._scenes import SCENES

    known = [scene.name for scene in SCENES]
    for name in given.only:
        if name not in known:
            screen.fault(f"there is no scene {name!r}", f"There are: {', '.join(known)}")
            return 2
    chosen = [scene for scene in SCENES if not given.only or scene.name in given.only]
    if given.base_url is None and gateway_cli() is None:
        screen.fault(*missing_message())
        return 1
    then = program()
    begun = time.monotonic()
    if given.base_url is None:
        with tempfile.TemporaryDirectory(prefix="onceward-demo-", ignore_cleanup_errors=True) as folder:
            environment = clean_environment(os.environ, folder)
            with _gateway(folder, environment, screen) as address, _only(environment):
                _play(chosen, address, screen)
    else:
        _play(chosen, given.base_url, screen)
    screen.line()
    scenes = f"{len(chosen)} scene{'s' if len(chosen) != 1 else ''}"
    screen.line(f"{scenes} in {time.monotonic() - begun:.1f} s, with no key and no network.", "good")
    screen.line(f"Next: `{then} serve --offline`, then in a second shell `{then} chat`.", "dim")
    return 0


def _play(chosen: Sequence[Scene], address: str, screen: Screen) -> None:
    with Onceward(base_url=address) as client:
        for number, scene in enumerate(chosen, 1):
            screen.heading(f"{number}. {scene.title}")
            scene.play(client, screen)
            screen.end_line()


def clean_environment(environ: Mapping[str, str], folder: str) -> dict[str, str]:
    """Return the environment without any setting of a gateway, client, database, proxy or certificates."""
    variables = {name: value for name, value in environ.items() if name.upper() in _VARIABLES}
    homes = dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"), folder)
    homes |= dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"), folder)
    return variables | homes | {"PYTHONPATH": _packages(environ), "PYTHONUSERBASE": site.getuserbase(), "NO_PROXY": "*"}


def _packages(environ: Mapping[str, str]) -> str:
    """Return the import path of the demo's processes: that of this one without the current folder."""
    specs = [find_spec(name) for name in _OWN]
    own = [Path(spec.origin).parent.parent for spec in specs if spec is not None and spec.origin]
    given = [Path(place).resolve() for place in environ.get("PYTHONPATH", "").split(os.pathsep) if place]
    return os.pathsep.join(dict.fromkeys(map(str, [*own, *given])))


@contextmanager
def _only(environment: Mapping[str, str]) -> Generator[None, None, None]:
    """Run with this environment, and restore the process's own afterwards."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _gateway(folder: str, environment: Mapping[str, str], screen: Screen) -> Generator[str, None, None]:
    """Start a gateway that ends with the demo. Return its address."""
    config = Path(folder, "onceward.toml")
    config.write_text("# The demo reads this file and no other.\n", encoding="utf-8")
    where = ["--host", "127.0.0.1", "--port", "0", "--config", str(config), "--data-dir", folder]
    # `-P`: modules of the working folder are not imported. The gateway ends when we end it, not by a Ctrl-C that ends a
    # scene.
    options = ["serve", "--offline", "--auth-mode", "disabled"]
    with Path(folder, "gateway.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "onceward_gateway", *options, *where],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            cwd=folder,
            env=dict(environment),
        )
    try:
        found = _address_of(process, Path(folder, "gateway.log"))
        screen.line(f"A gateway of our own runs on {found}, its data in {folder}.", "dim")
        yield found
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _address_of(process: subprocess.Popen[bytes], log: Path) -> str:
    """Return the address in the gateway's greeting, or raise with its output."""
    lines: list[str] = []
    slow = threading.Timer(_PATIENCE, process.kill)
    slow.start()
    try:
        for line in process.stdout or ():
            lines.append(line.decode("utf-8", "replace"))
            if found := _ADDRESS.search(lines[-1]):
                return found[0]
    finally:
        slow.cancel()
    process.wait()
    output = f"{''.join(lines)}{log.read_text('utf-8', 'replace')}".strip()[-_MAX_OUTPUT:]
    raise ConfigError(f"the gateway did not start: {output or f'exit status {process.returncode}'}")


if __name__ == "__main__":
    sys.exit(main())
