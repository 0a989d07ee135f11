"""What a subject costs: CPU and resident memory of its process and all that it started. Linux's /proc tells."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["cpu_seconds", "memory_mb"]

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(session: int) -> float:
    """User and system time of all processes of a session, ended children included."""
    return sum(sum(int(field) for field in fields[11:15]) for _, fields in _processes(session)) / _TICKS


def memory_mb(session: int) -> float:
    """Resident memory of all processes of a session, in MB."""
    return sum(int(fields[21]) for _, fields in _processes(session)) * _PAGE / 1e6


def _processes(session: int) -> Iterator[tuple[int, list[str]]]:
    """Of each process of the session its number and the fields of `stat` behind the name."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                text = (folder / "stat").read_text()
            except OSError:
                continue
            fields = text.rpartition(")")[2].split()
            if int(fields[3]) == session:
                yield int(folder.name), fields
