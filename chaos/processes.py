"""The processes of a run: starting, stopping and killing them, with their output in files."""

from __future__ import annotations

import json
import os
import pwd
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["Process", "Remote", "free_port", "module", "until", "without_privileges"]

ROOT = Path(__file__).parents[1]
_ENDS_WITHIN = 20.0
# Below the ephemeral ports: no outgoing connection takes a port while its owner is down.
_PORTS = (20_000, 32_000)


def free_port() -> int:
    """Return an unused port that stays free while a process of the run restarts."""
    while True:
        port = random.randint(*_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def until(true: Callable[[], bool], what: str, *, seconds: float, every: float = 0.02) -> None:
    """Wait until the condition is true; raise TimeoutError with its description."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(every)


def module(name: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of this package."""
    return [sys.executable, "-m", f"chaos.{name}", *arguments]


def without_privileges() -> pwd.struct_passwd | None:
    """Return the user for servers that refuse to run as root; None if this process is not root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


class Process:
    """A program that can be restarted, with its output in `<folder>/<name>.log`."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        *,
        environ: Mapping[str, str] | None = None,
        user: pwd.struct_passwd | None = None,
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._closed = False
        self._command = list(command)
        self._folder = folder
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ONCEWARD")}
        self._environ = kept | {"PYTHONPATH": str(ROOT)} | dict(environ or {})
        self._user = user
        self._process: subprocess.Popen[str] | None = None

    def start(self, **options: Any) -> None:
        """Start the program. After `close`, a late restart has no effect."""
        if self._closed:
            return
        as_user: dict[str, Any] = {}
        if self._user is not None:
            as_user = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        options.setdefault("stdin", subprocess.DEVNULL)
        with self.log.open("ab") as log:
            options.setdefault("stdout", log)
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, env=self._environ, stderr=log, text=True, **options, **as_user
            )

    @property
    def popen(self) -> subprocess.Popen[str]:
        assert self._process is not None, f"{self.name} was never started"
        return self._process

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        if self.running:
            self.popen.send_signal(number)

    def wait(self, seconds: float = _ENDS_WITHIN) -> int:
        """The exit status, once the program has ended."""
        return self.popen.wait(seconds)

    def kill(self) -> None:
        """Kill the program with SIGKILL."""
        if self.running:
            self.send(signal.SIGKILL)
            self.wait()

    def close(self) -> None:
        """End the program for good: gracefully if possible, otherwise by force."""
        self._closed = True
        if not self.running:
            return
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        try:
            self.wait(_ENDS_WITHIN / 4)
        except subprocess.TimeoutExpired:
            self.kill()


class Remote(Process):
    """A process of this package that executes commands: JSON lines in and out. It ends with its input."""

    _lock: threading.Lock

    def start(self, **options: Any) -> None:
        self._lock = threading.Lock()
        super().start(stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1, **options)

    def ask(self, **command: Any) -> Any:
        """Execute a command and return its result."""
        assert self.popen.stdin is not None
        with self._lock:
            self.popen.stdin.write(json.dumps(command) + "\n")
            self.popen.stdin.flush()
            return self.hear()

    def hear(self) -> Any:
        """Return the next line of its output; raise RuntimeError if it has ended."""
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} has ended; see {self.log}")
        return json.loads(line)

    def close(self) -> None:
        if self._process is not None:
            for pipe in (self.popen.stdin, self.popen.stdout):
                assert pipe is not None
                pipe.close()
        super().close()
