"""A gateway as the command line would start it, and the command line run in this process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import fork_server
import pytest

from onceward.cli import main


class Ran(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Ran]


def _wait_until_ready(url: str, process: fork_server.Process) -> None:
    """The line with the address is written a moment before the port is open."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz"):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"the gateway at {url} was not ready (exit status {process.poll()})")


@contextmanager
def started(folder: Path, *options: str) -> Generator[str, None, None]:
    """A gateway of its own, whose records and configuration are in the folder."""
    pytest.importorskip("onceward_gateway")
    words = ["serve", "--port", "0", "--data-dir", str(folder), *options, "--fault-models"]
    process = fork_server.start(words, cwd=folder, env=os.environ, stdout=subprocess.PIPE)
    assert process.stdout is not None
    found = re.search(r"https?://\S+", process.stdout.readline())
    assert found is not None
    try:
        _wait_until_ready(found[0], process)
        yield found[0]
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with started(tmp_path_factory.mktemp("gateway"), "--offline") as url:
        yield url


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("ONCEWARD_") or name in {"FORCE_COLOR", "NO_COLOR"}:
            monkeypatch.delenv(name)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """``run("chat", "hi", stdin="...")``: the command in this process."""

    def ran(*words: str, stdin: str | None = None) -> Ran:
        text = tmp_path / "stdin"
        text.write_text(stdin or "")
        with text.open() as given:
            monkeypatch.setattr(sys, "stdin", given)
            try:
                status = main(words)
            except SystemExit as error:
                status = error.code if isinstance(error.code, int) else 1
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return ran
