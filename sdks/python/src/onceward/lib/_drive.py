"""Running a wait on a client, sync and async: the client's clock lets the time pass, so that tests need not."""

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
