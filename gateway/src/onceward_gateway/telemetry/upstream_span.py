"""Attempts at providers, as they are observed: duration, outcome, and a span where tracing is on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import perf_counter

from ..core.answer import DeliveryFault
from ..core.errors import ApiError
from ..core.response_writer import ModelHandler, ResponseWriter
from ..http.request import Request
from ..routing.targets import Target
from .containment import contained
from .metrics import Metrics
from .tracing import Tracing

__all__ = ["observe_attempts", "outcome_of"]

_log = logging.getLogger("onceward_gateway.telemetry")
MakeAttempt = Callable[[ResponseWriter], ModelHandler]


def observe_attempts(
    make: MakeAttempt, request: Request, target: Target, kind: str, metrics: Metrics | None, tracing: Tracing | None
) -> MakeAttempt:
    """Return `make` with each of its attempts observed; `make` itself where nothing observes."""
    if metrics is None and tracing is None:
        return make

    def outer(writer: ResponseWriter) -> ModelHandler:
        inner = make(writer)

        async def produce(out: ResponseWriter) -> None:
            if metrics is not None:
                _count_retry(metrics, request, out)
            started = perf_counter()
            outcome = "failed"
            try:
                if tracing is None:
                    await inner(out)
                else:
                    await _run_traced(tracing, inner, out, request, target, kind)
                outcome = "ok"
            except BaseException as error:
                outcome = outcome_of(error)
                raise
            finally:
                if metrics is not None:
                    _count_attempt(metrics, out, perf_counter() - started, outcome)

        return produce

    return outer


async def _run_traced(
    tracing: Tracing, inner: ModelHandler, out: ResponseWriter, request: Request, target: Target, kind: str
) -> None:
    """Run an attempt in its span. A failure of the span is logged, and fails no call."""
    ended: list[BaseException | None] = []

    async def attempt(writer: ResponseWriter) -> None:
        ended.append(None)
        try:
            await inner(writer)
        except BaseException as error:
            ended[0] = error
            raise

    try:
        await tracing.run_attempt(attempt, out, request, target, kind)
    except Exception as error:
        if ended and error is ended[0]:
            raise
        _log.exception("the span of an attempt failed")
        if not ended:
            await inner(out)
        elif ended[0] is not None:
            raise ended[0] from None


@contained
def _count_attempt(metrics: Metrics, out: ResponseWriter, seconds: float, outcome: str) -> None:
    metrics.attempted(out, seconds, outcome)


@contained
def _count_retry(metrics: Metrics, request: Request, out: ResponseWriter) -> None:
    model = out.record.model
    if request.tried is None:
        request.tried = model
    elif request.tried == model:
        metrics.retried("retry", model, "")
    else:
        metrics.retried("fallback", request.tried, model)
        request.tried = model


def outcome_of(error: BaseException) -> str:
    """Return the outcome of an attempt that raised: a status, or one word."""
    if isinstance(error, ApiError):
        return str(error.status)
    if isinstance(error, DeliveryFault):
        return "ok"
    return "cancelled" if isinstance(error, asyncio.CancelledError) else "failed"
