"""Producers: what runs behind a call. Here those of the offline models; the providers' are in `providers`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import msgspec

from ..core.accumulate import ChatFold, TextFold
from ..core.answer import (
    Answer,
    Cut,
    Delay,
    Emission,
    Fail,
    Garbage,
    ModelContext,
    OfflineModel,
    Stall,
)
from ..core.clock import Clock
from ..core.errors import ApiError, invalid
from ..core.response_writer import Producer, Sink
from ..core.threads import offload
from .request import Call, Local

__all__ = ["embed", "include_usage", "may_be_long", "offline_answer", "offline_chunks", "source_of"]

# Above this many bytes the vectors are made beside the loop.
_LONG_BODY = 16_384
_encode = msgspec.json.Encoder().encode
# How many emissions are made before others have their turn on the event loop.
_A_TURN = 64
# The sources that take turns now.
_turning: set[Iterator[Emission]] = set()
_MANY_CHOICES = 4
_PROGRAMS = ("tools", "functions", "response_format", "audio", "best_of")


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


def may_be_long(call: Call) -> bool:
    """Return whether an offline model may compute for long: over a large body, a caller's schemas, or many choices."""
    choices, prompt = call.data.get("n"), call.data.get("prompt")
    return (
        len(call.raw) > _LONG_BODY
        or any(name in call.data for name in _PROGRAMS)
        or (isinstance(choices, int) and choices > _MANY_CHOICES)
        or (isinstance(prompt, list) and len(prompt) > _MANY_CHOICES)
    )


def offline_chunks(source: Iterator[Emission], call: Call, kind: str, clock: Clock, *, stream: bool) -> Producer:
    """A producer over a model's emissions: events for a stream, a folded answer for a unary call."""
    turns = _in_turns(source, aside=may_be_long(call))
    if stream:
        return _Streamed(turns, clock, show_usage=include_usage(call.data))
    return _Folded(turns, clock, TextFold() if kind == "completions" else ChatFold())


async def _in_turns(source: Iterator[Emission], *, aside: bool) -> AsyncIterator[Emission]:
    """The emissions, with turns for others between them. `aside`: they are made in a thread."""
    if aside:
        while batch := await offload(_some, source):
            for emission in batch:
                yield emission
        return
    _turning.add(source)
    try:
        made = 0
        for emission in source:
            yield emission
            # Whatever is no emission was waited for.
            made = made + 1 if isinstance(emission, dict) else 0
            # A turn of all that are made at the same time is as long as that of one.
            if made * len(_turning) >= _A_TURN:
                made = 0
                await asyncio.sleep(0)
    finally:
        _turning.discard(source)


def _some(source: Iterator[Emission]) -> list[Emission]:
    """The next emissions, up to one that says something of the delivery."""
    batch: list[Emission] = []
    for emission in source:
        batch.append(emission)
        if len(batch) == _A_TURN or not isinstance(emission, dict):
            break
    return batch


class _Streamed:
    def __init__(self, source: AsyncIterator[Emission], clock: Clock, *, show_usage: bool) -> None:
        self._source = source
        self._clock = clock
        self._show_usage = show_usage

    async def __call__(self, run: Sink) -> None:
        async for emission in self._source:
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
    def __init__(self, source: AsyncIterator[Emission], clock: Clock, folding: ChatFold | TextFold) -> None:
        self._source = source
        self._clock = clock
        self._folding = folding

    async def __call__(self, run: Sink) -> None:
        async for emission in self._source:
            if isinstance(emission, dict):
                self._folding.add(emission)
            else:
                await _direct(emission, run, self._clock)
        completion = self._folding.result()
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
    if len(call.raw) > _LONG_BODY:
        return await offload(_embedded, method, call.data, context)
    return _embedded(method, call.data, context)


def _embedded(
    method: Callable[[dict[str, Any], ModelContext], dict[str, Any]], data: dict[str, Any], context: ModelContext
) -> Answer:
    """The answer, encoded vector by vector: millions of numbers at once would hold everybody else up."""
    result = method(data, context)
    for item in result["data"]:
        item["embedding"] = msgspec.Raw(_encode(item["embedding"]))
    return Answer.json(result, usage=result.get("usage"))
