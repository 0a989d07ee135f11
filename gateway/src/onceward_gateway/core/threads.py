"""Threads for work that would block the event loop too long; only a few run at once.

A thread that computes still takes turns with the event loop. Two of them slow it down; fifty would stop it. So long
work is queued, and short work continues meanwhile.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

__all__ = ["LARGE_BODY", "computing", "end_threads", "in_thread_if_large", "offload", "share_the_interpreter"]

# Bodies longer than this are processed in a thread. Switching threads costs about as much as parsing 4 KB.
LARGE_BODY = 65_536
_MAX_THREADS = 2
_TURN_SECONDS = 0.001
_END_SECONDS = 0.5

P = ParamSpec("P")
T = TypeVar("T")

_threads = ThreadPoolExecutor(_MAX_THREADS, thread_name_prefix="onceward-work")
_waiting = 0


def computing() -> bool:
    """Return whether work runs in a thread, or waits for one."""
    return _waiting > 0


async def offload(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a CPU-bound function in a thread, and wait for its result."""
    global _waiting
    context = copy_context()
    loop = asyncio.get_running_loop()
    _waiting += 1
    try:
        return await loop.run_in_executor(_threads, lambda: context.run(function, *args, **kwargs))
    finally:
        _waiting -= 1


async def in_thread_if_large(data: bytes, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that processes `data`: directly, or in a thread if `data` is longer than `LARGE_BODY`.

    A task that is cancelled meanwhile ends after the function: what the function counts of an answer is billed.
    """
    if len(data) <= LARGE_BODY:
        return function(*args, **kwargs)
    work = asyncio.ensure_future(offload(function, *args, **kwargs))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        # Retrieve the exception, which nothing else handles.
        if not work.cancelled():
            work.exception()
        raise


def end_threads() -> bool:
    """Cancel queued work, and return whether all threads ended within half a second."""
    threads = tuple(_threads._threads)
    _threads.shutdown(wait=False, cancel_futures=True)
    deadline = time.monotonic() + _END_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return not any(thread.is_alive() for thread in threads)


def share_the_interpreter() -> None:
    """Make threads yield the interpreter to the event loop after a millisecond."""
    sys.setswitchinterval(_TURN_SECONDS)
