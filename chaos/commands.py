"""The command loop of `processes.Remote`: a process of this package that executes commands from its input."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["obey", "say"]


def say(value: Any) -> None:
    """Write one line to the parent process."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def obey(do: Callable[[dict[str, Any]], Any]) -> None:
    """Execute the command on each line and write its result, until the input ends."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        say(do(json.loads(line)))
