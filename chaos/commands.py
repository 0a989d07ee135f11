"""The other end of `processes.Remote`: a process of this package that does as the lines on its input say."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["obey", "say"]


def say(value: Any) -> None:
    """One line for whoever started this process."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def obey(do: Callable[[dict[str, Any]], Any]) -> None:
    """Do what each line says and say what came of it, until the input ends."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        say(do(json.loads(line)))
