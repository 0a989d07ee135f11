"""Producers: what runs behind a call. Here those of the offline models; the providers' are in `providers`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from .clock import Clock
from .emission import Answer, Chunk, Cut, Delay, Emission, Fail, Garbage, ModelContext, OfflineModel, Stall
from .errors import ApiError, invalid
from .fold import fold, fold_text
from .http import Call, Local
from .once.sink import Producer, Sink

__all__ = ["embed", "include_usage", "offline_answer", "offline_chunks", "source_of"]

# Above this many bytes the vectors are made beside the loop.
_LONG_BODY = 16_384
_encode = msgspec.json.Encoder().encode
Fold = Callable[[Iterable[Chunk]], dict[str, Any]]


def include_usage(request: dict[str, Any]) -> bool:
    """Whether the client asked for the usage chunk."""
    return bool((request.get("stream_options") or {}).get("include_usage"))


def source_of(model: OfflineModel, kind: str) -> Callable[[dict[str, Any], ModelContext], Iterator[Emission]]:
    """The generator of a model for a kind of stream."""
    source = getattr(model, "complete" if kind == "completions" else "chat", None)
    if source is None:
        raise not_capable(model.id, kind)
    return source  # type: ignore[no-any-return]  # the protocol's own method, looked up by name


def not_capable(name: str, kind: str) -> ApiError:
    return invalid(
        f"The model {name!r} does not serve {kind}. `GET /v1/models` tells what each model can do.",
        param="model",
        code="model_not_capable",
    )


def offline_chunks(
    source: Iterator[Emission], request: dict[str, Any], kind: str, clock: Clock, *, stream: bool
) -> Producer:
    """A producer over a model's emissions: events for a stream, a folded answer for a unary call."""
    if stream:
        return _Streamed(source, clock, show_usage=include_usage(request))
    return _Folded(source, clock, fold_text if kind == "completions" else fold)


class _Streamed:
    def __init__(self, source: Iterator[Emission], clock: Clock, *, show_usage: bool) -> None:
        self._source = source
        self._clock = clock
        self._show_usage = show_usage

    async def __call__(self, run: Sink) -> None:
        for emission in self._source:
            if isinstance(emission, dict):
                usage = emission.get("usage")
                if usage is not None:
                    run.usage = usage
                    if not self._show_usage:
                        if not emission.get("choices"):
                            continue
                        emission = {name: value for name, value in emission.items() if name != "usage"}
                await run.emit(_encode(emission))
            else:
                await _direct(emission, run, self._clock)


class _Folded:
    def __init__(self, source: Iterator[Emission], clock: Clock, folding: Fold) -> None:
        self._source = source
        self._clock = clock
        self._fold = folding

    async def __call__(self, run: Sink) -> None:
        chunks: list[Chunk] = []
        for emission in self._source:
            if isinstance(emission, dict):
                chunks.append(emission)
            else:
                await _direct(emission, run, self._clock)
        completion = self._fold(chunks)
        run.usage = completion.get("usage")
        run.answer = Answer(_encode(completion))


async def _direct(directive: Delay | Fail | Cut | Stall | Garbage, run: Sink, clock: Clock) -> None:
    if isinstance(directive, Delay):
        if not run.catching_up:
            await clock.sleep(directive.seconds)
    elif isinstance(directive, Fail):
        raise directive.error
    else:
        run.deliver_fault(directive)


def offline_answer(local: Local, model: OfflineModel, call: Call, context: ModelContext) -> Producer:
    """A producer over a function that gives the whole answer."""

    async def produce(run: Sink) -> None:
        run.answer = await local(model, call, context)

    return produce


async def embed(model: OfflineModel, call: Call, context: ModelContext) -> Answer:
    """Embeddings by an offline model."""
    method = getattr(model, "embed", None)
    if method is None:
        raise not_capable(model.id, "embeddings")
    delay = getattr(model, "delay", None)
    if delay is not None and (seconds := delay(call.data)):
        await context.gateway.clock.sleep(seconds)
    result: dict[str, Any]
    if len(call.raw) > _LONG_BODY:
        result = await asyncio.to_thread(method, call.data, context)
    else:
        result = method(call.data, context)
    return Answer.json(result, usage=result.get("usage"))
