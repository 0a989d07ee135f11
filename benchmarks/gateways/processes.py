"""Processes started for a measurement, and the CPU and memory of their sessions, from Linux's /proc."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["cpu_seconds", "memory_mb", "serving"]

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@contextmanager
def serving(script: Path) -> Iterator[str]:
    """Return the URL of a server that prints its port on its first line."""
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def cpu_seconds(session: int) -> float:
    """Return the user and system time of all processes of a session, including ended children."""
    return sum(sum(int(field) for field in fields[11:15]) for _, fields in _processes(session)) / _TICKS


def memory_mb(session: int) -> float:
    """Return the resident memory of all processes of a session, in MB."""
    return sum(int(fields[21]) for _, fields in _processes(session)) * _PAGE / 1e6


def _processes(session: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of each process of the session, and the fields of `stat` after the name."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                text = (folder / "stat").read_text()
            except OSError:
                continue
            fields = text.rpartition(")")[2].split()
            if int(fields[3]) == session:
                yield int(folder.name), fields
