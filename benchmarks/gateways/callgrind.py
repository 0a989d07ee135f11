"""User-space instructions of a process that runs under callgrind, which is independent of the load of the machine."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

__all__ = ["control", "dumped", "under"]

_SUMMARY = re.compile(r"^summary: (\d+)", re.MULTILINE)


def under(out: Path) -> tuple[str, ...]:
    """Return the beginning of a command that runs under callgrind; nothing is counted until it is switched on."""
    return ("valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}")


def control(process: int, *arguments: str) -> None:
    """Send a command to a process under callgrind, such as `--instr=on`."""
    subprocess.run(["callgrind_control", *arguments, str(process)], check=True, capture_output=True)


def dumped(process: int, out: Path) -> int:
    """Return the instructions since the last dump."""
    before = set(out.parent.glob("callgrind.*"))
    control(process, "--dump")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for file in set(out.parent.glob("callgrind.*")) - before:
            if found := _SUMMARY.search(file.read_text()):
                return int(found[1])
        time.sleep(0.05)
    raise RuntimeError("callgrind wrote no counts")
