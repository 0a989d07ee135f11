"""Redis and PostgreSQL for a measurement, each a process on a free port with an empty directory."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["postgres", "redis"]

_START_SECONDS = 30.0


@contextmanager
def redis() -> Iterator[str]:
    """Yield the URL of a Redis server that stores nothing on disk."""
    with tempfile.TemporaryDirectory(prefix="onceward-redis-") as folder:
        port = _free_port()
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        process = subprocess.Popen(["redis-server", "--port", str(port), *options], stdout=subprocess.DEVNULL)
        try:
            _wait(process, port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait()


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server with its default durability."""
    programs, user = _postgres_programs(), _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="onceward-postgres-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        data, port = folder / "data", _free_port()
        initialize: list[str | Path] = [programs / "initdb", "-D", data, "-U", "onceward", "-A", "trust", "-E", "UTF8"]
        subprocess.run(initialize, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        serve: list[str | Path] = [programs / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", ""]
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(serve, user=user, cwd=folder, stdout=log, stderr=log)
        try:
            _wait(process, port)
            ready: list[str | Path] = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
            while subprocess.run(ready, check=False).returncode:
                time.sleep(0.05)
            yield f"postgresql://onceward@127.0.0.1:{port}/postgres"
        finally:
            # A fast shutdown: sessions are ended, not waited for.
            process.send_signal(signal.SIGINT)
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    """Return when the server accepts connections."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} exited with status {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _postgres_programs() -> Path:
    """Return the directory of PostgreSQL's programs: on the path, or where Debian installs each version."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    installed = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    if not installed:
        raise SystemExit("PostgreSQL is not installed: apt-get install postgresql")
    return max(installed, key=lambda folder: int(folder.parent.name))


def _unprivileged_user() -> str | None:
    """Return the user for PostgreSQL, which refuses to run as root."""
    if os.geteuid() != 0:
        return None
    return "postgres" if "postgres" in {entry.pw_name for entry in pwd.getpwall()} else "nobody"
