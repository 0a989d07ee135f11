"""Helpers of the control plane tests."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

__all__ = ["Launch", "jsonl", "wait_for"]

T = TypeVar("T")


class Gateway(Protocol):
    """A gateway process that a test started."""

    url: str

    def kill(self) -> None: ...

    def terminate(self) -> None: ...

    def wait(self, seconds: float = 20) -> int: ...


Launch = Callable[..., Gateway]


def jsonl(values: Iterable[Any]) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def wait_for(look: Callable[[], T], good: Callable[[T], bool], seconds: float = 20) -> T:
    """Poll until the condition is true. It depends on another process, so no manual clock can be used."""
    deadline = time.monotonic() + seconds
    while not good(found := look()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain: {found!r}"
        time.sleep(0.02)
    return found
