"""Several processes on one socket: `onceward serve --workers N`.

The supervisor binds the socket and starts the workers, which inherit it: each accepts its share (`listening.py`), and
waiting connections survive the death of a worker. A worker that dies is restarted, after a pause that doubles while it
keeps dying; another worker gets the id of the dead node, so that it takes over its calls before the lease expires.

SIGTERM or Ctrl+C makes all workers drain; a second signal makes them interrupt running calls, and a third kills them. A
worker whose supervisor is gone drains too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..telemetry.multiprocess import FOLDER, SLOT
from .listening import ConnectionBalance

__all__ = ["Supervisor"]

_log = logging.getLogger("onceward_gateway")
# The file in which the workers publish their connections, in their shared folder.
BALANCE = "balance"
_FIRST_PAUSE, _MAX_PAUSE = 0.25, 10.0
# Seconds after which a worker counts as stable: its next restart has no pause.
_SETTLED_SECONDS = 10.0
# Seconds after the drain time until a worker that has not ended is killed.
_MARGIN_SECONDS = 15.0
# Seconds after a second signal until remaining workers are killed: each should end by itself a little earlier.
_HURRIED_SECONDS = 4.0


class _Worker:
    """A worker process, and the control socket to it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.node = ""
        self.process: asyncio.subprocess.Process | None = None
        self.ready = False
        self.pause = 0.0
        self._writer: asyncio.StreamWriter | None = None

    async def start(self, arguments: Mapping[str, Any], listener: socket.socket, folder: str) -> asyncio.StreamReader:
        """Start the process, with a folder that it shares with the other workers; return the reader of its messages."""
        self.node, self.ready = f"node_{secrets.token_hex(13)}", False
        ours, theirs = socket.socketpair()
        options = {**arguments, "node": self.node, "listener": listener.fileno(), "line": theirs.fileno()}
        options |= {"number": self.number, "balance": str(Path(folder) / BALANCE)}
        with theirs:
            # A session of its own, so that Ctrl+C only reaches the supervisor, which forwards it once.
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "onceward_gateway.entry.worker", json.dumps(options)),
                stdin=subprocess.DEVNULL,
                pass_fds=(listener.fileno(), theirs.fileno()),
                env={**os.environ, SLOT: str(self.number), FOLDER: folder},
                start_new_session=True,
            )
        reader, self._writer = await asyncio.open_connection(sock=ours)
        return reader

    def tell_dead(self, node: str) -> None:
        """Have this worker take over the calls of a dead node."""
        if self._writer is not None:
            self._writer.write(f"dead {node}\n".encode())

    def send(self, number: int) -> None:
        if self.process is not None and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    def hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class Supervisor:
    """Keeps `count` workers running. `arguments` are those of the command line; `greet` is called when one is ready."""

    def __init__(
        self,
        listener: socket.socket,
        count: int,
        arguments: Mapping[str, Any],
        *,
        drain_timeout_seconds: float,
        greet: Callable[[], None],
    ) -> None:
        self._listener = listener
        self._arguments = {**arguments, "count": count}
        self._patience = drain_timeout_seconds + _MARGIN_SECONDS
        self._greet = greet
        self._workers = [_Worker(number) for number in range(count)]
        self._stopping = asyncio.Event()
        self._hurried = asyncio.Event()
        self._signals = 0
        self._greeted = False
        self._folder = ""
        self._dead_nodes: list[str] = []
        self._status = 0

    def run(self) -> int:
        """Serve until stopped, and return the exit status."""
        with tempfile.TemporaryDirectory(prefix="onceward-") as self._folder:
            ConnectionBalance.create(Path(self._folder) / BALANCE, len(self._workers))
            return asyncio.run(self._run())

    async def _run(self) -> int:
        loop = asyncio.get_running_loop()
        hangup = [signal.SIGHUP] if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL else []
        for number in (signal.SIGTERM, signal.SIGINT, *hangup):
            loop.add_signal_handler(number, self._on_signal)
        await asyncio.gather(*(self._keep_running(worker) for worker in self._workers))
        return self._status

    def _on_signal(self) -> None:
        self._signals += 1
        self._stopping.set()
        if self._signals == 2:
            self._hurried.set()
        for worker in self._workers:
            worker.send(self._stop_signal)

    @property
    def _stop_signal(self) -> signal.Signals:
        """Return the next signal for the workers: always a new one, as pending signals of one kind are merged."""
        if self._signals > 2:
            return signal.SIGKILL
        return signal.SIGTERM if self._signals < 2 else signal.SIGINT

    async def _keep_running(self, worker: _Worker) -> None:
        """Keep one worker running until all stop."""
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            started = loop.time()
            status = await self._run_worker(worker)
            if self._stopping.is_set():
                self._status = self._status or _exit_status(status)
                return
            self._dead_nodes.append(worker.node)
            self._report_dead()
            if not self._greeted and status > 0:
                # It never became ready: it printed the reason, and would fail again.
                self._status = status
                self._on_signal()
                return
            _log.error("worker %d ended with status %d and is started again", worker.number, status)
            settled = loop.time() - started > _SETTLED_SECONDS
            worker.pause = 0.0 if settled else min(max(_FIRST_PAUSE, 2 * worker.pause), _MAX_PAUSE)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), worker.pause)

    async def _run_worker(self, worker: _Worker) -> int:
        """Run a worker process until it ends, and return its exit status."""
        reader = await worker.start(self._arguments, self._listener, self._folder)
        process = worker.process
        assert process is not None
        if self._stopping.is_set():
            worker.send(self._stop_signal)
        listening = asyncio.create_task(self._listen(worker, reader))
        ending = asyncio.create_task(self._kill_late(worker))
        try:
            return await process.wait()
        finally:
            worker.ready = False
            ConnectionBalance.clear(Path(self._folder) / BALANCE, worker.number)
            listening.cancel()
            ending.cancel()
            worker.hang_up()

    async def _listen(self, worker: _Worker, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while line := await reader.readline():
                if line == b"ready\n":
                    worker.ready = True
                    self._report_dead()
                    if not self._greeted:
                        self._greeted = True
                        self._greet()

    async def _kill_late(self, worker: _Worker) -> None:
        """Kill a worker that does not end in time."""
        await self._stopping.wait()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._hurried.wait(), self._patience)
            await asyncio.sleep(_HURRIED_SECONDS)
        _log.error("worker %d did not end in time and is killed", worker.number)
        worker.send(signal.SIGKILL)

    def _report_dead(self) -> None:
        """Report dead nodes to a running worker. If that dies too, other nodes detect them when their lease expires."""
        living = next((worker for worker in self._workers if worker.ready), None)
        if living is not None:
            for node in self._dead_nodes:
                living.tell_dead(node)
            self._dead_nodes.clear()


def _exit_status(status: int) -> int:
    """Return the exit status of the supervisor: 1 if a worker was killed by a signal."""
    return status if status >= 0 else 1
