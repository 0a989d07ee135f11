"""The processes of a run: started, ended in every way there is, and what each of them says kept in a file."""

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
# Below the ports that systems give to connections that go out: none of them takes a port while its owner is dead.
_PORTS = (20_000, 32_000)


def free_port() -> int:
    """A port that nobody listens on, and that stays free while a process of the run restarts."""
    while True:
        port = random.randint(*_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def until(true: Callable[[], bool], what: str, *, seconds: float, every: float = 0.02) -> None:
    """Return when it is true; raises TimeoutError, which says what was waited for."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(every)


def module(name: str, *arguments: str) -> list[str]:
    """The command that runs one of this package's modules."""
    return [sys.executable, "-m", f"chaos.{name}", *arguments]


def without_privileges() -> pwd.struct_passwd | None:
    """The user for servers that refuse to run as root; None where this process is not root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


class Process:
    """One program, its lives one after the other, and its output in `<folder>/<name>.log`."""

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
        """Begin a life. Once it was closed it has no other: who restarts it then comes too late."""
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
        """The exit status, when it has ended."""
        return self.popen.wait(seconds)

    def kill(self) -> None:
        """`kill -9`, and it is gone."""
        if self.running:
            self.send(signal.SIGKILL)
            self.wait()

    def close(self) -> None:
        """End it for good: in order if it can, at once if it cannot."""
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
    """A process of this package that takes commands: a JSON line in, a JSON line out. It ends with its input."""

    _lock: threading.Lock

    def start(self, **options: Any) -> None:
        self._lock = threading.Lock()
        super().start(stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1, **options)

    def ask(self, **command: Any) -> Any:
        """Have it do something; gives what it says of that."""
        assert self.popen.stdin is not None
        with self._lock:
            self.popen.stdin.write(json.dumps(command) + "\n")
            self.popen.stdin.flush()
            return self.hear()

    def hear(self) -> Any:
        """The next thing that it says; raises RuntimeError if it is dead."""
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} has ended; {self.log} tells why")
        return json.loads(line)

    def close(self) -> None:
        if self._process is not None:
            for pipe in (self.popen.stdin, self.popen.stdout):
                assert pipe is not None
                pipe.close()
        super().close()
