"""Run a wait on a client, sync and async. The client's clock does the waiting, so that tests need no time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from ._waiting import Ask, Pause, Waiting

__all__ = ["clock_of", "run", "run_async"]


def clock_of(resource: Any) -> Any:
    return resource._client._clock


def run(resource: Any, wait: Waiting[Any], ask: Callable[[], Any]) -> Any:
    clock = clock_of(resource)
    reply: Any = None
    while True:
        try:
            step = wait.send(reply)
        except StopIteration as done:
            return done.value
        if isinstance(step, Pause):
            clock.sleep(step.seconds)
            reply = clock.monotonic()
        else:
            reply = ask()


async def run_async(resource: Any, wait: Waiting[Any], ask: Callable[[], Awaitable[Any]]) -> Any:
    clock = clock_of(resource)
    reply: Any = None
    while True:
        try:
            step: Ask | Pause = wait.send(reply)
        except StopIteration as done:
            return done.value
        if isinstance(step, Pause):
            await clock.asleep(step.seconds)
            reply = clock.monotonic()
        else:
            reply = await ask()
