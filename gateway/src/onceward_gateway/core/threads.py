"""Work that may take longer than the event loop may stand still: it runs in threads, and only a few at once.

A thread that computes still takes turns with the event loop. Two of them slow it down; fifty would stop it. So what is
long waits here for its turn, and what is short goes on beside it.
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

# Bodies above this many bytes are worked on in a thread. A hop there and back costs about as much as 4 KB of parsing.
LARGE_BODY = 65_536
_AT_ONCE = 2
_TURN_SECONDS = 0.001
_END_SECONDS = 0.5

P = ParamSpec("P")
T = TypeVar("T")

_threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="onceward-work")
_waiting = 0


def computing() -> bool:
    """Return whether something is computed in a thread, or waits for one."""
    return _waiting > 0


async def offload(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that computes in one of the threads for it, and wait for its result."""
    global _waiting
    context = copy_context()
    loop = asyncio.get_running_loop()
    _waiting += 1
    try:
        return await loop.run_in_executor(_threads, lambda: context.run(function, *args, **kwargs))
    finally:
        _waiting -= 1


async def in_thread_if_large(data: bytes, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that works on `data`: at once, or in a thread where it is a `LARGE_BODY`.

    A task that is cancelled meanwhile ends behind the function: what that counts of an answer has to be paid.
    """
    if len(data) <= LARGE_BODY:
        return function(*args, **kwargs)
    work = asyncio.ensure_future(offload(function, *args, **kwargs))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        # Nobody is there to hear of a failure.
        if not work.cancelled():
            work.exception()
        raise


def end_threads() -> bool:
    """Cancel what waits for a thread. Return False where one still computes after half a second."""
    threads = tuple(_threads._threads)
    _threads.shutdown(wait=False, cancel_futures=True)
    deadline = time.monotonic() + _END_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return not any(thread.is_alive() for thread in threads)


def share_the_interpreter() -> None:
    """Have threads that compute hand the interpreter back to the event loop after a millisecond."""
    sys.setswitchinterval(_TURN_SECONDS)
