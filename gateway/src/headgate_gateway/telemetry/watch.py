"""One try upstream, as it is watched: how long it took, how it ended, and its span where there is tracing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

from ..emission import DeliveryFault
from ..errors import ApiError
from ..http import Call
from ..once.sink import Producer, Sink
from ..targets import Target

if TYPE_CHECKING:
    from .meters import Meters
    from .tracing import Tracing

__all__ = ["outcome_of", "watched"]

Make = Callable[[Sink], Producer]


def watched(make: Make, call: Call, target: Target, kind: str, meters: Meters | None, tracing: Tracing | None) -> Make:
    """`make`, with what it makes watched; the very same where nobody watches."""
    if meters is None and tracing is None:
        return make

    def outer(sink: Sink) -> Producer:
        inner = make(sink)

        async def produce(out: Sink) -> None:
            if meters is not None:
                _count(meters, call, out)
            began = perf_counter()
            outcome = "failed"
            try:
                if tracing is None:
                    await inner(out)
                else:
                    await tracing.tried(inner, out, call, target, kind)
                outcome = "ok"
            except BaseException as error:
                outcome = outcome_of(error)
                raise
            finally:
                if meters is not None:
                    meters.tried(out, perf_counter() - began, outcome)

        return produce

    return outer


def _count(meters: Meters, call: Call, out: Sink) -> None:
    model = out.record.model
    if call.tried is None:
        call.tried = model
    elif call.tried == model:
        meters.again("retry", model, "")
    else:
        meters.again("fallback", call.tried, model)
        call.tried = model


def outcome_of(error: BaseException) -> str:
    """How a try ended, in a word: a status, or what became of it."""
    if isinstance(error, ApiError):
        return str(error.status)
    if isinstance(error, DeliveryFault):
        return "ok"
    return "cancelled" if isinstance(error, asyncio.CancelledError) else "failed"
