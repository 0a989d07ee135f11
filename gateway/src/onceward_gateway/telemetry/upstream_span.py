"""One try upstream, as it is watched: how long it took, how it ended, and its span where there is tracing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

from ..core.answer import DeliveryFault
from ..core.errors import ApiError
from ..core.response_writer import Producer, Sink
from ..http.request import Call
from ..routing.targets import Target
from .harmless import harmless

if TYPE_CHECKING:
    from .metrics import Meters
    from .tracing import Tracing

__all__ = ["outcome_of", "watched"]

_log = logging.getLogger("onceward_gateway.telemetry")
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
                    await _traced(tracing, inner, out, call, target, kind)
                outcome = "ok"
            except BaseException as error:
                outcome = outcome_of(error)
                raise
            finally:
                if meters is not None:
                    _tried(meters, out, perf_counter() - began, outcome)

        return produce

    return outer


async def _traced(tracing: Tracing, inner: Producer, out: Sink, call: Call, target: Target, kind: str) -> None:
    """Run a try in its span. What goes wrong with the span is logged, and fails no call."""
    ended: list[BaseException | None] = []

    async def tried(sink: Sink) -> None:
        ended.append(None)
        try:
            await inner(sink)
        except BaseException as error:
            ended[0] = error
            raise

    try:
        await tracing.tried(tried, out, call, target, kind)
    except Exception as error:
        if ended and error is ended[0]:
            raise
        _log.exception("the span of a try failed")
        if not ended:
            await inner(out)
        elif ended[0] is not None:
            raise ended[0] from None


@harmless
def _tried(meters: Meters, out: Sink, seconds: float, outcome: str) -> None:
    meters.tried(out, seconds, outcome)


@harmless
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
