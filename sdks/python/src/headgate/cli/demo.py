"""`headgate demo`: a gateway on a free port, and all of it shown in under a minute, with no key and no network."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from .._client import Headgate
from .._core.errors import ConfigError
from ._gateway import gateway_cli, missing_message
from ._scenes import SCENES
from ._screen import Screen

__all__ = ["command", "main"]

_ADDRESS = re.compile(r"https?://[^\s]+")
_PATIENCE = 30.0


def main(arguments: Sequence[str] | None = None) -> int:
    """The demo as a program of its own; gives the exit status."""
    from ._app import run

    return run(["demo", *(sys.argv[1:] if arguments is None else arguments)])


def command(given: argparse.Namespace, screen: Screen) -> int:
    chosen = [scene for scene in SCENES if not given.only or scene.name in given.only]
    if not chosen:
        screen.fault(f"there is no scene {given.only[0]!r}", f"There are: {', '.join(scene.name for scene in SCENES)}")
        return 2
    if given.base_url is None and gateway_cli() is None:
        screen.fault(*missing_message())
        return 1
    begun = time.monotonic()
    with _gateway(given.base_url, screen) as address, Headgate(base_url=address) as client:
        for number, scene in enumerate(chosen, 1):
            screen.heading(f"{number}. {scene.title}")
            scene.play(client, screen)
            screen.end_line()
    screen.line()
    screen.line(f"{len(chosen)} scenes in {time.monotonic() - begun:.1f} s, with no key and no network.", "good")
    screen.line("Next: `headgate serve --offline`, then `headgate chat`.", "dim")
    return 0


@contextmanager
def _gateway(address: str | None, screen: Screen) -> Generator[str, None, None]:
    """The address of a gateway: the one that runs, or one of our own that ends with the demo."""
    if address is not None:
        yield address
        return
    with tempfile.TemporaryDirectory(prefix="headgate-demo-", ignore_cleanup_errors=True) as folder:
        program = [sys.executable, "-m", "headgate_gateway", "serve", "--offline", "--port", "0", "--data-dir", folder]
        # The gateway ends when we end it, not by the same Ctrl-C that may end a scene.
        process = subprocess.Popen(
            program,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={**os.environ, "HEADGATE_AUTH_MODE": "disabled"},
        )
        try:
            found = _address_of(process)
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


def _address_of(process: subprocess.Popen[str]) -> str:
    """The address in the gateway's greeting; raises with what it said instead."""
    said: list[str] = []
    deadline = time.monotonic() + _PATIENCE
    while process.stdout is not None and time.monotonic() < deadline:
        line = process.stdout.readline()
        if not line:
            break
        said.append(line)
        if found := _ADDRESS.search(line):
            return found[0]
    told = "".join(said).strip() or f"exit status {process.poll()}"
    raise ConfigError(f"the gateway did not start: {told}")


if __name__ == "__main__":
    sys.exit(main())
