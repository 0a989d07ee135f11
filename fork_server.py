"""Gateway processes for the tests, forked from a process that has the imports done: a start takes a second without.

`start` returns a process that runs `python -m onceward_gateway`. On Linux it is forked by a server, which each process
that runs tests starts once: one that has imported the gateway and has opened nothing, with no thread and no event loop.
The forked process has its own arguments, environment, working directory and standard streams, and a signal reaches it
alone. It ends with the process that asked for it, even if that one is killed. Elsewhere, and where the environment has
an effect on the interpreter's own start, a new interpreter is started instead.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol

__all__ = ["Process", "close", "start"]

_MODULE = "onceward_gateway"
# Imported when a gateway starts, or with its first calls.
_PRELOADED = (
    "onceward_gateway.entry.cli",
    "onceward_gateway.config.load",
    "onceward_gateway.entry.app",
    "onceward_gateway.entry.server",
    "onceward_gateway.entry.supervisor",
    "onceward_gateway.http.file_response",
    "onceward_gateway.http.multipart",
    "onceward_gateway.offline.repeats",
    "onceward_gateway.providers.client",
    "anyio._backends._asyncio",
    "uvloop",
)
# Read by the interpreter, the C library or OpenSSL before the first line of a program runs.
_READ_AT_START = ("PYTHON", "LD_", "LC_", "LANG", "TZ", "MALLOC_", "OPENSSL_")
_LARGEST_REQUEST = 1 << 20
_PR_SET_PDEATHSIG = 1


class Process(Protocol):
    """A process that a test started: the members that `subprocess.Popen[str]` and `ForkedProcess` share."""

    pid: int
    stdout: IO[str] | None

    @property
    def returncode(self) -> int | Any: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


def start(
    arguments: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdout: int | IO[Any] | None = None,
    stderr: int | IO[Any] | None = None,
) -> Process:
    """Start `python -m onceward_gateway` with these arguments. The parameters are those of `subprocess.Popen`.

    `stdout` is a file, None (that of this process) or `subprocess.PIPE`; `stderr` a file or None.
    """
    words = [os.fspath(word) for word in arguments]
    if not _can_fork(env):
        command = [sys.executable, "-m", _MODULE, *words]
        return subprocess.Popen(command, cwd=cwd, env=dict(env), stdout=stdout, stderr=stderr, text=True)
    # The event by which `markers.py` sees that a test starts a process.
    sys.audit("subprocess.Popen", sys.executable, words, str(cwd), dict(env))
    return _server().start(words, cwd, env, stdout, stderr)


def _can_fork(env: Mapping[str, str]) -> bool:
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return False
    names = {name for name in {*env, *os.environ} if name.startswith(_READ_AT_START)}
    return all(env.get(name) == os.environ.get(name) for name in names)


class ForkedProcess:
    """A process that the server forked, with the methods of `subprocess.Popen`."""

    def __init__(self, report: socket.socket, stdout: IO[str] | None) -> None:
        self.stdout = stdout
        self.returncode: int | None = None
        self._report = report
        self._waiting = threading.Lock()
        started, files, _, _ = socket.recv_fds(report, 64, 1)
        if not started:
            raise RuntimeError("the fork server ended before it forked a process")
        self.pid = int(started)
        # A signal by this reaches no other process, even when the number was given to one.
        (self._pidfd,) = files

    def poll(self) -> int | None:
        """Return the exit status, or None while the process runs."""
        return self._wait(0)

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status when the process has ended; raise `subprocess.TimeoutExpired` if it takes longer."""
        status = self._wait(timeout)
        if status is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(f"{_MODULE} ({self.pid})", timeout)
        return status

    def _wait(self, timeout: float | None) -> int | None:
        with self._waiting:
            if self.returncode is None and _is_readable(self._report, timeout):
                reported = self._report.recv(64)
                self._report.close()
                os.close(self._pidfd)
                # The process ends with its server.
                self.returncode = int(reported) if reported else -signal.SIGKILL
            return self.returncode

    def send_signal(self, sig: int) -> None:
        """Send a signal, unless the process is known to have ended."""
        with self._waiting, contextlib.suppress(ProcessLookupError):
            if self.returncode is None:
                signal.pidfd_send_signal(self._pidfd, sig)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> ForkedProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.stdout is not None:
            self.stdout.close()
        self.wait()


def _is_readable(report: socket.socket, timeout: float | None) -> bool:
    waiting = select.poll()
    waiting.register(report, select.POLLIN)
    return bool(waiting.poll(None if timeout is None else max(0.0, timeout) * 1000))


class _ForkServer:
    """The server of this process, seen from the tests."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LARGEST_REQUEST)
        with theirs:
            command = [sys.executable, str(Path(__file__).resolve()), str(theirs.fileno())]
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )

    def start(
        self,
        arguments: list[str],
        cwd: Path,
        env: Mapping[str, str],
        stdout: int | IO[Any] | None,
        stderr: int | IO[Any] | None,
    ) -> ForkedProcess:
        request = json.dumps({"arguments": arguments, "cwd": str(cwd), "environ": dict(env)}).encode()
        output: IO[str] | None = None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, contextlib.ExitStack() as opened:
            if stdout == subprocess.PIPE:
                reading, writing = os.pipe()
                output = os.fdopen(reading)
                opened.callback(os.close, writing)
                stdout = writing
            files = [_descriptor(stdout, 1), _descriptor(stderr, 2), theirs.fileno()]
            socket.send_fds(self._channel, [request], files)
        return ForkedProcess(ours, output)

    def close(self) -> None:
        """End the server, and the processes that it has forked and that still run."""
        self._channel.close()
        self._process.wait()


def _descriptor(stream: int | IO[Any] | None, inherited: int) -> int:
    if stream is None:
        return inherited
    return stream if isinstance(stream, int) else stream.fileno()


_servers: dict[int, _ForkServer] = {}
_starting = threading.Lock()


def _server() -> _ForkServer:
    """Return the server of this process; it starts with the first use."""
    with _starting:
        if os.getpid() not in _servers:
            _servers[os.getpid()] = _ForkServer()
        return _servers[os.getpid()]


def close() -> None:
    """End the server of this process, if it has one."""
    with _starting:
        server = _servers.pop(os.getpid(), None)
    if server is not None:
        server.close()


@dataclass(slots=True)
class _Request:
    """A process to become, in the server's terms."""

    arguments: list[str]
    cwd: str
    environ: dict[str, str]


def _serve(channel: socket.socket) -> _Request | None:
    """Fork a process for each request, and report its end. Return None when the tests are over.

    In a forked process, return its request.
    """
    reports: dict[int, tuple[int, socket.socket]] = {}
    ready = select.poll()
    ready.register(channel, select.POLLIN)
    while True:
        for readable, _ in ready.poll():
            if readable != channel.fileno():
                ready.unregister(readable)
                _report(readable, *reports.pop(readable))
                continue
            message, files, _, _ = socket.recv_fds(channel, _LARGEST_REQUEST, 3)
            if not message:
                _end(reports)
                return None
            report = socket.socket(fileno=files.pop())
            pid = os.fork()
            if pid == 0:
                _forget(channel, report, *(other for _, other in reports.values()))
                _redirect(*files)
                return _Request(**json.loads(message))
            pidfd = os.pidfd_open(pid)
            reports[pidfd] = pid, report
            ready.register(pidfd, select.POLLIN)
            for file in files:
                os.close(file)
            with contextlib.suppress(OSError):
                socket.send_fds(report, [str(pid).encode()], [pidfd])


def _report(pidfd: int, pid: int, report: socket.socket) -> None:
    """Reap a process, and send its exit status to the test."""
    os.close(pidfd)
    _, status = os.waitpid(pid, 0)
    with report, contextlib.suppress(OSError):
        report.send(str(os.waitstatus_to_exitcode(status)).encode())


def _end(reports: dict[int, tuple[int, socket.socket]]) -> None:
    for pidfd, (pid, report) in reports.items():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _report(pidfd, pid, report)


def _forget(*sockets: socket.socket) -> None:
    """Leave the server's descriptors to `_redirect`: these objects would later close what has their numbers."""
    for one in sockets:
        one.detach()


def _redirect(stdout: int, stderr: int) -> None:
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def _become(request: _Request, server: int) -> None:
    """Run the gateway in this forked process as a new interpreter runs it. Raises `SystemExit` at its end."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:
        raise SystemExit(1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request.environ)
    os.chdir(request.cwd)
    # `python -m` puts the working directory first.
    sys.path.insert(0, request.cwd)
    sys.argv[:] = [_MODULE, *request.arguments]
    runpy.run_module(_MODULE, run_name="__main__", alter_sys=True)


def _preload() -> None:
    for name in _PRELOADED:
        importlib.import_module(name)
    threads = len(os.listdir("/proc/self/task"))
    assert threads == 1, f"{threads} threads run after the imports, and a fork has one of them"
    gc.collect()
    gc.freeze()


def main() -> None:
    """Serve the tests; in a forked process, run the gateway."""
    del sys.path[0]
    # Ctrl+C is for the tests, which then close the channel.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = socket.socket(fileno=int(sys.argv[1]))
    _preload()
    server = os.getpid()
    request = _serve(channel)
    if request is not None:
        _become(request, server)


if __name__ == "__main__":
    main()
