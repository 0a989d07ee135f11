"""The databases of a run: a PostgreSQL and a Redis on free ports, deleted afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

from .processes import Process, free_port, until, without_privileges

__all__ = ["PostgreSQL", "Redis", "missing"]

_READY_WITHIN = 30.0
# Killing a process loses nothing that the system has accepted; only a power failure would, and there is none here.
_POSTGRES_OPTIONS = ("fsync=off", "max_connections=200", "unix_socket_directories=", "log_min_messages=warning")


def missing() -> str | None:
    """Return what is missing on this machine for several nodes, and how to install it."""
    if _postgres_binaries() is None:
        return "PostgreSQL is not installed. On Debian: apt-get install postgresql"
    if shutil.which("redis-server") is None:
        return "Redis is not installed. On Debian: apt-get install redis-server"
    return None


def _postgres_binaries() -> Path | None:
    """Return the directory of `initdb` and `postgres`, newest version first; on Debian it is not in the search path."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if found:
        return max(found, key=lambda path: int(path.parts[-3])).parent
    on_path = shutil.which("postgres")
    return None if on_path is None else Path(on_path).resolve().parent


class PostgreSQL:
    """A server with one database. As root it runs as another user, because it refuses to run as root."""

    def __init__(self, folder: Path) -> None:
        binaries = _postgres_binaries()
        assert binaries is not None
        self._binaries = binaries
        self._data = folder / "postgres"
        self.port = free_port()
        self.url = f"postgresql://onceward@127.0.0.1:{self.port}/postgres"
        options = [word for option in _POSTGRES_OPTIONS for word in ("-c", option)]
        command = [str(binaries / "postgres"), "-D", str(self._data), "-h", "127.0.0.1", "-p", str(self.port), *options]
        self._user = without_privileges()
        self.process = Process("postgres", command, folder, user=self._user)

    def start(self) -> None:
        if not self._data.exists():
            self._initialise()
        self.process.start()
        until(self._is_ready, "PostgreSQL", seconds=_READY_WITHIN)

    def _initialise(self) -> None:
        self._data.mkdir(mode=0o700)
        user: dict[str, Any] = {}
        if self._user is not None:
            os.chown(self._data, self._user.pw_uid, self._user.pw_gid)
            user = {"user": self._user.pw_uid, "group": self._user.pw_gid}
        command = [str(self._binaries / "initdb"), "--no-sync", "--auth=trust", "--username=onceward", "--locale=C"]
        subprocess.run(
            [*command, "--encoding=UTF8", str(self._data)], check=True, stdout=subprocess.DEVNULL, cwd="/", **user
        )

    def _is_ready(self) -> bool:
        command = [str(self._binaries / "pg_isready"), "--quiet", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def stop_at_once(self) -> None:
        """Run `pg_ctl stop -m immediate`: sessions are cut, nothing is flushed, and the next start recovers."""
        self.process.send(signal.SIGQUIT)
        self.process.wait()

    def close(self) -> None:
        if self.process.running:
            self.stop_at_once()
        self.process.close()


class Redis:
    """A server without persistence: after a kill its data is gone."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.process = Process("redis", command, folder)

    def start(self) -> None:
        self.process.start()
        until(self._is_ready, "Redis", seconds=_READY_WITHIN)

    def _is_ready(self) -> bool:
        command = ["redis-cli", "-p", str(self.port), "ping"]
        return b"PONG" in subprocess.run(command, check=False, capture_output=True).stdout

    def close(self) -> None:
        self.process.kill()
        self.process.close()
